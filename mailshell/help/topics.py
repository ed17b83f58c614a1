"""The topics: pages about what belongs to no single name, one text each.

The first line of a text is its name, a colon and a summary; further names stand behind it, separated by commas. In
the rest, lines that begin with blanks stay as they are, all others are paragraphs. A line ``{values .debug}`` keeps a
place for the values of a local command's argument, ``{tables .debug}`` for what else it tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from mailshell.help.records import texts


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. ``also`` are further names, lower case; ``body`` is the text below the first line."""

    name: str
    summary: str
    body: str
    also: tuple[str, ...] = ()


def read_topic(text: str) -> Topic:
    """A topic from its text. ValueError if the first line is not of the form."""
    head, _, body = text.partition("\n")
    names, colon, summary = head.partition(": ")
    if not colon:
        raise ValueError(f"{head!r} has no summary")
    name, *also = (one.strip() for one in names.split(","))
    return Topic(name, summary.strip(), body.strip("\n"), tuple(also))


def topic(name: str) -> Topic:
    """The topic of this name. KeyError if there is none."""
    return {one.name: one for one in all_topics()}[name]


@lru_cache
def all_topics() -> tuple[Topic, ...]:
    """The topics by name."""
    return tuple(read_topic(file.read_text(encoding="utf-8")) for file in texts("topics"))
