"""Names in UTF-8: neither Dovecot 2.3 nor Cyrus 3.6 has UTF8=ACCEPT, so a server of our own plays it."""

from __future__ import annotations

import asyncio
import re

import pytest
from check.canned import probed
from check.imap_responder import Answer, Conversation, Responder

from mailshell.check.imap.writing_mailboxes import PROBES
from mailshell.check.outcome import Verdict
from mailshell.protocol.imap.mailbox_name import decode_mailbox, encode_mailbox

NAMES = "IMAP4rev1 ENABLE NAMESPACE UTF8=ACCEPT"
PROBE = next(probe for probe in PROBES if probe.id == "utf8-names")


class Mailboxes:
    """CREATE, LIST and DELETE; a connection that has enabled UTF-8 sees names in it."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.enabled: set[Conversation] = set()

    @property
    def answers(self) -> dict[str, Answer]:
        return {
            "NAMESPACE": '* NAMESPACE (("" "/")) NIL NIL\nTAG OK done',
            "ENABLE UTF8=ACCEPT": self.enable,
            'CREATE ".*"': self.create,
            'DELETE ".*"': self.delete,
            "LSUB .*": "TAG OK done",
            'LIST "" ".*"': self.list,
        }

    def enable(self, conversation: Conversation, tag: str, rest: str) -> str:
        self.enabled.add(conversation)
        return "* ENABLED UTF8=ACCEPT\nTAG OK done"

    def create(self, conversation: Conversation, tag: str, rest: str) -> str:
        self.names.add(self.read(conversation, rest))
        return "TAG OK done"

    def delete(self, conversation: Conversation, tag: str, rest: str) -> str:
        self.names.remove(self.read(conversation, rest))
        return "TAG OK done"

    def list(self, conversation: Conversation, tag: str, rest: str) -> str:
        pattern = re.escape(self.read(conversation, rest.removeprefix('LIST "" '))).replace(r"\*", ".*")
        found = [name for name in sorted(self.names) if re.fullmatch(pattern, name)]
        shown = [name if conversation in self.enabled else encode_mailbox(name).decode() for name in found]
        return "\n".join([*(f'* LIST () "/" "{name}"' for name in shown), "TAG OK done"])

    def read(self, conversation: Conversation, text: str) -> str:
        name = text.partition('"')[2].removesuffix('"')
        return name if conversation in self.enabled else decode_mailbox(name.encode())


@pytest.mark.parametrize(
    ("faults", "verdict", "words"),
    [
        ({}, Verdict.GOOD, "work with UTF8=ACCEPT"),
        ({'LIST "" ".*Entwürfe"': "TAG OK done"}, Verdict.ERROR, "not listed as it was given"),
        ({'LIST "" ".*&APw-rfe"': "TAG OK done"}, Verdict.ERROR, "does not see that mailbox"),
        ({"ENABLE .*": "TAG NO no"}, Verdict.UNDECIDED, "ENABLE UTF8=ACCEPT was refused"),
    ],
)
def test_names_in_utf8(faults: dict[str, Answer], verdict: Verdict, words: str) -> None:
    mailboxes = Mailboxes()

    async def meanwhile() -> None:
        async with Responder(faults | mailboxes.answers, after_login=NAMES) as server:
            results = await probed(server.port, [PROBE], NAMES.split(), allow_writes=True)
        outcomes = results["utf8-names"].outcomes
        assert [one.verdict for one in outcomes] == [verdict], outcomes
        assert words in outcomes[0].says

    asyncio.run(meanwhile())
    assert mailboxes.names == set()
