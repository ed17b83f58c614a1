"""The form of the command catalogue: one declarative record for each command.

The records themselves stand in ``imap/catalogue.py`` and ``pop3/catalogue.py``. Completion, masking, warnings,
pairing of replies, help and the coverage test are derived from them.

The ``arguments`` of a record are written in a small language, one word an argument:

    ``name:kind``        an argument that must be given, e.g. ``mailbox:mailbox``
    ``[name:kind]``      one that may be left out
    ``name:kind...``     one or more of them, separated by spaces
    ``[name:kind...]``   any number
    ``WORD``             a keyword that stands there literally, e.g. ``IN``
    ``[WORD name:kind]`` a group that is left out or given as a whole

A kind names what may stand there (see ``KINDS``). The kind ``secret`` makes the argument one that is masked
wherever it goes.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

#: What may stand in an argument's place, and how it is called in a message.
KINDS: Mapping[str, str] = {
    "astring": "a string",
    "atom": "a word",
    "string": "a quoted string or literal",
    "nstring": "a string or NIL",
    "number": "a number",
    "secret": "a secret, masked wherever it goes",
    "user": "a user name",
    "mailbox": "a mailbox name",
    "list-mailbox": "a mailbox name or pattern with * and %",
    "list-selection": "LIST selection options in parentheses",
    "list-return": "LIST return options in parentheses",
    "sequence-set": "message sequence numbers, e.g. 1:5,8 or *",
    "uid-set": "UIDs, e.g. 1:5,8 or *",
    "message": "a message number",
    "uid": "a UID",
    "number-range": "a range of numbers, e.g. 1:5",
    "fetch-items": "data items, one or several in parentheses",
    "fetch-modifiers": "FETCH modifiers in parentheses",
    "store-modifiers": "STORE modifiers in parentheses",
    "store-operation": "FLAGS, +FLAGS or -FLAGS, with .SILENT or without",
    "flags": "flags, one or several in parentheses",
    "status-items": "STATUS items in parentheses",
    "search-keys": "search keys",
    "search-return": "SEARCH result options in parentheses",
    "search-sources": "mailboxes to search in parentheses, e.g. (subtree Work)",
    "sort-criteria": "sort criteria in parentheses",
    "thread-algorithm": "a threading algorithm",
    "charset": "a character set",
    "date-time": 'a date and time, "dd-Mon-yyyy hh:mm:ss +zzzz"',
    "literal": "a message or other data, sent as a literal",
    "append-data": "data for APPEND: a literal, UTF8 (~literal) or CATENATE (...)",
    "select-parameters": "SELECT parameters in parentheses",
    "create-parameters": "CREATE parameters in parentheses",
    "capability": "a capability to enable",
    "sasl-mechanism": "a SASL mechanism",
    "base64": "base64, or = for an empty response",
    "rights": "ACL rights",
    "identifier": "an ACL identifier",
    "quota-root": "a quota root",
    "quota-limits": "quota limits in parentheses",
    "metadata-options": "GETMETADATA options in parentheses",
    "metadata-entries": "metadata entries, one or several in parentheses",
    "metadata-values": "metadata entries and values in parentheses",
    "annotation-entries": "annotation entries",
    "annotation-attributes": "annotation attributes",
    "annotation-values": "annotation attributes and values in parentheses",
    "id-parameters": "NIL, or fields and values in parentheses",
    "notify-events": "NONE, or SET and event groups",
    "language": "a language tag",
    "comparator": "a comparator",
    "url": "a URL",
    "tag": "a tag of an earlier command, quoted",
    "mime-type": "a MIME type",
    "lines": "a number of lines",
    "digest": "a digest in hexadecimal, masked wherever it goes",
    "text": "anything up to the end of the line",
    "parameters": "parameters in parentheses",
}

#: The kinds whose value is masked wherever it goes.
SECRET_KINDS = frozenset({"secret", "digest", "base64"})


class Effect(enum.Enum):
    """What a command does to what the server keeps."""

    READ = "reads"
    CHANGE = "changes"
    DESTROY = "destroys"


class Reply(enum.Enum):
    """The shape of a POP3 reply (RFC 1939 section 3)."""

    LINE = "one line"
    MULTI = "lines, ended by a dot"
    MULTI_WITHOUT_ARGUMENT = "lines, ended by a dot, if no argument is given"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its name, its kind (a key of ``KINDS``), and how often it may stand.

    ``keyword`` is the word that stands literally in this place; then ``kind`` is ``"keyword"``.
    ``group`` numbers the arguments that are left out or given together (0: in no group).
    """

    name: str
    kind: str
    optional: bool = False
    repeated: bool = False
    group: int = 0

    @property
    def secret(self) -> bool:
        return self.kind in SECRET_KINDS


