"""Lines of POP3 in either direction, one after the other: what each is, and the multi-line replies."""

from __future__ import annotations

import re
from collections import deque

from mailshell.highlight import tokens as t
from mailshell.highlight.arguments import Arguments
from mailshell.highlight.names import find_elsewhere
from mailshell.highlight.status import STATUSES, status_text
from mailshell.highlight.values import Pairs, command_name, plain, secret, values
from mailshell.protocol.catalogue import Command, Reply
from mailshell.protocol.events import Side
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3

_STATUS = re.compile(r"(\s*+)(\+OK|-ERR)(?=\s|\Z)", re.IGNORECASE)
_NUMBERS = re.compile(r"(\s++)(\d++(?:\s++\d++)*+)(?=\s|\Z)")
_STAMP = re.compile(r"<[^<>\s]++>")
_NAME = re.compile(r"[A-Za-z*][\w-]*+")
_LIKE_A_COMMAND = re.compile(r"[A-Z][A-Z0-9]{2,11}")
_ROW = re.compile(r"(\d++)(\s++)(\S++)")
_STAGE = re.compile(r"<[^<>]*+>\s*+\Z")
_MOST = 1000


class Pop3Lines:
    """Give it the lines in order. ``side`` is None if a line does not tell who sends it."""

    def __init__(self) -> None:
        self._outstanding: deque[tuple[Command | None, bool]] = deque(maxlen=_MOST)
        self._body: Command | None = None
        self._asked = False

    @property
    def inside(self) -> bool:
        """Whether a multi-line reply is not complete."""
        return self._body is not None

    def contents(self, text: str, side: Side | None = None) -> Pairs:
        """A line that is known to be part of a multi-line reply."""
        name = self._body.name if self._body is not None else ""
        row = _ROW.match(text) if name in ("LIST", "UIDL", "EUIDL") else None
        if row is not None:
            yield t.Number, row[1]
            yield t.Whitespace, row[2]
            yield (t.Number if row[3].isascii() and row[3].isdigit() else t.Atom), row[3]
            text = text[row.end() :]
        elif name == "CAPA":
            word, _, _ = text.partition(" ")
            yield t.Capability, word
            yield from values(text[len(word) :])
            return
        yield from plain(text, t.Contents)

    def line(self, text: str, side: Side | None = None) -> Pairs:
        """The tokens of a line."""
        if self._body is not None and side is not Side.CLIENT:
            if text.strip() == ".":
                self._body = None
                yield t.Punctuation, text
            else:
                yield from self.contents(text, side)
            return
        inner = text.lstrip()
        status = _STATUS.match(text) if side is not Side.CLIENT else None
        if status is not None:
            yield from self._reply(text, status)
        elif side is not Side.CLIENT and (inner == "+" or inner.startswith("+ ")):
            yield t.Whitespace, text[: len(text) - len(inner)]
            yield t.Continuation, "+"
            yield from status_text(inner[1:])
            self._asked = bool(self._outstanding) and _awaits_sasl(self._outstanding[0][0])
        elif side is not Side.SERVER:
            yield t.Whitespace, text[: len(text) - len(inner)]
            yield from self._sent(inner, side)
        elif inner == ".":
            yield t.Punctuation, text
        else:
            yield from plain(text, t.Note if _STAGE.match(inner) else t.Text)

    def _reply(self, text: str, status: re.Match[str]) -> Pairs:
        yield t.Whitespace, status[1]
        yield STATUSES[status[2].upper()], status[2]
        record, arguments = self._outstanding.popleft() if self._outstanding else (None, False)
        self._asked = False
        ok = status[2].upper() == "+OK"
        if record is not None and ok:
            multi = record.reply is Reply.MULTI or (record.reply is Reply.MULTI_WITHOUT_ARGUMENT and not arguments)
            self._body = record if multi else None
        at = status.end()
        numbers = _NUMBERS.match(text, at) if ok else None
        if numbers is not None:
            yield t.Whitespace, numbers[1]
            for piece in re.split(r"(\s++)", numbers[2]):
                yield (t.Whitespace if piece.isspace() else t.Number), piece
            at = numbers.end()
        for kind, value in status_text(text[at:]):
            if kind is t.Text:
                yield from _stamped(value)
            else:
                yield kind, value

    def _sent(self, text: str, side: Side | None) -> Pairs:
        if self._asked and text:
            self._asked = False
            yield from plain(text) if text.strip() == "*" else secret(text)
            return
        name, record, rest = POP3.find(text)
        unknown = _NAME.fullmatch(name) if side is not None else _LIKE_A_COMMAND.fullmatch(text[: len(name)])
        if record is None and unknown is None:
            if text.strip() == ".":
                yield t.Punctuation, text
            else:
                yield from plain(text, t.Note if _STAGE.match(text) else t.Text)
            return
        yield from command_name(text[: len(text) - len(rest)], known=record is not None)
        known = record or find_elsewhere(text)
        yield from values(rest, Arguments(known))
        self._outstanding.append((record, bool(rest.strip())))


def _awaits_sasl(record: Command | None) -> bool:
    return record is not None and record.secret_continuation


def _stamped(text: str) -> Pairs:
    at = 0
    for match in _STAMP.finditer(text):
        yield t.Text, text[at : match.start()]
        yield t.String, match[0]
        at = match.end()
    yield t.Text, text[at:]
