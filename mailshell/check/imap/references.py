"""Which messages a thread must, and may, hold (RFC 5256 section 3, THREAD). Pure.

The trees themselves are not rebuilt: two sets are enough to tell what is wrong beyond doubt. Messages that one
reference joins are in one thread; messages that neither a chain of references nor a subject joins are not.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from mailshell.check.imap.evaluation import Facts
from mailshell.check.imap.subjects import LONGEST, base_subject
from mailshell.protocol.imap.values import text_of

_ID = re.compile(rb"<[^<>@\s\"]+@[^<>@\s\"]+>")


def subject_groups(messages: Sequence[Facts]) -> list[frozenset[int]]:
    """The messages by base subject, as ORDEREDSUBJECT has them; those beyond ASCII are left out."""
    groups: dict[str, set[int]] = {}
    for one in messages:
        subject, values = _subject(one), one.values("subject")
        if subject.isascii() and (not values or (len(values) == 1 and len(values[0]) <= LONGEST)):
            groups.setdefault(subject, set()).add(one.number)
    return [frozenset(group) for group in groups.values()]


def together(messages: Sequence[Facts]) -> list[frozenset[int]]:
    """Each message with the one that its last reference names (step 1.B), if that is among them and unmistakable."""
    ids = [_own(one) for one in messages]
    often = Counter(ids)
    owner = {own: one.number for one, own in zip(messages, ids, strict=True) if own is not None and often[own] == 1}
    pairs = []
    for one in messages:
        references = _references(one)
        if references and (parent := owner.get(references[-1])) is not None and parent != one.number:
            pairs.append(frozenset({parent, one.number}))
    return pairs


def apart(messages: Sequence[Facts]) -> list[frozenset[int]]:
    """The messages by what joins them at all: identifiers named anywhere, or the base subject, case aside."""
    joined: dict[object, set[int]] = {}
    for one in messages:
        marks: list[object] = [*_all_ids(one), ("subject", _subject(one)), ("number", one.number)]
        group = set().union({one.number}, *(joined.get(mark, set()) for mark in marks))
        members = {mark for mark, numbers in joined.items() if numbers & group}
        for mark in (*marks, *members):
            joined[mark] = group
    return list({frozenset(group) for group in joined.values()})


def _subject(one: Facts) -> str:
    values = one.values("subject")
    return base_subject(text_of(values[0])).lower() if values else ""


def _own(one: Facts) -> bytes | None:
    values = one.values("message-id")
    return values[0] if len(values) == 1 and _ID.fullmatch(values[0]) else None


def _references(one: Facts) -> list[bytes]:
    """The message identifiers of References, or else the first of In-Reply-To; none if something else stands there."""
    values = one.values("references")
    if values:
        return _only_ids(values)
    return _only_ids(one.values("in-reply-to"))[:1]


def _only_ids(values: Sequence[bytes]) -> list[bytes]:
    if len(values) != 1 or _ID.sub(b"", values[0]).strip():
        return []
    return _ID.findall(values[0])


def _all_ids(one: Facts) -> Iterable[bytes]:
    for name in ("message-id", "references", "in-reply-to"):
        for value in one.values(name):
            yield from re.findall(rb"<[^<>]*>", value)
