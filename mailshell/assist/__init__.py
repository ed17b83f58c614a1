"""What a person who types a command is told: what may come next, and what is sure to go wrong. Pure, no I/O."""
