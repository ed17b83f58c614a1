"""The real servers, as the tests of ``tests/real`` have them."""

from real.conftest import cyrus, demo, dovecot, server

__all__ = ["cyrus", "demo", "dovecot", "server"]
