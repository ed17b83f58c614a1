"""Modified UTF-7, strictly (RFC 3501 section 5.1.3): what is wrong with a name, and where."""

from __future__ import annotations

import base64
import re
from typing import NamedTuple

from mailshell.protocol.imap.mailbox_name import encode_mailbox

_RUN = re.compile(rb"&([A-Za-z0-9+,]*)(-?)")


class Wrong(NamedTuple):
    """The octets from ``start`` up to ``end`` of a name, what is wrong with them, and how they should read."""

    start: int
    end: int
    what: str
    right: str = ""


def find_wrong(name: bytes) -> Wrong | None:
    """The first thing that is wrong with a name; None if it is right. Octets of 8 bits are not looked at."""
    before = -1
    for match in _RUN.finditer(name):
        start, end = match.span()
        if not match[2]:
            return Wrong(start, end, "& begins a run of base64 that no - ends", "&- for the sign itself")
        if not match[1]:
            continue
        wrong = _run(match[1])
        if wrong:
            return Wrong(start, end, *wrong)
        if before == start:
            return Wrong(start - 1, start + 1, "a run of base64 ends and the next begins at once", "one run for both")
        before = end
    return None


def _run(inside: bytes) -> tuple[str, str] | None:
    """What is wrong with the base64 between & and -, and how it should read."""
    if len(inside) % 4 == 1:
        return "the base64 has a digit too many", ""
    octets = base64.b64decode(inside.replace(b",", b"/") + b"=" * (-len(inside) % 4))
    try:
        text = octets.decode("utf-16-be")
    except UnicodeDecodeError:
        return "the base64 is not whole characters of UTF-16", ""
    right = encode_mailbox(text).decode("ascii")
    if any(" " <= one <= "~" for one in text):
        return "printable ASCII is encoded, which stands for itself", right
    # Bits behind the last octet must be zero, and no digit may be left over.
    return None if right == f"&{inside.decode('ascii')}-" else ("the base64 ends with bits of no meaning", right)
