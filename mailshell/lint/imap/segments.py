"""The lines of a response and where they begin; literals are left out."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.protocol.imap.response import Response


def lines_of(response: Response) -> Iterator[tuple[int, bytes]]:
    """Each line that was kept: its offset in the server's stream, and its octets with the line end."""
    offset = response.offset
    for segment in response.segments:
        if isinstance(segment, bytes):
            yield offset, segment
            offset += len(segment)
        else:
            offset += segment.header.size
