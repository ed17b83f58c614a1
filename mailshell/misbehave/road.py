"""Faults of the road: what happens to the server's octets on their way, whatever they say. No I/O.

They come after the misbehaviours, and in this order: line ends, the end of the connection, pieces, pauses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailshell.exits import UsageError
from mailshell.misbehave.actions import Action, End, Last, Pause, Reset, Stall, Write
from mailshell.protocol.engine import Engine, make_engine
from mailshell.protocol.events import BodyPart, LiteralPart, Side


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault, as ``--fault`` takes it: ``value`` stands behind its name."""

    name: str
    value: str
    says: str

    @property
    def form(self) -> str:
        return self.name + self.value


#: In the middle: of the first literal (IMAP), or of the first multi-line reply but that to CAPA, with which sessions
#: begin (POP3).
KINDS = (
    Kind("delay", "=SECONDS", "wait so long before each write"),
    Kind("chunk", "=OCTETS", "write so many octets at once"),
    Kind("drop-after", "=OCTETS", "close the connection when the server has sent so many octets"),
    Kind(
        "cut-literal",
        "",
        "close it within the first literal, or in POP3 within the first multi-line reply but CAPA's",
    ),
    Kind("reset", "[=OCTETS]", "reset it (RST) in that place, or after so many octets"),
    Kind("stall", "[=OCTETS]", "send nothing more from there, or so many octets, on, and keep the connection open"),
    Kind("lf-only", "", "end all lines with LF alone, except within literals"),
)
_LONGEST_DELAY = 3600.0
#: So many digits are read of a number.
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Strike:
    """The end of the connection, ``after`` so many octets of the server; None: in the middle (see ``KINDS``)."""

    how: Last
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Faults:
    """``delay`` in seconds, ``chunk`` in octets (0: as they come)."""

    delay: float = 0.0
    chunk: int = 0
    strikes: tuple[Strike, ...] = ()
    lf_only: bool = False


def read_faults(given: Iterable[str]) -> Faults:
    """From what was given with ``--fault``, each several faults with commas between. UsageError for what is none."""
    delay, chunk, lf_only = 0.0, 0, False
    strikes: list[Strike] = []
    for word in (word.strip() for words in given for word in words.split(",")):
        name, equals, value = word.partition("=")
        match name.lower():
            case "delay" if equals:
                delay = _seconds(value)
            case "chunk" if equals:
                chunk = _octets(name, value)
                if chunk == 0:
                    raise UsageError("--fault chunk takes a number of octets from 1 on")
            case "drop-after" if equals:
                strikes.append(Strike(End(), _octets(name, value)))
            case "cut-literal" if not equals:
                strikes.append(Strike(End()))
            case "reset":
                strikes.append(Strike(Reset(), _octets(name, value) if equals else None))
            case "stall":
                strikes.append(Strike(Stall(), _octets(name, value) if equals else None))
            case "lf-only" if not equals:
                lf_only = True
            case _:
                raise UsageError(f"--fault knows no {word!a}; it takes {', '.join(kind.form for kind in KINDS)}")
    return Faults(delay, chunk, tuple(strikes), lf_only)


def _seconds(value: str) -> float:
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_DELAY:
        raise UsageError(f"--fault delay takes seconds from 0 to {_LONGEST_DELAY:g}, such as 0.5, not {value!a}")
    return seconds


def _octets(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= _DIGITS):
        raise UsageError(f"--fault {name} takes a number of octets such as 100, not {value!a}")
    return int(value)


class Road:
    """One connection's. Made anew for each client; ``protocol``: ``imap`` or ``pop3``."""

    def __init__(self, protocol: str, faults: Faults) -> None:
        self._faults = faults
        #: Follows the connection as its client sees it; None if nobody needs to know what the octets are.
        self._engine: Engine | None = None
        if faults.lf_only or any(strike.after is None for strike in faults.strikes):
            self._engine = make_engine(protocol)
        #: Where the middle is (an offset in what comes from the server), as soon as that is known.
        self._middle: int | None = None
        self._came = self._went = 0
        #: A CR of which it is not known yet whether an LF follows.
        self._held = b""
        self._over = False

    def client(self, octets: bytes) -> None:
        """The client has sent this."""
        if self._engine is not None and not self._over:
            self._engine.sent(octets)

    def started_tls(self) -> None:
        """TLS stands with the client."""
        if self._engine is not None:
            self._engine.started_tls()

    def send(self, actions: Iterable[Action]) -> list[Action]:
        """What becomes of actions on the road. After End, Reset or Stall there are none."""
        out: list[Action] = []
        for action in actions:
            if self._over:
                break
            if isinstance(action, Write):
                self._write(action.octets, out)
                continue
            if isinstance(action, Last):
                self._over = True
                self._put(self._held, out)
            out.append(action)
        return out

    def _write(self, octets: bytes, out: list[Action]) -> None:
        begin, self._came = self._came, self._came + len(octets)
        literals = self._follow(octets)
        strike: Strike | None = None
        if self._middle is not None and self._middle <= self._came:
            strike = next((one for one in self._faults.strikes if one.after is None), None)
            if strike is not None:
                octets = octets[: max(0, self._middle - begin)]
        if self._faults.lf_only:
            octets = self._without_cr(octets, begin, literals)
        for one in self._faults.strikes:
            if one.after is not None and one.after <= self._went + len(octets):
                strike, octets = one, octets[: one.after - self._went]
        self._put(octets, out)
        if strike is not None:
            self._over = True
            out.append(strike.how)

    def _put(self, octets: bytes, out: list[Action]) -> None:
        """Write them in pieces, with pauses."""
        self._went += len(octets)
        size = self._faults.chunk or max(1, len(octets))
        for at in range(0, len(octets), size):
            if self._faults.delay:
                out.append(Pause(self._faults.delay))
            out.append(Write(octets[at : at + size]))

    def _follow(self, octets: bytes) -> Sequence[tuple[int, int]]:
        """Let the engine read the octets: the spans of literals in the server's stream."""
        spans: list[tuple[int, int]] = []
        for event in () if self._engine is None else self._engine.received(octets):
            if isinstance(event, LiteralPart) and event.side is Side.SERVER:
                spans.append((event.offset, event.offset + len(event.octets)))
                if self._middle is None and event.position == 0 and event.size > 1:
                    self._middle = event.offset + event.size // 2
            elif isinstance(event, BodyPart) and self._middle is None and not self._is_capa():
                self._middle = event.offset + len(event.octets) // 2
        return spans

    def _is_capa(self) -> bool:
        answering = self._engine.answering if self._engine else None
        return answering is not None and answering.name == "CAPA"

    def _without_cr(self, octets: bytes, begin: int, literals: Sequence[tuple[int, int]]) -> bytes:
        """The octets with LF for each CRLF outside of literals."""
        pieces: list[bytes] = []
        at = 0
        for start, end in literals:
            pieces.append(self._lf(octets[at : max(0, start - begin)]))
            pieces.append(octets[max(0, start - begin) : max(0, end - begin)])
            at = max(0, end - begin)
        pieces.append(self._lf(octets[at:]))
        return b"".join(pieces)

    def _lf(self, octets: bytes) -> bytes:
        if not octets:
            return b""
        octets, self._held = self._held + octets, b""
        if octets.endswith(b"\r"):
            octets, self._held = octets[:-1], b"\r"
        return octets.replace(b"\r\n", b"\n")
