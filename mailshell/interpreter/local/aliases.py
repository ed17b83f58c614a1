"""``.alias`` and ``.unalias``, and the running of a line that begins with an alias."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from mailshell.config.macros import Macro, check_name, lines_of
from mailshell.exits import Exit, UsageError, worse
from mailshell.interpreter.local.command import Lines, LocalCommand
from mailshell.interpreter.masking import mask_line
from mailshell.interpreter.result import Result
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.protocol.secrecy import mask_text
from mailshell.text.escape import escape
from mailshell.text.redirection import find_redirection

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

#: An alias may stand for aliases, so deep at the most.
_DEEPEST = 10
_DEFINITION = re.compile(r"\s*(?P<name>[^\s=]+)\s*(?P<equals>=)\s*(?P<definition>.*)\Z", re.DOTALL)


def find(interpreter: Interpreter, line: str) -> tuple[Macro, str] | None:
    """The alias that a line begins with and what stands after it; None if a command means itself."""
    word, _, rest = line.strip().partition(" ")
    macro = interpreter.options.aliases.find(word) if word else None
    return None if macro is None or is_command(word) else (macro, rest)


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


def told(interpreter: Interpreter, line: str) -> str:
    """What the alias that a line begins with stands for, as a short text; empty if it begins with none."""
    found = find(interpreter, line)
    return "" if found is None else f"{found[0].name} = {_lines(interpreter, found[0])}"


async def run(interpreter: Interpreter, macro: Macro, rest: str) -> Result:
    """Run the lines of an alias one after the other, each shown before; the first that fails is the last."""
    if interpreter.aliased >= _DEEPEST:
        raise UsageError(f"{macro.name} stands for itself, or for aliases more than {_DEEPEST} deep")
    try:
        lines = expand(macro, rest)
    except UsageError as error:
        raise UsageError(f"{error}: {_lines(interpreter, macro)}") from None
    status = Exit.OK
    interpreter.aliased += 1
    try:
        for number, line in enumerate(lines, start=1):
            interpreter.console.say(f"= {escape(interpreter.mask.line(line))}")
            status = worse(status, (await interpreter.run_part(line)).exit)
            if status is not Exit.OK:
                if number < len(lines):
                    left = len(lines) - number
                    what = "the line after it was" if left == 1 else f"the {left} lines after it were"
                    interpreter.console.say(f"{macro.name} stops here: {what} not run")
                break
    finally:
        interpreter.aliased -= 1
    return Result("", exit=status)


def mask(interpreter: Interpreter, line: str) -> str:
    """The line, masked if it defines an alias with a secret, or gives one to an alias."""
    local, _, rest = line.strip().partition(" ")
    if len(local) > 1 and ".alias".startswith(local.lower()):
        match = _DEFINITION.match(rest)
        if match is not None and _holds_secret(interpreter, match["definition"]):
            return f"{local} {match['name']} = {mask_text('definition')}"
        return line
    found = find(interpreter, line)
    if found is None:
        return line
    macro, arguments = found
    try:
        secret = any(_is_secret(interpreter, part, 0) for part in expand(macro, arguments))
    except UsageError:
        # What is missing or too much may be a password all the same.
        secret = _holds_secret(interpreter, macro.definition, "x")
    return f"{macro.name} {mask_text('arguments')}" if secret and arguments.strip() else line


def _is_secret(interpreter: Interpreter, line: str, depth: int) -> bool:
    if mask_line(line, interpreter.catalogue) != line:
        return True
    found = find(interpreter, line)
    if found is None or depth >= _DEEPEST:
        return False
    try:
        return any(_is_secret(interpreter, part, depth + 1) for part in expand(*found))
    except UsageError:
        return _holds_secret(interpreter, found[0].definition, "x")


def _holds_secret(interpreter: Interpreter, definition: str, argument: str = "") -> bool:
    """Whether a line of the definition holds a secret; with ``argument``, whether one would with its parameters."""
    if argument:
        definition = f"{definition} {argument} {argument}"
    return any(mask_line(line, interpreter.catalogue) != line for line in lines_of(definition))


async def _alias(interpreter: Interpreter, arguments: str) -> Lines:
    aliases = interpreter.options.aliases
    match = _DEFINITION.match(arguments)
    if match is None:
        if not arguments:
            shown = [_shown(interpreter, macro) for macro in aliases.all()]
            return shown or ["there are no aliases; .alias unread = SEARCH UNSEEN makes one"]
        macro = aliases.find(arguments)
        if macro is None:
            raise UsageError(f"there is no alias {escape(arguments.split()[0])}; .alias NAME = LINE makes one")
        return [_shown(interpreter, macro)]
    name, definition = match["name"], match["definition"].strip()
    check_name(name)
    if is_command(name):
        raise UsageError(f"{name.upper()} is a command, and a command always means itself; choose another name")
    if _holds_secret(interpreter, definition) or interpreter.secrets.mask_str(definition) != definition:
        raise UsageError("a definition is kept in a file and can't hold a password; LOGIN USER without one asks for it")
    aliases.define(name, definition)
    where = f", kept in {aliases.path}" if aliases.path is not None else " for this run (--no-config)"
    return [f"{_shown(interpreter, Macro(name.lower(), definition))}{where}"]


def _shown(interpreter: Interpreter, macro: Macro) -> str:
    unused = "  (never used: a command has this name)" if is_command(macro.name) else ""
    return f"{macro.name} = {_lines(interpreter, macro)}{unused}"


def _lines(interpreter: Interpreter, macro: Macro) -> str:
    """The definition as it may be shown: one in the configuration file may hold a secret."""
    return escape(" ; ".join(mask_line(line, interpreter.catalogue) for line in lines_of(macro.definition)))


async def _unalias(interpreter: Interpreter, arguments: str) -> Lines:
    if not arguments:
        raise UsageError(".unalias needs the name of an alias")
    interpreter.options.aliases.remove(arguments)
    return [f"{arguments.lower()} is no alias any more"]


COMMANDS = (
    LocalCommand(".alias", "[NAME [= LINE]]", "names for lines of your own; $1, ${1:-INBOX}, $* in them", _alias,
                 takes="alias"),
    LocalCommand(".unalias", "NAME", "remove such a name", _unalias, takes="alias"),
)  # fmt: skip
