"""``mailshell demo`` without a terminal."""

from __future__ import annotations

import signal
import subprocess

import pytest
from batch_support import PATIENCE, command, lines, spawn

pytest.importorskip("pymap")


@pytest.mark.parametrize(("side", "typed", "words"), [("imap", "SELECT INBOX", "OK"), ("pop3", "STAT", "+OK")])
def test_a_run_on_the_demo(side: str, typed: str, words: str) -> None:
    outcome = command("demo", side, *lines(typed, "BOGUS"))
    assert outcome.status == 1
    assert words in outcome.out


def test_lines_of_standard_input_on_the_demo() -> None:
    outcome = command("demo", stdin=b"NOOP\n")
    assert outcome.status == 0
    assert outcome.out.startswith("OK")


def test_serving_ends_with_an_interrupt() -> None:
    process: subprocess.Popen[bytes] = spawn("demo", "--serve")
    assert process.stdout is not None
    urls = [process.stdout.readline().decode().strip() for _ in range(2)]
    assert [url.partition(":")[0] for url in urls] == ["imap", "pop3"]
    assert command(urls[1], "-c", "STAT").status == 0
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, b"")
