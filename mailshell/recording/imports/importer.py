"""A session that another program has written down becomes a recording.

Its octets go through the engine of the protocol, which tells what is secret, and through the same gate as those of a
live session. What a source does not tell is made up and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader, FileIO
from pathlib import Path

from mailshell.exits import UsageError
from mailshell.protocol.events import Side
from mailshell.protocol.imap.commands import read_head
from mailshell.protocol.imap.state import Phase as ImapPhase
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.protocol.pop3.state import Phase as Pop3Phase
from mailshell.recording.file import RecordingFile, make_file
from mailshell.recording.header import Header
from mailshell.recording.imports import recognise
from mailshell.recording.imports.chunk import MOST_INVENTED, Chunk, Loss, TooMuchInvented
from mailshell.recording.imports.imaplib_output import read_imaplib
from mailshell.recording.imports.own_trace import read_own_trace
from mailshell.recording.imports.poplib_output import read_poplib
from mailshell.recording.imports.rawlog import read_rawlog
from mailshell.recording.imports.recognise import (
    BEGINNING,
    RAWLOG,
    TELEMETRY,
    TEXT,
    TRACE,
    find_pair,
    is_own_trace,
    recognise_form,
    recognise_protocol,
)
from mailshell.recording.imports.telemetry import read_telemetry
from mailshell.recording.imports.transcript import read_transcript
from mailshell.recording.watch import Watch
from mailshell.streams import reason

#: Times before this are counted from no known moment (seconds since 1970).
_EPOCH_FROM = 100_000_000.0
#: The logs that servers write, from the answer to the login on.
_OF_SERVERS = (RAWLOG, TELEMETRY)
#: Greetings in the place of those that a source leaves out, so that the first answer is not taken for one.
_GREETINGS = {"pop3": b"+OK greeting made up by mailshell\r\n", "imap": b"* OK greeting made up by mailshell\r\n"}


@dataclass
class Imported:
    """What came of an import: the octets of each side, and what the source did not tell. ``state``: the one in which it
    begins, if that is in the middle of a session.
    """

    form: str
    protocol: str
    octets: dict[Side, int] = field(default_factory=lambda: dict.fromkeys(Side, 0))
    state: str = ""
    losses: set[Loss] = field(default_factory=set)

    @property
    def lossy(self) -> str:
        """What was made up, as the header has it; empty if nothing was."""
        return ", ".join(loss.value for loss in Loss if loss in self.losses)


def import_session(paths: list[Path], target: Path, form: str = "", protocol: str = "") -> Imported:
    """Read a session and write it to ``target``, which must not exist. UsageError with one sentence.

    The header comes first in a recording, and what a source does not tell is known when it was read: so it is read
    twice.
    """
    with ExitStack() as stack:
        if form == RAWLOG or (not form and not paths[0].exists()):
            paths = find_pair(paths)
        beginnings = [_open(path, stack).peek(BEGINNING)[:BEGINNING] for path in paths]
        form = form or recognise_form(paths, beginnings[0])
        if form == TEXT and is_own_trace(beginnings[0]):
            form = TRACE
        if form == RAWLOG:
            paths = find_pair(paths)
        elif len(paths) > 1:
            raise UsageError(f"one file is enough, or the two of a rawlog; {form} is not that")
        beginnings = [_open(path, stack).peek(BEGINNING)[:BEGINNING] for path in paths]
        protocol = protocol or recognise_protocol(form, beginnings)
        imported = Imported(form, protocol)
        first = _survey(_Source(form, protocol, paths), imported)
        header = Header(
            protocol,
            role="import",
            start=_start(first),
            state=imported.state,
            lossy=imported.lossy,
        )
        _write(_Source(form, protocol, paths), header, target, imported)
    return imported


class _Source:
    def __init__(self, form: str, protocol: str, paths: list[Path]) -> None:
        self.form, self.protocol, self.paths = form, protocol, paths
        self.losses: set[Loss] = set()
        #: The state in which it begins, once its first chunk was read; empty: with the greeting.
        self.state = "logged in" if form in _OF_SERVERS else ""

    def chunks(self) -> Iterator[Chunk]:
        """Read the files. UsageError if they leave out more than is made up for them."""
        with ExitStack() as stack:
            files = [_open(path, stack) for path in self.paths]
            try:
                yield from self._with_greeting(self._read(files))
            except TooMuchInvented:
                what = f"more than {MOST_INVENTED >> 20} MiB of the octets are missing in it"
                raise UsageError(f"{self.paths[0]}: {what}") from None
            except OSError as error:
                raise _unreadable(self.paths[0], error) from None

    def _read(self, files: list[BufferedReader]) -> Iterator[Chunk]:
        match self.form:
            case recognise.RAWLOG:
                return read_rawlog(files[0], files[1], self.protocol, self.losses)
            case recognise.IMAPLIB:
                return read_imaplib(files[0], self.protocol, self.losses)
            case recognise.POPLIB:
                return read_poplib(files[0], self.losses)
            case recognise.TRACE:
                return read_own_trace(files[0], self.protocol, self.losses)
            case recognise.TELEMETRY:
                return read_telemetry(files[0], self.losses)
        return read_transcript(files[0], self.protocol, self.losses)

    def _with_greeting(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """A log that begins with what needs a login begins in the middle of a session; another one without a greeting
        gets one. A server's log has the answer to the login in its place.
        """
        first = next(chunks, None)
        if first is None:
            return
        if not self._greets(first):
            self.state = self._state(first)
            if not self.state:
                self.losses.add(Loss.GREETING)
                yield Chunk(Side.SERVER, _GREETINGS[self.protocol], first.time)
        yield first
        yield from chunks

    def _greets(self, first: Chunk) -> bool:
        if self.form == RAWLOG:
            return True
        if first.side is Side.CLIENT:
            return False
        return (
            self.form == TELEMETRY
            or self.protocol == "pop3"
            or first.octets.upper().startswith((b"* OK", b"* PREAUTH", b"* BYE"))
        )

    def _state(self, first: Chunk) -> str:
        """The state in which the first command may be sent; empty if that is the one behind the greeting."""
        if self.protocol == "pop3":
            record = POP3.find(first.octets.strip().decode("latin-1"))[1]
            return "" if record is None or "A" in record.states else str(Pop3Phase.TRANSACTION.value)
        record = read_head(first.octets.rstrip(b"\r\n")).record if first.side is Side.CLIENT else None
        if record is not None and "N" in record.states:
            return ""
        phase = ImapPhase.SELECTED if record is not None and "A" not in record.states else ImapPhase.AUTHENTICATED
        return str(phase.value)


def _survey(source: _Source, imported: Imported) -> Chunk:
    """Read it all; what is lost, and the first chunk. UsageError if there is none."""
    first: Chunk | None = None
    starting = False
    for chunk in source.chunks():
        first = first or chunk
        imported.octets[chunk.side] += len(chunk.octets)
        if starting:
            source.losses.add(Loss.TLS)
        starting = starting or (chunk.side is Side.CLIENT and _starts_tls(chunk.octets, source.protocol))
    if first is None:
        raise UsageError(f"{source.paths[0]}: no line of a session is in it")
    imported.losses, imported.state = source.losses, source.state
    return first


def _starts_tls(octets: bytes, protocol: str) -> bool:
    words = octets[:100].upper().split()
    return words[:1] == [b"STLS"] if protocol == "pop3" else words[1:2] == [b"STARTTLS"]


def _write(source: _Source, header: Header, target: Path, imported: Imported) -> None:
    file = make_file(target)
    try:
        _record(source.chunks(), file, header)
    except BaseException:
        file.close()
        target.unlink(missing_ok=True)
        raise
    if file.error is not None:
        target.unlink(missing_ok=True)
        raise UsageError(f"{target} can't be written: {reason(file.error)}")


def _record(chunks: Iterable[Chunk], file: RecordingFile, header: Header) -> None:
    clock = _Clock()
    watch: Watch | None = None
    starting = False
    for chunk in chunks:
        clock.advance(chunk.time)
        if watch is None:
            watch = Watch(file, header, clock)
        if chunk.side is Side.CLIENT:
            if starting and not chunk.octets.startswith(b"\x16\x03"):
                # What follows is no handshake: the log was taken within TLS.
                watch.tls_started("", "", "", verified=False)
                starting = False
            watch.sent(chunk.octets)
            starting = starting or _starts_tls(chunk.octets, header.protocol)
        else:
            watch.received(chunk.octets)
    if watch is not None:
        watch.recorder.close(clock())


class _Clock:
    """The time of the chunk at hand, in seconds: that of the last one if it has none of its own."""

    def __init__(self) -> None:
        self._now: float | None = None

    def advance(self, time: float | None) -> None:
        if time is not None:
            self._now = time if self._now is None else max(self._now, time)

    def __call__(self) -> float:
        return self._now or 0.0


def _start(first: Chunk) -> str:
    """The moment of the first chunk in UTC (RFC 3339), if the source tells it."""
    if first.time is None or first.time < _EPOCH_FROM:
        return ""
    moment = datetime.fromtimestamp(first.time, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _open(path: Path, stack: ExitStack) -> BufferedReader:
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no regular file; a source is read twice")
    try:
        return stack.enter_context(BufferedReader(FileIO(path), BEGINNING))
    except OSError as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path} can't be read: {reason(error)}")
