"""``mailshell export``: what it writes where, what it refuses, and that it holds no recording in memory."""

from __future__ import annotations

import errno
import os
import pty
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from export_support import IMAP, Step, record

from mailshell.cli import main
from mailshell.exits import Exit, UsageError
from mailshell.export.output import open_output
from mailshell.export.source import Source

FORMATS = ("markdown", "text", "html", "json", "pcapng", "python")


def run(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "mailshell", "export", *arguments], capture_output=True, timeout=50)


@pytest.mark.parametrize("to", FORMATS)
def test_a_file_is_the_owner_s_and_the_same_as_standard_output(tmp_path: Path, to: str) -> None:
    path, out = str(record(tmp_path / "a.mwire", IMAP)), tmp_path / "out"
    assert main(["export", path, "--to", to, "-o", str(out)]) == Exit.OK
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    printed = run(path, "--to", to)
    assert printed.returncode == 0
    assert printed.stdout == out.read_bytes()
    assert printed.stderr.count(b"\n") == 1
    assert b"no closing event" in printed.stderr
    assert run(path, "--to", to, "-o", "-").stdout == printed.stdout


def test_no_file_is_overwritten_unless_that_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = str(record(tmp_path / "a.mwire", IMAP)), tmp_path / "out"
    out.write_bytes(b"mine" * 10_000)
    out.chmod(0o644)
    assert main(["export", path, "--to", "text", "-o", str(out)]) == Exit.USAGE
    assert "is there already; --force overwrites it" in capsys.readouterr().err
    assert out.read_bytes().startswith(b"mine")
    assert main(["export", path, "--to", "text", "-o", str(out), "--force"]) == Exit.OK
    assert b"mine" not in out.read_bytes()
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_the_recording_is_never_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = record(tmp_path / "a.mwire", IMAP)
    before = path.read_bytes()
    os.link(path, tmp_path / "same")
    for name in ("a.mwire", "same"):
        assert main(["export", str(path), "--to", "text", "-o", str(tmp_path / name), "--force"]) == Exit.USAGE
    assert "is the recording itself" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize("to", [*FORMATS, "eml"])
def test_what_is_not_masked_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], to: str) -> None:
    raw = record(tmp_path / "raw.mwire", IMAP, redaction="unsafe-raw")
    odd = record(tmp_path / "odd.mwire", IMAP, redaction="none\x1b[0m")
    named = record(tmp_path / "a.SECRET.mwire", IMAP)
    link = tmp_path / "link.mwire"
    link.symlink_to(named)
    for path in (raw, odd, named, link):
        out = tmp_path / "out"
        assert main(["export", str(path), "--to", to, "-o", str(out)]) == Exit.USAGE
        errors = capsys.readouterr().err
        assert errors.count("\n") == 1
        assert "is not exported" in errors
        assert "\x1b" not in errors
        assert not out.exists()


def test_scrubbed_recordings_are_exported(tmp_path: Path) -> None:
    assert Source(record(tmp_path / "a.mwire", IMAP, redaction="scrubbed")).header.redaction == "scrubbed"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["a.mwire"], "--to"),
        (["a.mwire", "--to", "word"], "invalid choice"),
        (["a.mwire", "--to", "text", "--fold", "-1"], "--fold"),
        (["a.mwire", "--to", "text", "--fold", "x"], "whole number"),
        (["a.mwire", "--to", "text", "--fold", "3", "--full"], "not allowed"),
        (["a.mwire", "--to", "eml"], "-o FOLDER"),
        (["a.mwire", "--to", "eml", "-o", "-"], "-o FOLDER"),
        (["a.mwire", "--to", "eml", "-o", "x", "--force"], "overwrites nothing"),
        (["missing.mwire", "--to", "text"], "can't be read: no such file"),
        (["other.txt", "--to", "text"], "this is no recording"),
        (["a.mwire", "--to", "text", "-o", "no/such/folder"], "can't be written: no such file"),
        (["a.mwire", "--to", "text", "-o", "."], "is there already"),
        (["a.mwire", "--to", "text", "-o", ".", "--force"], "can't be written: is a directory"),
    ],
)
def test_wrong_usage_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    record(tmp_path / "a.mwire", IMAP)
    (tmp_path / "other.txt").write_text("hello\n")
    assert main(["export", *arguments]) == Exit.USAGE
    errors = capsys.readouterr().err
    assert words in errors
    assert errors.count("\n") == 1


def test_no_capture_is_written_to_a_terminal(tmp_path: Path) -> None:
    path = str(record(tmp_path / "a.mwire", IMAP))
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "mailshell", "export", path, "--to", "pcapng"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, timeout=50)
    os.close(theirs)
    os.close(ours)
    assert done.returncode == Exit.USAGE
    assert b"-o FILE writes it to a file" in done.stderr


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    steps: list[Step] = [("S", b"+OK\r\n"), ("C", b"RETR 1\r\n"), ("S", b"+OK\r\n" + b"line\r\n" * 100_000)]
    path = record(tmp_path / "a.mwire", steps, "pop3")
    command = f"{sys.executable} -m mailshell export {path} --to text --full | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, timeout=50)
    assert (done.returncode, done.stderr) == (0, b"")


def test_what_could_not_be_written_whole_is_removed(tmp_path: Path) -> None:
    out = tmp_path / "out"

    def fill() -> None:
        with open_output(out, tmp_path / "a.mwire", force=False) as file:
            file.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(UsageError, match="can't be written: no space left"):
        fill()
    assert not out.exists()


_MEASURED = """\
import re, sys
from mailshell.cli import main
status = main(sys.argv[1:])
# Unlike the figure of getrusage, this one begins anew with each program.
most = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
print(status, int(most[1]) >> 10, file=sys.stderr)
"""


@pytest.mark.parametrize("to", ["text", "pcapng", "eml"])
def test_a_large_recording_is_not_held_in_memory(tmp_path: Path, to: str) -> None:
    path = tmp_path / "large.mwire"
    piece = b"a line of a large message\r\n" * 2000
    pieces = 1200
    record(path, [("S", b"+OK\r\n"), ("C", b"RETR 1\r\n"), ("S", b"+OK\r\n")], "pop3")
    with path.open("ab") as file:
        line = b'{"k":"S","dt":10,"u8":"%b"}\n' % piece.replace(b"\r\n", b"\\r\\n")
        for _ in range(pieces):
            file.write(line)
        file.write(b'{"k":"S","dt":10,"u8":".\\r\\n"}\n')
    assert path.stat().st_size > 60 << 20
    arguments = [str(path), "--to", to, "-o", str(tmp_path / "out"), *(["--full"] if to == "text" else [])]
    command = [sys.executable, "-c", _MEASURED, "export", *arguments]
    done = subprocess.run(command, capture_output=True, timeout=55)
    status, mebibytes = map(int, done.stderr.splitlines()[-1].split())
    assert status == 0
    assert mebibytes < 64
    written = tmp_path / "out" / "message-1.eml" if to == "eml" else tmp_path / "out"
    assert written.stat().st_size >= len(piece) * pieces
