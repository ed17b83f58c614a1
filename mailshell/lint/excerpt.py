"""The line of a finding, cut to what is near the fault, but never through a known secret: half of one is not masked."""

from __future__ import annotations

from typing import NamedTuple

from mailshell.protocol.secrecy import Secrets

#: So many octets of a line are kept with a finding.
SHOWN = 400


class Excerpt(NamedTuple):
    """``line``: the octets; the fault is ``line[at:until]``. ``secret``: they hold a known secret."""

    line: bytes = b""
    at: int = 0
    until: int = 0
    secret: bool = False


def excerpt(octets: bytes, at: int, end: int, secrets: Secrets, *, whole: bool) -> Excerpt:
    """The line around ``octets[at:end]``. ``whole``: ``octets`` begins where the stream does, or a line does."""
    begin = max(octets.rfind(b"\n", 0, at) + 1, at - SHOWN // 2)
    newline = octets.find(b"\n", max(at, end - 1))
    stop = min(len(octets) if newline < 0 else newline + 1, begin + SHOWN)
    spans = secrets.scan(octets[: stop + secrets.longest]) if secrets else []
    held = False
    if secrets:
        if not whole and begin < secrets.longest:
            # What stands there may be the end of one.
            begin = secrets.longest
        if newline < 0 and stop == len(octets):
            stop -= secrets.piece_at_end(octets)
        if not begin <= at <= stop:
            return Excerpt(secret=True)
        begin = min([begin, *(span.start for span in spans if span.start < begin < span.end)])
        stop = max([stop, *(span.end for span in spans if span.start < stop < span.end)])
        held = any(span.start < stop and span.end > begin for span in spans)
    return Excerpt(octets[begin:stop], at - begin, min(max(at, end), stop) - begin, held)
