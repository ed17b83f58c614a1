"""The trace: what happens on a connection, as text, at a level from 0 to 5 and in one of three styles."""
