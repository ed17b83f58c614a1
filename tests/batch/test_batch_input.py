"""Where the lines of a run come from, where its results go, and what it ends with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from batch_support import POP3, PREAUTH, Serve, command, inside, lines, spawn
from playbook import Connection

THREE = f"""\
    S: {PREAUTH}
    C: a1 NOOP
    S: a1 OK one
    C: a2 CHECK
    S: a2 NO [ALERT] two
    C: a3 NOOP
    S: a3 OK three
    LOGOUT
"""


def test_lines_given_as_arguments(serve: Serve) -> None:
    server = serve(THREE)
    outcome = command(server.url(), *lines("NOOP", "CHECK", "NOOP"))
    assert outcome.out.splitlines() == ["OK one", "NO [ALERT] two", "OK three"]
    assert outcome.status == 1
    assert server.lines[-1] == "a4 LOGOUT"


def test_an_argument_may_hold_several_lines(serve: Serve) -> None:
    outcome = inside(serve(THREE).url(), "-c", "NOOP\nCHECK\r\nNOOP")
    assert outcome.out.splitlines() == ["OK one", "NO [ALERT] two", "OK three"]


def test_lines_of_a_script(serve: Serve, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_bytes(b"\xef\xbb\xbf# a comment\r\nNOOP\r\n\r\n  # another\r\n\tCHECK  \r\nNOOP")
    outcome = command(serve(THREE).url(), "-f", str(script))
    assert outcome.out.splitlines() == ["OK one", "NO [ALERT] two", "OK three"]


def test_lines_of_standard_input(serve: Serve) -> None:
    outcome = command(serve(THREE).url(), stdin=b"NOOP\nCHECK\n# no command\nNOOP\n")
    assert outcome.out.splitlines() == ["OK one", "NO [ALERT] two", "OK three"]


def test_arguments_come_before_the_script(serve: Serve) -> None:
    outcome = inside(serve(THREE).url(), *lines("NOOP", "CHECK"), "-f", "-", stdin=b"NOOP\n")
    assert outcome.out.splitlines() == ["OK one", "NO [ALERT] two", "OK three"]


def test_octets_of_a_script_that_are_no_utf8_are_sent_as_they_are(serve: Serve) -> None:
    server = serve(["S: +OK ready", "C~ XFOO .*", "S: -ERR what", "QUIT"])
    outcome = inside(server.url("pop3"), "--json", stdin=b"XFOO \xff\xfe\x80\n")
    assert server.received.startswith(b"XFOO \xff\xfe\x80\r\n")
    assert outcome.results[0]["status"] == "-ERR"


@pytest.mark.parametrize("way", [["-f", "/nonexistent/script"], ["-f", "/"]])
def test_a_script_that_cannot_be_read_stops_everything_before_the_connection(serve: Serve, way: list[str]) -> None:
    server = serve()
    outcome = inside(server.url(), *way)
    assert outcome.status == 2
    assert "can't be read" in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_thousand_lines(serve: Serve) -> None:
    def answers(connection: Connection) -> None:
        for number in range(1, 1001):
            connection.expect(f"a{number} NOOP")
            connection.send(f"a{number} OK {number}\r\n".encode())

    outcome = inside(serve([f"S: {PREAUTH}", answers, "LOGOUT"]).url(), stdin=b"NOOP\n" * 1000)
    assert outcome.status == 0
    assert outcome.out.splitlines() == [f"OK {number}" for number in range(1, 1001)]


def test_results_and_messages_go_apart(serve: Serve) -> None:
    server = serve(f"""\
        S: {PREAUTH}
        C: a1 LIST "" *
        S: * LIST () "/" INBOX
        S: * 5 EXISTS
        S: a1 OK listed
        LOGOUT
    """)
    outcome = command(server.url(), "-d", "2", "-c", 'LIST "" *')
    assert "INBOX" in outcome.out
    assert "OK listed" in outcome.out.splitlines()
    assert "EXISTS" not in outcome.out
    assert "mailshell: * 5 messages exist" in outcome.err
    assert 'C:  a1 LIST "" *' in outcome.err
    assert "C: " not in outcome.out


def test_one_object_for_each_result(serve: Serve) -> None:
    outcome = command(serve(THREE).url(), "--json", *lines("NOOP", "CHECK", ".bogus", "", "NOOP"))
    assert [sorted(result) for result in outcome.results] == [
        ["code", "command", "data", "findings", "milliseconds", "status", "text", "untagged"]
    ] * len(outcome.results)
    first, second = outcome.results[:2]
    assert (first["command"], first["status"], first["text"], first["data"], first["untagged"]) == (
        "NOOP",
        "OK",
        "one",
        [],
        [],
    )
    assert 0 < first["milliseconds"] < 5000
    assert (second["status"], second["code"], second["text"]) == ("NO", "ALERT", "two")


@pytest.mark.parametrize(
    ("script", "arguments", "status", "words"),
    [
        ("S: * BYE go away", [], 4, "go away"),
        ("S: SSH-2.0-x", [], 4, "an SSH server"),
        ("STALL", ["--timeout", "0.2"], 5, "says nothing"),
        ("S: * OK\nC~ a1 LOGIN .*\nS: a1 NO not so\nLOGOUT", ["--user", "x", "--password", "y"], 1, "NO not so"),
        ("S: * OK\nLOGOUT", ["--user", "x", "--password-env", "NOT_SET_ANYWHERE"], 2, "NOT_SET_ANYWHERE"),
    ],
)
def test_an_opening_that_fails_is_a_result(
    serve: Serve, script: str, arguments: list[str], status: int, words: str
) -> None:
    outcome = inside(serve(script).url(), "--json", *arguments, "-c", "NOOP")
    (result,) = outcome.results
    assert outcome.status == status
    assert (result["command"], result["status"], result["code"], result["data"]) == (".open", "", None, [])
    assert words in result["text"]
    assert words in outcome.err


def test_a_connection_that_cannot_be_made_is_a_result() -> None:
    outcome = inside("imap://127.0.0.1:1", "--json", "-c", "NOOP")
    (result,) = outcome.results
    assert outcome.status == 3
    assert result["status"] == ""
    assert result["text"] in outcome.err


def test_data_and_untagged_responses_of_a_result(serve: Serve) -> None:
    server = serve(f"""\
        S: {PREAUTH}
        C: a1 STATUS INBOX (MESSAGES)
        S: * 7 EXISTS
        S: * STATUS INBOX (MESSAGES 7)
        S: a1 OK done
        LOGOUT
    """)
    (result,) = command(server.url(), "--json", "-c", "STATUS INBOX (MESSAGES)").results
    assert result["untagged"] == ["* STATUS INBOX (MESSAGES 7)", "* 7 EXISTS"]
    assert "MESSAGES" in json.dumps(result["data"]).upper()


def test_a_pop3_message_in_json(serve: Serve) -> None:
    server = serve([f"S: {POP3}", "C: RETR 1", b"+OK 9 octets\r\na\r\n..b\r\n.\r\n", "QUIT"])
    (result,) = command(server.url("pop3"), "--json", "-c", "RETR 1").results
    assert (result["status"], result["text"]) == ("+OK", "9 octets")
    assert result["data"] == [{"octets": 7, "message": "a\r\n.b\r\n"}]


def test_all_lines_are_run_unless_the_first_failure_ends_it(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: a1 CHECK\nS: a1 BAD no\nLOGOUT")
    outcome = command(server.url(), "--fail-fast", *lines("CHECK", "NOOP"))
    assert (outcome.status, outcome.out) == (1, "BAD no\n")
    assert server.lines == ["a1 CHECK", "a2 LOGOUT"]


@pytest.mark.parametrize(
    ("scheme", "answer", "status"),
    [
        ("imap", "a1 OK", 0),
        ("imap", "a1 NO", 1),
        ("imap", "a1 BAD", 1),
        ("pop3", "+OK", 0),
        ("pop3", "-ERR", 1),
    ],
)
def test_exit_status_of_an_answer(serve: Serve, scheme: str, answer: str, status: int) -> None:
    greeting, end = (PREAUTH, "LOGOUT") if scheme == "imap" else (POP3, "QUIT")
    server = serve(f"S: {greeting}\nC~ (a1 )?NOOP\nS: {answer} said\n{end}")
    assert inside(server.url(scheme), "-c", "NOOP").status == status


def test_the_end_of_the_run_takes_deletions_back(serve: Serve) -> None:
    server = serve("S: +OK\nC: DELE 1\nS: +OK\nC: RSET\nS: +OK\nQUIT")
    outcome = command(server.url("pop3"), "-c", "DELE 1")
    assert outcome.status == 0
    assert "1 deletion was not committed" in outcome.err


def test_a_deletion_whose_answer_has_not_come_is_taken_back_too(serve: Serve) -> None:
    server = serve("S: +OK\nC: DELE 1\nC: RSET\nS: +OK deleted\nS: +OK reset\nQUIT")
    outcome = inside(server.url("pop3"), "--timeout", "0.2", "-c", "DELE 1")
    assert outcome.status == 5
    assert "not committed" in outcome.err


def test_no_quit_is_sent_when_deletions_cannot_be_taken_back(serve: Serve) -> None:
    server = serve("S: +OK\nC: DELE 1\nS: +OK\nC: RSET\nS: -ERR no\nEOF")
    assert inside(server.url("pop3"), "-c", "DELE 1").status == 0


def test_a_typed_quit_commits(serve: Serve) -> None:
    server = serve("S: +OK\nC: DELE 1\nS: +OK\nQUIT\nEOF")
    outcome = command(server.url("pop3"), *lines("DELE 1", "QUIT"))
    assert outcome.status == 0
    assert "committed" not in outcome.err


@pytest.mark.parametrize(("scheme", "greeting", "word"), [("imap", PREAUTH, "LOGOUT"), ("pop3", POP3, "QUIT")])
def test_a_farewell_without_an_answer_is_not_said_twice(serve: Serve, scheme: str, greeting: str, word: str) -> None:
    before = "C: DELE 1\nS: +OK\n" if scheme == "pop3" else ""
    server = serve(f"S: {greeting}\n{before}C~ (a1 )?{word}\nEOF")
    typed = ["DELE 1", word] if scheme == "pop3" else [word]
    outcome = inside(server.url(scheme), "--timeout", "0.2", *lines(*typed))
    assert outcome.status == 5
    assert "committed" not in outcome.err


def test_lines_after_the_end_of_the_session_are_counted(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nLOGOUT\nEOF")
    outcome = inside(server.url(), *lines("LOGOUT", "NOOP", "# nothing", "", "NOOP"))
    assert outcome.status == 4
    assert "2 more lines were not sent" in outcome.err


def test_quitting_ends_the_run(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nLOGOUT")
    outcome = inside(server.url(), *lines(".quit", "NOOP"))
    assert (outcome.status, outcome.out) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["http://localhost"], "unknown scheme 'http'"),
        (["imap://"], "host is missing"),
        (["imap://localhost:0"], "port 0"),
        (["imap://localhost:65536"], "port 65536"),
        (["imap://localhost:x"], "port"),
        (["localhost"], "imaps://localhost"),
        (["imap://localhost", "imap://localhost"], "one URL is enough"),
        (["imap://localhost", "--timeout", "0"], "more than 0 seconds"),
        (["imap://localhost", "--timeout", "nan"], "more than 0 seconds"),
        (["imap://localhost", "--timeout", "soon"], "no number of seconds"),
        (["imap://localhost", "--connect-timeout=-1"], "more than 0 seconds"),
        (["imap://localhost", "-d", "6"], "from 0 to 5"),
        (["imap://localhost", "--tls", "maybe"], "--tls"),
        (["imap://localhost", "--bogus"], "--bogus"),
        (["imap://localhost", "-c"], "-c"),
        (["imap://localhost", "--serve", "-c", "NOOP"], "--serve belongs to mailshell demo"),
        (["demo", "smtp"], "imap or pop3"),
        (["-c", "NOOP"], "not connected"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(arguments: list[str], words: str) -> None:
    outcome = inside(*arguments)
    assert outcome.status == 2
    assert outcome.out == ""
    assert words in outcome.err
    assert outcome.err.startswith("mailshell: ")
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    "line", [".history ²", ".bogus", ".save ", "NOOP > /nonexistent/file", "NOOP > \0", "CREATE @\0", "read ²"]
)
def test_a_wrong_line_is_one_sentence_and_the_run_goes_on(serve: Serve, line: str) -> None:
    server = serve(f"S: {PREAUTH}\nC~ (\\S+) NOOP\nS: $1 OK went on\nLOGOUT")
    outcome = inside(server.url(), stdin=f"{line}\nNOOP\n".encode())
    assert (outcome.status, outcome.out) == (2, "OK went on\n")
    assert outcome.err.count("\n") == 1


def test_idle_with_something_that_is_no_time_is_sent_as_it_is(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: a1 IDLE .\nS: a1 BAD\nLOGOUT")
    assert inside(server.url(), "-c", "IDLE .").status == 1


def test_a_run_does_not_load_the_libraries_of_the_shell(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: a1 OK\nLOGOUT")
    process = spawn(server.url(), "-c", "NOOP", env={"PYTHONPROFILEIMPORTTIME": "1"})
    _, err = process.communicate(timeout=20)
    modules = {line.rpartition("|")[2].strip() for line in err.decode().splitlines() if line.startswith("import time")}
    assert "mailshell.modes.batch" in modules
    assert not [name for name in modules if name.split(".")[0] in ("prompt_toolkit", "pygments", "pymap", "trustme")]
    assert not [name for name in modules if name.startswith("mailshell.shell")]


def test_a_run_without_standard_streams(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nLOGOUT")
    script = f'exec "$0" -m mailshell {server.url()} <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", script, sys.executable], timeout=20, check=False).returncode == 0


def test_a_name_of_pythons_is_no_tag(serve: Serve) -> None:
    outcome = inside(serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: a1 OK done\nLOGOUT").url("imap"), *lines("xatom NOOP"))
    assert outcome.status == 0, outcome.err
