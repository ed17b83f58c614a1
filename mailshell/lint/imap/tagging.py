"""Tags and continuation requests: each command gets one completion, with its tag, when it is its time."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.places import Span, whole
from mailshell.protocol.events import Deviation, Line
from mailshell.protocol.exchange import Awaits, Completed, Exchange, Sent
from mailshell.protocol.imap.response import read_response
from mailshell.wire import Octets, WireEvent

_NON_SYNC = re.compile(r"\{\d+\+\}")
#: So many tags that were completed are remembered.
_REMEMBERED = 200
#: So many seconds are a server given that has something to say at once.
PATIENCE = 10.0


class Tags(Checker):
    """The tag of a completion is that of a command under way, and the whole command has been sent."""

    plain = False

    def __init__(self) -> None:
        self._done: deque[str] = deque(maxlen=_REMEMBERED)
        self._awaiting: dict[str, Awaits] = {}
        self._line: Line | None = None

    def line(self, line: Line, now: Now) -> Faults:
        self._line = line
        if line.first and line.octets[:1] not in (b"*", b"+"):
            # What a command waits for is forgotten as soon as it has its completion.
            self._awaiting = {one.tag: one.awaits for one in now.engine.outstanding if one.awaits is not Awaits.NOTHING}
        return NONE

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        exchange = event.exchange
        self._done.append(exchange.tag)
        awaited = self._awaiting.pop(exchange.tag, Awaits.NOTHING)
        if event.response.status == "OK" and awaited in (Awaits.LITERAL, Awaits.IDLE):
            what = "its literal was not sent yet" if awaited is Awaits.LITERAL else "DONE was not sent yet"
            expected = "a continuation request, or NO or BAD" if awaited is Awaits.LITERAL else "nothing until DONE"
            yield Fault(
                "completed-too-early", *whole(event.response), f"{exchange.name} is completed with OK; {what}", expected
            )

    def deviation(self, event: Deviation, now: Now) -> Iterator[Fault]:
        if event.rule == "unexpected-continuation":
            yield Fault("unexpected-continuation", event.start, event.end, expected="no line that begins with +")
        if event.rule == "no-greeting":
            expected = "* OK, * PREAUTH or * BYE, and text"
            yield Fault("no-greeting", event.start, event.end, event.message, expected)
        if event.rule != "unknown-tag" or self._line is None:
            return
        line = self._line
        tag = read_response((line.octets,), line.offset, len(line.octets)).tag
        shown = tag if len(tag) <= 40 else tag[:40] + "..."
        waiting = [one.tag for one in now.engine.outstanding[:3]]
        expected = f"the tag {' or '.join(waiting)}" if waiting else "nothing: no command is under way"
        end = min(event.end, event.start + len(tag))
        if tag in self._done:
            yield Fault("tag-completed-twice", event.start, end, f"{shown} has its completion already", expected)
        else:
            yield Fault("unknown-tag", event.start, end, f"no command with the tag {shown} is under way", expected)


class RefusedLiterals(Checker):
    """A non-synchronizing literal is read to its end, also if its command is refused (RFC 7888 section 4)."""

    concerns = frozenset({"BAD"})

    def __init__(self) -> None:
        self._refused: Exchange | None = None

    def sent(self, event: Sent, now: Now) -> Faults:
        self._refused = None
        return NONE

    def completed(self, event: Completed, now: Now) -> Faults:
        exchange = event.exchange
        refused = event.response.status in ("NO", "BAD") and not now.engine.outstanding
        self._refused = exchange if refused and _NON_SYNC.search(exchange.words) else None
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        return self._answered(*whole(received.response))

    def deviation(self, event: Deviation, now: Now) -> Faults:
        return self._answered(event.start, event.end) if event.rule == "unknown-tag" else NONE

    def _answered(self, start: int, end: int) -> Iterator[Fault]:
        exchange, self._refused = self._refused, None
        if exchange is not None:
            what = f"{exchange.name} was refused, and then its literal was taken for a command"
            yield Fault("literal-read-as-command", start, end, what, "nothing: the command has its answer")


class Silence(Checker):
    """A command that cannot go on: refused without its tag, or without the continuation request that it needs."""

    concerns = frozenset({"NO", "BAD"})

    def __init__(self) -> None:
        self._refused: tuple[Span, Exchange] | None = None
        self._told: Exchange | None = None
        self._heard = 0.0

    def wire(self, event: WireEvent, now: Now) -> Faults:
        if isinstance(event, Octets):
            self._heard = event.time
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        outstanding = now.engine.outstanding
        self._refused = (whole(received.response), outstanding[0]) if len(outstanding) == 1 else None
        return NONE

    def sent(self, event: Sent, now: Now) -> Faults:
        self._refused = None
        return NONE

    def idle(self, now: Now) -> Iterator[Fault]:
        silent = now.time - self._heard
        if silent < PATIENCE:
            return
        # What came after it, if anything did, was for the same command.
        if self._refused is not None and self._refused[0][0] == now.response:
            (start, end), exchange = self._refused
            self._refused = None
            yield Fault(
                "refused-without-tag",
                start,
                end,
                f"{exchange.name} was refused without its tag, and nothing has come for {silent:.0f} seconds",
                f"{exchange.tag} NO or {exchange.tag} BAD",
            )
        outstanding = now.engine.outstanding
        waiting = next((one for one in outstanding if one.awaits is Awaits.LITERAL), None)
        if waiting is not None and waiting is outstanding[0] and waiting is not self._told:
            self._told = waiting
            yield Fault(
                "no-continuation",
                now.end,
                now.end,
                f"{waiting.name} announces a literal, and nothing has come for {silent:.0f} seconds",
                "a continuation request, or NO or BAD with the command's tag",
            )
