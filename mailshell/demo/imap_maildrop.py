"""pymap's INBOX as the maildrop of the POP3 server.

To import this module is to import pymap.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.parsing.specials import FetchRequirement

from mailshell.demo.maildrop import Maildrop, Stored


class InboxMaildrop(Maildrop):
    """The INBOX of these mailboxes, whichever mailbox that is at the time: RENAME makes a new one."""

    def __init__(self, mailboxes: MailboxSet) -> None:
        super().__init__()
        self._mailboxes = mailboxes

    async def load(self) -> Sequence[Stored]:
        """The messages, by ascending UID as IMAP numbers them."""
        inbox = await self._mailboxes.get_mailbox("INBOX")
        messages = [message async for message in inbox.messages()]
        messages.sort(key=lambda message: message.uid)
        return [Stored.of(await _octets(message), _unique_id(inbox, message)) for message in messages]

    async def remove(self, messages: Collection[Stored]) -> int:
        """Expunge the messages, which IMAP sessions learn of; those that IMAP has expunged already are no matter."""
        inbox = await self._mailboxes.get_mailbox("INBOX")
        gone = {message.uid for message in messages}
        uids = [message.uid async for message in inbox.messages() if _unique_id(inbox, message) in gone]
        if uids:
            await inbox.delete(uids)
        return len(uids)


def _unique_id(mailbox: MailboxData, message: Message) -> str:
    """What names a message for good: its mailbox's UIDVALIDITY and its UID."""
    return f"{mailbox.uid_validity}.{message.uid}"


async def _octets(message: Message) -> bytes:
    """The message; if it ends within its header, pymap's own idea of the whole lacks the last octet."""
    content = (await message.load_content(FetchRequirement.CONTENT)).content
    return bytes(content if content.body.lines else content.header)
