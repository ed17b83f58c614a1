"""The trace of mailshell itself, in its own style, at level 2 and above (see ``mailshell/trace/style_mailshell.py``).

From level 3 on it holds every octet. What level 2 folds away or clips is counted there, and filled in here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from mailshell.protocol.events import Side
from mailshell.recording.imports.chunk import LONGEST_PIECE, Chunk, Loss, pieces_of_lines
from mailshell.recording.imports.gaps import MASKED_LITERAL, Gaps

#: Rows that no other form has: boundaries and contents, rows of the trace's own, octets under TLS.
SIGN = re.compile(rb"(?:[CS]~[ |]|[CS]:[|=#]|--[-!]) ")
_ROW = re.compile(rb"([CS])[:~]([ |-]) ([^\r\n]*)\r?\n?\Z")
_TIME = re.compile(rb"[CS][:~]= +(\d+\.\d+) (?:read|write) ")
_CLIPPED = re.compile(rb"(.*) \xe2\x80\xa6 ([\d,]{1,15}) more octets\Z", re.DOTALL)
_FOLDED = re.compile(rb"\xe2\x80\xa6 .*, ([\d,]{1,15}) more of [\d,]+ octets\Z")
_MASK = re.compile(rb"\xe2\x9f\xa6[a-z0-9#-]+\xe2\x9f\xa7\Z")
_ESCAPE = re.compile(rb"\\(?:([\\nrt])|x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\})")
_NAMED = {b"\\": b"\\", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def unescape(text: bytes) -> bytes:
    """The octets that ``escape_octets`` shows so."""
    return _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[bytes]) -> bytes:
    if match[1]:
        return _NAMED[match[1]]
    if match[2]:
        return bytes([int(match[2], 16)])
    code = int(match[3] or match[4], 16)
    return chr(code).encode("utf-8", "replace") if code <= 0x10FFFF else match[0]


def read_own_trace(file: BinaryIO, protocol: str, losses: set[Loss]) -> Iterator[Chunk]:
    """The chunks of the session: a row is one."""
    losses |= {Loss.DATE, Loss.CHUNKS}
    gaps = Gaps(protocol, losses)
    time: float | None = None
    for row in pieces_of_lines(file):
        if len(row) >= LONGEST_PIECE:
            losses.add(Loss.ROWS)
            continue
        boundary = _TIME.match(row)
        if boundary is not None:
            time = float(boundary[1])
            continue
        match = _ROW.match(row)
        if match is None:
            continue
        side = Side.CLIENT if match[1] == b"C" else Side.SERVER
        if match[2] == b"-":
            folded = _FOLDED.match(match[3])
            if folded is not None:
                losses.add(Loss.LITERALS)
                for piece in gaps.filler.make(int(folded[1].replace(b",", b""))):
                    yield gaps.follow(side, piece, time)
        elif match[2] == b"|" and gaps.inside_literal(side) and _MASK.match(match[3]):
            yield gaps.follow(side, match[3][:MASKED_LITERAL].ljust(MASKED_LITERAL), time)
        else:
            for octets in _octets(match[3], gaps, losses):
                yield gaps.follow(side, octets, time)
    if time is None:
        losses.add(Loss.TIMES)


def _octets(text: bytes, gaps: Gaps, losses: set[Loss]) -> Iterator[bytes]:
    clipped = _CLIPPED.match(text)
    if clipped is not None:
        losses.add(Loss.LITERALS)
        yield unescape(clipped[1])
        for piece in gaps.filler.make(int(clipped[2].replace(b",", b""))):
            yield piece.replace(b"\r\n", b"xx")
        yield b"\r\n"
        return
    text = re.sub(r"\{⟦length⟧(?=[+-]?\}$)".encode(), b"{%d" % MASKED_LITERAL, text)
    backslashes = len(text) - len(text.rstrip(b"\\"))
    if backslashes % 2:
        yield unescape(text[:-1])
    elif text.endswith(b"\\n") and (len(text) - 1 - len(text[:-1].rstrip(b"\\"))) % 2:
        yield unescape(text)
    else:
        yield unescape(text) + b"\r\n"
