"""What the demonstration servers raise."""

from __future__ import annotations


class DemoUnavailable(Exception):
    """The demonstration cannot start; the message says what is missing."""
