"""Whether a command that came is the one that was recorded.

- By octets: the same lines and literals, tags apart.
- By words: what RFC 9051 section 9 lets a client write in several ways counts as one: a string as an atom, quoted or a
  literal of either kind; upper and lower case; spaces. The message that APPEND sends, and its date, may be any.

A mask of the recording stands for a secret that was left out, and matches anything in either way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailshell.protocol.imap.commands import unquote
from mailshell.replay.request import MASK, Literal, Request

#: A word of a command, in upper case; None in a recorded one stands for anything.
Word = bytes | None
#: A mask, and what fills it up to the size that it covers.
_FILLED = re.compile(MASK.pattern + b" *")
_ANNOUNCED = re.compile(rb"~?\{\d+[+-]?\}\r?\n\Z")
_MASKED_SIZE = re.compile(rb"\\\{\d+(?=(?:\\?[+-])?\\\}(?:\\\r)?\\\n\Z)")
_WORD = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[()]|[^\s()"]+|"', re.DOTALL)
_DATE_TIME = re.compile(rb"[ 0-3]?\d-[A-Z]{3}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}\Z")


def is_masked(octets: bytes) -> bool:
    """Whether a mask stands in these octets of a recording."""
    return MASK.search(octets) is not None


def same_octets(recorded: Request, came: Request, *, begins: bool = False) -> bool:
    """Whether the request is the recorded one octet for octet, but for its tag and what is masked.

    ``begins``: whether it is so as far as it has come.
    """
    lines, literals = len(came.lines), len(came.literals)
    if lines > len(recorded.lines) or literals > len(recorded.literals):
        return False
    if not begins and (lines, literals) != (len(recorded.lines), len(recorded.literals)):
        return False
    masked = [_has_masked_size(literal) for literal in recorded.literals] + [False]
    for line, other, masked_size in zip(recorded.lines, came.lines, masked, strict=False):
        if not same_line(line, other, masked_size=masked_size):
            return False
    return all(_same_literal(one, other) for one, other in zip(recorded.literals, came.literals, strict=False))


def same_line(recorded: bytes, came: bytes, *, masked_size: bool = False) -> bool:
    """Whether a line is the recorded one. ``masked_size``: so is the size of the literal that it announces."""
    if not masked_size and not is_masked(recorded):
        return recorded == came
    # A SASL exchange that is cancelled is no response to it (RFC 9051 section 6.2.2).
    if came.strip() == b"*":
        return False
    pattern = b".*?".join(re.escape(piece) for piece in MASK.split(recorded))
    if masked_size:
        pattern = _MASKED_SIZE.sub(rb"\\{\\d+", re.escape(recorded))
    return re.fullmatch(pattern, came, re.DOTALL) is not None


def words(request: Request, *, recorded: bool = False) -> tuple[Word, ...]:
    """The words of a request. ``recorded``: masks stand for anything, and so does what APPEND sends."""
    data = recorded and request.record is not None and any(a.kind == "append-data" for a in request.record.parsed)
    found: list[Word] = []
    for at, line in enumerate(request.lines):
        for match in _WORD.finditer(_ANNOUNCED.sub(b"", line)):
            word = unquote(match[0]).upper()
            anything = recorded and (is_masked(match[0]) or (data and _DATE_TIME.match(word)))
            found.append(None if anything else word)
        if at < len(request.literals):
            literal = request.literals[at]
            found.append(None if data or (recorded and literal.masked) else _word_of(literal))
    return tuple(found)


def same_words(recorded: Sequence[Word], came: Sequence[Word], *, begins: bool = False) -> bool:
    """Whether the words are the recorded ones, where None stands for any number of words.

    ``begins``: whether they may be the first of them.
    """
    at = retry = anything = -1
    at = 0
    place = 0
    while place < len(came):
        if at < len(recorded) and recorded[at] is None:
            anything, retry = at, place
            at += 1
        elif at < len(recorded) and recorded[at] == came[place]:
            at, place = at + 1, place + 1
        elif anything >= 0:
            retry += 1
            at, place = anything + 1, retry
        else:
            return False
    return begins or all(word is None for word in recorded[at:])


def _word_of(literal: Literal) -> bytes:
    return literal.digest if literal.value is None else literal.value.upper()


def _same_literal(recorded: Literal, came: Literal) -> bool:
    """Whether a literal is the recorded one, where a mask of the recording stands for anything."""
    if not recorded.masked:
        return (recorded.size, recorded.digest) == (came.size, came.digest)
    if _has_masked_size(recorded):
        return True
    if recorded.value is None or came.value is None:
        return recorded.size == came.size
    pattern = rb".*?".join(re.escape(piece) for piece in _FILLED.split(recorded.value))
    return recorded.size == came.size and re.fullmatch(pattern, came.value, re.DOTALL) is not None


def _has_masked_size(literal: Literal) -> bool:
    """Whether all of a literal is a mask: then its size is one too."""
    return literal.value is not None and _FILLED.fullmatch(literal.value) is not None
