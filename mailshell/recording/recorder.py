"""Records a session: an observer that appends each event to a file as it happens, secrets masked before that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring as quote

from mailshell.lint.finding import Finding
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Event
from mailshell.protocol.imap.commands import unquote
from mailshell.protocol.secrecy import Secrets
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import UNSAFE, Header
from mailshell.recording.literals import LENGTH, Cover, Literals
from mailshell.recording.octets import Mask, pieces_to_json, split, to_json
from mailshell.recording.visible import Visible
from mailshell.wire import (
    Closed,
    Compressed,
    Connected,
    Diagnostic,
    Injected,
    NotConnected,
    Octets,
    TlsBegun,
    TlsRefused,
    TlsStarted,
    WireEvent,
)

_MICROSECONDS = 1_000_000


class Recorder:
    """Writes ``mailwire/1``. Times are seconds, as in the wire events; ``started`` is the moment of the header."""

    masks = True

    def __init__(self, file: RecordingFile, header: Header, secrets: Secrets, started: float) -> None:
        self.file = file
        self._visible = {side: Visible() for side in Side}
        self._secrets = secrets
        self._unsafe = header.redaction == UNSAFE
        self._literals = Literals() if header.protocol == "imap" and not self._unsafe else None
        self._last = started
        self._findings: list[Finding] = []
        self._ended = False
        file.write(header.line())

    @property
    def octets(self) -> Mapping[Side, int]:
        """How many octets of each side are in the recording; those that masks cover are not counted."""
        return {side: visible.count for side, visible in self._visible.items()}

    # --- as an observer

    def wire(self, event: WireEvent) -> None:
        match event:
            case Octets():
                self._octets(event)
                self._write_findings()
            case Connected():
                attempts = f',"attempts":[{",".join(map(self._quoted, event.attempts))}]' if event.attempts else ""
                self._write("connect", event.time, f'"peer":{quote(event.peer)}{attempts}')
            case NotConnected():
                attempts = f',"attempts":[{",".join(map(self._quoted, event.attempts))}]' if event.attempts else ""
                self._write("connect", event.time, f'"failed":{self._quoted(event.reason)}{attempts}')
                self.close(event.time)
            case TlsBegun():
                self._write("tls", event.time, f'"step":"start","sni":{quote(event.server_name)}')
            case TlsStarted():
                if self._literals is not None:
                    self._literals.started_tls()
                self._write("tls", event.time, _tls_done(event))
            case TlsRefused():
                check = f',"check":{quote(event.check)}' if event.check else ""
                reason = self._quoted(event.reason)
                self._write("tls", event.time, f'"step":"failed","how":{reason}{check}{_chain(event.chain)}')
            case Compressed():
                self._write("compress", event.time, f'"algorithm":{quote(event.algorithm)}')
            case Injected():
                spans = self._secrets.scan(event.octets)
                members = self._members(event.octets, [Cover(span.start, span.end, span) for span in sorted(spans)])
                self._write_members("injected", event.time, members)
            case Closed():
                by = "server" if event.by_server else "client"
                broken = ',"broken":true' if event.broken else ""
                self._write("end", event.time, f'"by":"{by}","how":{self._quoted(event.reason)}{broken}')
                self.close(event.time)
            case Diagnostic():
                self._write("stderr", event.time, f'"text":{self._quoted(event.text)}')

    def event(self, event: Event, time: float, tls: bool) -> None:
        if self._literals is not None:
            self._literals.event(event)
        self._write_findings()

    # --- from lint

    def finding(self, finding: Finding) -> None:
        """Something is wrong. It is written behind the octets that it is about, which are recorded by then or next.

        ``start`` and ``end`` are offsets in what of the stream is in the recording.
        """
        self._findings.append(finding)

    def _write_findings(self) -> None:
        for finding in self._findings:
            place, rule = self._visible[finding.side].place, finding.rule
            self._write(
                "deviation",
                finding.time,
                f'"rule":{quote(rule.name)},"id":{quote(rule.id)},"severity":{quote(rule.severity.word)},'
                f'"side":"{finding.side.value}","start":{place(finding.start)},"end":{place(finding.end)},'
                f'"message":{self._quoted(finding.message)},"section":{quote(rule.source)}',
            )
        self._findings.clear()

    # --- from the person

    def command(self, text: str, time: float) -> None:
        """A command was typed; ``text`` has its secrets masked."""
        self._write("command", time, f'"text":{self._quoted(text)}')

    def note(self, text: str, time: float) -> None:
        """The person says something about this moment."""
        self._write("note", time, f'"text":{self._quoted(text)}')

    def mark(self, text: str, time: float) -> None:
        """The person marks this moment, to find it again."""
        self._write("mark", time, f'"text":{self._quoted(text)}')

    def close(self, time: float) -> None:
        """End the recording in good order: counts, and a hash of all lines before this one."""
        if not self._ended:
            self._write_findings()
            self._ended = True
            self._write(
                "close",
                time,
                f'"events":{self.file.events - 1},"client":{self.octets[Side.CLIENT]},'
                f'"server":{self.octets[Side.SERVER]},"sha256":"{self.file.digest}"',
            )
            self.file.close()

    # --- within

    def _octets(self, event: Octets) -> None:
        secret = () if self._unsafe else event.secret
        if self._literals is not None:
            covers = self._literals.covers(event.side, event.octets, secret)
        else:
            covers = [Cover(span.start, span.end, span) for span in sorted(secret)]
        members = self._members(event.octets, covers)
        self._visible[event.side].add(event.offset, len(event.octets), ((cover.start, cover.end) for cover in covers))
        if event.packed is not None and not covers:
            # The size of what holds a secret would tell how long it is.
            members = (b'"packed":%d,' % event.packed, *members)
        self._write_members(event.side.value, event.time, members)

    def _members(self, octets: bytes, covers: Sequence[Cover]) -> Sequence[bytes]:
        if not covers or self._unsafe:
            return to_json(octets)
        return pieces_to_json(split(octets, [(each.start, each.end, self._mask(octets, each)) for each in covers]))

    def _mask(self, octets: bytes, cover: Cover) -> Mask:
        """The mask of a secret. A length has no number: that two are equal would tell too much."""
        span = cover.span
        if span.label == LENGTH:
            return Mask(LENGTH)
        number = self._secrets.number(unquote(octets[span.start : span.end]))
        return Mask(f"{span.label}#{number}", cover.size)

    def _quoted(self, text: str) -> str:
        return quote(text if self._unsafe else self._secrets.mask_str(text))

    def _write(self, kind: str, time: float, members: str) -> None:
        self._write_members(kind, time, (members.encode("utf-8", "backslashreplace"),))

    def _write_members(self, kind: str, time: float, members: Sequence[bytes]) -> None:
        elapsed = max(0, round((time - self._last) * _MICROSECONDS))
        self._last = max(self._last, time)
        self.file.write(b'{"k":"%s","dt":%d,' % (kind.encode(), elapsed), *members, b"}\n")


def _tls_done(event: TlsStarted) -> str:
    more = "".join(
        f',"{name}":{quote(value)}' for name, value in (("alpn", event.alpn), ("keys", event.key_exchange)) if value
    )
    resumed = ',"resumed":true' if event.resumed else ""
    return (
        f'"step":"done","version":{quote(event.version)},"cipher":{quote(event.cipher)},'
        f'"sni":{quote(event.server_name)},"verified":{"true" if event.verified else "false"}'
        f"{more}{resumed}{_chain(event.chain)}"
    )


def _chain(digests: Sequence[str]) -> str:
    return f',"chain":[{",".join(map(quote, digests))}]' if digests else ""
