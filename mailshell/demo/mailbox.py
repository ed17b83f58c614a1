"""The sample mailbox: the correspondence of a small observatory, a dozen or so messages worth looking at.

Every message shows something that mail software has to get right. The IMAP server starts with all of
``MAILBOXES``, the POP3 server has ``INBOX``.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailshell.demo import folders, letters_mime, letters_text
from mailshell.demo.compose import DemoMessage

__all__ = ["INBOX", "MAILBOXES", "PASSWORD", "USER", "DemoMessage"]

#: The only account of the demonstration servers.
USER = "demo"
PASSWORD = "demo"

#: The messages of the INBOX, oldest first.
INBOX: tuple[DemoMessage, ...] = (
    letters_text.WELCOME,
    letters_mime.ALTERNATIVE,
    letters_mime.ATTACHMENT,
    letters_text.ENCODED_WORDS,
    letters_text.THREAD_FIRST,
    letters_text.THREAD_SECOND,
    letters_text.THREAD_THIRD,
    letters_text.DOTS,
    letters_mime.FORWARDED,
    letters_text.EIGHT_BIT,
    letters_mime.INLINE_IMAGE,
    letters_text.ESCAPES,
    letters_text.SOFT_BREAKS,
    letters_text.LONG_LOG,
)

#: All mailboxes by name, in Unicode and with "/" between the levels.
MAILBOXES: Mapping[str, tuple[DemoMessage, ...]] = {
    "INBOX": INBOX,
    "Archive/2025": folders.ARCHIVE_2025,
    "Drafts": folders.DRAFTS,
    "Entw\N{LATIN SMALL LETTER U WITH DIAERESIS}rfe & Notizen": folders.NOTES,
    "Sent": folders.SENT,
}
