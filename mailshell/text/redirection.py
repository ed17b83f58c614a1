"""``RETR 1 > FILE``: a ``>`` of its own outside quotes and brackets, and a file up to the end of the line."""

from __future__ import annotations

import re

_REDIRECTION = re.compile(r"""(?:^|(?<=\s))>\s*+(?P<file>"[^"]++"|\S++)\s*+\Z""")
_NESTING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|(?P<open_quote>\\?\Z))|[()\[\]]', re.DOTALL)


def find_redirection(line: str) -> re.Match[str] | None:
    """Where a complete line redirects, with the group ``file`` (perhaps in quotes); None if it does not."""
    match = _REDIRECTION.search(line)
    if match is None:
        return None
    depth = 0
    for part in _NESTING.finditer(line, 0, match.start()):
        if part["open_quote"] is not None:
            return None
        depth += (part[0] in "([") - (part[0] in ")]")
    return None if depth > 0 else match
