"""The style ``imaplib``: what ``imaplib.IMAP4`` prints at ``Debug`` 1 to 4, for the same exchange.

Level 1 has the version, answers of NO, BAD and BYE, and, where ``imaplib`` would give up, its last ten lines; level 3
adds the capabilities and, at NOOP, the untagged responses that nobody has asked for; levels 4 and 5 add each line sent
and received, and the sizes of literals.

Where the two differ:

- ``imaplib`` reads only while it waits for an answer; here a line is shown when it comes.
- ``imaplib`` gives up at a bare LF, at lines of more than 1,000,000 octets and at what it can't read; here what comes
  after that is shown as well. Lines beyond 16 MiB are shown in pieces.
- ``imaplib`` closes the connection once LOGOUT has been answered by BYE, and never reads the tagged answer: nor is it
  shown here.
- Of the untagged responses at most 1 MiB is kept (see ``untagged``), of each of the last ten lines 10,000 characters.
- Secrets are masked unless they are to be shown, and so are the sizes of secret literals and SASL responses.
- Explanations, if they are on, stand below the lines that they explain, behind a mark of their own.
- POP3 can be shown in this style too, without what follows from reading the answers.
"""

from __future__ import annotations

import time as clock
from collections import deque
from collections.abc import Sequence

from mailshell.protocol import secrecy
from mailshell.protocol.events import BodyEnd, BodyPart, Line, LinePart, LiteralPart, SecretSpan, Side
from mailshell.protocol.exchange import Completed, Event, Sent
from mailshell.trace import prefix
from mailshell.trace.explained import Explained
from mailshell.trace.lines import LineCutter
from mailshell.trace.masked import octets_repr
from mailshell.trace.outstanding import Outstanding
from mailshell.trace.settings import Settings
from mailshell.trace.untagged import MOST, UntaggedResponses, read_code, read_tagged, read_untagged, takes
from mailshell.wire import Closed, Connected, WireEvent

_VERSION = "2.58"
_LOGGED = 10
_LOGGED_CHARACTERS = 10_000
_LENGTH = secrecy.mask_text("length")


