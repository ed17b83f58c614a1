"""What lint finds in a run: told, listed, explained, in JSON, in the recording, as the exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from batch_support import IMAP, POP3, PREAUTH, Outcome, Serve, inside, lines

TWO_SPACES = b"*  22279 EXISTS\r\na1 OK done\r\n"


def noop(answer: bytes = TWO_SPACES) -> list[str | bytes]:
    return [f"S: {PREAUTH}", "C: a1 NOOP", answer, "LOGOUT"]


def told(outcome: Outcome) -> list[str]:
    """What stands on standard error, without what the answer itself says."""
    return [line for line in outcome.err.splitlines() if not line.endswith("messages exist now")]


def test_a_finding_names_rule_octets_expectation_and_section(serve: Serve) -> None:
    outcome = inside(serve(noop()).url(), "-c", "NOOP")
    start = len(PREAUTH) + 2
    assert outcome.status == 0
    assert told(outcome) == [
        "mailshell: ! warning F09 spaces: 2 spaces where one space stands (RFC 9051 9, note 2)",
        "!     *  22279 EXISTS",
        f"!      ^^ octets {start + 1} to {start + 2}, expected: one space",
    ]


def test_in_the_trace_it_stands_below_its_line(serve: Serve) -> None:
    rows = told(inside(serve(noop()).url(), "-d", "2", "-c", "NOOP"))
    at = rows.index("S:  *  22279 EXISTS")
    assert rows[at + 1].startswith("S:! warning F09 spaces: ")
    assert rows[at + 2] == "S:!     *  22279 EXISTS"
    assert rows[at + 3].startswith("S:!      ^^ octets ")
    assert rows[at + 4] == "S:  a1 OK done"
    assert not [row for row in rows if row.startswith("mailshell: !")], "told once"


def test_explained_it_has_its_advice(serve: Serve) -> None:
    rows = inside(serve(noop()).url(), "--explain", "-c", "NOOP").err.splitlines()
    at = next(number for number, row in enumerate(rows) if row.startswith("S:!      ^^ "))
    assert rows[at + 1].startswith("  · what to do: ")


def test_problems_and_why(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: a1 NOOP", TWO_SPACES, "C: a2 NOOP", b"a2 OK\r\n", "LOGOUT"]
    typed = ("NOOP", "NOOP", ".problems", ".problems 1", ".problems G02", ".why", ".why F09", ".problems 99")
    outcome = inside(serve(script).url(), "--json", *lines(*typed))
    assert outcome.status == 2
    listed, first, by_rule, last, named, none = (result["data"] for result in outcome.results[2:])
    assert listed[0].startswith("1  warning F09 spaces: ")
    assert any(line.startswith("2  ") and "G02" in line for line in listed)
    assert listed[1].startswith("    NOOP: octets ")
    assert first[1] == "    *  22279 EXISTS"
    assert by_rule[0].startswith("warning G02 status-without-text")
    assert last[0].startswith("G02 status-without-text: ")
    assert named[0].startswith("F09 spaces: warning, IMAP")
    assert none == []
    assert outcome.results[-1]["text"] == "there is no finding 99; .problems lists 2"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (".why F99x", "there is no rule F99x; mailshell why lists them"),
        (".why spces", "there is no rule spces; did you mean spaces?; mailshell why lists them"),
        (".why", "nothing was found in this session; .why RULE explains one, mailshell why lists them"),
        (".problems F09", "nothing of F09 was found in this session"),
        (".lint loud", "lint is off, note, warning, error or critical, not loud"),
    ],
)
def test_what_is_not_there(serve: Serve, line: str, text: str) -> None:
    outcome = inside(serve([f"S: {PREAUTH}", "LOGOUT"]).url(), "-c", line)
    assert outcome.status == 2
    assert outcome.messages == [text]


def test_levels_and_rules_left_out(serve: Serve) -> None:
    server = serve(noop(), noop(), noop(), noop())
    assert told(inside(server.url(), "--lint", "error", "-c", "NOOP")) == []
    assert told(inside(server.url(), "--set", "lint_ignore=F09", "-c", "NOOP")) == []
    off = inside(server.url(), "--lint", "off", *lines("NOOP", ".problems", ".lint on"))
    assert told(off) == []
    assert "this session is not watched: it was opened with lint off" in off.out
    assert "this session was opened with lint off: it begins with the next" in off.out
    later = inside(server.url(), *lines(".lint off", "NOOP", ".lint on", ".problems"))
    assert told(later) == []
    assert "warning F09 spaces" in later.out, "what was not told is listed"


def test_an_unknown_rule_changes_no_setting(serve: Serve) -> None:
    typed = (".set lint_ignore F09", ".set lint_ignore F10 spacse", ".set lint_ignore", ".set lint_ignore none")
    outcome = inside(serve([f"S: {PREAUTH}", "LOGOUT"]).url(), *lines(*typed))
    assert outcome.status == 2
    assert outcome.messages == ["there is no rule spacse; did you mean spaces?; mailshell why lists them"]
    assert "lint_ignore is F09\n" in outcome.out
    assert "lint_ignore is none for this run" in outcome.out


def test_an_unknown_rule_in_the_setting_is_told(serve: Serve) -> None:
    outcome = inside(serve([f"S: {PREAUTH}", "LOGOUT"]).url(), "--set", "lint_ignore=F09 nonsense", "-c", ".lint")
    assert outcome.messages == ["note: lint_ignore names nonsense, and there is no such rule; mailshell why lists them"]


def test_json_has_the_findings_of_each_result(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: a1 NOOP", TWO_SPACES, "C: a2 NOOP", "S: a2 OK done", "LOGOUT"]
    outcome = inside(serve(script).url(), "--json", *lines("NOOP", "NOOP"))
    first, second = outcome.results
    (finding,) = first["findings"]
    assert (finding["rule"], finding["name"], finding["severity"]) == ("F09", "spaces", "warning")
    assert finding["line"] == "*  22279 EXISTS\r\n"
    assert finding["end"] - finding["start"] == 2
    assert second["findings"] == []
    assert told(outcome) == [], "they are in the results"


@pytest.mark.parametrize(("least", "status"), [("note", 6), ("warning", 6), ("error", 0), ("critical", 0)])
def test_fail_on_makes_an_exit_status(serve: Serve, least: str, status: int) -> None:
    assert inside(serve(noop()).url(), "--fail-on", least, "-c", "NOOP").status == status


def test_fail_on_counts_what_is_not_told(serve: Serve) -> None:
    outcome = inside(serve(noop()).url(), "--lint", "critical", "--fail-on", "warning", "-c", "NOOP")
    assert (outcome.status, told(outcome)) == (6, ["mailshell: as bad as --fail-on warning is: F09 spaces (1)"])


def test_fail_on_without_lint_would_always_pass(serve: Serve) -> None:
    outcome = inside("imap://127.0.0.1:1", "--lint", "off", "--fail-on", "warning", "-c", "NOOP")
    assert (outcome.status, outcome.messages) == (
        2, ["--fail-on needs lint, and it is off: leave out --lint off, or the setting"]
    )  # fmt: skip


def test_the_findings_before_a_reconnect_are_kept(serve: Serve) -> None:
    outcome = inside(
        serve(noop(), [f"S: {PREAUTH}", "LOGOUT"]).url(), *lines("NOOP", ".reconnect", ".problems", ".problems before")
    )
    assert "nothing was found in this session; in the one before 1 were: .problems before" in outcome.out
    assert "1  warning F09 spaces: " in outcome.out


def test_a_stray_line_is_shown_once(serve: Serve) -> None:
    outcome = inside(serve(noop(b"what is this\r\na1 OK done\r\n")).url(), "-c", "NOOP")
    assert outcome.err.count("what is this") == 1
    long = inside(serve(noop(b"z" * 300 + b"\r\na1 OK done\r\n")).url(), "-c", "NOOP")
    assert "stray line: " + "z" * 300 in long.err, "a mark shows a part of it"


def test_many_of_one_rule_are_counted(serve: Serve) -> None:
    answer = b"".join(b"*  %d EXISTS\r\n" % number for number in range(1, 300)) + b"a1 OK done\r\n"
    outcome = inside(serve(noop(answer)).url(), *lines("NOOP", ".problems"))
    assert outcome.err.count("! warning F09") == 3
    assert "mailshell: ! and 97 findings more (F09 97); .problems lists them" in outcome.err
    assert "and 199 more, which were only counted" in outcome.out
    assert "  299  warning   F09" in outcome.out
    assert "1-100  warning F09 spaces: " in outcome.out


def test_recordings_hold_them_and_exports_show_them(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "a.mwire"
    inside(serve(noop()).url(), "--record", str(path), "-c", "NOOP")
    records = [json.loads(line) for line in path.read_text().splitlines()]
    at = next(number for number, one in enumerate(records) if one.get("k") == "deviation")
    found = records[at]
    assert (found["rule"], found["id"], found["severity"]) == ("spaces", "F09", "warning")
    assert records[at - 1]["k"] == "S", "behind the octets that it is about"
    assert sum(one.get("k") == "deviation" for one in records) == 1
    shown = inside("show", str(path))
    assert "S:! warning F09 spaces: " in shown.out
    for form, count in (("text", 1), ("markdown", 2), ("html", 2)):
        # Pages list them and have them in the transcript.
        assert inside("export", str(path), "--to", form).out.count("warning F09: 2 spaces") == count, form


def test_a_secret_in_the_line_of_a_finding_is_masked(serve: Serve) -> None:
    secret = "correct-horse-battery"
    for before in range(370, 400, 3):
        line = b"*  5 EXISTS " + b"x" * before + secret.encode() + b" and more"
        script = [f"S: {IMAP}", f"C: a1 LOGIN ana {secret}", "S: a1 OK in", "C: a2 NOOP", line + b"\r\na2 OK done\r\n"]
        outcome = inside(serve([*script, "LOGOUT"]).url(), *lines(f"LOGIN ana {secret}", "NOOP", ".problems 1"))
        for at in range(len(secret) - 5):
            assert secret[at : at + 6] not in outcome.everything, before
        assert "! warning F09" in outcome.err


def test_findings_of_a_greeting_that_is_none(serve: Serve) -> None:
    outcome = inside(serve(["S: * OK", "LOGOUT"]).url(), "--json", "-c", ".state")
    assert [finding["rule"] for finding in outcome.results[0]["findings"]] == ["G02"]


def test_pop3(serve: Serve) -> None:
    script = [f"S: {POP3}", "C: USER ana", "S: +OK", "C: PASS x", "S: +OK", "C: STAT", "S: +OK 2", "QUIT"]
    outcome = inside(serve(script).url("pop3"), *lines("USER ana", "PASS x", "STAT", ".problems"))
    assert "mailshell: ! " in outcome.err
    assert "STAT" in outcome.err


def remembering(exchange: str, message_id: str) -> str:
    envelope = f'"Mon, 5 Jan 2026 08:00:00 +0100" "x" NIL NIL NIL NIL NIL NIL NIL "<{message_id}@example.org>"'
    told = (
        r"* FLAGS (\Answered \Flagged \Deleted \Seen \Draft)",
        "* 1 EXISTS",
        "* 0 RECENT",
        "* OK [UIDVALIDITY 7] v",
        "* OK [UIDNEXT 9] n",
        "* LIST () NIL INBOX",
    )
    lines_ = [f"S: {exchange}", "C: a1 EXAMINE INBOX", *(f"S: {line}" for line in told)]
    lines_ += ["S: * OK [PERMANENTFLAGS ()] p", "S: a1 OK [READ-ONLY] in", "C: a2 FETCH 1 (UID ENVELOPE)"]
    return "\n".join([*lines_, f"S: * 1 FETCH (UID 8 ENVELOPE ({envelope}))", "S: a2 OK done", "LOGOUT"])


def test_a_uid_given_again_is_found_in_the_next_session(serve: Serve, tmp_path: Path) -> None:
    server = serve(*(remembering(PREAUTH, name) for name in ("one", "one", "two", "three")))
    env = {"XDG_STATE_HOME": str(tmp_path)}
    typed = lines("EXAMINE INBOX", "FETCH 1 (UID ENVELOPE)")
    for _ in range(2):
        assert inside(server.url(), "--remember", *typed, env=env).err == ""
    again = inside(server.url(), "--remember", "--fail-on", "error", *typed, env=env)
    assert "! error S09b uid-reused: " in again.err
    assert again.status == 6
    file = tmp_path / "mailshell" / "memory.sqlite"
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"example.org" not in file.read_bytes()
    assert inside(server.url(), *typed, env=env).err == "", "it is off by default"


def test_a_memory_that_is_none_is_one_sentence(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "mailshell" / "memory.sqlite"
    file.parent.mkdir()
    file.write_bytes(b"something else entirely" * 100)
    outcome = inside(
        serve(noop()).url(), "--remember", "--lint", "error", "-c", "NOOP", env={"XDG_STATE_HOME": str(tmp_path)}
    )
    assert outcome.status == 0
    assert [line for line in told(outcome) if not line.startswith("mailshell: note: nothing is remembered: ")] == []
