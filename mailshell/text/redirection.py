"""``RETR 1 > FILE``: a ``>`` of its own outside quotes and brackets, and a file up to the end of the line.

``RETR 1 | less``: a ``|`` of its own outside them, with blanks around it, and a shell command after it.
"""

from __future__ import annotations

import re

_REDIRECTION = re.compile(r"""(?:^|(?<=\s))>\s*+(?P<file>"[^"]++"|\S++)\s*+\Z""")
_NESTING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|(?P<open_quote>\\?\Z))|[()\[\]]', re.DOTALL)
_PIPE = re.compile(rf"{_NESTING.pattern}|(?<=\s)(?P<pipe>\|)(?=\s)", re.DOTALL)


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


def find_pipe(line: str) -> re.Match[str] | None:
    """Where the first pipe of a complete line stands; None if it has none, or nothing stands on one of its sides."""
    depth = 0
    for part in _PIPE.finditer(line):
        if part["open_quote"] is not None:
            return None
        if part["pipe"] is None:
            depth += (part[0] in "([") - (part[0] in ")]")
        elif depth <= 0:
            return part if line[: part.start()].strip() and line[part.end() :].strip() else None
    return None