_PIECE = re.compile(r"\[|\]|[^\s\[\]]+")


def parse_arguments(text: str) -> tuple[Argument, ...]:
    """Read the argument language described at the head of this module; ValueError where it is not that."""
    arguments: list[Argument] = []
    inside = False
    group = 0
    for piece in _PIECE.findall(text):
        if piece == "[":
            if inside:
                raise ValueError(f"optional group within a group: {text!r}")
            inside, group = True, group + 1
        elif piece == "]":
            inside = False
        else:
            repeated = piece.endswith("...")
            name, _, kind = piece.removesuffix("...").partition(":")
            if kind and kind not in KINDS:
                raise ValueError(f"unknown kind {kind!r} in {text!r}")
            arguments.append(Argument(name, kind or "keyword", inside, repeated, group if inside else 0))
    if inside:
        raise ValueError(f"group is not closed: {text!r}")
    return tuple(arguments)


@dataclass(frozen=True)
class Command:
    """A command of a protocol.

    ``states`` are letters: for IMAP ``N`` not authenticated, ``A`` authenticated, ``S`` selected; for POP3 ``A``
    authorization, ``T`` transaction. ``replies`` names the untagged responses that answer the command (IMAP);
    ``reply`` is the shape of the reply (POP3). ``python`` is the method of ``imaplib`` or ``poplib``.
    ``revision`` is ``rev1`` for a command that IMAP4rev2 dropped, and ``rev2`` for one that it brought.
    """

    name: str
    arguments: str = ""
    states: str = ""
    rfc: str = ""
    help: str = ""
    example: str = ""
    capability: str | None = None
    python: str | None = None
    effect: Effect = Effect.READ
    replies: tuple[str, ...] = ()
    reply: Reply = Reply.LINE
    obsolete: bool = False
    revision: str = ""
    secret_continuation: bool = False
    parsed: tuple[Argument, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parsed", parse_arguments(self.arguments))

    @cached_property
    def required(self) -> int:
        """How many arguments at the least."""
        return sum(not argument.optional for argument in self.parsed)

    @cached_property
    def takes_secret(self) -> bool:
        """Whether one of its arguments is masked wherever it goes."""
        return any(argument.secret for argument in self.parsed)

    def is_multiline(self, arguments: str) -> bool:
        """POP3: whether lines follow ``+OK``."""
        return self.reply is Reply.MULTI or (self.reply is Reply.MULTI_WITHOUT_ARGUMENT and not arguments.strip())

    @cached_property
    def whole_line(self) -> bool:
        """Whether all that follows the name is one argument: a secret may hold anything."""
        return [argument.kind for argument in self.parsed] == ["secret"]

    @property
    def syntax(self) -> str:
        """The command as a person writes it: ``FETCH sequence-set items [modifiers]``."""
        words = [self.name]
        group = 0
        for argument in self.parsed:
            word = argument.name + ("..." if argument.repeated else "")
            if argument.group and argument.group == group:
                words[-1] = words[-1].removesuffix("]") + f" {word}]"
            elif argument.optional:
                words.append(f"[{word}]")
            else:
                words.append(word)
            group = argument.group
        return " ".join(words)


class Catalogue(Mapping[str, Command]):
    """The commands of a protocol by name, upper case; a name may be of two words (``UID FETCH``)."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self._commands: dict[str, Command] = {}
        for command in commands:
            if command.name in self._commands:
                raise ValueError(f"{command.name} stands twice in the catalogue")
            self._commands[command.name] = command
        self._prefixes = frozenset(name.split()[0] for name in self._commands if " " in name)

    def __getitem__(self, name: str) -> Command:
        return self._commands[name.upper()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._commands)

    def __len__(self) -> int:
        return len(self._commands)

    def find(self, words: str) -> tuple[str, Command | None, str]:
        """Split a line into the command's name (upper case), its record if it is known, and the rest.

        A name of two words wins over one of one: ``uid fetch 1 FLAGS`` → ``("UID FETCH", record, "1 FLAGS")``.
        """
        first, _, rest = words.lstrip(" ").partition(" ")
        name = first.upper()
        if name in self._prefixes:
            second, _, after = rest.lstrip(" ").partition(" ")
            both = f"{name} {second.upper()}"
            # "SUBSCRIBE mailbox" names a mailbox, unless the obsolete SUBSCRIBE MAILBOX has its argument too.
            if both in self._commands and (after or name not in self._commands):
                return both, self._commands[both], after
        return name, self._commands.get(name), rest

    @cached_property
    def python_names(self) -> Mapping[str, Command]:
        """The commands by the name of their method in ``imaplib`` or ``poplib``."""
        return {command.python: command for command in self._commands.values() if command.python}
