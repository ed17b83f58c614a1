"""The words of CAPABILITY (RFC 9051 section 7.2.2): each is an atom, and one of them is no piece of another."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.marks import shown
from mailshell.lint.imap.status import StatusChecker, code_offset
from mailshell.protocol.imap.response import STATUSES, Response

_WORD = re.compile(rb"[^ \t\r\n]+")
# 8-bit octets are another rule's.
_ATOM = re.compile(rb"[^\x00-\x20\x7f(){%*\"\\\]]+")
#: Words that no server means alone, and what they were to be.
NEAR_MISSES = {
    b"LITERAL": "LITERAL+ or LITERAL-",
    b"AUTH": "AUTH= and a mechanism",
    b"AUTH=": "AUTH= and a mechanism",
    b"LOGIN": "AUTH=LOGIN",
    b"PLAIN": "AUTH=PLAIN",
    b"CRAM-MD5": "AUTH=CRAM-MD5",
    b"SASLIR": "SASL-IR",
}


class CapabilityWords(StatusChecker):
    """Looks at CAPABILITY, as data and as a response code."""

    concerns = STATUSES | {"CAPABILITY"}

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        if response.name == "CAPABILITY":
            return _words(response.rest, response.offset + response.body, data=True)
        return super().untagged(received, now)

    def status(self, response: Response, now: Now) -> Iterator[Fault]:
        if response.code_name == "CAPABILITY" and len(response.segments) == 1:
            code = response.code or b""
            at = len("CAPABILITY")
            yield from _words(code[at:], code_offset(response) + at, data=False)


def _words(octets: bytes, start: int, *, data: bool) -> Iterator[Fault]:
    for match in _WORD.finditer(octets):
        word = match[0]
        at, end = start + match.start(), start + match.end()
        if not _ATOM.fullmatch(word):
            # In data, the grammar tells of strings and lists.
            if not (data and word[:1] in (b'"', b"(", b")")):
                yield Fault("capability-not-atom", at, end, f"{shown(word)} among the capabilities", "atoms only")
        elif (meant := NEAR_MISSES.get(word.upper())) is not None:
            yield Fault("capability-near-miss", at, end, f"{shown(word)} alone is no capability", meant)
