"""What is read of a message here: its parts, addresses, envelope, structure and sections."""

from __future__ import annotations

import pytest
from check.letters_for_check import MESSAGES
from hypothesis import given
from hypothesis import strategies as st

from mailshell.check.imap.addresses import read_addresses
from mailshell.check.imap.envelope import differences
from mailshell.check.imap.evaluation import moment
from mailshell.check.imap.mime import decoded, fields, lines, read_message, split
from mailshell.check.imap.partials import cuts
from mailshell.check.imap.sections import expected, subset
from mailshell.check.imap.structure import differences as structure_differences
from mailshell.protocol.imap.data import Address, BodyStructure, Envelope

NESTED, DIGEST, ATTACHED, BROKEN = MESSAGES[0], MESSAGES[6], MESSAGES[8], MESSAGES[7]


# --- addresses


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        (b"dave@example.org", [(None, "dave", "example.org")]),
        (b"<dave@example.org>", [(None, "dave", "example.org")]),
        (b"Dave D. <dave@example.org>, x@y", [("Dave D .", "dave", "example.org"), (None, "x", "y")]),
        (b'"D, \\"q\\"" <"a b"@[192.0.2.1]>', [('D, "q"', "a b", "[192.0.2.1]")]),
        (b"group: a@b, c@d;", [(None, "group", None), (None, "a", "b"), (None, "c", "d"), (None, None, None)]),
        (b"undisclosed-recipients:;", [(None, "undisclosed-recipients", None), (None, None, None)]),
        (b"=?utf-8?q?J=C3=BC?= <j@x>", [("=?utf-8?q?J=C3=BC?=", "j", "x")]),
    ],
)
def test_addresses(field: bytes, wanted: list[tuple[str | None, str | None, str | None]]) -> None:
    read = read_addresses(field)
    assert read is not None
    assert read.names
    assert [(one.name, one.mailbox, one.host) for one in read.addresses] == wanted


@pytest.mark.parametrize(
    "field", [b"dave", b"dave@", b"a@b c@d", b"<@route,@two:a@b>", b"a@b,,c@d", "ä@b".encode(), b"a\0@b", b"(", b'"a']
)
def test_addresses_in_doubt(field: bytes) -> None:
    assert read_addresses(field) is None


def test_with_comments_only_the_names_are_in_doubt() -> None:
    read = read_addresses(b"dave@example.org (Dave)")
    assert read is not None
    assert not read.names
    assert read.addresses == (Address(None, None, "dave", "example.org"),)


@given(st.binary(max_size=60))
def test_any_octets_can_be_read(octets: bytes) -> None:
    read_addresses(octets)
    header, body = split(octets)
    assert header + body == octets
    whole = read_message(octets)
    assert whole.header + whole.body == octets
    expected(whole)
    fields(octets)


@given(st.lists(st.sampled_from([b"--b", b"--b--", b"\r\n", b"x", b"Content-Type: multipart/mixed; boundary=b", b":"])))
def test_any_multipart_can_be_read(pieces: list[bytes]) -> None:
    whole = read_message(
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + b"\r\n".join(pieces)
    )
    assert all(part.body in whole.body for part in whole.walk())


# --- parts


def test_the_sections_of_a_nested_message() -> None:
    whole = read_message(NESTED)
    assert whole.all_clean
    assert [(part.section, part.type, part.subtype) for part in whole.walk()] == [
        ("", "multipart", "mixed"), ("1", "text", "plain"), ("2", "message", "rfc822"),
        ("2", "multipart", "alternative"),        ("2.1", "text", "plain"), ("2.2", "text", "html"),
    ]  # fmt: skip
    wanted = expected(whole)
    assert wanted["1"] == b"hello there)\r\na1 OK done"
    assert wanted["2.HEADER"].startswith(b"Subject: in\r\n")
    assert wanted["2.1"] == b"one"
    assert wanted["2.1.MIME"] == b"\r\n"
    assert wanted["2.2.MIME"] == b"Content-Type: text/html\r\n\r\n"
    assert "2.MIME" in wanted
    assert whole.parts[0].parameters == {"charset": "utf-8", "name": 'a"b'}


def test_a_digest_holds_messages() -> None:
    whole = read_message(DIGEST)
    wanted = expected(whole)
    assert wanted["1.HEADER"] == b"Subject: one\r\nFrom: a@b.example\r\n\r\n"
    assert wanted["1.TEXT"] == wanted["1.1"] == b"body one"
    assert "1.1.MIME" not in wanted


def test_preamble_and_epilogue_are_no_parts() -> None:
    parts = read_message(ATTACHED).parts
    assert [part.body for part in parts[:1]] == [b"see attached\r\n"]
    assert decoded(parts[1]) == bytes(range(256))


@pytest.mark.parametrize(
    "octets",
    [
        BROKEN,
        b"Content-Type: text/plain\r\n\r\nno MIME-Version",
        b"Subject: no blank line",
        b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=a; charset=b\r\n\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: text\r\n\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: text/plain (comment)\r\n\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed\r\n\r\n",
        b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: rot13\r\n\r\n",
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n\r\nx\r\n--ab\r\n\r\n--a--\r\n",
    ],
)
def test_what_is_in_doubt(octets: bytes) -> None:
    assert not read_message(octets).all_clean


