"""imaplib and poplib on the wire of an example: what a call sends, and what it returns."""

from __future__ import annotations

import imaplib
import io
import poplib
import re
from typing import Any

from mailshell.help.records import CLIENT, Example


class _Socket:
    def __init__(self) -> None:
        self.sent = b""

    def sendall(self, octets: bytes) -> None:
        self.sent += octets


class PlayedImap(imaplib.IMAP4):
    """imaplib with the server's lines of an example, and the example's tags."""

    def __init__(self, example: Example, state: str) -> None:
        self.sent = b""
        self.file = io.BytesIO(b"* OK ready\r\n")
        super().__init__()
        first = next(text for who, text in example.wire if who == CLIENT)
        self.tagpre, self.tagnum = b"a", int(first.split()[0][1:])
        self.tagre = re.compile(rb"(?P<tag>a\d+) (?P<type>[A-Z]+) (?P<data>.*)")
        self.state = state
        self.file = io.BytesIO(_octets(example, "S"))

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        """There is nothing to connect to."""

    def _get_capabilities(self) -> None:
        self.capabilities = ("IMAP4REV1", "ENABLE")

    def read(self, size: int) -> bytes:
        return self.file.read(size)

    def readline(self) -> bytes:
        return self.file.readline()

    def send(self, data: Any) -> None:
        self.sent += bytes(data)

    def shutdown(self) -> None:
        """There is nothing to close."""


class PlayedPop3(poplib.POP3):
    """poplib with the server's lines of an example."""

    def __init__(self, example: Example) -> None:
        self.file = io.BytesIO(_octets(example, "S"))
        self.sock: Any = _Socket()
        self._debugging = 0
        self.encoding = "utf-8"

    @property
    def sent(self) -> bytes:
        return bytes(self.sock.sent)

    def close(self) -> None:
        """There is nothing to close."""


def _octets(example: Example, side: str) -> bytes:
    return b"".join(text.encode() + b"\r\n" for who, text in example.wire if who == side)


def run(protocol: str, example: Example, states: str) -> tuple[str, bytes]:
    """What the example's call returns or raises, as Python shows it, and the octets that it has sent."""
    state = ("AUTH" if "A" in states else {"N": "NONAUTH", "S": "SELECTED"}[states]) if protocol == "imap" else ""
    connection = PlayedImap(example, state) if protocol == "imap" else PlayedPop3(example)
    try:
        returned = repr(eval(example.python, {"M": connection}))
    except imaplib.IMAP4.error as error:
        returned = f"imaplib.IMAP4.error: {error}"
    except poplib.error_proto as error:
        returned = f"poplib.error_proto: {error}"
    return returned, connection.sent


def sent_by(example: Example) -> bytes:
    """What this side sends in the example."""
    return _octets(example, "C")
