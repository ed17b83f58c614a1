"""``mailshell import``: what other programs have written down becomes a recording, and what is made up is named."""

from __future__ import annotations

import contextlib
import imaplib
import io
import poplib
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real.running import mailshell
from servers.server import Server

from mailshell import cli
from mailshell.exits import UsageError
from mailshell.modes import import_ as mode
from mailshell.protocol.events import Side
from mailshell.protocol.secrecy import Secrets
from mailshell.recording.imports.importer import Imported, import_session
from mailshell.recording.imports.own_trace import unescape
from mailshell.recording.octets import Mask
from mailshell.recording.python import recording
from mailshell.recording.reader import open_recording
from mailshell.replay.show import Shower
from mailshell.text.escape import escape_octets
from mailshell.trace.trace import Trace


def side(path: Path, which: Side) -> bytes:
    return b"".join(
        piece if isinstance(piece, bytes) else str(piece).encode()
        for one in open_recording(path)
        if one.side is which
        for piece in one.pieces
    )


def both(path: Path) -> tuple[bytes, bytes]:
    return side(path, Side.CLIENT), side(path, Side.SERVER)


def imported(tmp_path: Path, text: str | bytes, **how: str) -> tuple[Imported, Path]:
    """Import a file with this text."""
    source, target = tmp_path / "source.txt", tmp_path / "made.mwire"
    source.write_bytes(text.encode() if isinstance(text, str) else text)
    target.unlink(missing_ok=True)
    return import_session([source], target, **how), target


# --- Dovecot's rawlog


def _record(server: Server, protocol: str, lines: list[str], path: Path) -> None:
    run = mailshell(server, protocol, "clear", lines, "--record", str(path))
    assert run.status == 0, run.errors


@pytest.mark.parametrize("stamps", [True, False], ids=["with times", "without"])
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_rawlog_equals_what_was_recorded(dovecot: Server, protocol: str, stamps: bool, tmp_path: Path) -> None:
    message = tmp_path / "m.eml"
    message.write_bytes(b"Subject: x\r\n\r\n.\r\n1795219947.884727 like a stamp\r\n\xc3\xa9\x01" + b"y" * 9000)
    folder = dovecot.folder / "rawlog" / dovecot.user
    if protocol == "pop3":
        _record(dovecot, "imap", [f"APPEND INBOX @{message}"], tmp_path / "before.mwire")
    known = set(folder.iterdir())
    lines = {
        "imap": ["NOOP", f"APPEND INBOX @{message}", "SELECT INBOX", "FETCH 1 (FLAGS BODY.PEEK[])", "IDLE 0.1"],
        "pop3": ["CAPA", "STAT", "LIST", "RETR 1", "TOP 1 1"],
    }[protocol]
    _record(dovecot, protocol, lines, tmp_path / "live.mwire")
    new = sorted(set(folder.iterdir()) - known)
    assert [path.suffix for path in new] == [".in", ".out"]
    if not stamps:
        for path in new:
            path.write_bytes(re.sub(rb"(?m)^\d{10}\.\d{6} ", b"", path.read_bytes()))
    made = tmp_path / "made.mwire"
    found = import_session([new[0]], made)
    assert (found.form, found.protocol) == ("rawlog", protocol)
    sent, received = both(tmp_path / "live.mwire")
    login = sent.index(b"\n", sent.index(b"LOGIN" if protocol == "imap" else b"PASS")) + 1
    logged_in = re.search(rb"a\d+ OK [^\n]*Logged in" if protocol == "imap" else rb"\+OK Logged in", received)
    assert logged_in is not None
    assert both(made) == (sent[login:], received[logged_in.start() :])
    header = open_recording(made).header
    assert (header.role, bool(header.start), "times" in header.lossy) == ("import", stamps, not stamps)


def test_stamps_are_the_times_and_lines_of_one_moment_are_one_chunk(tmp_path: Path) -> None:
    (tmp_path / "s.in").write_bytes(
        b"1700000001.000000 a1 NOOP\r\n1700000003.250000 a2 X {6}\r\n1700000003.250000 \xff\n"
    )
    (tmp_path / "s.out").write_bytes(
        b"1700000000.500000 z OK in\r\n1700000001.500000 * 1 EXISTS\r\n1700000001.500000 a1 OK\r\n"
    )
    found = import_session([tmp_path / "s.out", tmp_path / "s.in"], tmp_path / "m.mwire")
    records = list(open_recording(tmp_path / "m.mwire"))
    chunks = [(one.kind, one.elapsed, one.pieces) for one in records if one.side]
    assert chunks == [
        ("S", 0, [b"z OK in\r\n"]),
        ("C", 500_000, [b"a1 NOOP\r\n"]),
        ("S", 500_000, [b"* 1 EXISTS\r\na1 OK\r\n"]),
        ("C", 1_750_000, [b"a2 X {6}\r\n\xff\n"]),
    ]
    assert found.lossy == ""
    assert open_recording(tmp_path / "m.mwire").header.start == "2023-11-14T22:13:20.500Z"


