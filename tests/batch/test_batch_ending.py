"""How a run ends before its time: Ctrl-C, a reader that goes away, a disk that is full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from batch_support import PATIENCE, POP3, PREAUTH, Serve, lines, spawn
from playbook import Script

FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no device that is always full")


def interrupt(process: subprocess.Popen[bytes], number: int = signal.SIGINT) -> tuple[float, str]:
    """Send a signal; how long it takes until the end (seconds), and standard error."""
    begun = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    return time.monotonic() - begun, err.decode()


@pytest.mark.parametrize(
    ("script", "typed", "sign"),
    [
        ([f"S: {PREAUTH}", "C: a1 NOOP\nSTALL"], "NOOP", b"NOOP"),
        ([f"S: {PREAUTH}", "C: a1 NOOP", b"a1 OK ha", "STALL"], "NOOP", b"NOOP"),
        ([f"S: {PREAUTH}", "C: a1 IDLE\nS: + idling\nSTALL"], "IDLE 60", b"IDLE"),
        ([f"S: {PREAUTH}", "C~ a1 APPEND .*\nSTALL"], "APPEND x {}", b"APPEND"),
        ([f"S: {PREAUTH}", "C: a1 LOGOUT\nSTALL"], ".quit", b"LOGOUT"),
    ],
    ids=["silent", "in a line", "idle", "literal", "farewell"],
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_run_within_a_second(
    serve: Serve, script: Script, typed: str, sign: bytes, number: int
) -> None:
    server = serve(script)
    process = spawn(server.url(), *lines(typed, ".", "NOOP"))
    server.wait_for(sign)
    seconds, err = interrupt(process, number)
    assert process.returncode == 130
    assert seconds < 1
    assert err.splitlines()[-1] == "mailshell: interrupted"
    assert "Traceback" not in err


def test_an_interrupt_before_the_greeting(serve: Serve) -> None:
    server = serve("STALL")
    process = spawn(server.url(), "-c", "NOOP")
    while not server.connections:
        time.sleep(0.005)
    time.sleep(0.05)
    seconds, err = interrupt(process)
    assert (process.returncode, err) == (130, "mailshell: interrupted\n")
    assert seconds < 1


@pytest.mark.parametrize("command", ["sleep 2 & exec sleep 2", "(sleep 2 &); echo x", "exec sleep 2"])
def test_an_interrupted_password_command_ends_quietly(serve: Serve, tmp_path: Path, command: str) -> None:
    server = serve(["S: * OK ready", "EOF"])
    begun = tmp_path / "begun"
    program = f"touch {begun}; exec 2>&-; {command}"
    process = spawn(server.url("imap", "fred"), "--password-command", program, "-c", "NOOP")
    while not begun.exists():
        time.sleep(0.005)
    time.sleep(0.05)
    seconds, err = interrupt(process)
    assert (process.returncode, err) == (130, "mailshell: interrupted\n")
    assert seconds < 1


def test_an_interrupt_while_standard_input_is_silent(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: a1 OK done\nSTALL")
    reader, writer = os.pipe()
    os.write(writer, b"NOOP\nNOOP without an end of line")
    process = spawn(server.url(), stdin=reader)
    server.wait_for(b"NOOP")
    time.sleep(0.1)
    seconds, err = interrupt(process)
    os.close(reader)
    os.close(writer)
    assert (process.returncode, err) == (130, "mailshell: interrupted\n")
    assert seconds < 1


def test_an_interrupted_idle_says_done_and_runs_no_further_line(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: a1 IDLE\nS: + idling\nC: DONE\nS: a1 OK idled\nLOGOUT")
    process = spawn(server.url(), *lines("IDLE 60", "NOOP"))
    server.wait_for(b"IDLE")
    time.sleep(0.1)
    interrupt(process)
    assert process.returncode == 130
    assert server.lines == ["a1 IDLE", "DONE", "a2 LOGOUT"]


def test_an_interrupted_pop3_session_commits_nothing(serve: Serve) -> None:
    server = serve(f"S: {POP3}\nC: DELE 1\nS: +OK\nC: NOOP\nEOF")
    process = spawn(server.url("pop3"), *lines("DELE 1", "NOOP"))
    server.wait_for(b"NOOP")
    interrupt(process)
    assert process.returncode == 130


MANY = b"".join(b'* LIST () "/" "mailbox %d"\r\n' % number for number in range(20_000))
LISTING: Script = [f"S: {PREAUTH}", 'C: a1 LIST "" *', MANY, "S: a1 OK done\nLOGOUT"]
MESSAGE: Script = [
    f"S: {PREAUTH}",
    "C: a1 FETCH 1 BODY[]",
    b"* 1 FETCH (BODY[] {1000000}\r\n%b)\r\na1 OK done\r\n" % (b"x" * 1_000_000),
    "LOGOUT",
]


def _pipe_to(program: str, url: str, *arguments: str) -> tuple[int, str, str]:
    """Run mailshell in a pipeline; its own exit status, what the program wrote, and standard error."""
    quoted = " ".join(f"'{argument}'" for argument in arguments)
    script = f"('{sys.executable}' -m mailshell {url} {quoted}; echo $? >&3) | {program}"
    reader, writer = os.pipe()
    process = subprocess.run(
        ["bash", "-c", f"exec 3>&{writer}; {script}"],
        pass_fds=(writer,),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    os.close(writer)
    status = int(os.read(reader, 100))
    os.close(reader)
    return status, process.stdout.decode(), process.stderr.decode()


@pytest.mark.parametrize("json", [[], ["--json"]], ids=["", "json"])
def test_a_reader_that_goes_away_early_is_no_failure(serve: Serve, json: list[str]) -> None:
    status, out, err = _pipe_to("head -1", serve(LISTING).url(), *json, "-c", 'LIST "" *')
    assert (status, err) == (0, "")
    assert "mailbox" in out.lower()


def test_a_reader_that_is_gone_ends_the_run(serve: Serve) -> None:
    script: Script = [f"S: {POP3}", "C: RETR 1", b"+OK\r\n", lambda c: c.flood(b"x" * 65536, 1 << 36)]
    begun = time.monotonic()
    status, _, err = _pipe_to("true", serve(script).url("pop3"), *lines("RETR 1", "NOOP"))
    assert status == 0
    assert err.count("\n") == 1
    assert "note: RETR" in err
    assert time.monotonic() - begun < 5


@FULL
@pytest.mark.parametrize(("script", "typed"), [(LISTING, 'LIST "" *'), (MESSAGE, "FETCH 1 BODY[]")])
@pytest.mark.parametrize("json", [[], ["--json"]], ids=["", "json"])
def test_a_full_disk_is_one_sentence(serve: Serve, script: Script, typed: str, json: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        process = spawn(serve(script).url(), *json, "-c", typed, stdout=full)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert err.splitlines()[-1] == b"mailshell: standard output can't be written: no space left on device"
    assert err.count(b"written") == 1
    assert b"Traceback" not in err


@FULL
@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_help_on_a_full_disk(argument: str) -> None:
    with open("/dev/full", "wb") as full:
        process = spawn(argument, stdout=full)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert err == b"mailshell: standard output can't be written: no space left on device\n"


def test_standard_error_that_is_gone_is_no_failure(serve: Serve, tmp_path: Path) -> None:
    server = serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: * 3 EXISTS\nS: a1 OK done\nLOGOUT")
    reader, writer = os.pipe()
    os.close(reader)
    process = spawn(server.url(), "-d", "3", "-c", "NOOP", stderr=writer)
    os.close(writer)
    out, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, out) == (0, b"OK done\n")
