"""Misbehaviours of IMAP around STARTTLS, and in the clear."""

from __future__ import annotations

from mailshell.misbehave.actions import BeginTls
from mailshell.misbehave.changes import Answer, Capabilities, KeepClear, Of, Rewrite
from mailshell.misbehave.misbehaviour import Misbehaviour

_OFFERED = Capabilities(add=(b"STARTTLS",))
_REFUSED = Answer(b"STARTTLS", (b"{tag} NO not now\r\n",))
_GO_ON = b"{tag} OK begin TLS now\r\n"

TABLE = (
    Misbehaviour(
        "response-injection",
        ("STARTTLS",),
        (
            _OFFERED,
            Answer(b"STARTTLS", (_GO_ON + b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", BeginTls())),
        ),
        login=False,
        insecure=True,
    ),
    Misbehaviour(
        "command-injection",
        (r".raw x1 STARTTLS\r\nx2 NOOP\r\n", "NOOP"),
        (_OFFERED, KeepClear(), Answer(b"STARTTLS", (_GO_ON, BeginTls()))),
        login=False,
        insecure=True,
    ),
    Misbehaviour("starttls-refused", ("STARTTLS",), (_OFFERED, _REFUSED), login=False),
    Misbehaviour("login-after-refusal", ("STARTTLS", "LOGIN demo demo"), (_OFFERED, _REFUSED), login=False),
    Misbehaviour(
        "starttls-under-tls",
        ("STARTTLS", "CAPABILITY"),
        (_OFFERED, Answer(b"STARTTLS", (_GO_ON, BeginTls()))),
        login=False,
        insecure=True,
    ),
    Misbehaviour(
        "preauth-in-the-clear",
        (),
        (Rewrite(Of.GREETING, rb"\A\* OK", b"* PREAUTH"),),
        login=False,
        remote=True,
    ),
    Misbehaviour(
        "data-before-login", ("NOOP",), (Rewrite(Of.GREETING, rb"\Z", b'* LIST () "/" INBOX\r\n'),), login=False
    ),
    Misbehaviour(
        "unauthenticated-text",
        (),
        (Rewrite(Of.GREETING, rb"\A\* OK (?:\[[^\]]*\] ?)?", b"* OK [ALERT] Call this number: "),),
        login=False,
        remote=True,
    ),
    Misbehaviour(
        "login-despite-logindisabled",
        (r".raw x1 LOGIN demo demo\r\n",),
        (Capabilities(add=(b"LOGINDISABLED",)),),
        login=False,
    ),
    Misbehaviour("password-in-the-clear", (), (Capabilities(drop=(b"LOGINDISABLED",)),), remote=True),
)
