"""POP3 replies → lines and JSON."""

from __future__ import annotations

import pytest

from mailshell.protocol.pop3.response import read_status
from mailshell.render.json import listing_json, reply_json, status_json
from mailshell.render.pop3 import MESSAGE_BODIES, Pop3Rendering

SINGLE: list[tuple[str, str, bytes, list[str], dict[str, object]]] = [
    (
        "STAT",
        "",
        b"+OK 3 1234",
        ["3 messages, 1,234 octets (1.2 KiB)"],
        {"type": "stat", "messages": 3, "octets": 1234},
    ),
    ("STAT", "", b"+OK 1 0 extra", ["1 message, 0 octets"], {"type": "stat", "messages": 1, "octets": 0}),
    ("STAT", "", b"+OK three", [], {}),
    ("STAT", "", b"-ERR 3 1234", [], {}),
    (
        "LIST",
        "2",
        b"+OK 2 200",
        ["message 2: 200 octets"],
        {"type": "list", "messages": [{"number": 2, "octets": 200}]},
    ),
    (
        "UIDL",
        "2",
        b"+OK 2 QhdPYR:00WBw1Ph7x7",
        ["message 2: unique-id QhdPYR:00WBw1Ph7x7"],
        {"type": "uidl", "messages": [{"number": 2, "uid": "QhdPYR:00WBw1Ph7x7"}]},
    ),
    ("LIST", "9", b"-ERR no such message", [], {}),
    ("DELE", "1", b"+OK 1 2", [], {}),
]


@pytest.mark.parametrize(("name", "arguments", "line", "shown", "value"), SINGLE)
def test_single_line(name: str, arguments: str, line: bytes, shown: list[str], value: dict[str, object]) -> None:
    rendering = Pop3Rendering(name, arguments)
    assert rendering.status(read_status(line, 0)) == shown
    assert rendering.finish() == []
    assert reply_json(name, read_status(line, 0)) == value


LISTINGS: list[tuple[str, list[bytes], list[str], dict[str, object]]] = [
    (
        "LIST",
        [b"1 120\r\n", b"2 1234567\r\n"],
        ["#     OCTETS", "1        120", "2  1,234,567", "(2 messages, 1,234,687 octets (1.2 MiB))"],
        {"type": "list", "messages": [{"number": 1, "octets": 120}, {"number": 2, "octets": 1234567}]},
    ),
    ("LIST", [], ["(0 messages, 0 octets)"], {"type": "list", "messages": []}),
    (
        "LIST",
        [b"1 120", b"rubbish \x1b", b"2 200 extra"],
        ["     #  OCTETS", "     1     120", "rubbish \\x1b", "     2     200  extra", "(2 messages, 320 octets)"],
        {
            "type": "list",
            "messages": [{"number": 1, "octets": 120}, {"line": "rubbish \x1b"}, {"number": 2, "octets": 200}],
        },
    ),
    (
        "UIDL",
        [b"1 whqtswO00WBw418f9t5JxYwZ", b"12 \xff"],
        [" #  UNIQUE-ID", " 1  whqtswO00WBw418f9t5JxYwZ", "12  \\xff", "(2 messages)"],
        {
            "type": "uidl",
            "messages": [{"number": 1, "uid": "whqtswO00WBw418f9t5JxYwZ"}, {"number": 12, "uid": {"base64": "/w=="}}],
        },
    ),
    (
        "CAPA",
        [b"TOP", b"SASL CRAM-MD5 PLAIN"],
        ["TOP", "SASL CRAM-MD5 PLAIN"],
        {
            "type": "capa",
            "capabilities": [
                {"name": "TOP", "arguments": []},
                {"name": "SASL", "arguments": ["CRAM-MD5", "PLAIN"]},
            ],
        },
    ),
    ("XHELP", [b"a\x07", b""], ["a\\x07", ""], {"type": "xhelp", "lines": ["a\x07", ""]}),
]


@pytest.mark.parametrize(("name", "lines", "shown", "value"), LISTINGS)
def test_listing(name: str, lines: list[bytes], shown: list[str], value: dict[str, object]) -> None:
    rendering = Pop3Rendering(name, "")
    assert [text for line in lines for text in rendering.line(line)] + rendering.finish() == shown
    assert listing_json(name, lines) == value


def test_messages_are_not_rendered_here() -> None:
    assert {"RETR", "TOP"} == MESSAGE_BODIES


STATUSES: list[tuple[bytes, dict[str, object]]] = [
    (b"+OK ready", {"status": "+OK", "code": None, "text": "ready"}),
    (b"-ERR [SYS/TEMP] later", {"status": "-ERR", "code": "SYS/TEMP", "text": "later"}),
    (b"+OK \xff", {"status": "+OK", "code": None, "text": {"base64": "/w=="}}),
]


@pytest.mark.parametrize(("line", "value"), STATUSES)
def test_status_json(line: bytes, value: dict[str, object]) -> None:
    assert status_json(read_status(line, 0)) == value
