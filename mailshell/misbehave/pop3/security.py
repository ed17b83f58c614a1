"""Misbehaviours of POP3 about TLS, what is injected before it, and secrets in the clear."""

from __future__ import annotations

from mailshell.misbehave.actions import BeginTls
from mailshell.misbehave.changes import Answer, Capabilities, KeepClear, Of, Rewrite
from mailshell.misbehave.misbehaviour import Misbehaviour

_STLS = rb"STLS\b"
_LISTED = Capabilities(add=(b"STLS",))
_BEGINS = Answer(_STLS, (b"+OK begin TLS\r\n", BeginTls()))
_REFUSES = Answer(_STLS, (b"-ERR no TLS now\r\n",))

TABLE = (
    Misbehaviour(
        "response-injection",
        ("STLS",),
        (Answer(_STLS, (b"+OK begin TLS\r\n+OK injected\r\n", BeginTls())),),
        login=False,
        insecure=True,
    ),
    Misbehaviour("command-injection", (r".raw STLS\r\nCAPA\r\n",), (_BEGINS, KeepClear()), login=False, insecure=True),
    Misbehaviour("starttls-refused", ("CAPA", "STLS"), (_LISTED, _REFUSES), login=False),
    Misbehaviour(
        "login-after-refusal", ("STLS", "USER demo", "PASS demo"), (_LISTED, _REFUSES), login=False, remote=True
    ),
    Misbehaviour("stls-not-offered", ("CAPA",), (Capabilities(drop=(b"STLS",)),), login=False, remote=True),
    # Nothing is to be changed: the demonstration takes passwords in the clear as it is.
    Misbehaviour("password-in-the-clear", ("USER demo", "PASS demo"), (), login=False, remote=True),
    Misbehaviour(
        "data-before-login",
        ("STAT",),
        (Rewrite(Of.COMPLETION, rb"\A-ERR[^\r\n]*", b"+OK 2 320", rb"STAT\b"),),
        login=False,
    ),
    Misbehaviour("starttls-under-tls", ("STLS", "CAPA"), (_LISTED, _BEGINS), login=False, insecure=True),
    Misbehaviour("apop-challenge", (), (Rewrite(Of.GREETING, rb"(?: <[^>\r\n]*>)?\r?\n\Z", b" <1896.697170952>\r\n"),)),
)
