"""What removes things for good: warned of, and with ``confirm`` sent only if that is said."""

from __future__ import annotations

import pytest
from batch_support import POP3, Serve, inside, lines
from playbook import Script

SELECTED = (
    "S: * PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS] ready\nC: a1 SELECT INBOX\nS: * 5 EXISTS\nS: a1 OK [READ-WRITE] open"
)
LOGOUT = "LOGOUT"


def selected(*steps: str) -> Script:
    return [SELECTED, *steps, LOGOUT]


def deleting(command: str, *answers: str) -> str:
    """A command that marks a message, with its answer."""
    return "\n".join([f"C: a2 {command}", *answers, "S: a2 OK done"])


@pytest.mark.parametrize(
    ("command", "steps", "count"),
    [
        (r"STORE 2 +FLAGS (\Deleted)", (r"S: * 2 FETCH (FLAGS (\Deleted))",), "1 message is"),
        (r"STORE 2:3 +FLAGS.SILENT (\Deleted)", (), "2 messages are"),
        ("FETCH 1:2 (FLAGS)", (r"S: * 1 FETCH (FLAGS (\Deleted \Seen))", "S: * 2 FETCH (FLAGS ())"), "1 message is"),
        ("NOOP", (r"S: * 4 FETCH (FLAGS (\Deleted))",), "1 message is"),
    ],
)
def test_close_with_deleted_messages_is_warned_of(
    serve: Serve, command: str, steps: tuple[str, ...], count: str
) -> None:
    server = serve(selected(deleting(command, *steps), "C: a3 CLOSE\nS: a3 OK closed"))
    outcome = inside(server.url(), *lines("SELECT INBOX", command, "CLOSE"))
    assert outcome.status == 0
    assert rf"note: CLOSE removes for good what is marked \Deleted; {count} known to be" in outcome.err


@pytest.mark.parametrize(
    ("command", "steps"),
    [
        (r"STORE 2 -FLAGS (\Deleted)", (r"S: * 2 FETCH (FLAGS ())",)),
        ("EXPUNGE", ("S: * 2 EXPUNGE",)),
    ],
)
def test_close_is_not_warned_of_if_nothing_is_marked_any_more(
    serve: Serve, command: str, steps: tuple[str, ...]
) -> None:
    mark = deleting(r"STORE 2 +FLAGS.SILENT (\Deleted)")
    server = serve(
        selected(mark, "\n".join([f"C: a3 {command}", *steps, "S: a3 OK done"]), "C: a4 CLOSE\nS: a4 OK closed")
    )
    outcome = inside(server.url(), *lines("SELECT INBOX", r"STORE 2 +FLAGS.SILENT (\Deleted)", command, "CLOSE"))
    assert "CLOSE removes" not in outcome.err


@pytest.mark.parametrize("command", ["EXPUNGE", "CLOSE", "DELETE Old", "expunge", "UID EXPUNGE 5"])
def test_with_confirm_nothing_that_destroys_is_sent(serve: Serve, command: str) -> None:
    server = serve(selected("C: a2 NOOP\nS: a2 OK done"))
    outcome = inside(server.url(), *lines(".set confirm on", "SELECT INBOX", command, "NOOP"))
    assert outcome.status == 2
    assert "removes things for good, and confirm is on: only --yes sends it" in outcome.err


@pytest.mark.parametrize("command", ["EXPUNGE", "CLOSE", "DELETE Old"])
def test_with_yes_it_is_sent(serve: Serve, command: str) -> None:
    server = serve(selected(f"C: a2 {command}\nS: a2 OK done"))
    outcome = inside(server.url(), "--yes", *lines(".set confirm on", "SELECT INBOX", command))
    assert outcome.status == 0


@pytest.mark.parametrize("command", ["NOOP", r"STORE 1 +FLAGS (\Deleted)", "CREATE new", "COPY 1 new"])
def test_with_confirm_all_else_is_sent(serve: Serve, command: str) -> None:
    server = serve(selected(f"C: a2 {command}\nS: a2 OK done"))
    assert inside(server.url(), *lines(".set confirm on", "SELECT INBOX", command)).status == 0


def test_in_a_mailbox_open_for_reading_close_destroys_nothing(serve: Serve) -> None:
    read_only = SELECTED.replace("SELECT", "EXAMINE").replace("READ-WRITE", "READ-ONLY")
    server = serve([read_only, "C: a2 CLOSE\nS: a2 OK closed", LOGOUT])
    assert inside(server.url(), *lines(".set confirm on", "EXAMINE INBOX", "CLOSE")).status == 0


def test_quit_in_pop3_asks_only_with_deletions(serve: Serve) -> None:
    login = f"S: {POP3}\nC: USER ana\nS: +OK\nC~ PASS .*\nS: +OK\n"
    server = serve([login + "C: DELE 1\nS: +OK\nC: RSET\nS: +OK", "QUIT"])
    arguments = lines(".set confirm on", "USER ana", "PASS secret", "DELE 1", "QUIT")
    outcome = inside(server.url("pop3"), *arguments)
    assert outcome.status == 2
    assert "QUIT removes things for good" in outcome.err
