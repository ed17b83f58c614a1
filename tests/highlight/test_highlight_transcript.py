"""Transcripts of several kinds: each line is read as its protocol's, behind its prefix."""

from __future__ import annotations

import pytest
from highlight_support import shown

from mailshell.highlight.prefixes import Prefix, find_prefix
from mailshell.highlight.transcript import TranscriptLexer
from mailshell.protocol.events import Side
from mailshell.trace import prefix


def rows(text: str, **options: str) -> list[str]:
    return shown(TranscriptLexer(**options), text).split("\n")


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("what", [what for column, what, _ in prefix.COLUMNS if column == 3])
def test_every_prefix_of_the_trace_is_known(what: str, tls: bool) -> None:
    for side in Side:
        assert find_prefix(prefix.of_side(side, tls, what) + "x") == Prefix(4, side, what)


def test_the_prefixes_that_belong_to_neither_side() -> None:
    for tls in (False, True):
        assert find_prefix(prefix.of_request(tls)) == Prefix(4, None, "=")
        assert find_prefix(prefix.of_request(tls, surprise=True)) == Prefix(4, None, "!")
    assert find_prefix(prefix.own()) == Prefix(4, None, "-")
    assert find_prefix(prefix.own(surprise=True)) == Prefix(4, None, "!")


def test_a_trace() -> None:
    text = r"""--- connected to mail.example:143
S:  * OK hi \x1b[31m
C:  a1 STARTTLS
--! the certificate was not verified
C~  a2 FETCH 1 BODY[]
S~  * 1 FETCH (BODY[] {351}
S~| * OK no
S~- … 37 more of 40 lines, 327 more of 351 octets
S~   X {5}
S~| hello\
S~  )
S~= 0.048000 read at 64: 10 octets + ⟦password⟧
S~# 00000000  2a 20
S~! a line ends with a bare LF
S~  a2 OK done"""
    assert rows(text) == [
        "Note --- |Note connected to mail.example:143",
        r"Server S:  |Tag *|StatusOk OK|Text hi |Escape \x1b|Text [31m",
        "Client C:  |Tag a1|Command STARTTLS",
        "Surprise --! |Surprise the certificate was not verified",
        "Client C~  |Tag a2|Command FETCH|Number 1|Item BODY|Punctuation [|Punctuation ]",
        "Server S~  |Tag *|Number 1|Response FETCH|Punctuation (|Item BODY|Punctuation [|Punctuation ]|Literal {351}",
        "Server S~| |Contents * OK no",
        "Server S~- |Note … 37 more of 40 lines, 327 more of 351 octets",
        "Server S~  |Atom X|Literal {5}",
        "Server S~| |Contents hello|Escape \\",
        "Server S~  |Punctuation )",
        "Server S~= |Note 0.048000 read at 64: 10 octets + |Secret ⟦password⟧",
        "Server S~# |Dump 00000000  2a 20",
        "Surprise S~! |Surprise a line ends with a bare LF",
        "Server S~  |Tag a2|StatusOk OK|Text done",
    ]


def test_requests() -> None:
    assert rows(
        "=:  a1 LOGIN ana ⟦password⟧ → OK [X y] in  11.5 ms  sent 9 + ⟦password⟧, received 14 octets\n"
        "=~! a2 NOOP → no answer  11.5 ms  sent 9, received 15 octets\n"
        "=:  STAT → +OK 1 2  11.5 ms  sent 6, received 9 octets\n"
        "=:  DELE 9 → -ERR [SYS/TEMP] no  1,011.5 ms  sent 8, received 20 octets, late"
    ) == [
        "Request =:  |Tag a1|Command LOGIN|Atom ana|Secret ⟦password⟧|Punctuation  → |StatusOk OK|Punctuation [|Code X|"
        "Atom y|Punctuation ]|Text in|Note   11.5 ms  sent 9 + |Secret ⟦password⟧|Note , received 14 octets",
        "Surprise =~! |Surprise a2 NOOP → no answer  11.5 ms  sent 9, received 15 octets",
        "Request =:  |Command STAT|Punctuation  → |StatusOk +OK|Text 1 2|Note   11.5 ms  sent 6, received 9 octets",
        "Request =:  |Command DELE|Number 9|Punctuation  → |StatusBad -ERR|Punctuation [|Code SYS/TEMP|Punctuation ]|"
        "Text no|Note   1,011.5 ms  sent 8, received 20 octets, late",
    ]


def test_a_transcript_of_an_rfc() -> None:
    text = """   C: a004 fetch 12 body[header]
   S: * 12 FETCH (BODY[HEADER] {21}
   S: Date: Wed, 17 Jul
   S:
   S:  )
   S: a004 OK FETCH completed"""
    assert rows(text)[1:] == [
        "Server    S: |Tag *|Number 12|Response FETCH|Punctuation (|Item BODY|Punctuation [|Item HEADER|Punctuation ]|"
        "Literal {21}",
        "Server    S: |Contents Date: Wed, 17 Jul",
        "Server    S:",
        "Server    S: |Punctuation )",
        "Server    S: |Tag a004|StatusOk OK|Text FETCH completed",
    ]
    assert rows(text)[0].startswith("Client    C: |Tag a004|Command fetch|Number 12|Item body")


