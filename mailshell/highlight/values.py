"""Lines in parts: arguments, data of responses, human text. Each pattern takes time in proportion to the line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from pygments.token import _TokenType

from mailshell.highlight import tokens as t
from mailshell.highlight.arguments import Arguments
from mailshell.highlight.names import is_item

Pair: TypeAlias = tuple[_TokenType, str]
Pairs: TypeAlias = Iterator[Pair]

_MASK = r"⟦[^⟦⟧]*+⟧"
_CLIPPED = r"…\ [\d,]++\ more\ octets\Z"
_ESCAPE = r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|u\{[0-9a-f]{1,6}\}|[nrt]?\Z)"
_QUOTED = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?'

_PLAIN = re.compile(rf"(?P<secret>{_MASK})|(?P<clipped>{_CLIPPED})|(?P<escape>{_ESCAPE})", re.VERBOSE)
_FILE = r"""(?P<file>(?<![^\s(])@(?:crlf:)?+(?:"[^"]++"|[^\s()"]++))"""
_PIECES = rf"""(?P<space>\s++)
    | (?P<secret>{_MASK})
    | (?P<quoted>{_QUOTED})
    | (?P<literal>~?\{{\d*+[+-]?\}})
    | (?P<clipped>{_CLIPPED})
    | (?P<escape>{_ESCAPE})
    | (?P<flag>\\\\?(?:\*|[A-Za-z][\w.-]*+) | \$[A-Za-z][\w.-]*+)
    | (?P<partial>(?<=\])<\d++(?:\.\d++)?+>)
    | (?P<open>[(\[])
    | (?P<close>[)\]])
    | (?P<word>[^\s()\[\]"⟦\\…{{][^\s()\[\]"⟦\\…]*+)
    | (?P<other>.)"""
_VALUE = re.compile(_PIECES, re.VERBOSE | re.DOTALL)
_TYPED = re.compile(f"{_FILE} | {_PIECES}", re.VERBOSE | re.DOTALL)
_NUMBERS = re.compile(r"(?:\d|[*$](?![^:,]))[\d:,*]*+")
_PART = re.compile(r"\d++(?:\.\d++)*+")

_SIMPLE = {
    "space": t.Whitespace,
    "secret": t.Secret,
    "clipped": t.Note,
    "escape": t.Escape,
    "file": t.File,
    "flag": t.Flag,
    "literal": t.Literal,
    "partial": t.Number,
}
#: Kinds of arguments whose words are all of one type, however deep in parentheses.
_DEEP = {
    "capability": t.Capability,
    "fetch-items": t.Item,
    "flags": t.Flag,
    "keyword": t.Item,
    "list-return": t.Item,
    "list-selection": t.Item,
    "sasl-mechanism": t.Capability,
    "search-return": t.Item,
    "select-parameters": t.Item,
    "sort-criteria": t.Item,
    "status-items": t.Item,
    "store-operation": t.Item,
    "thread-algorithm": t.Item,
}
#: The same for words and quoted strings outside parentheses.
_SHALLOW = {"mailbox": t.Mailbox, "list-mailbox": t.Mailbox, "text": t.Text}
#: Kinds whose words may be the names of data items and search keys, or values; the empty one is that of responses.
_MIXED = frozenset(
    {
        "",
        "append-data",
        "create-parameters",
        "fetch-modifiers",
        "metadata-options",
        "notify-events",
        "quota-limits",
        "search-keys",
        "search-sources",
        "store-modifiers",
    }
)
_FLAG_LISTS = frozenset(
    {"FLAGS", "PERMANENTFLAGS", "FLAGS.SILENT", "+FLAGS", "-FLAGS", "+FLAGS.SILENT", "-FLAGS.SILENT"}
)


def plain(text: str, base: _TokenType = t.Text) -> Pairs:
    """Text for people: only masks, escapes and the note about what was clipped stand out."""
    at = 0
    for match in _PLAIN.finditer(text):
        if match.start() > at:
            yield base, text[at : match.start()]
        yield _SIMPLE[str(match.lastgroup)], match[0]
        at = match.end()
    if at < len(text):
        yield base, text[at:]


def secret(text: str) -> Pairs:
    """Secret text."""
    at = len(text) - len(text.lstrip())
    if at:
        yield t.Whitespace, text[:at]
    if text[at:]:
        yield t.Secret, text[at:]


def command_name(text: str, *, known: bool) -> Pairs:
    """The name of a command, which may be of two words, and the spaces in and behind it."""
    for piece in re.split(r"(\s++)", text):
        yield (t.Whitespace if piece.isspace() else t.Command if known else t.UnknownCommand), piece


def values(text: str, arguments: Arguments | None = None, *, name: str = "", typed: bool = False) -> Pairs:
    """The arguments of a command, or the data of a response.

    ``name`` is the word in front of the text. ``typed``: a person types it, so that ``@FILE`` is a file.
    """
    arguments = Arguments() if arguments is None else arguments
    contexts: list[str] = []
    before, between, first = name.upper(), True, True
    for match in (_TYPED if typed else _VALUE).finditer(text):
        group, value = match.lastgroup or "", match[0]
        if group == "space":
            between = between or not contexts
            yield t.Whitespace, value
            continue
        if between and not contexts:
            arguments.begin(value)
            if arguments.secret and group not in ("literal", "file"):
                yield from secret(text[match.start() :])
                return
        between = False
        kind = arguments.kind
        if group == "word":
            yield from _word(value, kind, contexts)
        elif group == "quoted":
            yield (t.Header if _in_header(contexts) else _shallow(kind, contexts) or t.String), value
        elif group == "open":
            contexts.append(
                _context(value, before, kind, contexts, adjacent=not first and text[match.start() - 1] > " ")
            )
            yield t.Punctuation, value
        elif group == "close":
            if contexts:
                contexts.pop()
            yield t.Punctuation, value
        elif group == "other":
            yield _shallow(kind, contexts) or (t.Punctuation if value in "{}" else t.Atom), value
        else:
            yield _SIMPLE[group], value
        first = False
        before = value.upper() if group == "word" and len(value) <= 40 else ""


def _context(value: str, before: str, kind: str, contexts: list[str], *, adjacent: bool) -> str:
    """What the parenthesis or bracket opens."""
    inner = contexts[-1] if contexts else ""
    if value == "[":
        return "section" if adjacent and before else ""
    if before in _FLAG_LISTS or kind == "flags" or inner == "flags":
        return "flags"
    if inner in ("section", "header"):
        return "header"
    if before in ("FETCH", "STATUS") and not contexts:
        return "items"
    return ""


def _in_header(contexts: list[str]) -> bool:
    return bool(contexts) and contexts[-1] == "header"


def _shallow(kind: str, contexts: list[str]) -> _TokenType | None:
    return None if contexts else _SHALLOW.get(kind)


def _word(value: str, kind: str, contexts: list[str]) -> Pairs:
    context = contexts[-1] if contexts else ""
    fixed = t.Flag if context == "flags" else t.Header if context == "header" else _shallow(kind, contexts)
    if fixed is not None:
        yield fixed, value
    elif context == "section":
        part = _PART.match(value)
        if part is not None:
            yield t.Number, part[0]
            value = value[part.end() :]
        if value:
            yield t.Item, value
    elif _NUMBERS.fullmatch(value):
        yield t.Number, value
    elif value.upper() == "NIL":
        yield t.Nil, value
    elif context == "items":
        yield t.Item, value
    elif kind in _DEEP:
        yield _DEEP[kind], value
    elif kind in _MIXED and is_item(value):
        yield t.Item, value
    else:
        yield t.Atom, value
