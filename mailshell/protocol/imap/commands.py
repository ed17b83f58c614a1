"""Reads the commands that this side sends: tags, names, and which octets are secret.

The rules, in prose (RFC 9051 sections 2.2.1, 6.2.2 and 6.2.3):

- A line that does not go on after a literal begins a command: tag, space, name, arguments.
- While AUTHENTICATE waits for its answer, every line is a SASL response, and secret, except ``*``, which cancels.
- While IDLE waits, every line is DONE.
- An argument of a secret kind is secret up to the end of the line: what follows it may be the rest of a password
  that was not quoted. If it is a literal, its octets are secret and so is its size.
- A line whose tag was forgotten (``LOGIN user pass``) is masked as if it had one. Spaces in front of it, and tabs
  instead of spaces, make no difference either.
- A quoted string ends at its closing quote, whatever follows; one that is not closed ends at the first space.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailshell.protocol.catalogue import Command
from mailshell.protocol.events import SecretSpan
from mailshell.protocol.imap.catalogue import CATALOGUE

_ARGUMENT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^ \t]+', re.DOTALL)
_ANNOUNCED = re.compile(rb"~?\{(\d+)[+-]?\}\Z")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)


@dataclass(slots=True)
class CommandReader:
    """Where a command's arguments are read: the record, and how many arguments have come."""

    record: Command | None
    arguments: int = 0

    def read(self, text: bytes, start: int, literal: bool) -> tuple[list[SecretSpan], str | None]:
        """The secret spans in a line (without line end) whose arguments begin at ``start``.

        Also the label of the literal that the line announces, if that is secret. ``literal`` tells whether it
        announces one.
        """
        spans: list[SecretSpan] = []
        label: str | None = None
        if self.record is None or not any(argument.secret for argument in self.record.parsed):
            return spans, label
        announced = _ANNOUNCED.search(text) if literal else None
        end = announced.start() if announced else len(text)
        for match in _ARGUMENT.finditer(text, start, end):
            label = self._label(self.arguments)
            if label is not None:
                spans.append(SecretSpan(match.start(), end, label))
                break
            self.arguments += 1
        else:
            label = self._label(self.arguments)
        if announced is None:
            return spans, None
        self.arguments += 1
        if label is not None:
            spans.append(SecretSpan(*announced.span(1), "length"))
        return spans, label

    def _label(self, index: int) -> str | None:
        if self.record is None:
            return None
        for number, argument in enumerate(self.record.parsed):
            if argument.secret and number <= index:
                return argument.name
        return None


def first_argument(octets: bytes) -> bytes:
    """The value of the first argument, if it is no literal; empty if there is none."""
    match = _ARGUMENT.match(octets.lstrip(b" "))
    return b"" if match is None or _ANNOUNCED.match(match[0]) else unquote(match[0])


def unquote(octets: bytes) -> bytes:
    """The value of a quoted string (RFC 9051 section 4.3), or the octets if they are none."""
    if len(octets) >= 2 and octets[:1] == octets[-1:] == b'"':
        return _ESCAPED.sub(rb"\1", octets[1:-1])
    return octets


def quote(octets: bytes) -> bytes:
    """Octets as a quoted string (RFC 9051 section 4.3); of those that can't stand in one nothing is said."""
    return b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


@dataclass(frozen=True, slots=True)
class Head:
    """How a command line begins: its tag, its name, its record if it is known, and where the arguments begin.

    ``masked_as`` is the record that tells what is secret: that of the command, or of the one whose tag was forgotten.
    """

    tag: str
    name: str
    record: Command | None
    masked_as: Command | None
    start: int


def read_head(text: bytes) -> Head:
    """Split a command line (without line end) into its parts."""
    words = text.replace(b"\t", b" ")
    first, _, rest = words.partition(b" ")
    tag = first.decode("latin-1")
    if not tag:
        rest = words.lstrip(b" ").partition(b" ")[2]
    name, record, arguments = CATALOGUE.find(rest.decode("latin-1"))
    if record is None:
        _, forgotten, remaining = CATALOGUE.find(words.decode("latin-1"))
        if forgotten is not None and any(argument.secret for argument in forgotten.parsed):
            return Head(tag, name, None, forgotten, len(text) - len(remaining))
    return Head(tag, name, record, record, len(text) - len(arguments))
