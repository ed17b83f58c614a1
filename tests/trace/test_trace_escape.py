"""``mailshell.text.escape``: nothing that a terminal obeys comes through, and nothing is lost."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.text.escape import escape, escape_octets

UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
_ESCAPE = re.compile(r"\\(?:(\\)|([nrt])|x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]+)\})")


def unescape(text: str) -> bytes:
    """The octets that an escaped text stands for."""
    out, at = b"", 0
    for match in _ESCAPE.finditer(text):
        out += text[at : match.start()].encode()
        at = match.end()
        backslash, name, octet, four, more = match.groups()
        if backslash:
            out += b"\\"
        elif name:
            out += {"n": b"\n", "r": b"\r", "t": b"\t"}[name]
        elif octet:
            out += bytes([int(octet, 16)])
        else:
            out += chr(int(four or more, 16)).encode("utf-8", "surrogatepass")
    return out + text[at:].encode()


@pytest.mark.parametrize(
    ("octets", "shown"),
    [
        (b"", ""),
        (b"* FLAGS (\\Seen \\Answered \\*)", "* FLAGS (\\Seen \\Answered \\*)"),
        ("Grüße, 日本 ☂".encode(), "Grüße, 日本 ☂"),
        (b"\x1b[2J\x07\x00\x7f", "\\x1b[2J\\x07\\x00\\x7f"),
        (b"a\tb\r\n", "a\\tb\\r\\n"),
        (b"\x9b31m", "\\x9b31m"),
        ("\u009b31m\u0085".encode(), "\\u009b31m\\u0085"),
        (b"gr\xfc\xdfe", "gr\\xfc\\xdfe"),
        ("\u202egpj.exe\u2066\u061c\u200e\u200f".encode(), "\\u202egpj.exe\\u2066\\u061c\\u200e\\u200f"),
        ("a\u200bb\ufeff\u00ad\u2028\u2029".encode(), "a\\u200bb\\ufeff\\u00ad\\u2028\\u2029"),
        ("\ue000\U000e0041\uffff\U0010ffff".encode(), "\\ue000\\u{e0041}\\uffff\\u{10ffff}"),
        (b"\xed\xa0\x80", "\\xed\\xa0\\x80"),
        (b"\xc0\x80\xf5\x80", "\\xc0\\x80\\xf5\\x80"),
        (b"\\n \\t \\x1b \\xg \\u00e9 \\u{", "\\\\n \\\\t \\\\x1b \\xg \\\\u00e9 \\\\u{"),
        (b"\\\\Seen", "\\\\\\Seen"),
        (b"\\\x1b\\", "\\\\\\x1b\\\\"),
    ],
)
def test_octets(octets: bytes, shown: str) -> None:
    assert escape_octets(octets) == shown
    assert unescape(shown) == octets


def test_text() -> None:
    assert escape("Grüße\n\x1b") == "Grüße\\n\\x1b"
    assert escape(b"\xff".decode("utf-8", "surrogateescape")) == "\\xff"
    assert escape("\ud800") == "\\ud800"


OCTETS = st.one_of(
    st.binary(),
    st.text().map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.text(alphabet="\\nrtxu{}0a9b \u202e\x1b\xff").map(str.encode),
)


@given(OCTETS)
def test_nothing_that_a_terminal_obeys_and_nothing_lost(octets: bytes) -> None:
    shown = escape_octets(octets)
    assert not {unicodedata.category(character) for character in shown} & UNSEEN
    assert unescape(shown) == octets
    assert not re.search(r"(?<!\\)(?:\\\\)*\\\Z", shown), "a single backslash at the end means something else"


@given(st.text(alphabet=st.characters()) | st.text(alphabet=st.characters(categories=["Cs"])))
def test_any_text(text: str) -> None:
    assert not {unicodedata.category(character) for character in escape(text)} & UNSEEN


def test_every_character() -> None:
    for start in range(0, 0x110000, 0x4000):
        shown = escape("".join(map(chr, range(start, start + 0x4000))))
        assert not {unicodedata.category(character) for character in shown} & UNSEEN
