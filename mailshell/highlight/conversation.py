"""A transcript, row by row: which protocol it is, and what each row holds beside its prefix."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice

from pygments.token import _TokenType

from mailshell.highlight import tokens as t
from mailshell.highlight.imap_lines import ImapLines
from mailshell.highlight.names import IMAP_NAMES
from mailshell.highlight.pop3_lines import Pop3Lines
from mailshell.highlight.prefixes import Prefix, find_prefix
from mailshell.highlight.status import STATUSES, status_text
from mailshell.highlight.values import Pairs, plain
from mailshell.protocol.events import Side
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3

_POP3 = re.compile(r"\s*+(?:\+OK|-ERR)(?=\s|\Z)")
_IMAP = re.compile(r"\s*+(?:\* [\w]|\S{1,40}+ (?:OK|NO|BAD)(?=\s|\Z))")
_WORDS = re.compile(r"\s*+(\S{1,40}+)(?:\s++(\S{1,40}+))?")
_QUOTED = re.compile(r"b?(?P<quote>['\"])")
_LINE_END = re.compile(r"(?:\\r)?\\n\Z")
_STATUS = re.compile(r"[+-]?[A-Za-z]{2,8}(?![^\s,])")
_TAKEN = re.compile(r"  [\d,]{1,20}\.\d ms  sent ")
#: How many lines are looked at to find out the protocol.
_AHEAD = 20
_NOTES: dict[str, _TokenType] = {"-": t.Note, "=": t.Note, "!": t.Surprise, "#": t.Dump}


def recognise(line: str, side: Side | None) -> str | None:
    """The protocol that a line is of, if it tells: ``imap`` or ``pop3``."""
    if side is not Side.CLIENT:
        if _POP3.match(line):
            return "pop3"
        if _IMAP.match(line):
            return "imap"
    match = _WORDS.match(line) if side is not Side.SERVER else None
    if match is None or (side is None and not match[1].isalnum()):
        return None
    if side is None and (match[2] or match[1]) != (match[2] or match[1]).upper():
        return None
    first, second = match[1].upper(), match[2]
    if second and first not in POP3 and IMAP_NAMES.has(second):
        return "imap"
    return "pop3" if first in POP3 else None


class Conversation:
    """Give it the lines of a transcript in order, or the rows of a trace.

    ``protocol``: ``imap``, ``pop3``, or None to find it out. ``ahead`` gives the lines that come after the present one.
    """

    def __init__(self, protocol: str | None = None, ahead: Callable[[], Iterable[str]] = tuple) -> None:
        self._given = protocol
        self._ahead = ahead
        self._restart()

    def _restart(self) -> None:
        self._protocol = self._given
        self._looked = False
        self._imap = ImapLines()
        self._pop3 = Pop3Lines()

    def line(self, line: str) -> Pairs:
        """The tokens of a line with its prefix, whichever that is."""
        prefix = find_prefix(line)
        if prefix is None:
            yield from self._bare(line)
        else:
            yield from self._prefixed(prefix, line[: prefix.length], line[prefix.length :])

    def row(self, prefix: str, text: str) -> Pairs:
        """The tokens of a row of mailshell's trace: its prefix, which has four columns, and its text."""
        found = find_prefix(prefix)
        if found is None:
            yield t.Text, prefix + text
        else:
            yield from self._prefixed(found, prefix, text)

    # --- lines with a prefix

    def _prefixed(self, prefix: Prefix, mark: str, text: str) -> Pairs:
        side, what = prefix.side, prefix.what
        yield _mark_type(prefix), mark
        if what == "-":
            self._interrupt(text, side, own=mark.startswith("--"))
        if what == "=" and side is None:
            yield from self._request(text)
        elif what in _NOTES:
            yield from plain(text, _NOTES[what])
        elif what == "|":
            yield from self._reader().contents(text, side)
        elif prefix.quoted:
            yield from self._quoted(text, prefix)
        else:
            yield from self._lines(text, side).line(text, side)

    def _interrupt(self, text: str, side: Side | None, *, own: bool) -> None:
        """A note stands where a literal may have been folded away, or where another connection begins."""
        if own and "connected to " in text[:100]:
            self._restart()
        for each in (side,) if side is not None else Side:
            self._imap.interrupted(each)

    # --- which protocol

    def _lines(self, text: str, side: Side | None) -> ImapLines | Pop3Lines:
        """Who reads a line of the protocol. What a line tells is believed, whatever was thought before."""
        if self._given is None and not (self._pop3.inside or self._imap.inside):
            self._protocol = recognise(text, side) or self._protocol or self._look_ahead()
        return self._reader()

    def _reader(self) -> ImapLines | Pop3Lines:
        return self._pop3 if self._protocol == "pop3" else self._imap

    def _look_ahead(self) -> str | None:
        if self._looked:
            return None
        self._looked = True
        for line in islice(self._ahead(), _AHEAD):
            prefix = find_prefix(line)
            text = line if prefix is None else line[prefix.length :]
            if prefix is not None and prefix.quoted:
                text = text.removeprefix("b")[1:]
            side = prefix.side if prefix is not None else None
            known = recognise(text, side) if side is not None or prefix is None else None
            if known is not None:
                return known
        return None

    # --- other rows

    def _quoted(self, text: str, prefix: Prefix) -> Pairs:
        """A line as Python writes it: ``b'+OK\\r\\n'``."""
        match = _QUOTED.match(text)
        if match is None or len(text) <= match.end() or text[-1] != match["quote"]:
            yield from plain(text)
            return
        yield t.Punctuation, match[0]
        inner = text[match.end() : -1]
        end = _LINE_END.search(inner[-4:])
        ended = end[0] if end is not None else ""
        inner = inner[: len(inner) - len(ended)]
        lines = self._lines(inner, prefix.side)
        if prefix.repeats:
            lines = type(lines)()
        yield from lines.line(inner, prefix.side)
        yield t.Escape, ended
        yield t.Punctuation, text[-1]

    def _request(self, text: str) -> Pairs:
        """A request with its answer: ``NOOP → OK done  1.2 ms  sent 6, received 9 octets``."""
        taken = _TAKEN.search(text)
        end = taken.start() if taken is not None else len(text)
        words, arrow, answer = text[:end].partition(" → ")
        protocol = self._protocol or ("pop3" if _POP3.match(answer) else recognise(words, Side.CLIENT))
        lines: Pop3Lines | ImapLines = Pop3Lines() if protocol == "pop3" else ImapLines()
        yield from lines.line(words, Side.CLIENT)
        yield t.Punctuation, arrow
        status = _STATUS.match(answer)
        if status is not None and status[0].upper() in STATUSES:
            yield STATUSES[status[0].upper()], status[0]
            yield from status_text(answer[status.end() :])
        else:
            yield from plain(answer)
        yield from plain(text[end:], t.Note)

    # --- lines without a prefix

    def _bare(self, line: str) -> Pairs:
        side = None
        if self._imap.is_inside(side) or self._pop3.inside or recognise(line, side) is not None:
            yield from self._lines(line, side).line(line, side)
        else:
            yield from plain(line)


def _mark_type(prefix: Prefix) -> _TokenType:
    if prefix.what == "!":
        return t.Surprise
    if prefix.side is None:
        return t.Request if prefix.what == "=" else t.Note
    return t.Client if prefix.side is Side.CLIENT else t.Server
