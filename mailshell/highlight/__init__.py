"""Highlighting with pygments: lexers for POP3, IMAP, transcripts and typed lines, and themes.

Nothing here is imported before it is asked for, for pygments takes its time to load.
"""
