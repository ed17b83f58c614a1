"""THREAD as trees (RFC 5256 section 4). A message with one reply stands in one line with it."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.protocol.imap.data import Threads
from mailshell.render.tree import MOST, Drawing, Node, draw
from mailshell.render.values import counted

_NO_ROOT = "(not found)"


def threads_lines(data: Threads, drawing: Drawing, width: int) -> list[str]:
    """A tree for each thread, and how many there are."""
    lines: list[str] = []
    for at, thread in enumerate(data.threads):
        if len(lines) > MOST:
            lines.append(f"{drawing.mark} and {counted(len(data.threads) - at, 'more thread', 'more threads')}")
            break
        lines += draw(_node(_members(thread)), drawing, width, drawing.arrow)
    messages = sum(_count(thread) for thread in data.threads)
    return [*lines, f"({counted(len(data.threads), 'thread')}, {counted(messages, 'message')})"]


def _members(thread: object) -> Sequence[object]:
    return thread if isinstance(thread, tuple) else (thread,)


def _node(members: Sequence[object]) -> Node:
    """The numbers that a thread begins with are a chain, each a reply to the one before; what follows branches off.

    A thread without a number in front holds siblings whose parent is not among the messages found.
    """
    chain = 0
    while chain < len(members) and not isinstance(members[chain], tuple):
        chain += 1
    words = ["?" if number is None else str(number) for number in members[:chain]]
    return Node(words or [_NO_ROOT], [_node(_members(member)) for member in members[chain:]])


def _count(thread: object) -> int:
    return sum(map(_count, thread)) if isinstance(thread, tuple) else 1
