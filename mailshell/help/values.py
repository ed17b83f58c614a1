"""What may stand for an argument: the terms of which kinds, the commonest of them first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from mailshell.assist.capabilities import ENABLED
from mailshell.assist.grammar import FOLLOWS, INSIDE, TERMS_OF
from mailshell.assist.slots import Slot, term_slots
from mailshell.protocol.catalogue import Catalogue, Command
from mailshell.protocol.terms import KINDS as TERM_KINDS
from mailshell.protocol.terms import Term, Terms

#: More than this many of a kind are cut, to as many as ``_SHOWN``.
_MOST, _SHOWN = 16, 12

#: Which terms are shown first where there are many.
COMMON: Mapping[str, tuple[str, ...]] = {
    "fetch-item": (
        "FLAGS", "UID", "ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[", "BODY[", "RFC822.SIZE", "INTERNALDATE", "MODSEQ",
        "BINARY.PEEK[", "ALL", "FAST", "FULL",
    ),
    "search-key": (
        "ALL", "UNSEEN", "FLAGGED", "FROM", "SUBJECT", "TEXT", "SINCE", "BEFORE", "LARGER", "UID", "HEADER", "NOT",
        "OR",
    ),
    "flag": (r"\Seen", r"\Answered", r"\Flagged", r"\Deleted", r"\Draft", "$Forwarded", "$Junk", "$NotJunk"),
    "sasl-mechanism": (
        "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256", "OAUTHBEARER", "XOAUTH2", "EXTERNAL", "GSSAPI",
    ),
    "charset": ("UTF-8", "US-ASCII", "ISO-8859-1"),
    "id-field": ("name", "version", "os", "os-version", "vendor", "support-url"),
}  # fmt: skip
#: The kinds of terms that arguments have beside those that the grammar tells.
_MORE: Mapping[str, tuple[str, ...]] = {"rights": ("right",)}


@lru_cache
def term_kinds(kind: str) -> tuple[str, ...]:
    """The kinds of terms that may stand for, or in, an argument of this kind."""
    texts = [INSIDE.get(kind, ""), *(text for (owner, _), text in FOLLOWS.items() if owner == kind)]
    slots = [slot for text in texts for slot in term_slots(text)]
    found = [kind, TERMS_OF.get(kind, ""), *_MORE.get(kind, ()), *(one for slot in slots for one in _kinds(slot))]
    return tuple(dict.fromkeys(one for one in found if one in TERM_KINDS))


def _kinds(slot: Slot) -> Iterator[str]:
    yield slot.kind
    for inner in (*slot.then, *slot.inside):
        yield from _kinds(inner)


def choices(kind: str, terms: Terms) -> tuple[list[Term], int]:
    """The terms of a kind to be shown among the values of an argument, and how many more there are."""
    if kind == "capability":
        return [terms[kind, name] for name in ENABLED if (kind, name.upper()) in terms], 0
    known = [term for term in terms.of_kind(kind) if not term.place]
    current = [term for term in known if not term.obsolete]
    if len(current) > _MOST:
        first = [term for name in COMMON.get(kind, ()) if (term := terms.find(kind, name)) is not None]
        current = first or current[:_SHOWN]
    return current, len(known) - len(current)


def takers(kind: str, catalogue: Catalogue) -> list[Command]:
    """The commands that have an argument in which a term of this kind may stand; those of the past if no others."""
    found = [
        command
        for command in catalogue.values()
        if any(kind in term_kinds(argument.kind) for argument in command.parsed)
        or (kind == "section" and any(argument.kind == "fetch-items" for argument in command.parsed))
        or (kind == "header" and any(argument.kind in ("fetch-items", "search-keys") for argument in command.parsed))
    ]
    return [command for command in found if not command.obsolete] or found
