"""Checks of how a line is written: brackets, quotes, arguments, sets of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mailshell.assist.forms import form_of, kind_in_words
from mailshell.assist.grammar import find_term
from mailshell.assist.reading import Reading
from mailshell.assist.situation import Caution, Situation
from mailshell.assist.tokens import Item
from mailshell.protocol.terms import Terms

_NUMBER = r"(?:[1-9]\d*|\*)"
_SET = re.compile(rf"\$|{_NUMBER}(?::{_NUMBER})?(?:,{_NUMBER}(?::{_NUMBER})?)*")
#: What a person meant as a set of message numbers, among the keys of a search.
_LIKE_SET = re.compile(r"[\d*][\d*:,.;-]*")
_LARGEST = 2**32 - 1
#: Of what looks like a redirection so many characters are shown.
_SHOWN = 40
_DIGITS = re.compile(r"\d+", re.ASCII)
_SECONDS = re.compile(r"\d+(?:\.\d*)?|\.\d+", re.ASCII)
_STORE = frozenset({"STORE", "UID STORE"})
_SETS = frozenset({"sequence-set", "uid-set"})
#: The kinds that are a number, and the smallest that is one.
_NUMBERS: Mapping[str, int] = {"message": 1, "uid": 1, "lines": 0}
#: In POP3 the last argument may hold blanks if it is one of these.
_MAY_HOLD_BLANKS = frozenset({"mailbox", "user"})


def unknown_command(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    if reading.head.record is None:
        meant = f" (did you mean {reading.near}?)" if reading.near else ""
        yield Caution("unknown-command", f"{reading.name} is not in the catalogue{meant}; it is sent as it is")


def unclosed(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    tokens = reading.tokens
    if tokens.last is not None and tokens.last.kind == "unclosed":
        yield Caution("unclosed-quote", "a quotation mark is not closed")
    elif tokens.crossed:
        yield Caution("unbalanced-parentheses", "a closing bracket has no opening one")
    elif len(tokens.levels) > 1 and not reading.goes_on:
        opener = tokens.innermost.opener[-1]
        yield Caution("unbalanced-parentheses", f"a {opener} is not closed")


def malformed_redirection(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    """What looks like ``> FILE`` and is none."""
    items = _open_items(reading)
    at = next((at for at, item in enumerate(items) if item.kind == "word" and item.text.startswith(">")), None)
    if at is None:
        return
    text = " ".join(item.text for item in items[at:])
    if text.startswith(">>"):
        how = "> FILE writes a file anew, and nothing appends to one"
    elif text == ">":
        how = "the name of a file has to follow"
    else:
        how = "a file with blanks needs quotes"
    yield Caution("malformed-redirection", f'"{_cut(text)}" is sent too; {how}')


def malformed_pipe(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    """What looks like ``| program`` and is none."""
    words = (item.text for item in _open_items(reading) if item.kind == "word")
    found = next((word for word in words if "|" in word), None)
    if found is not None:
        text = f'"{_cut(found)}" is sent too; to a program leads | with blanks on both sides'
        yield Caution("malformed-pipe", text)


def _open_items(reading: Reading) -> list[Item]:
    """The tokens outside brackets; none if one may be a secret, of which nothing is said."""
    record, levels = reading.head.record, reading.tokens.levels
    if record is None or any(argument.secret for argument in record.parsed) or len(levels) > 1:
        return []
    return levels[0].items


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def missing_argument(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    missing = [slot for slot in reading.missing if reading.name not in _STORE or slot.kind in _SETS]
    if reading.is_whole and missing:
        forms = " ".join(form_of(slot) for slot in missing)
        yield Caution("missing-argument", f"{reading.name} needs {forms} too")


def too_many_arguments(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    record = reading.head.record
    if record is None or not reading.surplus or not reading.is_whole:
        return
    if record.name == "IDLE" and _SECONDS.fullmatch(reading.surplus[0].text):
        # Not sent: after so many seconds IDLE is ended.
        return
    if situation.protocol == "pop3" and record.parsed and record.parsed[-1].kind in _MAY_HOLD_BLANKS:
        return
    arguments = record.syntax.removeprefix(record.name).strip()
    takes = f"{arguments} and nothing more" if arguments else "no arguments"
    yield Caution("too-many-arguments", f"{reading.name} takes {takes}")


def bad_sequence_set(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    for slot, item in reading.matched:
        if item.kind == "list" and slot.kind in _SETS:
            yield Caution("bad-sequence-set", "a list stands where a set of numbers such as 1:5,8 or 100:* belongs")
        if item.kind not in ("word", "quoted"):
            continue
        wanted = slot.kind in _SETS or (slot.kind.startswith("search-key") and _LIKE_SET.fullmatch(item.text))
        if wanted and not is_set(item.text):
            yield Caution("bad-sequence-set", f"{item.text} is no set of numbers such as 1:5,8 or 100:*")


def is_set(text: str) -> bool:
    """Whether the text is a sequence set (RFC 9051 section 9), or ``$`` for a result that was saved."""
    return _SET.fullmatch(text) is not None and all(_fits(number) for number in _DIGITS.findall(text))


def _fits(number: str) -> bool:
    return len(number) < 11 and int(number) <= _LARGEST


def bad_number(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    for slot, item in reading.matched:
        least = _NUMBERS.get(slot.kind)
        if least is None or item.kind not in ("word", "quoted"):
            continue
        if not _DIGITS.fullmatch(item.text) or (least and not item.text.strip("0")):
            yield Caution("bad-number", f"{item.text} is not {kind_in_words(slot.kind)}")


def store(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    if reading.name not in _STORE or not reading.is_whole or any(slot.kind in _SETS for slot in reading.missing):
        return
    operation = reading.given("store-operation")
    if operation is None or find_term("store-operation", operation.text, terms) is None:
        yield Caution("store-without-operation", f"{reading.name} needs FLAGS, +FLAGS or -FLAGS before the flags")
    elif reading.missing:
        yield Caution("store-without-flags", f"{reading.name} needs a list of flags behind {operation.text}")


SYNTAX = (
    unknown_command,
    unclosed,
    malformed_redirection,
    malformed_pipe,
    missing_argument,
    too_many_arguments,
    store,
    bad_sequence_set,
    bad_number,
)
