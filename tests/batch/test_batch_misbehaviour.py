"""Servers that do what no server should: each is named for what it is, and the run ends as it should, in time."""

from __future__ import annotations

import socket
import subprocess
import time

import pytest
from batch_support import POP3, PREAUTH, Serve, command, inside, lines
from measured import peak, spawn_measured
from playbook import Connection, Step

MIB = 1 << 20
IMAP_NOOP = [f"S: {PREAUTH}", "C: a1 NOOP"]


@pytest.mark.parametrize(
    ("scheme", "greeting", "words"),
    [
        ("imap", b"+OK POP3 ready\r\n", "this is a POP3 server, not an IMAP server"),
        ("imap", b"-ERR busy\r\n", "this is a POP3 server, not an IMAP server"),
        ("pop3", b"* OK IMAP4rev1 ready\r\n", "this is an IMAP server, not a POP3 server"),
        ("imap", b"220 mail.example.org ESMTP\r\n", "SMTP"),
        ("pop3", b"220 mail.example.org ESMTP\r\n", "SMTP"),
        ("imap", b"HTTP/1.1 400 Bad Request\r\n\r\n<html>", "a web server"),
        ("pop3", b"HTTP/1.1 400 Bad Request\r\n\r\n<html>", "a web server"),
        ("imap", b"SSH-2.0-OpenSSH_9.6\r\n", "an SSH server"),
        ("pop3", b"SSH-2.0-OpenSSH_9.6\r\n", "an SSH server"),
        ("imap", b"\x15\x03\x01\x00\x02\x02\x0a", "a server that expects TLS"),
        ("pop3", b"\x15\x03\x01\x00\x02\x02\x0a", "a server that expects TLS"),
        ("imap", b"hello\r\n", "no IMAP greeting"),
        ("pop3", b"hello\r\n", "no POP3 greeting"),
        ("imap", b"\0\xff\x1b[2J\xfe\r\n", "no IMAP greeting"),
        ("pop3", b"\0\xff\x1b[2J\xfe\r\n", "no POP3 greeting"),
        ("imap", b"\r\n", "no IMAP greeting"),
        ("imap", b"garbage", "does not look like an IMAP server"),
        ("pop3", b"garbage", "does not look like a POP3 server"),
        ("imap", b"* OK half a gree", "the greeting is cut off"),
        ("pop3", b"+OK half a gree", "the greeting is cut off"),
        ("imap", b"", "the server closed the connection"),
        ("imap", b"* BYE too many connections\r\n", "turns the connection away: BYE too many connections"),
        ("pop3", b"-ERR [SYS/TEMP] locked\r\n", "turns the connection away: -ERR [SYS/TEMP] locked"),
    ],
)
@pytest.mark.parametrize("stays", [False, True])
def test_what_greets(serve: Serve, scheme: str, greeting: bytes, words: str, stays: bool) -> None:
    server = serve([greeting, "STALL" if stays and greeting else "CLOSE"])
    outcome = inside(server.url(scheme, "fred"), "--password", "geheim", "--timeout", "0.2", "-c", "NOOP")
    assert outcome.status == 4
    assert words in outcome.err
    assert "\x1b" not in outcome.everything
    assert server.received == b""


@pytest.mark.parametrize("scheme", ["imap", "pop3"])
def test_a_server_that_accepts_and_says_nothing(serve: Serve, scheme: str) -> None:
    server = serve("STALL")
    begun = time.monotonic()
    outcome = command(server.url(scheme), "--timeout", "0.3", "-c", "NOOP")
    assert outcome.status == 5
    assert "says nothing for 0.3 s" in outcome.err
    assert f"{scheme}s://" in outcome.err
    assert time.monotonic() - begun < 3
    assert server.received == b""


def test_a_greeting_that_comes_slowly_is_waited_for(serve: Serve) -> None:
    pieces = [step for piece in (b"* ", b"OK ", b"re", b"ad", b"y\r\n") for step in (piece, "WAIT 0.15")]
    server = serve([*pieces, r"C~ (\S+) NOOP", "S: $1 OK done", "LOGOUT"])
    outcome = command(server.url(), "--timeout", "0.5", "-c", "NOOP")
    assert (outcome.status, outcome.err) == (0, "")


def test_no_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome = command(f"imap://127.0.0.1:{port}", "-c", "NOOP")
    assert outcome.status == 3
    assert f"127.0.0.1 port {port} refused the connection" in outcome.err
    assert outcome.err.count("\n") == 1


