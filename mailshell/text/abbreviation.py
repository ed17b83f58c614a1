"""Names that may be shortened, as those of local commands."""

from __future__ import annotations

from collections.abc import Iterable


def full_name(word: str, names: Iterable[str]) -> str | None:
    """The name that a word is, or is the beginning of (two characters at the least); None if it is none or several."""
    known = list(names)
    if word in known:
        return word
    found = [name for name in known if name.startswith(word)] if len(word) > 1 else []
    return found[0] if len(found) == 1 else None
