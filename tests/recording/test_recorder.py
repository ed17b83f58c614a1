"""The recorder: what it writes of a session, whom the file belongs to, and what is left if the process is killed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.lint.finding import Finding
from mailshell.lint.imap.table import RULES as IMAP
from mailshell.protocol.events import SecretSpan, Side
from mailshell.protocol.secrecy import Secrets
from mailshell.recording.digest import Digest
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import UNSAFE, Header
from mailshell.recording.octets import Mask
from mailshell.recording.reader import Record, Recording, open_recording
from mailshell.recording.recorder import Recorder
from mailshell.wire import Closed, Connected, Diagnostic, Injected, Octets, TlsStarted, WireEvent


def record(path: Path, *events: WireEvent, secrets: Secrets | None = None, header: Header | None = None) -> Recorder:
    recorder = Recorder(RecordingFile(path), header or Header("imap"), secrets or Secrets(), 10.0)
    for event in events:
        recorder.wire(event)
    return recorder


def read(path: Path) -> list[Record]:
    return list(open_recording(path))


def server(octets: bytes, time: float = 10.0, *secret: SecretSpan) -> Octets:
    return Octets(Side.SERVER, octets, time, False, 0, secret)


def found(side: Side, start: int, end: int) -> Finding:
    rule = IMAP["bare-lf"]
    return Finding(rule, side, start, end, "a bare LF", "CRLF", "", 10.0, b"", 0, 0, 1)


def test_each_event_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.mwire"
    record(
        path,
        Connected(10.5, "192.0.2.1:143", ("192.0.2.1: connected",)),
        server(b"* OK hi\r\n", 10.5001),
        Octets(Side.CLIENT, b"a1 NOOP\r\n", 11.0, False, 0),
        TlsStarted(11.5, "TLSv1.3", "AES", "mail.example.org", True),
        Injected(11.5, b"* BAD\r\n"),
        Diagnostic(11.6, "ssh: hello"),
        Closed(12.0, True, "the server closed the connection"),
    )
    found = [(one.kind, one.elapsed) for one in read(path)]
    assert found == [
        ("connect", 500_000), ("S", 100), ("C", 499_900), ("tls", 500_000), ("injected", 0), ("stderr", 100_000),
        ("end", 400_000), ("close", 0),
    ]  # fmt: skip


def test_the_closing_event_counts_and_hashes_what_is_before_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mwire"
    recorder = record(path, server(b"* OK\r\n"), Octets(Side.CLIENT, b"a\r\n", 10.0, False, 0))
    recorder.close(11.0)
    recorder.close(12.0)
    *lines, last = path.read_bytes().splitlines(keepends=True)
    closing = json.loads(last)
    assert (closing["events"], closing["client"], closing["server"]) == (2, 3, 6)
    assert closing["sha256"] == hashlib.sha256(b"".join(lines)).hexdigest()


def test_what_a_person_says_and_what_deviates(tmp_path: Path) -> None:
    path = tmp_path / "a.mwire"
    secrets = Secrets()
    secrets.learn(b"hunter22")
    recorder = record(path, secrets=secrets)
    recorder.command("SELECT INBOX", 10.0)
    recorder.note("the password is hunter22", 10.0)
    recorder.mark("here", 10.0)
    recorder.finding(found(Side.SERVER, 3, 4))
    recorder.close(10.0)
    records = read(path)
    assert [one.text("text") for one in records[:3]] == ["SELECT INBOX", "the password is ⟦password⟧", "here"]
    assert (records[3].kind, records[3].text("rule"), records[3].number("end")) == ("deviation", "bare-lf", 4)


def test_secrets_are_masks_and_the_same_secret_has_the_same_number(tmp_path: Path) -> None:
    path = tmp_path / "a.mwire"
    secrets = Secrets()
    secrets.learn(b"hunter22")
    spans = [SecretSpan(0, 10, "password"), SecretSpan(11, 17, "password")]
    record(path, server(b'"hunter22" secret {6}', 10.0, *spans, SecretSpan(19, 20, "length")), secrets=secrets)
    record_ = read(path)[0]
    assert record_.pieces == [Mask("password#1"), b" ", Mask("password#2"), b" {", Mask("length"), b"}"]
    assert "hunter22" not in path.read_text()


def test_unsafe_raw_masks_nothing_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.secret.mwire"
    event = server(b"hunter22", 10.0, SecretSpan(0, 8, "password"))
    record(path, event, header=Header("imap", redaction=UNSAFE))
    recording = open_recording(path)
    assert recording.header.redaction == "unsafe-raw"
    assert next(iter(recording)).pieces == [b"hunter22"]


def test_the_file_is_the_owners_alone_and_none_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.mwire"
    record(path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        RecordingFile(path)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no device that is always full")
def test_a_full_disk_stops_the_recording_and_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    recorder = record(tmp_path / "a.mwire")
    full = os.open("/dev/full", os.O_WRONLY)
    monkeypatch.setattr(recorder.file, "_number", full)
    recorder.wire(server(b"* OK\r\n"))
    assert recorder.file.error is not None
    recorder.wire(server(b"* OK\r\n"))
    recorder.close(11.0)


@given(chunks=st.lists(st.binary(max_size=60), max_size=10))
def test_the_octets_of_a_side_come_back_read_by_read(chunks: list[bytes]) -> None:
    written = io.BytesIO()

    class Kept(RecordingFile):
        def __init__(self) -> None:
            self.error, self.events = None, 0
            self._digest = Digest()

        def write(self, *pieces: bytes) -> None:
            written.writelines(pieces)

        def close(self) -> None:
            return

    recorder = Recorder(Kept(), Header("pop3"), Secrets(), 0.0)
    for chunk in chunks:
        recorder.wire(server(chunk))
    written.seek(0)
    assert [b"".join(map(bytes, one.pieces)) for one in Recording(written)] == chunks  # type: ignore[arg-type]


_ENDLESS = """
import sys, time
from pathlib import Path
from mailshell.protocol.events import Side
from mailshell.protocol.secrecy import Secrets
from mailshell.recording.digest import Digest
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import Header
from mailshell.recording.recorder import Recorder
from mailshell.wire import Octets
recorder = Recorder(RecordingFile(Path(sys.argv[1])), Header("imap"), Secrets(), 0.0)
number = 0
while True:
    number += 1
    recorder.wire(Octets(Side.SERVER, b"* %d EXISTS " % number + b"x" * 5000 + b"\\r\\n", float(number), False, 0))
    if number % 50 == 0:
        print(number, flush=True)
