"""IMAP framing: octets to lines and literals, in both directions and however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_support import SMALL, cuts, frames_of, merged, octets, octets_of, pieces

from mailshell.protocol.events import LimitReached, Line, LinePart, LiteralHeader, LiteralPart, Side
from mailshell.protocol.imap.framing import Framer
from mailshell.protocol.limits import DEFAULT, Limits

S, C = Side.SERVER, Side.CLIENT


def framed(side: Side, given_: bytes, limits: Limits = DEFAULT) -> list[str | bytes]:
    """A short form of the frames: lines and literals as they are, with what they announce."""
    short: list[str | bytes] = []
    for frame in frames_of(Framer(side, limits), [given_]):
        if isinstance(frame, Line):
            short.append(frame.octets)
            if frame.literal is not None:
                kind = ("~" if frame.literal.binary else "") + ("" if frame.literal.sync else "+")
                short.append(f"{frame.literal.size}{kind}")
        elif isinstance(frame, LiteralPart):
            short.append(b"L:" + frame.octets)
        elif isinstance(frame, LinePart):
            short.append(b"P:" + frame.octets)
        else:
            assert isinstance(frame, LimitReached)
            short.append(f"limit {frame.what}")
    return short


@pytest.mark.parametrize(
    ("side", "fed", "expected"),
    [
        (S, b"", []),
        (S, b"* OK", []),
        (S, b"* OK\r\n", [b"* OK\r\n"]),
        (S, b"* OK\r\n* BYE\r\n", [b"* OK\r\n", b"* BYE\r\n"]),
        (S, b"\r\n\r\n", [b"\r\n", b"\r\n"]),
        (S, b"* 1 FETCH (X {3}\r\nabc)\r\n", [b"* 1 FETCH (X {3}\r\n", "3", b"L:abc", b")\r\n"]),
        (S, b"* 1 FETCH (X {0}\r\n)\r\n", [b"* 1 FETCH (X {0}\r\n", "0", b"L:", b")\r\n"]),
        (S, b"* X {1}\r\na {2}\r\nbc\r\n", [b"* X {1}\r\n", "1", b"L:a", b" {2}\r\n", "2", b"L:bc", b"\r\n"]),
        (S, b"* X {2+}\r\nab\r\n", [b"* X {2+}\r\n", "2+", b"L:ab", b"\r\n"]),
        (S, b"* X ~{2}\r\n\x00\n\r\n", [b"* X ~{2}\r\n", "2~", b"L:\x00\n", b"\r\n"]),
        (
            C,
            b"a LOGIN {1}\r\nu {2+}\r\npw\r\n",
            [b"a LOGIN {1}\r\n", "1", b"L:u", b" {2+}\r\n", "2+", b"L:pw", b"\r\n"],
        ),
        (C, b"a APPEND x ~{2+}\r\n\r\n\r\n", [b"a APPEND x ~{2+}\r\n", "2~+", b"L:\r\n", b"\r\n"]),
        (C, b"a X {2-}\r\nab\r\n", [b"a X {2-}\r\n", "2+", b"L:ab", b"\r\n"]),
        # A literal of any octets: what looks like a response or an announcement within is none.
        (S, b"* X {14}\r\nA1 OK {5}\r\nabc\r\n", [b"* X {14}\r\n", "14", b"L:A1 OK {5}\r\nabc", b"\r\n"]),
        # The text of a status response is free; so is that of a continuation request.
        (S, b"* OK see {5}\r\n", [b"* OK see {5}\r\n"]),
        (S, b"*  OK see {5}\r\n", [b"*  OK see {5}\r\n"]),
        (S, b"A1 NO see {5}\r\n", [b"A1 NO see {5}\r\n"]),
        (S, b"A1 bad see {5}\r\n", [b"A1 bad see {5}\r\n"]),
        (S, b"+ go ahead {5}\r\n", [b"+ go ahead {5}\r\n"]),
        (S, b"+{5}\r\n", [b"+{5}\r\n"]),
        (S, b"* OK [ALERT] see {5}\r\n", [b"* OK [ALERT] see {5}\r\n"]),
        (S, b"* OK[ALERT] see {5}\r\n", [b"* OK[ALERT] see {5}\r\n"]),
        # In an unclosed response code it counts.
        (S, b"* NO [REFERRAL {2}\r\nab] x\r\n", [b"* NO [REFERRAL {2}\r\n", "2", b"L:ab", b"] x\r\n"]),
        # Names that only look like a status.
        (S, b"* OKAY {1}\r\na\r\n", [b"* OKAY {1}\r\n", "1", b"L:a", b"\r\n"]),
        # Announcements stand at the end of a line and are nothing elsewhere.
        (S, b"* X {3} y\r\n", [b"* X {3} y\r\n"]),
        (S, b"* X {}\r\n", [b"* X {}\r\n"]),
        (S, b"* X {-1}\r\n", [b"* X {-1}\r\n"]),
        (S, b"* X {3 }\r\n", [b"* X {3 }\r\n"]),
        (S, b"* X {3}\r\r\n", [b"* X {3}\r\r\n"]),
        (S, b"* X {003}\r\nabc\r\n", [b"* X {003}\r\n", "3", b"L:abc", b"\r\n"]),
        # Line ends.
        (S, b"* A\n* B\n", [b"* A\n", b"* B\n"]),
        (S, b"* A\r* B\r\n", [b"* A\r* B\r\n"]),
        (S, b"* A {1}\nx\n", [b"* A {1}\n", "1", b"L:x", b"\n"]),
        (S, b"* \x00\xff\xe9\r\n", [b"* \x00\xff\xe9\r\n"]),
    ],
)
def test_frames(side: Side, fed: bytes, expected: list[str | bytes]) -> None:
    assert framed(side, fed) == expected


@pytest.mark.parametrize(
    ("fed", "expected"),
    [
        (b"x" * 38 + b"\r\n", [b"x" * 38 + b"\r\n"]),
        (b"x" * 39 + b"\r\n* A\r\n", ["limit line", b"P:" + b"x" * 39 + b"\r\n", b"* A\r\n"]),
        (b"y" * 60, ["limit line", b"P:" + b"y" * 60]),
        (b"y" * 50 + b"{2}\r\nab\r\n", ["limit line", b"P:" + b"y" * 50 + b"{2}\r\n", b"L:ab", b"\r\n"]),
        (b"* OK " + b"y" * 50 + b"{2}\r\nab\r\n", ["limit line", b"P:* OK " + b"y" * 50 + b"{2}\r\n", b"ab\r\n"]),
        (b"* X {101}\r\nab\r\n", [b"* X {101}\r\n", "101", "limit literal", b"L:ab\r\n"]),
        (b"* X {%d}\r\nab" % (2**63 - 1), [b"* X {9223372036854775807}\r\n", str(2**63 - 1), "limit literal", b"L:ab"]),
        # No number of the protocol: it announces nothing.
        (b"* X {%d}\r\nab\r\n" % 2**63, [b"* X {9223372036854775808}\r\n", "limit literal", b"ab\r\n"]),
        (b"* X {100}\r\nab", [b"* X {100}\r\n", "100", b"L:ab"]),
    ],
)
def test_limits(fed: bytes, expected: list[str | bytes]) -> None:
    assert framed(S, fed, SMALL) == expected


def test_a_client_that_announces_more_than_the_limit_sends_no_literal() -> None:
    assert framed(C, b"a X {101}\r\nb Y\r\n", SMALL) == [b"a X {101}\r\n", "limit literal", b"b Y\r\n"]


def test_a_literal_over_the_limit_is_read_to_its_end() -> None:
    fed = b"* X {101}\r\n" + b"* Y\r\n" * 20 + b"z)\r\n* Z\r\n"
    assert framed(S, fed, SMALL)[-2:] == [b")\r\n", b"* Z\r\n"]


def test_the_code_of_an_over_long_status_line_may_close_late() -> None:
    limits = Limits(line=100)
    text = b"* OK [CAPABILITY " + b"x " * 60 + b"] see {2}\r\n"
    assert framed(S, text + b"* A\r\n", limits)[-1] == b"* A\r\n"
    code = b"* OK [REFERRAL " + b"x" * 120 + b"{2}\r\nab] x\r\n"
    assert framed(S, code, limits)[-2:] == [b"L:ab", b"] x\r\n"]


def test_an_announcement_over_the_limit_says_what_was_announced() -> None:
    reports = [f for f in frames_of(Framer(S, SMALL), [b"* X {5000}\r\n"]) if isinstance(f, LimitReached)]
    assert reports == [LimitReached(S, "literal", 100, 4, 5000)]
    assert "5,000" in str(reports[0])


def test_lines_say_where_they_stand_and_whether_they_begin_something() -> None:
    frames = [f for f in frames_of(Framer(S), [b"* X {1}\r\na b\r\n* Y\r\n"]) if isinstance(f, Line)]
    assert [(f.offset, f.first, f.text) for f in frames] == [
        (0, True, b"* X {1}"),
        (10, False, b" b"),
        (14, True, b"* Y"),
    ]
    assert frames[0].literal == LiteralHeader(1)


def test_what_is_begun_is_known() -> None:
    framer = Framer(S)
    assert framer.between
    list(frames_of(framer, [b"* X {4}\r\nab"]))
    assert framer.inside_literal == (2, 4)
    assert not framer.between
    list(frames_of(framer, [b"cd y"]))
    assert framer.inside_literal is None
    assert framer.partial_line == b" y"
    list(frames_of(framer, [b"\r\n"]))
    assert framer.between


def test_rest_is_given_up_once() -> None:
    framer = Framer(S)
    framer.feed(b"A1 OK\r\nB1 OK\r\nhalf")
    assert isinstance(framer.next(), Line)
    assert framer.take_rest() == b"B1 OK\r\nhalf"
    assert framer.take_rest() == b""
    assert framer.next() is None


def test_a_literal_that_was_declined_is_dropped_only_before_it_begins() -> None:
    framer = Framer(C)
    list(frames_of(framer, [b"a X {3}\r\n"]))
    framer.drop_literal()
    assert octets_of(frames_of(framer, [b"b Y\r\n"])) == b"b Y\r\n"
    assert framer.between
    list(frames_of(framer, [b"a X {3}\r\na"]))
    framer.drop_literal()
    assert framer.inside_literal == (1, 3)


@given(octets, cuts, st.sampled_from([S, C]), st.sampled_from([DEFAULT, SMALL, Limits(line=3, literal=5)]))
def test_cuts_do_not_show_and_no_octet_is_lost(fed: bytes, at: list[int], side: Side, limits: Limits) -> None:
    whole, cut = Framer(side, limits), Framer(side, limits)
    expected = merged(frames_of(whole, [fed]))
    found = list(frames_of(cut, pieces(fed, at)))
    assert merged(found) == expected
    assert octets_of(found) + cut.partial_line == fed
    assert cut.partial_line == whole.partial_line
    assert len(cut.partial_line) <= limits.line
    assert cut.offset + len(cut.partial_line) == len(fed)
    position = 0
    for frame in found:
        if not isinstance(frame, LimitReached):
            assert frame.offset == position
            position += len(frame.octets)


@given(octets)
def test_octet_by_octet(fed: bytes) -> None:
    expected = merged(frames_of(Framer(S, SMALL), [fed]))
    assert merged(frames_of(Framer(S, SMALL), [fed[i : i + 1] for i in range(len(fed))])) == expected


@given(st.lists(st.binary(max_size=30), min_size=1, max_size=8), cuts)
def test_literals_come_out_as_they_went_in(values: list[bytes], at: list[int]) -> None:
    fed = b"* X " + b" ".join(b"{%d}\r\n%s" % (len(value), value) for value in values) + b"\r\n"
    found = merged(frames_of(Framer(S), pieces(fed, at)))
    assert [frame.octets for frame in found if isinstance(frame, LiteralPart)] == values