class ImaplibStyle:
    """See the head of this module."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._outstanding = Outstanding()
        self._explained = Explained(settings)
        self._untagged = UntaggedResponses()
        self._log: deque[tuple[float, str]] = deque(maxlen=_LOGGED)
        self._cutters: dict[Side, LineCutter] = {}
        self._pending: tuple[str, bytes] | None = None
        self._literal: bytearray | None = None
        self._empty = ""
        self._commands = 0
        self._left = False

    def wire(self, event: WireEvent) -> None:
        if isinstance(event, Connected):
            self._untagged.clear()
            self._outstanding.clear()
            self._log.clear()
            self._pending, self._commands, self._left = None, 0, False
            self._print(f"imaplib version {_VERSION}")
            self._print(f"new IMAP4 connection, tag={self._settings.tag_prefix.encode()!r}")
        elif isinstance(event, Closed):
            for side in list(self._cutters):
                self._end(side)
            if event.by_server and self._outstanding and not self._outstanding.held:
                self._give_up()
            self._outstanding.clear()

    def event(self, event: Event, time: float, tls: bool) -> None:
        if isinstance(event, (Line, LiteralPart, LinePart, BodyPart, BodyEnd)) and event.side is Side.CLIENT:
            self._left = False
        self._explained.event(event)
        shown = not self._left
        if self._left:
            pass
        elif isinstance(event, Line):
            if event.side is Side.CLIENT:
                self._sent_line(event)
            else:
                self._received_line(event)
        elif isinstance(event, LiteralPart):
            self._literal_part(event)
        elif isinstance(event, (LinePart, BodyPart)):
            self._feed(event)
        elif isinstance(event, BodyEnd):
            self._end(event.side)
            self._explain(self._explained.rest_of_body())
            self._line(event.side, octets_repr(event.octets.rstrip(b"\r\n")))
        elif isinstance(event, Sent):
            self._begun(event)
        elif isinstance(event, Completed):
            self._completed(event)
        self._outstanding.event(event)
        if shown:
            self._explain(self._explained.rest())

    def _explain(self, texts: Sequence[str]) -> None:
        """Lines are shown from level 4 on, and so is what explains them."""
        if self._settings.level >= 4 and texts:
            self._settings.write("".join([f"{prefix.EXPLANATION}{text}\n" for text in texts]))

    # --- this side

    def _sent_line(self, line: Line) -> None:
        text = line.text
        spans = self._spans(line.secret, len(text))
        if not line.first and self._empty:
            # An empty literal is complete as soon as it is announced; imaplib writes it when the server says so.
            self._message(f"write literal size {self._empty}", level=4)
        self._empty = ""
        if line.literal is not None and line.literal.size == 0:
            self._empty = _LENGTH if any(span.label == "length" for span in spans) else "0"
        if line.first and self._outstanding.sasl:
            self._message(f"write literal size {_LENGTH if spans else len(text)}", level=4)
            return
        if line.first and text.upper() != b"DONE":
            self._before_command(text)
        if text or line.first:
            self._line(Side.CLIENT, octets_repr(text, spans))

    def _before_command(self, text: bytes) -> None:
        """What the method of a command does before the command goes out."""
        name = text.upper().split(b" ", 2)[1:2]
        if name == [b"NOOP"]:
            self._dump(3)
        elif name in ([b"SELECT"], [b"EXAMINE"]):
            self._untagged.clear()
        for status in ("OK", "NO", "BAD"):
            self._untagged.pop(status)

    def _begun(self, event: Sent) -> None:
        self._commands += 1
        if event.exchange.name == "LOGOUT" and "BYE" in self._untagged:
            self._leave()

    # --- the server's side

    def _received_line(self, line: Line) -> None:
        text = line.text
        self._line(Side.SERVER, octets_repr(text, self._spans(line.secret, len(text))))
        if self._settings.protocol != "imap":
            return
        if not line.first:
            kind, data = (self._pending[0] if self._pending else ""), text
        elif (tagged := read_tagged(text)) is not None and not text.startswith((b"* ", b"+ ")):
            tag, kind, data = tagged
            if not self._outstanding.has_tag(tag):
                self._give_up()
            else:
                self._status(kind, data)
            return
        elif (untagged := read_untagged(text)) is not None:
            kind, data = untagged
        else:
            if not text.startswith(b"+"):
                self._give_up()
            return
        if line.literal is not None:
            self._pending = kind, data
            return
        self._pending = None
        if kind:
            self._untagged.add(kind, data)
            self._status(kind, data)

    def _status(self, kind: str, data: bytes) -> None:
        """What follows from a response once it is complete, the tagged ones included."""
        if kind in ("OK", "NO", "BAD"):
            code = read_code(data)
            if code is not None:
                kind, _ = code
                self._untagged.add(*code)
        if kind in ("NO", "BAD", "BYE"):
            self._message(f"{kind} response: {self._repr(data)}")
        if kind == "BYE" and self._outstanding.has_name("LOGOUT"):
            self._leave()

    def _completed(self, event: Completed) -> None:
        name, status = event.exchange.name, event.response.status
        if name == "LOGOUT":
            self._leave()
        elif status in ("NO", "BAD") or "BYE" in self._untagged:
            pass
        elif name == "SELECT" and "READ-ONLY" in self._untagged:
            self._dump(1)
        else:
            for kind in takes(name):
                data = self._untagged.pop(kind)
                if kind == "CAPABILITY" and self._commands == 1 and data and isinstance(data[-1], bytes):
                    words = tuple(data[-1].decode("ascii", "backslashreplace").upper().split())
                    self._message(self._settings.mask_text(f"CAPABILITIES: {words!r}"), level=3)

    def _leave(self) -> None:
        self._untagged.pop("BYE")
        self._left = True

    # --- literals, bodies and overlong lines

    def _literal_part(self, part: LiteralPart) -> None:
        if part.position == 0 and not (part.side is Side.CLIENT and part.size == 0):
            verb = "write" if part.side is Side.CLIENT else "read"
            size = _LENGTH if part.secret is not None and not self._settings.show_secrets else str(part.size)
            self._message(f"{verb} literal size {size}", level=4)
        if part.side is Side.CLIENT:
            return
        if part.position == 0:
            self._literal = bytearray() if part.size < MOST else None
        if self._literal is not None:
            self._literal += part.octets
        if part.last and self._pending is not None:
            if self._literal is not None:
                self._untagged.add(self._pending[0], (self._pending[1], bytes(self._literal)))
            self._literal = None

    def _feed(self, part: LinePart | BodyPart) -> None:
        secret = part.secret if isinstance(part, LinePart) else None
        if secret is not None and not self._settings.show_secrets:
            self._line(part.side, f"b'{secrecy.mask_text(secret)}'")
            return
        cutter = self._cutters.get(part.side)
        if cutter is None:
            cutter = self._cutters[part.side] = LineCutter(self._settings.masking)
        for piece in cutter.feed(part.octets):
            self._line(part.side, self._repr(piece.removesuffix(b"\n").removesuffix(b"\r")))
            if part.side is Side.SERVER and piece.endswith(b"\n"):
                self._explain(self._explained.row())
        if isinstance(part, LinePart) and part.last:
            self._end(part.side)

    def _end(self, side: Side) -> None:
        cutter = self._cutters.pop(side, None)
        rest = cutter.end() if cutter is not None else b""
        if rest:
            self._line(side, self._repr(rest))

    # --- printing

    def _line(self, side: Side, shown: str) -> None:
        text = f"{'>' if side is Side.CLIENT else '<'} {shown}"
        if self._settings.level >= 4:
            self._print(text)
        else:
            self._log.append((clock.time(), text[:_LOGGED_CHARACTERS]))

    def _dump(self, level: int) -> None:
        if self._untagged and self._settings.level >= level:
            self._print(self._untagged.dump(self._repr))

    def _give_up(self) -> None:
        """Where ``imaplib`` raises while it waits for an answer, it prints its log."""
        if self._settings.protocol != "imap" or not self._outstanding or "BYE" in self._untagged:
            return
        self._print(f"last {len(self._log)} IMAP4 interactions:")
        for seconds, text in self._log:
            self._print(text, seconds)

    def _message(self, text: str, level: int = 1) -> None:
        if self._settings.level >= level:
            self._print(text)

    def _print(self, text: str, seconds: float | None = None) -> None:
        now = clock.time() if seconds is None else seconds
        stamp = clock.strftime("%M:%S", clock.localtime(now))
        self._settings.write(f"  {stamp}.{int(now * 100 % 100):02d} {text}\n")

    def _repr(self, octets: bytes) -> str:
        masking = self._settings.masking
        return octets_repr(octets, masking.scan(octets) if masking is not None else ())

    def _spans(self, spans: Sequence[SecretSpan], length: int) -> Sequence[SecretSpan]:
        return () if self._settings.show_secrets else secrecy.relative(spans, 0, length)
