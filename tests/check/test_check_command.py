"""``mailshell check`` as its users run it: forms, files, exit statuses, two servers, the progress, Ctrl-C."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from check.listening import Listening, serving
from check.pop3_responder import CAPABILITIES, MUTE, Conversation, Pop3Responder, lines
from terminal import CTRL_C, Terminal

from mailshell import cli
from mailshell.check.selection import select
from mailshell.check.tables import PROBES

#: What a server may say to do harm to whoever reads the report.
HOSTILE = b"<script>alert(1)</script> `x` ``` | **b** [l](http://example.net) &amp; \x1b[31mred \xe2\x80\xae # @ana"
PASSWORD = "k0rrekt-Pferd"


@dataclass
class Run:
    status: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        return json.loads(self.out)


def start(*arguments: str, **env: str) -> subprocess.Popen[bytes]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "XDG_", "PYTHON"))}
    environment = kept | {"LANG": "C.UTF-8", "HOME": "/nonexistent", "PW": "secret"} | env
    return subprocess.Popen(
        [sys.executable, "-m", "mailshell", "check", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


def ended(process: subprocess.Popen[bytes]) -> Run:
    out, err = process.communicate(timeout=30)
    assert b"Traceback" not in err, err.decode()
    return Run(process.returncode, out.decode(), err.decode())


def check(*arguments: str, **env: str) -> Run:
    return ended(start(*arguments, **env))


def url(server: Pop3Responder, user: str = "ana") -> str:
    return f"pop3://{user}{'@' if user else ''}127.0.0.1:{server.port}"


class MuteServer(Listening):
    """Accepts, greets or does not, and never says anything more."""

    def __init__(self, greeting: bytes) -> None:
        super().__init__()
        self._greeting = greeting

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self._greeting)
        await reader.read(-1)


@pytest.fixture
def good() -> Iterator[Pop3Responder]:
    with serving(Pop3Responder()) as server:
        yield server


@pytest.fixture
def hostile() -> Iterator[Pop3Responder]:
    faults = {
        "CAPA": lines(b"+OK", [*map(str.encode, CAPABILITIES), HOSTILE]),
        "TOP .*": b"-ERR " + HOSTILE + b"\r\n",
    }
    with serving(Pop3Responder(faults, greeting=b"+OK " + HOSTILE + b"\r\n")) as server:
        yield server


# --- forms


def test_the_verdict_comes_first_and_what_is_wrong_next(hostile: Pop3Responder) -> None:
    run = check(url(hostile), "--password-env", "PW")
    assert run.status == 0
    rows = run.out.splitlines()
    assert rows[0] == f"Check of {url(hostile)}"
    assert re.match(r"1 error, \d warnings?; on the wire \d", rows[1])
    wrong = run.out.partition("What is wrong")[2].partition("\nExtensions")[0]
    assert "extensions: CAPA lists TOP, and TOP 1 0 is refused" in " ".join(wrong.split())
    assert "C:  TOP 1 0" in wrong
    titles = [row for row in rows if row in ("Extensions", "On the wire", "Left out", "Figures")]
    assert titles == ["Extensions", "On the wire", "Left out", "Figures"]
    assert re.search(r"^STLS +– +–", run.out, re.MULTILINE) is None
    assert re.search(r"^UIDL +yes +yes +good: UIDL is accepted$", run.out, re.MULTILINE)


def test_no_control_octet_of_a_server_reaches_any_form(hostile: Pop3Responder) -> None:
    for form in ("terminal", "markdown", "html", "json"):
        run = check(url(hostile), "--password-env", "PW", "--to", form)
        assert not set(run.out) & {"\x1b", "\u202e", "\r"}, form
        shown = run.out.replace("\\\\", "\\") if form == "json" else run.out
        assert "\\x1b[31mred" in shown, form
        assert "\\\\x" not in shown, form


class _Page(HTMLParser):
    """Which elements a page has, and which of them are left open."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_stands_alone_and_runs_nothing(hostile: Pop3Responder) -> None:
    page = _Page()
    run = check(url(hostile), "--password-env", "PW", "--to", "html")
    page.feed(run.out)
    assert page.open == []
    assert not set(page.tags) & {"script", "img", "link", "iframe", "a", "b"}
    assert not [name for name, _ in page.attributes if name in ("src", "href") or name.startswith("on")]
    assert any(name == "content" and "default-src 'none'" in (value or "") for name, value in page.attributes)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in run.out
    assert "prefers-color-scheme: dark" in run.out
    assert "@media print" in run.out


