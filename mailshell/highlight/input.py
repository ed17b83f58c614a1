"""A lexer of what is typed at mailshell's prompt: commands without a tag, local ones, files, literals."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from pygments.lexer import Lexer
from pygments.token import _TokenType

from mailshell.highlight import tokens as t
from mailshell.highlight.arguments import Arguments
from mailshell.highlight.lexing import Place, by_line
from mailshell.highlight.names import Names, find_elsewhere
from mailshell.highlight.values import Pairs, command_name, values
from mailshell.protocol.catalogue import Catalogue, Command
from mailshell.text.redirection import find_redirection

_WORD = re.compile(r"(?P<indent>\s*+)(?P<word>\S*+)(?P<gap>\s*+)", re.DOTALL)
_TAG = re.compile(r"[A-Za-z]{1,5}[0-9]{1,9}")
_ENDS = re.compile(r'(?:\\[rn0])*+"?\Z')
#: Words in front of a command that leave it one: its secrets stay secrets.
_PASS_ON = ("send", "xatom")
#: Names of Python's that hold a secret and are no commands of the protocol.
_PYTHON = {"login_cram_md5": Command("LOGIN_CRAM_MD5", "user:user password:secret")}


class InputLexer(Lexer):
    """``catalogue`` is that of the protocol spoken. ``others``: further words that are known, local commands too.

    Without ``others`` every local command counts as known.
    """

    name = "mailshell input"

    def __init__(self, catalogue: Catalogue, others: Collection[str] | None = None, **options: Any) -> None:
        super().__init__(**options)
        self._catalogue = catalogue
        self._names = Names(catalogue)
        self._others = others
        self._tags = "CAPABILITY" in catalogue

    def get_tokens_unprocessed(self, text: str) -> Iterator[Place]:
        """Offset, type and text of each token."""
        return by_line(text, self._line)

    def _line(self, line: str) -> Pairs:
        if not line:
            return
        match = _WORD.match(line)
        assert match is not None
        if match["word"].startswith("."):
            yield from self._local(line, match)
            return
        redirection = find_redirection(line)
        end = len(line) if redirection is None else redirection.start()
        yield from self._command(line[:end])
        if end < len(line):
            file = line[end + 1 :]
            name = file.strip()
            at = file.index(name)
            yield t.Redirection, line[end]
            yield t.Whitespace, file[:at]
            yield t.File, name
            yield t.Whitespace, file[at + len(name) :]

    # --- local commands

    def _local(self, line: str, match: re.Match[str]) -> Pairs:
        word = match["word"]
        rest = line[match.end() :]
        yield t.Whitespace, match["indent"]
        yield self._local_type(word, ended=bool(match["gap"])), word
        yield t.Whitespace, match["gap"]
        if len(word) > 2 and ".raw".startswith(word.lower()):
            yield from self._passed_on(rest)
        elif self._names.has(rest) or rest.upper().replace("_", " ") in self._catalogue:
            yield t.Command, rest
        else:
            yield from _with_passwords(rest)

    def _local_type(self, word: str, *, ended: bool) -> _TokenType:
        if self._others is None or word.lower() in self._others:
            return t.LocalCommand
        begins = len(word) > 1 and any(other.startswith(word.lower()) for other in self._others)
        return t.LocalCommand if begins else t.UnknownCommand if ended or len(word) > 1 else t.Atom

    def _passed_on(self, text: str) -> Pairs:
        """A command as octets, perhaps in quotes and with its line end written out."""
        ends = _ENDS.search(text, max(0, len(text) - 20))
        end = ends.start() if ends is not None else len(text)
        if text.startswith('"') and end:
            yield t.Punctuation, text[0]
            text, end = text[1:], end - 1
        yield from self._command(text[:end], inner=True)
        for piece in re.findall(r'\\.|"', text[end:]):
            yield (t.Punctuation if piece == '"' else t.Escape), piece

    # --- commands

    def _command(self, text: str, *, inner: bool = False) -> Pairs:
        match = _WORD.match(text)
        assert match is not None
        yield t.Whitespace, match["indent"]
        word, gap, rest = match["word"], match["gap"], text[match.end() :]
        if gap and not inner and word.lower() in _PASS_ON and word.upper() not in self._catalogue:
            yield t.LocalCommand, word
            yield t.Whitespace, gap
            yield from self._passed_on(rest)
            return
        if (inner or self._tags) and rest and self._is_tag(word, rest):
            yield t.Tag, word
            yield t.Whitespace, gap
            match = _WORD.match(rest)
            assert match is not None
            word, gap, rest = match["word"], match["gap"], rest[match.end() :]
        words = word + gap + rest
        record, name = self._find(words)
        if record is not None:
            yield from command_name(words[:name], known=True)
        else:
            yield self._other_type(word, gap + rest), word
            yield t.Whitespace, gap
            name, record = len(word) + len(gap), _PYTHON.get(word.lower()) or find_elsewhere(words)
        yield from values(words[name:], Arguments(record), typed=self._tags)

    def _find(self, words: str) -> tuple[Command | None, int]:
        """The record of the command, and how much of the line its name takes."""
        _, record, rest = self._catalogue.find(words)
        if record is None:
            name, _, after = words.partition(" ")
            record, rest = self._catalogue.python_names.get(name.lower()), after
        return record, len(words) - len(rest)

    def _is_tag(self, word: str, rest: str) -> bool:
        if self._names.has(word):
            return False
        return self._find(rest)[0] is not None or _TAG.fullmatch(word) is not None

    def _other_type(self, word: str, rest: str) -> _TokenType:
        """How a word is shown that is no command of the catalogue."""
        lower = word.lower()
        if lower in _PYTHON or (self._others is not None and lower in self._others):
            return t.LocalCommand
        # While it is being typed, it may still become one.
        if not self._names.may_become(f"{word} {rest.strip()}".strip()):
            return t.UnknownCommand
        return t.Command if self._names.begins(word) else t.Atom


def _with_passwords(text: str) -> Pairs:
    """The arguments of a local command; the password in a URL is a secret."""
    for word in re.split(r"(\s++)", text):
        scheme, mark, rest = word.partition("://")
        login, at, host = rest.rpartition("@")
        user, colon, password = login.partition(":")
        if at and colon and "/" not in user and "@" not in user:
            yield t.Atom, f"{scheme}{mark}{user}{colon}"
            yield t.Secret, password
            yield t.Atom, f"{at}{host}"
        else:
            yield from values(word)
