"""What can be wrong with a number: it is none, it is 0 where it can't be, it is too large."""

from __future__ import annotations

from mailshell.lint.finding import Fault
from mailshell.lint.imap.marks import shown

MOST_32 = (1 << 32) - 1
MOST_63 = (1 << 63) - 1


def number_fault(word: bytes, start: int, what: str, *, least: int = 0, most: int = MOST_32) -> Fault | None:
    """The fault of a word that stands where a number should, at an offset; None if it is one in these bounds.

    ``what`` is the item whose value it is. RFC 9051 section 9: ``number``, ``nz-number``, ``number64``.
    """
    end = start + len(word)
    if not word.isdigit():
        return Fault("not-a-number", start, end, f"{what} is {shown(word)}, which is no number", "digits only")
    if len(word) > 40 or int(word) > most:
        bits = 32 if most == MOST_32 else 63
        return Fault("number-too-large", start, end, f"{what} needs more than {bits} bits", f"at most {most}")
    if int(word) < least:
        return Fault("zero-number", start, end, f"{what} is 0", "a number of 1 or more")
    return None
