"""What a recording says of the connection itself: each event is read back as it was."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.protocol.events import SecretSpan, Side
from mailshell.protocol.secrecy import Secrets
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import UNSAFE, Header
from mailshell.recording.octets import UnreadableRecording
from mailshell.recording.reader import Record, Recording, open_recording
from mailshell.recording.recorder import Recorder
from mailshell.replay.wire_events import wire_event
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

CHAIN = ("ab" * 32, "cd" * 32)
EVENTS: tuple[WireEvent, ...] = (
    Connected(11.0, "192.0.2.1:143"),
    Connected(11.0, "[::1]:143", ("192.0.2.1:143: connection refused", "[::1]:143: connected")),
    TlsBegun(11.0, "mail.example.org"),
    TlsBegun(11.0, ""),
    TlsStarted(11.0, "TLSv1.3", "TLS_AES_128_GCM_SHA256", "mail.example.org", True),
    TlsStarted(11.0, "TLSv1.2", "X", "", False, "imap", "X25519", True, CHAIN),
    TlsRefused(11.0, "the certificate of h expired", "expiry", CHAIN),
    TlsRefused(11.0, 'it said "\x1b[31m"'),
    Injected(11.0, b"* 999 EXISTS\r\n\x1b[31m\xff"),
    Compressed(11.0, "DEFLATE"),
    Diagnostic(11.0, "ssh: hello"),
    Closed(11.0, True, "the server closed the connection"),
    Closed(11.0, False, ""),
    Closed(11.0, True, "the connection was lost: reset by the other side", broken=True),
    NotConnected(11.0, "h port 143 refused the connection", ("192.0.2.1:143: connection refused",)),
    NotConnected(11.0, "the host name h is not known"),
)


def recorded(path: Path, *events: WireEvent, secrets: Secrets | None = None, redaction: str = "") -> list[Record]:
    header = Header("imap", redaction=redaction) if redaction else Header("imap")
    recorder = Recorder(RecordingFile(path), header, secrets or Secrets(), 10.0)
    for event in events:
        recorder.wire(event)
    recorder.close(12.0)
    return list(open_recording(path))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_is_read_back_as_it_was(tmp_path: Path, event: WireEvent) -> None:
    first, last = recorded(tmp_path / "a.mwire", event)
    assert wire_event(first, 11.0) == event
    assert last.kind == "close"


def test_what_ends_a_recording_ends_it_once(tmp_path: Path) -> None:
    found = recorded(tmp_path / "a.mwire", NotConnected(11.0, "nobody there"))
    assert [one.kind for one in found] == ["connect", "close"]


def test_secrets_in_the_words_are_masked(tmp_path: Path) -> None:
    secrets = Secrets()
    secrets.learn(b"hunter22")
    path = tmp_path / "a.mwire"
    words = "it said hunter22"
    recorded(path, TlsRefused(11.0, words), Connected(11.0, "p", (words,)), NotConnected(11.0, words), secrets=secrets)
    assert "hunter22" not in path.read_text()
    assert path.read_text().count("⟦password⟧") == 3


@pytest.mark.parametrize(("secret", "redaction", "told"), [(False, "", True), (True, "", False), (True, UNSAFE, True)])
def test_the_size_under_compression_is_told_unless_it_would_tell_that_of_a_secret(
    tmp_path: Path, secret: bool, redaction: str, told: bool
) -> None:
    spans = (SecretSpan(14, 22, "password"),) if secret else ()
    octets = Octets(Side.CLIENT, b"a1 LOGIN fred hunter22\r\n", 11.0, False, 0, spans, 25)
    first, _ = recorded(tmp_path / "a.mwire", octets, redaction=redaction)
    assert (first.fields.get("packed") == 25) == told
    assert ("packed" in first.fields) == told


@given(st.sampled_from(["connect", "tls", "injected", "compress", "end", "stderr", "other"]),
       st.dictionaries(st.sampled_from(["step", "failed", "attempts", "peer", "sni", "version", "cipher", "verified",
                                        "alpn", "keys", "resumed", "chain", "how", "check", "algorithm", "by", "text"]),
                       st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=9),
                                 st.sampled_from(["start", "done", "failed"]),
                                 st.lists(st.one_of(st.integers(), st.text(max_size=5)), max_size=3))))  # fmt: skip
def test_members_that_are_anything(kind: str, fields: dict[str, object]) -> None:
    if kind == "injected":
        with pytest.raises(UnreadableRecording, match="no octets"):
            wire_event(record_of(kind, fields), 1.0)
        return
    event = wire_event(record_of(kind, fields), 1.0)
    assert event is None or event.time == 1.0


def record_of(kind: str, fields: dict[str, object]) -> Record:
    lines = Header("imap").line() + json.dumps({"k": kind, "dt": 0} | fields).encode() + b"\n"
    (record,) = Recording(io.BytesIO(lines))
    return record
