"""The explanations: every line of ``explanations.txt`` is a case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from explain_support import Listener

from mailshell.protocol.imap.terms import TERMS as IMAP
from mailshell.protocol.pop3.terms import TERMS as POP3

FILE = Path(__file__).parent / "explanations.txt"
Block = list[tuple[str, list[str]]]


def blocks() -> Iterator[tuple[str, str, Block]]:
    """Protocol, title, and the lines of each block with what explains them."""
    protocol, title = "", ""
    found: Block = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            if found:
                yield protocol, title, found
            protocol, _, title = line[1:].partition("] ")
            found = []
        elif line.startswith(("C:", "S:")):
            found.append((line, []))
        elif line.startswith("    "):
            found[-1][1].append(line.strip())
        else:
            assert not line or line.startswith("#"), f"not a case: {line}"
    yield protocol, title, found


BLOCKS = list(blocks())


@pytest.mark.parametrize(("protocol", "title", "block"), BLOCKS, ids=[f"{one[0]}: {one[1]}" for one in BLOCKS])
def test_explanations(protocol: str, title: str, block: Block) -> None:
    listener = Listener(protocol)
    for line, expected in block:
        assert listener.play(line) == expected, line


def test_there_are_enough_cases() -> None:
    lines = [(line, told) for _, _, block in BLOCKS for line, told in block]
    assert len([told for line, told in lines if told and line.startswith("S:")]) >= 150
    assert len([told for line, told in lines if told and line.startswith("C:")]) >= 100
    assert len({title for _, title, _ in BLOCKS}) >= 20


@pytest.mark.parametrize(("protocol", "kind"), [("imap", "response"), ("imap", "response-code"), ("imap", "fetch-item"),
                                                ("pop3", "capability"), ("pop3", "response-code")])  # fmt: skip
def test_the_cases_hold_each_name_of_the_tables(protocol: str, kind: str) -> None:
    """Of data items, those that a server sends: not the macros, nor what CONVERT answers with and what is long gone."""
    told = "\n".join(line for own, _, block in BLOCKS for line, _ in block if own == protocol and line.startswith("S:"))
    only_asked = {"ALL", "FAST", "FULL", "BODY.PEEK[", "BINARY.PEEK[", "BODYPARTSTRUCTURE[", "AVAILABLECONVERSIONS["}
    terms = (IMAP if protocol == "imap" else POP3).of_kind(kind)
    names = {term.name for term in terms if not (kind == "fetch-item" and (term.obsolete or term.name in only_asked))}
    assert len(names) > 5
    assert {name for name in names if name not in told} == set()


def test_every_command_of_the_catalogues_is_explained() -> None:
    from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP_COMMANDS
    from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3_COMMANDS

    for protocol, catalogue in (("imap", IMAP_COMMANDS), ("pop3", POP3_COMMANDS)):
        for record in catalogue.values():
            listener = Listener(protocol)
            listener.server(b"* OK ready\r\n" if protocol == "imap" else b"+OK ready\r\n")
            tag = "a1 " if protocol == "imap" else ""
            told = listener.client(f"{tag}{record.example}\r\n".encode())
            assert told
            assert not any(explanation.generic for explanation in told), record.name
            assert any(explanation.text.startswith(f"{record.name}: ") for explanation in told), record.name
            assert all(len(explanation.text) < 250 for explanation in told), record.name
