"""Sessions compared by meaning, and their canonical form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay_support import HERE, load, recording, script

from mailshell.exits import Exit
from mailshell.modes.diff import main
from mailshell.replay.canonical import canonical
from mailshell.replay.diff import Comparison, compare

GREETING = ("S", "* OK ready\r\n")


def answers(command: str, one: str, other: str, protocol: str = "imap") -> Comparison:
    """Two sessions in which a command is answered otherwise; the tags are others, too."""
    sessions = []
    for tag, answer in (("a1", one), ("zz", other)):
        if protocol == "imap":
            said = (GREETING, ("C", f"{tag} {command}\r\n"), ("S", answer.replace("TAG", tag)))
        else:
            said = (("S", "+OK <1@x> hello\r\n"), ("C", f"{command}\r\n"), ("S", answer))
        sessions.append(script(protocol, *said))
    return compare(*sessions)


@pytest.mark.parametrize(
    ("command", "one", "other"),
    [
        ("NOOP", "TAG OK done\r\n", "TAG OK fertig\r\n"),
        ("CAPABILITY", "* CAPABILITY IMAP4rev1 IDLE\r\nTAG OK\r\n", "* CAPABILITY IDLE IMAP4rev1\r\nTAG OK\r\n"),
        ("SELECT A", "* 1 EXISTS\r\n* FLAGS (\\A \\B)\r\nTAG OK\r\n", "* FLAGS (\\B \\A)\r\n* 1 EXISTS\r\nTAG OK\r\n"),
        (
            "LIST",
            '* LIST () "/" A\r\n* LIST () "/" B\r\nTAG OK\r\n',
            '* LIST () "/" "B"\r\n* LIST () "/" A\r\nTAG OK\r\n',
        ),
        ("SEARCH ALL", "* SEARCH 1 2\r\nTAG OK\r\n", "* SEARCH 2 1\r\nTAG OK\r\n"),
        (
            "FETCH 1:2 X",
            "* 1 FETCH (FLAGS (\\A \\B) RFC822.SIZE 5)\r\n* 2 FETCH (RFC822.SIZE 6)\r\nTAG OK\r\n",
            "* 2 FETCH (RFC822.SIZE 6)\r\n* 1 FETCH (RFC822.SIZE 5)\r\n* 1 FETCH (FLAGS (\\B \\A))\r\nTAG OK\r\n",
        ),
        ("FETCH 1 B", "* 1 FETCH (BODY[1] abc)\r\nTAG OK\r\n", "* 1 FETCH (BODY[1] {3}\r\nabc)\r\nTAG OK\r\n"),
        (
            "FETCH 1 BODY[]",
            "* 1 FETCH (BODY[] {26}\r\nDate: today\r\nTo: b\r\n\r\ntext)\r\nTAG OK\r\n",
            "* 1 FETCH (BODY[] {29}\r\nDate: tomorrow\r\nTo: b\r\n\r\ntext)\r\nTAG OK\r\n",
        ),
    ],
)
def test_the_same_meaning(command: str, one: str, other: str) -> None:
    assert list(answers(command, one, other).report()) == []


@pytest.mark.parametrize(
    ("command", "one", "other", "lines"),
    [
        ("NOOP", "TAG OK\r\n", "TAG NO\r\n", ["  NOOP", "-   completion OK", "+   completion NO"]),
        ("NOOP", "* 1 EXISTS\r\nTAG OK\r\n", "TAG OK\r\n", ["  NOOP", "-   EXISTS 1"]),
        (
            "FETCH 1 FLAGS",
            "* 1 FETCH (FLAGS (\\A))\r\nTAG OK\r\n",
            "* 1 FETCH (FLAGS (\\A \\B))\r\nTAG OK\r\n",
            ["  FETCH 1 FLAGS", "-   FETCH 1 FLAGS \\A", "+   FETCH 1 FLAGS \\A \\B"],
        ),
        (
            "SELECT A",
            "TAG OK [READ-ONLY]\r\n",
            "TAG OK [READ-WRITE]\r\n",
            ["  SELECT A", "-   READ-ONLY", "+   READ-WRITE"],
        ),
        ("NOOP", "TAG OK\r\n", "\x1b[2J junk\r\nTAG OK\r\n", ["  NOOP", "+   stray line ␛[2J junk"]),
    ],
)
def test_another_meaning(command: str, one: str, other: str, lines: list[str]) -> None:
    found = list(answers(command, one, other).report())
    assert [re.sub(r"\\x1b|\x1b|\^\[|␛", "␛", line) for line in found] == lines


@pytest.mark.parametrize(
    ("command", "one", "other", "named"),
    [
        ("SELECT A", "* OK [UIDVALIDITY 1] x\r\nTAG OK\r\n", "* OK [UIDVALIDITY 2] x\r\nTAG OK\r\n", "UIDVALIDITY"),
        ("FETCH 1 UID", "* 1 FETCH (UID 4)\r\nTAG OK\r\n", "* 1 FETCH (UID 5)\r\nTAG OK\r\n", "FETCH UID"),
        ("APPEND A", "TAG OK [APPENDUID 1 2]\r\n", "TAG OK [APPENDUID 3 4]\r\n", "APPENDUID"),
    ],
)
def test_what_is_expected_to_differ_is_named(command: str, one: str, other: str, named: str) -> None:
    comparison = answers(command, one, other)
    assert comparison.same
    assert list(comparison.report()) == [f"expected to differ: {named}"]


@pytest.mark.parametrize(
    ("command", "one", "other", "same"),
    [
        ("STAT", "+OK 2 300\r\n", "+OK 2 300 octets\r\n", True),
        ("STAT", "+OK 2 300\r\n", "+OK 2 301\r\n", False),
        ("CAPA", "+OK\r\nTOP\r\nUIDL\r\n.\r\n", "+OK\r\nUIDL\r\nTOP\r\n.\r\n", True),
        ("LIST", "+OK\r\n1 5\r\n.\r\n", "+OK one\r\n1 5\r\n.\r\n", True),
        ("LIST", "+OK\r\n1 5\r\n.\r\n", "+OK one\r\n1 6\r\n.\r\n", False),
        ("UIDL", "+OK\r\n1 a\r\n.\r\n", "+OK one\r\n1 b\r\n.\r\n", True),
        ("RETR 1", "+OK\r\nA: b\r\n\r\nx\r\n.\r\n", "+OK 8 octets\r\nDate: x\r\nA: b\r\n\r\nx\r\n.\r\n", True),
        ("RETR 1", "+OK\r\nA: b\r\n\r\nx\r\n.\r\n", "+OK\r\nA: b\r\n\r\ny\r\n.\r\n", False),
        ("DELE 1", "+OK\r\n", "-ERR [SYS/TEMP] no\r\n", False),
    ],
)
def test_pop3_by_meaning(command: str, one: str, other: str, same: bool) -> None:
    assert answers(command, one, other, "pop3").same is same


def test_sessions_are_aligned_by_their_commands() -> None:
    one = script("imap", GREETING, ("C", "1 NOOP\r\n"), ("S", "1 OK\r\n"), ("C", "2 CHECK\r\n"), ("S", "2 OK\r\n"))
    other = script(
        "imap", GREETING, ("C", '1 LIST "" *\r\n'), ("S", "1 OK\r\n"), ("C", "2 check\r\n"), ("S", "2 BAD\r\n")
    )
    lines = compare(one, other).lines
    assert lines == ["- NOOP", '+ LIST "" *', "  CHECK", "-   completion OK", "+   completion BAD"]


def test_diff_ends_as_diff_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    changed = tmp_path / "changed.mwire"
    changed.write_text((HERE / "session.mwire").read_text().replace("* 2 EXISTS", "* 3 EXISTS"))
    assert main([str(HERE / "session.mwire"), str(HERE / "session.mwire")]) is Exit.OK
    assert capsys.readouterr().out == ""
    assert main([str(HERE / "session.mwire"), str(changed)]) is Exit.REFUSED
    assert capsys.readouterr().out == "  SELECT INBOX\n-   EXISTS 2\n+   EXISTS 3\n"


def test_a_session_equals_itself() -> None:
    assert list(compare(load(HERE / "session.mwire"), load(HERE / "session.mwire")).report()) == []


CANONICAL = [
    "S: * OK ready",
    "C: T1 SEARCH RETURN () ALL",
    'S: * ESEARCH (TAG "T1") COUNT 1',
    "S: q OK wrong tag",
    "S: T1 OK a1",
    "C: T2 FETCH 1 BODY[]",
    "S: * 1 FETCH (BODY[] {6}",
    "S| a2 OK\\r",
    "S: )",
    "S: T2 OK",
    "C: T3 AUTHENTICATE LOGIN",
    "S: + ",
    "C: ⟦response#1⟧",
    "S: T3 NO",
]
CLIENT = ("a1 SEARCH RETURN () ALL\r\n", "a2 FETCH 1 BODY[]\r\n", "a3 AUTHENTICATE LOGIN\r\n", "⟦response#1⟧\r\n")
SERVER = (
    '* ESEARCH (TAG "a1") COUNT 1\r\nq OK wrong tag\r\na1 OK a1\r\n',
    "* 1 FETCH (BODY[] {6}\r\na2 OK\r)\r\na2 OK\r\n",
    "+ \r\n",
    "a3 NO\r\n",
)


@given(st.lists(st.integers(1, 30), max_size=8))
def test_the_canonical_form_depends_on_no_read(sizes: list[int]) -> None:
    said = [GREETING]
    for sent, answer in zip(CLIENT, SERVER, strict=True):
        said.append(("C", sent))
        at = 0
        for size in [*sizes, len(answer)]:
            said.append(("S", answer[at : at + size]))
            at += size
    found = list(canonical(recording("imap", *said)))
    assert found == CANONICAL


def test_the_canonical_form_of_pop3_has_a_line_for_each_line() -> None:
    said = (("S", "+OK\r\n"), ("C", "RETR 1\r\n"), ("S", "+OK\r\nA: b\r\n"), ("S", "\r\n..x\r"), ("S", "\n.\r\n"))
    found = list(canonical(recording("pop3", *said)))
    assert found == ["S: +OK", "C: RETR 1", "S: +OK", "S| A: b", "S| ", "S| ..x", "S: ."]


def test_a_large_literal_is_given_by_its_digest() -> None:
    said = (
        GREETING,
        ("C", "1 FETCH 1 BODY[]\r\n"),
        ("S", "* 1 FETCH (BODY[] {100000}\r\n" + "x" * 100_000 + ")\r\n1 OK\r\n"),
    )
    found = list(canonical(recording("imap", *said)))
    assert found[3].startswith("S| 100,000 octets, SHA-256 ")
