"""The help: pages on commands, terms, topics and local commands. No I/O beyond reading the texts of the package."""
