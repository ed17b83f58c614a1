"""Flags and keywords: those that last in this mailbox first (PERMANENTFLAGS, RFC 9051 section 7.1)."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.assist.position import Position
from mailshell.complete.candidate import Offer, is_plain_word
from mailshell.complete.surroundings import Surroundings

_ANY = "\\*"
#: Search keys that take keywords, and no flags with a backslash (RFC 9051 section 6.4.4).
_KEYWORDS = frozenset({"KEYWORD", "UNKEYWORD"})


def flag_offers(position: Position, around: Surroundings) -> Iterator[Offer]:
    """The flags for the place at the cursor."""
    keywords_only = bool(_KEYWORDS & set(position.enclosing))
    seen: set[str] = set()
    for name, reason in _known(around):
        system = name.startswith("\\")
        unfit = name == _ANY or not is_plain_word(name)
        if unfit or name.lower() in seen or (system and keywords_only):
            continue
        seen.add(name.lower())
        term = around.terms.find("flag", name)
        if name.lower() == "\\recent" and position.command != "SEARCH":
            reason = "only the server sets it"
        yield Offer(name, term.help if term is not None else "", reason)


def _known(around: Surroundings) -> Iterator[tuple[str, str]]:
    """The flags, each with what speaks against it."""
    permanent = around.permanent_flags
    new = permanent is None or _ANY in permanent
    for name in permanent or ():
        yield name, ""
    for name in around.flags:
        yield name, "" if permanent is None else "lost at the end of the session"
    for term in around.terms.of_kind("flag"):
        system = term.name.startswith("\\")
        unknown = bool(permanent or around.flags)
        if not unknown:
            yield term.name, ""
        elif not system:
            yield term.name, "" if new else "the mailbox takes no new keywords"
