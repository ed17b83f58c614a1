"""What the styles of a trace have in common: the settings, which may change at any time, and the mask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mailshell.protocol import secrecy
from mailshell.protocol.events import SecretSpan
from mailshell.protocol.exchange import Event
from mailshell.protocol.secrecy import Secrets
from mailshell.wire import WireEvent

if TYPE_CHECKING:
    from mailshell.explain.explainer import Explainer


@dataclass(slots=True)
class Settings:
    """``write`` takes text of whole lines. ``start`` is when the connection was made, on the clock of the events.

    ``theme``: the background that colours are for (``dark``, ``light``, ``neutral``); None: what the terminal tells.
    ``explainer`` says what each line means; None: nothing is explained.
    """

    protocol: str
    write: Callable[[str], object]
    secrets: Secrets
    level: int
    show_secrets: bool
    colour: bool
    tag_prefix: str
    start: float | None = None
    theme: str | None = None
    explainer: Explainer | None = None

    @property
    def masking(self) -> Secrets | None:
        """The known secrets that must be masked; None if secrets are shown, or none is known."""
        return None if self.show_secrets or not self.secrets else self.secrets

    def mask(self, octets: bytes, spans: Iterable[SecretSpan]) -> bytes:
        """The octets with the spans masked, unless secrets are shown."""
        return octets if self.show_secrets else secrecy.mask(octets, spans)

    def mask_known(self, octets: bytes) -> bytes:
        """The octets with all known secrets masked, unless secrets are shown."""
        return octets if self.show_secrets else self.secrets.mask(octets)

    def mask_text(self, text: str) -> str:
        """The text with all known secrets masked, unless secrets are shown."""
        return text if self.show_secrets else self.secrets.mask_str(text)


class Style(Protocol):
    """Turns events into text. Asked only while the level is above 0, so that it may start in the middle of anything."""

    def wire(self, event: WireEvent) -> None: ...

    def event(self, event: Event, time: float, tls: bool) -> None: ...
