"""The local commands by name, and the running of a line that begins with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailshell.config.settings import did_you_mean
from mailshell.exits import UsageError
from mailshell.interpreter import pipe
from mailshell.interpreter.destination import destination
from mailshell.interpreter.local import (
    aliases,
    connection,
    lint,
    recording,
    security,
    session,
    sessions,
    settings,
    wire,
)
from mailshell.interpreter.local.command import LocalCommand
from mailshell.interpreter.local.help import show as show_help
from mailshell.interpreter.result import Result
from mailshell.text.abbreviation import full_name
from mailshell.text.first_word import first_word

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


async def run(interpreter: Interpreter, line: str) -> Result:
    """Run a line that begins with a dot. UsageError if there is no such command."""
    if (redirected := pipe.redirected(interpreter, line)) is not None:
        return await _to_file(interpreter, *redirected)
    word, *rest = line.split(None, 1)
    arguments = rest[0] if rest else ""
    name = full_name(word.lower(), COMMANDS)
    if name is None:
        near = did_you_mean(word, COMMANDS) or "; .help lists them"
        raise UsageError(f"there is no local command {first_word(word)}{near}")
    outcome = await COMMANDS[name].handler(interpreter, arguments.strip())
    if isinstance(outcome, Result):
        return outcome
    return await pipe.show(interpreter, line, outcome)


async def _to_file(interpreter: Interpreter, line: str, path: str) -> Result:
    """Run a line whose output goes to a file. UsageError if it can't be written; what fails leaves it as it was."""
    if path == "-":
        return await run(interpreter, line)
    console, file = interpreter.console, destination(path, messages=False)
    interpreter.console = piped = pipe.PipedConsole(console, file.body(""))
    done = False
    try:
        result = await run(interpreter, line)
        done = True
    finally:
        interpreter.console = console
        file.finish(accepted=done)
        piped.tell_status()
    if file.error is not None:
        raise UsageError(file.error)
    for told in file.report():
        console.say(told)
    return result


#: The commands by what they are about, in the order in which help lists them.
GROUPS: dict[str, tuple[LocalCommand, ...]] = {
    "Help": (LocalCommand(".help", "[NAME]", "this list, or one command", show_help, takes="topic"),),
    "Connection": connection.COMMANDS + security.COMMANDS,
    "Sessions": sessions.COMMANDS,
    "The wire": wire.COMMANDS,
    "The session": session.COMMANDS,
    "What is wrong": lint.COMMANDS,
    "Recording": recording.COMMANDS,
    "Habits": settings.COMMANDS + aliases.COMMANDS,
}
#: The commands by name.
COMMANDS: dict[str, LocalCommand] = {
    name: command for group in GROUPS.values() for command in group for name in (command.name, command.also) if name
}
