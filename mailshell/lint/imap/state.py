"""The checkers of what a session knows: tags, capabilities, the selected mailbox and its messages."""

from __future__ import annotations

from mailshell.lint.checker import Checker
from mailshell.lint.imap import (
    announced,
    counts,
    fetched,
    flag_use,
    listed,
    refusals,
    results,
    sameness,
    selected,
    sessions,
    tagging,
)
from mailshell.lint.imap.view import Messages
from mailshell.lint.memory import Memory


def checkers(memory: Memory | None = None) -> list[Checker]:
    """Fresh ones for one session. ``memory``: what earlier sessions were told; None: nothing is remembered."""
    messages = Messages()
    found: list[Checker] = [
        tagging.Tags(),
        tagging.RefusedLiterals(),
        tagging.Silence(),
        selected.SelectData(),
        selected.Unseen(),
        selected.ToldBefore(),
        counts.Counts(messages),
        fetched.FetchedItems(),
        fetched.FetchedNothing(),
        fetched.Unsolicited(),
        sameness.Sameness(),
        flag_use.FlagNames(),
        flag_use.Stores(),
        results.Answers(),
        results.Additions(),
        listed.ListedNames(),
        listed.ExtendedLists(),
        announced.Capabilities(),
        announced.Enabling(),
        refusals.Refusals(),
        refusals.FailedLogins(),
    ]
    if memory is not None:
        mailboxes = sessions.EarlierMailboxes(memory)
        found += [mailboxes, sessions.EarlierMessages(memory, mailboxes, messages)]
    return found
