"""Plays lines to an engine and its explainer, as a session does it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailshell.explain.explainer import Explainer
from mailshell.explain.explanation import Explanation
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.limits import DEFAULT, Limits
from mailshell.protocol.pop3.connection import Pop3Connection

_ESCAPE = re.compile(rb"\\(r|n|t|\\|x[0-9a-f]{2})")
_NAMED = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"\\": b"\\"}


def octets_of(text: str) -> bytes:
    """The octets that a line of the table stands for: with CRLF, unless it ends with a backslash of its own."""
    raw = text.encode()
    end = b"\r\n"
    if raw.endswith(b"\\") and not raw.endswith(b"\\\\"):
        raw, end = raw[:-1], b""
    return _ESCAPE.sub(lambda match: _NAMED.get(match[1]) or bytes.fromhex(match[1][1:].decode()), raw) + end


class Listener:
    """An engine, and what the explainer says of all that passes."""

    def __init__(self, protocol: str, limits: Limits = DEFAULT) -> None:
        self.engine = ImapConnection(limits) if protocol == "imap" else Pop3Connection(limits)
        self.explainer = Explainer(protocol, self.engine.secrets)

    def client(self, octets: bytes) -> list[Explanation]:
        return list(self._told(self.engine.sent(octets)))

    def server(self, octets: bytes) -> list[Explanation]:
        return list(self._told(self.engine.received(octets)))

    def _told(self, events: Iterable[object]) -> Iterator[Explanation]:
        for event in events:
            yield from self.explainer.event(event)  # type: ignore[arg-type]

    def play(self, line: str) -> list[str]:
        """What is said of ``C: ...`` or ``S: ...``, as the table writes it."""
        octets = octets_of(line[3:])
        told = self.client(octets) if line.startswith("C:") else self.server(octets)
        return [shown(explanation) for explanation in told]


def shown(explanation: Explanation) -> str:
    """``= sentence``, ``? generic sentence``, ``3 sentence on line 3 of a body``, ``3? generic``."""
    mark = "?" if explanation.generic else ("" if explanation.line is not None else "=")
    line = "" if explanation.line is None else str(explanation.line)
    return f"{line}{mark} {explanation.text}"
