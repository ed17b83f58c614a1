"""The style ``poplib``: what ``poplib.POP3`` prints at ``set_debuglevel`` 1 and 2, for the same exchange.

At level 1, ``*cmd*`` for each command and ``*stat*`` for the answer to STAT; from level 2 on also ``*put*`` for each
line sent, ``*get*`` for each line received, lines of bodies included, and ``*resp*`` for each status line.

Where the two differ:

- ``poplib`` reads the greeting before its debug level can be set; here it is shown like any reply.
- ``poplib`` gives up at a line of more than 2,048 octets; here it is shown, beyond 64 KiB in pieces.
- Secrets are masked unless they are to be shown. A line that answers a SASL challenge, which ``poplib`` can't send, is
  a ``*put*`` without ``*cmd*``.
- Explanations, if they are on, stand below the lines that they explain, behind a mark of their own.
- IMAP can be shown in this style too: each line and each line of a literal is a ``*put*`` or ``*get*``.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.protocol import secrecy
from mailshell.protocol.events import BodyEnd, BodyPart, Line, LinePart, LiteralPart, SecretSpan, Side
from mailshell.protocol.exchange import Completed, Event, Sent
from mailshell.trace import prefix
from mailshell.trace.explained import Explained
from mailshell.trace.lines import LineCutter
from mailshell.trace.masked import octets_repr, text_repr
from mailshell.trace.outstanding import Outstanding
from mailshell.trace.settings import Settings
from mailshell.wire import Closed, Connected, WireEvent


class PoplibStyle:
    """See the head of this module."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._outstanding = Outstanding()
        self._explained = Explained(settings)
        self._cutters: dict[Side, LineCutter] = {}
        self._masked: dict[Side, str] = {}
        self._status = b""

    def wire(self, event: WireEvent) -> None:
        if isinstance(event, Connected):
            self._outstanding.clear()
        elif isinstance(event, Closed):
            for side in list(self._cutters):
                self._end(side)
            if event.by_server and self._outstanding and self._settings.level >= 2:
                self._print("*get* b''")
            self._outstanding.clear()

    def event(self, event: Event, time: float, tls: bool) -> None:
        self._explained.event(event)
        if isinstance(event, Line):
            if event.side is Side.CLIENT:
                self._sent_line(event)
            else:
                self._received_line(event)
        elif isinstance(event, (LinePart, LiteralPart)):
            self._feed(event.side, event.octets, event.secret)
            if event.last:
                self._end(event.side)
        elif isinstance(event, BodyPart):
            self._feed(event.side, event.octets, None)
        elif isinstance(event, BodyEnd):
            self._end(event.side)
            self._explain(self._explained.rest_of_body())
            self._feed(event.side, event.octets, None)
        elif isinstance(event, Completed) and event.exchange.name == "STAT" and event.response.ok:
            words = ", ".join(self._repr(word) for word in self._status.split())
            self._print(f"*stat* [{words}]")
        self._outstanding.event(event)
        if self._settings.level >= 2 or isinstance(event, Sent):
            self._explain(self._explained.rest())

    def _explain(self, texts: Sequence[str]) -> None:
        self._print(*[prefix.EXPLANATION + text for text in texts])

    def _sent_line(self, line: Line) -> None:
        spans = secrecy.relative(self._spans(line.secret), 0, len(line.text))
        if line.first and not self._outstanding.sasl:
            self._print(f"*cmd* {text_repr(line.text, spans)}")
        if self._settings.level >= 2:
            self._print(f"*put* {octets_repr(line.text, spans)}")

    def _received_line(self, line: Line) -> None:
        octets = line.octets
        if octets.endswith(b"\r\n"):
            start, end = 0, len(octets) - 2
        else:
            # The server may send any combination of CR and LF; poplib takes LF CR for CR LF.
            start, end = (1 if octets.startswith(b"\r") else 0), len(octets) - 1
        self._status = octets[start:end]
        if self._settings.level >= 2:
            spans = self._spans(line.secret)
            self._print(f"*get* {octets_repr(octets, spans)}")
            if line.first:
                within = secrecy.relative(spans, start, end - start)
                self._print(f"*resp* {octets_repr(self._status, within)}")

    def _feed(self, side: Side, octets: bytes, secret: str | None) -> None:
        if self._settings.level < 2:
            return
        if secret is not None and not self._settings.show_secrets:
            if self._masked.get(side) != secret:
                self._masked[side] = secret
                self._print(f"{_MARKS[side]} b'⟦{secret}⟧'")
            return
        cutter = self._cutters.get(side)
        if cutter is None:
            cutter = self._cutters[side] = LineCutter(self._settings.masking)
        shown = []
        for piece in cutter.feed(octets):
            shown.append(f"{_MARKS[side]} {self._repr(piece)}")
            if side is Side.SERVER and piece.endswith(b"\n"):
                shown += [prefix.EXPLANATION + text for text in self._explained.row()]
        self._print(*shown)

    def _end(self, side: Side) -> None:
        self._masked.pop(side, None)
        cutter = self._cutters.pop(side, None)
        rest = cutter.end() if cutter is not None else b""
        if rest:
            self._print(f"{_MARKS[side]} {self._repr(rest)}")

    def _repr(self, octets: bytes) -> str:
        masking = self._settings.masking
        return octets_repr(octets, masking.scan(octets) if masking is not None else ())

    def _spans(self, spans: Sequence[SecretSpan]) -> Sequence[SecretSpan]:
        return () if self._settings.show_secrets else spans

    def _print(self, *lines: str) -> None:
        if lines:
            self._settings.write("\n".join(lines) + "\n")


_MARKS = {Side.CLIENT: "*put*", Side.SERVER: "*get*"}
