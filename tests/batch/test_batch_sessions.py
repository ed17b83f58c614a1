"""Several sessions in one run: opened beside each other, switched between, and asked the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_support import PREAUTH, Serve, command, inside, lines

from mailshell import __version__


def test_a_second_session_beside_the_first(serve: Serve) -> None:
    first = serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: a1 OK first\nLOGOUT")
    second = serve("S: +OK ready\nC: STAT\nS: +OK 3 120\nQUIT")
    typed = lines(f".session {second.url('pop3')}", "STAT", ".switch", "NOOP")
    outcome = inside(first.url(), *typed)
    assert outcome.status == 0
    assert "this is session 2" in outcome.out
    assert "3 messages" in outcome.out
    assert "OK first" in outcome.out
    assert not first.problems
    assert not second.problems


def test_the_list_tells_of_each_and_marks_the_current_one(serve: Serve) -> None:
    first = serve(f"S: {PREAUTH}\nC: a1 SELECT INBOX\nS: * 1 EXISTS\nS: a1 OK [READ-ONLY] in\nLOGOUT")
    second = serve("S: +OK ready\nQUIT")
    typed = lines("SELECT INBOX", f".session {second.url('pop3')}", ".session")
    outcome = inside(first.url(), *typed)
    rows = outcome.out.splitlines()[-2:]
    assert rows[0].split() == ["1", "imap", f"127.0.0.1:{first.port}", "clear", "selected", "INBOX"]
    assert rows[1].split() == ["*", "2", "pop3", f"127.0.0.1:{second.port}", "clear", "authorization"]


def test_a_line_for_all_runs_at_once_and_stands_side_by_side(serve: Serve) -> None:
    first = serve(f"S: {PREAUTH}\nC: a1 NOOP\nWAIT 0.5\nS: a1 OK one\nLOGOUT")
    second = serve(f"S: {PREAUTH}\nC: a1 NOOP\nWAIT 0.5\nS: a1 OK two\nLOGOUT")
    outcome = command(first.url(), *lines(f".session {second.url()}", ".all NOOP", ".time on"), env={"COLUMNS": "100"})
    assert outcome.status == 0
    rows = outcome.out.splitlines()
    head = next(at for at, row in enumerate(rows) if row.startswith("1 imap") and "│ 2 imap" in row)
    assert rows[head + 2].split() == ["OK", "one", "│", "OK", "two"]
    times = [float(cell.split()[0]) for cell in rows[head + 3].split("│")]
    assert all(450 < taken < 950 for taken in times)


def test_narrow_columns_stand_below_each_other(serve: Serve) -> None:
    servers = [serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: a1 OK number {number}\nLOGOUT") for number in range(3)]
    opened = [f".session {server.url()}" for server in servers[1:]]
    outcome = command(servers[0].url(), *lines(*opened, ".all NOOP"), env={"COLUMNS": "60"})
    rows = outcome.out.splitlines()
    assert [row for row in rows if row.startswith("OK number")] == [f"OK number {number}" for number in range(3)]
    assert sum(row.startswith("── ") for row in rows) == 3


def test_the_worst_answer_is_the_status(serve: Serve) -> None:
    first = serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: a1 OK fine\nLOGOUT")
    second = serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: a1 NO not today\nLOGOUT")
    assert inside(first.url(), *lines(f".session {second.url()}", ".all NOOP")).status == 1


def test_collected_results_have_one_for_each(serve: Serve) -> None:
    first = serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: a1 OK fine\nLOGOUT")
    second = serve("S: +OK ready\nC: NOOP\nS: -ERR log in first\nQUIT")
    outcome = inside(first.url(), "--json", *lines(f".session {second.url('pop3')}", ".all NOOP"))
    result = outcome.results[-1]
    told = [(one["session"], one["status"], one["text"]) for one in result["data"]]
    assert told == [(1, "OK", "fine"), (2, "-ERR", "log in first")]


def test_what_would_ask_says_so_in_its_column(serve: Serve) -> None:
    first = serve("S: * OK [CAPABILITY IMAP4rev1] ready\nLOGOUT")
    second = serve("S: * OK [CAPABILITY IMAP4rev1] ready\nLOGOUT")
    outcome = inside(first.url(), *lines(f".session {second.url()}", ".all LOGIN ana"))
    assert outcome.status == 2
    assert "nobody is asked in several sessions at once" in " ".join(outcome.out.split())


def test_a_secret_typed_for_all_is_masked(serve: Serve) -> None:
    greeting = "S: * OK [CAPABILITY IMAP4rev1] ready"
    first = serve(f"{greeting}\nC: a1 LOGIN ana geheim1\nS: a1 OK hello geheim1\nLOGOUT")
    second = serve(f"{greeting}\nC: a1 LOGIN ana geheim1\nS: a1 NO geheim1?\nLOGOUT")
    typed = lines(f".session {second.url()}", ".all LOGIN ana geheim1", ".history")
    outcome = inside(first.url(), "-d", "3", *typed)
    assert "geheim1" not in outcome.everything
    assert ".all LOGIN ana ⟦password⟧" in outcome.out


SENSELESS = [".all .switch 1", ".all .session", ".all .all NOOP", ".all", ".switch", ".session end 7"]


@pytest.mark.parametrize("line", SENSELESS)
def test_what_makes_no_sense_is_told(serve: Serve, line: str) -> None:
    server = serve(f"S: {PREAUTH}\nLOGOUT")
    outcome = inside(server.url(), "-c", line)
    assert outcome.status == 2
    assert len(outcome.messages) == 1


def test_ending_one_goes_on_with_the_one_before(serve: Serve) -> None:
    first = serve(f"S: {PREAUTH}\nC: a1 NOOP\nS: a1 OK still here\nLOGOUT")
    second = serve(f"S: {PREAUTH}\nLOGOUT")
    outcome = inside(first.url(), *lines(f".session {second.url()}", ".session end", "NOOP"))
    assert outcome.status == 0
    assert "session 2 is ended" in outcome.out
    assert "OK still here" in outcome.out


def test_reconnecting_sends_nothing_again(serve: Serve) -> None:
    server = serve(
        f"S: {PREAUTH}\nC: a1 SELECT INBOX\nS: a1 OK [READ-WRITE] in\nC: a2 NOOP\nCLOSE",
        f"S: {PREAUTH}\nC: a1 NOOP\nS: a1 OK again\nLOGOUT",
    )
    outcome = inside(server.url(), *lines("SELECT INBOX", "NOOP", ".reconnect", "NOOP"))
    assert "no mailbox is selected any more; it was INBOX" in outcome.out
    assert "OK again" in outcome.out
    assert server.lines == ["a1 SELECT INBOX", "a2 NOOP", "a1 NOOP", "a2 LOGOUT"]


def test_what_another_session_says_unasked_is_labelled(serve: Serve) -> None:
    first = serve(f"S: {PREAUTH}\nC: a1 NOOP\nWAIT 0.4\nS: a1 OK\nLOGOUT")
    second = serve(f"S: {PREAUTH}\nC: a1 SELECT INBOX\nS: a1 OK [READ-WRITE] in\nWAIT 0.2\nS: * 7 EXISTS\nLOGOUT")
    typed = lines(f".session {second.url()}", "SELECT INBOX", ".switch 1", "NOOP")
    outcome = inside(first.url(), *typed)
    assert next(row for row in outcome.messages if "7 messages" in row).startswith("[2] * ")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("name version", f'ID ("name" "mailshell" "version" "{__version__}")'),
        ("none", "ID NIL"),
        ("name", 'ID ("name" "mailshell")'),
    ],
)
def test_id_typed_alone_tells_the_fields_that_were_chosen(serve: Serve, fields: str, told: str) -> None:
    server = serve(f'S: {PREAUTH}\nC: a1 {told}\nS: * ID ("name" "Okular")\nS: a1 OK done\nLOGOUT')
    outcome = inside(server.url(), "--set", f"id={fields}", *lines("ID", ".state"))
    assert outcome.status == 0
    assert "server ID   name Okular" in outcome.out
    assert "needs (parameters)" not in outcome.err


def test_an_alias_with_a_secret_is_masked_behind_all(serve: Serve) -> None:
    greeting = "S: * OK [CAPABILITY IMAP4rev1] ready"
    server = serve(f"{greeting}\nC: a1 LOGIN ana geheim1\nS: a1 OK in\nLOGOUT")
    outcome = inside(server.url(), "-d", "3", *lines(".alias l = LOGIN $1 $2", ".all l ana geheim1", ".history"))
    assert "geheim1" not in outcome.everything
    assert ".all l ⟦arguments⟧" in outcome.out


def test_each_session_has_a_recording_of_its_own(serve: Serve, tmp_path: Path) -> None:
    first, second = serve(f"S: {PREAUTH}\nLOGOUT"), serve(f"S: {PREAUTH}\nLOGOUT")
    outcome = inside(first.url(), "--record", str(tmp_path / "w"), *lines(f".session {second.url()}"))
    assert outcome.status == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["w-2.mwire", "w.mwire"]
