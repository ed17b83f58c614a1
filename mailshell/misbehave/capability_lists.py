"""Lists of capabilities, with some more or some fewer."""

from __future__ import annotations

import re

from mailshell.misbehave.changes import Capabilities, Of

_LIST = re.compile(rb"(\A\* CAPABILITY|\[CAPABILITY)([^\]\r\n]*)", re.IGNORECASE)


def in_line(change: Capabilities, line: bytes) -> bytes:
    """IMAP: the line with its list changed: CAPABILITY data, or a response code (RFC 9051 sections 7.1 and 7.2.2)."""
    return _LIST.sub(lambda found: found[1] + b"".join(b" " + word for word in _changed(change, found[2])), line)


def _changed(change: Capabilities, words: bytes) -> list[bytes]:
    kept = [word for word in words.split() if word.upper() not in change.drop]
    return kept + [word for word in change.add if word not in kept]


def in_reply(change: Capabilities, of: Of, line: bytes) -> bytes:
    """POP3: a line of the reply to CAPA, or its end, before which the new ones stand (RFC 2449 section 5)."""
    if of is Of.DOT:
        return b"".join(word + b"\r\n" for word in change.add) + line
    first = line.split(None, 1)[:1]
    return b"" if first and first[0].upper() in change.drop else line
