"""What passes between a probe and the server, kept as evidence."""

from __future__ import annotations

from collections import deque

from mailshell.contract import AnswerUnusable
from mailshell.protocol.events import BodyPart, Deviation, Line, Side
from mailshell.protocol.exchange import Event, Stray, Untagged
from mailshell.protocol.imap.response import Response
from mailshell.session import Session
from mailshell.trace.trace import Trace
from mailshell.wire import Octets, WireEvent

#: Of the transcript between two looks so many lines are kept at the beginning and at the end.
_FIRST, _LAST = 40, 40
#: Of one answer so many untagged responses are kept, and so many octets of a multi-line reply.
_RESPONSES = 20_000
_BODY = 32 << 20
#: From so many lines on only the last are shown by the trace, when somebody asks for them.
_TRACED = 400
#: So many lines may come in answer to one command; the contents of literals and multi-line replies do not count.
_LINES = 100_000
#: What a flood is made of.
_PLAIN = (Line, Untagged, Stray, Deviation)


class Flooded(AnswerUnusable):
    """More lines came than anybody can use, and the session was ended. ``evidence``: the transcript of it."""

    def __init__(self, text: str, evidence: tuple[str, ...]) -> None:
        super().__init__(text)
        self.evidence = evidence


class Transcript:
    """An observer: the lines as the trace shows them, and what the server said since ``begin``.

    ``responses``: all untagged responses (IMAP), whoever asked for them; ``body``: the contents of multi-line replies
    (POP3), dots unstuffed, up to 32 MiB of it. More than 100,000 lines in answer to one command end the session:
    whoever waits for an answer gets Flooded.
    """

    def __init__(self, session: Session) -> None:
        self.lines: list[str] = []
        self.responses: list[Response] = []
        self.body = bytearray()
        self._session = session
        self._dropped = 0
        #: Lines of the server since something was sent.
        self._count = 0
        self._ended = False
        self._held: deque[tuple[Event, float, bool]] = deque(maxlen=2 * _LAST)
        self._trace = Trace(session.protocol, self._write, level=2, secrets=session.engine.secrets)
        #: As the trace: whether known secrets have to be looked for in each read and write.
        self.masks = self._trace.masks

    def begin(self) -> None:
        """Forget what is kept: a new look begins."""
        self.lines, self.responses, self._dropped = [], [], 0
        self._held.clear()
        self.body.clear()

    @property
    def evidence(self) -> tuple[str, ...]:
        """The lines since ``begin``; of very many the middle is left out."""
        self._show_held()
        if not self._dropped:
            return tuple(self.lines)
        return (*self.lines[:_FIRST], f"… {self._dropped:,} lines …", *self.lines[_FIRST:])

    def wire(self, event: WireEvent) -> None:
        if not isinstance(event, Octets):
            self._show_held()
        self._trace.wire(event)

    def event(self, event: Event, time: float, tls: bool) -> None:
        plain = isinstance(event, _PLAIN)
        if isinstance(event, Line):
            plain = event.literal is None
            self._count = self._count + 1 if event.side is Side.SERVER else 0
            if self._count > _LINES and not self._ended:
                self._end()
        if plain and self._count > _TRACED:
            self._hold(event, time, tls)
        else:
            self._show_held()
            self._trace.event(event, time, tls)
        if isinstance(event, Untagged) and len(self.responses) < _RESPONSES:
            self.responses.append(event.response)
        elif isinstance(event, BodyPart) and len(self.body) < _BODY:
            self.body += event.content()

    def _hold(self, event: Event, time: float, tls: bool) -> None:
        """Put off showing it: of a flood only the last lines are."""
        if len(self._held) == self._held.maxlen and isinstance(self._held[0][0], Line):
            self._dropped += 1
        self._held.append((event, time, tls))

    def _show_held(self) -> None:
        while self._held:
            self._trace.event(*self._held.popleft())

    def _end(self) -> None:
        self._ended = True
        reason = f"more than {_LINES:,} lines came in answer to one command"
        self._session.closed_because = reason
        self._session.answers.fail(Flooded(reason, self.evidence))
        self._session.abort()

    def _write(self, text: str) -> None:
        self.lines += text.splitlines()
        if (over := len(self.lines) - _FIRST - _LAST) > 0:
            del self.lines[_FIRST : _FIRST + over]
            self._dropped += over
