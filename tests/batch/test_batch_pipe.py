"""``command | program``: what is shown goes there, masked, escaped and whole; the rest stays where it was."""

from __future__ import annotations

import os

import pytest
from batch_support import IMAP, POP3, PREAUTH, Outcome, Serve, command, lines

from mailshell.text.redirection import find_pipe

FLAGS = ["S: * 1 FETCH (FLAGS (\\Seen))", "S: * 2 FETCH (FLAGS ())"]


def run(
    serve: Serve, script: list[str | bytes], *typed: str, scheme: str = "imap", options: tuple[str, ...] = ()
) -> Outcome:
    return command(serve(script).url(scheme), *options, *lines(*typed), env={"XDG_CONFIG_HOME": "/nonexistent"})


@pytest.mark.parametrize(
    ("line", "piped"),
    [
        ("FETCH 1 FLAGS | less", "less"),
        ("FETCH 1 FLAGS | grep a | wc -l", "grep a | wc -l"),
        ("FETCH 1 FLAGS |less", None),
        ("FETCH 1 FLAGS| less", None),
        ("FETCH 1 FLAGS |", None),
        ("| less", None),
        ('SEARCH SUBJECT "a | b"', None),
        ('SEARCH SUBJECT "a | b" | less', "less"),
        ('SEARCH SUBJECT "a \\" | b" | less', "less"),
        ('SEARCH SUBJECT "a | less', None),
        ("SEARCH (FROM | TO)", None),
        ("FETCH 1 BODY[ | ] | less", "less"),
        ('FETCH 1 FLAGS | grep "', 'grep "'),
        ("a|b | c", "c"),
    ],
)
def test_where_a_pipe_stands(line: str, piped: str | None) -> None:
    match = find_pipe(line)
    assert (line[match.end() :].strip() if match else None) == piped


def test_a_pipe_is_found_in_one_pass() -> None:
    assert find_pipe("x" + ' "| ' * 200_000) is None


