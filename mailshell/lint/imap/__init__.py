"""The rules of IMAP and their checkers."""
