"""The IMAP engine: commands and what answers them, whatever a server sends."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from linted import Linted
from protocol_support import (
    SMALL,
    cuts,
    deviations,
    imap,
    masked,
    merged,
    octets,
    octets_of,
    pieces,
    play,
    responses,
    strays,
    told,
)

from mailshell.protocol.events import LimitReached, LiteralPart, Side
from mailshell.protocol.exchange import Awaits, Completed, Continuation, Greeting, Sent, Untagged
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import KeptLiteral
from mailshell.protocol.imap.values import plain, read_values
from mailshell.protocol.limits import DEFAULT, Limits


def completed(events: list[object]) -> list[tuple[str, str, str]]:
    return [(e.exchange.tag, e.exchange.name, e.response.status) for e in events if isinstance(e, Completed)]


def test_commands_and_their_answers() -> None:
    engine = imap()
    events = play(engine, "C: a1 uid fetch 1 (FLAGS)\nS: * 1 FETCH (UID 7)\nS: a1 OK done")
    sent = next(event.exchange for event in events if isinstance(event, Sent))
    assert (sent.tag, sent.name, sent.words, sent.number) == ("a1", "UID FETCH", "uid fetch 1 (FLAGS)", 1)
    assert [event.exchange for event in events if isinstance(event, Untagged)] == [sent]
    assert sent.complete
    assert engine.outstanding == []


def test_answers_out_of_order() -> None:
    engine = imap()
    events = play(engine, "C: a NOOP\nC: b LIST x y\nC: c NOOP\nS: c OK\nS: a NO\nS: b BAD")
    assert completed(events) == [("c", "NOOP", "OK"), ("a", "NOOP", "NO"), ("b", "LIST", "BAD")]
    assert deviations(events) == []


def test_a_tag_used_twice_is_answered_in_order() -> None:
    engine = imap()
    events = play(engine, "C: a NOOP\nC: a CHECK\nS: a OK one\nS: a OK two\nS: a OK three")
    assert completed(events) == [("a", "NOOP", "OK"), ("a", "CHECK", "OK")]
    assert deviations(events) == ["unknown-tag"]


def test_unknown_and_stale_tags() -> None:
    engine = imap()
    events = play(engine, "S: x OK\nC: a NOOP\nS: a OK\nS: a OK\nS: A NO other case")
    assert deviations(events) == ["unknown-tag"] * 3
    assert strays(events) == [b"x OK", b"a OK", b"A NO other case"]


def test_untagged_data_that_nobody_asked_for() -> None:
    engine = imap()
    events = play(
        engine, "S: * 5 EXISTS\nC: a LIST x y\nS: * 6 EXISTS\nS: * LIST () NIL x\nS: a OK\nS: * LIST () NIL y"
    )
    asked = [event.exchange.name if event.exchange else None for event in events if isinstance(event, Untagged)]
    assert asked == [None, None, "LIST", None]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("Server Unavailable. 15", "stray-line"),
        ("", "stray-line"),
        ("*[COPYUID 55 31 6]", "stray-line"),
        ("[COPYUID 55 31 6] done", "stray-line"),
        (")", "stray-line"),
        ("*", "stray-line"),
        ("\x00\x00* 1 EXISTS", "stray-line"),
        ("+ what for", "unexpected-continuation"),
        ("+", "unexpected-continuation"),
        ("zz OK", "unknown-tag"),
    ],
)
def test_lines_that_answer_nothing(line: str, rule: str) -> None:
    engine = imap()
    events = list(engine.received(line.encode() + b"\r\n* 4 EXISTS\r\n"))
    assert deviations(events) == [rule]
    assert [event.response.name for event in events if isinstance(event, Untagged)] == ["EXISTS"]


@pytest.mark.parametrize(
    ("greeting", "found"),
    [
        (b"* OK hi\r\n", []),
        (b"* PREAUTH\r\n", []),
        (b"* BYE\r\n", []),
        (b"+OK POP3\r\n", ["no-greeting"]),
        (b"220 mx ESMTP\r\n", ["no-greeting"]),
        (b"* CAPABILITY IMAP4\r\n", ["no-greeting"]),
        (b"\r\n", ["no-greeting"]),
    ],
)
def test_greetings(greeting: bytes, found: list[str]) -> None:
    engine = ImapConnection()
    events = list(engine.received(greeting))
    assert deviations(events) == found
    assert sum(isinstance(event, Greeting) for event in events) == 1


def test_another_protocol_is_named() -> None:
    events = list(ImapConnection().received(b"+OK ready\r\n"))
    assert any("a POP3 server" in str(event) for event in events if hasattr(event, "rule"))


def test_bare_lf_is_told_of_once() -> None:
    engine = imap()
    assert deviations(engine.received(b"* 1 EXISTS\n* 2 EXISTS\n")) == ["bare-lf"]


# --- continuations


def test_literal_waits_for_its_continuation() -> None:
    engine = imap()
    events = play(engine, "C: a LOGIN {4}")
    exchange = engine.outstanding[0]
    assert exchange.awaits is Awaits.LITERAL
    events += play(engine, "S: + go")
    assert exchange.awaits is Awaits.NOTHING
    engine.sent(b"fred {2}\r\n")
    assert exchange.awaits is Awaits.LITERAL
    events += play(engine, "S: + go")
    engine.sent(b"pw\r\n")
    events += play(engine, "S: a OK")
    assert [e.exchange for e in events if isinstance(e, Continuation)] == [exchange, exchange]
    assert exchange.continued == 2
    assert completed(events) == [("a", "LOGIN", "OK")]


def test_a_declined_literal_is_not_waited_for() -> None:
    engine = imap()
    events = play(engine, "C: a APPEND x {1000}\nS: a NO [TOOBIG] no\nC: b NOOP\nS: b OK")
    assert completed(events) == [("a", "APPEND", "NO"), ("b", "NOOP", "OK")]


def test_a_non_synchronizing_literal_is_sent_although_it_was_declined() -> None:
    engine = imap()
    events = play(engine, "C: a APPEND x {6+}\nS: a NO no\nC: b NOOP\nC: c NOOP\nS: c OK")
    assert completed(events) == [("a", "APPEND", "NO"), ("c", "NOOP", "OK")]


def test_idle() -> None:
    engine = imap()
    events = play(engine, "C: a IDLE\nS: + idling")
    exchange = engine.outstanding[0]
    assert exchange.awaits is Awaits.IDLE
    events += play(engine, "S: * 5 EXISTS\nC: done")
    assert exchange.awaits is Awaits.NOTHING
    events += play(engine, "S: a OK\nC: b NOOP\nS: b OK")
    assert completed(events) == [("a", "IDLE", "OK"), ("b", "NOOP", "OK")]


def test_authenticate() -> None:
    engine = imap()
    events = play(
        engine, "C: a AUTHENTICATE LOGIN\nS: + VXNlcg==\nC: ZnJlZA==\nS: +\nC: *\nS: a BAD cancelled\nC: b NOOP"
    )
    assert completed(events) == [("a", "AUTHENTICATE", "BAD")]
    assert [exchange.tag for exchange in engine.outstanding] == ["b"]


# --- literals within responses


def test_literals_are_kept_up_to_a_limit() -> None:
    engine = imap(limits=Limits(kept_literal=4))
    (found,) = responses(engine.received(b"* 1 FETCH (A {4}\r\nabcd B {5}\r\nabcde C {0}\r\n)\r\n"))
    kept = [segment.octets for segment in found.segments if isinstance(segment, KeptLiteral)]
    assert kept == [b"abcd", None, b""]
    assert [plain(value) for value in read_values(found)[0]] == [["A", "abcd", "B", {"literal": 5}, "C", ""]]


def test_the_command_that_a_literal_answers_is_known_while_it_passes() -> None:
    engine = imap()
    engine.sent(b"a FETCH 1 BODY[]\r\n")
    answering = []
    for event in engine.received(b"* 1 FETCH (BODY[] {3}\r\nabc)\r\n* 1 EXISTS\r\n"):
        if isinstance(event, LiteralPart):
            answering.append(engine.answering)
    assert answering == engine.outstanding
    assert engine.answering is None


def test_what_the_server_has_begun_is_said() -> None:
    engine = imap()
    assert engine.inside == ""
    list(engine.received(b"* 1 FETCH (X {5}\r\nabc"))
    assert engine.inside == "inside a literal, 3 of 5 octets received"
    list(engine.received(b"de y"))
    assert engine.inside == "inside a line, 2 octets received"
    list(engine.received(b"\r\n"))
    assert engine.inside == ""


def test_rest_after_starttls() -> None:
    engine = imap()
    engine.sent(b"a STARTTLS\r\n")
    for event in engine.received(b"a OK go\r\n* OK [CAPABILITY EVIL] injected\r\n"):
        if isinstance(event, Completed):
            break
    assert engine.take_rest() == b"* OK [CAPABILITY EVIL] injected\r\n"
    assert engine.state.capabilities is None


# --- limits


def test_a_response_over_the_limit_is_told_of_and_cut() -> None:
    engine = imap(limits=SMALL)
    events = list(engine.received(b"* LIST " + b"({1}\r\na " * 30 + b"x\r\n* 1 EXISTS\r\n"))
    assert [event.what for event in events if isinstance(event, LimitReached)] == ["response"]
    found = responses(events)
    assert [(one.name, one.skipped) for one in found] == [("LIST", True), ("EXISTS", False)]
    assert sum(len(s) if isinstance(s, bytes) else s.header.size for s in found[0].segments) <= SMALL.response


def test_a_response_that_ends_in_an_over_long_line_is_told_of() -> None:
    engine = imap(limits=SMALL)
    events = list(engine.received(b"* 1 FETCH (X {1}\r\na" + b"y" * 100 + b")\r\n* 1 EXISTS\r\n"))
    assert [(one.name, one.skipped) for one in responses(events)] == [("FETCH", True), ("EXISTS", False)]


def test_too_many_commands() -> None:
    engine = imap(limits=SMALL)
    events = play(engine, "\n".join(f"C: a{number} NOOP" for number in range(6)))
    assert [event.what for event in events if isinstance(event, LimitReached)] == ["outstanding"] * 2
    assert [exchange.tag for exchange in engine.outstanding] == ["a2", "a3", "a4", "a5"]


def held(engine: ImapConnection) -> int:
    """The octets that an engine holds of what it was sent."""
    segments = sum(len(s) if isinstance(s, bytes) else len(s.octets or b"") for s in engine._segments)
    framers = sum(len(f.partial_line) + len(f._data) - f._at for f in (engine._client, engine._server))
    return segments + framers + len(engine._literal or b"") + len(engine._value)


def bound(limits: Limits) -> int:
    return limits.response + 2 * limits.line + 2 * limits.kept_literal


@given(octets, octets, cuts, cuts)
def test_whatever_is_sent_nothing_raises_and_little_is_held(
    sent: bytes, received: bytes, at_sent: list[int], at_received: list[int]
) -> None:
    for limits in (DEFAULT, SMALL):
        engine = ImapConnection(limits)
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
            assert held(engine) <= bound(limits)
            assert isinstance(engine.inside, str)
        for one in responses(events):
            read_data(one)
            read_values(one)
            assert isinstance(one.code_name, str)
            one.octets()
        linted.finish()
        assert octets_of(events) + engine.take_rest() == received
        assert all(event.side is Side.SERVER for event in events if hasattr(event, "side"))


@given(octets, octets, cuts, cuts)
def test_cuts_do_not_show(sent: bytes, received: bytes, at_sent: list[int], at_received: list[int]) -> None:
    for limits in (DEFAULT, SMALL):
        whole, cut = imap(limits=limits), imap(limits=limits)
        expected, found = whole.sent(sent), [e for chunk in pieces(sent, at_sent) for e in cut.sent(chunk)]
        assert told(found) == told(expected)
        expected = list(whole.received(received))
        found = [event for chunk in pieces(received, at_received) for event in cut.received(chunk)]
        assert told(found) == told(expected)
        assert cut.inside == whole.inside
        assert cut.state == whole.state


values = st.recursive(
    st.sampled_from([b"NIL", b"1", b"\\Seen", b'"a b"', b'"\\""', b"BODY[HEADER.FIELDS (TO)]<0>", b"x-[y]"])
    | st.binary(max_size=20).map(lambda value: b"{%d}\r\n%s" % (len(value), value)),
    lambda inner: st.lists(inner, max_size=4).map(lambda items: b"(" + b" ".join(items) + b")"),
    max_leaves=12,
)
valid = st.builds(
    lambda head, items: head + b" ".join(items) + b"\r\n",
    st.sampled_from([b"* 3 FETCH ", b"* LIST ", b"* X-OWN ", b"* STATUS ", b"* ESEARCH ", b"* 1 X "]),
    st.lists(values, min_size=1, max_size=4),
)


@given(st.lists(valid, max_size=5), cuts)
@settings(max_examples=60)
def test_responses_with_literals_anywhere(written: list[bytes], at: list[int]) -> None:
    engine = imap()
    fed = b"".join(written)
    events = [event for chunk in pieces(fed, at) for event in engine.received(chunk)]
    found = responses(events)
    assert [one.octets() for one in found] == written
    assert octets_of(events) == fed
    assert deviations(events) == []
    for one, text in zip(found, written, strict=True):
        assert one.length == len(text)
        tree, deviating = read_values(one)
        assert not deviating
        assert all(one.offset < value.start < one.offset + one.length for value in tree)
        read_data(one)
    assert merged(events) == merged(imap().received(fed))
