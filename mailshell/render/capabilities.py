"""The capabilities of a server, ordered by what they are about, each with what it allows; and how they changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from mailshell.protocol.announcement import AFTER_LOGIN, UNDER_TLS, Announcement
from mailshell.protocol.terms import Term, Terms
from mailshell.render.columns import cells, clip, pad
from mailshell.text.escape import escape

_UNKNOWN = "not in mailshell's tables"
_WIDEST_NAME = 30
_LONGEST = 200
#: How the coming of an announcement is told.
_SINCE = {UNDER_TLS: "TLS", AFTER_LOGIN: "login"}


def capability_lines(announcements: Sequence[Announcement], terms: Terms, width: int | None) -> Iterator[str]:
    """Lines for what was announced last, by group, and for what changed. ``width`` in columns; None: no limit."""
    last = announcements[-1]
    count = len(last.names)
    plural = "capability" if count == 1 else "capabilities"
    yield f"{count} {plural}, announced {last.when} by {_source(last.source)}"
    groups: dict[str, list[tuple[str, Term | None]]] = {}
    order = {term.group: place for place, term in reversed(list(enumerate(terms.of_kind("capability"))))}
    for name in last.names:
        term = terms.find("capability", name.partition(" ")[0])
        groups.setdefault(term.group if term is not None else _UNKNOWN, []).append((name, term))
    room = min(_WIDEST_NAME, max((cells(escape(name[:_LONGEST])) for name in last.names), default=0))
    for group in sorted(groups, key=lambda group: order.get(group, len(order) + 1000)):
        yield f"{group}:"
        for name, term in groups[group]:
            yield _fit(_row(escape(name[:_LONGEST]), term, room), width)
    yield from _changes(announcements, width)


def _source(source: str) -> str:
    return {"greeting": "the greeting", "response code": "a response code"}.get(source, source)


def _row(name: str, term: Term | None, room: int) -> str:
    if term is None:
        return f"  {name}"
    rfc = term.rfc.partition(";")[0]
    return f"  {pad(name, room)}  {term.help} ({rfc})"


def _changes(announcements: Sequence[Announcement], width: int | None) -> Iterator[str]:
    """What each announcement has that the one before it had not, and the reverse."""
    for before, after in pairwise(announcements):
        gained, lost = after.gained(before), before.gained(after)
        since = _SINCE.get(after.when, "then") if after.when != before.when else "then"
        if not gained and not lost:
            yield f"since {since}: nothing new"
        for what, names in (("new", gained), ("gone", lost)):
            if names:
                yield _fit(f"since {since}, {what}: {' '.join(escape(name[:_LONGEST]) for name in names)}", width)


def _fit(line: str, width: int | None) -> str:
    return line if width is None else clip(line, width)