"""


def test_killed_at_any_moment_it_loses_one_event_at_the_most(tmp_path: Path) -> None:
    for attempt in range(100):
        path = tmp_path / f"{attempt}.mwire"
        process = subprocess.Popen([sys.executable, "-c", _ENDLESS, str(path)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(attempt % 10 * 0.001)
        process.send_signal(signal.SIGKILL)
        told = [50, *(int(line) for line in process.stdout.read().split())][-1]
        process.wait()
        process.stdout.close()
        records = read(path)
        numbers = [int(one.text("u8").split()[1]) for one in records]
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= told
        path.unlink()


@given(
    pieces=st.lists(
        st.tuples(st.sampled_from([1, 100, 40_000, 300_000]), st.binary(min_size=1, max_size=1)), max_size=60
    )
)
def test_the_hash_is_that_of_the_pieces_in_their_order(pieces: list[tuple[int, bytes]]) -> None:
    digest = Digest()
    for count, octet in pieces:
        digest.update((octet * count, b"\n"))
    joined = b"".join(octet * count + b"\n" for count, octet in pieces)
    assert digest.hexdigest() == hashlib.sha256(joined).hexdigest()
    digest.close()


def test_offsets_and_counts_do_not_tell_the_length_of_a_secret(tmp_path: Path) -> None:
    seen = []
    for length in (8, 11):
        path = tmp_path / f"{length}.mwire"
        secret = b"p" * length
        recorder = record(path, Octets(Side.CLIENT, b"a1 NOOP\r\n", 10.0, False, 50))
        line = b"a2 LOGIN ana " + secret + b" \xff\r\n"
        span = SecretSpan(13, 13 + length, "password")
        recorder.wire(Octets(Side.CLIENT, line, 10.0, False, 59, (span,)))
        recorder.finding(found(Side.CLIENT, 59 + 14 + length, 59 + 15 + length))
        recorder.finding(found(Side.CLIENT, 40, 52))
        recorder.close(10.0)
        seen.append([(one.number("start"), one.number("end"), one.number("client")) for one in read(path)])
    assert seen[0] == seen[1] == [(0, 0, 0), (0, 0, 0), (23, 24, 0), (0, 2, 0), (0, 0, 26)]
