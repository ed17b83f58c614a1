"""The form of STAT, LIST and UIDL, of whole listings and of the line for one message (RFC 1939 sections 5, 7)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.pop3.reply import Lines, masked, number_of
from mailshell.protocol.events import BodyEnd, BodyPart
from mailshell.protocol.exchange import Completed
from mailshell.protocol.pop3.response import StatusLine

_LISTS = ("LIST", "UIDL")
_TWO_NUMBERS = re.compile(rb"(\d{1,19}) (\d{1,19})(?![^ ])(.*)", re.DOTALL)
_PARTS = re.compile(rb"([ \t]*)([^ \t]*)([ \t]*)([^ \t]*)(.*)", re.DOTALL)
_BAD = re.compile(rb"[^\x21-\x7e]+")
_GOOD = {"LIST": re.compile(rb"\d{1,10} \d{1,19}\Z"), "UIDL": re.compile(rb"\d{1,10} [\x21-\x7e]{1,70}\Z")}
_LONGEST_UIDL = 70


class Listings(Checker):
    """Each line of a listing is a number, one space, and a size or a unique-id."""

    concerns = frozenset(_LISTS)

    def __init__(self) -> None:
        self._lines = Lines()

    def body(self, part: BodyPart | BodyEnd, now: Now) -> Iterator[Fault]:
        asked = now.engine.answering
        if asked is None:
            return
        if isinstance(part, BodyEnd):
            self._lines.clear()
            return
        for line, offset in self._lines.feed(part):
            text = line.rstrip(b"\r\n")
            if not _GOOD[asked.name].match(text):
                yield from entry(asked.name, text, offset)

    def completed(self, event: Completed, now: Now) -> Faults:
        return NONE if event.exchange.multiline else self._answered(event, now)

    def _answered(self, event: Completed, now: Now) -> Iterator[Fault]:
        status, exchange = event.response, event.exchange
        if not isinstance(status, StatusLine) or not status.ok or masked(status.line):
            return
        text, offset = _after_status(status)
        if exchange.name == "STAT":
            yield from _drop_listing(text, offset)
        elif exchange.name in _LISTS:
            asked = number_of(exchange)
            words = text.split()
            lacks = len(words) < 2 or (exchange.name == "LIST" and not words[1].isdigit())
            if asked is not None and lacks and words[:1] != [b"%d" % asked]:
                yield Fault("number-left-out", offset, offset + len(text), expected=f"{asked}, a space and the rest")
                return
            yield from entry(exchange.name, text, offset)
            if asked is not None and words and words[0].isdigit() and len(words[0]) < 12 and int(words[0]) != asked:
                others = [number_of(other) for other in now.engine.outstanding if other.name == exchange.name]
                rule = "replies-out-of-order" if int(words[0]) in others else "number-of-another"
                detail = f"{exchange.name} asked for message {asked}, and the reply is that for {int(words[0])}"
                yield Fault(rule, offset, offset + len(words[0]), detail, str(asked))


def _after_status(status: StatusLine) -> tuple[bytes, int]:
    """What stands behind ``+OK`` and one space, and its offset."""
    at = 4 if status.line[3:4] == b" " else status.body
    return status.line[at:], status.offset + at


def _drop_listing(text: bytes, offset: int) -> Iterator[Fault]:
    match = _TWO_NUMBERS.match(text)
    if match is None:
        yield Fault("stat-unreadable", offset, offset + len(text), expected="the number of messages and their octets")
    elif match[3].strip():
        yield Fault("listing-extra", offset + match.start(3), offset + match.end(3))


def entry(name: str, text: bytes, offset: int) -> Iterator[Fault]:
    """The faults in one line of a listing, without its line end. ``name``: ``LIST`` or ``UIDL``."""
    if masked(text):
        return
    match = _PARTS.match(text)
    assert match is not None
    before, number, between, value, rest = match.groups()
    end = offset + len(text)
    if not (number.isdigit() and len(number) <= 10):
        what = "what begins the line is no message number"
        yield Fault("listing-not-numeric", offset, end, what, "a message number")
        return
    if before or (between and between != b" "):
        start, stop = match.span(1) if before else match.span(3)
        yield Fault("listing-spaces", offset + start, offset + stop, expected="one space between, none before")
    if not value:
        yield Fault("uidl-empty" if name == "UIDL" else "listing-too-short", offset, end)
    elif name == "LIST":
        if not value.isdigit() or len(value) > 19:
            start, stop = match.span(4)
            what = "the size in a line of a listing is no number"
            yield Fault("listing-not-numeric", offset + start, offset + stop, what, "a size in octets")
        elif rest:
            yield Fault("listing-extra", offset + match.start(5), end)
    else:
        yield from _unique_id(value, rest, offset + match.start(4))


def _unique_id(value: bytes, rest: bytes, offset: int) -> Iterator[Fault]:
    bad = _BAD.search(value)
    if bad is not None:
        yield Fault("uidl-bad-octet", offset + bad.start(), offset + bad.end(), expected="0x21 to 0x7E")
    if len(value) > _LONGEST_UIDL:
        detail = f"a unique-id has {len(value):,} octets instead of at most {_LONGEST_UIDL}"
        yield Fault("uidl-too-long", offset + _LONGEST_UIDL, offset + len(value), detail)
    if rest:
        start = offset + len(value)
        yield Fault("uidl-followed", start, start + len(rest), expected="the end of the line")
