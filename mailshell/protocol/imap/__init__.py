"""The IMAP4 protocol: its commands, replies and states."""
