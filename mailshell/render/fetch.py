"""FETCH: a table where messages have the same small items, a block for each message where they have large ones."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.protocol.imap.data import Body, BodyStructure, Envelope, Fetched, FetchItem
from mailshell.render.columns import HELD, MOST_COLUMNS, Column, Table
from mailshell.render.envelope import envelope_cells, envelope_lines
from mailshell.render.shown import shown
from mailshell.render.structure import structure_lines
from mailshell.render.tree import Drawing
from mailshell.render.values import generic, size

_LARGE = (Body, BodyStructure, Envelope)
_GROUPED = frozenset({"RFC822.SIZE"})
_NUMBERS = frozenset({"UID", "RFC822.SIZE", "MODSEQ"})
#: Items whose one value stands in parentheses (RFC 8474 section 5).
_SINGLE = frozenset({"EMAILID", "THREADID"})
#: Items that stand beside an envelope in a table of one line a message.
_BESIDE = frozenset({"ENVELOPE", "UID", "FLAGS", "RFC822.SIZE", "INTERNALDATE"})
_COLUMN_ORDER = {"UID": 0, "FLAGS": 2, "PREVIEW": 3, "SNIPPET": 3}
Names = tuple[str, ...]


class FetchRendering:
    """The messages that answer one command, in the server's order."""

    def __init__(self, width: int, drawing: Drawing, *, whole: bool = False) -> None:
        self._width = width
        self._whole = whole
        self._drawing = drawing
        self._held: list[Fetched] = []
        self._kind = ""
        self._names: Names | None = None
        self._mixed = False
        self._table: Table | None = None
        self._columns: Names = ()
        self._envelopes = False

    def add(self, data: Fetched) -> list[str]:
        names = tuple([item.name for item in data.items])
        if self._table is not None and self._names == names and self._kind == data.kind:
            return self._table.add(self._row(data))
        envelope = _is_envelope_row(data.items)
        large = not envelope and any(isinstance(item.value, _LARGE) for item in data.items)
        if large:
            return self.flush(more=True) + self._block(data)
        if self._table is not None:
            # The widths stand already; a message with other items gets a line of its own.
            if self._is_like(data, names):
                return self._table.add(self._row(data))
            return self._block(data) if envelope else [line_of(data)]
        lines = []
        if self._held and envelope != self._envelopes:
            lines = self.flush(more=True)
            if self._table is not None:
                return lines + (self._block(data) if envelope else [line_of(data)])
        if self._names is None:
            self._kind, self._names, self._envelopes = data.kind, names, envelope
        elif not self._is_like(data, names):
            self._mixed = True
        self._held.append(data)
        return lines + self.flush(more=True) if len(self._held) >= HELD else lines

    def _is_like(self, data: Fetched, names: Names) -> bool:
        """Whether a message has the same items as the first, in whatever order."""
        if self._kind != data.kind or self._names is None:
            return False
        return names == self._names or sorted(names) == sorted(self._names)

    def flush(self, *, more: bool = False) -> list[str]:
        """Show what is held. If it was all alike, what follows goes on in the same table; ``more`` is expected."""
        held, self._held = self._held, []
        if not held:
            return self._table.flush(more=more) if self._table is not None else []
        if self._envelopes and (self._mixed or len(held) == 1 or not _fit_a_table(self._names or ())):
            self._forget()
            return [line for data in held for line in self._block(data)]
        if self._mixed or not _fit_a_table(self._names or ()):
            self._forget()
            return [line_of(data) if data.items else f"{line_of(data)}  (no items)" for data in held]
        self._open(held[0])
        assert self._table is not None
        lines = []
        for data in held:
            lines += self._table.add(self._row(data))
        return lines + self._table.flush(more=more)

    def _forget(self) -> None:
        self._names, self._mixed, self._envelopes = None, False, False

    def _open(self, first: Fetched) -> None:
        names = [item.name for item in first.items if item.name != "ENVELOPE"]
        names.sort(key=lambda name: _COLUMN_ORDER.get(name, 1))
        self._columns = tuple(names)
        columns = [Column("UID" if first.kind == "UIDFETCH" else "#", number=True)]
        values = {item.name: item.value for item in first.items}
        columns += [
            Column(shown(name), number=name in _NUMBERS or isinstance(values[name], int)) for name in self._columns
        ]
        if self._envelopes:
            columns += [Column("DATE"), Column("FROM"), Column("SUBJECT")]
        self._table = Table(columns, self._width, self._drawing.mark, whole=self._whole)

    def _row(self, data: Fetched) -> Sequence[str]:
        row = ["?" if data.number is None else str(data.number)]
        if len(data.items) == 1 and not self._envelopes:
            row.append(_cell(data.items[0]))
            return row
        items = {item.name: item for item in data.items}
        row += [_cell(items[name]) for name in self._columns]
        if self._envelopes:
            envelope = items["ENVELOPE"].value
            row += envelope_cells(envelope) if isinstance(envelope, Envelope) else ("", "", "")
        return row

    def _block(self, data: Fetched) -> list[str]:
        small = tuple(item for item in data.items if not isinstance(item.value, _LARGE))
        lines = [f"message {line_of(Fetched(data.kind, data.number, small))}"]
        for item in data.items:
            if isinstance(item.value, Envelope):
                lines += envelope_lines(item.value, "  ", self._width)
            elif isinstance(item.value, BodyStructure):
                tree = structure_lines(item.value, self._drawing, self._width - 2)
                lines += [f"  {line}" for line in tree]
            elif isinstance(item.value, Body):
                lines.append(f"  {shown(item.name)}  {item_text(item)}")
        return lines


def _fit_a_table(names: Names) -> bool:
    return 0 < len(names) <= MOST_COLUMNS and len(set(names)) == len(names)


def _is_envelope_row(items: Sequence[FetchItem]) -> bool:
    found = False
    for item in items:
        if isinstance(item.value, Envelope):
            found = True
        if item.name not in _BESIDE:
            return False
    return found


def _cell(item: FetchItem) -> str:
    value = item.value
    if type(value) is int:
        return f"{value:,}" if item.name in _GROUPED else str(value)
    if item.name == "FLAGS" and isinstance(value, tuple):
        return shown(" ".join(value))
    return item_text(item)


def item_text(item: FetchItem) -> str:
    """The value of an item on one line."""
    value = item.value
    if isinstance(value, Body):
        return "NIL" if value.size is None else size(value.size)
    if isinstance(value, int):
        return f"{value:,}" if item.name in _GROUPED else str(value)
    if isinstance(value, tuple):
        return "(" + shown(" ".join(map(str, value))) + ")"
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, Envelope):
        return "  ".join(filter(None, envelope_cells(value)))
    if isinstance(value, BodyStructure):
        return f"{shown(value.type)}/{shown(value.subtype)}"
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str) and item.name in _SINGLE:
        return shown(value[0])
    return generic(value)


def line_of(data: Fetched) -> str:
    """``12  UID 5  FLAGS (\\Seen)``."""
    number = "?" if data.number is None else str(data.number)
    first = f"UID {number}" if data.kind == "UIDFETCH" else number
    items = [f"{shown(item.name)} {item_text(item)}".rstrip(" ") for item in data.items]
    return "  ".join([first, *items])
