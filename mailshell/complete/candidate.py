"""What is offered at the cursor."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What a word of the server has to be to be put into the line as it stands: an atom, perhaps with a backslash before it
#: (RFC 9051 section 9, flag), and nothing that the line has another meaning for (``@FILE``, ``> FILE``, ``| program``).
_ATOM = re.compile(r"\\?[^\x00-\x20\x7f-\U0010ffff(){%*\"\\\]@>|]{1,200}\Z")


def is_plain_word(word: str) -> bool:
    """Whether a word that the server has sent may be put into the line."""
    return _ATOM.match(word) is not None


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may stand at the cursor.

    ``text`` is what is put into the line, ``shown`` how it stands in the menu (empty: as ``text``), ``key`` what the
    typed word is held against (empty: ``shown``), ``meta`` a few words about it. ``reason`` tells why it is likely to
    fail: then it is offered after the others, dimmed.
    """

    text: str
    meta: str = ""
    reason: str = ""
    shown: str = ""
    key: str = ""

    @property
    def name(self) -> str:
        return self.key or self.shown or self.text


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer for the line at hand: ``text`` replaces it from the offset ``start`` up to the cursor.

    ``loose``: the typed word is no piece of it, and only its letters stand in it.
    """

    text: str
    start: int
    shown: str
    meta: str = ""
    dimmed: bool = False
    loose: bool = False
