"""Misbehaviours of POP3 from one session to the next."""

from __future__ import annotations

from mailshell.misbehave.actions import End
from mailshell.misbehave.changes import Ask, Of, Rewrite
from mailshell.misbehave.misbehaviour import Misbehaviour, in_two_sessions
from mailshell.misbehave.pop3.maildrop import NOT_DELETED

_LIST, _UIDL, _TOP = rb"LIST\b", rb"UIDL\b", rb"(?:TOP|RETR)\b"
#: Message 1 is not listed.
_GONE = Rewrite(Of.BODY, rb"\A1 [^\n]*\n", b"", rb"(?:UIDL|LIST)\b")


TABLE = (
    in_two_sessions(
        "size-changed-since",
        ("LIST", "UIDL"),
        Rewrite(Of.BODY, rb"\A(?P<n>\d+) (?P<size>\d+)", b"{n} {size+7}", _LIST),
        good=1,
    ),
    in_two_sessions(
        "uidl-reused",
        ("UIDL", "TOP 1 0"),
        Rewrite(Of.BODY, rb"\AMessage-ID: <", b"Message-ID: <another-", _TOP),
        good=1,
    ),
    in_two_sessions("uidl-changed", ("LIST", "UIDL", "TOP 1 0"), Rewrite(Of.BODY, rb"\A1 ", b"1 new-", _UIDL), good=1),
    in_two_sessions("uidls-all-new", ("LIST", "UIDL"), Rewrite(Of.BODY, rb"(?<=\d )(?=\S)", b"{session}-", _UIDL)),
    # The server gets a QUIT that the client has not sent, and the client does not get its answer.
    Misbehaviour(
        "deleted-without-quit",
        ("UIDL", "DELE 1", ".reconnect", "UIDL"),
        (Ask(rb"DELE\b", rb"\r?\n\Z", b"\r\nQUIT\r\n"), Rewrite(Of.OTHER, rb"(?s)\A.*\Z", End())),
        remember=True,
    ),
    Misbehaviour(
        "deletion-undone",
        ("UIDL", "DELE 1", "QUIT", ".reconnect", "UIDL"),
        (NOT_DELETED,),
        remember=True,
    ),
    Misbehaviour("gone-after-retr", ("UIDL", "RETR 1", ".reconnect", "UIDL"), (_GONE,), remember=True, good=1),
)
