"""Configuration: the settings as one table, the files that hold them, aliases. Read only when something is run."""
