"""``RETR 1 > FILE``: a ``>`` of its own outside quotes and brackets, and a file up to the end of the line."""

from __future__ import annotations

import re

from mailshell.assist.head import Head
from mailshell.assist.tokens import tokenize

_REDIRECTION = re.compile(r'(?<!\S)>\s*+(?P<file>"[^"]*+"?+|\S*+)(?P<after>\s*+)\Z')


def find_redirection(text: str, head: Head, *, tags: bool) -> re.Match[str] | None:
    """The redirection at the end of a line, with the groups ``file`` (perhaps not yet typed to its end) and ``after``.

    None if there is none.
    """
    match = None if head.whole_line else _REDIRECTION.search(text, head.end)
    if match is None:
        return None
    before = tokenize(text[: match.start()], head.end, plain=not tags)
    is_open = len(before.levels) > 1 or (before.last is not None and before.last.kind == "unclosed")
    return None if is_open else match
