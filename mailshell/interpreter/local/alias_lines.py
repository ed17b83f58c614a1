"""The lines behind a line that begins with an alias, followed through aliases: how many, and whether one is secret.

What stands in a file is followed only so far: aliases that stand for aliases may come to more lines than anybody waits
for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from mailshell.config.aliases import Aliases
from mailshell.config.macros import PARAMETER, Macro, TooLong, lines_of
from mailshell.exits import UsageError
from mailshell.interpreter.masking import hidden, passes_on
from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.imap.terms import TERMS as IMAP_TERMS
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.text.redirection import find_pipe, find_redirection

#: An alias may stand for aliases, so deep at the most, and for so many lines in all.
DEEPEST = 10
_MOST_LINES = 200
#: So many characters of lines are searched for a secret.
_MOST_SEARCHED = 1 << 20
_TAG_LIKE = re.compile(r"[A-Za-z0-9]*[0-9]\Z")
#: A word of a definition: a parameter's default may hold blanks.
_WORD = re.compile(r"(?:\$\{[^}]*\}|\S)+")
_NUMBERS = re.compile(r"[0-9]{1,3}\Z|[0-9,]*[:*][0-9:,*]*\Z")
#: What says nothing by itself.
_PUNCTUATION = re.compile(r'[\s"()\\{}]+')
#: The commands that take a secret.
_TAKE_SECRETS = tuple(name for catalogue in (IMAP, POP3) for name, record in catalogue.items() if record.takes_secret)


class Found(NamedTuple):
    """An alias at the beginning of a line, what stands after it, and a tag before it if there is one."""

    macro: Macro
    rest: str
    tag: str | None


def find(aliases: Aliases, line: str) -> Found | None:
    """The alias that a line begins with, perhaps after a tag; None if a command means itself."""
    word, rest = _divide(line)
    macro = _named(aliases, word)
    if macro is not None:
        return Found(macro, rest, None)
    if not _TAG_LIKE.match(word):
        return None
    second, after = _divide(rest)
    macro = _named(aliases, second)
    return None if macro is None else Found(macro, after, word)


def _divide(line: str) -> tuple[str, str]:
    word, *rest = line.split(None, 1) or [""]
    return word, rest[0].rstrip() if rest else ""


def _named(aliases: Aliases, word: str) -> Macro | None:
    macro = aliases.find(word) if word else None
    return None if macro is None or is_command(word) else macro


def is_command(word: str) -> bool:
    """Whether a word begins a command of either protocol, or one by Python's name."""
    return word.lower() in _first_words()


@cache
def _first_words() -> frozenset[str]:
    from mailshell.interpreter.python_api import WORDS

    names = [name for catalogue in (IMAP, POP3) for name in (*catalogue, *catalogue.python_names)]
    return frozenset(name.split(" ")[0].lower() for name in names) | WORDS


def expand(macro: Macro, rest: str) -> list[str]:
    """The lines that an alias stands for; ``> FILE`` after it is the last one's. UsageError."""
    redirection = find_redirection(rest)
    if redirection is None:
        return macro.expand(rest)
    *lines, last = macro.expand(rest[: redirection.start()])
    return [*lines, f"{last} {redirection[0].strip()}"]


def check(aliases: Aliases, macro: Macro, rest: str) -> None:
    """TooLong if an alias stands for itself, or, with those in it, for more than is run.

    Arguments that are missing for one of those in it are told when it runs.
    """
    count = 0

    def follow(macro: Macro, rest: str, names: tuple[str, ...]) -> None:
        nonlocal count
        if macro.name in names:
            raise TooLong(f"{macro.name} stands for itself: {', '.join([*names, macro.name])}")
        if len(names) >= DEEPEST:
            raise TooLong(f"{names[0]} stands for aliases more than {DEEPEST} deep")
        names = (*names, macro.name)
        try:
            lines = expand(macro, rest)
        except TooLong:
            raise
        except UsageError:
            return
        count += len(lines)
        if count > _MOST_LINES:
            raise TooLong(f"{names[0]} stands for more than {_MOST_LINES} lines")
        for line in lines:
            piped = find_pipe(line)
            found = find(aliases, line if piped is None else line[: piped.start()])
            if found is not None:
                follow(found.macro, found.rest, names)

    follow(macro, rest, ())


