"""Each member that the recorder writes is kept in a scrubbed copy, becomes its shape, or is left out on purpose."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from mailshell.lint.finding import Finding
from mailshell.lint.imap.table import RULES
from mailshell.protocol.events import Side
from mailshell.protocol.secrecy import Secrets
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import Header
from mailshell.recording.reader import Record, open_recording
from mailshell.recording.recorder import Recorder
from mailshell.recording.scrubbing.copying import scrub_recording
from mailshell.recording.scrubbing.records import KEPT, LEFT_OUT, NAMES, TEXTS
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

FORMAT = Path(__file__).parents[2] / "recordings" / "FORMAT.md"
#: What holds octets, and what the close counts, is made anew.
OCTETS = {"k", "dt", "u8", "l1", "b64", "m"}
CLOSE = {"events", "client", "server", "sha256"}
HOST = "mail.quuxmail.net"

CHAIN = ("ab" * 32, "cd" * 32)
ENDED: list[WireEvent] = [
    Connected(1.0, "192.0.2.1:143", (f"{HOST}: connected",)),
    Octets(Side.SERVER, b"* OK ready\n", 1.0, False, 0, (), 7),
    Octets(Side.CLIENT, b"a1 NOOP\r\n", 1.0, False, 0, (), 8),
    TlsBegun(1.0, HOST),
    Injected(1.0, b"* BAD\r\n"),
    TlsStarted(1.0, "TLSv1.3", "TLS_AES_256", HOST, True, "imap", "X25519", True, CHAIN),
    TlsRefused(1.0, f"the certificate of {HOST} is not trusted", "issuer", CHAIN),
    Compressed(1.0, "DEFLATE"),
    Diagnostic(1.0, f"ssh: {HOST} closed"),
    Closed(1.0, True, f"{HOST} is gone", True),
]
FAILED: list[WireEvent] = [NotConnected(1.0, f"{HOST} refused", (f"{HOST}: refused",))]


def record(path: Path, events: list[WireEvent]) -> list[Record]:
    recorder = Recorder(RecordingFile(path), Header("imap", host=HOST), Secrets(), 1.0)
    recorder.command("NOOP", 1.0)
    recorder.note("a note", 1.0)
    recorder.mark("a mark", 1.0)
    recorder.finding(Finding(RULES["bare-lf"], Side.SERVER, 10, 11, "a bare LF", "CRLF", "", 1.0, b"", 0, 0, 1))
    for event in events:
        recorder.wire(event)
    return list(open_recording(path))


def test_all_that_the_recorder_writes_is_dealt_with(tmp_path: Path) -> None:
    assert {type(event) for event in ENDED + FAILED} == set(get_args(WireEvent))
    written = record(tmp_path / "a.mwire", ENDED) + record(tmp_path / "b.mwire", FAILED)
    known = {table_kind: set[str]() for table in (KEPT, NAMES, TEXTS, LEFT_OUT) for table_kind in table}
    for table in (KEPT, NAMES, TEXTS, LEFT_OUT):
        for kind, members in table.items():
            known[kind] |= set(members)
    for one in written:
        members = set(one.fields) - OCTETS - (CLOSE if one.kind == "close" else set())
        assert members <= known.get(one.kind, set()), one.kind
        for member in members:
            # Who reads the format finds it there.
            assert any(
                line.startswith("| ") and f"`{one.kind}`" in line and f"`{member}`" in line
                for line in FORMAT.read_text(encoding="utf-8").splitlines()
            ), f"{one.kind}: {member}"


def test_what_the_copy_says(tmp_path: Path) -> None:
    record(tmp_path / "a.mwire", ENDED)
    record(tmp_path / "b.mwire", FAILED)
    copied: dict[tuple[str, object], dict[str, object]] = {}
    for name in ("a", "b"):
        copy = tmp_path / f"{name}-copy.mwire"
        scrub_recording(tmp_path / f"{name}.mwire", copy)
        assert "quuxmail" not in copy.read_text(encoding="utf-8")
        copied |= {(one.kind, one.fields.get("step")): dict(one.fields) for one in open_recording(copy)}
    deviation = copied["deviation", None]
    assert (deviation["rule"], deviation["id"], deviation["severity"]) == ("bare-lf", RULES["bare-lf"].id, "warning")
    assert (deviation["start"], deviation["end"]) == (10, 11)
    assert copied["end", None]["broken"] is True
    assert copied["tls", "failed"]["check"] == "issuer"
    assert copied["tls", "done"]["keys"] == "X25519"
    assert "chain" not in copied["tls", "done"]
    assert copied["compress", None]["algorithm"] == "DEFLATE"
    assert "failed" in copied["connect", None]


def test_a_mailbox_may_be_named_like_a_severity(tmp_path: Path) -> None:
    select = b"a1 SELECT Warning\r\n"
    record(tmp_path / "a.mwire", [Octets(Side.CLIENT, select, 1.0, False, 0), *ENDED])
    scrub_recording(tmp_path / "a.mwire", tmp_path / "copy.mwire")
    severities = [one.fields["severity"] for one in open_recording(tmp_path / "copy.mwire") if one.kind == "deviation"]
    assert severities == [RULES["bare-lf"].severity.word]
