"""Recordings of sessions: the file format ``mailwire/1``, its writer and its reader. See ``recordings/FORMAT.md``."""
