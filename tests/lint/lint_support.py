r"""Plays an exchange to an engine and a linter, and tells which rules fire.

An exchange is text, one step a line::

    S: * OK ready            the server sends the line and CRLF
    C: a1 NOOP               the client sends the line and CRLF
    S> * 1 EXISTS\n          octets as they stand, with the escapes \r \n \t \0 \\ \xHH, and no line end added
                             (\(500*ab) is ab 500 times)
    TLS                      TLS stands from here on
    WAIT 30                  so many seconds pass, and nothing comes
    END                      the server closes the connection
    AGAIN                    the connection ends, and another session begins that remembers what was told

Without a greeting of its own (a first line that begins with ``S: * OK``, ``* PREAUTH``, ``* BYE`` or ``+OK``) an IMAP
exchange begins after ``* PREAUTH [CAPABILITY IMAP4rev1] ready``, a POP3 exchange after ``+OK ready``.
"""

from __future__ import annotations

import re
from typing import Protocol

from linted import Fed
from plain_memory import PlainMemory

from mailshell.lint import memory as lint_memory
from mailshell.lint.finding import Finding
from mailshell.lint.session import linter_for
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import Side
from mailshell.wire import Closed, Connected, TlsStarted

_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{2})|\((\d+)\*([^)]*)\)|(.))")
_PLAIN = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"0": b"\0", b"\\": b"\\"}
_GREETING = {"imap": "S: * PREAUTH [CAPABILITY IMAP4rev1] ready", "pop3": "S: +OK ready"}
_GREETS = re.compile(r"S[:>] ?(?:\* *(?:OK|PREAUTH|BYE)|\+OK|-ERR)", re.IGNORECASE)


def octets_of(step: str) -> bytes:
    """The octets of an ``S`` or ``C`` step."""
    text = step[2:].removeprefix(" ").encode("utf-8", "surrogateescape")
    if step[1] == ":":
        return text + b"\r\n"
    return _ESCAPE.sub(_unescaped, text)


def _unescaped(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return bytes([int(match[1], 16)])
    return match[3] * int(match[2]) if match[2] else _PLAIN[match[4]]


class Memory(Protocol):
    """What is remembered of the sessions so far; ``again`` gives it to the next."""

    def again(self) -> lint_memory.Memory: ...


def lint(protocol: str, exchange: str, *, chunk: int = 0, memory: Memory | None = None) -> list[Finding]:
    """The findings of an exchange, in order. ``chunk``: each send comes in pieces of so many octets (0: whole)."""
    found: list[Finding] = []
    memory = memory or PlainMemory()
    steps = [step.strip("\n").lstrip() for step in exchange.strip("\n").split("\n") if step.strip()]
    while steps:
        end = steps.index("AGAIN") if "AGAIN" in steps else len(steps)
        _play(protocol, steps[:end], found, chunk, memory.again())
        steps = steps[end + 1 :]
    return found


def _play(protocol: str, steps: list[str], found: list[Finding], chunk: int, memory: lint_memory.Memory) -> None:
    """One session."""
    engine = make_engine(protocol)
    linter = linter_for(engine, found.append, memory=memory)
    if not _GREETS.match(next(step for step in steps if step != "TLS")):
        steps.insert(0, _GREETING[protocol])
    time, tls = 0.0, False
    fed = Fed(engine, linter)
    linter.wire(Connected(time, "192.0.2.1:143"))
    for step in steps:
        time += 0.01
        word, _, rest = step.partition(" ")
        if word == "TLS":
            tls = True
            engine.started_tls()
            linter.wire(TlsStarted(time, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "mail.example.org", True))
        elif word == "WAIT":
            time += float(rest)
            linter.idle(time)
        elif word == "END":
            linter.wire(Closed(time, True, "the server closed the connection"))
        else:
            side = Side.SERVER if step[0] == "S" else Side.CLIENT
            octets = octets_of(step)
            for at in range(0, len(octets), chunk or len(octets)):
                fed.pass_on(side, octets[at : at + (chunk or len(octets))], time, tls=tls)


def names(protocol: str, exchange: str) -> list[str]:
    """The names of the rules that fire, in order, each once."""
    return list(dict.fromkeys(finding.rule.name for finding in lint(protocol, exchange)))