# --- imaplib and poplib


def test_imaplib_output(demo: Server, tmp_path: Path) -> None:
    printed = io.StringIO()
    imaplib.Debug = 4
    try:
        with contextlib.redirect_stderr(printed), recording(tmp_path / "live.mwire"):
            imap = imaplib.IMAP4("localhost", demo.imap)
            imap.login(demo.user, demo.password)
            imap.select("INBOX")
            imap.append("INBOX", None, None, b"Subject: one\r\n\r\nbody\r\n")
            imap.fetch("1", "(UID BODY.PEEK[HEADER])")
            imap.logout()
    finally:
        imaplib.Debug = 0
    found, made = imported(tmp_path, printed.getvalue())
    assert (found.form, found.protocol) == ("imaplib", "imap")
    assert "octets of literals" in found.lossy
    sent, received = both(tmp_path / "live.mwire")
    made_sent, made_received = both(made)
    assert len(made_received) == len(received)
    assert re.sub(rb"(?s)\{22\}\r\n.{22}", b"", made_sent) == re.sub(rb"(?s)\{22\}\r\n.{22}", b"", sent)
    literal = re.compile(rb"(?s)BODY\[HEADER\] \{(\d+)\}\r\n")
    size = int(literal.search(received)[1])  # type: ignore[index]
    for octets in (received, made_received):
        start = literal.search(octets).end()  # type: ignore[union-attr]
        assert octets[start + size :].startswith(b")\r\n")
    assert b"demo" not in sent.partition(b"LOGIN demo ")[2].partition(b"\n")[0]


def test_poplib_output(demo: Server, tmp_path: Path) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), recording(tmp_path / "live.mwire"):
        pop3 = poplib.POP3("localhost", demo.pop3)
        pop3.set_debuglevel(2)
        pop3.user(demo.user)
        pop3.pass_(demo.password)
        pop3.stat()
        pop3.retr(1)
        pop3.quit()
    found, made = imported(tmp_path, printed.getvalue())
    assert (found.form, found.protocol) == ("poplib", "pop3")
    assert "greeting" in found.lossy
    sent, received = both(tmp_path / "live.mwire")
    assert side(made, Side.CLIENT) == sent
    assert side(made, Side.SERVER).partition(b"\n")[2] == received.partition(b"\n")[2]
    assert [one.pieces for one in open_recording(made) if one.side is Side.CLIENT][1] == [
        b"PASS ", Mask("password#1"), b"\r\n",
    ]  # fmt: skip


def test_poplib_level_1_has_only_commands(tmp_path: Path) -> None:
    found, made = imported(tmp_path, "*cmd* 'USER ana'\n*cmd* 'PASS hunter22'\n*stat* [b'+OK']\n*cmd* 'QUIT'\n")
    assert side(made, Side.CLIENT).decode() == "USER ana\r\nPASS ⟦password#1⟧\r\nQUIT\r\n"
    assert "line ends" in found.lossy


# --- C: and S: text


def test_text_as_rfcs_write_it(tmp_path: Path) -> None:
    text = """
    Remarks stand around it, and a blank line between.

   C:    a1 login fred "so blurdy"
   S:    a1 OK welcome

   C:    a2 fetch 7 (flags envelope)
   S:    * 7 FETCH (FLAGS (\\Seen) ENVELOPE ("Mon, 5 Jan 2026 09:30:00 +0100"
          "minutes" NIL NIL
          NIL NIL NIL NIL NIL "<1@example.org>"))
   S:    a2 OK done
   C:    a3 append Saved {16}
   S:    + go on
   C:    Subject: hi
          (x
   S:    a3 OK done
"""
    found, made = imported(tmp_path, text)
    sent, received = both(made)
    assert sent.decode() == (
        "a1 login fred ⟦password#1⟧\r\na2 fetch 7 (flags envelope)\r\na3 append Saved {16}\r\nSubject: hi\r\n(x\r\n"
    )
    assert b'0100" "minutes" NIL NIL NIL NIL NIL NIL NIL "<1@example.org>"))\r\na2 OK done\r\n' in received
    assert {loss.name for loss in found.losses} == {"TIMES", "CHUNKS", "LINE_ENDS", "WRAPPING", "GREETING"}
    assert "so blurdy" not in made.read_text()


