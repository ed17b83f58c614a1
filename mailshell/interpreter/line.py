"""A typed line, taken apart: local command, redirection, a tag of its own, the command.

- ``.help FETCH`` is local: it begins with a dot.
- ``RETR 1 > FILE`` writes the message to a file: `` > `` outside quotes and brackets.
- ``PASS`` takes all of its line: a password may hold anything, blanks at its end too.
- ``a7 NOOP`` has a tag of its own if its first word is no command and its second is one, or looks like a tag.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from mailshell.assist.head import TAG, begins
from mailshell.protocol.catalogue import Catalogue, Command
from mailshell.text.redirection import find_redirection


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A protocol command as typed: its name upper case, ``arguments`` as they stand, and where its data goes."""

    tag: str | None
    word: str
    name: str
    record: Command | None
    arguments: str
    file: str | None = None

    @property
    def text(self) -> str:
        """The command without tag and redirection."""
        return f"{self.word} {self.arguments}" if self.arguments else self.word


def split_redirection(line: str) -> tuple[str, str | None]:
    """``RETR 1 > FILE`` → ``("RETR 1", "FILE")``; None if nothing is redirected."""
    match = find_redirection(line)
    return (line, None) if match is None else (line[: match.start()].rstrip(), match["file"].strip('"'))


def read_line(line: str, catalogue: Catalogue, *, tags: bool, words: Container[str] = ()) -> TypedLine:
    """Take a protocol command apart. ``tags``: the protocol has tags (IMAP). ``words`` (lower case) are no tags."""
    name, record, arguments = catalogue.find(line.lstrip())
    if record is None:
        record = catalogue.python_names.get(name.lower())
    if record is not None and record.whole_line:
        # A password goes to the end of the line, with blanks, quotes and whatever looks like a redirection.
        return TypedLine(None, line.split(None, 1)[0], name, catalogue.get(name), arguments)
    command, file = split_redirection(line.strip())
    tag: str | None = None
    first, _, rest = command.partition(" ")
    named = first.upper() in catalogue or first.lower() in words or begins(first, catalogue)
    if tags and rest and not named:
        _, known, _ = catalogue.find(rest)
        if known is not None or TAG.match(first):
            tag, command = first, rest.lstrip(" ")
    name, record, arguments = catalogue.find(command)
    word = command[: len(command) - len(arguments)].rstrip(" ") if arguments else command.rstrip(" ")
    return TypedLine(tag, word, name, record, arguments, file)
