"""How a typed command begins: a tag of its own, the name of one or two words, and where its arguments begin.

A name is finished once a blank follows it: before that the cursor is still in it. ``SUBSCRIBE MAILBOX x`` is the
obsolete command of that name, and ``SUBSCRIBE MAILBOX`` is about a mailbox. A command whose only argument is a secret
takes all of its line: a password may hold anything.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from mailshell.assist.tokens import Item, Level, Tokens, tokenize
from mailshell.protocol.catalogue import Catalogue, Command

_WORDS = re.compile(r"\s*(\S+)(\s*)(?:(\S+)(\s*)(?:(\S+)(\s*))?)?")
#: What a word before an unknown one must look like to be its tag.
TAG = re.compile(r"[A-Za-z]{1,5}[0-9]{1,9}\Z")


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a line: ``start`` is the offset of the name, ``end`` that of the arguments.

    ``finished``: a blank follows the name. ``name`` is upper case, and empty if there is none yet.
    """

    tag: str | None
    name: str
    record: Command | None
    start: int
    end: int
    finished: bool

    @property
    def whole_line(self) -> bool:
        """Whether all that follows the name is one argument."""
        return self.record is not None and self.record.whole_line


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    end: int
    finished: bool


def read_head(text: str, catalogue: Catalogue, *, tags: bool, words: Container[str] = ()) -> Head:
    """Read the beginning of a line. ``tags``: the protocol has tags (IMAP). ``words``: in lower case, no tags."""
    match = _WORDS.match(text)
    if match is None:
        return Head(None, "", None, len(text), len(text), False)
    typed = [
        _Word(match[group], match.start(group), match.end(group + 1), bool(match[group + 1]))
        for group in (1, 3, 5)
        if match[group] is not None
    ]
    head = _command(typed, None, catalogue)
    if tags and head.record is None and typed[0].finished and not begins(typed[0].text, catalogue):
        tag = typed[0].text
        if tag.lower() in words:
            return head
        after = _command(typed[1:], tag, catalogue) if len(typed) > 1 else None
        if after is not None and (after.record is not None or TAG.match(tag)):
            return after
        if after is None and TAG.match(tag):
            return Head(tag, "", None, len(text), len(text), False)
    return head


def _command(words: Sequence[_Word], tag: str | None, catalogue: Catalogue) -> Head:
    """The command that the words begin with."""
    first = words[0]
    name = first.text.upper()
    record = catalogue.get(name) or catalogue.python_names.get(first.text.lower())
    if len(words) > 1:
        second = words[1]
        both = f"{name} {second.text.upper()}"
        if both in catalogue and (second.finished or record is None):
            return Head(tag, both, catalogue[both], first.start, second.end, second.finished)
    if record is None and begins(first.text, catalogue):
        # The second word is still to come, or is being typed.
        if len(words) == 1:
            return Head(tag, name, None, first.start, first.end, False)
        return Head(tag, f"{name} {words[1].text.upper()}", None, first.start, words[1].end, words[1].finished)
    name = record.name if record is not None else name
    return Head(tag, name, record, first.start, first.end, first.finished)


def begins(word: str, catalogue: Catalogue) -> bool:
    """Whether the word begins commands of two words (``UID``, ``XTND``)."""
    start = word.upper() + " "
    return any(name.startswith(start) for name in catalogue)


def tokens_of(text: str, head: Head, *, tags: bool) -> Tokens:
    """The tokens of the arguments."""
    if head.whole_line:
        rest = text[head.end :]
        return Tokens([Level("", head.end, [Item("word", rest, head.end, len(text))] if rest else [])])
    return tokenize(text, head.end, plain=not tags)
