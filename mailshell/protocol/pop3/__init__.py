"""The POP3 protocol: its commands, replies and states."""
