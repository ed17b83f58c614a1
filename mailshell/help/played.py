"""Examples played through the engines: what crosses the wire, with secrets masked as in a trace."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.help.records import CLIENT, SERVER, TYPED
from mailshell.protocol.engine import make_engine
from mailshell.protocol.exchange import Event
from mailshell.protocol.secrecy import mask

_GREETINGS = {"imap": b"* OK ready\r\n", "pop3": b"+OK ready\r\n"}
#: What an example of the greeting begins with.
_GREETING = ("* OK", "* PREAUTH", "* BYE", "+OK")


def play(protocol: str, rows: Sequence[tuple[str, str]]) -> tuple[list[tuple[str, str]], list[Event]]:
    """The rows as they may be shown, and the events of the engine. The lines end with CRLF on the wire."""
    engine = make_engine(protocol)
    events: list[Event] = []
    first = next((row for row in rows if row[0] != TYPED), ("", ""))
    if not (first[0] == SERVER and first[1].startswith(_GREETING)):
        list(engine.received(_GREETINGS[protocol]))
    shown: list[tuple[str, str]] = []
    for who, text in rows:
        octets = text.encode()
        if who == CLIENT:
            at = engine.sent_octets
            events += engine.sent(octets + b"\r\n")
            octets = mask(octets, engine.marks.spans(octets, at))
        elif who == SERVER:
            events += engine.received(octets + b"\r\n")
        shown.append((who, octets.decode()))
    # What is typed comes before the engine knows what is secret in it.
    return [(who, engine.secrets.mask_str(text)) for who, text in shown], events
