"""Who is told of what was received: the handler of the command that it answers, who waits for it, or the listener."""

from __future__ import annotations

from mailshell.answers import Answers
from mailshell.contract import Listener
from mailshell.protocol.events import BodyEnd, BodyPart, LimitReached, Line, LinePart, LiteralPart
from mailshell.protocol.exchange import Began, Completed, Continuation, Event, Exchange, Stray, Untagged


def dispatch(event: Event, answering: Exchange | None, answers: Answers, listener: Listener) -> None:
    """Pass an event on. ``answering``: the command that the frames at hand belong to."""
    match event:
        case LiteralPart() | BodyPart() | Line() | BodyEnd() | LinePart():
            handler = answers.handler(answering)
            if handler is not None:
                handler.frame(event)
        case Untagged():
            _untagged(event, answers, listener)
        case Completed():
            if not answers.completed(event.exchange, event.response):
                listener.late(event.exchange, event.response)
        case Began():
            handler = answers.handler(event.exchange)
            if handler is not None:
                handler.began(event.response)
        case Continuation(exchange=exchange) if exchange is not None:
            if not answers.continued(exchange, event.response):
                listener.late_continuation(exchange, event.response)
        case Stray():
            listener.stray(event)
        case LimitReached():
            listener.report(event)


def _untagged(event: Untagged, answers: Answers, listener: Listener) -> None:
    if event.exchange is None:
        listener.unsolicited(event.response)
        return
    handler = answers.handler(event.exchange)
    if handler is not None:
        handler.untagged(event.response)
    elif not answers.waits(event.exchange):
        listener.late_untagged(event.exchange, event.response)
