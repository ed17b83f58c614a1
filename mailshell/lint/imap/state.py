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
    tagging,
)


def checkers() -> list[Checker]:
    """Fresh ones for one session."""
    return [
        tagging.Tags(),
        tagging.Silence(),
        selected.SelectData(),
        selected.Unseen(),
        selected.ToldBefore(),
        counts.Counts(),
        fetched.FetchedItems(),
        fetched.FetchedNothing(),
        fetched.Unsolicited(),
        sameness.Sameness(),
        flag_use.FlagNames(),
        flag_use.Stores(),
        results.Answers(),
        results.Additions(),
        listed.ListedNames(),
        announced.Capabilities(),
        announced.Enabling(),
        refusals.Refusals(),
        refusals.FailedLogins(),
    ]
