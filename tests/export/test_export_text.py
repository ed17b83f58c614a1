"""The transcript: an arrow for each line, notes and errors, what is folded, and that nothing but text gets out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from export_support import IMAP, POP3, SESSIONS, Step, exported, record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailshell.export.fold import Folded
from mailshell.protocol.secrecy import Secrets


def test_arrows_tell_the_side_and_tls(tmp_path: Path) -> None:
    lines = exported(record(tmp_path / "a.mwire", IMAP), "text").splitlines()
    assert (
        lines[0] == "*** imap session with mail.example.org:143, recorded 2026-01-05T08:00:00.000Z by mailshell 0.1.0"
    )
    for line in (
        "*** connected to 198.51.100.7:143",
        "<-  * OK [CAPABILITY IMAP4rev1 STARTTLS] ready",
        " -> a1 STARTTLS",
        "*** TLS started: TLSv1.3, AES; the certificate for mail.example.org was verified",
        " ~> a2 LOGIN ana ⟦password#1⟧",
        "<~  a2 OK logged in",
        "*** mark: here it comes",
        "*** note: the literal is right",
        "<~  .one dot",
        " ** deviation: error S01: no command with the tag zz is under way (RFC 9051 2.2.1)",
        "*** the server closed the connection",
        " ** the recording has no closing event: it was cut off, or is still being written",
    ):
        assert line in lines, line


def test_a_body_is_as_it_was_on_the_wire(tmp_path: Path) -> None:
    text = exported(record(tmp_path / "a.mwire", POP3, "pop3"), "text")
    assert "<-  ..one dot\n<-  ...two dots\n<-  last line\n<-  .\n" in text


@pytest.mark.parametrize(
    ("fold", "shown", "rest"),
    [
        (0, 0, "*** … 6 more of 6 lines, 74 more of 74 octets"),
        (2, 2, "*** … 4 more of 6 lines, 35 more of 74 octets"),
        (6, 6, ""),
        (20, 6, ""),
        (None, 6, ""),
    ],
)
def test_contents_are_folded_with_a_count(tmp_path: Path, fold: int | None, shown: int, rest: str) -> None:
    lines = exported(record(tmp_path / "a.mwire", IMAP), "text", fold).splitlines()
    start = next(number for number, line in enumerate(lines) if "BODY[] {" in line)
    end = lines.index("<~  )")
    assert end - start - 1 == shown + bool(rest)
    if rest:
        assert lines[end - 1] == rest


def test_a_connection_that_ends_before_goodbye_is_an_error(tmp_path: Path) -> None:
    steps = [*IMAP[:-3], IMAP[-1]]
    assert " ** the server closed the connection" in exported(record(tmp_path / "a.mwire", steps), "text")


@pytest.mark.parametrize("to", ["text", "markdown", "html", "json", "python"])
def test_a_secret_that_should_have_been_masked_is(tmp_path: Path, to: str) -> None:
    """A header may say masked of what was not: the engine sees where the secrets stand."""
    steps: list[Step] = [
        ("S", b"* OK ready\r\n"),
        ("C", b"a1 LOGIN ana hunter22\r\n"),
        ("S", b"a1 NO the password hunter22 is wrong\r\n"),
        ("C", b"a2 LOGIN {3}\r\n"),
        ("S", b"+ go\r\n"),
        ("C", b"ana {8}\r\n"),
        ("S", b"+ go\r\n"),
        ("C", b"swordfis\r\n"),
        ("S", b"a2 OK swordfis\r\n"),
        ("C", b"a3 AUTHENTICATE PLAIN\r\n"),
        ("S", b"+ \r\n"),
        ("C", b"AGFuYQBodW50ZXIyMg==\r\n"),
        ("S", b"a3 OK\r\n"),
        ("note", {"text": "it was hunter22"}),
    ]
    text = exported(record(tmp_path / "a.mwire", steps), to)
    assert not re.search("hunter22|swordfis|AGFuYQBodW", text)
    assert "⟦" in text or to == "python"


@given(
    lines=st.lists(st.binary(max_size=40), max_size=12),
    cuts=st.lists(st.integers(1, 30), min_size=1),
    most=st.integers(0, 14),
)
def test_folding_counts_whatever_the_pieces(lines: list[bytes], cuts: list[int], most: int) -> None:
    octets = b"\r\n".join(line.replace(b"\n", b"?") for line in lines)
    expected = Folded(None, Secrets())
    whole = expected.feed(octets) + expected.end()
    folded = Folded(most, Secrets())
    shown: list[str] = []
    at = 0
    while at < len(octets):
        cut = cuts[at % len(cuts)]
        shown += folded.feed(octets[at : at + cut])
        at += cut
    shown += folded.end()
    assert shown == whole[:most]
    assert folded.octets == len(octets)
    assert bool(folded.rest) == (len(whole) > most)
    if folded.rest:
        assert f"{len(whole) - most:,} more of {len(whole):,} lines" in folded.rest


_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
def test_any_octets_give_text_without_controls(tmp_path: Path, protocol: str, data: st.DataObject) -> None:
    """Every format, whatever stands in the recording: nothing is raised, and no control character gets out."""
    snippets = [value for _, value in SESSIONS[protocol] if isinstance(value, bytes)]
    some = st.one_of(
        st.sampled_from(snippets), st.binary(max_size=60), st.sampled_from([b"\x1b[2J\r\n", b"\xe2\x80\xae"])
    )
    kinds = st.sampled_from(["C", "S", "S"])
    steps: list[Step] = data.draw(st.lists(st.tuples(kinds, some), max_size=12))
    steps.append(("note", {"text": data.draw(_TEXT)}))
    deviation = {"rule": data.draw(_TEXT), "side": "S", "start": 0, "end": 1, "message": data.draw(_TEXT)}
    steps.append(("deviation", {**deviation, "section": data.draw(_TEXT)}))
    steps.append(("end", {"by": "server", "how": data.draw(_TEXT)}))
    path = record(tmp_path / "a.mwire", steps, protocol, title=data.draw(_TEXT))
    for to in ("text", "markdown", "html", "json", "python"):
        text = exported(path, to, data.draw(st.sampled_from([0, 2, 20, None])))
        found = re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2028]", text)
        assert found is None or (to == "json" and found[0] == "\x7f"), (to, text)
