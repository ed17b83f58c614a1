"""Modified UTF-7 (RFC 3501 section 5.1.3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.protocol.imap.mailbox_name import decode_mailbox, encode_mailbox, inbox


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        (b"INBOX", "INBOX"),
        (b"", ""),
        (b"~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/台北/日本語"),
        (b"Entw&APw-rfe", "Entwürfe"),
        (b"R&-D", "R&D"),
        (b"&-&-", "&&"),
        (b"&2D3eAA-", "😀"),
    ],
)
def test_names(octets: bytes, name: str) -> None:
    assert decode_mailbox(octets) == name
    assert encode_mailbox(name) == octets


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        # What is not modified UTF-7 stays as it is.
        (b"a & b", "a & b"),
        (b"a&b", "a&b"),
        (b"&Jjo", "&Jjo"),
        (b"&AA-", "&AA-"),
        (b"&A-", "&A-"),
        (b"&!!!-", "&!!!-"),
        (b"&2D0-", "&2D0-"),
        (b"Entw\xc3\xbcrfe", "Entwürfe"),
        (b"&\xc3\xbc-", "&ü-"),
        (b"\xe9t\xe9", "\\xe9t\\xe9"),
    ],
)
def test_what_is_no_such_name(octets: bytes, name: str) -> None:
    assert decode_mailbox(octets) == name


@given(st.text())
def test_round_trip(name: str) -> None:
    encoded = encode_mailbox(name)
    assert decode_mailbox(encoded) == name
    assert all(0x20 <= octet <= 0x7E for octet in encoded)


@given(st.binary())
def test_never_raises(octets: bytes) -> None:
    assert isinstance(decode_mailbox(octets), str)


@pytest.mark.parametrize(
    ("name", "spelled"), [("inbox", "INBOX"), ("InBox", "INBOX"), ("INBOX/a", "INBOX/a"), ("inbox/a", "inbox/a")]
)
def test_inbox_has_one_spelling(name: str, spelled: str) -> None:
    assert inbox(name) == spelled
