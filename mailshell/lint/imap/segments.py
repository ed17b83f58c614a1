"""The lines of a response and where they begin; literals are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mailshell.protocol.imap.response import Response


def lines_of(response: Response) -> Iterable[tuple[int, bytes]]:
    """Each line that was kept: its offset in the server's stream, and its octets with the line end."""
    first = response.segments[0]
    if len(response.segments) == 1 and isinstance(first, bytes):
        return ((response.offset, first),)
    return _lines(response)


def _lines(response: Response) -> Iterator[tuple[int, bytes]]:
    offset = response.offset
    for segment in response.segments:
        if isinstance(segment, bytes):
            yield offset, segment
            offset += len(segment)
        else:
            offset += segment.header.size
