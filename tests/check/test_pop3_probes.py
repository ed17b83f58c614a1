"""The probes of POP3: a good server is not blamed, and each fault of another is found and called by its severity."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from certificates import issue, server_context
from check.check_support import Case, not_in_words
from check.pop3_responder import CAPABILITIES, DROP, MESSAGES, MUTE, Answer, Conversation, Pop3Responder, body, lines

from mailshell.check.outcome import Outcome, Verdict
from mailshell.check.pop3 import asking
from mailshell.check.pop3.table import PROBES
from mailshell.check.report import Report
from mailshell.check.selection import select
from mailshell.interpreter.options import Options
from mailshell.interpreter.passwords import PasswordSource, SecretSources
from mailshell.modes.probing import Connections, examine
from mailshell.secret import Secret
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.tls import TlsOptions

NOTE, WARNING, ERROR, CRITICAL = Verdict.NOTE, Verdict.WARNING, Verdict.ERROR, Verdict.CRITICAL
UNDECIDED, LEFT_OUT, NOT_OFFERED, GOOD = Verdict.UNDECIDED, Verdict.LEFT_OUT, Verdict.NOT_OFFERED, Verdict.GOOD


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE", 1.0)


async def examined(
    server: Pop3Responder,
    *only: str,
    user: str = "ana",
    password: str = "secret",
    allow_writes: bool = False,
    tls: TlsOptions | None = None,
) -> Report:
    sources = SecretSources(PasswordSource(given=Secret(password)))
    options = Options(user=user or None, sources=sources, tls_options=tls or TlsOptions(), timeout=5.0)
    connections = Connections(Endpoint("pop3", host="127.0.0.1", port=server.port), options)
    report = await examine(connections, select(PROBES, only), allow_writes=allow_writes, budget=30.0)
    assert not_in_words(report.results) == []
    return report


def check(server: Pop3Responder, *only: str, **options: Any) -> Report:
    async def run() -> Report:
        async with server:
            return await examined(server, *only, **options)

    return asyncio.run(run())


def told(report: Report, *ids: str) -> Iterator[tuple[str, Outcome]]:
    for result in report.results:
        for outcome in result.outcomes:
            if not ids or result.id in ids:
                yield result.id, outcome


def worse(report: Report, than: Verdict = GOOD) -> list[tuple[str, str]]:
    return [(id_, outcome.says) for id_, outcome in told(report) if outcome.verdict > than]


# --- a good server


def test_a_good_server_is_not_blamed() -> None:
    server = Pop3Responder(greeting=lambda it: b"+OK <%d.1@example.org>\r\n" % it.number)
    report = check(server, allow_writes=True)
    assert worse(report) == [
        ("login-in-the-clear", "USER, SASL PLAIN: offered in the clear, where a password can be read on the way")
    ]
    left_out = {id_ for id_, outcome in told(report) if outcome.verdict in (LEFT_OUT, NOT_OFFERED)}
    assert left_out == {"stls", "tls", "injection", "extensions"}
    assert report.findings == []
    assert report.identity == {"implementation": "X 1"}


def test_nothing_is_ever_deleted_and_every_session_ends_with_quit() -> None:
    server = Pop3Responder()
    check(server, allow_writes=True)
    assert server.quits
    assert not any(server.quits)
    assert any(command.startswith("DELE") for command in server.commands)


def test_without_leave_nothing_is_marked_deleted() -> None:
    server = Pop3Responder()
    report = check(server)
    assert not any(command.startswith("DELE") for command in server.commands)
    assert [outcome.verdict for _, outcome in told(report, "delete-and-reset")] == [LEFT_OUT]


def test_no_wrong_password_is_tried() -> None:
    server = Pop3Responder()
    check(server)
    assert {command for command in server.commands if command.upper().startswith("PASS ")} == {"PASS secret"}


def test_an_empty_maildrop() -> None:
    report = check(Pop3Responder(messages=()), allow_writes=True)
    assert worse(report, NOTE) == []
    assert [outcome.says for _, outcome in told(report, "top")] == ["the maildrop is empty"]


@pytest.mark.parametrize("only", [probe.id for probe in PROBES if "messages" in probe.needs])
def test_a_probe_of_messages_alone_with_an_empty_maildrop(only: str) -> None:
    report = check(Pop3Responder(messages=()), only, allow_writes=True)
    assert [(outcome.verdict, outcome.says) for _, outcome in told(report, only)] == [
        (LEFT_OUT, "the maildrop is empty")
    ]


def test_a_server_with_no_more_than_it_must_have() -> None:
    faults: dict[str, Answer] = {"(?i)(CAPA|TOP|UIDL).*": b"-ERR no such command\r\n"}
    report = check(Pop3Responder(faults, capabilities=()), allow_writes=True)
    assert worse(report, NOTE) == []
    assert "PIPELINING" in {outcome.about for _, outcome in told(report) if outcome.verdict is NOT_OFFERED}


def test_what_needs_no_login_is_done_without_a_user() -> None:
    report = check(Pop3Responder(), user="")
    done = {id_ for id_, outcome in told(report) if outcome.verdict is GOOD}
    assert done == {"greeting", "quit", "capabilities", "before-login", "incomplete"}
    left_out = [outcome.says for _, outcome in told(report, "stat-and-list")]
    assert left_out == ["nobody logs in; name a user in the URL (imaps://ana@host), or with --user"]


def test_a_refused_login_is_not_tried_again() -> None:
    server = Pop3Responder()
    report = check(server, password="wrong")
    assert server.commands.count("PASS wrong") == 1
    assert "refuses the login of ana" in report.login_refused
    assert [outcome.verdict for _, outcome in told(report, "greeting")] == [GOOD, NOT_OFFERED]
    assert [outcome.says for _, outcome in told(report, "stat-and-list")] == ["the login was refused"]


def test_a_maildrop_that_is_still_locked_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailshell.modes.probing._PAUSE", 0.05)
    locked = iter([False, True, False])

    def login(it: Conversation, command: str) -> bytes | None:
        return b"-ERR [IN-USE] locked\r\n" if next(locked, False) else None

    report = check(Pop3Responder({"PASS .*": login}), "second-session")
    assert [outcome.verdict for _, outcome in told(report, "second-session")] == [GOOD]


# --- faults


def listed(*changed: bytes) -> bytes:
    return lines(b"+OK", changed)


def if_logged_in(answer: bytes) -> Answer:
    return lambda it, command: answer if it.logged_in else None


def later(answer: bytes) -> Answer:
    """An answer from the second connection with a login on."""
    return lambda it, command: answer if sum(one == "PASS secret" for one in it.server.commands) > 1 else None


SIZES = [b"%d %d" % (number, len(octets)) for number, octets in enumerate(MESSAGES, 1)]
IDS = [b"%d id-%d" % (number, number) for number in range(1, 6)]
CAPA = [line.encode() for line in CAPABILITIES]
CASES = [
    Case("greeting", WARNING, "longer than 512", options={"greeting": b"+OK " + b"x" * 600 + b"\r\n"}),
    Case("greeting", WARNING, "no msg-id", options={"greeting": lambda it: b"+OK <x y %d>\r\n" % it.number}),
    Case("greeting", WARNING, "two greetings have the same", options={"greeting": b"+OK <1.2@example.org>\r\n"}),
    Case("greeting", NOT_OFFERED, "is no timestamp", options={"greeting": b"+OK <pop.example.org>\r\n"}),
    Case("quit", WARNING, "QUIT before the login", {"QUIT": lambda it, _: None if it.logged_in else b"-ERR\r\n"}),
    Case("capabilities", WARNING, '"TOP  X" is no name', {"CAPA": listed(b"TOP  X")}),
    Case("capabilities", WARNING, "UIDL has the parameters 3", {"CAPA": listed(b"UIDL 3")}),
    Case("capabilities", WARNING, "EXPIRE has the parameters soon", {"CAPA": listed(b"EXPIRE soon")}),
    Case("capabilities", WARNING, "TOP is listed 2 times", {"CAPA": listed(b"TOP", b"TOP")}),
    Case("capabilities", WARNING, "longer than 512", {"CAPA": listed(b"X" * 520)}),
    Case("capabilities-after-login", WARNING, "refused after login", {"CAPA": if_logged_in(b"-ERR\r\n")}),
    Case("capabilities-after-login", NOTE, "USER: listed before login and not after",
         {"CAPA": if_logged_in(listed(*(line for line in CAPA if line not in (b"USER", b"STLS"))))}),
    Case("capabilities-after-login", NOTE, "EXPIRE: listed after login only",
         {"CAPA": if_logged_in(listed(*CAPA, b"EXPIRE 3"))}),
    Case("capabilities-after-login", WARNING, "EXPIRE is 3 after login, less than the 9",
         {"CAPA": lambda it, _: listed(b"EXPIRE 3" if it.logged_in else b"EXPIRE 9")}),
    Case("capabilities-after-login", NOTE, "no USER says",
         {"CAPA": lambda it, _: listed(b"EXPIRE NEVER" if it.logged_in else b"EXPIRE 9")}),
    Case("capabilities-after-login", WARNING, "LOGIN-DELAY is 9 after login, more than the 3",
         {"CAPA": lambda it, _: listed(b"LOGIN-DELAY 9" if it.logged_in else b"LOGIN-DELAY 3 USER")}),
    Case("stat-and-list", ERROR, "STAT says 6 messages, and LIST has 5", {"STAT": b"+OK 6 100\r\n"}),
    Case("stat-and-list", WARNING, "STAT says 100 octets", {"STAT": b"+OK 5 100\r\n"}),
    Case("stat-and-list", ERROR, "not +OK and two numbers", {"STAT": b"+OK  5  100\r\n"}),
    Case("stat-and-list", ERROR, "STAT is refused", {"STAT": b"-ERR\r\n"}),
    Case("stat-and-list", ERROR, "a line of LIST", {"LIST": listed(*SIZES[:-1], b"5  2000")}),
    Case("stat-and-list", ERROR, "number twice: 2", {"LIST": listed(*SIZES, SIZES[1])}),
    Case("stat-and-list", ERROR, "numbers one 9", {"LIST": listed(*SIZES[:-1], b"9 2")}),
    Case("stat-and-list", UNDECIDED, "LIST is refused", {"LIST": b"-ERR\r\n"}),
    Case("list-one", ERROR, "LIST 2 answers 2 1", {"LIST 2": b"+OK 2 1\r\n"}),
    Case("list-one", ERROR, "LIST 2 is refused", {"LIST 2": b"-ERR\r\n"}),
    Case("unique-ids", ERROR, "a line of UIDL", {"UIDL": listed(*IDS[:-1], b"5 " + b"x" * 71)}),
    Case("unique-ids", ERROR, "a line of UIDL", {"UIDL": listed(*IDS[:-1], b"5 a\xffb")}),
    Case("unique-ids", ERROR, "UIDL lacks 1 message", {"UIDL": listed(*IDS[:-1])}),
    Case("unique-ids", ERROR, "same unique-id and different sizes", {"UIDL": listed(*IDS[:-1], b"5 id-4")}),
    Case("unique-ids", NOTE, "identical copies", {"UIDL": listed(*IDS[:-1], b"5 id-4")},
         {"messages": [*MESSAGES[:4], MESSAGES[3]]}),
    Case("unique-ids", ERROR, "UIDL 2 answers id-2", {"UIDL 2": b"+OK id-2\r\n"}),
    Case("extensions", WARNING, "CAPA lists TOP, and TOP 1 0 is refused", {"TOP .*": b"-ERR\r\n"}),
    Case("extensions", WARNING, "CAPA lists UIDL, and UIDL is refused", {"UIDL": b"-ERR\r\n"}),
    Case("extensions", NOTE, "CAPA lists USER, and it is refused",
         {"USER .*": lambda it, _: b"-ERR\r\n" if "PASS secret" in it.server.commands else None}),
    Case("extensions", NOTE, "SASL is listed without a mechanism", {"CAPA": listed(b"SASL")}),
    Case("extensions", LEFT_OUT, "knows nothing of it", {"CAPA": listed(b"X-NEW")}),
    Case("extensions", NOTE, "EXPIRE 0", {"CAPA": listed(b"EXPIRE 0")}),
    Case("extensions", GOOD, "10 days at least", {"CAPA": listed(b"EXPIRE 10")}),
    Case("extensions", GOOD, "UTF8 is accepted", {"CAPA": listed(b"UTF8")}),
    Case("extensions", NOTE, "CAPA lists UTF8, and it is refused", {"CAPA": listed(b"UTF8"), "UTF8": b"-ERR\r\n"}),
    Case("extensions", GOOD, "LANG lists 2 languages", {"CAPA": listed(b"LANG")}),
    Case("extensions", GOOD, "LANG * chooses en", {"CAPA": listed(b"LANG")}),
    Case("extensions", WARNING, "does not begin with a language tag",
         {"CAPA": listed(b"LANG"), "LANG": listed(b"(English)")}),
    Case("extensions", WARNING, "not answered with a language tag",
         {"CAPA": listed(b"LANG"), r"LANG \*": b"+OK (done)\r\n"}),
    Case("extensions", ERROR, "not answered one by one", {"LIST 2": b"+OK 3 7\r\n"}),
    Case("extensions", NOT_OFFERED, "not answered in their order",
         {"CAPA": listed(b"TOP"), "LIST 2": b"+OK 3 7\r\n"}),
    Case("sizes", WARNING, "counts each line end as one octet",
         {"LIST": listed(*SIZES[:-1], b"5 %d" % (len(MESSAGES[4]) - MESSAGES[4].count(b"\r\n")))}),
    Case("sizes", WARNING, "counts the doubled dots", {"LIST": listed(*SIZES[:3], b"4 %d" % (len(MESSAGES[3]) + 3))}),
    Case("sizes", WARNING, "rounded up to 1,024", {"LIST": listed(b"1 1024")}),
    Case("sizes", ERROR, "parts of the message may be missing", {"LIST": listed(b"1 90000")}),
    Case("sizes", NOTE, "does not count the line end behind the last line", options={"messages": [b"A: b\r\n\r\nx"]}),
    Case("sizes", ERROR, "RETR refuses it", {"RETR 2": b"-ERR\r\n"}),
    Case("sizes", LEFT_OUT, "EXPIRE 0", {"CAPA": listed(b"EXPIRE 0")}),
    Case("top", WARNING, "lacks the blank line", {"TOP 1 0": body(MESSAGES[0].split(b"\r\n\r\n")[0])}),
    Case("top", WARNING, "has another header", {"TOP 1 0": body(b"X-Spam: no\r\n" + MESSAGES[0][:44])}),
    Case("top", WARNING, "has 3 lines of the body, and not 0", {"TOP 1 0": body(MESSAGES[0])}),
    Case("top", ERROR, "has 0 lines of the body, and not 3", {"TOP 1 3": body(MESSAGES[0].split(b"one")[0])}),
    Case("top", WARNING, "has another line 1 of the body",
         {"TOP 1 1": body(MESSAGES[0].split(b"one")[0] + b"uno\r\n")}),
    Case("top-arguments", NOTE, "TOP 1 -1 is accepted", {"TOP 1 -1": body(MESSAGES[1])}),
    Case("out-of-range", ERROR, "no message has this number", {"LIST 0": b"+OK 0 0\r\n"}),
    Case("out-of-range", ERROR, "beyond what the server can count to", {"LIST 4294967297": b"+OK 1 50\r\n"}),
    Case("out-of-range", WARNING, "refuses LIST 0 and then closes", {"LIST 0": b"-ERR\r\n", "NOOP": DROP},
         {"capabilities": ("TOP",)}),
    Case("out-of-range", ERROR, "closes the connection instead of answering LIST 0", {"LIST 0": DROP}),
    Case("no-numbers", NOTE, "RETR 1x is accepted", {"RETR 1x": body(MESSAGES[0])}),
    Case("no-numbers", WARNING, "LIST -1 is accepted", {"LIST -1": b"+OK 1 5\r\n"}),
    Case("leading-zeros", WARNING, "not message 1", {"LIST 001": b"+OK 5 5\r\n"}),
    Case("forms", ERROR, "noop in lower case is refused", {"noop": b"-ERR\r\n"}),
    Case("forms", ERROR, "RSET, with nothing to take back", {"RSET": b"-ERR\r\n"}),
    Case("forms", ERROR, "and nothing was deleted",
         {"STAT": lambda it, _: b"+OK 4 3\r\n" if "RSET" in it.server.commands else None}),
    Case("unknown-commands", ERROR, "XMSH, which is no command", {"XMSH": b"+OK\r\n"}),
    Case("unknown-commands", WARNING, "the server does not answer", {"XMSH": MUTE}),
    Case("loose-forms", NOTE, '"NOOP ", "STAT 1": accepted', {"NOOP ": b"+OK\r\n", "STAT 1": b"+OK 1 2\r\n"}),
    Case("after-login", WARNING, "USER is accepted after", {"USER .*": if_logged_in(b"+OK\r\n")}),
    Case("long-lines", WARNING, "ends at a command of 255", {"LIST 0{200,}1": DROP}),
    Case("long-lines", NOTE, "ends at a command of 400", {"LIST 1{300,}": DROP}),
    Case("long-lines", ERROR, "after a command of 255 octets NOOP", {"LIST 0{200,}1": b"-ERR\r\n-ERR\r\n"}),
    Case("before-login", WARNING, "STAT is accepted before", {"STAT": b"+OK 0 0\r\n"}),
    Case("before-login", CRITICAL, "RETR 1 is accepted before", {"RETR 1": body(b"secret")}),
    Case("incomplete", WARNING, "an empty line is accepted", {"": b"+OK\r\n"}),
    Case("incomplete", NOTE, "closes the connection at an empty line", {"": DROP}),
    Case("second-session", ERROR, "the unique-id of message 1 was id-1 and is new-1",
         {"UIDL": later(listed(*(line.replace(b"id", b"new") for line in IDS)))}),
    Case("second-session", NOTE, "lacks 1 message of the first", {"UIDL": later(listed(*IDS[1:]))}),
    Case("second-session", WARNING, "LIST said", {"LIST": later(listed(b"1 7", *SIZES[1:]))}),
    Case("second-session", LEFT_OUT, "LOGIN-DELAY", {"CAPA": listed(b"LOGIN-DELAY 300", *CAPA)}),
    Case("quit-after-login", WARNING, "QUIT after the login", {"QUIT": if_logged_in(b"-ERR\r\n")}),
    Case("delete-and-reset", ERROR, "RSET is refused", {"RSET": b"-ERR\r\n"}, writes=True),
    Case("delete-and-reset", WARNING, "DELE 3 is refused", {"DELE .*": b"-ERR\r\n"}, writes=True),
    Case("delete-and-reset", WARNING, "LIST still lists message 3", {"LIST": listed(*SIZES)}, writes=True),
    Case("delete-and-reset", WARNING, "STAT still counts", {"STAT": b"+OK 5 1\r\n"}, writes=True),
    Case("delete-and-reset", WARNING, "RETR 3 is accepted", {"RETR 3": body(MESSAGES[2])}, writes=True),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.probe}: {case.words}")
def test_a_fault_is_found(case: Case) -> None:
    server = Pop3Responder(case.faults, **case.options)
    report = check(server, case.probe, allow_writes=case.writes)
    found = [(outcome.verdict, outcome.says) for _, outcome in told(report, case.probe)]
    assert any(verdict is case.verdict and case.words in says for verdict, says in found), found
    assert not any(server.quits)
    evidence = [outcome for _, outcome in told(report, case.probe) if outcome.verdict in (WARNING, ERROR, CRITICAL)]
    assert all(outcome.source for outcome in evidence)


def test_a_message_that_was_marked_deleted_and_could_not_be_unmarked_is_not_deleted() -> None:
    def stat(it: Conversation, command: str) -> bytes | None:
        return DROP if it.deleted else None

    server = Pop3Responder({"LIST": stat, "UIDL": stat})
    check(server, "delete-and-reset", allow_writes=True)
    assert not any(server.quits)


def test_with_expire_0_nothing_is_read() -> None:
    server = Pop3Responder(capabilities=(*CAPABILITIES, "EXPIRE 0"))
    check(server)
    # Before the login it is tried once, to see that it is refused.
    assert [command for command in server.commands if command.startswith("RETR")] == ["RETR 1"]


# --- TLS


def test_stls_with_a_good_certificate(tmp_path: Any) -> None:
    authority = issue("authority")
    (tmp_path / "ca.pem").write_bytes(authority.pem)
    server = Pop3Responder(tls=server_context(issue("server", authority, hosts=["127.0.0.1"]), authority))
    report = check(server, "stls", "injection", tls=TlsOptions(cafile=str(tmp_path / "ca.pem")))
    assert worse(report) == []
    assert any("its certificate is good" in outcome.says for _, outcome in told(report, "stls"))
    assert report.capabilities["tls"]
    assert "STLS" not in report.capabilities["tls"]
    assert "STLS" in report.capabilities["clear"]


def test_a_bad_certificate_is_an_outcome_and_no_end() -> None:
    server = Pop3Responder(tls=server_context(issue("server", hosts=["127.0.0.1"])))
    report = check(server, "stls")
    assert [says for id_, says in worse(report, NOTE) if id_ == "stls" and "self-signed" in says]
    assert report.capabilities["tls"]


@pytest.mark.parametrize(
    ("faults", "verdict", "words"),
    [
        ({"CAPA": lines(b"+OK", CAPA)}, WARNING, "CAPA lists STLS under TLS"),
        ({"STLS": lambda it, _: b"+OK\r\n" if it.tls else None}, WARNING, "a second time"),
        ({"STLS": b"-ERR not now\r\n"}, ERROR, "STLS is advertised and refused: -ERR not now"),
    ],
)
def test_faults_of_stls(faults: dict[str, Answer], verdict: Verdict, words: str) -> None:
    server = Pop3Responder(faults, tls=server_context(issue("server", hosts=["127.0.0.1"])))
    report = check(server, "stls", tls=TlsOptions(insecure=True))
    assert any(outcome.verdict is verdict and words in outcome.says for _, outcome in told(report, "stls"))


def test_stls_is_accepted_after_the_login() -> None:
    faults: dict[str, Answer] = {"STLS": lambda it, _: b"+OK\r\n" if it.logged_in else None}
    server = Pop3Responder(faults, tls=server_context(issue("server", hosts=["127.0.0.1"])))
    report = check(server, "after-login", "forms")
    assert worse(report, NOTE) == [("after-login", "STLS is accepted after the login")]


def test_stls_is_accepted_and_tls_does_not_begin() -> None:
    report = check(Pop3Responder({"CAPA": lines(b"+OK", CAPA), "STLS": b"+OK go on\r\n"}), "stls")
    assert [says for id_, says in worse(report, WARNING) if id_ == "stls" and "no TLS comes about after STLS: " in says]


def test_a_command_in_the_clear_behind_stls_is_run() -> None:
    server = Pop3Responder(tls=server_context(issue("server", hosts=["127.0.0.1"])), vulnerable=True)
    report = check(server, "injection", tls=TlsOptions(insecure=True))
    assert [outcome.verdict for _, outcome in told(report, "injection")] == [CRITICAL]


# --- commands at the wrong time, with a server that has neither CAPA nor PIPELINING


def test_a_message_that_is_given_to_anybody_is_told_though_the_connection_then_ends() -> None:
    def given_away(it: Any, _: str) -> bytes | None:
        if it.logged_in:
            return None
        it.writer.write(body(MESSAGES[0]))
        return DROP

    report = check(Pop3Responder({"CAPA": b"-ERR\r\n", "RETR 1": given_away}, capabilities=()), "before-login")
    assert worse(report, WARNING) == [("before-login", "RETR 1 is accepted before anybody has logged in")]


def test_a_connection_that_ends_some_time_after_quit_is_not_used_again() -> None:
    server = Pop3Responder({"CAPA": b"-ERR\r\n"}, capabilities=(), lingers=0.1)
    assert worse(check(server, "before-login"), NOTE) == []
