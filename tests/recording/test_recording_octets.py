"""Octets in a recording come back as they were, masks where they stood."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.recording.octets import Mask, Piece, UnreadableRecording, from_json, pieces_to_json, split, to_json


def members(octets: bytes) -> dict[str, object]:
    read: dict[str, object] = json.loads(b"{" + b"".join(to_json(octets)) + b"}")
    return read


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"", {"u8": ""}),
        (b"a1 NOOP\r\n", {"u8": "a1 NOOP\r\n"}),
        (b'say "hi" \\ \t\n\r', {"u8": 'say "hi" \\ \t\n\r'}),
        (b"\x00\x1b[0m\x7f", {"u8": "\x00\x1b[0m\x7f"}),
        ("Grüße 日本".encode(), {"u8": "Grüße 日本"}),
        ("Grüße aus dem Süden\r\n".encode("latin-1"), {"l1": "Grüße aus dem Süden\r\n"}),
        (b"\xff\xfe\xfd\x00\x01", {"b64": "//79AAE="}),
    ],
)
def test_the_form_is_what_can_be_read_best(octets: bytes, expected: dict[str, str]) -> None:
    assert members(octets) == expected


@given(octets=st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode)))
def test_any_octets_come_back(octets: bytes) -> None:
    assert b"".join(piece for piece in from_json(members(octets)) if isinstance(piece, bytes)) == octets


@given(
    pieces=st.lists(
        st.one_of(
            st.binary(min_size=1, max_size=20),
            st.builds(Mask, st.sampled_from(["password#1", "response#22"]), st.none() | st.integers(0, 99)),
        ),
        max_size=6,
    )
)
def test_masks_come_back_where_they_stood(pieces: list[Piece]) -> None:
    read = from_json(json.loads(b"{" + b"".join(pieces_to_json(pieces)) + b"}"))
    joined: list[Piece] = []
    for piece in pieces:
        if joined and isinstance(piece, bytes) and isinstance(joined[-1], bytes):
            joined[-1] += piece
        else:
            joined.append(piece)
    assert read == (joined or [b""])


def test_a_mask_in_the_octets_themselves_is_no_mask() -> None:
    octets = "⟦password#1⟧".encode()
    assert from_json(members(octets)) == [octets]


def test_spans_that_overlap_are_one_mask() -> None:
    masks = [(2, 6, Mask("a")), (4, 8, Mask("b")), (8, 8, Mask("c"))]
    assert split(b"0123456789", masks) == [b"01", Mask("a"), Mask("c"), b"89"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"u8": 5},
        {"u8": "\ud800"},
        {"l1": "日"},
        {"b64": "!"},
        {"u8": "abc", "m": [[1, 9]]},
        {"u8": "abc", "m": [[2, 1]]},
        {"u8": "abc", "m": [["a", "b"]]},
        {"u8": "abc", "m": [1]},
        {"u8": "abcd", "m": [[2, 3], [0, 1]]},
    ],
)
def test_what_can_not_be_read_is_said(fields: dict[str, object]) -> None:
    with pytest.raises(UnreadableRecording):
        from_json(fields)