def test_an_unknown_host() -> None:
    outcome = command("imap://mail.invalid", "--connect-timeout", "5", "-c", "NOOP")
    assert outcome.status == 3
    assert "mail.invalid" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_host_that_does_not_answer() -> None:
    # A listener whose queue is full leaves connections unanswered.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        fillers = []
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
            fillers.append(filler)
        url = f"imap://127.0.0.1:{listener.getsockname()[1]}"
        outcome = command(url, "--connect-timeout", "0.3", "-c", "NOOP")
        for filler in fillers:
            filler.close()
    assert outcome.status == 3
    assert "timed out after 0.3 s" in outcome.err


def test_a_reset(serve: Serve) -> None:
    outcome = inside(serve([*IMAP_NOOP, "RESET"]).url(), *lines("NOOP", "NOOP"))
    assert outcome.status == 4
    assert "connection reset" in outcome.err
    assert "1 more line was not sent" in outcome.err


@pytest.mark.parametrize(
    ("scheme", "script", "typed", "words"),
    [
        (
            "imap",
            [f"S: {PREAUTH}", "C~ a1 .*", b"* 1 FETCH (BODY[] {100}\r\nabc"],
            "FETCH 1 BODY[]",
            "inside a literal, 3 of 100 octets",
        ),
        ("imap", [*IMAP_NOOP, b"a1 OK ne"], "NOOP", "inside a line, 8 octets"),
        ("imap", [*IMAP_NOOP], "NOOP", "the server closed the connection"),
        (
            "imap",
            [f"S: {PREAUTH}", "C~ a1 .*", b"* 1 FETCH (BODY[] {3}\r\nabc"],
            "FETCH 1 BODY[]",
            "the server closed the connection",
        ),
        ("pop3", [f"S: {POP3}", "C: RETR 1", b"+OK\r\nSubject: x\r\n"], "RETR 1", "inside a multi-line reply"),
        ("pop3", [f"S: {POP3}", "C: RETR 1", b"+O"], "RETR 1", "inside a line, 2 octets"),
        ("pop3", [f"S: {POP3}", "C: RETR 1"], "RETR 1", "the server closed the connection"),
    ],
)
def test_closing_in_the_middle(serve: Serve, scheme: str, script: list[Step], typed: str, words: str) -> None:
    outcome = inside(serve([*script, "CLOSE"]).url(scheme), *lines(typed, "NOOP"))
    assert outcome.status == 4
    assert words in outcome.err.splitlines()[-2]
    assert "1 more line was not sent" in outcome.err.splitlines()[-1]


