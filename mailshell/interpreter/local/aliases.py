"""``.alias`` and ``.unalias``, and the running of a line that begins with an alias."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from mailshell.config.macros import Macro, check_name, lines_of
from mailshell.exits import Exit, UsageError, worse
from mailshell.interpreter.local import alias_lines
from mailshell.interpreter.local.alias_lines import DEEPEST, Found, expand, is_command
from mailshell.interpreter.local.command import Lines, LocalCommand
from mailshell.interpreter.masking import mask_line
from mailshell.interpreter.result import Result
from mailshell.protocol.secrecy import mask_text
from mailshell.text.escape import escape
from mailshell.text.first_word import first_word

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

_DEFINITION = re.compile(r"\s*(?P<name>[^\s=]+)\s*(?P<equals>=)\s*(?P<definition>.*)\Z", re.DOTALL)


def find(interpreter: Interpreter, line: str) -> Found | None:
    """The alias that a line begins with, perhaps after a tag; None if a command means itself."""
    return alias_lines.find(interpreter.options.aliases, line)


def told(interpreter: Interpreter, line: str) -> str:
    """What the alias that a line begins with stands for, as a short text; empty if it begins with none."""
    found = find(interpreter, line)
    return "" if found is None else f"{found.macro.name} = {_lines(interpreter, found.macro)}"


async def run(interpreter: Interpreter, macro: Macro, rest: str, tag: str | None) -> Result:
    """Run the lines of an alias one after the other, each shown before; the first that fails is the last.

    UsageError, before anything is sent, if there are too many, or a tag stands before its name.
    """
    if tag is not None:
        raise UsageError(f"{macro.name} is an alias, and an alias takes no tag: leave {first_word(tag)} out")
    if interpreter.aliased >= DEEPEST:
        # An alias that defines another was not seen through beforehand.
        raise UsageError(f"{macro.name} stands for aliases more than {DEEPEST} deep")
    alias_lines.check(interpreter.options.aliases, macro, rest)
    try:
        lines = expand(macro, rest)
    except UsageError as error:
        raise UsageError(f"{error}: {_lines(interpreter, macro)}") from None
    status = Exit.OK
    interpreter.aliased += 1
    try:
        for number, line in enumerate(lines, start=1):
            # Lines that send nothing would leave no room for Ctrl-C.
            await asyncio.sleep(0)
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
    definition = defined(line)
    if definition is not None:
        if not _holds_secret(interpreter, definition):
            return line
        return f"{line[: len(line) - len(definition)]}{mask_text('definition')}"
    found = find(interpreter, line)
    if found is None or not found.rest:
        return line
    if not alias_lines.is_secret(interpreter.options.aliases, interpreter.catalogue, line):
        return line
    tag = f"{found.tag} " if found.tag is not None else ""
    return f"{tag}{found.macro.name} {mask_text('arguments')}"


def defined(line: str) -> str | None:
    """The definition in ``.alias NAME = DEFINITION``; None if the line is not that."""
    local, *rest = line.split(None, 1)[:2] or [""]
    if len(local) < 2 or not ".alias".startswith(local.lower()) or not rest:
        return None
    match = _DEFINITION.match(rest[0])
    return match["definition"] if match is not None else None


def _holds_secret(interpreter: Interpreter, definition: str) -> bool:
    return alias_lines.holds_secret(interpreter.options.aliases, interpreter.catalogue, definition)


async def _alias(interpreter: Interpreter, arguments: str) -> Lines:
    aliases = interpreter.options.aliases
    match = _DEFINITION.match(arguments)
    if match is None:
        if not arguments:
            shown = [_shown(interpreter, macro) for macro in aliases.all()]
            return shown or ["there are no aliases; .alias unread = SEARCH UNSEEN makes one"]
        macro = aliases.find(arguments)
        if macro is None:
            raise UsageError(f"there is no alias {first_word(arguments)}; .alias NAME = LINE makes one")
        return [_shown(interpreter, macro)]
    name, definition = match["name"], match["definition"].strip()
    check_name(name)
    if is_command(name):
        raise UsageError(f"{name.upper()} is a command, and a command always means itself; choose another name")
    if _holds_secret(interpreter, definition) or interpreter.secrets.mask_str(definition) != definition:
        raise UsageError(
            "a definition is kept in a file and can't hold a password, nor what a parameter can make one; "
            "LOGIN USER without one asks for it"
        )
    aliases.define(name, definition)
    where = f", kept in {aliases.path}" if aliases.path is not None else " for this run (--no-config)"
    return [f"{_shown(interpreter, Macro(name.lower(), definition))}{where}"]


def _shown(interpreter: Interpreter, macro: Macro) -> str:
    unused = "  (never used: a command has this name)" if is_command(macro.name) else ""
    return f"{macro.name} = {_lines(interpreter, macro)}{unused}"


def _lines(interpreter: Interpreter, macro: Macro) -> str:
    """The definition as it may be shown: one in the configuration file may hold a secret."""
    lines = lines_of(macro.definition)
    if _holds_secret(interpreter, macro.definition):
        lines = [_line(interpreter, line) for line in lines]
    return escape(" ; ".join(lines))


def _line(interpreter: Interpreter, line: str) -> str:
    if not alias_lines.line_holds_secret(interpreter.options.aliases, interpreter.catalogue, line):
        return line
    masked = mask_line(line, interpreter.catalogue)
    return masked if masked != line else f"{first_word(line).split()[0]} {mask_text('arguments')}"


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
