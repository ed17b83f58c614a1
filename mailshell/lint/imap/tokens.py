"""Tokens: where spaces stand, how quoted strings end, and what announces a literal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.footing import Footing
from mailshell.lint.imap.places import lines_of
from mailshell.protocol.events import Line
from mailshell.protocol.exchange import Completed, Greeting
from mailshell.protocol.imap.response import STATUSES, Response, read_response
from mailshell.protocol.imap.terms import TERMS
from mailshell.protocol.imap.terms_codes import CODE
from mailshell.protocol.imap.terms_responses import REPLY
from mailshell.protocol.imap.values import Atom, List, Value, as_items
from mailshell.protocol.limits import DEFAULT

#: The data that the RFCs describe: other data may have a form of its own.
_DATA = frozenset(term.name for term in TERMS.of_kind(REPLY) if "RFC" in term.rfc) - STATUSES - {"+"}
_CODES = frozenset(term.name for term in TERMS.of_kind(CODE) if "RFC" in term.rfc)
_QUOTED = rb'"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*+"'
_GLUED = rb"(?:UID|RFC822\.SIZE)\x20\d++[A-Z]"
#: All of a line that is as it should be, and the first thing that is not. One step for each fault, not for each token.
#: How many CR end the line is another rule's.
_SCAN = re.compile(
    rb"""
    (?: %(quoted)s (?=[\x20)\]>]|\r*\n|\Z)
      | \x20(?![\x20\t)]|\r*\n\Z)
      | \((?![\x20\t])
      | \)(?=[\x20()\]]|\r*\n|\Z)
      | (?!%(glued)s) [^\x20\t()"\n]++ (?=[\x20\t)\n]|\Z)
    )*+
    (?: (?P<trailing>[\x20\t]++(?=\)|\r*\n\Z))
      | \((?P<leading>[\x20\t]++)
      | (?P<spaces>[\x20\t]++)
      | (?P<quoted>%(quoted)s)
      | (?P<unclosed>"[^\n]*+)
      | (?P<closed>\))
      | (?P<glued>%(glued)s)
      | (?P<word>[^\x20\t()"\n]++)
    )
    """
    % {b"quoted": _QUOTED, b"glued": _GLUED},
    re.VERBOSE | re.IGNORECASE,
)
_QUOTE_THAT_ENDS = re.compile(rb'"(?=[\x20)\]]|\r*\n\Z)')
_SPACES = re.compile(rb"[ \t]{2,}|\t")
_ANNOUNCEMENT = re.compile(rb"(~?)\{(\d+)([+-]?)\}\r?\n\Z")
_ANNOUNCED = re.compile(rb"[^ (]~?\{\d+[+-]?\}\r?\n\Z")
#: Where an address or a part may follow another with a space between; most legal responses hold nothing like it.
_APART = re.compile(rb"\) +\((?:(?:%b|NIL) (?:%b|NIL) |\{)|[^)]\) +\(\(" % (_QUOTED, _QUOTED), re.IGNORECASE)
_APART_NESTED = re.compile(rb"\)\) +\(\(")
#: So many faults of one response are told.
_MOST = 10


class Spacing(Checker):
    """One space, and nothing else, stands where the grammar has one; quoted strings end where a value may end."""

    plain = False

    def greeting(self, event: Greeting, now: Now) -> Faults:
        return _status_faults(event.response)

    def completed(self, event: Completed, now: Now) -> Faults:
        return _status_faults(event.response)

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        if response.name in _DATA:
            return NONE if _is_clean(response) else _data_faults(response)
        return _status_faults(response)


def _status_faults(response: object) -> Iterator[Fault]:
    """Of a status response its first words and a response code that is known: the text is free."""
    if not isinstance(response, Response) or not response.status:
        return
    for match in _SPACES.finditer(response.line, 0, response.body):
        yield _spaces(response.offset + match.start(), match[0])
    code = response.code
    if code is not None and response.code_name.rstrip() in _CODES and len(response.segments) == 1:
        start = response.body + response.rest.find(b"[") + 1
        yield from islice(_scan(response.offset + start, code + b"\n"), _MOST)


def _is_clean(response: Response) -> bool:
    return all(
        _SCAN.match(line) is None and (b"}" not in line[-3:] or _ANNOUNCED.search(line[-64:]) is None)
        for line in response.segments
        if isinstance(line, bytes)
    )


def _data_faults(response: Response) -> Iterator[Fault]:
    faults = (fault for offset, line in lines_of(response) for fault in _scan(offset, line))
    yield from islice(faults, _MOST)


def _scan(offset: int, line: bytes) -> Iterator[Fault]:
    """The faults of a line outside literals that begins at ``offset``."""
    at = 0
    while (match := _SCAN.match(line, at)) is not None:
        kind = match.lastgroup or ""
        start, end = match.span(kind)
        at = end
        if kind in ("trailing", "leading"):
            where = "after `(`" if kind == "leading" else "before `)`" if line[end : end + 1] == b")" else "at the end"
            yield Fault("extra-space", offset + start, offset + end, f"a space {where}", "no space")
        elif kind == "spaces":
            yield _spaces(offset + start, match[kind])
        elif kind == "quoted" and line[end : end + 1] != b"(":
            yield _unescaped(offset, line, end)
            closing = _QUOTE_THAT_ENDS.search(line, end)
            at = closing.end() if closing else at
        elif kind == "unclosed":
            detail = "a quoted string begins and does not end in this line"
            if line.rstrip(b"\r\n").endswith(b'\\"'):
                detail += "; the last quote has a backslash before it, so it is part of the string"
            yield Fault("unclosed-quote", offset + start, offset + len(line.rstrip(b"\r\n")), detail, 'a closing `"`')
        else:
            end -= kind == "glued"
            yield Fault("missing-space", offset + end - 1, offset + end + 1, expected="a space between")
    if _ANNOUNCED.search(line[-64:]):
        brace = line.rfind(b"{")
        brace -= line[brace - 1 : brace] == b"~"
        if line[brace - 1 : brace] not in (b" ", b"("):
            yield Fault("missing-space", offset + brace - 1, offset + brace + 1, expected="a space before the literal")


def _spaces(start: int, octets: bytes) -> Fault:
    if octets == b"\t":
        what = "a tab"
    else:
        what = f"{len(octets):,} spaces" if b"\t" not in octets else f"{len(octets):,} spaces and tabs"
    return Fault("spaces", start, start + len(octets), f"{what} where one space stands", "one space")


def _unescaped(offset: int, line: bytes, end: int) -> Fault:
    """The quote before ``end`` closes a string, and what follows can't follow one."""
    closing = _QUOTE_THAT_ENDS.search(line, end)
    detail = f"the string ends here, and {line[end : end + 1].decode('latin-1')!r} can't follow it"
    otherwise = ""
    if closing is not None:
        octets = closing.start() - end
        otherwise = f"the string goes on for {octets:,} octets more, and this quote is a part of it that lacks `\\`"
    return Fault("unescaped-quote", offset + end - 1, offset + end, detail, '`\\"`, or a literal', otherwise)


class Announcements(Checker):
    """What announces a literal: the size fits the protocol's numbers, and the form is a server's."""

    plain = False

    def __init__(self, footing: Footing) -> None:
        self._footing = footing

    def line(self, line: Line, now: Now) -> Faults:
        octets, literal = line.octets, line.literal
        if not octets.endswith((b"}\r\n", b"}\n")):
            return NONE
        plain = literal is not None and literal.size <= DEFAULT.literal and octets.endswith(b"{%d}\r\n" % literal.size)
        return NONE if plain else self._announced(line, now)

    def _announced(self, line: Line, now: Now) -> Iterator[Fault]:
        octets = line.octets
        match = _ANNOUNCEMENT.search(octets[-200:])
        if match is None or (line.literal is None and _is_text(line)):
            return
        base = line.offset + max(0, len(octets) - 200)
        start, end = base + match.start(), base + match.end(3) + 1
        if match[3]:
            yield Fault("non-sync-literal", start, end, expected=f"{{{_number(match[2])}}}")
        digits = match[2].lstrip(b"0") or b"0"
        if len(digits) < len(match[2]):
            yield Fault("literal-leading-zeros", start, end, expected=f"{{{_number(digits)}}}")
        largest = 2**63 - 1 if now.rev2 else 2**32 - 1
        if len(digits) > 19 or int(digits) > largest:
            detail = f"a literal of {_number(digits)} octets; the largest that may be announced has {largest:,}"
            expected = f"{{ and a number without leading zeros, up to {largest}, and }}"
            yield Fault("literal-number", start, end, detail, expected)
            if line.literal is None:
                # What follows is read as lines, and is none.
                self._footing.lost = start
        elif int(digits) > DEFAULT.literal:
            yield Fault("huge-literal", start, end, f"a literal of {int(digits):,} octets is announced")


def _is_text(line: Line) -> bool:
    """Whether braces at the line's end are free text: only an unclosed response code can end so."""
    if not line.first:
        return False
    response = read_response((line.octets,), line.offset, len(line.octets))
    return not response.name or (bool(response.status) and (response.code is None or b"]" in response.rest))


def _number(digits: bytes) -> str:
    return digits.decode() if len(digits) <= 24 else f"{digits[:20].decode()}... ({len(digits):,} digits)"


class Adjacent(Checker):
    """Addresses of one list, and parts of one multipart, follow each other without a space."""

    concerns = frozenset({"FETCH", "UIDFETCH"})
    plain = False

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        return self._faults(received) if any(_may_be_apart(line) for _, line in lines_of(response)) else NONE

    def _faults(self, received: Received) -> Iterator[Fault]:
        response = received.response
        left = _MOST
        for one, what in _adjacent(as_items((received.values[0] or (None,))[0])):
            before = _spaces_before(response, one.start)
            if before and left:
                left -= 1
                detail = f"a space between two {what}"
                yield Fault("space-between", one.start - before, one.start, detail, f"no space between two {what}")


def _may_be_apart(line: bytes) -> bool:
    """Whether it is worth reading the values. ``)) ((`` stands in each ENVELOPE."""
    if b") " not in line:
        return False
    return bool(_APART.search(line) or (_APART_NESTED.search(line) and b"ENVELOPE" not in line.upper()))


def _adjacent(items: Sequence[Value]) -> Iterator[tuple[List, str]]:
    """The lists in FETCH data that follow another one without a space, and what they are."""
    for name, value in zip(items[::2], items[1::2], strict=False):
        if not isinstance(name, Atom):
            continue
        if name.upper == "ENVELOPE":
            yield from _addresses(value)
        elif name.upper in ("BODY", "BODYSTRUCTURE"):
            yield from _parts(value)


def _addresses(envelope: Value) -> Iterator[tuple[List, str]]:
    for member in as_items(envelope)[2:8]:
        for address in as_items(member)[1:]:
            if isinstance(address, List):
                yield address, "addresses"


def _parts(body: Value) -> Iterator[tuple[List, str]]:
    items = as_items(body)
    for index, part in enumerate(items):
        if not isinstance(part, List):
            break
        if index:
            yield part, "parts"
        yield from _parts(part)
    if len(items) > 8 and isinstance(items[7], List) and isinstance(items[8], List):
        # A message within the message: its envelope and its body.
        yield from _addresses(items[7])
        yield from _parts(items[8])


def _spaces_before(response: Response, start: int) -> int:
    """How many spaces stand before this offset, in its line."""
    for offset, line in lines_of(response):
        if offset < start < offset + len(line):
            before = line[: start - offset]
            return len(before) - len(before.rstrip(b" "))
    return 0


def checkers(footing: Footing) -> list[Checker]:
    """Those of this file, fresh."""
    return [Spacing(), Announcements(footing), Adjacent()]
