"""Data → JSON: what the examples beside this file do not show."""

from __future__ import annotations

import pytest
from render_support import read

from mailshell.render.json import to_json, to_line

CASES: list[tuple[bytes, dict[str, object]]] = [
    # Octets that are no UTF-8.
    (
        b"* 1 FETCH (BODY[] {2}\r\n\xff\xfe)\r\n",
        {"type": "fetch", "number": 1, "body[]": {"octets": 2, "base64": "//4="}},
    ),
    (
        b'* LIST () NIL "\xff"\r\n',
        {
            "type": "list",
            "attributes": [],
            "delimiter": None,
            "name": "\\xff",
            "raw": {"base64": "/w=="},
            "extended": [],
        },
    ),
    (
        b'* XFOO {1}\r\n\xff (NIL "\xff" 5)\r\n',
        {
            "type": "other",
            "name": "XFOO",
            "number": None,
            "values": [{"base64": "/w=="}, [None, {"base64": "/w=="}, 5]],
        },
    ),
    (
        b"* OK \xff\r\n",
        {"type": "condition", "status": "OK", "code": None, "arguments": [], "text": {"base64": "/w=="}},
    ),
    # Items that come twice, and those named like a key that is there anyway.
    (
        b"* 1 FETCH (UID 1 UID 2 UID 3 TYPE 4 RFC822.SIZE 5 RFC822-SIZE 6)\r\n",
        {
            "type": "fetch",
            "number": 1,
            "uid": 1,
            "uid_2": 2,
            "uid_3": 3,
            "type_2": 4,
            "rfc822_size": 5,
            "rfc822_size_2": 6,
        },
    ),
    # A literal that was too large to keep.
    (
        b"* 1 FETCH (BODY[] {70000}\r\n" + b"x" * 70000 + b" X {70000}\r\n" + b"x" * 70000 + b")\r\n",
        {"type": "fetch", "number": 1, "body[]": {"octets": 70000, "text": None}, "x": {"literal": 70000}},
    ),
    (b"* EXISTS\r\n", {"type": "exists", "number": None}),
]


@pytest.mark.parametrize(("octets", "value"), CASES)
def test_to_json(octets: bytes, value: dict[str, object]) -> None:
    assert [to_json(data) for data in read(octets)] == [value]


def test_a_line_of_json_is_printable_ascii() -> None:
    assert to_line({"é\x7f\x1b\u202e": "\ud800"}) == '{"\\u00e9\\u007f\\u001b\\u202e": "\\ud800"}'
