"""Cyrus' telemetry log: what each side said, behind ``<SECONDS<`` (the client) or ``>SECONDS>`` (the server)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mailshell.protocol.events import Side
from mailshell.recording.imports.chunk import Chunk, Loss

STAMP = re.compile(rb"<(\d{9,11})<|>(\d{9,11})>")
#: The longest stamp, less one octet: so much may be the beginning of one.
_HELD = 12
_READ = 1 << 16
#: A stamp that is earlier than the last, or later by more than this, is none (seconds).
_LONGEST_PAUSE = 86_400.0


def read_telemetry(file: BinaryIO, losses: set[Loss]) -> Iterator[Chunk]:
    """The chunks; what stands before the first stamp is a heading. Times are whole seconds."""
    losses.add(Loss.TIMES)
    side, time = None, 0.0
    data = b""
    while True:
        more = file.read(_READ)
        data += more
        at = 0
        for match in STAMP.finditer(data):
            now = float(match[1] or match[2])
            if side is not None and not time <= now <= time + _LONGEST_PAUSE:
                # It stands in a message.
                continue
            if side is not None and match.start() > at:
                yield Chunk(side, data[at : match.start()], time)
            side = Side.CLIENT if match[1] else Side.SERVER
            time = now
            at = match.end()
        keep = max(at, len(data) - _HELD) if more else len(data)
        if side is not None and keep > at:
            yield Chunk(side, data[at:keep], time)
        data = data[keep:]
        if not more:
            return
