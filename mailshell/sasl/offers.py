"""Which mechanisms a server offers, by what it has said of its capabilities."""

from __future__ import annotations

from collections.abc import Iterable


def offered(protocol: str, capabilities: Iterable[str]) -> list[str]:
    """The mechanisms in the order of the server, in upper case; one that is offered twice stands there twice.

    IMAP: ``AUTH=NAME`` (RFC 9051 section 7.2.2); POP3: the words after ``SASL`` (RFC 2449 section 6.3).
    """
    if protocol == "imap":
        return [name[5:].upper() for name in capabilities if name.upper().startswith("AUTH=") and len(name) > 5]
    names: list[str] = []
    for line in capabilities:
        words = line.upper().split()
        if words[:1] == ["SASL"]:
            names += words[1:]
    return names
