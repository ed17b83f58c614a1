"""The core: what it changes, and that it changes nothing else, whatever octets come."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailshell.misbehave.actions import Action, BeginTls, End, Last, Pass, Pause, Stall, Write
from mailshell.misbehave.changes import (
    Answer,
    Ask,
    Capabilities,
    Change,
    Drop,
    Hold,
    InLiteral,
    KeepClear,
    Of,
    Rewrite,
)
from mailshell.misbehave.misbehaver import Misbehaver
from mailshell.misbehave.misbehaviour import Misbehaviour
from mailshell.misbehave.table import TABLES, find

PROTOCOLS = ("imap", "pop3")
#: What looks like the two protocols, mixed with anything.
IMAP_WORDS = [
    b"* OK [CAPABILITY IMAP4rev1] ready\r\n", b"a1 LOGIN demo demo\r\n", b"a1 OK done\r\n", b"a2 SELECT INBOX\r\n",
    b"* 14 EXISTS\r\n", b"* OK [UIDNEXT 115] next\r\n", b"a2 OK [READ-WRITE] open\r\n", b"a3 FETCH 1 (BODY[])\r\n",
    b"* 1 FETCH (BODY[] {5}\r\n", b"hello", b")\r\n", b"a3 OK done\r\n", b"a4 IDLE\r\n", b"+ idling\r\n", b"DONE\r\n",
    b"a5 APPEND INBOX {3}\r\n", b"abc\r\n", b"a6 STARTTLS\r\n", b"a7 AUTHENTICATE PLAIN\r\n", b"{9999999999}\r\n",
    b"* 1 FETCH (UID 7 FLAGS (\\Seen) ENVELOPE (\"x\" \"y\"))\r\n", b"* SEARCH 1 2\r\n", b"* BYE bye\r\n", b"\n",
    b"{0}\r\n",
]  # fmt: skip
POP3_WORDS = [
    b"+OK ready\r\n", b"CAPA\r\n", b"USER demo\r\n", b"PASS demo\r\n", b"RETR 1\r\n", b"LIST\r\n", b"..x\r\n", b".\r\n",
    b"+OK\r\n", b"-ERR no\r\n", b"AUTH PLAIN\r\n", b"+ \r\n", b"UIDL\r\n", b"1 100\r\n", b"\n", b".\n", b"QUIT\r\n",
]  # fmt: skip


def streams(protocol: str) -> st.SearchStrategy[list[tuple[str, bytes]]]:
    words = st.sampled_from(IMAP_WORDS if protocol == "imap" else POP3_WORDS)
    octets = st.lists(st.one_of(words, words, st.binary(max_size=12)), max_size=6).map(b"".join)
    return st.lists(st.tuples(st.sampled_from("CS"), octets), max_size=14)


def misbehaver(*changes: Change, protocol: str = "imap") -> Misbehaver:
    return Misbehaver(protocol, [Misbehaviour("x", (), changes)])


def written(actions: Iterable[Action]) -> bytes:
    return b"".join(action.octets for action in actions if isinstance(action, Write))


def passed(actions: Iterable[Action]) -> bytes:
    return b"".join(action.octets for action in actions if isinstance(action, Pass))


def play(one: Misbehaver, *steps: tuple[str, bytes]) -> list[Action]:
    """All actions, in their order."""
    actions: list[Action] = []
    for side, octets in steps:
        actions += one.client(octets) if side == "C" else one.server(octets)
    return actions


# --- nothing is changed


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_without_misbehaviours_all_passes(protocol: str, data: st.DataObject) -> None:
    sent = data.draw(streams(protocol))
    one = Misbehaver(protocol, ())
    actions = play(one, *sent)
    actions += one.client_ended()
    actions += one.server_ended()
    assert passed(actions) == b"".join(octets for side, octets in sent if side == "C")
    assert written(actions) == b"".join(octets for side, octets in sent if side == "S")
    assert actions[-1] == End()


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_what_no_change_fits_passes(protocol: str, data: st.DataObject) -> None:
    """With a change of each kind that is never made."""
    never = rb"\Zx"
    changes: Sequence[Change] = (
        *(Rewrite(of, never, b"") for of in Of),
        Drop(never),
        Answer(never, (b"no",)),
        Ask(b"", never, b""),
        InLiteral(b"x", match=never),
        Hold(never),
        KeepClear(),
    )
    sent = data.draw(streams(protocol))
    one = misbehaver(*changes, protocol=protocol)
    actions = play(one, *sent) + one.client_ended() + one.server_ended()
    assert passed(actions) == b"".join(octets for side, octets in sent if side == "C")
    assert written(actions) == b"".join(octets for side, octets in sent if side == "S")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(data=st.data(), cut=st.integers(1, 7))
@settings(max_examples=50, deadline=None)
def test_pieces_make_no_difference(protocol: str, data: st.DataObject, cut: int) -> None:
    sent = data.draw(streams(protocol))
    server = b"".join(octets for side, octets in sent if side == "S")
    changes = (Rewrite(tuple(Of), rb"[aeo]", b"<{tag}>", every=True), Capabilities(add=(b"XTRA",)))
    whole, cuts = misbehaver(*changes, protocol=protocol), misbehaver(*changes, protocol=protocol)
    pieces = [server[at : at + cut] for at in range(0, len(server), cut)]
    for one in (whole, cuts):
        one.client(b"".join(octets for side, octets in sent if side == "C"))
    at_once = whole.server(server) + whole.server_ended()
    in_pieces = [action for piece in pieces for action in cuts.server(piece)] + cuts.server_ended()
    # An endless line is told from others only when it has become too long; these are not.
    assert written(at_once) == written(in_pieces)


# --- whatever comes


@pytest.mark.parametrize("protocol", PROTOCOLS)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_nothing_is_raised_whatever_is_chosen(protocol: str, data: st.DataObject) -> None:
    table = sorted(TABLES[protocol])
    chosen = data.draw(st.one_of(st.lists(st.sampled_from(table), max_size=4), st.just(table)))
    one = Misbehaver(protocol, [TABLES[protocol][rule] for rule in chosen], session=data.draw(st.integers(1, 3)))
    actions = play(one, *data.draw(streams(protocol)))
    actions += one.started_tls() + one.client_ended() + one.server_ended() + one.server(b"x\r\n")
    ends = [at for at, action in enumerate(actions) if isinstance(action, Last)]
    assert ends == [len(actions) - 1]
    assert one.server(b"x") == []


def test_a_large_literal_is_not_held() -> None:
    one = misbehaver(Rewrite(Of.BEHIND, rb"\A", b" FLAGS ()"), InLiteral(b"x", at=10, over=1))
    one.server(b"* OK ready\r\n")
    one.client(b"a1 FETCH 1 BODY[]\r\n")
    size, piece = 100 << 20, bytes(1 << 20)
    assert written(one.server(b"* 1 FETCH (BODY[] {%d}\r\n" % size)) == b"* 1 FETCH (BODY[] {%d}\r\n" % size
    for _ in range(100):
        assert len(written(one.server(piece))) == len(piece)
    assert written(one.server(b")\r\n")) == b" FLAGS ())\r\n"


def test_a_large_reply_of_pop3_is_not_held() -> None:
    one = misbehaver(Rewrite(Of.DOT, rb"\A", b"more\r\n", b"RETR"), protocol="pop3")
    one.server(b"+OK ready\r\n")
    one.client(b"RETR 1\r\n")
    piece = (b"x" * 62 + b"\r\n") * (1 << 10)
    one.server(b"+OK\r\n")
    for _ in range(100):
        # The last line end may begin the end of the reply.
        assert len(written(one.server(piece))) >= len(piece) - 2
    assert written(one.server(b".\r\n")).endswith(b"more\r\n.\r\n")


def test_an_endless_line_is_not_held() -> None:
    one = misbehaver(Rewrite(Of.UNTAGGED, rb"x", b"y", every=True))
    one.server(b"* OK ready\r\n* ")
    came = sum(len(written(one.server(bytes(1 << 16)))) for _ in range(40))
    assert came >= 40 * (1 << 16) - (1 << 20)


# --- what is changed


def begun(*changes: Change) -> Misbehaver:
    """After the greeting."""
    one = misbehaver(*changes)
    one.server(b"* OK ready\r\n")
    return one


def answer(one: Misbehaver, command: bytes, *lines: bytes) -> bytes:
    one.client(command + b"\r\n")
    return written(one.server(b"".join(line + b"\r\n" for line in lines)))


def test_a_line_is_rewritten_with_what_is_known() -> None:
    one = begun(Rewrite(Of.COMPLETION, rb"\A", b"* {exists+1} FETCH ({tag} {uidnext-1} {unknown})\r\n", b"NOOP"))
    answer(one, b"a1 SELECT INBOX", b"* 14 EXISTS", b"* OK [UIDNEXT 115] next", b"a1 OK done")
    assert answer(one, b"a2 NOOP", b"* 14 EXPUNGE", b"a2 OK done") == (
        b"* 14 EXPUNGE\r\n* 14 FETCH (a2 114 0)\r\na2 OK done\r\n"
    )


def test_only_what_answers_the_command_is_rewritten() -> None:
    one = begun(Rewrite((Of.UNTAGGED, Of.COMPLETION), rb"o", b"0", b"FETCH "))
    assert answer(one, b"a1 NOOP", b"* foo", b"a1 OK foo") == b"* foo\r\na1 OK foo\r\n"
    assert answer(one, b"a2 fetch 1 X", b"* foo", b"a2 OK foo") == b"* f0o\r\na2 0K foo\r\n"


def test_counts_of_a_change() -> None:
    line = b"* foo"
    for change, wanted in (
        (Rewrite(Of.UNTAGGED, rb"o", b"0", most=1), [1, 0, 0, 0]),
        (Rewrite(Of.UNTAGGED, rb"o", b"0", skip=1), [0, 1, 1, 1]),
        (Rewrite(Of.UNTAGGED, rb"o", b"0", every=True), [2, 2, 2, 2]),
    ):
        one = begun(change)
        out = answer(one, b"a1 NOOP", line, line, b"a1 OK") + answer(one, b"a2 NOOP", line, line, b"a2 OK")
        assert [found.count(b"0") for found in re.findall(rb"\* ...", out)] == wanted


def test_steps_between_octets() -> None:
    one = begun(Rewrite(Of.COMPLETION, rb"\Z", (Pause(2), b"* BYE\r\n", Stall()), b"NOOP"))
    one.client(b"a1 NOOP\r\n")
    actions = one.server(b"a1 OK\r\n* more\r\n")
    assert actions == [Write(b"a1 OK\r\n"), Pause(2), Write(b"* BYE\r\n"), Stall()]
    assert (one.client(b"a2 NOOP\r\n"), one.server(b"x\r\n"), one.server_ended()) == ([], [], [])


def test_a_response_is_dropped_with_its_literals() -> None:
    one = begun(Drop(rb"FETCH", b"FETCH"))
    out = answer(one, b"a1 FETCH 1 X", b"* 1 FETCH (X {3}", b"ab) {2}", b"xy)", b"* OK there", b"a1 OK done")
    assert out == b"* OK there\r\na1 OK done\r\n"


def test_a_literal_is_announced_and_filled_in_another_way() -> None:
    one = begun(
        Rewrite(Of.UNTAGGED, rb"\{(?P<n>\d+)\}(?=\r\n)", b"{{n+1}}"), InLiteral(b"XYZ", at=2, over=2, match=rb"BODY")
    )
    one.client(b"a1 FETCH 1 BODY[]\r\n")
    assert written(one.server(b"* 1 FETCH (BODY[] {6}\r\nabc")) == b"* 1 FETCH (BODY[] {7}\r\nabXYZ"
    assert written(one.server(b"def)\r\n")) == b"ef)\r\n"


def test_a_command_is_answered_in_place_of_the_server() -> None:
    one = begun(Answer(b"CREATE ", (b"{tag} OK made\r\n",)))
    assert one.client(b"a1 CREATE x\r\n") == [Write(b"a1 OK made\r\n")]
    assert one.client(b"a2 CREATE {3}\r\n") == [Write(b"+ go ahead\r\n")]
    assert one.client(b"abc\r\na3 NOOP\r\n") == [Write(b"a2 OK made\r\n"), Pass(b"a3 NOOP\r\n")]
    assert one.client(b"a4 CREATE {3+}\r\nabc\r\n") == [Write(b"a4 OK made\r\n")]


def test_a_command_is_answered_before_it_is_whole() -> None:
    one = begun(Answer(b"CREATE ", (b"{tag} NO\r\n",), early=True))
    # The literal that was refused does not come.
    assert one.client(b"a1 CREATE {3}\r\na2 NOOP\r\n") == [Write(b"a1 NO\r\n"), Pass(b"a2 NOOP\r\n")]
    assert one.client(b"a3 CREATE {3+}\r\nabc\r\na4 NOOP\r\n") == [Write(b"a3 NO\r\n"), Pass(b"a4 NOOP\r\n")]


def test_a_command_is_changed_before_the_server_gets_it() -> None:
    one = begun(Ask(b"SEARCH RETURN", rb"RETURN \(\w*\) ", b""))
    assert one.client(b"a1 SEARCH RETURN (ALL) 1\r\n") == [Pass(b"a1 SEARCH 1\r\n")]
    assert one.client(b"a2 SEARCH 1\r\n") == [Pass(b"a2 SEARCH 1\r\n")]


def test_capabilities_change_wherever_they_stand() -> None:
    one = misbehaver(Capabilities(add=(b"QRESYNC", b"IDLE"), drop=(b"IMAP4REV1",)))
    assert written(one.server(b"* OK [CAPABILITY IMAP4rev1 IDLE] hi\r\n")) == b"* OK [CAPABILITY IDLE QRESYNC] hi\r\n"
    assert answer(one, b"a1 CAPABILITY", b"* CAPABILITY IMAP4rev1", b"a1 OK") == (
        b"* CAPABILITY QRESYNC IDLE\r\na1 OK\r\n"
    )


def test_capabilities_of_pop3() -> None:
    one = misbehaver(Capabilities(add=(b"STLS",), drop=(b"UIDL",)), protocol="pop3")
    one.server(b"+OK hi\r\n")
    one.client(b"CAPA\r\n")
    assert written(one.server(b"+OK\r\nTOP\r\nUIDL\r\nSASL PLAIN\r\n.\r\n")) == (
        b"+OK\r\nTOP\r\nSASL PLAIN\r\nSTLS\r\n.\r\n"
    )


def test_a_completion_is_held_back() -> None:
    one = begun(Hold(b"FETCH"))
    one.client(b"a1 FETCH 1 X\r\na2 NOOP\r\n")
    assert written(one.server(b"a1 OK one\r\na2 OK two\r\n")) == b"a2 OK two\r\na1 OK one\r\n"
    assert answer(one, b"a3 FETCH 1 X", b"a3 OK alone") == b"a3 OK alone\r\n"


@pytest.mark.parametrize("kept", [True, False])
def test_what_stands_behind_starttls(kept: bool) -> None:
    one = begun(Answer(b"STARTTLS", (b"{tag} OK\r\n", BeginTls())), *([KeepClear()] if kept else []))
    assert one.client(b"a1 STARTTLS\r\na2 NOOP\r\n") == [Write(b"a1 OK\r\n"), BeginTls()]
    assert one.started_tls() == ([Pass(b"a2 NOOP\r\n")] if kept else [])
    assert one.client(b"a3 NOOP\r\n") == [Pass(b"a3 NOOP\r\n")]


def test_the_lines_of_a_dialogue_are_no_commands() -> None:
    one = begun(Answer(b"", (b"{tag} BAD\r\n",), skip=1))
    assert passed(one.client(b"a1 AUTHENTICATE PLAIN\r\n")) == b"a1 AUTHENTICATE PLAIN\r\n"
    one.server(b"+ \r\n")
    assert passed(one.client(b"x y z\r\n")) == b"x y z\r\n"
    one.server(b"a1 OK in\r\n")
    assert one.client(b"a2 NOOP\r\n") == [Write(b"a2 BAD\r\n")]


def test_the_first_sessions_are_good() -> None:
    bad = Misbehaviour("x", (), (Rewrite(Of.GREETING, rb"OK", b"NO {session}"),), good=1)
    assert written(Misbehaver("imap", [bad], session=1).server(b"* OK\r\n")) == b"* OK\r\n"
    assert written(Misbehaver("imap", [bad], session=2).server(b"* OK\r\n")) == b"* NO 2\r\n"


# --- the tables


def test_a_misbehaviour_is_found_by_id_and_name() -> None:
    by_id, by_name = find("f06"), find("bare-lf")
    assert ("imap", TABLES["imap"]["bare-lf"]) in by_id
    assert ("imap", TABLES["imap"]["bare-lf"]) in by_name
    assert find("no-such-rule") == []


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_records_are_sound(protocol: str) -> None:
    for one in TABLES[protocol].values():
        # Where it is the network that makes a fault of it, a good server need not be changed.
        assert one.changes or one.remote, one.rule
        assert all(line == line.strip() and line for line in one.provoke), one.rule
        assert not (one.remote and one.insecure), one.rule
        for change in one.changes:
            for pattern in (getattr(change, name, b"") for name in ("match", "during")):
                re.compile(pattern)
