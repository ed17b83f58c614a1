"""What pymap says otherwise than the standard: ENVELOPE, BODYSTRUCTURE, parts, UID SEARCH, names of items."""

from __future__ import annotations

import imaplib
import re

import pytest
from demo_background import Background

pytest.importorskip("pymap")

from mailshell.demo.imap import start_imap
from mailshell.demo.mailbox import INBOX, PASSWORD, USER
from mailshell.lint.finding import Finding
from mailshell.lint.session import linter_for
from mailshell.nobody import Nobody
from mailshell.session import Session
from mailshell.transport.endpoint import parse_url


def envelopes(background: Background, *appended: bytes, item: str = "ENVELOPE") -> list[bytes]:
    """The answers to FETCH for the messages given, or those of the sample."""
    server = background.run(start_imap())
    try:
        client = imaplib.IMAP4("127.0.0.1", server.port, timeout=5)
        client.login(USER, PASSWORD)
        mailbox = "New" if appended else "INBOX"
        if appended:
            client.create(mailbox)
        for message in appended:
            client.append(mailbox, None, None, message)  # type: ignore[arg-type]
        client.select(mailbox, readonly=True)
        _, data = client.fetch("1:*", f"({item})")
        client.logout()
        # A literal comes as a pair.
        return [item[0] if isinstance(item, tuple) else item for item in data if item]
    finally:
        background.run(server.close())


def test_the_date_of_each_message_is_its_date_field(background: Background) -> None:
    begun = [line for line in envelopes(background) if b"ENVELOPE" in line]
    assert len(begun) == len(INBOX)
    for line, message in zip(begun, INBOX, strict=True):
        date = re.search(rb"^Date: (.*)\r$", message.octets, re.MULTILINE)
        assert date is not None
        assert b'ENVELOPE ("' + date[1] + b'" ' in line


@pytest.mark.parametrize(
    ("header", "element"),
    [
        (b"Date: Mon,\r\n 05 Jan 2026 08:00:00 +0100\r\n", b'"Mon, 05 Jan 2026 08:00:00 +0100"'),
        (b"DATE:yesterday, or so\r\n", b'"yesterday, or so"'),
        (b"Resent-Date: Mon, 05 Jan 2026 08:00:00 +0100\r\n", b"NIL"),
        (b'Date: 5 Jan "2026" \\\r\n', b'"5 Jan \\"2026\\" \\\\"'),
    ],
)
def test_dates_as_they_stand(background: Background, header: bytes, element: bytes) -> None:
    message = b"From: ana@example.org\r\n" + header + b"Subject: x\r\n\r\nDate: in the body\r\n"
    assert b"ENVELOPE (" + element + b' "x" ' in envelopes(background, message)[0]


def test_addresses_stand_side_by_side(background: Background) -> None:
    message = b"From: ana@example.org\r\nTo: b@example.org, c@example.org\r\nSubject: x\r\n\r\n"
    (envelope,) = envelopes(background, message)
    ana, b, c = (b'(NIL NIL "%b" "example.org")' % name for name in (b"ana", b"b", b"c"))
    assert envelope.endswith(b'"x" (%b) (%b) (%b) (%b%b) NIL NIL NIL NIL))' % (ana, ana, ana, b, c))


@pytest.mark.parametrize(
    ("header", "disposition"),
    [
        (b'Content-Disposition: attachment; filename="a.txt"\r\n', b'("attachment" ("filename" "a.txt"))'),
        (b"Content-Disposition: inline\r\n", b'("inline" NIL)'),
        (b"", b"NIL"),
        (b"Content-Disposition:\r\n", b'("attachment" NIL)'),
    ],
)
def test_dispositions_are_lists(background: Background, header: bytes, disposition: bytes) -> None:
    message = b"Content-Type: text/plain\r\n" + header + b"\r\nhi\r\n"
    (structure,) = envelopes(background, message, item="BODYSTRUCTURE")
    assert structure.endswith(b"NIL " + disposition + b" NIL NIL))")


def test_the_subject_is_not_decoded(background: Background) -> None:
    message = b"From: ana@example.org\r\nSubject: =?utf-8?Q?gr=C3=B6=C3=9Fer?=\r\n =?utf-8?Q?_und?= so\r\n\r\n"
    (envelope,) = envelopes(background, message)
    assert b'(NIL "=?utf-8?Q?gr=C3=B6=C3=9Fer?= =?utf-8?Q?_und?= so" ' in envelope


# A message in a message, each of several parts.
INNER = (
    b"Subject: inner\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n"
    b"--in\r\n\r\nplain\r\nwords\r\n"
    b"--in\r\nContent-Type: text/html\r\n\r\n<p>\r\n\r\n"
    b"--in--"
)
OUTER = (
    b"Subject: outer\r\nContent-Type: multipart/mixed; boundary=out\r\n\r\npreamble\r\n"
    b"--out\r\nContent-Type: text/plain\r\n\r\nfirst\r\n"
    b"--out\r\nContent-Type: message/rfc822\r\n\r\n" + INNER + b"\r\n"
    b"--out\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n"
    b"--out--\r\nepilogue\r\n"
)
#: The sections of this message, and what they are.
SECTIONS = {
    b"1": b"first",
    b"2": INNER,
    b"2.1": b"plain\r\nwords",
    b"2.2": b"<p>\r\n",
    b"2.HEADER": INNER[: INNER.index(b"--in\r\n")],
    b"2.2.MIME": b"Content-Type: text/html\r\n\r\n",
    b"3": b"AAEC",
    b"4": b"",
    b"1.1": b"",
    b"2.3": b"",
}


