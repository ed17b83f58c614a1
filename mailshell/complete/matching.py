"""Which names a typed word means, whatever its case: the best kind of match hides the worse ones.

The kinds, best first: the name begins with the word; a part of the name does (``Archive`` in ``INBOX.Archive``); the
word stands somewhere in the name; its characters do, in this order. So ``sel`` means SELECT and nothing else, and
``bdystr`` still finds BODYSTRUCTURE.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

#: A word that is longer is no abbreviation of anything.
_LONGEST_FUZZY = 40


class Matches(NamedTuple):
    """The indexes of the keys that match; ``loose``: they hold the letters of the word, and not the word."""

    indexes: list[int]
    loose: bool = False


def matching(word: str, keys: Sequence[str], *, parts: bool = False) -> Matches:
    """Which keys (casefolded) match, in their order.

    ``parts``: those that begin with the word and those of which a part does are shown together.
    """
    wanted = word.casefold()
    if not wanted:
        return Matches(list(range(len(keys))))
    begins = [index for index, key in enumerate(keys) if key.startswith(wanted)]
    if begins and not parts:
        return Matches(begins)
    somewhere = [index for index, key in enumerate(keys) if wanted in key]
    if somewhere:
        begun = set(begins)
        part = re.compile(rf"(?<![^\W_]){re.escape(wanted)}" if wanted[0].isalnum() else re.escape(wanted))
        within = [index for index in somewhere if index not in begun and part.search(keys[index])]
        return Matches(begins + within or somewhere)
    return Matches(_scattered(wanted, keys) if len(wanted) <= _LONGEST_FUZZY else [], loose=True)


def _scattered(wanted: str, keys: Sequence[str]) -> list[int]:
    # Each character is looked for behind the one before: no way back, so the time is that of one pass.
    pattern = "".join(f"[^{re.escape(character)}]*+{re.escape(character)}" for character in wanted)
    found: Callable[[str], object] = re.compile(pattern, re.DOTALL).match
    return [index for index, key in enumerate(keys) if found(key)]
