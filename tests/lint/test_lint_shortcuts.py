"""What the linter passes over, or reads in one go, is told of as if it had looked at each octet."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lint_support import lint, octets_of
from test_rules_fire import CASES, Case

from mailshell.lint.checker import PLAIN_LINE, Checker, Now
from mailshell.lint.finding import Finding
from mailshell.lint.imap import table as imap
from mailshell.lint.linter import Linter
from mailshell.lint.piece import read_piece
from mailshell.lint.pop3.measure import Letter
from mailshell.lint.pop3.octets import CutLines
from mailshell.lint.recent import Recent
from mailshell.protocol.events import BodyEnd, BodyPart, Side
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.pop3.framing import Framer
from mailshell.wire import Closed, Octets

BEGIN = (
    "C: a1 SELECT INBOX",
    r"S: * FLAGS (\Answered \Flagged \Deleted \Seen \Draft)",
    "S: * OK [UIDVALIDITY 1] ok",
    "S: * OK [UIDNEXT 60] ok",
    "S: * 9 EXISTS",
    "S: a1 OK [READ-WRITE] open",
    "C: a2 UID FETCH 1:* (UID FLAGS RFC822.SIZE)",
)
LINES = [
    r"* %d FETCH (UID %d FLAGS (\Seen) RFC822.SIZE 5)",
    r"* %d FETCH (UID %d FLAGS (\Recent $New \Odd 50%%) RFC822.SIZE 6)",
    r"* %d FETCH (FLAGS () UID %d)",
    "* %d FETCH (UID %d UID 0)",
    "* %d  FETCH (UID %d)",
    "* 0%d FETCH (UID %d)",
    "* %d fetch (UID %d MODSEQ (7))",
    "* %d FETCH (UID %d0000000000 RFC822.SIZE 4294967296)",
    "* %d FETCH (UID %d RFC822.SIZE 5 )",
    "* %d FETCH (UID %dFLAGS ())",
    "* %d EXPUNGE",
    "* %d EXISTS",
    "* OK [UIDNEXT %d] {5}",
    "* %d FETCH (UID %d BODY[] {0}",
    ")",
    "* LANGUAGE (EN)",
    "* NO é",
    "a2 BAD what",
    "+ go on",
    "odd",
]


def _found(octets: bytes, *, shortcuts: bool) -> list[tuple[str, int, int, str]]:
    engine = ImapConnection()
    found: list[Finding] = []
    checkers = imap.checkers()
    if not shortcuts:
        for checker in checkers:
            # Of the instance, in place of the class.
            checker.__dict__["plain"] = True
    linter = Linter(engine, imap.RULES, checkers, found.append)
    steps = [(Side.SERVER, b"* PREAUTH [CAPABILITY IMAP4rev1] ready\r\n")]
    steps += [(Side.SERVER if step[0] == "S" else Side.CLIENT, octets_of(step)) for step in BEGIN]
    for side, piece in [*steps, (Side.SERVER, octets)]:
        linter.wire(Octets(side, piece, 0.0, True, 0))
        for event in engine.sent(piece) if side is Side.CLIENT else engine.received(piece):
            linter.event(event, 0.0, True)
    linter.idle(60.0)
    linter.wire(Closed(60.0, True, "the server closed the connection"))
    return [(one.rule.name, one.start, one.end, one.message) for one in found]


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Lines of which most are plain."""
    lines = []
    for form in draw(st.lists(st.sampled_from(LINES), min_size=1, max_size=12)):
        numbers = (draw(st.integers(1, 12)), draw(st.integers(1, 70)))
        line = form % numbers[: form.count("%d")] if "%" in form else form
        lines.append(line.encode() + draw(st.sampled_from([b"\r\n"] * 9 + [b"\n", b" \r\n"])))
    return b"".join(lines)


@given(answers())
def test_what_is_plain_breaks_no_rule_that_passes_it_over(octets: bytes) -> None:
    assert _found(octets, shortcuts=True) == _found(octets, shortcuts=False)


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        (b"* 3 EXISTS\r\n", True),
        (b"* OK [UIDNEXT 5] see {5} there\r\n", True),
        (b"* OK see {5}\r\n", False),
        (b"* 3 EXISTS\n", False),
        (b"* 3 EXISTS\r\r\n", False),
        (b"* 3\tEXISTS\r\n", False),
        (b"* OK \xc3\xa9\r\n", False),
        (b"* OK \0\r\n", False),
        (b"a1 OK done\r\n", False),
        (b"+ idling\r\n", False),
        (b"* " + b"x" * 9996 + b"\r\n", True),
        (b"* " + b"x" * 9997 + b"\r\n", False),
    ],
)
def test_plain_lines(line: bytes, plain: bool) -> None:
    assert (PLAIN_LINE(line) is not None) is plain


@given(st.sampled_from(CASES), st.integers(1, 30))
def test_how_the_octets_are_cut_does_not_matter(case: Case, chunk: int) -> None:
    def told(chunk: int) -> list[tuple[str, int, int, str]]:
        found = lint(case.protocol, case.exchange, chunk=chunk)
        # What came in the clear behind STARTTLS is marked as far as it came in one read.
        return [
            (one.rule.name, one.start, one.end, one.message) for one in found if one.rule.name != "response-injection"
        ]

    assert sorted(told(chunk)) == sorted(told(0))


