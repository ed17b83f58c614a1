"""The POP3 engine: replies paired with commands, bodies, challenges, whatever a server sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from linted import Linted
from protocol_support import SMALL, cuts, deviations, masked, octets, octets_of, pieces, play, pop3, strays, told

from mailshell.protocol.events import BodyEnd, BodyPart, LimitReached
from mailshell.protocol.exchange import Began, Completed, Continuation, Greeting, Sent
from mailshell.protocol.limits import DEFAULT
from mailshell.protocol.pop3.connection import Pop3Connection
from mailshell.protocol.pop3.response import read_status


def completed(events: list[object]) -> list[tuple[str, str]]:
    return [(event.exchange.name, event.response.status) for event in events if isinstance(event, Completed)]


def bodies(events: list[object]) -> bytes:
    return b"".join(event.content() for event in events if isinstance(event, BodyPart))


@pytest.mark.parametrize(
    ("command", "multiline"),
    [
        ("LIST", True),
        ("LIST ", True),
        ("LIST 1", False),
        ("UIDL", True),
        ("uidl 2", False),
        ("CAPA", True),
        ("TOP 1 0", True),
        ("RETR 1", True),
        ("RETR", True),
        ("STAT", False),
        ("AUTH", True),
        ("LANG", True),
        ("LANG en", False),
        ("NOOP", False),
        ("XYZZY", False),
    ],
)
def test_which_replies_have_a_body(command: str, multiline: bool) -> None:
    engine = pop3()
    events = play(engine, f"C: {command}\nS: +OK")
    assert engine.outstanding == [event.exchange for event in events if isinstance(event, Began)] or not multiline
    assert any(isinstance(event, Began) for event in events) is multiline
    events += play(engine, "S: 1 a\nS: .")
    assert completed(events) == [(command.split()[0].upper(), "+OK")]
    assert bodies(events) == (b"1 a\r\n" if multiline else b"")
    assert strays(events) == ([] if multiline else [b"1 a", b"."])


def test_an_error_has_no_body() -> None:
    engine = pop3()
    events = play(engine, "C: RETR 9\nS: -ERR no such message\nC: NOOP\nS: +OK")
    assert completed(events) == [("RETR", "-ERR"), ("NOOP", "+OK")]
    assert deviations(events) == []


def test_pipelining() -> None:
    engine = pop3()
    engine.sent(b"STAT\r\nRETR 1\r\nRETR 2\r\nLIST 3\r\nLIST\r\nQUIT\r\n")
    events = list(engine.received(b"+OK 1 2\r\n+OK\r\na\r\n..\r\n.\r\n-ERR gone\r\n+OK 3 4\r\n+OK\r\n.\r\n+OK bye\r\n"))
    names = ["STAT", "RETR", "RETR", "LIST", "LIST", "QUIT"]
    assert [name for name, _ in completed(events)] == names
    assert [status for _, status in completed(events)] == ["+OK", "+OK", "-ERR", "+OK", "+OK", "+OK"]
    assert bodies(events) == b"a\r\n.\r\n"
    assert deviations(events) == []


def test_the_command_whose_body_passes_is_known() -> None:
    engine = pop3()
    play(engine, "C: RETR 1\nC: NOOP\nS: +OK\nS: a")
    assert engine.answering is engine.outstanding[0]
    assert "multi-line" in engine.inside
    play(engine, "S: .")
    assert engine.answering is None
    assert engine.inside == ""
    list(engine.received(b"+O"))
    assert engine.inside == "inside a line, 2 octets received"


def test_auth_with_challenges() -> None:
    engine = pop3()
    events = play(
        engine, "C: AUTH LOGIN\nS: + VXNlcg==\nC: ZnJlZA==\nS: + UGFzcw==\nC: c2VjcmV0\nS: +OK in\nC: STAT\nS: +OK 0 0"
    )
    assert completed(events) == [("AUTH", "+OK"), ("STAT", "+OK")]
    assert sum(isinstance(event, Continuation) and event.exchange is not None for event in events) == 2
    assert sum(isinstance(event, Sent) for event in events) == 2


def test_auth_cancelled() -> None:
    engine = pop3()
    events = play(engine, "C: AUTH PLAIN\nS: +\nC: *\nS: -ERR cancelled\nC: NOOP\nS: +OK")
    assert completed(events) == [("AUTH", "-ERR"), ("NOOP", "+OK")]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("+OK", "unexpected-reply"),
        ("-ERR", "unexpected-reply"),
        ("+ abc", "unexpected-continuation"),
        ("", "stray-line"),
        ("Subject: x", "stray-line"),
        ("+OKAY", "stray-line"),
        ("* OK", "stray-line"),
    ],
)
def test_lines_that_answer_nothing(line: str, rule: str) -> None:
    assert deviations(play(pop3(), ["S: " + line])) == [rule]


def test_a_stray_line_does_not_shift_the_replies() -> None:
    events = play(pop3(), "C: NOOP\nC: STAT\nS: hello\nS: +OK\nS: +OK 1 1")
    assert completed(events) == [("NOOP", "+OK"), ("STAT", "+OK")]
    assert strays(events) == [b"hello"]


@pytest.mark.parametrize(
    ("greeting", "found"),
    [(b"+OK hi\r\n", []), (b"-ERR busy\r\n", []), (b"* OK hi\r\n", ["no-greeting"]), (b"+ x\r\n", ["no-greeting"])],
)
def test_greetings(greeting: bytes, found: list[str]) -> None:
    events = list(Pop3Connection().received(greeting))
    assert deviations(events) == found
    assert sum(isinstance(event, Greeting) for event in events) == 1


@pytest.mark.parametrize(
    ("line", "status", "code", "text"),
    [
        (b"+OK", "+OK", None, b""),
        (b"+ok hi there", "+OK", None, b"hi there"),
        (b"+OK [IN-USE] x", "+OK", None, b"[IN-USE] x"),
        (b"-ERR [IN-USE] locked", "-ERR", b"IN-USE", b"locked"),
        (b"-ERR [SYS/TEMP]", "-ERR", b"SYS/TEMP", b""),
        (b"-ERR [x", "-ERR", None, b"[x"),
        (b"-err\tx", "-ERR", None, b"x"),
        (b"+", "+", None, b""),
        (b"+ abc", "+", None, b"abc"),
        (b"+abc", "", None, b"+abc"),
        (b"", "", None, b""),
        (b"\xff\x00", "", None, b"\xff\x00"),
    ],
)
def test_status_lines(line: bytes, status: str, code: bytes | None, text: bytes) -> None:
    found = read_status(line, 0)
    assert (found.status, found.code, found.text) == (status, code, text)
    assert found.ok is (status == "+OK")


def test_rest_after_stls() -> None:
    engine = pop3()
    engine.sent(b"STLS\r\n")
    for event in engine.received(b"+OK go\r\n+OK injected\r\nhalf"):
        if isinstance(event, Completed):
            break
    assert engine.take_rest() == b"+OK injected\r\nhalf"


def test_limits() -> None:
    engine = pop3(limits=SMALL)
    events = play(engine, "\n".join(["C: NOOP"] * 6))
    assert [event.what for event in events if isinstance(event, LimitReached)] == ["outstanding"] * 2
    assert len(engine.outstanding) == 4
    # A reply too long to be read is still a reply.
    events = list(engine.received(b"+OK " + b"x" * 100 + b"\r\n+OK\r\n"))
    assert len(completed(events)) == 2
    assert len(engine.outstanding) == 2


def test_bare_lf_is_told_of_once() -> None:
    assert deviations(play(pop3(greeting=b"+OK\n"), "C: NOOP\nS: +OK")) == []
    engine = Pop3Connection()
    engine.sent(b"NOOP\r\n")
    assert deviations(engine.received(b"+OK\n+OK\n")) == ["bare-lf"]


@given(octets, octets, cuts, cuts)
def test_whatever_is_sent_nothing_raises(
    sent: bytes, received: bytes, at_sent: list[int], at_received: list[int]
) -> None:
    for limits in (DEFAULT, SMALL):
        engine = Pop3Connection(limits)
        linted = Linted(engine)
        events = []
        chunks_sent, chunks_received = pieces(sent, at_sent), pieces(received, at_received)
        for number in range(max(len(chunks_sent), len(chunks_received))):
            for chunk in chunks_sent[number : number + 1]:
                offset = engine.sent_octets
                linted.sent(chunk)
                masked(engine, chunk, offset)
            for chunk in chunks_received[number : number + 1]:
                events += linted.received(chunk)
            framers = (engine._client, engine._server)
            assert all(len(f._line) <= limits.line and f._at == len(f._data) for f in framers)
            assert isinstance(engine.inside, str)
        linted.finish()
        assert octets_of(events) + engine.take_rest() == received


@given(octets, octets, cuts, cuts)
def test_cuts_do_not_show(sent: bytes, received: bytes, at_sent: list[int], at_received: list[int]) -> None:
    for limits in (DEFAULT, SMALL):
        whole, cut = pop3(limits=limits), pop3(limits=limits)
        expected, found = whole.sent(sent), [e for chunk in pieces(sent, at_sent) for e in cut.sent(chunk)]
        assert told(found) == told(expected)
        expected = list(whole.received(received))
        found = [event for chunk in pieces(received, at_received) for event in cut.received(chunk)]
        assert told(found) == told(expected)
        assert cut.state == whole.state


def test_an_empty_body_ends_at_once() -> None:
    events = play(pop3(), "C: LIST\nS: +OK\nS: .")
    assert [type(event) for event in events[-3:]] == [Began, BodyEnd, Completed]
