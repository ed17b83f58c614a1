"""``mailshell scrub FILE``: a copy of a recording that is fit for the public."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mailshell.exits import Exit
from mailshell.modes.arguments import Parser
from mailshell.recording.file import SUFFIX
from mailshell.recording.scrubbing.copying import scrub_recording
from mailshell.text.escape import escape


def main(arguments: Sequence[str]) -> Exit:
    """Scrub a recording and say what was changed. UsageError if it can't be done."""
    parser = Parser("scrub", "Make a copy of a recording in which names are pseudonyms and messages their shape.")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="the copy (default: NAME.scrubbed.mwire)")
    chosen = parser.parse_args(list(arguments))
    source: Path = chosen.file
    target: Path = chosen.output or source.with_name(f"{source.name.removesuffix(SUFFIX)}.scrubbed{SUFFIX}")
    scrub = scrub_recording(source, target)
    words = len(scrub.pseudonyms.words)
    counts = [f"{count:,} {kind}" for kind, count in sorted(scrub.changed.items())]
    print(f"{escape(str(target))}: {words:,} words of names have pseudonyms; changed: {', '.join(counts) or 'nothing'}")
    return Exit.OK
