"""Lines of POP3 and their tokens."""

from __future__ import annotations

import pytest
from highlight_support import shown

from mailshell.highlight.pop3 import Pop3Lexer

LINES = [
    # Commands.
    ("STAT", "Command STAT"),
    ("stat", "Command stat"),
    ("XTND XLST Subject 3", "Command XTND|Command XLST|Atom Subject|Number 3"),
    ("FROB 1", "UnknownCommand FROB|Number 1"),
    # Statuses and codes.
    ("+OK", "StatusOk +OK"),
    ("+OK 2 320", "StatusOk +OK|Number 2|Number 320"),
    ("+OK 2 messages (320 octets)", "StatusOk +OK|Number 2|Text messages (320 octets)"),
    ("-ERR [IN-USE] locked", "StatusBad -ERR|Punctuation [|Code IN-USE|Punctuation ]|Text locked"),
    ("+ challenge", "Continuation +|Text challenge"),
    # Numbers and strings.
    ("TOP 1 10", "Command TOP|Number 1|Number 10"),
    ("+OK ready <1896.697@dbc.example>", "StatusOk +OK|Text ready |String <1896.697@dbc.example>"),
    ("MBOX archive", "Command MBOX|Mailbox archive"),
    # Secrets.
    ("PASS ge heim", "Command PASS|Secret ge heim"),
    ("PASS ⟦password⟧", "Command PASS|Secret ⟦password⟧"),
    ("APOP mrose c4c9334bac560ecc979e58001b3e22fb", "Command APOP|Atom mrose|Secret c4c9334bac560ecc979e58001b3e22fb"),
    ("AUTH PLAIN AGFuYQ==", "Command AUTH|Capability PLAIN|Secret AGFuYQ=="),
    # What is neither.
    ("<wait for connection>", "Note <wait for connection>"),
    ("whatever this is", "Text whatever this is"),
    (".", "Punctuation ."),
    ("", ""),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_lines(line: str, expected: str) -> None:
    assert shown(Pop3Lexer(), line) == expected


def test_multi_line_replies() -> None:
    text = "LIST\n+OK\n1 120\n2 200\n.\nUIDL\n+OK\n1 abc\n.\nCAPA\n+OK\nSASL PLAIN\n."
    text += "\nLIST 2\n+OK 2 200\nRETR 1\n-ERR no\nSTAT"
    assert shown(Pop3Lexer(), text).split("\n") == [
        "Command LIST",
        "StatusOk +OK",
        "Number 1|Number 120",
        "Number 2|Number 200",
        "Punctuation .",
        "Command UIDL",
        "StatusOk +OK",
        "Number 1|Atom abc",
        "Punctuation .",
        "Command CAPA",
        "StatusOk +OK",
        "Capability SASL|Atom PLAIN",
        "Punctuation .",
        "Command LIST|Number 2",
        "StatusOk +OK|Number 2|Number 200",
        "Command RETR|Number 1",
        "StatusBad -ERR|Text no",
        "Command STAT",
    ]


def test_a_message_is_contents_whatever_it_says() -> None:
    text = "+OK hi\nRETR 1\nSTAT\n+OK\n+OK\nPASS x\n..\n.\n+OK 1 2"
    assert shown(Pop3Lexer(), text).split("\n")[3:] == [
        "StatusOk +OK",
        "Contents +OK",
        "Contents PASS x",
        "Contents ..",
        "Punctuation .",
        "StatusOk +OK|Number 1|Number 2",
    ]


def test_what_answers_a_challenge_is_secret() -> None:
    text = "AUTH LOGIN\n+ VXNlcg==\nYW5h\n+ UGFzcw==\n*\n-ERR cancelled"
    assert shown(Pop3Lexer(), text).split("\n")[2:] == [
        "Secret YW5h",
        "Continuation +|Text UGFzcw==",
        "Text *",
        "StatusBad -ERR|Text cancelled",
    ]