def test_a_literal_of_four_gigabytes(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C~ a1 .*", b"* 1 FETCH (BODY[] {4294967296}\r\nabc", "STALL"]
    outcome = command(serve(script).url(), "--timeout", "5", *lines("FETCH 1 BODY[]", "NOOP"))
    assert outcome.status == 4
    assert "announces a literal of 4,294,967,296 octets, more than the limit of 2,147,483,648" in outcome.err
    assert "1 more line was not sent: the connection was dropped" in outcome.err


def _flood(octets: int) -> Step:
    return lambda connection: connection.flood(b"x" * 65536, octets)


def _rest(connection: Connection) -> None:
    try:
        connection.send(b"\r\na1 OK\r\n")
    except OSError:
        return


@pytest.mark.parametrize(
    ("scheme", "script"),
    [
        ("imap", [*IMAP_NOOP, b"* OK ", _flood(20 * MIB), _rest]),
        ("imap", [*IMAP_NOOP, b"a1 OK ", _flood(400 * MIB)]),
        ("imap", [b"* OK ", _flood(400 * MIB)]),
        ("pop3", [f"S: {POP3}", "C: NOOP", b"+OK ", _flood(400 * MIB)]),
        ("pop3", [b"+OK ", _flood(400 * MIB)]),
    ],
)
def test_a_line_that_does_not_end(serve: Serve, scheme: str, script: list[Step]) -> None:
    process = spawn_measured(serve(script).url(scheme), "--timeout", "5", *lines("NOOP", "NOOP"))
    err = process.communicate()[1].decode()
    assert process.returncode == 4
    assert "a line of more than 16,777,216 octets" in err
    assert ("1 more line was not sent: the connection was dropped" in err) == (len(script) > 2)
    assert "Traceback" not in err
    assert peak(err) < 160 * 1024  # KiB: some copies of a line at its limit, and not what was sent


def test_a_body_without_end_does_not_fill_the_memory(serve: Serve) -> None:
    script = [f"S: {POP3}", "C: RETR 1", b"+OK\r\n", _flood(200 * MIB)]
    process = spawn_measured(serve(script).url("pop3"), "-c", "RETR 1", stdout=subprocess.DEVNULL)
    err = process.communicate()[1].decode()
    assert process.returncode == 4
    assert "inside a multi-line reply" in err
    assert peak(err) < 64 * 1024


def test_a_late_answer_is_labelled_and_answers_nothing_else(serve: Serve) -> None:
    server = serve(f"""\
        S: {PREAUTH}
        C: a1 NOOP
        C: a2 LIST "" *
        S: * LIST () "/" one
        S: a1 NO too late
        S: a2 OK in time
        LOGOUT
    """)
    outcome = command(server.url(), "--json", "--timeout", "0.3", *lines("NOOP", 'LIST "" *'))
    late, listed = outcome.results
    assert outcome.status == 5
    assert (late["status"], "no answer to NOOP for 0.3 s" in late["text"]) == ("", True)
    assert (listed["status"], listed["text"]) == ("OK", "in time")
    assert "late answer to a1 NOOP: NO too late" in outcome.err


def test_late_answers_in_pop3_keep_their_order(serve: Serve) -> None:
    server = serve(f"S: {POP3}\nC: STAT\nC: LIST\nS: +OK 1 2\nS: +OK listed\nS: 1 120\nS: .\nQUIT")
    outcome = inside(server.url("pop3"), "--timeout", "0.2", *lines("STAT", "LIST"))
    assert outcome.status == 5
    assert "late answer to STAT: +OK 1 2" in outcome.err
    assert "120" in outcome.out
    assert "1 2" not in outcome.out


def test_news_between_two_commands(serve: Serve) -> None:
    server = serve(f"""\
        S: {PREAUTH}
        C: a1 NOOP
        S: a1 OK one
        S: * 7 EXISTS
        C: a2 NOOP
        S: * 3 EXPUNGE
        S: a2 OK two
        LOGOUT
    """)
    outcome = inside(server.url(), *lines("NOOP", "NOOP"))
    assert outcome.out == "OK one\nOK two\n"
    assert "* 7 messages exist" in outcome.err
    assert "3" in outcome.err.splitlines()[-1]


def test_bye_in_the_middle(serve: Serve) -> None:
    script = [*IMAP_NOOP, "S: * BYE shutting down", "CLOSE"]
    outcome = inside(serve(script).url(), *lines("NOOP", "NOOP"))
    assert outcome.status == 4
    assert "BYE shutting down" in outcome.err


def test_bye_after_the_last_command_is_no_failure(serve: Serve) -> None:
    script = [*IMAP_NOOP, "S: a1 OK", "S: * BYE going down", "CLOSE"]
    outcome = inside(serve(script).url(), "-c", "NOOP")
    assert outcome.out == "OK\n"
    assert outcome.status == 0


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"zz9 OK whose?\r\na1 OK\r\n", "zz9"),
        (b"complete nonsense\r\na1 OK\r\n", "!     complete nonsense"),
        (b"+ go ahead\r\na1 OK\r\n", "no command waits for one"),
        (b"a1 OK done\n", "bare-lf"),
        (b"* 1 FETCH (FLAGS (\r\na1 OK\r\n", "parenthesis"),
    ],
)
def test_deviations_are_named_and_the_run_goes_on(serve: Serve, answer: bytes, words: str) -> None:
    outcome = inside(serve([*IMAP_NOOP, answer, "LOGOUT"]).url(), "-c", "NOOP")
    assert outcome.status == 0
    assert outcome.out in ("OK\n", "OK done\n")
    assert words in outcome.err


def test_control_characters_are_shown_and_not_obeyed(serve: Serve) -> None:
    script = [
        *IMAP_NOOP,
        b'* OK \x1b]0;owned\x07\x9b31m\r\n* LIST () "/" "a\x1b[2J"\r\na1 OK \x1b[31mred\r\n',
        "LOGOUT",
    ]
    outcome = inside(serve(script).url(), "-d", "5", "-c", "NOOP")
    assert outcome.status == 0
    assert r"\x1b[31mred" in outcome.out
    assert not set(outcome.everything) & {"\x1b", "\x07", "\x9b"}


@pytest.mark.parametrize("scheme", ["imap", "pop3"])
def test_a_server_that_does_not_answer_the_farewell(serve: Serve, scheme: str) -> None:
    greeting, end = (PREAUTH, "C: a1 LOGOUT") if scheme == "imap" else (POP3, "C: QUIT")
    outcome = inside(serve(f"S: {greeting}\n{end}\nSTALL").url(scheme), "--timeout", "0.2", "-c", ".state")
    assert outcome.status == 0
    assert "no answer to" in outcome.err


def test_a_line_full_of_brackets_takes_no_time(serve: Serve) -> None:
    line = b"* 1 FETCH (" + b"BODY[" * 100_000 + b" {3}\r\nabc)\r\na1 OK done\r\n"
    begun = time.monotonic()
    outcome = inside(
        serve([f"S: {PREAUTH}", "C: a1 FETCH 1 BODY[]", line, "LOGOUT"]).url("imap"), *lines("FETCH 1 BODY[]")
    )
    assert outcome.status == 0, outcome.err[-300:]
    assert time.monotonic() - begun < 5
