"""Octets of a server → data, and examples kept in text files.

An example is a title (``# ...``), a command (``C``), what the server answers (``S``, each a line on the wire), and what
is shown (``|``); ``J`` is the JSON and ``U`` the line for each response when nobody asked for it, if they are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mailshell.protocol.exchange import Untagged
from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.imap.data import Data
from mailshell.protocol.imap.grammar import read_data

HERE = Path(__file__).parent


def read(octets: bytes) -> Iterator[Data]:
    """The data of all untagged responses."""
    connection = ImapConnection()
    list(connection.received(b"* OK ready\r\n"))
    for event in connection.received(octets):
        if isinstance(event, Untagged):
            yield read_data(event.response)[0]


@dataclass
class Example:
    title: str
    command: str = ""
    server: list[str] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    json: list[str] = field(default_factory=list)
    unsolicited: list[str] = field(default_factory=list)

    @property
    def octets(self) -> bytes:
        return "".join(f"{line}\r\n" for line in self.server).encode()


def examples(name: str) -> list[Example]:
    """The examples in a file beside this one."""
    found: list[Example] = []
    for line in (HERE / name).read_text("utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "#":
            found.append(Example(rest))
        elif mark == "C":
            found[-1].command = rest
        elif mark:
            target = {"S": "server", "|": "shown", "J": "json", "U": "unsolicited"}[mark]
            getattr(found[-1], target).append(rest)
    return found
