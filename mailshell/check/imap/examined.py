"""The mailbox in which probes look at things, selected read-only."""

from __future__ import annotations

from mailshell.check.bench import Bench, ProbeFailed, quoted
from mailshell.check.client import Client, Reply
from mailshell.check.imap.trial import TrialMailbox
from mailshell.protocol.imap.mailbox_name import decode_mailbox
from mailshell.protocol.imap.state import ImapState, MailboxView

#: So many messages are tried at most.
MOST = 50


def view_of(client: Client) -> MailboxView | None:
    """What the server has said of the mailbox that is selected."""
    state = client.session.engine.state
    assert isinstance(state, ImapState)
    return state.mailbox


async def examine(client: Client, name: str) -> tuple[Reply, MailboxView]:
    """EXAMINE a mailbox, whatever is selected. Raises ProbeFailed if the server refuses it."""
    reply = await client.ask(f"EXAMINE {quoted(name)}")
    view = view_of(client)
    if not reply.ok or view is None:
        raise ProbeFailed(f"EXAMINE {name} was refused: {reply.words}", reply)
    return reply, view


async def examined(bench: Bench, client: Client) -> TrialMailbox:
    """EXAMINE the mailbox of the sample, unless this session has done so, and tell what is known of it.

    Raises ProbeFailed if the server refuses it.
    """
    name = bench.known.mailbox
    view = view_of(client)
    if view is None or not view.read_only or view.name != decode_mailbox(name.encode("utf-8", "surrogateescape")):
        _, view = await examine(client, name)
    return TrialMailbox(
        quoted(name),
        count=min(view.exists or 0, MOST),
        uidvalidity=view.uidvalidity or 0,
        modseq=view.highestmodseq or 1,
    )
