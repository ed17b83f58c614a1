"""The protocols without I/O: bytes in, events out; commands in, bytes out.

No module below this package opens a socket, reads a clock or a file, or prints.
"""
