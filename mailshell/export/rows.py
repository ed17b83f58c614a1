"""A session as rows: the lines of both sides, what stands in literals and bodies, and what happened besides."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from mailshell.export.fold import Folded
from mailshell.export.masking import masked, masked_known, masked_text
from mailshell.export.source import Moment, Source, Told
from mailshell.protocol.events import (
    BodyEnd,
    BodyPart,
    Deviation,
    LimitReached,
    Line,
    LinePart,
    LiteralPart,
    Side,
)
from mailshell.protocol.exchange import Completed, Sent
from mailshell.text.escape import escape
from mailshell.trace.connection import Goodbye
from mailshell.trace.lines import CLIP, CLIP_LINE, clip, row_text
from mailshell.wire import Closed, Connected, Diagnostic, Injected, Octets, TlsStarted


class Kind(enum.Enum):
    """What a row is."""

    LINE = "line"
    CONTENTS = "contents"
    #: How much of the contents is not shown.
    FOLDED = "folded"
    #: The connection, TLS, and what the person noted.
    NOTE = "note"
    #: A deviation, a limit, an end that nobody asked for, what could not be read.
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Row:
    """``text`` is safe for a terminal, secrets masked. ``side`` is that of the octets; None for notes and errors.

    ``first``: of a line, it begins a command or response; of contents, shown or folded, it is their first row.
    ``size``: of the first row of a literal, the octets that were announced; None for other contents.
    """

    kind: Kind
    time: float
    tls: bool
    side: Side | None
    text: str
    first: bool = True
    size: int | None = None


class RowMaker:
    """Makes rows of moments, in their order. ``fold``: how many lines of contents are shown; None: all.

    ``lines`` of up to 2,000 octets are shown whole, longer ones only if nothing is folded.
    """

    def __init__(self, source: Source, fold: int | None) -> None:
        self._source = source
        self._fold = fold
        self._contents: dict[Side, Folded] = {}
        self._begun: dict[Side, bool] = {}
        self._sizes: dict[Side, int | None] = {}
        self._goodbye = Goodbye()

    def stream(self) -> Iterator[tuple[Moment | None, list[Row]]]:
        """Each moment with the rows that it gives; at the end, without a moment, what is left to be said."""
        time, tls = 0.0, False
        for moment in self._source.moments():
            time, tls = moment.time, moment.tls
            if isinstance(moment.what, (Sent, Completed)):
                self._goodbye.event(moment.what)
            yield moment, list(self._rows(moment))
        rest = [row for side in list(self._contents) for row in self._end(side, time, tls)]
        yield None, rest + [Row(Kind.ERROR, time, tls, None, escape(text)) for text in self._source.warnings]

    def rows(self) -> Iterator[Row]:
        """The rows alone."""
        for _, rows in self.stream():
            yield from rows

    # --- frames

    def _rows(self, moment: Moment) -> Iterator[Row]:
        time, tls = moment.time, moment.tls
        match moment.what:
            case Octets():
                return
            case Line() as line:
                yield from self._end(line.side, time, tls)
                octets = masked(line.octets, line.secret)
                text = row_text(octets) if self._fold is None else clip(octets, CLIP_LINE)
                yield Row(Kind.LINE, time, tls, line.side, text, line.first)
            case LiteralPart() as part:
                yield from self._feed(part.side, part.octets, time, tls, part.secret, part.size)
                if part.last:
                    yield from self._end(part.side, time, tls)
            case LinePart() as part:
                yield from self._feed(part.side, part.octets, time, tls, part.secret)
                if part.last:
                    yield from self._end(part.side, time, tls)
            case BodyPart() as part:
                yield from self._feed(part.side, part.octets, time, tls)
            case BodyEnd() as end:
                yield from self._end(end.side, time, tls)
                yield Row(Kind.LINE, time, tls, end.side, row_text(end.octets), first=False)
            case Closed() as event:
                for side in list(self._contents):
                    yield from self._end(side, time, tls)
                surprise = event.by_server and not self._goodbye.said
                text = self._shown(event.reason) or "the connection was closed"
                yield Row(Kind.ERROR if surprise else Kind.NOTE, time, tls, None, text)
            case _:
                for kind, text in self._said(moment.what):
                    yield Row(kind, time, tls, None, text)

    def _feed(
        self, side: Side, octets: bytes, time: float, tls: bool, secret: str | None = None, size: int | None = None
    ) -> Iterator[Row]:
        if side not in self._contents:
            self._contents[side] = Folded(self._fold, self._source.secrets)
            self._begun[side], self._sizes[side] = False, size
        if secret is not None and "⟦".encode() not in octets:
            # It should have been masked when it was recorded.
            octets = f"⟦{secret}⟧".encode()
        elif secret is not None:
            octets = octets.rstrip(b" ")
        yield from self._content_rows(side, self._contents[side].feed(octets), time, tls, size)

    def _end(self, side: Side, time: float, tls: bool) -> Iterator[Row]:
        contents = self._contents.pop(side, None)
        if contents is not None:
            yield from self._content_rows(side, contents.end(), time, tls, self._sizes[side])
            if contents.rest:
                yield Row(Kind.FOLDED, time, tls, side, f"… {contents.rest}", not self._begun[side])

    def _content_rows(self, side: Side, lines: list[str], time: float, tls: bool, size: int | None) -> Iterator[Row]:
        for line in lines:
            yield Row(Kind.CONTENTS, time, tls, side, line, not self._begun[side], size)
            self._begun[side] = True

    # --- what happened besides

    def _said(self, what: object) -> Iterator[tuple[Kind, str]]:
        match what:
            case Connected():
                yield Kind.NOTE, f"connected to {self._shown(what.peer)}"
            case TlsStarted():
                name = f" for {what.server_name}" if what.server_name else ""
                verified = "verified" if what.verified else "not verified"
                text = f"TLS started: {what.version}, {what.cipher}; the certificate{name} was {verified}"
                yield Kind.NOTE if what.verified else Kind.ERROR, self._shown(text)
            case Injected():
                octets = masked_known(what.octets, self._source.secrets)
                count = f"{len(what.octets):,} octets in the clear after TLS was agreed, discarded: "
                yield Kind.ERROR, count + clip(octets, CLIP)
            case Diagnostic():
                yield Kind.NOTE, f"stderr: {self._shown(what.text)}"
            case Deviation():
                yield Kind.ERROR, f"deviation: {self._shown(str(what))}"
            case LimitReached():
                yield Kind.ERROR, f"limit: {self._shown(str(what))}"
            case Told(kind="note" | "mark"):
                yield Kind.NOTE, f"{what.kind}: {self._shown(what.text)}"

    def _shown(self, text: str) -> str:
        return escape(masked_text(text, self._source.secrets))
