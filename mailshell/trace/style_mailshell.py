"""The style ``mailshell``: one row for each line, with a prefix that tells what it is (see ``prefix``).

===== ==========================================================================================
level shows
===== ==========================================================================================
1     one row for each request: answer, time taken, sizes; connection, TLS, surprises and end
2     each line; literals and multi-line bodies of more than 5 lines folded to 3 and a count; lines
      clipped to 2,000 octets (200 in what is folded)
3     everything in full
4     adds the boundaries of each read and write with microseconds and offsets; details of TLS
5     adds a hex dump
===== ==========================================================================================

With ``explain`` on, the rows that begin with a dot in the third column say what the row above them means.
"""

from __future__ import annotations

from collections.abc import Iterable

from mailshell.protocol.events import (
    BodyEnd,
    BodyPart,
    Frame,
    LimitReached,
    Line,
    LinePart,
    LiteralPart,
    Side,
)
from mailshell.protocol.exchange import Event, Untagged
from mailshell.text.escape import escape
from mailshell.trace import prefix
from mailshell.trace.boundaries import Boundaries
from mailshell.trace.connection import Goodbye, connection_rows
from mailshell.trace.explained import Explained
from mailshell.trace.lines import CLIP_LINE, Contents, Row, clip, row_text
from mailshell.trace.requests import Requests
from mailshell.trace.rows import Rows
from mailshell.trace.settings import Settings
from mailshell.wire import Closed, Octets, WireEvent


class MailshellStyle:
    """See the head of this module."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rows = Rows(settings)
        self._requests = Requests(settings, self._rows)
        self._boundaries = Boundaries(settings, self._rows)
        self._goodbye = Goodbye()
        self._explained = Explained(settings)
        self._contents: dict[Side, Contents] = {}
        self._masked: dict[Side, str] = {}

    def wire(self, event: WireEvent) -> None:
        if isinstance(event, Octets):
            if self._settings.level >= 4:
                self._boundaries.octets(event)
                self._rows.flush()
            return
        if isinstance(event, Closed):
            for side in list(self._contents):
                self._end_contents(side, prefix.CONTENTS, tls=False)
            self._requests.closed(event)
        connection_rows(event, self._settings, self._rows, expected=self._goodbye.said)
        self._rows.flush()

    def event(self, event: Event, time: float, tls: bool) -> None:
        self._explained.event(event)
        self._goodbye.event(event)
        self._requests.event(event, time, tls)
        if isinstance(event, LimitReached):
            text = escape(self._settings.mask_text(str(event)))
            self._rows.add(prefix.of_side(event.side, tls, prefix.SURPRISE), text)
        elif self._settings.level == 1:
            if isinstance(event, Untagged) and event.exchange is None and event.response.name == "BYE":
                line = self._settings.mask_known(event.response.line)
                self._rows.add(prefix.of_side(Side.SERVER, tls, prefix.SURPRISE), clip(line + b"\r\n", CLIP_LINE))
        elif isinstance(event, (Line, LinePart, LiteralPart, BodyPart, BodyEnd)):
            self._frame(event, tls)
        self._explain(self._explained.of_request(event) if self._settings.level == 1 else self._explained.rest())
        self._rows.flush()

    def finding(self, lines: Iterable[str], advice: str, *, tls: bool) -> None:
        """What is wrong with the rows above, in lines fit for a terminal."""
        for line in lines:
            self._rows.add(prefix.of_side(Side.SERVER, tls, prefix.SURPRISE), line)
        if self._settings.explainer is not None and advice:
            self._explain([f"what to do: {advice}"])
        self._rows.flush()

    def _frame(self, frame: Frame, tls: bool) -> None:
        if isinstance(frame, Line):
            octets = self._settings.mask(frame.octets, frame.secret)
            text = clip(octets, CLIP_LINE) if self._settings.level == 2 else row_text(octets)
            self._rows.add(prefix.of_side(frame.side, tls, prefix.LINE), text)
        elif isinstance(frame, BodyEnd):
            self._end_contents(frame.side, prefix.CONTENTS, tls)
            self._explain(self._explained.rest_of_body())
            self._rows.add(prefix.of_side(frame.side, tls, prefix.LINE), row_text(frame.octets))
        elif isinstance(frame, BodyPart):
            self._feed(frame.side, frame.octets, None, prefix.CONTENTS, tls)
        else:
            what = prefix.CONTENTS if isinstance(frame, LiteralPart) else prefix.LINE
            self._feed(frame.side, frame.octets, frame.secret, what, tls)
            if frame.last:
                self._end_contents(frame.side, what, tls)

    def _feed(self, side: Side, octets: bytes, secret: str | None, what: str, tls: bool) -> None:
        if secret is not None and not self._settings.show_secrets:
            if self._masked.get(side) != secret:
                self._masked[side] = secret
                self._rows.add(prefix.of_side(side, tls, what), f"⟦{secret}⟧")
            return
        contents = self._contents.get(side)
        if contents is None:
            contents = Contents(self._settings.masking, folded=self._settings.level == 2)
            self._contents[side] = contents
        for row in contents.feed(octets):
            self._contents_row(row, side, what, tls)

    def _end_contents(self, side: Side, what: str, tls: bool) -> None:
        self._masked.pop(side, None)
        contents = self._contents.pop(side, None)
        for row in contents.end() if contents is not None else ():
            self._contents_row(row, side, what, tls)

    def _contents_row(self, row: Row, side: Side, what: str, tls: bool) -> None:
        self._rows.add(prefix.of_side(side, tls, prefix.NOTE if row.note else what), row.text)
        if row.ended and not row.note and side is Side.SERVER:
            self._explain(self._explained.row())

    def _explain(self, texts: list[str]) -> None:
        for text in texts:
            self._rows.add(prefix.EXPLANATION, text)
