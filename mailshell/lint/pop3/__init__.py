"""The rules of POP3 and their checkers."""
