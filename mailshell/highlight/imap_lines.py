"""Lines of IMAP in either direction, one after the other: what each is, and the literals between them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailshell.highlight import tokens as t
from mailshell.highlight.arguments import Arguments
from mailshell.highlight.names import IMAP_NAMES, find_elsewhere
from mailshell.highlight.status import STATUSES, status_text
from mailshell.highlight.values import Pairs, command_name, plain, secret, values
from mailshell.protocol.catalogue import Command
from mailshell.protocol.events import Side
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.imap.response import STATUSES as IMAP_STATUSES

_WORDS = re.compile(r"(?P<indent>\s*+)(?P<first>\S++)(?P<gap>\s*+)(?P<second>\S*+)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z][\w.-]*+")
_LIKE_A_TAG = re.compile(r"[A-Za-z]{0,8}\d{1,20}")
_ANNOUNCED = re.compile(r"~?\{(\d{1,19})[+-]?\}\Z")
_LONGEST = 40
_MOST_TAGS = 1000

_LIST = "attributes:flags delimiter:nstring mailbox:mailbox [data:parameters]"
_MAILBOX = "mailbox:mailbox [data:astring...]"
#: The data of untagged responses, in the language of the catalogue.
_DATA = {
    name: Command(name, arguments)
    for name, arguments in {
        "ACL": _MAILBOX,
        "CAPABILITY": "capabilities:capability...",
        "ENABLED": "capabilities:capability...",
        "FLAGS": "flags:flags",
        "LIST": _LIST,
        "LISTRIGHTS": _MAILBOX,
        "LSUB": _LIST,
        "METADATA": _MAILBOX,
        "MYRIGHTS": _MAILBOX,
        "QUOTAROOT": _MAILBOX,
        "STATUS": "mailbox:mailbox items:status-items",
        "XLIST": _LIST,
    }.items()
}


@dataclass(slots=True)
class _Literal:
    """A literal that was announced: how much is still to come, and the line that goes on behind it."""

    octets: int
    secret: bool
    arguments: Arguments
    by_client: bool
    untouched: bool = True


class ImapLines:
    """Give it the lines in order. ``side`` is None if a line does not tell who sends it."""

    def __init__(self) -> None:
        self._literals: dict[Side | None, _Literal] = {}
        self._tags: set[str] = set()
        self._sasl: str | None = None
        self._asked = False

    @property
    def inside(self) -> bool:
        """Whether a literal is not complete."""
        return bool(self._literals)

    def is_inside(self, side: Side | None) -> bool:
        """Whether a literal of that side is not complete."""
        return side in self._literals

    def interrupted(self, side: Side | None = None) -> None:
        """The rest of the literal is not shown: the next line of that side is the one that goes on behind it."""
        if side in self._literals:
            self._literals[side].octets = 0

    def contents(self, text: str, side: Side | None = None) -> Pairs:
        """A line that is known to be part of a literal."""
        self.interrupted(side)
        literal = self._literals.get(side)
        return secret(text) if literal is not None and literal.secret else plain(text, t.Contents)

    def line(self, text: str, side: Side | None = None) -> Pairs:
        """The tokens of a line."""
        literal = self._literals.get(side)
        if literal is None or (literal.octets and self._is_answer(text, side)):
            self._literals.pop(side, None)
            yield from self._line(text, side)
        elif side is None and literal.untouched and literal.by_client and text[:1] == "+":
            yield from self._continuation(text)
        elif literal.octets:
            yield from self._literal(literal, text, side)
        else:
            yield from self._rest(literal, text, side)

    # --- literals

    def _is_answer(self, text: str, side: Side | None) -> bool:
        """Whether the answer to a command stands where a literal should: its size is wrong, or it is cut short."""
        words = text[:200].split(" ", 2)
        return side is not Side.CLIENT and len(words) > 1 and words[0] in self._tags and words[1] in IMAP_STATUSES

    def _literal(self, literal: _Literal, text: str, side: Side | None) -> Pairs:
        literal.untouched = False
        octets = text.encode("utf-8", "surrogatepass")
        kind = t.Secret if literal.secret else t.Contents
        if len(octets) < literal.octets:
            yield from plain(text, kind)
            literal.octets = max(0, literal.octets - len(octets) - 2)
            return
        inside = len(octets[: literal.octets].decode("utf-8", "ignore"))
        yield from plain(text[:inside], kind)
        if text[inside:]:
            yield from self._rest(literal, text[inside:], side)
        else:
            del self._literals[side]

    def _rest(self, literal: _Literal, text: str, side: Side | None) -> Pairs:
        """The line goes on behind its literal."""
        self._literals.pop(side, None)
        yield from values(text, literal.arguments)
        self._announce(text, side, literal.arguments, by_client=literal.by_client)

    def _announce(self, text: str, side: Side | None, arguments: Arguments, *, by_client: bool) -> None:
        match = _ANNOUNCED.search(text[-24:])
        if match is not None and int(match[1]):
            self._literals[side] = _Literal(int(match[1]), arguments.secret, arguments, by_client)

    # --- lines

    def _line(self, text: str, side: Side | None) -> Pairs:
        match = _WORDS.match(text)
        if match is None:
            yield t.Whitespace, text
            return
        first, second = match["first"], match["second"][:_LONGEST].upper()
        rest = text[match.start("first") :]
        yield t.Whitespace, match["indent"]
        if side is not Side.CLIENT and first == "*":
            yield from self._untagged(rest, side)
        elif side is not Side.CLIENT and first == "+":
            yield from self._continuation(rest)
        elif side is not Side.CLIENT and second in IMAP_STATUSES:
            yield from self._tagged(rest, first, match["gap"], match["second"])
        elif side is not Side.SERVER and self._asked:
            self._asked = False
            yield from plain(rest) if rest == "*" else secret(rest)
        elif side is not Side.SERVER and rest.upper() == "DONE":
            yield t.Command, rest
        elif side is not Side.SERVER and IMAP_NAMES.has(second):
            yield from self._command(rest, first, match["gap"], side)
        elif side is not Side.SERVER and IMAP_NAMES.has(first):
            yield from self._command(rest, "", "", side)
        elif self._is_unknown_command(match, side):
            yield from self._command(rest, first, match["gap"], side)
        else:
            arguments = Arguments()
            yield from values(rest, arguments)
            self._announce(rest, side, arguments, by_client=side is Side.CLIENT)

    def _is_unknown_command(self, match: re.Match[str], side: Side | None) -> bool:
        if side is Side.SERVER or not _NAME.fullmatch(match["second"]):
            return False
        tag = match["first"]
        return _LIKE_A_TAG.fullmatch(tag) is not None or (
            side is Side.CLIENT and not match["indent"] and tag[0].isalnum() and tag.isalnum()
        )

    def _command(self, text: str, tag: str, gap: str, side: Side | None) -> Pairs:
        if tag:
            yield t.Tag, tag
            yield t.Whitespace, gap
        words = text[len(tag) + len(gap) :]
        _, record, rest = IMAP.find(words)
        yield from command_name(words[: len(words) - len(rest)], known=record is not None)
        record = record or find_elsewhere(words)
        arguments = Arguments(record)
        yield from values(rest, arguments)
        if len(self._tags) > _MOST_TAGS:
            self._tags.clear()
        self._tags.add(tag)
        if record is not None and record.secret_continuation:
            self._sasl, self._asked = tag, False
        self._announce(text, side, arguments, by_client=True)

    def _tagged(self, text: str, tag: str, gap: str, status: str) -> Pairs:
        yield t.Tag, tag
        yield t.Whitespace, gap
        yield STATUSES[status.upper()], status
        yield from status_text(text[len(tag) + len(gap) + len(status) :])
        self._tags.discard(tag)
        if self._sasl == tag:
            self._sasl, self._asked = None, False

    def _continuation(self, text: str) -> Pairs:
        yield t.Continuation, text[:1]
        yield from status_text(text[1:])
        self._asked = self._sasl is not None

    def _untagged(self, text: str, side: Side | None) -> Pairs:
        match = _WORDS.match(text)
        assert match is not None
        yield t.Tag, match["first"]
        yield t.Whitespace, match["gap"]
        at, name = match.start("second"), match["second"]
        if name.isascii() and name.isdigit():
            yield t.Number, name
            match = _WORDS.match(text, match.end("second"))
            if match is None:
                yield t.Whitespace, text[at + len(name) :]
                return
            yield t.Whitespace, match["indent"]
            at, name = match.start("first"), match["first"]
        known = _NAME.match(name[:_LONGEST])
        word = known[0] if known is not None else ""
        name, rest = word.upper(), text[at + len(word) :]
        if name in STATUSES:
            yield STATUSES[name], word
            yield from status_text(rest)
            return
        yield t.Response, word
        arguments = Arguments(_DATA.get(name))
        yield from values(rest, arguments, name=name)
        self._announce(rest, side, arguments, by_client=False)
