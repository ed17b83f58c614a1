"""``mailshell diff A B``: two sessions compared by meaning; the exit status is that of diff(1)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from mailshell.exits import Exit
from mailshell.modes.arguments import Parser
from mailshell.modes.serve import load
from mailshell.replay.diff import compare
from mailshell.text.escape import escape


def main(arguments: Sequence[str]) -> Exit:
    """Print the differences. UsageError if a recording can't be read."""
    parser = Parser("diff", "Compare two recordings by what was said, not by octets. Exit status: 0 same, 1 different.")
    parser.add_argument("one", metavar="FILE", type=Path)
    parser.add_argument("other", metavar="FILE", type=Path)
    chosen = parser.parse_args(list(arguments))
    comparison = compare(load(chosen.one), load(chosen.other))
    for note in comparison.notes:
        print(f"mailshell: note: {escape(note)}", file=sys.stderr)
    for line in comparison.report():
        print(line)
    return Exit.OK if comparison.same else Exit.REFUSED