@pytest.mark.parametrize(
    ("text", "state", "received"),
    [
        ("C: a1 FETCH 1 FLAGS\nS: a1 OK done\n", "selected", b"a1 OK done\r\n"),
        ('C: a1 LIST "" *\nS: a1 OK done\n', "authenticated", b"a1 OK done\r\n"),
        ("C: a1 NOOP\nS: a1 OK done\n", "", b"* OK greeting made up by mailshell\r\na1 OK done\r\n"),
        ("C: STAT\nS: +OK 1 5\n", "transaction", b"+OK 1 5\r\n"),
        ("C: USER ana\nS: +OK\n", "", b"+OK greeting made up by mailshell\r\n+OK\r\n"),
    ],
)
def test_a_log_without_a_greeting(tmp_path: Path, text: str, state: str, received: bytes) -> None:
    found, made = imported(tmp_path, text)
    assert both(made)[1] == received
    assert (open_recording(made).header.state, found.state) == (state, state)
    assert ("GREETING" in {loss.name for loss in found.losses}) is (state == "")
    assert [record for record in open_recording(made) if record.kind == "deviation"] == []


def test_text_as_mailkit_writes_it(tmp_path: Path) -> None:
    text = (
        b"Connected to imap://mail.example.org:143/?starttls=when-available\r\n"
        b"S: * OK ready\r\nC: A00000000 STARTTLS\r\nS: A00000000 OK go\r\n"
        b"C: A00000001 AUTHENTICATE PLAIN\r\nS: + \r\nC: AGFuYQBodW50ZXIyMg==\r\nS: A00000001 OK in\r\n"
        b"C: A00000002 FETCH 1 (BODY.PEEK[])\r\nS: * 1 FETCH (BODY[] {12}\r\n"
        b"S:   indented\r\nS: )\r\nS: A00000002 OK\r\n"
    )
    found, made = imported(tmp_path, text)
    records = list(open_recording(made))
    assert b" {12}\r\n  indented\r\n)\r\nA00000002 OK\r\n" in side(made, Side.SERVER)
    assert "tls" in [one.kind for one in records]
    assert {loss.name for loss in found.losses} == {"TIMES", "CHUNKS", "TLS"}
    assert "AGFuYQBodW50ZXIyMg" not in made.read_text()
    stamped = re.sub(rb"(?m)^([CS]: )", rb"2026-01-05T09:30:00Z \1", text)
    assert both(imported(tmp_path, stamped)[1]) == both(made)


def test_pop3_text_is_told_from_imap(tmp_path: Path) -> None:
    found, made = imported(tmp_path, "S: +OK hi\nC: USER ana\nS: +OK\nC: PASS s3cr3tword\nS: +OK\n")
    assert found.protocol == "pop3"
    assert "s3cr3tword" not in made.read_text()


@pytest.mark.parametrize("style", ["mailshell", "imaplib"])
def test_a_trace_of_its_own(demo: Server, style: str, tmp_path: Path) -> None:
    live = tmp_path / "live.mwire"
    mailshell(demo, "imap", "clear", ["SELECT INBOX", "FETCH 1:2 (BODY.PEEK[])", "LOGOUT"], "--record", str(live))
    for level in (2, 3, 4):
        shown = io.StringIO()
        opened = open_recording(live)
        shower = Shower(opened, Trace("imap", shown.write, level=level, style=style, secrets=Secrets()), shown.write)
        for one in opened:
            shower.show(one)
        if style == "imaplib" and level < 4:
            continue
        _, made = imported(tmp_path, shown.getvalue())
        sent, received = both(made)
        live_sent, live_received = both(live)
        if style == "imaplib":
            # It does not show the tagged answer to LOGOUT.
            live_received = live_received[: live_received.rindex(b"\n", 0, -1) + 1]
        assert len(received) == len(live_received)
        assert sent == live_sent
        if style == "mailshell" and level > 2:
            assert received == live_received


@given(octets=st.binary(max_size=200))
def test_what_the_trace_escapes_comes_back(octets: bytes) -> None:
    assert unescape(escape_octets(octets).encode()) == octets


# --- Cyrus' telemetry


