"""Foreign text in Markdown: nothing in it is markup (CommonMark 0.31)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailshell.text.escape import escape

#: A word that no reader of Markdown takes for anything else: no markup, address, mention or number of a list.
_PLAIN = re.compile(r"[(“]*[^\W_]+(?:['’.,/-][^\W_]+)*(?:/?[)”]*[.,;:!?…]*)|[–…]")
#: What looks plain and is a link, or at the beginning the number of a list.
_LINK = re.compile(r"www\.|[^\W_]+\.[^\W_]+\.", re.IGNORECASE)
_NUMBERED = re.compile(r"[0-9]+[.)]")


def code(text: str) -> str:
    """Text as a code span, in which nothing else is Markdown (section 6.1)."""
    text = escape(text)
    return code_of_escaped(text)


def code_of_escaped(text: str) -> str:
    """Likewise of text that is fit for a terminal already."""
    ticks = "`" * (1 + longest_run(text))
    space = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") or not text else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def longest_run(text: str) -> int:
    """How many backticks stand side by side at the most."""
    return max((len(run) for run in re.findall("`+", text)), default=0)


def fence(lines: Iterable[str]) -> str:
    """What begins and ends a block of code with these lines: longer than any run of backticks in it (section 4.5)."""
    return "`" * max(3, 1 + max(map(longest_run, lines), default=0))


def prose(text: str) -> str:
    """A sentence that is fit for a terminal already, and may quote anything: words that are plain stay as they are,
    and all others become code spans.
    """
    pieces: list[str] = []
    quoted: list[str] = []
    for word in text.split(" "):
        begins = not (pieces or quoted)
        if not _PLAIN.fullmatch(word) or _LINK.match(word) or (begins and _NUMBERED.match(word)):
            quoted.append(word)
            continue
        if quoted:
            pieces.append(_span(quoted))
            quoted = []
        pieces.append(word)
    if quoted:
        pieces.append(_span(quoted))
    return " ".join(pieces)


def _span(words: list[str]) -> str:
    text = " ".join(words)
    if not text.strip():
        return ""
    end = re.search(r"[,;:]*\Z", text)
    tail = end[0] if end is not None else ""
    return code_of_escaped(text.removesuffix(tail) or tail) + (tail if text != tail else "")
