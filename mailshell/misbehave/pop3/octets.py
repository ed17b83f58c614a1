"""Misbehaviours of POP3 about octets, line ends and where a reply ends."""

from __future__ import annotations

from mailshell.misbehave.actions import End
from mailshell.misbehave.changes import Capabilities, Of, Rewrite
from mailshell.misbehave.misbehaviour import Misbehaviour
from mailshell.misbehave.pop3.messages import first

_NOOP, _RETR, _TOP = rb"NOOP\b", rb"RETR\b", rb"TOP\b"
#: A line as long as a buffer of 1,024 octets leaves it.
_CUT = b"x" * 1022 + b"\r\n"
_LONG = b" and so on" * 60 + b"\r\n"
#: GBK.
_CHINESE = b" \xc4\xfa\xba\xc3\r\n"

TABLE = (
    Misbehaviour(
        "dot-behind-text",
        ("RETR 1",),
        (Rewrite(Of.DOT, rb"\A", (b"The last line has no line end.\r\n", End()), _RETR),),
    ),
    Misbehaviour("reply-not-ended", ("RETR 1",), (Rewrite(Of.DOT, rb"\A", End(), _RETR),)),
    Misbehaviour("terminator-bare-lf", ("LIST",), (Rewrite(Of.DOT, rb"\r\n\Z", b"\n", rb"LIST\b"),)),
    Misbehaviour("dot-not-stuffed", ("RETR 8",), (Rewrite(Of.BODY, rb"\A\.(?=\.[^\r\n])", b"", _RETR),)),
    Misbehaviour("reply-ended-early", ("RETR 8",), (Rewrite(Of.BODY, rb"\A\.(?=\.\r?\n)", b"", _RETR),)),
    Misbehaviour("top-not-stuffed", ("TOP 8 20",), (Rewrite(Of.BODY, rb"\A\.(?=\.[^\r\n])", b"", _TOP),)),
    Misbehaviour("lines-cut", ("RETR 1",), (Rewrite(Of.DOT, rb"\A", _CUT * 3, _RETR),)),
    Misbehaviour("nul-in-reply", ("RETR 1",), (Rewrite(Of.DOT, rb"\A", b"here \0 is a NUL\r\n", _RETR),)),
    Misbehaviour("no-status", ("NOOP",), (Rewrite(Of.COMPLETION, rb"\A", b"\r\n", _NOOP),)),
    Misbehaviour("status-lower-case", ("NOOP",), (Rewrite(Of.COMPLETION, rb"\A\+OK", b"+ok", _NOOP),)),
    Misbehaviour("status-not-separated", ("NOOP",), (Rewrite(Of.COMPLETION, rb"\A\+OK[ \r\n]+", b"+OK-", _NOOP),)),
    Misbehaviour("status-too-long", ("NOOP",), (Rewrite(Of.COMPLETION, rb"\r?\n\Z", _LONG, _NOOP),)),
    Misbehaviour("capability-too-long", ("CAPA",), (Capabilities(add=(b"X-LONG" + b" PARAMETER" * 60,)),)),
    Misbehaviour("bare-lf-in-reply", ("RETR 1",), (Rewrite(Of.BODY, rb"\r\n\Z", b"\n", _RETR),)),
    Misbehaviour("bare-cr-in-reply", ("RETR 1",), (Rewrite(Of.DOT, rb"\A", b"here \r is a CR\r\n", _RETR),)),
    Misbehaviour("bare-lf-status", ("NOOP",), (Rewrite(Of.COMPLETION, rb"\r\n\Z", b"\n", _NOOP),)),
    Misbehaviour("eight-bit-status", ("NOOP",), (Rewrite(Of.COMPLETION, rb"\r?\n\Z", _CHINESE, _NOOP),)),
    Misbehaviour(
        "status-not-utf8",
        ("UTF8", "CAPA"),
        (Rewrite(Of.COMPLETION, rb"\r?\n\Z", _CHINESE, rb"CAPA\b"),),
        login=False,
    ),
    Misbehaviour("eight-bit-header", ("RETR 1",), (first(b"X-Room: caf\xc3\xa9", _RETR),)),
)