@pytest.mark.parametrize(("section", "octets"), SECTIONS.items())
def test_parts_have_their_numbers_and_no_line_end_of_a_boundary(
    background: Background, section: bytes, octets: bytes
) -> None:
    assert fetched(background, OUTER, b"BODY.PEEK[%b]" % section) == (b"BODY[%b]" % section, octets)


def test_sizes_and_lines_are_those_of_the_bodies(background: Background) -> None:
    (structure,) = envelopes(background, OUTER, item="BODYSTRUCTURE")
    assert re.findall(rb'"(?:7BIT|base64)" (\d+)(?: (\d+))?', structure) == [
        (b"5", b"1"),
        (b"%d" % len(INNER), b""),
        (b"12", b"2"),
        (b"5", b"1"),
        (b"4", b""),
    ]
    # Behind the structure of the message in it stand its lines.
    assert b'"alternative" ("boundary" "in") NIL NIL NIL) %d NIL' % (INNER.count(b"\n") + 1) in structure


def test_a_message_of_one_part_has_the_part_1(background: Background) -> None:
    message = b"Subject: x\r\n\r\na line\r\n"
    assert fetched(background, message, b"BODY.PEEK[1]") == (b"BODY[1]", b"a line\r\n")
    assert fetched(background, message, b"BODY.PEEK[2]") == (b"BODY[2]", b"")
    (structure,) = envelopes(background, message, item="BODY")
    assert structure.endswith(b'"7BIT" 8 1))')


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (b"BINARY.PEEK[1]", b"BINARY[1]"),
        (b"BINARY.PEEK[1]<1.3>", b"BINARY[1]<1>"),
        (b'BODY.PEEK[HEADER.FIELDS ("Subject")]', b"BODY[HEADER.FIELDS (SUBJECT)]"),
        (b'BODY.PEEK[HEADER.FIELDS ("X-Y" Subject)]', b"BODY[HEADER.FIELDS (SUBJECT X-Y)]"),
    ],
)
def test_items_have_the_names_of_responses(background: Background, asked: bytes, told: bytes) -> None:
    name, octets = fetched(background, b"Subject: outer\r\n\r\nwords\r\n", asked)
    assert name == told
    assert octets == (
        b"Subject: outer\r\n\r\n" if b"HEADER" in asked else b"words\r\n"[1:4] if b"<" in asked else b"words\r\n"
    )


def fetched(background: Background, message: bytes, item: bytes) -> tuple[bytes, bytes]:
    """The name of the item as it was sent, and its octets."""
    server = background.run(start_imap())
    try:
        client = imaplib.IMAP4("127.0.0.1", server.port, timeout=5)
        client.login(USER, PASSWORD)
        client.create("New")
        client.append("New", None, None, message)  # type: ignore[arg-type]
        client.select("New", readonly=True)
        _, data = client.fetch("1", f"({item.decode()})")
        client.logout()
        first = data[0]
        if isinstance(first, tuple):
            head, octets = first
            return re.sub(rb"\A1 \(| ~?\{\d+\}\Z", b"", head), octets
        assert first is not None
        name, _, value = first[len(b"1 (") : -1].rpartition(b" ")
        return name, value.strip(b'"')
    finally:
        background.run(server.close())


def test_uid_search_takes_sequence_numbers_and_answers_with_uids(background: Background) -> None:
    server = background.run(start_imap())
    try:
        client = imaplib.IMAP4("127.0.0.1", server.port, timeout=5)
        client.login(USER, PASSWORD)
        client.select("INBOX", readonly=True)
        searches = ("1:3", "UID 101:103", "OR UID 101 (2:3)", "NOT 4:*", "UID 101:103 2:*")
        found = [client.uid("SEARCH", words)[1] for words in searches]
        assert found == [*[[b"101 102 103"]] * 4, [b"102 103"]]
        assert client.search(None, "UID 102")[1] == [b"2"]
        client.logout()
    finally:
        background.run(server.close())


def test_the_linter_has_nothing_to_say(background: Background) -> None:
    """Of everything that the sample's structures are."""
    found: list[Finding] = []
    server = background.run(start_imap())
    try:
        background.run(_listen(server.port, found))
    finally:
        background.run(server.close())
    assert [(finding.rule.id, finding.rule.name, finding.line) for finding in found] == []


async def _listen(port: int, found: list[Finding]) -> None:
    session = Session(parse_url(f"imap://127.0.0.1:{port}"), Nobody(), timeout=5.0)
    session.observers.append(linter_for(session.engine, found.append))
    await session.open(5.0)
    for line in (
        f"a1 LOGIN {USER} {PASSWORD}",
        'a2 LIST "" *',
        "a3 SELECT INBOX",
        "a4 FETCH 1:* (FLAGS UID ENVELOPE BODYSTRUCTURE BODY INTERNALDATE RFC822.SIZE)",
        *(f"b{at} FETCH 1:* (UID BODYSTRUCTURE BODY.PEEK[{part}])" for at, part in enumerate(("1", "2", "2.1", "2.2"))),
        'a5 FETCH 1:* (BINARY.PEEK[1] BODY.PEEK[HEADER.FIELDS ("Subject" X-Y)])',
        "a6 LOGOUT",
    ):
        await session.command([line.encode() + b"\r\n"], None)
    await session.wait_closed()
