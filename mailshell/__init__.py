"""mailshell: an interactive shell and wire debugger for POP3 and IMAP4."""

__version__ = "0.1.0"
