"""The hints: every line of ``hints.txt`` is a case, ``typed|  → hint``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from assist_support import EXAMPLES, PROTOCOLS, Protocol

from mailshell.assist.hints import explain_position
from mailshell.protocol.catalogue import Command

FILE = Path(__file__).parent / "hints.txt"
CASE = re.compile(r"(?P<typed>.*?)\|\s*→ ?(?P<hint>.*)")


def cases() -> Iterator[tuple[str, str, str]]:
    """Protocol, what is typed, and the hint."""
    protocol = ""
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("protocol:"):
            protocol = line.partition(":")[2].strip()
        elif line and not line.startswith("#"):
            match = CASE.fullmatch(line)
            assert match is not None, f"not a case: {line}"
            yield protocol, match["typed"], match["hint"]


@pytest.mark.parametrize(("protocol", "typed", "expected"), list(cases()))
def test_hint(protocol: str, typed: str, expected: str) -> None:
    for known in PROTOCOLS.values() if protocol == "local" else [PROTOCOLS[protocol]]:
        assert known.hint(typed) == expected


def test_there_are_enough_cases() -> None:
    found = list(cases())
    assert len(found) >= 200
    assert len(found) == len(set(found))
    assert {protocol for protocol, _, _ in found} == {"imap", "pop3", "local"}


@pytest.mark.parametrize(("protocol", "record"), EXAMPLES, ids=lambda value: getattr(value, "name", ""))
def test_every_argument_is_hinted_at(protocol: Protocol, record: Command) -> None:
    hint = protocol.hint(f"{record.name} ")
    assert bool(hint) == bool(record.parsed)
    assert hint.startswith("[") == bool(record.parsed and record.parsed[0].optional)


@pytest.mark.parametrize(
    ("protocol", "typed", "line"),
    [
        ("imap", "FETCH 1 ", "FETCH: data items, one or several in parentheses (RFC 3501 6.4.5)"),
        ("imap", "FETCH 1 (", "FETCH: a FETCH data item (RFC 3501 6.4.5)"),
        ("imap", "FETCH 1 BODY[HEADER.FIELDS (", "FETCH BODY[ HEADER.FIELDS: a header field"),
        ("imap", "SEARCH SINCE ", "SEARCH SINCE: a date, dd-Mon-yyyy"),
        ("imap", 'LIST "" % ', "LIST: RETURN"),
        ("imap", "NOOP ", "NOOP: complete (RFC 3501 6.1.2)"),
        ("imap", "FOO ", "FOO: not in the catalogue, sent as it is"),
        ("imap", "FE", "a command"),
        ("imap", "", "a command"),
        ("imap", "FETCH 1 FLAGS > ", "FETCH: the name of a file"),
        ("pop3", "RETR ", "RETR: a message number (RFC 1939 5)"),
        ("pop3", "PASS hunter2", "PASS: a secret, masked wherever it goes (RFC 1939 7)"),
        ("pop3", ".debug ", ".debug: an argument of a local command"),
        ("pop3", ".de", "a local command"),
    ],
)
def test_the_line_that_names_the_place(protocol: str, typed: str, line: str) -> None:
    assert explain_position(PROTOCOLS[protocol].locate(typed)) == line