def test_markdown_has_what_the_server_says_in_code_only(hostile: Pop3Responder) -> None:
    text = check(url(hostile), "--password-env", "PW", "--to", "markdown").out
    rest, block = [], ""
    for row in text.splitlines():
        ticks = re.match(r" *(`{3,})", row)
        if ticks and not block:
            block = ticks[1]
        elif ticks and row.strip() == block:
            block = ""
        elif not block:
            rest.append(row)
    assert not block
    # A run of backticks ends with one of the same length (CommonMark 0.31 section 6.1).
    outside = re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", "\n".join(rest))
    for harm in ("<script>", "[l]", "**b**", "@ana", "&amp;", "http:"):
        assert harm in text
        assert harm not in outside
    for row in rest:
        if row.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", row))
            assert cells in (5, 6), row


def test_json_has_the_documented_shape(hostile: Pop3Responder) -> None:
    value = check(url(hostile), "--password-env", "PW", "--json").value
    assert list(value) == [
        "check", "mailshell", "server", "protocol", "began", "seconds", "budget", "writes", "interrupted",
        "login_refused", "worst", "summary", "verdicts", "greeting", "identity", "capabilities", "notes", "extensions",
        "probes", "findings", "rules",
    ]  # fmt: skip
    assert (value["check"], value["protocol"], value["writes"], value["interrupted"]) == (1, "pop3", False, False)
    assert list(value["capabilities"]) == ["clear", "login"]
    extensions = {one["name"]: one for one in value["extensions"]}
    assert extensions["TOP"]["verdict"] == "warning"
    assert extensions["UIDL"] == {
        "name": "UIDL", "moments": ["clear", "login"], "verdict": "good", "says": "UIDL is accepted",
    }  # fmt: skip
    probe = next(one for one in value["probes"] if one["id"] == "extensions")
    assert {tuple(one) for one in probe["outcomes"]} == {("verdict", "says", "about", "source", "advice", "evidence")}
    assert sum(value["verdicts"].values()) == sum(len(one["outcomes"]) for one in value["probes"])


def test_all_shows_the_transcript_of_what_is_good(good: Pop3Responder) -> None:
    arguments = (url(good), "--password-env", "PW", "--only", "stat-and-list")
    assert "C:  STAT" not in check(*arguments).out
    assert "C:  STAT" in check(*arguments, "--all").out


def test_a_password_is_in_no_report() -> None:
    def echo(it: Conversation, command: str) -> bytes | None:
        it.logged_in = True
        return f"+OK welcome, {PASSWORD}\r\n".encode()

    def stat(it: Conversation, command: str) -> bytes | None:
        return f"-ERR {PASSWORD} is no good\r\n".encode()

    with serving(Pop3Responder({"PASS .*": echo, "STAT": stat})) as server:
        for form in ("terminal", "markdown", "html", "json"):
            run = check(url(server), "--password-env", "PW", "--to", form, "--all", PW=PASSWORD)
            assert PASSWORD not in run.out + run.err
            assert "⟦password⟧" in run.out.replace("\\u27e6", "⟦").replace("\\u27e7", "⟧")


# --- what is asked for


