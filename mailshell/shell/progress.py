"""A bar on standard error that shows how far a long piece of work is."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from prompt_toolkit.output import create_output
from prompt_toolkit.shortcuts import ProgressBar

T = TypeVar("T")


def with_bar(results: Iterable[T], total: int, label: str) -> Iterator[T]:
    """The results as they come, and the bar as long as there are more. For a terminal only."""
    with ProgressBar(output=create_output(sys.stderr)) as bar:
        yield from bar(results, total=total, label=label)
