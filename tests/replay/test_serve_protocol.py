"""Serving small recordings: what is matched, what is rewritten, and what becomes of the unexpected."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from replay_support import conversation, exchange, load, script, served

from mailshell.exits import UsageError
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import Header
from mailshell.recording.watch import Watch
from mailshell.replay.serving.delivery import read_delivery

SESSION = (
    ("S", "* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\n"),
    ("C", "a1 LOGIN ana ⟦password#1⟧\r\n"),
    ("S", "a1 OK in\r\n"),
    ("C", "a2 SELECT INBOX\r\n"),
    ("S", "* 1 EXISTS\r\n"),
    ("S", "a2 OK [READ-WRITE] selected\r\n"),
    ("C", "a3 FETCH 1 BODY[]\r\n"),
    ("S", "* 1 FETCH (BODY[] {13}\r\na2 OK ab\r\na3 )\r\na3 OK done\r\n"),
    ("C", "a4 LOGOUT\r\n"),
    ("S", "* BYE\r\na4 OK bye\r\n"),
)
CLIENT = (b"x1 login ANA {3+}\r\nabc\r\n", b'x2 SELECT "inbox"\r\n', b"x3 FETCH 1 BODY[]\r\n", b"x4 LOGOUT\r\n")
EXPECTED = (
    b"* OK [CAPABILITY IMAP4rev1 IDLE] ready\r\nx1 OK in\r\n* 1 EXISTS\r\nx2 OK [READ-WRITE] selected\r\n"
    b"* 1 FETCH (BODY[] {13}\r\na2 OK ab\r\na3 )\r\nx3 OK done\r\n* BYE\r\nx4 OK bye\r\n"
)


@pytest.mark.parametrize("chunks", ["recorded", "whole", "byte", "random:7"])
@pytest.mark.parametrize("match", ["lenient", "stateful"])
def test_only_the_leading_tag_of_a_completion_is_rewritten(match: str, chunks: str) -> None:
    with served(script("imap", *SESSION), match=match, chunks=chunks) as server:
        assert conversation(server.port, *CLIENT) == EXPECTED
        assert b"".join(
            exchange(server.port, *CLIENT, until=[b"ready\r\n", b"in\r\n", b"ted\r\n", b"done\r\n", b"bye\r\n"])
        )
    assert not server.report.unplayed
    assert not server.report.count


def test_strict_wants_the_same_octets() -> None:
    with served(script("imap", *SESSION), match="strict") as server:
        said = conversation(
            server.port, b"zz LOGIN ana any thing\r\n", b"zz SELECT INBOX\r\n", b"zz fetch 1 body[]\r\n"
        )
    assert b"zz OK in\r\n" in said
    assert b"zz OK [READ-WRITE] selected\r\n" in said
    assert b"done" not in said
    assert server.report.unplayed == ["FETCH 1 BODY[]", "LOGOUT"]
    assert [str(one) for one in server.report.unexpected] == ["expected FETCH 1 BODY[], and fetch 1 body[] came"]


def test_a_password_that_comes_unexpected_is_not_shown() -> None:
    with served(script("imap", *SESSION)) as server:
        said = conversation(server.port, b"x LOGIN ben hunter22\r\n")
    assert b"hunter22" not in said
    assert "hunter22" not in " ".join(server.report.lines())
    assert "LOGIN ben ⟦password⟧" in " ".join(server.report.lines())


def test_a_wrong_tag_stays_wrong() -> None:
    wrong = script(
        "imap",
        ("S", "* OK\r\n"),
        ("C", "a1 NOOP\r\n"),
        ("S", "a9 OK wrong\r\n"),
        ("C", "a2 LOGOUT\r\n"),
        ("S", "a2 OK bye\r\n"),
    )
    with served(wrong) as server:
        heard = exchange(server.port, b"a9x NOOP\r\n", b"q LOGOUT\r\n")
    assert heard == [b"* OK\r\n", b"a9 OK wrong\r\n", b"q OK bye\r\n"]


def test_what_is_asked_in_between_is_answered() -> None:
    with served(script("imap", *SESSION)) as server:
        said = conversation(server.port, b"1 CAPABILITY\r\n", b"2 ID {3}\r\n", b"NIL\r\n3 NOOP\r\n", *CLIENT)
    assert b"* CAPABILITY IMAP4rev1 IDLE\r\n1 OK" in said
    assert said.endswith(b"x4 OK bye\r\n")
    assert not server.report.count


def test_recorded_noops_may_be_left_out() -> None:
    played = script(
        "imap",
        ("S", "* OK\r\n"),
        ("C", "a1 NOOP\r\n"),
        ("S", "a1 OK\r\n"),
        ("C", "a2 LOGOUT\r\n"),
        ("S", "a2 OK bye\r\n"),
    )
    with served(played) as server:
        assert conversation(server.port, b"x LOGOUT\r\n") == b"* OK\r\nx OK bye\r\n"
    assert not server.report.unplayed


STATES = (
    ("S", "* PREAUTH\r\n"),
    ("C", "1 STATUS A (MESSAGES)\r\n"),
    ("S", "* STATUS A (MESSAGES 1)\r\n1 OK\r\n"),
    ("C", "2 STATUS A (MESSAGES)\r\n"),
    ("S", "* STATUS A (MESSAGES 2)\r\n2 OK\r\n"),
    ("C", "3 SELECT A\r\n"),
    ("S", "3 OK\r\n"),
    ("C", "4 STATUS A (MESSAGES)\r\n"),
    ("S", "* STATUS A (MESSAGES 9)\r\n4 OK\r\n"),
)


def test_stateful_has_a_queue_for_each_state_and_then_the_last_again() -> None:
    ask = b"x STATUS A (MESSAGES)\r\n"
    with served(script("imap", *STATES), match="stateful") as server:
        said = conversation(server.port, ask, ask, ask, b"x SELECT A\r\n", ask, ask)
    counts = [int(line.split(b"MESSAGES ")[1].rstrip(b")")) for line in said.splitlines() if b"MESSAGES" in line]
    assert counts == [1, 2, 2, 9, 9]
    assert not server.report.unplayed


@pytest.mark.parametrize(
    ("unexpected", "ending"),
    [("fail", b"* BYE expected LOGIN ana"), ("bad", b"x4 OK bye\r\n"), ("close", b"ready\r\n")],
)
def test_the_unexpected(unexpected: str, ending: bytes) -> None:
    with served(script("imap", *SESSION), unexpected=unexpected) as server:
        said = conversation(server.port, b"x0 CREATE Mail\r\n", *CLIENT)
    assert ending in said
    assert said.count(b"x0 BAD") == (unexpected == "bad")
    assert (b"x1 OK" in said) == (unexpected == "bad")
    assert server.report.count == 1


LITERALS = (
    ("S", "* PREAUTH\r\n"),
    ("C", "a1 APPEND A {5}\r\n"),
    ("S", "* 3 EXISTS\r\n+ go on\r\n"),
    ("C", "hello\r\n"),
    ("S", "a1 OK put\r\n"),
    ("C", "a2 APPEND A {5+}\r\nworld\r\n"),
    ("S", "a2 OK put\r\n"),
    ("C", "a3 APPEND A {999}\r\n"),
    ("S", "a3 NO too large\r\n"),
    ("C", 'a4 LIST "" {1}\r\n'),
    ("S", "+ \r\n"),
    ("C", "*\r\n"),
    ("S", '* LIST () "/" A\r\na4 OK listed\r\n'),
)


def test_the_client_may_choose_the_other_kind_of_literal() -> None:
    with served(script("imap", *LITERALS)) as server:
        heard = exchange(
            server.port,
            b"1 APPEND A {7+}\r\ngoodbye\r\n",
            b"2 APPEND A {5}\r\n",
            b"world\r\n",
            b"3 APPEND A {999}\r\n",
            b'4 LIST "" "*"\r\n',
            until=[b"\r\n", b"put\r\n", b"\r\n", b"put\r\n", b"large\r\n", b"listed\r\n"],
        )
    assert heard == [
        b"* PREAUTH\r\n",
        b"* 3 EXISTS\r\n1 OK put\r\n",
        b"+ OK\r\n",
        b"2 OK put\r\n",
        b"3 NO too large\r\n",
        b'* LIST () "/" A\r\n4 OK listed\r\n',
    ]
    assert not server.report.unplayed


def test_the_recorded_kind_of_literal() -> None:
    with served(script("imap", *LITERALS), match="strict") as server:
        heard = exchange(
            server.port,
            b"1 APPEND A {5}\r\n",
            b"hello\r\n",
            b"2 APPEND A {5+}\r\nworld\r\n",
            b"3 APPEND A {999}\r\n",
            b'4 LIST "" {1}\r\n',
            b"*\r\n",
            until=[b"\r\n", b"go on\r\n", b"put\r\n", b"put\r\n", b"large\r\n", b"+ \r\n", b"listed\r\n"],
        )
    assert heard[1] == b"* 3 EXISTS\r\n+ go on\r\n"
    assert heard[-1] == b'* LIST () "/" A\r\n4 OK listed\r\n'
    assert not server.report.count


DIALOGUES = (
    ("S", "* OK\r\n"),
    ("C", "a1 LOGIN {3}\r\n"),
    ("S", "+ user\r\n"),
    ("C", "ana {⟦length⟧}\r\n"),
    ("S", "+ password\r\n"),
    ("C", "⟦password#1⟧\r\n"),
    ("S", "a1 NO try another\r\n"),
    ("C", "a2 AUTHENTICATE LOGIN\r\n"),
    ("S", "+ VXNlcg==\r\n"),
    ("C", "⟦response#2⟧\r\n"),
    ("S", "+ UGFzcw==\r\n"),
    ("C", "⟦response#3⟧\r\n"),
    ("S", "a2 OK in\r\n"),
    ("C", "a3 IDLE\r\n"),
    ("S", "+ idling\r\n"),
    ("S", "* 5 EXISTS\r\n"),
    ("C", "DONE\r\n"),
    ("S", "a3 OK idled\r\n"),
)


def test_dialogues() -> None:
    with served(script("imap", *DIALOGUES)) as server:
        heard = exchange(
            server.port,
            b"1 LOGIN ana secret\r\n",
            b"2 AUTHENTICATE LOGIN\r\n",
            b"YW5h\r\n",
            b"c2VjcmV0\r\n",
            b"3 IDLE\r\n",
            b"done\r\n",
            until=[b"\r\n"] * 5 + [b"EXISTS\r\n", b"\r\n"],
        )
    assert heard[1:] == [
        b"1 NO try another\r\n",
        b"+ VXNlcg==\r\n",
        b"+ UGFzcw==\r\n",
        b"2 OK in\r\n",
        b"+ idling\r\n* 5 EXISTS\r\n",
        b"3 OK idled\r\n",
    ]
    assert not server.report.count


def test_a_masked_literal_may_have_any_size() -> None:
    with served(script("imap", *DIALOGUES), match="strict") as server:
        heard = exchange(server.port, b"1 LOGIN {3}\r\n", b"ana {2}\r\n", b"xy\r\n")
    assert heard == [b"* OK\r\n", b"+ user\r\n", b"+ password\r\n", b"1 NO try another\r\n"]


def test_a_sasl_exchange_that_is_cancelled_is_another() -> None:
    with served(script("imap", *DIALOGUES[:1], *DIALOGUES[7:])) as server:
        said = conversation(server.port, b"2 AUTHENTICATE LOGIN\r\n*\r\n")
    assert b"in\r\n" not in said
    assert server.report.count == 1


PIPELINED = (
    ("S", "* PREAUTH\r\n"),
    ("C", "a1 STATUS A (MESSAGES)\r\na2 STATUS B (MESSAGES)\r\n"),
    ("S", "* STATUS B (MESSAGES 2)\r\na2 OK two\r\n"),
    ("S", "* STATUS A (MESSAGES 1)\r\na1 OK one\r\n"),
)


def test_a_pipelining_client_hears_the_answers_in_the_recorded_order() -> None:
    with served(script("imap", *PIPELINED)) as server:
        said = conversation(server.port, b"x STATUS A (MESSAGES)\r\ny STATUS B (MESSAGES)\r\n")
    assert said == (b"* PREAUTH\r\n* STATUS B (MESSAGES 2)\r\ny OK two\r\n* STATUS A (MESSAGES 1)\r\nx OK one\r\n")


def test_a_client_that_waits_where_the_recorded_one_did_not() -> None:
    with served(script("imap", *PIPELINED)) as server:
        heard = exchange(server.port, b"x STATUS A (MESSAGES)\r\n", b"y STATUS B (MESSAGES)\r\n")
    assert heard[1].endswith(b"x OK one\r\n")
    assert heard[2].endswith(b"y OK two\r\n")


POP3 = (
    ("S", "+OK <1@x>\r\n"),
    ("C", "USER ana\r\n"),
    ("S", "+OK\r\n"),
    ("C", "PASS ⟦password#1⟧\r\n"),
    ("S", "+OK in\r\n"),
    ("C", "RETR 1\r\n"),
    ("S", "+OK\r\n..dot\r\nline"),
    ("S", "\r\n.\r\n"),
    ("C", "QUIT\r\n"),
    ("S", "+OK bye\r\n"),
    ("end", '{"by": "server", "how": ""}'),
)


def test_pop3() -> None:
    sent = (b"user ana\r\n", b"PASS with  spaces\r\n", b"NOOP\r\n", b"RETR 1\r\n", b"QUIT\r\n")
    with served(script("pop3", *POP3)) as server:
        said = conversation(server.port, *sent)
        again = conversation(server.port, b"CAPA\r\n", b"TOP 1 0\r\n")
    assert said == b"+OK <1@x>\r\n+OK\r\n+OK in\r\n+OK\r\n+OK\r\n..dot\r\nline\r\n.\r\n+OK bye\r\n"
    assert b"-ERR expected USER ana, and TOP 1 0 came" in again
    assert b".\r\n" in again
    assert server.report.unplayed == []


def test_what_the_server_ended_is_ended() -> None:
    played = script("imap", ("S", "* OK\r\n"), ("C", "1 NOOP\r\n"), ("S", "* BYE\r\n"), ("end", '{"by": "server"}'))
    with served(played) as server:
        assert conversation(server.port, b"x NOOP\r\n", b"y NOOP\r\n") == b"* OK\r\n* BYE\r\n"


@pytest.mark.parametrize(("timing", "least", "most"), [("instant", 0, 0.3), ("recorded", 0.5, 5), ("x5", 0.1, 0.4)])
def test_timing(timing: str, least: float, most: float) -> None:
    said = (("S", "* OK\r\n"), ("C", "1 LOGOUT\r\n"), ("mark", '{"dt": 500000, "text": ""}'), ("S", "1 OK\r\n"))
    with served(script("imap", *said), timing=timing) as server:
        began = time.monotonic()
        assert conversation(server.port, b"1 LOGOUT\r\n").endswith(b"1 OK\r\n")
        assert least <= time.monotonic() - began < most


def test_idle_does_not_hold_up_a_client_that_has_enough() -> None:
    said = list(DIALOGUES[:1]) + list(DIALOGUES[13:15]) + [("mark", '{"dt": 9000000, "text": ""}'), *DIALOGUES[15:]]
    with served(script("imap", *said), timing="recorded") as server:
        began = time.monotonic()
        heard = exchange(server.port, b"1 IDLE\r\n", b"DONE\r\n", until=[b"\r\n", b"idling\r\n", b"idled\r\n"])
        assert heard[2] == b"* 5 EXISTS\r\n1 OK idled\r\n"
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("timing", "chunks"), [("x0", "whole"), ("fast", "whole"), ("instant", "random"), ("instant", "random:x")]
)
def test_what_is_no_timing_or_chunks(timing: str, chunks: str) -> None:
    with pytest.raises(UsageError, match=r"--timing|--chunks"):
        read_delivery(timing, chunks)


@pytest.mark.parametrize("match", ["strict", "lenient", "stateful"])
def test_a_mask_within_a_literal_matches_as_many_octets(match: str, tmp_path: Path) -> None:
    """The password that was sent stands in a message too, which is appended and fetched."""
    letter = b"Subject: x\r\n\r\nmy password is hunter2222, he said\r\n"
    path = tmp_path / "a.mwire"
    watch = Watch(RecordingFile(path), Header("imap"), clock=lambda: 0.0)
    watch.received(b"* OK ready\r\n")
    sent = [b"LOGIN ana hunter2222", b"APPEND A {%d+}\r\n%b" % (len(letter), letter), b"FETCH 1 BODY[]", b"LOGOUT"]
    answers = [b"", b"", b"* 1 FETCH (BODY[] {%d}\r\n%b)\r\n" % (len(letter), letter), b"* BYE\r\n"]
    for number, (command, answer) in enumerate(zip(sent, answers, strict=True)):
        watch.sent(b"a%d %b\r\n" % (number, command))
        watch.received(b"%ba%d OK\r\n" % (answer, number))
    watch.closed()
    assert b"hunter2222" not in path.read_bytes()
    assert not load(path).warnings
    with served(load(path), match=match) as server:
        said = conversation(server.port, b"".join(b"%d %b\r\n" % one for one in enumerate(sent)))
    assert not server.report.count
    assert not server.report.missed
    rest = said.partition(b"{%d}\r\n" % len(letter))[2]
    assert rest[len(letter) :].startswith(b")\r\n2 OK\r\n")
    assert rest.startswith(b"Subject: x\r\n\r\nmy password is ")
