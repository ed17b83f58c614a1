"""Octets: line ends, NUL, and octets beyond ASCII."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.marks import is_utf8
from mailshell.lint.imap.places import lines_of
from mailshell.protocol.events import Line, LiteralPart
from mailshell.protocol.exchange import Completed, Continuation, Greeting
from mailshell.protocol.imap.response import Response
from mailshell.text.sentences import counted

#: Beyond ASCII; but a mask, which stands in a recording for a secret, is passed over.
_EIGHT_BIT = re.compile(rb"\xe2\x9f\xa6[^\xe2\r\n]*+\xe2\x9f\xa7|([\x80-\xff]++)")
#: Their mailbox names are told of by the rules for names.
_NAMING = frozenset({"LIST", "LSUB", "XLIST", "RLIST", "STATUS"})


class LineEnds(Checker):
    """Each line ends with CRLF, also one that a literal follows, and CR stands nowhere else."""

    plain = False

    def line(self, line: Line, now: Now) -> Faults:
        good = line.octets.endswith(b"\r\n") and line.octets.count(b"\r") == 1
        return NONE if good else self._faults(line)

    def _faults(self, line: Line) -> Iterator[Fault]:
        octets, end = line.octets, line.offset + len(line.octets)
        if not octets.endswith(b"\r\n"):
            if octets.endswith(b"\n"):
                yield Fault("bare-lf", end - 1, end, expected="CRLF")
        elif octets.endswith(b"\r\r\n"):
            yield Fault("double-cr", end - 3, end, expected="CRLF")
        if octets.count(b"\r") > 1:
            at = octets.find(b"\r", 0, len(octets.rstrip(b"\r\n")))
            if at >= 0:
                yield Fault("bare-cr", line.offset + at, line.offset + at + 1, expected="no CR but in CRLF")


class Nul(Checker):
    """NUL stands nowhere but in a literal8."""

    plain = False

    def __init__(self) -> None:
        self._binary = False
        self._told = False

    def line(self, line: Line, now: Now) -> Faults:
        self._binary = line.literal is not None and line.literal.binary
        self._told = False
        octets = line.octets
        at = octets.find(0)
        if at < 0:
            return NONE
        end = len(octets) - len(octets[at:].lstrip(b"\0"))
        where = "in front of a response" if at == 0 and line.first else "in a line"
        detail = f"{counted(octets.count(0), 'NUL octet')} {where}"
        return (Fault("nul", line.offset + at, line.offset + end, detail, "octets from 1 to 127"),)

    def literal(self, part: LiteralPart, now: Now) -> Faults:
        at = -1 if self._binary or self._told else part.octets.find(0)
        if at < 0:
            return NONE
        self._told = True
        detail = f"octet {part.position + at + 1:,} of a literal of {part.size:,} is NUL"
        expected = "~{n}, or data without NUL"
        return (Fault("nul-in-literal", part.offset + at, part.offset + at + 1, detail, expected),)


class EightBit(Checker):
    """Octets beyond ASCII need UTF8=ACCEPT or IMAP4rev2, and have to be UTF-8 then; one fault for each response."""

    plain = False

    def greeting(self, event: Greeting, now: Now) -> Faults:
        return self._text(event.response, now)

    def completed(self, event: Completed, now: Now) -> Faults:
        return self._text(event.response, now)

    def continuation(self, event: Continuation, now: Now) -> Faults:
        return self._text(event.response, now)

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        if all(line.isascii() for _, line in lines_of(response)):
            return NONE
        return self._text(response, now) if response.status else self._data(response, now)

    def _text(self, response: object, now: Now) -> Iterator[Fault]:
        if not isinstance(response, Response):
            return
        # After LANGUAGE texts are in UTF-8 (RFC 5255 section 3.2).
        allowed = bool(now.imap.language) or now.imap.utf8 or now.rev2
        found = _eight_bit(response, broken=allowed)
        if found is None:
            return
        start, end, how = found
        # Of these responses only a greeting may be anything at all.
        where = f"in the text of {response.status}" if response.status else "in what stands for a greeting"
        if allowed:
            yield Fault("not-utf8", start, end, f"{how} {where}", "UTF-8")
        else:
            detail = f"{how} {where}, and nothing was enabled that allows them"
            yield Fault("8-bit-text", start, end, detail, "ASCII")

    def _data(self, response: Response, now: Now) -> Iterator[Fault]:
        allowed = now.imap.utf8 or now.rev2
        found = _eight_bit(response, broken=allowed)
        if found is None:
            return
        start, end, how = found
        if allowed:
            yield Fault("not-utf8", start, end, f"{how} in {response.name}", "UTF-8, or a literal")
        elif response.name not in _NAMING:
            detail = f"{how} in {response.name} outside a literal, and neither UTF8=ACCEPT nor IMAP4rev2 is enabled"
            yield Fault("8-bit-data", start, end, detail, "a literal, or an encoded word")


def _eight_bit(response: Response, *, broken: bool) -> tuple[int, int, str] | None:
    """The first octets beyond ASCII outside literals, and what they are. ``broken``: only if they are no UTF-8."""
    for offset, line in lines_of(response):
        if line.isascii():
            continue
        for match in _EIGHT_BIT.finditer(line):
            if match[1] is None:
                continue
            utf8 = is_utf8(match[1])
            if not (utf8 and broken):
                how = "UTF-8" if utf8 else "8-bit octets that are no UTF-8"
                return offset + match.start(), offset + match.end(), how
    return None


def checkers() -> list[Checker]:
    """Those of this file, fresh."""
    return [LineEnds(), Nul(), EightBit()]
