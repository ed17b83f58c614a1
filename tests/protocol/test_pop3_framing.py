"""POP3 framing: lines, and multi-line bodies with their stuffed dots, however they are cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_support import SMALL, cuts, frames_of, merged, octets, octets_of, pieces

from mailshell.protocol.events import BodyEnd, BodyPart, LimitReached, Line, LinePart, Side
from mailshell.protocol.limits import DEFAULT, Limits
from mailshell.protocol.pop3.framing import Framer

S = Side.SERVER


def body_framer(status: bytes = b"+OK\r\n", limits: Limits = DEFAULT) -> Framer:
    """A framer that has read a status line after which a body follows."""
    framer = Framer(S, limits)
    framer.feed(status)
    assert isinstance(framer.next(), Line)
    framer.begin_body()
    return framer


def read(framer: Framer, chunks: list[bytes]) -> tuple[bytes, bytes, bytes]:
    """The content of a body, its end, and what follows."""
    content, end, after = b"", b"", b""
    for frame in frames_of(framer, chunks):
        if isinstance(frame, BodyPart):
            content += frame.content()
        elif isinstance(frame, BodyEnd):
            end += frame.octets
        elif isinstance(frame, (Line, LinePart)):
            after += frame.octets
    return content, end, after


BODIES = [
    (b"+OK\r\n", b".\r\n", b"", b".\r\n", b""),
    (b"+OK\r\n", b".\n", b"", b".\n", b""),
    (b"+OK\r\n", b"a\r\n.\r\n", b"a\r\n", b".\r\n", b""),
    (b"+OK\r\n", b"a\r\n.\n", b"a\r\n", b".\n", b""),
    (b"+OK\r\n", b"a\r\n.\r\n+OK\r\n", b"a\r\n", b".\r\n", b"+OK\r\n"),
    (b"+OK\r\n", b"..\r\n.\r\n", b".\r\n", b".\r\n", b""),
    (b"+OK\r\n", b"..a\r\n...\r\nb.\r\n.\r\n", b".a\r\n..\r\nb.\r\n", b".\r\n", b""),
    (b"+OK\r\n", b"\r\n\r\n.\r\n", b"\r\n\r\n", b".\r\n", b""),
    # A dot that was not stuffed and does not stand alone.
    (b"+OK\r\n", b".a\r\n.\r\n", b"a\r\n", b".\r\n", b""),
    # Bare LF and bare CR are no line ends where lines end with CRLF.
    (b"+OK\r\n", b"a\n.\nb\r.\rc\r\n.\r\n", b"a\n.\nb\r.\rc\r\n", b".\r\n", b""),
    (b"+OK\r\n", b"a\n.\r\nb\r\n.\r\n", b"a\n.\r\nb\r\n", b".\r\n", b""),
    (b"+OK\r\n", b"a\r\r\n.\r\n", b"a\r\r\n", b".\r\n", b""),
    (b"+OK\r\n", b"\r\n.\r\r\n.\r\n", b"\r\n\r\r\n", b".\r\n", b""),
    (b"+OK\r\n", b"\x00\xff\xe9\r\n.\r\n", b"\x00\xff\xe9\r\n", b".\r\n", b""),
    # A server that writes LF.
    (b"+OK\n", b"a\n..b\n.\n+OK\n", b"a\n.b\n", b".\n", b"+OK\n"),
    (b"+OK\n", b"a\n.\r\n", b"a\n", b".\r\n", b""),
    (b"+OK\n", b".\n", b"", b".\n", b""),
    # No end.
    (b"+OK\r\n", b"a\r\nb.\r\n", b"a\r\nb.\r\n", b"", b""),
]


@pytest.mark.parametrize(("status", "fed", "content", "end", "after"), BODIES)
def test_bodies_cut_everywhere(status: bytes, fed: bytes, content: bytes, end: bytes, after: bytes) -> None:
    assert read(body_framer(status), [fed]) == (content, end, after)
    assert read(body_framer(status), [fed[i : i + 1] for i in range(len(fed))]) == (content, end, after)
    for cut in range(1, len(fed)):
        assert read(body_framer(status), [fed[:cut], fed[cut:]]) == (content, end, after)


def test_a_piece_never_ends_where_the_next_octet_decides() -> None:
    framer = body_framer()
    for octet in b"a\r\n.b\r\n.\r\n":
        for frame in frames_of(framer, [bytes([octet])]):
            assert not (isinstance(frame, BodyPart) and frame.octets.endswith(b"\r"))
            assert not (isinstance(frame, BodyPart) and frame.octets == b"." and frame.line_start)


def test_no_more_than_four_octets_are_held_back() -> None:
    framer = body_framer()
    fed = b"x" * 100_000 + b"\r\n.\r"
    passed = octets_of(frames_of(framer, [fed]))
    assert fed.startswith(passed)
    assert len(fed) - len(passed) <= 4
    assert passed + framer.take_rest() == fed


@pytest.mark.parametrize(
    ("fed", "kinds"),
    [
        (b"+OK\r\n", [Line]),
        (b"+OK\n-ERR\n", [Line, Line]),
        (b"\r\n", [Line]),
        (b"x" * 41, [LimitReached, LinePart]),
        (b"x" * 39 + b"\r\n+OK\r\n", [LimitReached, LinePart, Line]),
        (b"x" * 38 + b"\r\n", [Line]),
        (b"+OK {3}\r\n", [Line]),
    ],
)
def test_lines(fed: bytes, kinds: list[type]) -> None:
    assert [type(frame) for frame in frames_of(Framer(S, SMALL), [fed])] == kinds


@given(octets, cuts, st.sampled_from([DEFAULT, SMALL, Limits(line=3)]))
def test_cuts_do_not_show_in_lines(fed: bytes, at: list[int], limits: Limits) -> None:
    framer = Framer(S, limits)
    found = list(frames_of(framer, pieces(fed, at)))
    assert merged(found) == merged(frames_of(Framer(S, limits), [fed]))
    assert len(framer.partial_line) <= limits.line
    assert octets_of(found) + framer.take_rest() == fed


@given(octets, cuts, st.sampled_from([b"+OK\r\n", b"+OK\n"]))
def test_cuts_do_not_show_in_bodies(fed: bytes, at: list[int], status: bytes) -> None:
    framer = body_framer(status)
    found = list(frames_of(framer, pieces(fed, at)))
    whole = body_framer(status)
    assert merged(found) == merged(frames_of(whole, [fed]))
    assert read(body_framer(status), pieces(fed, at)) == read(body_framer(status), [fed])
    held = framer.take_rest()
    assert octets_of(found) + held == fed
    assert not framer.inside_body or len(held) <= 4


@given(
    st.lists(st.binary(max_size=12).map(lambda line: line.replace(b"\r", b"").replace(b"\n", b"")), max_size=10), cuts
)
def test_what_was_stuffed_comes_out_as_it_went_in(lines: list[bytes], at: list[int]) -> None:
    content = b"".join(line + b"\r\n" for line in lines)
    stuffed = b"".join((b"." if line[:1] == b"." else b"") + line + b"\r\n" for line in lines)
    assert read(body_framer(), pieces(stuffed + b".\r\n+OK\r\n", at)) == (content, b".\r\n", b"+OK\r\n")
