"""Single values as a person reads them."""

from __future__ import annotations

import pytest

from mailshell.protocol.imap.data import Address
from mailshell.render.columns import cells, clip
from mailshell.render.encoded import decode_parameter
from mailshell.render.numbers import set_size
from mailshell.render.values import date, decode_words, format_address, format_addresses, generic, size

SIZES = [
    (0, "0 octets"),
    (1, "1 octet"),
    (1023, "1,023 octets"),
    (1024, "1,024 octets (1.0 KiB)"),
    (1234, "1,234 octets (1.2 KiB)"),
    (1048575, "1,048,575 octets (1.0 MiB)"),
    (5 << 30, "5,368,709,120 octets (5.0 GiB)"),
    (10**21, "1,000,000,000,000,000,000,000 octets (867.4 EiB)"),
    (10**39, f"{10**39:,} octets"),
]


@pytest.mark.parametrize(("octets", "shown"), SIZES)
def test_size(octets: int, shown: str) -> None:
    assert size(octets) == shown


# RFC 2047; the examples of its section 8 among them.
WORDS = [
    ("plain", "plain"),
    ("=?ISO-8859-1?Q?a?=", "a"),
    ("=?ISO-8859-1?Q?a?= b", "a b"),
    ("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
    ("=?ISO-8859-1?Q?a?=  \r\n =?ISO-8859-1?Q?b?=", "ab"),
    ("=?ISO-8859-1?Q?a_b?=", "a b"),
    ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a b"),
    ("=?US-ASCII*EN?Q?Keith_Moore?= <moore@cs.utk.edu>", "Keith Moore <moore@cs.utk.edu>"),
    ("=?iso-8859-1?q?Andr=E9?=", "André"),
    ("=?UTF-8?B?R3LDvMOfZQ==?=", "Grüße"),
    ("=?UTF-8?B?R3LDvMOfZQ?=", "Grüße"),
    ("=?windows-1252?Q?=80?=", "€"),
    # One character in two words is against section 5, and common.
    ("=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=", "€"),
    # What cannot be decoded stays.
    ("=?x-unknown?Q?=41?=", "=?x-unknown?Q?=41?="),
    ("=?x-unknown?Q?=41?= =?x-unknown?Q?=42?=", "=?x-unknown?Q?=41?= =?x-unknown?Q?=42?="),
    ("=?utf-8?Q?=FF?=", "=?utf-8?Q?=FF?="),
    ("=?utf-8?B?!!!?=", "=?utf-8?B?!!!?="),
    ("=?utf-8?B?A?=", "=?utf-8?B?A?="),
    ("=?rot13?Q?a?=", "=?rot13?Q?a?="),
    ("=?hex?Q?61?=", "=?hex?Q?61?="),
    ("=?utf-8?Q?never closed", "=?utf-8?Q?never closed"),
    ("=?utf-8?Q??=", ""),
]


@pytest.mark.parametrize(("text", "decoded"), WORDS)
def test_decode_words(text: str, decoded: str) -> None:
    assert decode_words(text) == decoded


# RFC 2231; the examples of its sections 3 and 4 among them.
PARAMETERS = [
    ([("FileName", "a.txt")], "a.txt"),
    ([("name", "a.txt")], None),
    ([("filename*0", "ftp://"), ("filename*1", "cs.utk.edu/moore.tar")], "ftp://cs.utk.edu/moore.tar"),
    ([("filename*", "us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A")], "This is ***fun***"),
    (
        [
            ("filename*1*", "%2A%2A%2Afun%2A%2A%2A%20"),
            ("filename*0*", "us-ascii'en'This%20is%20even%20more%20"),
            ("filename*2", "isn't it!"),
        ],
        "This is even more ***fun*** isn't it!",
    ),
    ([("filename*0*", "utf-8''%e2%82"), ("filename*1*", "%ac")], "€"),
    ([("filename", "old"), ("filename*", "utf-8''new")], "new"),
    ([("filename", "=?utf-8?Q?=C3=BC?=")], "ü"),
    ([("filename*", "no quotes %41")], "no quotes A"),
    ([("filename*", "x-unknown''%c3%bc")], "ü"),
    ([("filename*", "utf-8''%ff")], "ÿ"),
    ([("filename*99999", "x")], None),
]


@pytest.mark.parametrize(("parameters", "value"), PARAMETERS)
def test_decode_parameter(parameters: list[tuple[str, str]], value: str | None) -> None:
    assert decode_parameter(parameters, "filename") == value


ADDRESSES = [
    (Address(None, None, "a", "b"), "a@b"),
    (Address("Name", None, "a", "b"), "Name <a@b>"),
    (Address("", None, "a", "b"), " <a@b>"),
    (Address("Doe, John", None, "a", "b"), '"Doe, John" <a@b>'),
    (Address('A "B" C', None, "a", "b"), '"A \\"B\\" C" <a@b>'),
    (Address("=?utf-8?Q?J=C3=BCrgen?=", None, "a", "b"), "Jürgen <a@b>"),
    (Address("=?utf-8?Q?a=0Ab=1B?=", None, "a", "b"), "a\\nb\\x1b <a@b>"),
    (Address(None, None, "john doe", "b"), '"john doe"@b'),
    (Address(None, "@relay", "a", "b"), "@relay:a@b"),
    (Address(None, None, None, "b"), "@b"),
    (Address("Name", None, None, None), "Name <>"),
    (Address(None, None, None, None), "<>"),
]


@pytest.mark.parametrize(("address", "shown"), ADDRESSES)
def test_format_address(address: Address, shown: str) -> None:
    assert format_address(address) == shown


BEGIN, END, MEMBER = Address(None, None, "g", None), Address(None, None, None, None), Address(None, None, "a", "b")
GROUPS = [
    ((BEGIN, MEMBER, END), "g: a@b;"),
    ((BEGIN, MEMBER, MEMBER, END, MEMBER), "g: a@b, a@b;, a@b"),
    ((BEGIN, END), "g:;"),
    ((BEGIN,), "g:"),
    ((BEGIN, BEGIN, END), "g:, g:;"),
    ((END,), "<>"),
    ((BEGIN, END, END), "g:;, <>"),
]


@pytest.mark.parametrize(("addresses", "shown"), GROUPS)
def test_groups(addresses: tuple[Address, ...], shown: str) -> None:
    assert ", ".join(format_addresses(addresses)) == shown


DATES = [
    ("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)", "1996-07-17 02:23 -0700"),
    ("1 Jan 2024 1:05 +0000", "2024-01-01 01:05 +0000"),
    ("Mon,1 Jan 2024 10:05:00 GMT", "2024-01-01 10:05 GMT"),
    ("1 Foo 2024 10:05:00 GMT", "1 Foo 2024 10:05:00 GMT"),
    ("yesterday\x1b", "yesterday\\x1b"),
]


@pytest.mark.parametrize(("text", "shown"), DATES)
def test_date(text: str, shown: str) -> None:
    assert date(text) == shown


GENERIC = [
    (None, "NIL"),
    (5, "5"),
    ("word", "word"),
    ("\\Flag", "\\Flag"),
    ("two words", '"two words"'),
    ("", '""'),
    ('a"b', '"a\\"b"'),
    (["a", [1, None]], "(a (1 NIL))"),
    ({"literal": 100000}, "{100,000 octets, not kept}"),
]


@pytest.mark.parametrize(("value", "shown"), GENERIC)
def test_generic(value: object, shown: str) -> None:
    assert generic(value) == shown


SETS = [("1", 1), ("1:3,5", 4), ("3:1", 3), ("1:*", None), ("", None), ("x", None), ("1" * 30, None)]


@pytest.mark.parametrize(("text", "number"), SETS)
def test_set_size(text: str, number: int | None) -> None:
    assert set_size(text) == number


CLIPPED = [("abcdef", 6, "abcdef"), ("abcdefg", 6, "abcde…"), ("日本語", 6, "日本語"), ("日本語", 5, "日本…")]


@pytest.mark.parametrize(("text", "width", "shown"), CLIPPED)
def test_clip(text: str, width: int, shown: str) -> None:
    assert clip(text, width) == shown
    assert cells(shown) <= width


def test_combining_marks_take_no_cell() -> None:
    assert cells("e\N{COMBINING ACUTE ACCENT}") == 1
