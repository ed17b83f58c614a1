"""The capture: read back octet for octet by a reader of the test's own, and by tshark where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from capture import Packet, read_capture, total
from export_support import IMAP, SESSIONS, Step, export, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailshell.export.packets import checksum
from mailshell.protocol.events import Side

FIN, SYN, ACK = 1, 2, 16


def connections(packets: list[Packet]) -> list[list[Packet]]:
    """The packets by connection."""
    found: dict[frozenset[tuple[str, int]], list[Packet]] = {}
    for packet in packets:
        found.setdefault(frozenset((packet.source, packet.destination)), []).append(packet)
    return list(found.values())


def check(packets: list[Packet]) -> dict[Side, bytes]:
    """The octets of each side of a connection; its numbers are those that TCP asks for."""
    syn, answer, ack = packets[:3]
    assert [packet.flags for packet in packets[:3]] == [SYN, SYN | ACK, ACK]
    following = {syn.source: syn.sequence + 1, answer.source: answer.sequence + 1}
    assert answer.acknowledged == following[syn.source]
    assert ack.acknowledged == following[answer.source]
    octets = {syn.source: b"", answer.source: b""}
    acknowledged = dict(following)
    for packet in packets[3:]:
        assert packet.sequence == following[packet.source]
        assert packet.acknowledged == following[packet.destination], "each segment acknowledges all that came before"
        acknowledged[packet.destination] = packet.acknowledged
        octets[packet.source] += packet.octets
        following[packet.source] += len(packet.octets) + bool(packet.flags & FIN)
        assert following[packet.source] - acknowledged[packet.source] <= 65535
    assert sum(bool(packet.flags & FIN) for packet in packets) == 2
    assert packets[-1].flags == ACK
    return {Side.CLIENT: octets[syn.source], Side.SERVER: octets[answer.source]}


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_the_octets_come_back(tmp_path: Path, protocol: str) -> None:
    capture = read_capture(export(record(tmp_path / "a.mwire", SESSIONS[protocol], protocol), "pcapng"))
    assert capture.program.startswith("mailshell ")
    for side in Side:
        sent = b"".join(value for kind, value in SESSIONS[protocol] if kind == side.value)
        assert b"".join(check(packets)[side] for packets in connections(capture.packets)) == sent


def test_under_tls_begins_a_connection_of_its_own(tmp_path: Path) -> None:
    capture = read_capture(export(record(tmp_path / "a.mwire", IMAP), "pcapng"))
    clear, tls = connections(capture.packets)
    assert check(clear)[Side.CLIENT] == b"a1 STARTTLS\r\n"
    assert check(tls)[Side.CLIENT].startswith(b"a2 LOGIN")
    assert {packet.source[1] for packet in capture.packets} == {143, 49152, 49153}


def test_times_and_comments(tmp_path: Path) -> None:
    packets = read_capture(export(record(tmp_path / "a.mwire", IMAP), "pcapng")).packets
    assert packets[0].time == 1_767_600_000_001_000, "2026-01-05T08:00:00Z and a millisecond"
    assert all(one.time <= other.time for one, other in pairwise(packets))
    select = next(packet for packet in packets if packet.octets.startswith(b"a4 SELECT"))
    assert select.time == 1_767_600_000_011_000
    assert select.comments == ["mark: here it comes"]
    comments = [comment for packet in packets for comment in packet.comments]
    assert {packet.time for packet in packets[-3:]} == {1_767_600_000_021_000}
    for words in ("connected to 198.51.100.7:143", "note: the literal is right", "the server closed the connection"):
        assert words in comments
    assert any(comment.startswith("deviation: ") and "zz" in comment for comment in comments)


@pytest.mark.parametrize(
    "steps",
    [[], [("note", {"text": "nothing came"})], [("connect", {"peer": "x"})], [("S", b"")], IMAP[:3]],
    ids=["nothing", "note", "connect", "no octets", "cut off"],
)
def test_what_is_no_whole_session(tmp_path: Path, steps: list[Step]) -> None:
    packets = read_capture(export(record(tmp_path / "a.mwire", steps), "pcapng")).packets
    for each in connections(packets):
        check(each)
    told = [comment for packet in packets for comment in packet.comments]
    assert "the recording has no closing event: it was cut off, or is still being written" in told


def test_large_writes_are_cut_into_segments(tmp_path: Path) -> None:
    body = bytes(range(256)) * 1000
    steps: list[Step] = [("S", b"* OK\r\n"), ("C", b"a1 NOOP\r\n"), ("S", body)]
    (packets,) = connections(read_capture(export(record(tmp_path / "a.mwire", steps), "pcapng")).packets)
    assert check(packets)[Side.SERVER] == b"* OK\r\n" + body


@given(octets=st.binary(max_size=100))
def test_checksums(octets: bytes) -> None:
    even = octets + bytes(len(octets) % 2)
    assert checksum(octets) == 0xFFFF - total(even)
    assert total(even + checksum(octets).to_bytes(2, "big")) == 0xFFFF


_TLS = {"step": "done", "version": "TLSv1.3", "cipher": "AES", "sni": "x", "verified": True}
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("CCSS"), st.binary(max_size=4000)),
        st.sampled_from(
            [("tls", _TLS), ("note", {"text": "é"}), ("end", {"by": "client"}), ("connect", {"peer": "x"})]
        ),
    ),
    max_size=12,
)


@given(steps=_STEPS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_whatever_happened(tmp_path: Path, steps: list[Step]) -> None:
    packets = read_capture(export(record(tmp_path / "a.mwire", steps, "pop3"), "pcapng")).packets
    streams = [check(each) for each in connections(packets)]
    for side in Side:
        assert b"".join(each[side] for each in streams) == b"".join(
            value for kind, value in steps if kind == side.value
        )
    assert all(one.time <= other.time for one, other in pairwise(packets))


# --- tshark


def tshark(path: Path, *arguments: str) -> list[str]:
    """The lines that tshark prints of a capture. Skipped where it is not installed."""
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("tshark is not installed (Debian: apt-get install tshark)")
    command = [program, "-r", str(path), "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=50)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().splitlines()


def captured(tmp_path: Path, protocol: str) -> Path:
    path = tmp_path / f"{protocol}.pcapng"
    path.write_bytes(export(record(tmp_path / f"{protocol}.mwire", SESSIONS[protocol], protocol), "pcapng"))
    return path


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_tshark_finds_no_fault(tmp_path: Path, protocol: str) -> None:
    path = captured(tmp_path, protocol)
    # Severities: errors and warnings; comments are the lowest, and the notes are about the end of TCP connections.
    faults = "_ws.malformed or _ws.expert.severity >= 0x600000 or tcp.analysis.flags or tcp.checksum.status == 0"
    assert tshark(path, "-Y", faults) == []
    assert tshark(path, "-Y", 'frame.comment contains "connected"')


def test_tshark_reads_imap(tmp_path: Path) -> None:
    path = captured(tmp_path, "imap")
    commands = tshark(path, "-Y", "imap.request", "-T", "fields", "-e", "imap.request.command")
    assert commands == ["STARTTLS", "LOGIN", "ID", "SELECT", "FETCH", "NOOP", "LOGOUT"]
    statuses = tshark(path, "-Y", "imap.response.status", "-T", "fields", "-e", "imap.response.status")
    assert len(statuses) >= 7
    assert not tshark(path, "-Y", "tls")
    assert tshark(path, "-Y", 'imf.subject == "hello"') or tshark(path, "-Y", 'imap contains "Subject: hello"')


def test_tshark_reads_pop(tmp_path: Path) -> None:
    path = captured(tmp_path, "pop3")
    commands = tshark(path, "-Y", "pop.request", "-T", "fields", "-e", "pop.request.command")
    assert commands == ["USER", "PASS", "LIST", "RETR", "DELE", "QUIT"]
    indicators = tshark(path, "-Y", "pop.response.indicator", "-T", "fields", "-e", "pop.response.indicator")
    assert indicators == ["+OK"] * 5 + ["-ERR", "+OK"]
