"""What was sent, as expressions of Python: text, octets, and secrets that a script asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailshell.export.exchanges import GatheredExchange, SentPart
from mailshell.export.rows import Row
from mailshell.trace.lines import CLIP

_MASK = re.compile("⟦([^⟦⟧]{1,60})⟧".encode())
#: What announces a literal at the end of a line, and the line end.
_ANNOUNCED = re.compile(r"\{(?:\d{1,20}|⟦length⟧)[+-]?\}\r?\n\Z".encode())


@dataclass(slots=True)
class Command:
    """A command as it was sent, without its tag.

    ``texts`` and ``literals`` stand in turn, the texts without announcements and line ends; there is one text more.
    ``answers`` are the lines that were sent to continuation requests. ``declined``: a literal was announced and never
    sent, and its announcement is still in the text.
    """

    texts: list[bytes] = field(default_factory=list)
    literals: list[SentPart] = field(default_factory=list)
    answers: list[bytes] = field(default_factory=list)
    declined: bool = False


def read_command(item: GatheredExchange) -> Command | None:
    """What was sent for an exchange; None if some of it was too long to be kept."""
    command = Command()
    parts = iter(item.parts)
    for part in parts:
        if part.literal:
            command.literals.append(part)
            continue
        if part.octets is None:
            return None
        if len(command.texts) == len(command.literals):
            command.texts.append(part.octets)
        else:
            command.answers.append(_without_end(part.octets))
    if not command.texts or len(command.texts) - len(command.literals) not in (0, 1):
        return None
    if len(command.texts) == len(command.literals):
        command.texts.append(b"")
    command.texts[0] = (
        command.texts[0][len(item.exchange.tag) :].lstrip(b" \t") if item.exchange.tag else command.texts[0]
    )
    *before, last = command.texts
    command.declined = _ANNOUNCED.search(last) is not None
    command.texts = [_ANNOUNCED.sub(b"", text) for text in before] + [_without_end(last)]
    return command


def expression(octets: bytes, *, as_octets: bool = False) -> str:
    """An expression for the octets: a string if they are ASCII, else ``bytes``; masks become calls of ``secret``."""
    as_octets = as_octets or not _MASK.sub(b"", octets).isascii()
    terms = []
    for piece in _pieces(octets):
        if isinstance(piece, bytes):
            terms.append(repr(piece) if as_octets else repr(piece.decode("ascii")))
        else:
            terms.append(f"secret({piece!r}).encode()" if as_octets else f"secret({piece!r})")
    return " + ".join(terms) or ("b''" if as_octets else "''")


def literal_expression(part: SentPart) -> str:
    """An expression for a literal; one that was too large to be kept is replaced by as many octets."""
    if part.octets is None:
        return f"b'x' * {part.size}"
    return expression(part.octets, as_octets=True)


def has_secret(octets: bytes) -> bool:
    """Whether a mask stands in the octets."""
    return _MASK.search(octets) is not None


def comments(rows: Sequence[Row], indent: str = "    ") -> Iterator[str]:
    """Rows as comments, one a line; long ones are cut."""
    for row in rows:
        text = row.text if len(row.text) <= CLIP else f"{row.text[:CLIP]}…"
        yield f"#{indent}{text}".rstrip()


def _without_end(octets: bytes) -> bytes:
    return octets.removesuffix(b"\n").removesuffix(b"\r")


def _pieces(octets: bytes) -> Iterator[bytes | str]:
    at = 0
    for match in _MASK.finditer(octets):
        if match.start() > at:
            yield octets[at : match.start()]
        yield match[1].decode("utf-8", "replace")
        at = match.end()
    if at < len(octets):
        yield octets[at:]
