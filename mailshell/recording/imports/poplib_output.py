"""What ``poplib`` prints at ``set_debuglevel(2)`` (and mailshell in the style of that name).

::

    *cmd* 'STAT'
    *put* b'STAT'
    *get* b'+OK 2 320\\r\\n'
    *resp* b'+OK 2 320'
    *stat* [b'+OK', b'2', b'320']

At level 1 there are only ``*cmd*`` and ``*stat*``, and what the server said is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mailshell.protocol.events import Side
from mailshell.recording.imports.chunk import Chunk, Loss, pieces_of_lines
from mailshell.recording.imports.python_repr import read_repr

ROW = re.compile(rb"\*(cmd|put|get)\* (b?['\"].*['\"])\s*\Z", re.DOTALL)


def read_poplib(file: BinaryIO, losses: set[Loss]) -> Iterator[Chunk]:
    """The chunks of the session: a line is one."""
    losses |= {Loss.TIMES, Loss.CHUNKS}
    command: bytes | None = None
    for row in pieces_of_lines(file):
        match = ROW.match(row)
        if match is None:
            continue
        octets = read_repr(match[2])
        if octets is None:
            losses.add(Loss.ROWS)
            continue
        kind = match[1]
        if command is not None and kind != b"put":
            # Level 1: the line itself is not shown.
            losses.add(Loss.LINE_ENDS)
            yield Chunk(Side.CLIENT, command + b"\r\n")
        command = octets if kind == b"cmd" else None
        if kind == b"put":
            yield Chunk(Side.CLIENT, octets + b"\r\n")
        elif kind == b"get" and octets:
            yield Chunk(Side.SERVER, octets)
    if command is not None:
        yield Chunk(Side.CLIENT, command + b"\r\n")