def test_pop3_as_its_rfc_writes_it() -> None:
    text = (
        "S:    <wait for connection>\nC:    RETR 1\nS:    +OK 120 octets\nS:    <the server sends the message>\nS:    ."
    )
    assert rows(text) == [
        "Server S:  |Note   <wait for connection>",
        "Client C:  |Command RETR|Number 1",
        "Server S:  |StatusOk +OK|Number 120|Text octets",
        "Server S:  |Contents   <the server sends the message>",
        "Server S:  |Punctuation   .",
    ]


def test_the_protocol_is_told_by_what_comes_later() -> None:
    text = "C: LIST\nS: * LIST () NIL x"
    assert rows(text)[0] == "Client C: |Command LIST"
    assert rows("S: hello\nC: LIST\nS: +OK")[0] == "Server S: |Text hello"
    assert rows("S: hello there\nC: a1 NOOP\nS: a1 OK")[0] == "Server S: |Atom hello|Atom there"
    assert rows("C: FOO LIST", protocol="pop3") == ["Client C: |UnknownCommand FOO|Atom LIST"]
    assert rows("C: FOO LIST", protocol="imap") == ["Client C: |Tag FOO|Command LIST"]


def test_several_sessions() -> None:
    text = "--- connected to a\nS:  * OK\nC:  a1 FETCH 1 {5}\n"
    text += "--- connected to b\nS:  +OK\nC:  STAT\n--- connected to c\nC:  LIST"
    assert rows(text)[4:] == [
        "Server S:  |StatusOk +OK",
        "Client C:  |Command STAT",
        "Note --- |Note connected to c",
        "Client C:  |Command LIST",
    ]


def test_the_debug_output_of_imaplib() -> None:
    text = r"""  58:21.12 imaplib version 2.58
  58:21.12 < b'* OK it\'s me'
  58:21.12 > b'ABCD1 LOGIN ana "geheim"'
  58:21.12 < b'* 1 FETCH (FLAGS (\\Seen) BODY[] {9}'
  58:21.12 read literal size 9
  58:21.12 < b')'"""
    assert rows(text) == [
        "Note   58:21.12 |Note imaplib version 2.58",
        r"Server   58:21.12 < |Punctuation b'|Tag *|StatusOk OK|Text it\'s me|Punctuation '",
        "Client   58:21.12 > |Punctuation b'|Tag ABCD1|Command LOGIN|Atom ana|Secret \"geheim\"|Punctuation '",
        r"Server   58:21.12 < |Punctuation b'|Tag *|Number 1|Response FETCH|Punctuation (|Item FLAGS|Punctuation (|"
        r"Flag \\Seen|Punctuation )|Item BODY|Punctuation [|Punctuation ]|Literal {9}|Punctuation '",
        "Note   58:21.12 |Note read literal size 9",
        "Server   58:21.12 < |Punctuation b'|Punctuation )|Punctuation '",
    ]


def test_the_debug_output_of_poplib() -> None:
    text = r"""*cmd* 'LIST'
*put* b'LIST'
*get* b'+OK\r\n'
*resp* b'+OK'
*get* b'1 120\r\n'
*get* b'.\r\n'
*stat* [b'+OK', b'1', b'2']"""
    assert rows(text) == [
        "Client *cmd* |Punctuation '|Command LIST|Punctuation '",
        "Client *put* |Punctuation b'|Command LIST|Punctuation '",
        r"Server *get* |Punctuation b'|StatusOk +OK|Escape \r\n|Punctuation '",
        "Server *resp* |Punctuation b'|StatusOk +OK|Punctuation '",
        r"Server *get* |Punctuation b'|Number 1|Number 120|Escape \r\n|Punctuation '",
        r"Server *get* |Punctuation b'|Punctuation .|Escape \r\n|Punctuation '",
        "Note *stat* |Note [b'+OK', b'1', b'2']",
    ]


def test_other_transcripts() -> None:
    assert rows("> a1 NOOP\n< a1 OK done") == [
        "Client > |Tag a1|Command NOOP",
        "Server < |Tag a1|StatusOk OK|Text done",
    ]
    assert rows("Connected to imap://x\n* OK hi\nA1 NOOP\n\nA1 OK done\nThe end, or not.") == [
        "Text Connected to imap://x",
        "Tag *|StatusOk OK|Text hi",
        "Tag A1|Command NOOP",
        "",
        "Tag A1|StatusOk OK|Text done",
        "Text The end, or not.",
    ]