# --- bodies of POP3

_WORDS = st.sampled_from(
    [b"a", b"Subject: x", b" b", b".", b"..", b"...", b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"x" * 600]
)


@st.composite
def bodies(draw: st.DrawFn) -> list[BodyPart]:
    """A body as the framing gives it, in pieces of some size."""
    octets = b"".join(draw(st.lists(_WORDS, max_size=40)))
    framer = Framer(Side.SERVER)
    framer.feed(draw(st.sampled_from([b"+OK\r\n", b"+OK\n"])))
    framer.next()
    framer.begin_body()
    size = draw(st.integers(1, 2000))
    parts = []
    for at in range(0, len(octets), size):
        framer.feed(octets[at : at + size])
        while (frame := framer.next()) is not None:
            if not isinstance(frame, BodyPart):
                return parts
            parts.append(frame)
    return parts


@given(bodies())
def test_the_counts_of_a_piece(parts: list[BodyPart]) -> None:
    for part in parts:
        piece = read_piece(part)
        octets = part.octets
        assert (piece.octets, piece.offset, piece.line_start, piece.crlf) == (
            octets,
            part.offset,
            part.line_start,
            part.crlf,
        )
        assert piece.line_feeds == octets.count(b"\n")
        assert piece.returns == octets.count(b"\r")
        assert piece.pairs == octets.count(b"\r\n")
        assert piece.dotted == ((b"\r\n." if part.crlf else b"\n.") in octets)


@given(bodies(), st.integers(1, 50))
def test_a_header_is_the_same_in_one_piece_or_many(parts: list[BodyPart], size: int) -> None:
    octets = b"".join(part.octets for part in parts)
    whole, cut = Letter(), Letter()
    if octets:
        whole.feed(read_piece(BodyPart(Side.SERVER, octets, 0, True)))
    at = 0
    while at < len(octets):
        end = min(len(octets), at + size)
        # A piece never ends between CR and LF.
        end += octets[end - 1 : end + 1] == b"\r\n"
        cut.feed(read_piece(BodyPart(Side.SERVER, octets[at:end], at, octets[at - 1 : at] in (b"", b"\n"))))
        at = end
    assert (whole.header, whole.blank, whole.lines, whole.octets) == (cut.header, cut.blank, cut.lines, cut.octets)


_LENGTHS = st.sampled_from([10, 400, 509, 510, 511, 900, 1020, 1021, 1022, 1023, 1024, 1025, 1500])


@given(st.lists(_LENGTHS, max_size=12), st.integers(1, 3000))
def test_long_lines_are_found_however_they_are_cut(lengths: list[int], size: int) -> None:
    octets = b"".join(b"x" * length + b"\r\n" for length in lengths)
    checker, at = CutLines(), 0
    while at < len(octets):
        end = min(len(octets), at + size)
        # A piece never ends between CR and LF.
        end += octets[end - 1 : end + 1] == b"\r\n"
        checker.body(BodyPart(Side.SERVER, octets[at:end], at, True), Now(ImapConnection()))
        at = end
    found = list(checker.body(BodyEnd(Side.SERVER, b".\r\n", at), Now(ImapConnection())))
    near = Counter(length for length in lengths if 1021 <= length <= 1024)
    most = max(near.values(), default=0)
    assert len(found) == (most >= 3 and max(lengths) <= 1024)


# --- what is remembered


@given(st.integers(2, 20), st.lists(st.tuples(st.integers(0, 15), st.integers()), max_size=100))
def test_what_was_put_in_last_is_remembered(most: int, puts: list[tuple[int, int]]) -> None:
    recent = Recent[int, int](most)
    for at, (key, value) in enumerate(puts):
        recent.put(key, value)
        assert len(recent) <= most
        last: dict[int, int] = {}
        for other, its in reversed(puts[: at + 1]):
            if len(last) == most // 2:
                break
            last.setdefault(other, its)
        assert all(recent.get(other) == its for other, its in last.items())


def test_what_is_forgotten() -> None:
    recent = Recent[int, str](4)
    for key in range(3):
        recent.put(key, str(key))
    recent.keep(lambda key: key != 1)
    assert [recent.get(key) for key in range(4)] == ["0", None, "2", None]
    assert [recent.pop(0) for _ in range(2)] == ["0", None]
    recent.clear()
    assert [len(recent), recent.get(2)] == [0, None]


def test_whom_an_event_concerns_is_found_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is nobody."""
    asked: Counter[str] = Counter()

    def concerns(checker: Checker, name: str) -> bool:
        asked[name] += 1
        return checker.concerns is not None and name in checker.concerns

    engine = ImapConnection()
    checkers = list(imap.checkers())
    linter = Linter(engine, imap.RULES, checkers, lambda finding: None)
    monkeypatch.setattr("mailshell.lint.linter._concerns", concerns)
    for _ in range(3):
        for event in engine.received(b"* OK hello\r\n* XODD 1\r\n* XODD 2\r\n"):
            linter.event(event, 0.0, False)
    assert 0 < asked["XODD"] <= len(checkers)
