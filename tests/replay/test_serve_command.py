"""``mailshell serve`` as a program: what it prints, and how it ends."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from replay_support import HERE, conversation

SESSION = HERE / "session.mwire"
CLIENT = (
    b"1 LOGIN ana x\r\n2 SELECT INBOX\r\n3 FETCH 1:2 (UID FLAGS)\r\n",
    b"4 UID FETCH 5,7 RFC822.SIZE\r\n5 LOGOUT\r\n",
)


@contextlib.contextmanager
def serving(*options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-m", "mailshell", "serve", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    first = process.stdout.readline()
    match = re.search(r"127\.0\.0\.1:(\d+)", first)
    assert match, first
    try:
        yield process, int(match[1])
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("options", [(), ("--match", "strict"), ("--match", "stateful", "--chunks", "byte")])
def test_all_played_is_success(number: signal.Signals, options: tuple[str, ...]) -> None:
    with serving(str(SESSION), *options) as (process, port):
        for _ in range(3):
            assert conversation(port, *CLIENT).endswith(b"* BYE logging out\r\n5 OK bye\r\n")
        process.send_signal(number)
        output, _ = process.communicate(timeout=10)
    assert process.returncode == 0
    assert output == "3 clients, 5 of 5 commands played\n"


def test_what_was_never_played_is_told() -> None:
    with serving(str(SESSION), "--once") as (process, port):
        conversation(port, CLIENT[0])
        output, _ = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "never played: UID FETCH 5,7 RFC822.SIZE\nnever played: LOGOUT\n" in output


@pytest.mark.parametrize(("unexpected", "status"), [("fail", 1), ("bad", 0), ("close", 0)])
def test_the_unexpected_and_the_exit_status(unexpected: str, status: int) -> None:
    with serving(str(SESSION), "--unexpected", unexpected) as (process, port):
        conversation(port, b"1 CREATE A\r\n")
        conversation(port, *CLIENT)
        process.terminate()
        output, _ = process.communicate(timeout=10)
    assert process.returncode == status
    assert "unexpected: expected LOGIN ana ⟦password⟧, and CREATE A came\n" in output


def test_tls_from_the_start_names_the_certificate(tmp_path: Path) -> None:
    pytest.importorskip("trustme")
    path = tmp_path / "tls.mwire"
    path.write_text(SESSION.read_text().replace('"tls": "none"', '"tls": "implicit"'))
    with serving(str(path)) as (process, port):
        assert process.stdout is not None
        cafile = Path(process.stdout.readline().rstrip("\n").removeprefix("certificate to trust: "))
        command = [sys.executable, "-m", "mailshell", f"imaps://127.0.0.1:{port}", "--cafile", str(cafile)]
        done = subprocess.run([*command, "-c", "NOOP"], capture_output=True, text=True, timeout=30)
        assert "OK NOOP completed" in done.stdout
        process.terminate()
        process.communicate(timeout=10)
    assert not cafile.exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["missing.mwire"], "can't be read"),
        ([str(SESSION), "--timing", "soon"], "--timing is instant"),
        ([str(SESSION), "--chunks", "random"], "--chunks is recorded"),
        ([str(SESSION), "--port", "70000"], "--port is a number"),
        ([__file__], "no recording"),
    ],
)
def test_wrong_usage_is_one_sentence(arguments: list[str], words: str) -> None:
    command = [sys.executable, "-m", "mailshell", "serve", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
