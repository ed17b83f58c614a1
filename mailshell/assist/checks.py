"""What is sure to go wrong with a command or to hurt, said before it is sent all the same.

The rules, in prose:

- Only what is sure is said. Capabilities that were not asked for, a state that is not known, and a line that goes on
  behind a literal give no ground for it.
- Arguments are counted only when no bracket and no quote is left open.
- The contents of a secret are never in a caution.
- Local commands cross no wire, and an empty line is nothing.
"""

from __future__ import annotations

from mailshell.assist.checks_literals import LITERALS
from mailshell.assist.checks_session import SESSION
from mailshell.assist.checks_syntax import SYNTAX
from mailshell.assist.reading import read
from mailshell.assist.situation import Caution, Situation
from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.terms import Terms

_CHECKS = (*SYNTAX, *LITERALS, *SESSION)


def check(line: str, catalogue: Catalogue, terms: Terms, situation: Situation) -> list[Caution]:
    """The cautions for a line that is about to be sent, in the order of what comes first to mind."""
    if line.lstrip().startswith("."):
        return []
    reading = read(line, catalogue, terms, tags=situation.protocol == "imap")
    if reading is None:
        return []
    return [caution for one in _CHECKS for caution in one(reading, situation, terms)]
