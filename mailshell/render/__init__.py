"""What a server said, as lines for a person (``imap``, ``pop3``) and as JSON for a program (``json``).

No I/O. Every piece of text that comes from the server passes ``shown``: no line that is made here holds a control
character, whatever the server sent.
"""
