"""Misbehaviours of POP3 about messages: what TOP gives, and what is added to a message or to a reply."""

from __future__ import annotations

from mailshell.misbehave.actions import End
from mailshell.misbehave.changes import Ask, Of, Rewrite
from mailshell.misbehave.misbehaviour import Misbehaviour

_NOOP, _RETR, _TOP = rb"NOOP\b", rb"RETR\b", rb"TOP\b"
#: The number of lines that TOP asks for.
_LINES = rb"(?<= )\d+(?=\s*\Z)"


def first(line: bytes, during: bytes) -> Rewrite:
    """A line before the others of a message."""
    return Rewrite(Of.COMPLETION, rb"\A(?P<status>\+OK[^\n]*\n)", b"{status}" + line + b"\r\n", during)


TABLE = (
    Misbehaviour("top-truncated", ("RETR 14", "TOP 14 2000"), (Ask(rb"TOP \d+ \d{4}", _LINES, b"999"),)),
    Misbehaviour("top-too-many-lines", ("TOP 1 0",), (Ask(_TOP, _LINES, b"1000"),)),
    Misbehaviour("answered-twice", ("NOOP",), (Rewrite(Of.COMPLETION, rb"\Z", b"+OK done once more\r\n", _NOOP),)),
    Misbehaviour(
        "unasked-error",
        ("NOOP",),
        (Rewrite(Of.COMPLETION, rb"\Z", (b"-ERR closed, nothing was done for too long\r\n", End()), _NOOP),),
    ),
    Misbehaviour("top-too-few-lines", ("RETR 1", "TOP 1 5"), (Ask(_TOP, _LINES, b"2"),)),
    Misbehaviour("top-header-differs", ("RETR 1", "TOP 1 5"), (first(b"X-Shown-By: TOP", _TOP),)),
    Misbehaviour("top-without-blank-line", ("RETR 1", "TOP 1 5"), (Rewrite(Of.BODY, rb"\A\r?\n", b"", _TOP),)),
    Misbehaviour("mbox-from-line", ("RETR 1",), (first(b"From ana@example.org Mon Jan  5 08:00:00 2026", _RETR),)),
    Misbehaviour("empty-status-field", ("RETR 1",), (first(b"Status: ", _RETR),)),
    Misbehaviour("begins-with-continuation", ("RETR 1",), (first(b"\tby mail.example.org with SMTP", _RETR),)),
)
