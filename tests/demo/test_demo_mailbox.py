"""The sample mailbox holds what it promises, and is the same every time."""

from __future__ import annotations

import email
import email.policy
import hashlib
import importlib
import itertools
import re
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailshell.demo import compose, folders, letters_mime, letters_text, mailbox
from mailshell.demo.mailbox import INBOX, MAILBOXES, DemoMessage

ALL = [message for messages in MAILBOXES.values() for message in messages]
SYSTEM_FLAGS = {"\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"}


def parsed(message: DemoMessage) -> EmailMessage:
    return email.message_from_bytes(message.octets, policy=email.policy.default)


def ident(message: DemoMessage) -> str:
    return str(parsed(message)["Message-ID"])


@pytest.mark.parametrize("message", ALL, ids=ident)
def test_form(message: DemoMessage) -> None:
    octets = message.octets
    assert octets.endswith(b"\r\n")
    bare = octets.replace(b"\r\n", b"")
    assert b"\r" not in bare
    assert b"\n" not in bare
    assert b"\0" not in bare
    assert max(map(len, octets.split(b"\r\n"))) <= 998
    head, blank, body = octets.partition(b"\r\n\r\n")
    assert head.isascii()
    assert blank
    assert body
    assert message.internaldate.tzinfo is not None
    assert set(message.flags) <= SYSTEM_FLAGS
    assert message.about
    assert "\n" not in message.about


@pytest.mark.parametrize("message", ALL, ids=ident)
def test_parses_without_defects(message: DemoMessage) -> None:
    whole = parsed(message)
    assert [defect for one in whole.walk() for defect in one.defects] == []
    assert whole["Date"].datetime == message.internaldate
    for address in (*whole["From"].addresses, *whole["To"].addresses):
        assert address.domain in {"example.org", "example.com", "example.net"}


def test_order_and_number() -> None:
    assert 12 <= len(INBOX) <= 14
    assert all(a.internaldate < b.internaldate for a, b in itertools.pairwise(INBOX))
    assert len({ident(message) for message in ALL}) == len(ALL)
    assert MAILBOXES["INBOX"] is INBOX
    assert set(MAILBOXES) == {"INBOX", "Archive/2025", "Sent", "Drafts", "Entw\u00fcrfe & Notizen"}
    assert all(MAILBOXES.values())


def test_octets_do_not_change() -> None:
    def digests() -> list[str]:
        return [hashlib.sha256(one.octets).hexdigest() for one in mailbox.INBOX]

    before = digests()
    for module in (compose, letters_text, letters_mime, folders, mailbox):
        importlib.reload(module)
    assert digests() == before


def test_structures() -> None:
    structures = {ident(one): [part.get_content_type() for part in parsed(one).walk()] for one in INBOX}
    assert structures["<open-evening@example.org>"] == ["multipart/alternative", "text/plain", "text/html"]
    assert structures["<rain-2025-12@example.net>"] == ["multipart/mixed", "text/plain", "text/csv"]
    assert structures["<hill-tonight@example.org>"] == ["multipart/related", "text/html", "image/png"]
    assert structures["<fwd-red-light@example.org>"] == [
        "multipart/mixed",
        "text/plain",
        "message/rfc822",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/plain",
    ]


def test_attachments() -> None:
    _, table = parsed(letters_mime.ATTACHMENT).iter_parts()
    assert table.get_filename() == "rain-2025-12.csv"
    assert table.get_content().startswith("date,rain_mm,low_celsius\r\n2025-12-01,")
    assert len(table.get_content().splitlines()) == 32
    _, image = parsed(letters_mime.INLINE_IMAGE).iter_parts()
    assert image.get_content().startswith(b"\x89PNG\r\n\x1a\n")
    assert image.get_content().endswith(b"IEND\xaeB`\x82")
    assert image.get_filename() == "h\u00fcgel.png"


def test_encoded_words() -> None:
    message = parsed(letters_text.ENCODED_WORDS)
    subject = "Neues Okular: gr\u00f6\u00dfer, sch\u00f6ner, schwerer \u2013 und f\u00fcr Sie"
    assert message["Subject"] == subject
    assert message["From"].addresses[0].display_name == "J\u00f6rg Br\u00fcckner"
    assert "1\u00a0250 Kronen" in message.get_content()


def test_thread() -> None:
    first, second, third = map(
        parsed, (letters_text.THREAD_FIRST, letters_text.THREAD_SECOND, letters_text.THREAD_THIRD)
    )
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert third["In-Reply-To"] == second["Message-ID"]
    assert str(third["References"]).split() == [first["Message-ID"], second["Message-ID"]]
    assert third.get_param("format") == "flowed"


def test_curiosities() -> None:
    dots = letters_text.DOTS.octets.split(b"\r\n")
    assert {b".", b"..", b"...", b".hidden", b". "} <= set(dots)
    assert dots[-2] == b"."
    assert "\u65e5\u672c\u8a9e".encode() in letters_text.EIGHT_BIT.octets
    subject = re.search(rb"^Subject: (.*)$", letters_text.ESCAPES.octets, re.MULTILINE)
    assert subject is not None
    assert b"\x1b]0;" in subject[1]
    assert b"=1B=5B" in letters_text.ESCAPES.octets
    assert b"=\r\n" in letters_text.SOFT_BREAKS.octets
    assert "100% certain" in parsed(letters_text.SOFT_BREAKS).get_content()
    assert letters_text.LONG_LOG.octets.count(b"\r\n") > 2000


def test_sources_are_ascii() -> None:
    for path in Path(mailbox.__file__).parent.glob("*.py"):
        assert path.read_bytes().isascii(), path


def test_import_is_light() -> None:
    script = (
        "import sys, mailshell.demo.mailbox, mailshell.demo.servers;"
        "print({'pymap', 'email.message'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