def is_secret(aliases: Aliases, catalogue: Catalogue, line: str) -> bool:
    """Whether a typed line comes to one that holds a secret, or may."""
    return _search(aliases, catalogue, [line], defined=False)


def holds_secret(aliases: Aliases, catalogue: Catalogue, definition: str) -> bool:
    """Whether a definition holds a secret, or what its parameters can make one.

    A parameter in the place of a secret is none: ``LOGIN ana $1``.
    """
    lines = lines_of(definition)
    if len(lines) == 1 and not PARAMETER.search(definition):
        # What is typed after the name goes to its end.
        lines = [f"{lines[0]} $*"]
    return line_holds_secret(aliases, catalogue, *lines)


def line_holds_secret(aliases: Aliases, catalogue: Catalogue, *lines: str) -> bool:
    """The same for lines of a definition to which nothing is added."""
    return _search(aliases, catalogue, [*lines], defined=True)


def _search(aliases: Aliases, catalogue: Catalogue, todo: list[str], *, defined: bool) -> bool:
    seen: set[str] = set()
    searched = 0
    while todo:
        line = todo.pop()
        if line in seen:
            continue
        seen.add(line)
        searched += len(line)
        if len(seen) > _MOST_LINES or searched > _MOST_SEARCHED:
            return True
        if _shows(hidden(line, catalogue), defined=defined) or (defined and _may_become_secret(line, catalogue)):
            return True
        found = find(aliases, line)
        if found is None:
            continue
        try:
            todo += expand(found.macro, found.rest)
        except UsageError:
            # What is missing or too much may be a password all the same.
            if _shows(found.rest, defined=defined) and _takes_secret(aliases, catalogue, found.macro):
                return True
    return False


def _shows(text: str, *, defined: bool) -> bool:
    """Whether the text says something; of a definition, when parameters without a default are left out."""
    return bool(_PUNCTUATION.sub("", _with_defaults(text) if defined else text))


def _with_defaults(text: str) -> str:
    return PARAMETER.sub(lambda match: "$" if match["dollar"] else match["default"] or "", text)


def _may_become_secret(line: str, catalogue: Catalogue) -> bool:
    """Whether what is typed for the parameters of a line can make a secret of its fixed words."""
    if _shows(hidden(_with_defaults(line), catalogue), defined=True):
        return True
    texts = (hidden(possible, catalogue) for possible in _possible(line))
    return any(_shows(" ".join(filter(_is_unknown, text.split())), defined=True) for text in texts)


def _is_unknown(word: str) -> bool:
    """Whether a word is none of those that everybody uses: a data item, a flag, message numbers, INBOX."""
    word = word.strip('"()')
    return not (_NUMBERS.match(word) or word.upper() == "INBOX" or IMAP_TERMS.named(word))


def _possible(line: str) -> Iterator[str]:
    """The line with each command that takes a secret, where a parameter of the line can make its name that."""
    if passes_on(line):
        line = _divide(line)[1].lstrip('"')
    words = list(_WORD.finditer(line))[:2]
    for number, match in enumerate(words):
        word = match[0]
        if number and (is_command(words[0][0]) or words[0][0].startswith(".")):
            # Any other word may be a tag.
            return
        if PARAMETER.search(word):
            fixed = re.split("\0+", PARAMETER.sub("\0", word))
            pattern = re.compile(".*".join(map(re.escape, fixed)), re.IGNORECASE)
            for name in _TAKE_SECRETS:
                if sum(map(len, fixed)) <= len(name) and pattern.fullmatch(name):
                    yield f"{name}{line[match.end() :]}"


def _takes_secret(aliases: Aliases, catalogue: Catalogue, macro: Macro) -> bool:
    """Whether an alias can take a secret, whatever its arguments are."""
    todo, seen = [macro], set[str]()
    while todo:
        macro = todo.pop()
        if macro.name in seen:
            continue
        seen.add(macro.name)
        for line in lines_of(macro.definition)[:_MOST_LINES]:
            if hidden(f"{line} x x", catalogue) or any(_possible(line)):
                return True
            found = find(aliases, line)
            todo += [found.macro] if found is not None else []
    return False
