"""What of a recording does not fit into memory stands in temporary files, and is found there."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replay_support import conversation, script, served

from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.replay import alignment, store
from mailshell.replay.alignment import blocks
from mailshell.replay.diff import compare
from mailshell.replay.script import Script
from mailshell.replay.store import ItemStore, OctetStore


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Almost nothing fits."""
    monkeypatch.setattr(store, "_MOST_OCTETS", 10)
    monkeypatch.setattr(store, "_MOST_ITEMS", 2)
    monkeypatch.setattr(store, "_GATHERED", 7)
    monkeypatch.setattr(alignment, "_WINDOW", 3)


PIECES = st.lists(st.binary(max_size=12), max_size=12)


@given(PIECES, st.integers(0, 100), st.integers(0, 100))
def test_octets_come_back(pieces: list[bytes], start: int, stop: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_MOST_OCTETS", 10)
        patch.setattr(store, "_GATHERED", 7)
        octets = OctetStore()
        for piece in pieces:
            octets.append(piece)
            assert octets[0 : len(octets)].endswith(piece)
    whole = b"".join(pieces)
    assert len(octets) == len(whole)
    assert octets[start:stop] == whole[start:stop]
    assert octets[0 : len(whole)] == whole


@pytest.mark.usefixtures("small")
def test_items_come_back_in_whatever_order_they_are_kept() -> None:
    items: ItemStore[list[object]] = ItemStore()
    for number in range(6):
        items.new([number])
    items[4].append(IMAP["UID FETCH"])
    for number in (5, 0, 4, 4, 2):
        items.keep(number)
    assert [item[0] for item in items] == [0, 1, 2, 3, 4, 5]
    assert items[4][1] is IMAP["UID FETCH"]
    assert items[-1] == [5]
    assert items[2:4] == [[2], [3]]
    with pytest.raises(IndexError):
        items[6]


def test_a_record_of_the_catalogue_has_one_place() -> None:
    """What is stored names it: the names of both catalogues are known to both sides of the pickle."""
    assert len(pickle.dumps(store._reduce(IMAP["FETCH"]))) < 200


def session(count: int, *, other: int = -1) -> Script:
    said = [("S", "* PREAUTH [CAPABILITY IMAP4rev1 X] hi\r\n")]
    for number in range(1, count + 1):
        name = "SELECT" if number % 5 == 1 else "FETCH"
        rest = f"Box{number}" if name == "SELECT" else f"{number} FLAGS"
        answer = "NO" if number == other else "OK"
        said += [("C", f"a{number} {name} {rest}\r\n"), ("S", f"* {number} EXISTS\r\na{number} {answer} {number}\r\n")]
    return script("imap", *said)


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("match", ["strict", "lenient", "stateful"])
def test_served_from_files(match: str) -> None:
    played = session(30)
    commands = [step.words for step in played.steps][1:]
    with served(played, match=match) as server:
        sent = b"".join(b"x%d %b\r\n" % (number, words.encode()) for number, words in enumerate(commands, 1))
        said = conversation(server.port, sent)
    assert not server.report.count
    assert not server.report.missed
    assert [line for line in said.split(b"\r\n") if line.startswith(b"x")] == [
        b"x%d OK %d" % (number, number) for number in range(1, 31)
    ]


@pytest.mark.usefixtures("small")
def test_compared_from_files() -> None:
    assert compare(session(30), session(30)).same
    assert list(compare(session(30), session(30, other=20)).report()) == [
        "  FETCH 20 FLAGS", "-   completion OK", "+   completion NO",
    ]  # fmt: skip
    assert list(compare(session(30), session(29)).report()) == ["- FETCH 30 FLAGS"]


@pytest.mark.usefixtures("small")
def test_very_many_differences_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailshell.replay.diff._MOST_LINES", 5)
    *lines, last = compare(session(30), session(1)).report()
    assert len(lines) == 5
    assert last == "and 24 lines more"


NUMBERS = st.lists(st.integers(0, 3), max_size=20)


@given(NUMBERS, NUMBERS, st.sampled_from([3, 2000]))
def test_blocks_cover_both_in_order(one: list[int], other: list[int], window: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "_WINDOW", window)
        found = list(blocks(one, other))
    assert [number for block in found for number in range(block.at, block.end)] == list(range(len(one)))
    assert [number for block in found for number in range(block.other_at, block.other_end)] == list(range(len(other)))
    for block in found:
        if block.same:
            assert one[block.at : block.end] == other[block.other_at : block.other_end]
    if one == other:
        assert all(block.same for block in found)
