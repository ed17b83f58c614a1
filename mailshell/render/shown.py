"""The one way for text of the server's into a line: past the escaping that a terminal needs."""

from __future__ import annotations

from mailshell.text.escape import escape, escape_octets


def shown(text: str | bytes) -> str:
    """Text or octets, safe for a terminal."""
    return escape_octets(text) if isinstance(text, bytes) else escape(text)
