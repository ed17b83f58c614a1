"""LIST, LSUB and XLIST, and STATUS: tables of mailboxes."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.protocol.imap.data import MailboxListing, MailboxStatus
from mailshell.protocol.imap.values import text_of
from mailshell.render.columns import HELD, MOST_COLUMNS, Column, Table
from mailshell.render.shown import shown
from mailshell.render.values import generic, quoted, wire

Names = tuple[str, ...]


def mailbox(name: str) -> str:
    """A mailbox name; the empty one in quotes."""
    return shown(name) if name else '""'


class ListingRendering:
    """The mailboxes of one LIST."""

    def __init__(self, width: int, mark: str, *, whole: bool = False) -> None:
        self._width = width
        self._whole = whole
        self._mark = mark
        self._held: list[MailboxListing] = []
        self._table: Table | None = None
        self._raw = False

    @property
    def streaming(self) -> bool:
        return self._table is not None

    def add(self, data: MailboxListing) -> list[str]:
        if self._table is not None:
            return self._table.add(self._row(data))
        self._held.append(data)
        return self.flush(more=True) if len(self._held) >= HELD else []

    def flush(self, *, more: bool = False) -> list[str]:
        held, self._held = self._held, []
        if not held:
            return []
        columns = [Column("ATTRIBUTES"), Column("DELIMITER"), Column("MAILBOX")]
        self._raw = any(text_of(data.raw) != data.name for data in held)
        if self._raw:
            columns.append(Column("RAW NAME"))
        self._table = Table(columns, self._width, self._mark, whole=self._whole)
        lines = []
        for data in held:
            lines += self._table.add(self._row(data))
        return lines + self._table.flush(more=more)

    def _row(self, data: MailboxListing) -> Sequence[str]:
        row = [" ".join(map(shown, data.attributes)), _delimiter(data.delimiter), mailbox(data.name)]
        raw = text_of(data.raw)
        if raw != data.name:
            row.append(shown(data.raw))
        elif data.extended and self._raw:
            row.append("")
        return row + [wire(value) for value in data.extended]


def _delimiter(delimiter: str | None) -> str:
    return "NIL" if delimiter is None else quoted(delimiter)


def listing_line(data: MailboxListing) -> str:
    """A mailbox on one line: ``LIST INBOX  "/"  \\HasNoChildren``."""
    words = [mailbox(data.name), _delimiter(data.delimiter), *map(shown, data.attributes), *map(wire, data.extended)]
    return f"{data.kind} " + "  ".join(words)


class StatusRendering:
    """The answers to STATUS, and those that LIST ... RETURN (STATUS ...) brings (RFC 5819)."""

    def __init__(self, width: int, mark: str, *, whole: bool = False) -> None:
        self._width = width
        self._whole = whole
        self._mark = mark
        self._held: list[MailboxStatus] = []
        self._table: Table | None = None
        self._names: Names = ()

    @property
    def streaming(self) -> bool:
        return self._table is not None

    def add(self, data: MailboxStatus) -> list[str]:
        if self._table is not None:
            if data.items.keys() == set(self._names):
                return self._table.add(self._row(data))
            return [mailbox_status_line(data)]
        self._held.append(data)
        return self.flush(more=True) if len(self._held) >= HELD else []

    def flush(self, *, more: bool = False) -> list[str]:
        held, self._held = self._held, []
        if not held:
            return []
        self._names = tuple(held[0].items)
        alike = all(data.items.keys() == held[0].items.keys() for data in held)
        if not alike or not 0 < len(self._names) <= MOST_COLUMNS:
            return [mailbox_status_line(data) for data in held]
        columns = [Column(shown(name), number=True) for name in self._names]
        self._table = Table([*columns, Column("MAILBOX")], self._width, self._mark, whole=self._whole)
        lines = []
        for data in held:
            lines += self._table.add(self._row(data))
        return lines + self._table.flush(more=more)

    def _row(self, data: MailboxStatus) -> Sequence[str]:
        return [_status_value(name, data.items[name]) for name in self._names] + [mailbox(data.name)]


def _status_value(name: str, value: object) -> str:
    """Sizes with separators (RFC 8438, RFC 9208); other numbers as they would be typed."""
    if isinstance(value, int) and name in ("SIZE", "DELETED-STORAGE"):
        return f"{value:,}"
    return generic(value)


def mailbox_status_line(data: MailboxStatus) -> str:
    """``INBOX  MESSAGES 3  UNSEEN 1``."""
    items = [f"{shown(name)} {_status_value(name, value)}" for name, value in data.items.items()]
    return "  ".join([mailbox(data.name), *(items or ["(no items)"])])
