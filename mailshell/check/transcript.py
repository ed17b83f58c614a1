"""What passes between a probe and the server, kept as evidence."""

from __future__ import annotations

from collections.abc import Callable

from mailshell.protocol.events import BodyPart
from mailshell.protocol.exchange import Event, Untagged
from mailshell.protocol.imap.response import Response
from mailshell.session import Session
from mailshell.trace.trace import Trace
from mailshell.wire import WireEvent

#: Of the transcript between two looks so many lines are kept at the beginning and at the end.
_FIRST, _LAST = 40, 40
#: Of one answer so many untagged responses are kept, and so many octets of a multi-line reply.
_RESPONSES = 20_000
_BODY = 32 << 20


class Transcript:
    """An observer: the lines as the trace shows them, and what the server said since ``begin``.

    ``responses``: all untagged responses (IMAP), whoever asked for them; ``body``: the contents of multi-line replies
    (POP3), dots unstuffed, up to 32 MiB of it.
    """

    def __init__(self, session: Session, tell: Callable[[Response], None] | None = None) -> None:
        self.lines: list[str] = []
        self.responses: list[Response] = []
        self.body = bytearray()
        self._dropped = 0
        self._tell = tell
        self._trace = Trace(session.protocol, self._write, level=2, secrets=session.engine.secrets)
        #: As the trace: whether known secrets have to be looked for in each read and write.
        self.masks = self._trace.masks

    def begin(self) -> None:
        """Forget what is kept: a new look begins."""
        self.lines, self.responses, self._dropped = [], [], 0
        self.body.clear()

    @property
    def evidence(self) -> tuple[str, ...]:
        """The lines since ``begin``; of very many the middle is left out."""
        if not self._dropped:
            return tuple(self.lines)
        return (*self.lines[:_FIRST], f"… {self._dropped:,} lines …", *self.lines[_FIRST:])

    def wire(self, event: WireEvent) -> None:
        self._trace.wire(event)

    def event(self, event: Event, time: float, tls: bool) -> None:
        self._trace.event(event, time, tls)
        if isinstance(event, Untagged):
            if len(self.responses) < _RESPONSES:
                self.responses.append(event.response)
            if self._tell is not None:
                self._tell(event.response)
        elif isinstance(event, BodyPart) and len(self.body) < _BODY:
            self.body += event.content()

    def _write(self, text: str) -> None:
        self.lines += text.splitlines()
        if (over := len(self.lines) - _FIRST - _LAST) > 0:
            del self.lines[_FIRST : _FIRST + over]
            self._dropped += over
