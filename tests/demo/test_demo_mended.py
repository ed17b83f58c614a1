"""What pymap says otherwise than the standard: dates and addresses in ENVELOPE, dispositions in BODYSTRUCTURE."""

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
from mailshell.replay.nobody import Nobody
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
    ana, b, c = (b'("" NIL "%b" "example.org")' % name for name in (b"ana", b"b", b"c"))
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
        "a5 LOGOUT",
    ):
        await session.command([line.encode() + b"\r\n"], None)
    await session.wait_closed()
