"""What the explainer says, kept until the row that it explains is written."""

from __future__ import annotations

from mailshell.protocol.events import BodyEnd, BodyPart, Deviation, LimitReached
from mailshell.protocol.exchange import Began, Completed, Event, Exchange, Sent, Untagged
from mailshell.trace.settings import Settings

#: While only requests are shown, the explanations of so many commands wait for their answers.
_MOST_WAITING = 1000


class Explained:
    """Give it each event before its rows are written; then ask for the explanations of these rows."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._texts: list[str] = []
        #: Explanations of lines of the body that is being received, by their number, and the line that is next.
        self._lines: dict[int, list[str]] = {}
        self._next = 0
        self._waiting: dict[Exchange, list[str]] = {}

    def event(self, event: Event) -> None:
        """Ask the explainer, if there is one."""
        self._texts = []
        if isinstance(event, Deviation):
            # Whoever tells of it says what it means.
            return
        explainer = self._settings.explainer
        if isinstance(event, Began):
            self._lines.clear()
            self._next = 0
        if explainer is None:
            self._lines.clear()
            self._waiting.clear()
            return
        for explanation in explainer.event(event):
            if explanation.line is None:
                self._texts.append(explanation.text)
            else:
                self._lines.setdefault(explanation.line, []).append(explanation.text)

    def row(self) -> list[str]:
        """What explains the line of a body whose row has just been written."""
        self._next += 1
        return self._lines.pop(self._next - 1, []) if self._lines else []

    def rest_of_body(self) -> list[str]:
        """What explains lines of a body that were folded away."""
        texts = [text for _, each in sorted(self._lines.items()) for text in each]
        self._lines.clear()
        return texts

    def rest(self) -> list[str]:
        """What explains the event as a whole."""
        return self._texts

    def of_request(self, event: Event) -> list[str]:
        """The same while only requests are shown: a command is explained along with its answer."""
        texts = self._texts
        if isinstance(event, (BodyPart, BodyEnd)):
            self._lines.clear()
        if isinstance(event, (Sent, Began)) and texts:
            if len(self._waiting) >= _MOST_WAITING:
                del self._waiting[next(iter(self._waiting))]
            self._waiting.setdefault(event.exchange, []).extend(texts)
        if isinstance(event, Completed):
            return self._waiting.pop(event.exchange, []) + texts
        surprise = isinstance(event, Untagged) and event.exchange is None and event.response.name == "BYE"
        return texts if surprise or isinstance(event, LimitReached) else []
