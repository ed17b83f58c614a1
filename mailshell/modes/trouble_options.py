"""The options ``--misbehave`` and ``--fault``; what they take is read in ``mailshell.modes.trouble``."""

from __future__ import annotations

import argparse


def add_trouble_options(parser: argparse._ActionsContainer, prefix: str = "") -> None:
    """What ``read_trouble`` reads: ``misbehave`` and ``fault``. ``prefix`` stands before the help."""
    parser.add_argument(
        "--misbehave",
        action="append",
        default=[],
        metavar="RULE,...",
        help=f"{prefix}break these rules of lint on purpose; ? lists them with what to type",
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="FAULT,...",
        help=f"{prefix}faults of the road: delay=SECONDS, chunk=OCTETS ...; ? lists them",
    )