def test_an_encoding_that_is_broken_is_not_decoded() -> None:
    head = b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: "
    assert decoded(read_message(head + b"base64\r\n\r\nabc!")) is None
    assert decoded(read_message(head + b"quoted-printable\r\n\r\na=zz")) is None
    assert decoded(read_message(head + b"quoted-printable\r\n\r\na=C3=\r\nb\r\n")) == b"a\xc3b\r\n"


def test_header_fields_keep_their_lines() -> None:
    header = b"Subject: a\r\n b\r\nTo: c\r\nsubject: d\r\n\r\n"
    assert lines(header) == [b"Subject: a\r\n b\r\n", b"To: c\r\n", b"subject: d\r\n"]
    assert subset(header, ["SUBJECT"]) == [b"Subject: a\r\n b\r\n", b"subject: d\r\n"]
    assert subset(header, ["SUBJECT"], matching=False) == [b"To: c\r\n"]
    assert fields(header) == [("subject", b"a b"), ("to", b"c"), ("subject", b"d")]


# --- the answers of a server


def _envelope(**members: object) -> Envelope:
    dave = (Address(None, None, "dave", "example.org"),)
    plain: dict[str, object] = {
        "date": "Tue, 2 Jan 2024 10:00:00 +0100", "subject": "plans for the observatory", "from_": dave, "sender": dave,
        "reply_to": dave, "to": (Address("Carol Example", None, "carol", "example.org"),), "cc": (), "bcc": (),
        "in_reply_to": None, "message_id": "<m1@example.org>",
    }  # fmt: skip
    return Envelope(**(plain | members))  # type: ignore[arg-type]


def _kinds(envelope: Envelope, header: bytes = MESSAGES[2]) -> list[str]:
    return [one.kind for one in differences(envelope, split(header)[0])]


def test_an_envelope_that_is_right() -> None:
    assert _kinds(_envelope()) == []
    assert _kinds(_envelope(in_reply_to="")) == []


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        ({"date": "02-Jan-2024 10:00:00 +0100"}, "date in another form"),
        ({"date": "Tue, 02 Jan 2024 09:00:00 +0000"}, "date in another form"),
        ({"date": "Tue, 2 Jan 2024 10:00:01 +0100"}, "date differs"),
        ({"date": None}, "date missing"),
        ({"subject": "other"}, "subject differs"),
        ({"in_reply_to": "<x@y>"}, "in-reply-to invented"),
        ({"sender": ()}, "sender not defaulted"),
        ({"to": ()}, "addresses differ"),
        ({"to": (Address(None, None, "carol", "example.org"),)}, "display name differs"),
        ({"from_": (Address("", None, "dave", "example.org"),)}, "empty display name"),
    ],
)
def test_an_envelope_that_is_wrong(members: dict[str, object], kind: str) -> None:
    assert kind in _kinds(_envelope(**members))


@pytest.mark.parametrize("header", [b"Subject: a\r\nSubject: b\r\n\r\n", "Subject: grün\r\n\r\n".encode()])
def test_a_subject_in_doubt_is_not_judged(header: bytes) -> None:
    told = _envelope(subject="x", date=None, from_=(), sender=(), reply_to=(), to=(), message_id=None)
    assert _kinds(told, header) == []


def test_moments() -> None:
    assert moment("14-Jan-2026 11:27:00 +0100") == moment("Wed, 14 Jan 2026 10:27:00 +0000")
    assert moment("yesterday") is None
    assert moment("Wed, 14 Jan 2026 10:27:00 -0000") is None


def _text(**members: object) -> BodyStructure:
    whole = read_message(MESSAGES[1])
    size, count = len(whole.body), whole.body.count(b"\n")
    plain: dict[str, object] = {"encoding": "7BIT", "size": size, "lines": count}
    return BodyStructure("1", "text", "plain", **(plain | members))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        (_text(), []),
        (_text(parameters=(("CHARSET", "us-ascii"),)), []),
        (_text(size=9), ["size"]),
        (_text(lines=9), ["lines"]),
        (_text(encoding="base64"), ["encoding"]),
        (BodyStructure("1", "text", "html"), ["type"]),
    ],
)
def test_structures(told: BodyStructure, kinds: list[str]) -> None:
    assert [one.kind for one in structure_differences(read_message(MESSAGES[1]), told)] == kinds


def test_a_last_line_without_its_end_may_be_counted_or_not() -> None:
    whole = read_message(MESSAGES[2])
    for count in (1, 2):
        told = BodyStructure("1", "text", "plain", encoding="7bit", size=len(whole.body), lines=count)
        assert list(structure_differences(whole, told)) == []


@given(st.binary(min_size=1, max_size=400))
def test_cuts_make_up_the_whole(octets: bytes) -> None:
    pieces = cuts(octets)
    assert b"".join(octets[at : at + count] for at, count in pieces) == octets
    assert all(count > 0 for _, count in pieces)


def test_one_cut_is_between_cr_and_lf() -> None:
    octets = b"line of text\r\n" * 20
    assert any(octets[at - 1 : at + 1] == b"\r\n" for at, _ in cuts(octets) if at)
