"""The checkers of the grammar of responses, topic by topic."""

from __future__ import annotations

from mailshell.lint.checker import Checker
from mailshell.lint.imap import (
    capabilities,
    challenges,
    codes,
    dates,
    deviations,
    fetch,
    flags,
    mailboxes,
    numbers,
    searches,
    structure,
)


def checkers() -> list[Checker]:
    """Fresh ones for one session."""
    return [
        codes.StatusTexts(),
        codes.Codes(),
        capabilities.CapabilityWords(),
        challenges.Challenges(),
        numbers.NumbersInData(),
        numbers.NumbersInAnswers(),
        searches.SearchForms(),
        mailboxes.Mailboxes(),
        mailboxes.Delimiters(),
        flags.FlagNames(),
        fetch.FetchFrame(),
        fetch.TaggedData(),
        dates.Dates(),
        structure.Structures(),
        deviations.Deviations(),
    ]
