"""A transcript as swaks prints it: an arrow in front of each line tells who sent it, and whether TLS protected it."""

from __future__ import annotations

from typing import BinaryIO

from mailshell import __version__
from mailshell.export.rows import Kind, Row, RowMaker
from mailshell.export.source import Source
from mailshell.protocol.events import Side
from mailshell.text.escape import escape

_ARROWS = {
    (Side.CLIENT, False): " -> ",
    (Side.CLIENT, True): " ~> ",
    (Side.SERVER, False): "<-  ",
    (Side.SERVER, True): "<~  ",
}
_NOTE, _ERROR = "*** ", " ** "


def write(source: Source, fold: int | None, out: BinaryIO) -> None:
    """Write the transcript as it is read; memory stays flat. OSError if ``out`` can't be written."""
    header = source.header
    where = f" with {source.place}" if source.place else ""
    lines = [f"{header.protocol} session{where}, recorded {header.start or 'at an unknown time'} by {header.tool}"]
    lines += filter(None, (header.title, header.state and f"the recording begins in the state: {header.state}"))
    lines += filter(None, (header.lossy and f"the recording is lossy: {header.lossy}",))
    lines.append(f"exported by mailshell {__version__}; secrets are masked")
    out.writelines(f"{_NOTE}{escape(line)}\n".encode() for line in lines)
    for row in RowMaker(source, fold).rows():
        out.write(f"{_prefix(row)}{row.text}\n".encode())


def _prefix(row: Row) -> str:
    if row.kind is Kind.ERROR:
        return _ERROR
    if row.kind in (Kind.NOTE, Kind.FOLDED) or row.side is None:
        return _NOTE
    return _ARROWS[row.side, row.tls]
