"""Tells from a file's beginning in which form it is, and of which protocol."""

from __future__ import annotations

import re
from pathlib import Path

from mailshell.exits import UsageError
from mailshell.recording.imports import imaplib_output, own_trace, poplib_output, telemetry, transcript

#: How much of a file is looked at (octets).
BEGINNING = 1 << 16
RAWLOG, IMAPLIB, POPLIB, TEXT, TELEMETRY, TRACE = "rawlog", "imaplib", "poplib", "text", "telemetry", "trace"
#: The forms that can be asked for; ``text`` is a trace of mailshell's own as well.
FORMS = (RAWLOG, IMAPLIB, POPLIB, TEXT, TELEMETRY)
_SUFFIXES = (".in", ".out")
_POP3 = re.compile(
    rb"(?m)^(?:\+OK\b|-ERR\b|(?:USER|PASS|APOP|CAPA|STLS|STAT|UIDL|RETR \d+|TOP \d+ \d+|DELE \d+)[ \r\n])",
    re.IGNORECASE,
)
_IMAP = re.compile(
    rb"(?m)^(?:\* |\S{1,40} (?:OK|NO|BAD)\b|[^\s*+-]\S{0,40} (?:CAPABILITY|LOGIN|AUTHENTICATE|SELECT|EXAMINE|FETCH|UID"
    rb"|STORE|SEARCH|NOOP|LOGOUT|LIST|STATUS|APPEND|IDLE|ID|ENABLE|CREATE|STARTTLS|NAMESPACE)\b)",
    re.IGNORECASE,
)
_PREFIXES = re.compile(
    rb"(?m)^(?:\d{9,11}\.\d{6} |  \d\d:\d\d\.\d\d [<>] b['\"]|\*(?:put|get)\* b['\"]|\*cmd\* ['\"]"
    rb"|[CS][:~][ |] |[ \t]*(?:\S+[ \t]+)?[CS]: *|[<>]\d{9,11}[<>])"
)


def find_pair(paths: list[Path]) -> list[Path]:
    """The files of a rawlog, the client's first: both if one of them or their common name is given. UsageError."""
    if len(paths) == 2:
        ordered = sorted(paths, key=lambda path: path.suffix != ".in")
        if [path.suffix for path in ordered] != list(_SUFFIXES):
            raise UsageError(
                "of the two files of a rawlog one ends with .in (the client) and one with .out (the server)"
            )
        return ordered
    base = paths[0].with_suffix("") if paths[0].suffix in _SUFFIXES else paths[0]
    pair = [base.with_name(base.name + suffix) for suffix in _SUFFIXES]
    missing = [str(path) for path in pair if not path.exists()]
    if missing:
        raise UsageError(f"a rawlog is two files, NAME.in and NAME.out, and {missing[0]} is not there")
    return pair


def recognise_form(paths: list[Path], beginning: bytes) -> str:
    """The form of these files, of which the first begins so. UsageError if it can't be told."""
    if len(paths) == 2 or (paths[0].suffix in _SUFFIXES and not _rows(imaplib_output.ROW, beginning)):
        return RAWLOG
    rows = (
        (IMAPLIB, imaplib_output.ROW),
        (POPLIB, poplib_output.ROW),
        (TRACE, own_trace.SIGN),
        (TEXT, transcript.ROW),
        (TELEMETRY, telemetry.STAMP),
    )
    for form, pattern in rows:
        if _rows(pattern, beginning):
            return form
    raise UsageError(
        f"{paths[0]} is in no form that is known (rawlog, telemetry, imaplib, poplib, C: and S: lines); --from names it"
    )


def is_own_trace(beginning: bytes) -> bool:
    """Whether ``C:`` and ``S:`` text is a trace of mailshell's own."""
    return _rows(own_trace.SIGN, beginning)


def recognise_protocol(form: str, beginnings: list[bytes]) -> str:
    """``imap`` or ``pop3``. UsageError if it can't be told."""
    if form == POPLIB:
        return "pop3"
    text = _PREFIXES.sub(b"", b"\n".join(beginnings).replace(b"\\r\\n'", b"\n").replace(b"'\n", b"\n"))
    imap, pop3 = len(_IMAP.findall(text)), len(_POP3.findall(text))
    if imap == pop3:
        raise UsageError("whether this is IMAP or POP3 can't be told; --protocol imap or --protocol pop3 says so")
    return "imap" if imap > pop3 else "pop3"


def _rows(pattern: re.Pattern[bytes], beginning: bytes) -> bool:
    return any(pattern.match(line) for line in beginning.splitlines(keepends=True))
