"""Which commands a style has seen go out and not been answered, and whether a line goes on with one of them."""

from __future__ import annotations

from mailshell.protocol.events import LimitReached
from mailshell.protocol.exchange import Awaits, Completed, Event, Exchange, Sent


class Outstanding:
    """Give it each event, after the event was shown."""

    def __init__(self) -> None:
        self._exchanges: dict[str, Exchange] = {}

    def __bool__(self) -> bool:
        return bool(self._exchanges)

    def event(self, event: Event) -> None:
        """Note what an event changes."""
        if isinstance(event, Sent):
            self._exchanges[_key(event.exchange)] = event.exchange
        elif isinstance(event, Completed):
            self._exchanges.pop(_key(event.exchange), None)
        elif isinstance(event, LimitReached) and event.what == "outstanding" and self._exchanges:
            del self._exchanges[next(iter(self._exchanges))]

    def clear(self) -> None:
        """Forget all: the connection is new, or gone."""
        self._exchanges.clear()

    @property
    def sasl(self) -> bool:
        """Whether a line of this side is a SASL response: AUTHENTICATE or AUTH waits (RFC 9051 6.2.2, RFC 5034 4)."""
        return any(exchange.awaits is Awaits.SASL for exchange in self._exchanges.values())

    @property
    def held(self) -> bool:
        """Whether a command waits to be allowed to go on."""
        return any(exchange.awaits in (Awaits.LITERAL, Awaits.SASL) for exchange in self._exchanges.values())

    def has_tag(self, tag: str) -> bool:
        """Whether a command with this tag waits."""
        return tag in self._exchanges

    def has_name(self, name: str) -> bool:
        """Whether a command of this name waits."""
        return any(exchange.name == name for exchange in self._exchanges.values())


def _key(exchange: Exchange) -> str:
    return exchange.tag or str(exchange.number)
