"""``mailshell export FILE --to FORMAT``: a recording as something that can be given to others."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

from mailshell.exits import Exit, UsageError
from mailshell.export import eml, html, json, markdown, pcapng, python, text
from mailshell.export.output import open_output
from mailshell.export.source import Source
from mailshell.modes.arguments import Parser
from mailshell.text.escape import escape

#: Lines of a literal or body that are shown, unless an option says otherwise.
FOLD = 20

Write = Callable[[Source, int | None, BinaryIO], None]
_FORMATS: dict[str, Write] = {
    "markdown": markdown.write,
    "text": text.write,
    "html": html.write,
    "json": json.write,
    "pcapng": lambda source, fold, out: pcapng.write(source, out),
    "python": python.write,
}
_MESSAGES = "eml"
_BINARY = "pcapng"


def main(arguments: Sequence[str]) -> Exit:
    """Export a recording. UsageError if it can't be read or may not be exported, or if nothing can be written."""
    chosen = _parser().parse_args(list(arguments))
    source = Source(chosen.file)
    path = None if chosen.output in (None, "-") else Path(chosen.output).expanduser()
    if chosen.to == _MESSAGES:
        if path is None or chosen.force:
            raise UsageError("--to eml needs a folder, -o FOLDER, and overwrites nothing in it; --force is not for it")
        _tell(eml.write(source, path))
        return Exit.OK
    write, fold = _FORMATS[chosen.to], None if chosen.full else chosen.fold
    if path is None:
        if chosen.to == _BINARY and sys.stdout.isatty():
            raise UsageError("a capture is binary, and no terminal can show it; -o FILE writes it to a file")
        sys.stdout.flush()
        write(source, fold, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    else:
        with open_output(path, chosen.file, force=chosen.force) as file:
            write(source, fold, file)
        _tell([f"written to {path}"])
    for warning in source.warnings:
        print(f"mailshell: note: {escape(warning)}", file=sys.stderr)
    return Exit.OK


def _tell(lines: Sequence[str]) -> None:
    for line in lines:
        print(escape(line))


def _parser() -> Parser:
    parser = Parser("export", "Give a recording away: as a report, a transcript, a page, packets, a script, messages.")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument(
        "--to",
        required=True,
        choices=[*_FORMATS, _MESSAGES],
        help="markdown: a report for an issue; text: like swaks; html: one page, explained; json; pcapng: for "
        "Wireshark; python: a script that repeats it; eml: the messages",
    )
    parser.add_argument(
        "-o", dest="output", metavar="FILE", help="write to this file (- is standard output); for eml a folder"
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--fold", metavar="N", type=_count, default=FOLD, help=f"show N lines of a literal or body ({FOLD})"
    )
    length.add_argument("--full", action="store_true", help="show them whole; pcapng and eml always do")
    parser.add_argument("--force", action="store_true", help="overwrite FILE if it is there already")
    return parser


def _count(value: str) -> int:
    if not (value.isascii() and value.isdigit()) or len(value) > 9:
        raise argparse.ArgumentTypeError("the number of lines is a whole number, 0 or more")
    return int(value)
