"""Lines of IMAP and their tokens."""

from __future__ import annotations

import pytest
from highlight_support import shown

from mailshell.highlight.imap import ImapLexer

LINES = [
    # Commands and tags.
    ("a1 NOOP", "Tag a1|Command NOOP"),
    ("A001 capability", "Tag A001|Command capability"),
    ("x7 UID  EXPUNGE 4:7", "Tag x7|Command UID|Command EXPUNGE|Number 4:7"),
    ("a1 FROBNICATE now", "Tag a1|UnknownCommand FROBNICATE|Atom now"),
    ("DONE", "Command DONE"),
    # Statuses and codes.
    ("a1 OK done", "Tag a1|StatusOk OK|Text done"),
    ("a1 NO [TRYCREATE] no such mailbox", "Tag a1|StatusNo NO|Punctuation [|Code TRYCREATE|Punctuation ]|"
     "Text no such mailbox"),
    ("a1 BAD what?", "Tag a1|StatusBad BAD|Text what?"),
    ("* BYE bye", "Tag *|StatusNo BYE|Text bye"),
    ("* PREAUTH hi", "Tag *|StatusOk PREAUTH|Text hi"),
    ("* OK [UIDNEXT 4392] next", "Tag *|StatusOk OK|Punctuation [|Code UIDNEXT|Number 4392|Punctuation ]|Text next"),
    ("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi", "Tag *|StatusOk OK|Punctuation [|Code CAPABILITY|"
     "Capability IMAP4rev1|Capability AUTH=PLAIN|Punctuation ]|Text hi"),
    ("* OK [X open", "Tag *|StatusOk OK|Punctuation [|Code X|Atom open"),
    ("+ go ahead", "Continuation +|Text go ahead"),
    ("+", "Continuation +"),
    # Flags.
    (r"* FLAGS (\Seen $Junk Work)", r"Tag *|Response FLAGS|Punctuation (|Flag \Seen|Flag $Junk|Flag Work|"
     "Punctuation )"),
    (r"* OK [PERMANENTFLAGS (\Deleted \*)] ok", r"Tag *|StatusOk OK|Punctuation [|Code PERMANENTFLAGS|Punctuation (|"
     r"Flag \Deleted|Flag \*|Punctuation )|Punctuation ]|Text ok"),
    (r"a1 STORE 2:4 +FLAGS (\Deleted Work)", r"Tag a1|Command STORE|Number 2:4|Item +FLAGS|Punctuation (|"
     r"Flag \Deleted|Flag Work|Punctuation )"),
    # Literals.
    ("a1 APPEND Drafts {310}", "Tag a1|Command APPEND|Mailbox Drafts|Literal {310}"),
    ("a1 APPEND Drafts ~{310+}", "Tag a1|Command APPEND|Mailbox Drafts|Literal ~{310+}"),
    # Numbers and sets.
    ("* 18 EXISTS", "Tag *|Number 18|Response EXISTS"),
    ("* SEARCH 2 84 882", "Tag *|Response SEARCH|Number 2|Number 84|Number 882"),
    ("a1 COPY 2:4,7:* Archive", "Tag a1|Command COPY|Number 2:4,7:*|Mailbox Archive"),
    ("a1 COPY $ Archive", "Tag a1|Command COPY|Number $|Mailbox Archive"),
    # Strings, mailboxes, NIL.
    (r'a1 SELECT "a \"b\" c"', r'Tag a1|Command SELECT|Mailbox "a \"b\" c"'),
    ('a1 ID ("name" "x" "version" NIL)', 'Tag a1|Command ID|Punctuation (|String "name"|String "x"|'
     'String "version"|Nil NIL|Punctuation )'),
    (r'* LIST (\HasNoChildren) "/" INBOX/a', r'Tag *|Response LIST|Punctuation (|Flag \HasNoChildren|Punctuation )|'
     'String "/"|Mailbox INBOX/a'),
    ("* LIST () NIL x", "Tag *|Response LIST|Punctuation (|Punctuation )|Nil NIL|Mailbox x"),
    ('a1 LIST "" %', 'Tag a1|Command LIST|Mailbox ""|Mailbox %'),
    ("* STATUS blurdybloop (MESSAGES 231)", "Tag *|Response STATUS|Mailbox blurdybloop|Punctuation (|Item MESSAGES|"
     "Number 231|Punctuation )"),
    # Data items and sections.
    ("a1 FETCH 1 (UID BODY.PEEK[1.2.HEADER.FIELDS (From To)]<0.100>)", "Tag a1|Command FETCH|Number 1|Punctuation (|"
     "Item UID|Item BODY.PEEK|Punctuation [|Number 1.2|Item .HEADER.FIELDS|Punctuation (|Header From|Header To|"
     "Punctuation )|Punctuation ]|Number <0.100>|Punctuation )"),
    (r"* 12 FETCH (FLAGS (\Seen) UID 4 BODY[] NIL)", r"Tag *|Number 12|Response FETCH|Punctuation (|Item FLAGS|"
     r"Punctuation (|Flag \Seen|Punctuation )|Item UID|Number 4|Item BODY|Punctuation [|Punctuation ]|Nil NIL|"
     "Punctuation )"),
    # Secrets.
    ("a1 LOGIN ana geheim", "Tag a1|Command LOGIN|Atom ana|Secret geheim"),
    ('a1 LOGIN "ana" "ge heim"', 'Tag a1|Command LOGIN|String "ana"|Secret "ge heim"'),
    ("a1 LOGIN ana ⟦password⟧", "Tag a1|Command LOGIN|Atom ana|Secret ⟦password⟧"),
    ("a1 AUTHENTICATE PLAIN AGFuYQ==", "Tag a1|Command AUTHENTICATE|Capability PLAIN|Secret AGFuYQ=="),
    ("a1 PASS geheim", "Tag a1|UnknownCommand PASS|Secret geheim"),
    ("* OK ⟦password⟧ is wrong", "Tag *|StatusOk OK|Secret ⟦password⟧|Text  is wrong"),
    # What is neither.
    ("", ""),
    (")", "Punctuation )"),
    (' "x', 'String "x'),
    (r"* OK \x1b[31m", r"Tag *|StatusOk OK|Escape \x1b|Text [31m"),
    ("* SEARCH 1 2 … 3,010 more octets", "Tag *|Response SEARCH|Number 1|Number 2|Note … 3,010 more octets"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_lines(line: str, expected: str) -> None:
    assert shown(ImapLexer(), line) == expected


def test_literals_are_counted() -> None:
    text = "* 1 FETCH (BODY[] {11}\r\na1 OK\r\nb\r\nc UID 5)\r\na1 OK done\r\n"
    assert shown(ImapLexer(), text).split("\n")[1:] == [
        "Contents a1 OK",
        "Contents b",
        "Contents c|Item UID|Number 5|Punctuation )",
        "Tag a1|StatusOk OK|Text done",
        "",
    ]


def test_a_literal_holds_octets_and_not_characters() -> None:
    assert shown(ImapLexer(), "a1 SELECT {4}\n+ go\näö (CONDSTORE)").split("\n")[1:] == [
        "Continuation +|Text go",
        "Contents äö|Punctuation (|Item CONDSTORE|Punctuation )",
    ]


def test_literals_of_a_login() -> None:
    text = "a1 LOGIN {3}\n+ go\nana {6}\n+ go\ngeheim\na1 OK"
    assert shown(ImapLexer(), text).split("\n") == [
        "Tag a1|Command LOGIN|Literal {3}",
        "Continuation +|Text go",
        "Contents ana|Literal {6}",
        "Continuation +|Text go",
        "Secret geheim",
        "Tag a1|StatusOk OK",
    ]


def test_a_literal_of_the_wrong_size_ends_with_the_answer() -> None:
    text = "a1 FETCH 1 BODY[]\n* 1 FETCH (BODY[] {4000}\nhello\n)\na2 OK x\na1 OK done"
    assert shown(ImapLexer(), text).split("\n")[2:] == [
        "Contents hello",
        "Contents )",
        "Contents a2 OK x",
        "Tag a1|StatusOk OK|Text done",
    ]


def test_what_answers_a_challenge_is_secret() -> None:
    text = "a1 AUTHENTICATE LOGIN\n+ VXNlcg==\nYW5h\n+ UGFzcw==\n*\na1 BAD cancelled\n+ x\na2 NOOP"
    assert shown(ImapLexer(), text).split("\n") == [
        "Tag a1|Command AUTHENTICATE|Capability LOGIN",
        "Continuation +|Text VXNlcg==",
        "Secret YW5h",
        "Continuation +|Text UGFzcw==",
        "Tag *",
        "Tag a1|StatusBad BAD|Text cancelled",
        "Continuation +|Text x",
        "Tag a2|Command NOOP",
    ]
