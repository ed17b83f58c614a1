"""The way to a server: endpoints, TCP, TLS, Unix sockets and child processes, on asyncio.

Thin: nothing here knows a protocol.  It imports the standard library only.
"""
