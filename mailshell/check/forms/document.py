"""What a report consists of, whatever its form: blocks of text that is fit for a terminal already."""

from __future__ import annotations

from dataclasses import dataclass

from mailshell.check.outcome import Verdict


@dataclass(frozen=True, slots=True)
class Heading:
    """``level``: 1 is the title of all."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and what they are."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """Something that was found out: ``verdict`` (None: it is none), where (``label``), a sentence, more about it, and
    lines of the transcript."""

    verdict: Verdict | None
    label: str
    text: str
    more: tuple[tuple[str, str], ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. All rows have as many cells as there are columns; a cell with a verdict begins with its word."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


Block = Heading | Paragraph | Pairs | Items | Grid


def sentence(text: str) -> str:
    """With a capital and a full stop."""
    return f"{text[:1].upper()}{text[1:]}." if text and text[-1] not in ".!?…" else f"{text[:1].upper()}{text[1:]}"