def test_the_report_goes_to_a_file_for_its_owner_alone(good: Pop3Responder, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    arguments = (url(good, ""), "--to", "html", "--output", str(path))
    run = check(*arguments)
    assert (run.status, run.out) == (0, f"written to {path}\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text().startswith("<!DOCTYPE html>")
    commands = len(good.commands)
    assert check(*arguments).status == 2
    assert len(good.commands) == commands
    assert check(*arguments, "--force").status == 0


@pytest.mark.parametrize(
    ("name", "begins"),
    [("r.html", "<!DOCTYPE html>"), ("r.MD", "# Check of "), ("r.json", "{"), ("r.txt", "Check of ")],
)
def test_the_suffix_of_the_file_chooses_the_form(good: Pop3Responder, tmp_path: Path, name: str, begins: str) -> None:
    arguments = (url(good, ""), "--only", "connection", "-o", str(tmp_path / name))
    assert check(*arguments).status == 0
    assert (tmp_path / name).read_text().startswith(begins)
    assert check(*arguments, "--force", "--to", "json").status == 0
    assert (tmp_path / name).read_text().startswith("{")


def test_what_writes_runs_by_name_if_it_may(good: Pop3Responder) -> None:
    run = check(url(good), "--password-env", "PW", "--json", "--only", "delete-and-reset", "--allow-writes")
    assert run.status == 0
    assert {probe["id"]: probe["verdict"] for probe in run.value["probes"]}["delete-and-reset"] == "good"


def test_only_some_probes_run_with_what_they_build_on(good: Pop3Responder) -> None:
    value = check(url(good), "--password-env", "PW", "--json", "--only", "top,connection").value
    ran = {probe["id"] for probe in value["probes"]}
    assert ran == {
        "greeting", "quit", "quit-after-login", "capabilities", "capabilities-after-login", "stat-and-list", "sizes",
        "top",
    }  # fmt: skip
    assert next(one for one in value["probes"] if one["id"] == "top")["verdict"] == "good"


def test_the_probes_are_listed_without_a_server() -> None:
    run = check("--list")
    assert run.status == 0
    assert re.search(r"^second-session +maildrop +pop3 ", run.out, re.MULTILINE)
    assert re.search(r"^delete-and-reset .*\(--allow-writes\)$", run.out, re.MULTILINE)
    assert " imap " in run.out
    assert " imap " not in check("--list", "pop3").out


#: Where a person reads of --only: the pages of the help, and the README.
PAGES = [*Path(cli.__file__).parent.glob("help/topics/*.txt"), Path(cli.__file__).parents[1] / "README.md"]


def test_what_stands_behind_only_in_the_help_exists_in_both_protocols() -> None:
    words = [
        each.split(",")
        for page in PAGES
        for each in re.findall(r"--only ([a-z][a-z0-9,-]*)", page.read_text(encoding="utf-8"))
    ]
    assert words
    for probes in PROBES.values():
        for some in words:
            assert select(probes, some)


def test_probes_that_wait_come_behind_all_others_that_only_read() -> None:
    for probes in PROBES.values():
        waiting = [probe.id for probe in probes if probe.waits]
        reading = [probe for probe in probes if not probe.writes]
        at = reading.index(next(probe for probe in probes if probe.waits))
        behind = [probe for probe in reading[at:] if not probe.waits]
        # What reconnects, or leaves, comes behind what writes.
        assert {probe.id for probe in behind} <= {"second-session", "quit-after-login"}
        assert not {used for probe in probes for used in probe.uses} & set(waiting)
    assert any(probe.id == "starttls-injection" and probe.waits for probe in PROBES["imap"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "takes one URL"),
        (["--list", "smtp"], "takes a protocol (imap or pop3) or nothing"),
        (["pop3://h", "--only", "siezs"], "no probe and no group siezs; did you mean sizes?"),
        (["imap://h", "--only", "search,append"], "append changes a scratch mailbox: --allow-writes lets it"),
        (["imap://h", "--only", "writing"], "writing changes a scratch mailbox: --allow-writes lets it"),
        (["pop3://h", "--only", "delete-and-reset"], "changes marks in the maildrop: --allow-writes lets it"),
        (["pop3://h", "--budget", "0"], "--budget is a number of seconds above 0"),
        (["pop3://h", "--compare", "imap://h"], "the same protocol"),
        (["pop3://h", "--compare-password-env", "X"], "belongs to --compare"),
        (["pop3://h", "--json", "--to", "html"], "want different forms"),
        (["pop3://h", "--record", "x"], "records none"),
        (["pop3://h", "--title", "x"], "records none"),
        (["pop3://h", "-c", "STAT"], "no use for -c: it runs probes"),
        (["pop3://h", "-f", "-"], "no use for -f"),
        (["pop3://h", "--fail-fast"], "no use for --fail-fast"),
        (["pop3://h", "--yes"], "no use for --yes"),
        (["pop3://h", "--lint", "error"], "no use for --lint"),
        (["pop3://h", "--remember"], "no use for --remember"),
    ],
)
def test_wrong_usage_is_one_sentence(arguments: list[str], words: str) -> None:
    run = check(*arguments)
    assert (run.status, run.out) == (2, "")
    assert words in run.err
    assert len(run.err.splitlines()) == 1


def test_the_options_belong_to_check() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mailshell", "pop3://127.0.0.1:1", "--to", "html"], capture_output=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (2, b"mailshell: --to belongs to mailshell check URL\n")


# --- exit statuses


def test_a_server_that_is_not_there_is_one_sentence() -> None:
    run = check("pop3://127.0.0.1:1")
    assert (run.status, run.out) == (3, "")
    assert len(run.err.splitlines()) == 1


def test_another_protocol_is_one_sentence() -> None:
    with serving(Pop3Responder(greeting=b"* OK IMAP4rev1 ready\r\n")) as server:
        run = check(url(server, ""))
    assert (run.status, run.out) == (4, "")
    assert "this is an IMAP server" in run.err


def test_a_refused_login_is_told_and_tried_once(good: Pop3Responder) -> None:
    run = check(url(good), "--password-env", "PW", PW="wrong")
    assert run.status == 1
    assert run.err == f"mailshell: 127.0.0.1:{good.port} refuses the login of ana (PASS): -ERR no\n"
    assert good.commands.count("PASS wrong") == 1
    assert "the login was refused (" in run.out


@pytest.mark.parametrize(("severity", "status"), [("error", 0), ("warning", 6), ("note", 6)])
def test_what_is_bad_enough_counts(severity: str, status: int) -> None:
    with serving(Pop3Responder({"STAT": b"+OK 5 1\r\n"})) as server:
        arguments = (url(server), "--password-env", "PW", "--only", "stat-and-list", "--fail-on", severity)
        assert check(*arguments).status == status


def test_nobody_to_ask_for_a_password(good: Pop3Responder) -> None:
    run = check(url(good))
    assert run.status == 2
    assert "Password of ana at" in run.err
    assert "Traceback" not in run.err


# --- the budget, and Ctrl-C


def test_the_budget_is_kept_and_what_was_left_out_is_told() -> None:
    with serving(Pop3Responder({"STAT": MUTE})) as server:
        begun = time.monotonic()
        run = check(url(server), "--password-env", "PW", "--budget", "1.5", "--json")
        assert time.monotonic() - begun < 10
    assert run.status == 5
    assert run.err.endswith(": nothing can be concluded, the budget ended it; --budget allows more\n")
    late = [probe for probe in run.value["probes"] if "the budget of 1.5 s" in probe["outcomes"][0]["says"]]
    assert len(late) > 10
    assert run.value["summary"].startswith("unfinished: the budget of 1.5 s ended it; ")
    # No budget lets these run.
    assert not {"writing"} & {probe["group"] for probe in late}


@pytest.mark.parametrize(
    ("greeting", "address", "words"),
    [
        (b"", "imap://127.0.0.1", "no greeting within the budget of 0.5 s"),
        (b"", "imaps://ana@127.0.0.1", "no greeting within the budget of 0.5 s"),
        (b"* OK ready\r\n", "imap://ana@127.0.0.1", "the login did not end within the budget of 0.5 s"),
    ],
)
def test_the_way_to_a_mute_server_stands_under_the_budget(greeting: bytes, address: str, words: str) -> None:
    with serving(MuteServer(greeting)) as server:
        begun = time.monotonic()
        run = check(f"{address}:{server.port}", "--password-env", "PW", "--budget", "0.5")
        assert time.monotonic() - begun < 8
    assert (run.status, run.out) == (5, "")
    assert words in run.err
    assert len(run.err.splitlines()) == 1


def test_what_a_profile_says_holds_for_each_session(tmp_path: Path) -> None:
    (tmp_path / "mailshell").mkdir()
    with serving(Pop3Responder()) as server:
        lines = ("[profiles.work]", f'url = "pop3://127.0.0.1:{server.port}"', 'user = "ana"', 'password_env = "PW"')
        (tmp_path / "mailshell" / "config.toml").write_text("\n".join([*lines, 'tls = "starttls"', ""]))
        run = check("work", XDG_CONFIG_HOME=str(tmp_path))
    # This server has no TLS, and without it nobody is to log in.
    assert run.status == 3
    assert "refused TLS" in run.err
    assert "PASS secret" not in server.commands


def _muted() -> Pop3Responder:
    return Pop3Responder({"STAT": lambda it, _: MUTE if it.logged_in else None})


def test_ctrl_c_ends_it_with_the_report_so_far() -> None:
    with serving(_muted()) as server:
        process = start(url(server), "--password-env", "PW", "--json")
        end = time.monotonic() + 20
        while "STAT" not in server.commands and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        run = ended(process)
    assert run.status == 130
    value = run.value
    assert value["interrupted"] is True
    assert value["summary"].startswith("unfinished: it was interrupted; ")
    verdicts = {probe["id"]: probe["verdict"] for probe in value["probes"]}
    assert (verdicts["greeting"], verdicts["stat-and-list"], verdicts["top"]) == ("good", "undecided", "left out")


def test_ctrl_c_leaves_the_server_in_good_order() -> None:
    def slow(it: Conversation, command: str) -> bytes | None:
        time.sleep(0.4)
        return None

    with serving(Pop3Responder({"LIST": slow})) as server:
        process = start(url(server), "--password-env", "PW")
        end = time.monotonic() + 20
        while "LIST" not in server.commands and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert ended(process).status == 130
        assert server.commands[-1] == "QUIT"
        assert server.quits[-1] == set()


def test_ctrl_c_before_there_is_anything_to_tell() -> None:
    with serving(Pop3Responder({"CAPA": MUTE, "USER .*": MUTE})) as server:
        process = start(url(server), "--password-env", "PW")
        end = time.monotonic() + 20
        while not server.commands and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        run = ended(process)
    assert (run.status, run.out) == (130, "")


def test_the_progress_is_one_line_with_the_name_of_the_probe(tmp_path: Path) -> None:
    with serving(_muted()) as server:
        terminal = Terminal(["check", url(server), "--password-env", "PW"], tmp_path, env={"PW": "secret"}, rows=60)
        terminal.wait_for("of 28: STAT against LIST")
        assert len(terminal.lines) == 1
        terminal.type(CTRL_C)
        terminal.wait_for("Figures")
        assert terminal.wait_for_end() == 130
        assert "of 28:" not in terminal.everything
        assert terminal.everything.lstrip().startswith(f"Check of {url(server)}")


def test_the_terminal_shows_colours_and_words_and_keeps_its_width(tmp_path: Path) -> None:
    with serving(Pop3Responder({"STAT": b"+OK 5 1\r\n"})) as server:
        terminal = Terminal(
            ["check", url(server), "--password-env", "PW", "--only", "stat-and-list"],
            tmp_path,
            env={"PW": "secret"},
            rows=60,
            columns=72,
        )
        assert terminal.wait_for_end() == 0
        assert b"\x1b[" in bytes(terminal.raw)
        assert "warning     stat-and-list: STAT says 1 octet," in terminal.everything
    with serving(Pop3Responder()) as server:
        terminal = Terminal(["check", url(server, "")], tmp_path, env={"NO_COLOR": "1"}, rows=60, columns=72)
        assert terminal.wait_for_end() == 0
        assert not re.search(rb"\x1b\[[0-9;]*m", bytes(terminal.raw))


# --- two servers


def test_two_servers_side_by_side_what_differs_first(good: Pop3Responder) -> None:
    other = Pop3Responder({"STAT": b"+OK 5 1\r\n"}, capabilities=("TOP", "UIDL", "PIPELINING", "EXPIRE NEVER"))
    with serving(other):
        arguments = (url(good), "--password-env", "PW", "--compare", url(other, "ben"), "--compare-password-env", "PW")
        run = check(*arguments)
        assert run.status == 0
        rows = run.out.splitlines()
        assert rows[0] == f"{url(good)} and {url(other, 'ben')} compared"
        titles = [row for row in rows if row.startswith(("Probes", "Capabilities"))]
        assert titles == [
            "Probes that differ", "Capabilities that differ", "Probes with the same verdict",
            "Capabilities that both have",
        ]  # fmt: skip
        value = check(*arguments, "--json").value
        assert [report["server"] for report in value["reports"]] == [url(good), url(other, "ben")]
        first = value["probes"][0]
        assert (first["id"], first["verdicts"], first["differs"]) == (
            "login-in-the-clear", ["note", "good"], True,
        )  # fmt: skip
        differing = {one["name"]: one["moments"] for one in value["capabilities"] if one["differs"]}
        assert differing["EXPIRE"] == [[], ["clear", "login"]]
        for form in ("markdown", "html"):
            assert "EXPIRE" in check(*arguments, "--to", form).out


def test_what_was_given_for_one_server_goes_to_no_other(good: Pop3Responder) -> None:
    other = Pop3Responder()
    with serving(other):
        run = check(url(good), "--password-env", "PW", "--compare", url(other))
        assert run.status == 2
        assert "--compare-password-env" in run.err
        assert not other.commands
        run = check(url(good, "") + "", "--user", "ana", "--password-env", "PW", "--compare", url(other, ""))
        assert run.status == 0
        assert not [command for command in other.commands if command.startswith(("USER ana", "PASS secret"))]
        run = check(
            url(good), "--password-env", "PW", "--compare", url(other), "--compare-password-env", "PW2", PW2="x"
        )
        assert "PASS secret" not in other.commands
        assert "PASS x" in other.commands
        assert "PASS x" not in good.commands
        assert run.status == 1


def test_if_the_other_server_is_not_there_the_first_is_reported(good: Pop3Responder) -> None:
    run = check(url(good, ""), "--compare", "pop3://127.0.0.1:1")
    assert run.status == 3
    assert run.out.startswith(f"Check of {url(good, '')}")
    assert "refused the connection" in run.err
