"""Misbehaviours of POP3 in the course of a session: greeting, capabilities, login, errors and the end."""

from __future__ import annotations

from mailshell.misbehave.actions import End
from mailshell.misbehave.changes import Answer, Capabilities, Of, Rewrite
from mailshell.misbehave.misbehaviour import Misbehaviour

_NOOP, _CAPA, _QUIT = rb"NOOP\b", rb"CAPA\b", rb"QUIT\b"
#: The commands that prove who somebody is.
_LOGIN = rb"(?:PASS|APOP|AUTH)\b"
_LONG = "A" * 300

TABLE = (
    Misbehaviour("expire-zero", ("CAPA",), (Capabilities(add=(b"EXPIRE 0",), drop=(b"EXPIRE",)),)),
    Misbehaviour("gmail", (), (Rewrite(Of.GREETING, rb"\A\+OK ?", b"+OK Gpop "),)),
    Misbehaviour("capa-not-answered", ("CAPA",), (Answer(_CAPA, (End(),)),), login=False),
    Misbehaviour(
        "capa-changes-with-login",
        ("CAPA", "USER demo", "PASS demo", "CAPA"),
        (Rewrite(Of.DOT, rb"\A", b"X-MEMBERS-ONLY\r\n", _CAPA, skip=1),),
        login=False,
    ),
    Misbehaviour(
        "announced-and-refused",
        ("CAPA", "UIDL"),
        (Capabilities(add=(b"UIDL",), drop=(b"UIDL",)), Answer(rb"UIDL\b", (b"-ERR no unique-ids here\r\n",))),
    ),
    Misbehaviour(
        "ok-instead-of-challenge",
        ("AUTH PLAIN",),
        (Answer(rb"AUTH \S+\s*\Z", (b"+OK go ahead\r\n",)),),
        login=False,
    ),
    Misbehaviour(
        "auth-challenge-not-base64",
        ("AUTH PLAIN",),
        (Rewrite(Of.CONTINUATION, rb"\A\+[^\r\n]*", b"+ who are you?"),),
        login=False,
    ),
    Misbehaviour(
        "challenge-without-space",
        ("AUTH PLAIN",),
        (Rewrite(Of.CONTINUATION, rb"\A\+ (?=\r?\n)", b"+"),),
        login=False,
    ),
    Misbehaviour(
        "auth-line-refused",
        (f"AUTH PLAIN {_LONG}",),
        (Answer(rb"AUTH \S+ \S{240}", (b"-ERR the line is too long\r\n",)),),
        login=False,
    ),
    Misbehaviour("unasked-challenge", ("NOOP",), (Rewrite(Of.COMPLETION, rb"\Z", b"+ V2hvPw==\r\n", _NOOP),)),
    Misbehaviour(
        "closed-after-error",
        ("XYZZY",),
        (Rewrite(Of.COMPLETION, rb"\A(?P<line>-ERR[^\n]*\n)", (b"{line}", End()), rb"(?!USER|PASS|APOP|AUTH|QUIT)"),),
    ),
    Misbehaviour("closed-at-login", ("USER demo", "PASS demo"), (Answer(_LOGIN, (End(),)),), login=False),
    Misbehaviour(
        "reason-only-in-text",
        ("USER demo", "PASS demo"),
        (Answer(_LOGIN, (b"-ERR the maildrop is locked by another session\r\n",)),),
        login=False,
    ),
    Misbehaviour("error-without-reason", ("RETR 999",), (Rewrite(Of.COMPLETION, rb"\A-ERR[^\r\n]*", b"-ERR"),)),
    Misbehaviour("quit-refused", ("QUIT",), (Answer(_QUIT, (b"-ERR not everything was removed\r\n", End())),)),
    Misbehaviour("quit-not-answered", ("QUIT",), (Answer(_QUIT, (End(),)),)),
    Misbehaviour("wrong-protocol", (), (Rewrite(Of.GREETING, rb"\A[^\r\n]*", b"* OK IMAP4rev1 ready"),)),
    Misbehaviour("no-greeting", (), (Rewrite(Of.GREETING, rb"\A[^\r\n]*", b"+OKready"),)),
    Misbehaviour("greeting-refuses", (), (Rewrite(Of.GREETING, rb"\A[^\r\n]*", b"-ERR too many connections"),)),
)
