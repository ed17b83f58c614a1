"""``--misbehave`` and ``--fault`` as a person gives them: to the demonstration and to a recording that is served."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import PATIENCE, Terminal

from mailshell.cli import main
from mailshell.lint.session import TABLES as RULES
from mailshell.misbehave.between import Trouble
from mailshell.misbehave.misbehaviour import Misbehaviour
from mailshell.misbehave.table import TABLES
from mailshell.modes.trouble import to_type

pytest.importorskip("pymap")

RECORDINGS = Path(__file__).parents[2] / "recordings"
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": "/nonexistent"}


def run(*arguments: str) -> tuple[int, str, str]:
    """The exit status, and what was printed on both ways."""
    command = [sys.executable, "-m", "mailshell", *arguments]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, env=ENVIRONMENT
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@contextlib.contextmanager
def serving(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "mailshell", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


# --- the lists


@pytest.mark.parametrize(
    ("arguments", "sides"),
    [(["demo"], "IMAP POP3"), (["demo", "pop3"], "POP3"), (["demo", "imap"], "IMAP"), (["serve"], "IMAP POP3")],
)
def test_all_misbehaviours_are_listed_with_what_to_type(
    arguments: list[str], sides: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--misbehave", "?"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert len(out.splitlines()) == sum(len(TABLES[protocol.lower()]) for protocol in sides.split())
    for protocol in sides.split():
        for one in TABLES[protocol.lower()].values():
            rule = RULES[protocol.lower()][one.rule]
            needs = re.escape(", needs mailshell[serve-tls]") if one.insecure else ""
            row = rf"^{rule.id} +{rule.name} +{rule.severity.word} +{protocol}  {re.escape(to_type(one))}{needs}$"
            assert re.search(row, out, re.MULTILINE), row


def test_all_faults_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--fault", "?"]) == 0
    rows = capsys.readouterr().out.splitlines()
    names = ["delay=", "chunk=", "drop-after=", "cut-literal ", "reset[=", "stall[=", "lf-only "]
    assert all(row.startswith(name) for row, name in zip(rows, names, strict=True))


def test_what_to_type_is_one_line_that_can_be_read() -> None:
    for table in TABLES.values():
        for one in table.values():
            assert to_type(one).isprintable()
            assert "..." not in to_type(one)
            assert len(to_type(one)) < 250
    long = Misbehaviour("x", ("NOOP " + "A" * 500,), (), login=False, wait=3.0, remote=True, remember=True)
    assert len(to_type(long)) < 250
    assert to_type(Misbehaviour("x", (), ())) == "shows when you connect"
    assert to_type(TABLES["pop3"]["auth-line-refused"]).startswith("AUTH PLAIN, a space and A 300 times, as one line")


# --- what is wrong


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["demo", "pop3", "--misbehave", "dot-not-stufed"], "did you mean dot-not-stuffed"),
        (["demo", "pop3", "--misbehave", "P3"], "--misbehave ? lists"),
        (["demo", "pop3", "--misbehave", "zzz"], "--misbehave ? lists"),
        (["demo", "pop3", "--misbehave", "P03,"], "knows no rule ''"),
        (["demo", "imap", "--misbehave", "P03"], "is a rule of POP3"),
        (["demo", "--misbehave", "\x1b[31m"], r"knows no rule '\\x1b[31m'"),
        (["demo", "--fault", "slow"], "knows no 'slow'"),
        (["demo", "--fault", "chunk=none"], "a number of octets"),
        (["serve", str(RECORDINGS / "imap-demo.mwire"), "--misbehave", "P03"], "is a rule of POP3"),
        (["serve", "--misbehave", "P03"], "takes the FILE"),
        (["imap://localhost", "--misbehave", "P03"], "belong to mailshell demo"),
        (["--fault", "reset"], "belong to mailshell demo"),
    ],
)
def test_wrong_usage_is_one_sentence(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert words in err
    assert (out, err.count("\n")) == ("", 1)
    assert err.strip("\n").isprintable()


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_what_begins_tls_is_marked(protocol: str) -> None:
    for one in TABLES[protocol].values():
        assert one.insecure is Trouble({protocol: (one,)}).begins_tls(protocol), one.rule


@pytest.mark.parametrize("arguments", [["demo"], ["demo", "pop3"], ["serve", str(RECORDINGS / "imap-demo.mwire")]])
def test_without_what_makes_certificates(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    assert main([*arguments, "--misbehave", "F06,X01" if "pop3" not in arguments else "X01"]) == 2
    assert capsys.readouterr().err == (
        "mailshell: X01 needs TLS, and to make a certificate needs trustme: pip install 'mailshell[serve-tls]'\n"
    )


# --- the demonstration


def test_a_run_on_a_demo_that_misbehaves() -> None:
    status, out, err = run("demo", "pop3", "--misbehave", "P03,status-lower-case", "-c", "RETR 8", "-c", "NOOP")
    assert status == 0
    assert "hidden\n" in out
    assert ".hidden\n" not in out
    assert "P03 dot-not-stuffed" in err
    assert "P24b status-lower-case" in err


def test_the_imap_side() -> None:
    status, _, err = run("demo", "--misbehave", "F06", *(word for line in _lines("F06") for word in ("-c", line)))
    assert "F06 " in err
    assert status in (0, 1)


def _lines(word: str) -> tuple[str, ...]:
    found = RULES["imap"].find(word)
    assert found is not None
    return TABLES["imap"][found.name].provoke


def test_a_certificate_that_a_misbehaviour_needs_is_trusted() -> None:
    pytest.importorskip("trustme")
    status, out, err = run("demo", "pop3", "--misbehave", "X07", "--no-login", "-c", "STLS", "-c", "CAPA")
    assert (status, "STLS\n" in out) == (0, True)
    assert "certificate verified" in err
    assert "X07 starttls-under-tls" in err


def test_a_fault_ends_the_run_as_the_network_would() -> None:
    status, out, err = run("demo", "--fault", "reset", "-c", "SELECT INBOX", "-c", "FETCH 1 BODY.PEEK[]")
    assert status == 4
    assert "OK [READ-WRITE]" in out
    assert "reset" in err


def test_line_ends_are_found_by_the_linter() -> None:
    status, _, err = run("demo", "pop3", "--fault", "lf-only", "-c", "STAT")
    assert status == 0
    assert "P30c bare-lf-status" in err


def test_the_demo_served() -> None:
    with serving("demo", "--serve", "--misbehave", "P24b,F06", "--fault", "chunk=5") as process:
        assert process.stdout is not None
        urls = [process.stdout.readline().strip() for _ in range(2)]
        _, _, err = run(urls[1], "-c", "NOOP")
        assert "P24b status-lower-case" in err
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "misbehaves: P24b status-lower-case (POP3): NOOP\n" in said
    assert re.search(r"^misbehaves: F06 \S+ \(IMAP\): ", said, re.MULTILINE)


def test_the_shell_says_what_to_type(tmp_path: Path) -> None:
    shell = Terminal(("demo", "pop3", "--misbehave", "P10,status-lower-case"), tmp_path)
    try:
        shell.wait_for_prompt(" pop3/clear transaction> ")
        assert "misbehaves: P10 listing-spaces (POP3): LIST" in shell.everything
        assert "misbehaves: P24b status-lower-case (POP3): NOOP" in shell.everything
        shell.enter("LIST")
        shell.wait_for("P10 listing-spaces:")
    finally:
        shell.close()


# --- recordings


def test_a_recording_that_misbehaves(tmp_path: Path) -> None:
    recording = str(RECORDINGS / "pop3-first-session.mwire")
    with serving("serve", recording, "--misbehave", "P10", "--fault", "chunk=7", "--once") as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[0].replace("://", "://ana:secret@")
        _, _, err = run(url, "-c", "STAT", "-c", "LIST")
        assert "P10 listing-spaces" in err
        _, said = process.communicate(timeout=PATIENCE)
    assert "misbehaves: P10 listing-spaces (POP3): LIST\n" in said
