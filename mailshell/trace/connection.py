"""The rows about the connection: made, protected by TLS, ended."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Completed, Event, Sent
from mailshell.text.escape import escape
from mailshell.trace import prefix
from mailshell.trace.lines import CLIP, CLIP_LINE, clip
from mailshell.trace.rows import Rows
from mailshell.trace.settings import Settings
from mailshell.wire import (
    Closed,
    Compressed,
    Connected,
    Diagnostic,
    Injected,
    NotConnected,
    TlsBegun,
    TlsRefused,
    TlsStarted,
    WireEvent,
)

_LEAVING = frozenset({"LOGOUT", "QUIT"})


class Goodbye:
    """Whether the end of the connection was agreed: LOGOUT or QUIT was sent, or even answered."""

    def __init__(self) -> None:
        self.said = False

    def event(self, event: Event) -> None:
        if isinstance(event, Sent) and event.exchange.name in _LEAVING:
            self.said = True
        elif isinstance(event, Completed) and event.exchange.name in _LEAVING:
            self.said = event.response.ok


def connection_rows(event: WireEvent, settings: Settings, rows: Rows, *, expected: bool) -> None:
    """Add the rows of an event other than ``Octets``. ``expected``: the end is no surprise."""
    at = f"{elapsed(event.time, settings)} " if settings.level >= 4 else ""
    if isinstance(event, Connected):
        if settings.level >= 2 and len(event.attempts) > 1:
            for attempt in event.attempts:
                rows.add(prefix.own(), escape(f"{at}{attempt}"))
        rows.add(prefix.own(), escape(f"{at}connected to {event.peer}"))
    elif isinstance(event, NotConnected):
        if settings.level >= 2:
            for attempt in event.attempts:
                rows.add(prefix.own(), escape(f"{at}{attempt}"))
        rows.add(prefix.own(surprise=True), escape(at + settings.mask_text(event.reason)))
    elif isinstance(event, TlsBegun) and settings.level >= 4:
        name = f" for {event.server_name}" if event.server_name else ""
        rows.add(prefix.own(), escape(f"{at}TLS handshake begins{name}"))
    elif isinstance(event, TlsStarted):
        _tls_rows(event, at, settings, rows)
    elif isinstance(event, TlsRefused):
        _chain_rows(event.chain, at, settings, rows)
        rows.add(prefix.own(surprise=True), escape(f"{at}TLS failed: {settings.mask_text(event.reason)}"))
    elif isinstance(event, Compressed):
        rows.add(prefix.own(), escape(f"{at}compression started: {event.algorithm}, in both directions"))
    elif isinstance(event, Injected):
        shown = clip(settings.mask_known(event.octets), CLIP if settings.level <= 2 else CLIP_LINE)
        count = f"{len(event.octets):,} octets in the clear after TLS was agreed, discarded: "
        rows.add(prefix.of_side(Side.SERVER, False, prefix.SURPRISE), at + count + shown)
    elif isinstance(event, Closed):
        reason = event.reason or "the connection was closed"
        surprise = event.by_server and not expected
        rows.add(prefix.own(surprise=surprise), escape(at + settings.mask_text(reason)))
    elif isinstance(event, Diagnostic) and settings.level >= 2:
        rows.add(prefix.own(), escape(f"{at}stderr: {settings.mask_text(event.text)}"))


def _tls_rows(event: TlsStarted, at: str, settings: Settings, rows: Rows) -> None:
    told = [event.version, event.cipher]
    told += [f"keys agreed by {event.key_exchange}"] if event.key_exchange else []
    told += [f"ALPN {event.alpn}"] if event.alpn else []
    told += ["a session resumed"] if event.resumed else []
    rows.add(prefix.own(), escape(f"{at}TLS started: {', '.join(told)}"))
    _chain_rows(event.chain, at, settings, rows)
    if not event.verified:
        rows.add(prefix.own(surprise=True), escape(f"{at}the certificate of {event.server_name} was not verified"))
    elif settings.level >= 4:
        rows.add(prefix.own(), escape(f"{at}the certificate of {event.server_name} was verified"))


def _chain_rows(chain: Sequence[str], at: str, settings: Settings, rows: Rows) -> None:
    if settings.level >= 4:
        for number, digest in enumerate(chain, 1):
            rows.add(prefix.own(), escape(f"{at}certificate {number} of {len(chain)}: SHA-256 {digest}"))


def elapsed(time: float, settings: Settings) -> str:
    """The time since the connection was made, in seconds with microseconds."""
    if settings.start is None:
        settings.start = time
    return f"{time - settings.start:.6f}"