def test_telemetry_of_cyrus(tmp_path: Path) -> None:
    log = (
        b"---------- ana Mon Jan  5 09:30:00 2026\n\n>1767605400>a1 OK in\r\n<1767605400<a2 SELECT INBOX\r\n"
        b">1767605401>* 1 EXISTS\r\na2 OK\r\n"
    )
    found, made = imported(tmp_path, log + b"<1767605403<a3 LOGOUT\r\n")
    assert (found.form, found.protocol) == ("telemetry", "imap")
    assert side(made, Side.CLIENT) == b"a2 SELECT INBOX\r\na3 LOGOUT\r\n"
    assert side(made, Side.SERVER) == b"a1 OK in\r\n* 1 EXISTS\r\na2 OK\r\n"
    assert [one.elapsed for one in open_recording(made) if one.side] == [0, 0, 1_000_000, 2_000_000]


def test_what_cyrus_writes_equals_what_was_recorded(cyrus: Server, tmp_path: Path) -> None:
    folder = cyrus.folder / "conf" / "log" / cyrus.user
    folder.mkdir(parents=True, exist_ok=True)
    for path in (folder.parent, folder):
        shutil.chown(path, "cyrus")
    message = tmp_path / "m.eml"
    message.write_bytes(b"Subject: x\r\n\r\n<1700000000<like a stamp\r\n")
    _record(cyrus, "imap", [f"APPEND INBOX @{message}", "SELECT INBOX", "FETCH 1 BODY.PEEK[]"], tmp_path / "live.mwire")
    logs = [path for path in folder.iterdir() if b"like a stamp" in path.read_bytes()]
    made = tmp_path / "made.mwire"
    import_session([logs[0]], made)
    sent, received = both(tmp_path / "live.mwire")
    made_sent, made_received = both(made)
    assert made_sent == sent[sent.index(b"\n", sent.index(b"LOGIN")) + 1 :]
    assert received.endswith(made_received)
    assert b" OK " in made_received.splitlines()[0]


# --- anything

ROWS = [
    b"C: a1 LOGIN a {5}\n", b"S: + ok\n", b"   more\n", b"  00:00.01 > b'a {9}'\n", b"*put* b'x\n", b"C:| y\n",
    b"  00:00.01 write literal size 9\n", b"*get* b'+OK\\r\\n'\n", b"S:- \xe2\x80\xa6 1, 9 more of 9 octets\n",
    b"<1700000000<a1 X\r\n", b"--- x\n", b"\xff\x00\r\r\n", b"C:  b LOGIN u \\\n", b"S: * 1 FETCH (X {99999999}\n",
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    octets=st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(ROWS),
            max_size=12,
        ).map(b"".join),
    ),
    form=st.sampled_from(["", "imaplib", "poplib", "text", "telemetry"]),
    protocol=st.sampled_from(["", "imap", "pop3"]),
)  # fmt: skip
def test_any_file_becomes_a_recording_or_a_sentence(
    octets: bytes, form: str, protocol: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("import")
    try:
        _, made = imported(folder, octets, form=form, protocol=protocol)
    except UsageError:
        assert not (folder / "made.mwire").exists()
    else:
        opened = open_recording(made)
        assert all(record.kind for record in opened)
        assert opened.complete


def test_what_is_wrong_is_said_in_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lone = tmp_path / "a.in"
    lone.write_bytes(b"1700000001.000000 a1 NOOP\r\n")
    (tmp_path / "b.txt").write_bytes(b"nothing of the kind\n")
    (tmp_path / "c.txt").write_bytes(b"C: hm\nS: well\n")
    for arguments, said in (
        ([str(lone)], "a.out is not there"),
        ([str(tmp_path / "b.txt")], "--from names it"),
        ([str(tmp_path / "c.txt")], "--protocol"),
        ([str(tmp_path / "none.txt")], "is not there"),
        ([str(tmp_path)], "no regular file"),
        ([str(tmp_path / "b.txt"), "--from", "text", "--protocol", "imap"], "no line of a session"),
    ):
        assert cli.main(["import", *arguments, "-o", str(tmp_path / "made")]) == 2
        assert said in capsys.readouterr().err
    assert not (tmp_path / "made.mwire").exists()


def test_the_command_says_what_is_made_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "log.txt"
    source.write_bytes(b"S: * OK hi\nC: a1 NOOP\nS: a1 OK\n")
    assert mode.main([str(source), "-o", str(tmp_path / "made")]) == 0
    printed = capsys.readouterr()
    assert "imap session (text), 9 octets sent, 16 received" in printed.out
    assert "times, chunk boundaries" in printed.err
    assert (tmp_path / "made.mwire").stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="is there already"):
        mode.main([str(source), "-o", str(tmp_path / "made.mwire")])
