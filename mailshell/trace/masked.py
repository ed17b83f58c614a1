"""Octets with secret spans, taken apart into what may be shown and masks; and Python's ``repr`` of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mailshell.protocol.events import SecretSpan
from mailshell.protocol.secrecy import mask_text


def pieces(octets: bytes, spans: Iterable[SecretSpan]) -> Iterator[bytes | str]:
    """The octets in the order in which they stand, each run of secret ones replaced by its mask (a ``str``)."""
    at = 0
    for start, end, label in sorted(spans):
        if end <= at and end > start:
            continue
        if start > at:
            yield octets[at:start]
        if start >= at:
            yield mask_text(label)
        # What overlaps a span goes under the mask that is there already.
        at = max(at, end)
    if at < len(octets):
        yield octets[at:]


def octets_repr(octets: bytes, spans: Sequence[SecretSpan] = ()) -> str:
    """``repr(octets)``, in which each secret is a visible mask: ``b'PASS ⟦password⟧'``."""
    if not spans:
        return repr(octets)
    shown = list(pieces(octets, spans))
    plain = b"".join(piece for piece in shown if isinstance(piece, bytes))
    double = b"'" in plain and b'"' not in plain
    return "b" + _quoted(shown, double, _octets_body)


def text_repr(octets: bytes, spans: Sequence[SecretSpan] = ()) -> str:
    """The same for the text that the octets stand for: ``'PASS ⟦password⟧'``."""
    if not spans:
        return repr(octets.decode("utf-8", "surrogateescape"))
    shown = list(pieces(octets, spans))
    plain = b"".join(piece for piece in shown if isinstance(piece, bytes))
    double = b"'" in plain and b'"' not in plain
    return _quoted(shown, double, _text_body)


def _quoted(shown: list[bytes | str], double: bool, body: Callable[[bytes, bool], str]) -> str:
    quote = '"' if double else "'"
    inside = "".join(piece if isinstance(piece, str) else body(piece, double) for piece in shown)
    return f"{quote}{inside}{quote}"


# ``repr`` puts a text between double quotes if it holds single ones and no double ones. A quote in front of a piece
# makes it use the same quotes for each; it is cut off again.


def _octets_body(piece: bytes, double: bool) -> str:
    return repr((b"'" if double else b'"') + piece)[3:-1]


def _text_body(piece: bytes, double: bool) -> str:
    return repr(("'" if double else '"') + piece.decode("utf-8", "surrogateescape"))[2:-1]
