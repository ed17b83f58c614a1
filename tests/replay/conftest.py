"""The live servers that recordings are made of."""

from __future__ import annotations

from real.conftest import cyrus, demo, dovecot

__all__ = ["cyrus", "demo", "dovecot"]
