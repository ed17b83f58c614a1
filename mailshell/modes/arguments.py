"""The command line of what has options of its own, such as ``mailshell show``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from typing import NoReturn

from mailshell.exits import UsageError
from mailshell.protocol.secrecy import Secrets
from mailshell.trace.trace import STYLES, Trace


class Parser(argparse.ArgumentParser):
    """A parser for ``mailshell NAME``; what is wrong becomes a UsageError of one sentence."""

    def __init__(self, name: str, description: str) -> None:
        super().__init__(prog=f"mailshell {name}", description=description, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; {self.prog} --help lists the options")


def make_trace(protocol: str, write: Callable[[str], object], chosen: argparse.Namespace) -> Trace:
    """The trace of a recording, as ``add_trace_options`` has it: its secrets are masked already."""
    return Trace(
        protocol,
        write,
        level=chosen.level,
        style=chosen.trace_style,
        secrets=Secrets(),
        colour=chosen.colour,
        explain=chosen.explain,
    )


def add_trace_options(parser: Parser, *, level: int = 3) -> None:
    """How the wire is shown: ``level``, ``trace_style``, ``explain`` and ``colour``."""
    parser.add_argument(
        "-d", "--debug", dest="level", metavar="N", type=int, choices=range(6), default=level, help="0 .. 5 hex dump"
    )
    parser.add_argument("--trace-style", choices=STYLES, default=STYLES[0], help="how the wire is shown")
    parser.add_argument("--explain", action="store_true", help="say under each line what it means")
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    parser.set_defaults(colour=colour)
