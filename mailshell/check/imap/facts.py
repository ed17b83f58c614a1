"""The messages that searches, sorts and threads are tried on: a range, and what was fetched of it."""

from __future__ import annotations

from dataclasses import dataclass

from mailshell.check.bench import Bench, ProbeFailed
from mailshell.check.client import Client, Reply
from mailshell.check.imap.evaluation import Facts
from mailshell.check.imap.examined import examined, view_of
from mailshell.check.imap.fetching import octets_of, place
from mailshell.check.imap.mime import fields
from mailshell.protocol.imap.data import Count, Vanished
from mailshell.text.sentences import counted

#: So many messages are looked at: the last of the mailbox.
_MOST = 100
FIELDS = ("date", "from", "to", "cc", "bcc", "subject", "message-id", "in-reply-to", "references")
_NAMES = " ".join(name.upper() for name in FIELDS)


@dataclass(slots=True)
class Searched:
    """``first`` to ``last``: the sequence numbers that every question is restricted to."""

    client: Client
    first: int
    last: int
    messages: list[Facts]

    @property
    def range(self) -> str:
        return f"{self.first}:{self.last}"

    def number(self, uid: int) -> int:
        """The sequence number of a UID; 0 if it is none of these."""
        return next((one.number for one in self.messages if one.uid == uid), 0)


async def searched(bench: Bench) -> Searched:
    """Open the mailbox read-only and fetch what is needed of its last messages. Raises ProbeFailed."""
    client = await bench.client()
    await examined(bench, client)
    view = view_of(client)
    exists = (view.exists if view is not None else None) or 0
    if not exists:
        raise ProbeFailed(f"{bench.known.mailbox} is empty")
    first = max(1, exists - _MOST + 1)
    reply = await client.ask(
        f"FETCH {first}:{exists} (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS ({_NAMES})])"
    )
    found: dict[int, Facts] = {}
    whole = {message.uid: message.octets for message in bench.known.sample}
    for one in reply.fetched:
        items = {place(item.name): item.value for item in one.items}
        uid, header = items.get("UID"), octets_of(items, f"BODY[HEADER.FIELDS ({_NAMES})]")
        if one.number is None or not isinstance(uid, int) or header is None:
            continue
        flags, size = items.get("FLAGS"), items.get("RFC822.SIZE")
        found[one.number] = Facts(
            one.number,
            uid,
            frozenset(str(name) for name in flags) if isinstance(flags, tuple) else frozenset(),
            size if isinstance(size, int) else None,
            str(items.get("INTERNALDATE") or ""),
            fields(header),
            frozenset(FIELDS),
            whole.get(str(uid)),
        )
    if not reply.ok or len(found) != exists - first + 1:
        raise ProbeFailed(f"FETCH gave {len(found)} of {counted(exists - first + 1, 'message')} to compare with", reply)
    return Searched(client, first, exists, [found[number] for number in sorted(found)])


def disturbed(reply: Reply) -> bool:
    """Whether another session has removed messages meanwhile, so that numbers can't be compared any more."""
    return any(isinstance(one, Vanished) or (isinstance(one, Count) and one.kind == "EXPUNGE") for one in reply.data)
