"""The live servers that recordings are made of."""

from __future__ import annotations

from real.conftest import demo, dovecot

__all__ = ["demo", "dovecot"]
