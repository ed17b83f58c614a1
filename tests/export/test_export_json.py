"""The document: each command with what was sent and answered, and what happened besides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from export_support import IMAP, LETTER, POP3, Step, exported, record


def document(path: Path, fold: int | None = 20) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(exported(path, "json", fold))
    return found


def test_each_command_with_its_answer(tmp_path: Path) -> None:
    found = document(record(tmp_path / "a.mwire", IMAP))
    by_name = {each["command"]: each for each in found["exchanges"]}
    assert list(by_name) == ["STARTTLS", "LOGIN", "ID", "SELECT", "FETCH", "NOOP", "LOGOUT"]
    login = by_name["LOGIN"]
    assert (login["tag"], login["status"], login["text"], login["tls"]) == ("a2", "OK", "logged in", True)
    assert login["sent"] == ["a2 LOGIN ana ⟦password#1⟧"]
    assert login["answers"] == ["* CAPABILITY IMAP4rev1 IDLE ID", "a2 OK logged in"]
    assert (login["began"], login["ended"]) == (0.006, 0.007)
    assert by_name["SELECT"]["code"] == "READ-WRITE"
    first, body, last, unasked, completed = by_name["FETCH"]["answers"]
    assert first == f"* 2 FETCH (UID 17 BODY[] {{{len(LETTER)}}}"
    assert body == {"contents": LETTER.decode().split("\r\n")[:-1], "octets": len(LETTER)}
    assert (last, unasked, completed) == (")", "* 4 EXISTS", "a5 OK done")


def test_a_command_without_an_answer_does_not_hold_up_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[Step] = [("S", b"* PREAUTH\r\n"), ("C", b"a0 CHECK\r\n")]
    for number in range(1, 9):
        steps += [("C", b"a%d NOOP\r\n" % number), ("S", b"a%d OK\r\n" % number)]
    path = record(tmp_path / "a.mwire", [*steps, ("S", b"a0 OK late\r\n")])
    whole = document(path)
    assert whole["exchanges"][0]["answers"] == ["a0 OK late"]
    monkeypatch.setattr("mailshell.export.exchanges._MOST_WAITING", 3)
    found = document(path)
    assert found["exchanges"][0]["answers"] == []
    assert found["exchanges"][1:] == whole["exchanges"][1:]
    assert [each["lines"] for each in found["besides"] if each["kind"] == "unsolicited"] == [["a0 OK late"]]


def test_what_happened_besides(tmp_path: Path) -> None:
    found = document(record(tmp_path / "a.mwire", IMAP))
    besides = [(each["kind"], each["lines"]) for each in found["besides"]]
    for expected in (
        ("greeting", ["* OK [CAPABILITY IMAP4rev1 STARTTLS] ready"]),
        ("note", ["mark: here it comes"]),
        ("unexpected", ["zz OK whose tag is this?"]),
        ("note", ["the server closed the connection"]),
    ):
        assert expected in besides
    assert [each["when"] for each in found["capabilities"]] == ["in the clear", "after login"]
    assert found["masked"] == {"password": 1}
    assert found["recording"]["host"] == "mail.example.org"
    assert len(found["warnings"]) == 1


def test_a_folded_body(tmp_path: Path) -> None:
    found = document(record(tmp_path / "a.mwire", POP3, "pop3"), 1)
    listing, retrieved = (each["answers"] for each in found["exchanges"] if each["command"] in ("LIST", "RETR"))
    assert listing == ["+OK", {"contents": ["1 100"], "folded": "… 1 more of 2 lines, 7 more of 14 octets"}, "."]
    assert retrieved[1]["contents"] == ["From: ana@example.org"]


def test_answers_go_to_their_commands_however_they_are_interleaved(tmp_path: Path) -> None:
    steps: list[Step] = [
        ("S", b"* OK hi\r\n"),
        ("C", b"a1 FETCH 1 FLAGS\r\na2 SEARCH ALL\r\na3 NOOP\r\n"),
        ("S", b"* SEARCH 1 2\r\n* 1 FETCH (FLAGS ())\r\na3 OK third\r\na1 OK first\r\n"),
        ("S", b"a2 NO second\r\n* BYE soon\r\n"),
        ("C", b"a4 IDLE\r\n"),
        ("S", b"+ idling\r\n"),
        ("C", b"DONE\r\n"),
    ]
    whole = document(record(tmp_path / "a.mwire", steps))
    found = whole["exchanges"]
    assert [each["lines"] for each in whole["besides"] if each["kind"] == "unsolicited"] == [["* BYE soon"]]
    assert [each["answers"] for each in found] == [
        ["* 1 FETCH (FLAGS ())", "a1 OK first"],
        ["* SEARCH 1 2", "a2 NO second"],
        ["a3 OK third"],
        ["+ idling"],
    ]
    assert [each["status"] for each in found] == ["OK", "NO", "OK", None]
    assert found[3]["sent"] == ["a4 IDLE", "DONE"]
    assert found[3]["ended"] is None


def test_nothing_is_lost(tmp_path: Path) -> None:
    """All lines of the wire stand somewhere in the document."""
    for name, steps in (("imap", IMAP), ("pop3", POP3)):
        text = exported(record(tmp_path / f"{name}.mwire", steps, name), "json", None)
        lines: list[str] = []

        def collect(value: object, lines: list[str] = lines) -> None:
            if isinstance(value, str):
                lines.append(value)
            elif isinstance(value, dict):
                for each in value.values():
                    collect(each)
            elif isinstance(value, list):
                for each in value:
                    collect(each)

        collect(json.loads(text))
        octets = {side: b"".join(value for kind, value in steps if kind == side) for side in "CS"}
        for side in "CS":
            for line in octets[side].decode().split("\r\n"):
                assert line in lines or not line, (side, line)
