"""Explains what crosses the wire: give it the events of a session in order, and it says what each line means.

The rules, in prose:

- A line is explained when it is known what it is: a command with ``Sent``, a response with ``Untagged``, ``Completed``
  and the like, which come after the ``Line``. What begins a literal is explained at once.
- A literal and a body are explained by their beginning and their end, and a body that is a listing by its lines.
- What holds for every line (what a tag is) is told twice, and of responses of one kind the first three of an answer.
- It may begin in the middle of anything.
- Every sentence is made of the words of the catalogue and of the terms and of what the line says, secrets masked; what
  is quoted is cut to a few words. Fixed words are not masked: a mask in their place would tell the secret.
- Nothing is kept but counts, so that memory is bounded, and time is linear in the octets.
"""

from __future__ import annotations

from dataclasses import replace

from mailshell.explain.explanation import Explanation, Quotes, say
from mailshell.explain.imap import ImapExplainer
from mailshell.explain.pop3 import Pop3Explainer
from mailshell.protocol.events import BodyEnd, BodyPart, Deviation, LimitReached, Line, LiteralPart, Side
from mailshell.protocol.exchange import Began, Completed, Continuation, Event, Greeting, Sent, Untagged
from mailshell.protocol.secrecy import Secrets

#: No sentence is longer than this (characters).
LONGEST = 400


class Explainer:
    """See the head of this module. ``protocol`` is ``imap`` or ``pop3``; ``secrets`` are those of the session."""

    def __init__(self, protocol: str, secrets: Secrets) -> None:
        self._quotes = Quotes(secrets)
        self._side: ImapExplainer | Pop3Explainer = (
            ImapExplainer(secrets) if protocol == "imap" else Pop3Explainer(secrets)
        )

    def event(self, event: Event) -> list[Explanation]:
        """What is to be said after this event, usually one sentence and at most a few. Never raises."""
        told = self._explain(event)
        return [
            each if len(each.text) <= LONGEST else replace(each, text=f"{each.text[: LONGEST - 1]}…") for each in told
        ]

    def _explain(self, event: Event) -> list[Explanation]:
        side = self._side
        if isinstance(event, Line):
            return side.sent_line(event) if event.side is Side.CLIENT else side.received_line(event)
        if isinstance(event, Deviation):
            return say(f"a deviation from {event.section}: {self._quotes(event.message, 200)}")
        if isinstance(event, LimitReached):
            return say(
                "a limit of this program was passed, not one of the protocol; what follows is read on as it can be"
            )
        if isinstance(event, Sent):
            return side.sent(event)
        if isinstance(event, Completed):
            return side.completed(event)
        if isinstance(event, Continuation):
            return side.continuation(event)
        if isinstance(event, Greeting):
            return side.greeting(event)
        if isinstance(side, ImapExplainer):
            if isinstance(event, LiteralPart) and event.side is Side.SERVER:
                side.literal(event)
            return side.untagged(event) if isinstance(event, Untagged) else []
        if isinstance(event, Began):
            return side.began(event)
        if isinstance(event, BodyPart):
            return side.body_part(event)
        return side.body_end() if isinstance(event, BodyEnd) else []
