"""How much of what a peer sends is held in memory at once, and how much it may announce."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds, in octets unless said otherwise. What passes them is reported and passed on unread, never held.

    ``line``: a line up to its CRLF; longer ones are passed on in pieces and not parsed. RFC 2683 section 3.2.1.5
    asks clients to expect long lines: a SEARCH that finds a million messages answers with one of 7 MB.
    ``literal``: the size that a literal may announce (RFC 9051 allows up to 2^63-1, RFC 3501 up to 2^32-1).
    ``kept_literal``: up to this size a literal is kept for the parse tree; larger ones are streamed only.
    ``response``: all lines and kept literals of one response together.
    ``segment``: what each of its lines counts for besides its octets: a literal of none takes memory too.
    ``values``: words, strings, parentheses and spaces of one response (a number): each takes far more memory than
    its octets.
    ``nesting``: how deep parentheses are followed (a number of levels).
    ``outstanding``: how many commands may wait for their answer (a number).
    """

    line: int = 16 * MIB
    literal: int = 2 * GIB
    kept_literal: int = 64 * KIB
    response: int = 24 * MIB
    segment: int = 256
    values: int = 1_000_000
    nesting: int = 100
    outstanding: int = 10_000


DEFAULT = Limits()
