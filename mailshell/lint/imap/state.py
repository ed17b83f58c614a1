"""The checkers of what a session knows: tags, capabilities, the selected mailbox and its messages."""

from __future__ import annotations

from mailshell.lint.checker import Checker
from mailshell.lint.imap import counts, fetched, flag_use, listed, results, sameness, selected, tagging


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
        sameness.Sameness(),
        flag_use.FlagNames(),
        flag_use.Stores(),
        results.Answers(),
        results.Additions(),
        listed.ListedNames(),
    ]