def test_the_data_is_piped_and_the_status_is_not(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: a1 FETCH 1:2 FLAGS", *FLAGS, "S: a1 OK done", "LOGOUT"]
    outcome = run(serve, script, "FETCH 1:2 FLAGS | grep -n Seen | tr a-z A-Z")
    assert outcome.status == 0
    assert outcome.out.splitlines() == ["2:1  \\SEEN", "OK done"]


def test_the_trace_stays(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "LOGOUT"]
    outcome = run(serve, script, "NOOP | wc -l", options=("-d", "2"))
    assert outcome.out.splitlines() == ["0", "OK done"]
    assert "a1 NOOP" in outcome.err


def test_a_message_is_whole_and_escaped(serve: Serve) -> None:
    body = b"Subject: x\r\n\r\n" + b"line\r\n" * 300 + b"\x1b[2J\xff\r\n"
    script = [f"S: {POP3}", "C: RETR 1", b"+OK\r\n" + body + b".\r\n", "QUIT"]
    outcome = run(serve, script, "RETR 1 | cat", scheme="pop3")
    rows = outcome.out.splitlines()
    assert rows.count("line") == 300
    assert "\\x1b[2J\\xff" in rows


def test_a_program_that_ends_early_is_no_error(serve: Serve) -> None:
    body = b"line\r\n" * 100_000
    script = [f"S: {POP3}", "C: RETR 1", b"+OK\r\n" + body + b".\r\n", "C: NOOP", "S: +OK", "QUIT"]
    outcome = run(serve, script, "RETR 1 | head -n 1", "NOOP", scheme="pop3")
    assert outcome.status == 0
    # The server answers before any login, and lint tells of that.
    assert all("belongs after login" in message or message.startswith("!") for message in outcome.messages)
    assert outcome.out.splitlines()[0] == "line"


def test_secrets_are_masked(serve: Serve) -> None:
    script = [f"S: {IMAP}", "C: a1 LOGIN ana geheim1", "S: a1 OK done", "C: a2 NOOP"]
    script += ["S: * LIST () NIL geheim1", "S: a2 OK done", "C: a3 LIST * *", "S: * LIST () NIL geheim1"]
    script += ["S: a3 OK geheim1", "LOGOUT"]
    outcome = run(serve, script, "LOGIN ana geheim1", "NOOP", "LIST * * | cat")
    assert "geheim1" not in outcome.everything
    assert "⟦password⟧" in outcome.out


def test_a_missing_program_is_told_before_anything_is_sent(serve: Serve) -> None:
    outcome = run(serve, [f"S: {PREAUTH}", "LOGOUT"], "EXPUNGE | no-such-program -x")
    assert outcome.status == 2
    assert outcome.messages == ["there is no program no-such-program; nothing was sent"]


def test_a_program_that_can_not_be_run(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "LOGOUT"]
    outcome = run(serve, script, "NOOP | X=1 no-such-program")
    assert outcome.status == 2
    assert outcome.messages[-1] == "X=1 no-such-program could not be run (status 127)"


def test_the_status_of_a_program_does_not_count(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "LOGOUT"]
    assert run(serve, script, "NOOP | grep nothing").status == 0


def test_a_refused_command_starts_no_program(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 NO not now", "LOGOUT"]
    outcome = run(serve, script, "NOOP | echo started")
    assert outcome.status == 1
    assert outcome.out.splitlines() == ["NO not now"]


@pytest.mark.parametrize(
    ("greeting", "typed", "sent", "scheme"),
    [
        (POP3, "PASS a | b", "PASS a | b", "pop3"),
        (IMAP, "LOGIN ana a | b", "a1 LOGIN ana a | b", "imap"),
        (IMAP, "LOGN ana a | b", "a1 LOGN ana a | b", "imap"),
        (PREAUTH, ".raw a1 NOOP | cat", "a1 NOOP | cat", "imap"),
    ],
)
def test_what_may_be_a_secret_or_is_raw_is_never_cut(
    serve: Serve, greeting: str, typed: str, sent: str, scheme: str
) -> None:
    answer, farewell = ("-ERR", "QUIT") if scheme == "pop3" else ("a1 BAD", "LOGOUT")
    typed = typed.replace("cat", r"cat\r\n") if ".raw" in typed else typed
    outcome = run(serve, [f"S: {greeting}", f"C: {sent}", f"S: {answer} no", farewell], typed, scheme=scheme)
    assert outcome.status == 1


def test_local_output_and_aliases_are_piped_too(serve: Serve, tmp_path: os.PathLike[str]) -> None:
    script = [f"S: {PREAUTH}", "C: a1 FETCH 1:2 FLAGS", *FLAGS, "S: a1 OK done"]
    script += ["C: a2 FETCH 1:2 FLAGS", *FLAGS, "S: a2 OK done", "LOGOUT"]
    typed = (".state | grep -c TLS", ".alias f = FETCH 1:2 FLAGS", "f | grep -c Seen", ".alias g = f | wc -l", "g")
    environment = {"XDG_CONFIG_HOME": str(tmp_path)}
    outcome = command(serve(script).url(), *lines(*typed), env=environment)
    rows = outcome.out.splitlines()
    assert rows[0] == "1"
    assert rows[2:4] == ["1", "OK done"]
    assert rows[-2:] == ["3", "OK done"]


def test_the_history_keeps_the_line(serve: Serve) -> None:
    outcome = run(serve, [f"S: {PREAUTH}", "LOGOUT"], ".state | true", ".history")
    assert outcome.out.splitlines()[0].endswith(".state | true")


def test_json_tells_of_a_line_that_is_piped(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "LOGOUT"]
    outcome = run(serve, script, "NOOP | no-such-program", "NOOP | wc -l >&2", options=("--json",))
    assert [(result["command"], result["status"]) for result in outcome.results] == [
        ("NOOP | no-such-program", ""),
        ("NOOP", "OK"),
    ]
