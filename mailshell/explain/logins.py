"""Which line belongs to a SASL exchange, and what it holds: the same for AUTHENTICATE and AUTH."""

from __future__ import annotations

from mailshell.explain.explanation import Explanation, Quotes, say
from mailshell.explain.lessons import Lessons
from mailshell.explain.sasl import SaslTalk
from mailshell.protocol.events import Line
from mailshell.protocol.exchange import Awaits, Exchange
from mailshell.protocol.terms import Terms


class Logins:
    """The SASL exchanges of a connection, one after the other. May begin in the middle of one."""

    def __init__(self, terms: Terms, quotes: Quotes, lessons: Lessons) -> None:
        self._terms = terms
        self._quotes = quotes
        self._lessons = lessons
        self._talk: tuple[Exchange, SaslTalk] | None = None

    def begin(self, exchange: Exchange, line: Line | None) -> list[Explanation]:
        """AUTHENTICATE or AUTH was sent with this line: what the mechanism is, and the initial response."""
        talk = SaslTalk(exchange.words, self._quotes, self._terms)
        self._talk = exchange, talk
        told = say(talk.about() if self._lessons.fresh(("mechanism", talk.mechanism), 1) else "")
        if line is not None:
            initial = next((span for span in line.secret if span.label == "initial-response"), None)
            if initial is not None:
                told += say(talk.response(line.octets[initial.start : initial.end]))
        return told

    def response(self, line: Line) -> list[Explanation]:
        """What a line of this side holds if it is a SASL response or cancels the exchange; nothing if it is neither."""
        talk = self._talk[1] if self._talk is not None and self._talk[0].awaits is Awaits.SASL else None
        # The engine marks the whole line.
        if any(span.label == "response" and span.start == 0 for span in line.secret):
            return say(talk.response(line.text) if talk is not None else "a SASL response, masked wherever it goes")
        return say(talk.response(b"*")) if line.text == b"*" and talk is not None else []

    def completed(self, exchange: Exchange, *, ok: bool) -> str:
        """What is to be said when the command is answered, if it is one that logs in; else nothing."""
        talk = self._talk
        return talk[1].completed(ok=ok) if talk is not None and talk[0] is exchange else ""

    def challenge(self, exchange: Exchange, octets: bytes) -> str:
        """What a challenge of the server says, given without the ``+`` in front of it."""
        if self._talk is None or self._talk[0] is not exchange:
            self._talk = exchange, SaslTalk(exchange.words, self._quotes, self._terms)
        return self._talk[1].challenge(octets)
