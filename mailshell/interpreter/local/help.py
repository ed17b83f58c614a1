"""``.help``: what there is, and what each command does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailshell.exits import UsageError
from mailshell.interpreter.local.command import Lines

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


async def show(interpreter: Interpreter, arguments: str) -> Lines:
    from mailshell.interpreter.local.table import COMMANDS

    if arguments:
        return _help_on(interpreter, arguments)
    commands = [command for name, command in COMMANDS.items() if name == command.name]
    width = max(len(f"{command.name} {command.arguments}") for command in commands)
    lines = ["Local commands:"]
    for command in commands:
        lines.append(f"  {f'{command.name} {command.arguments}':<{width}}  {command.help}")
    names = sorted(name for name, command in interpreter.catalogue.items() if not command.obsolete)
    lines += [
        "",
        "Everything else is sent: commands as the protocol spells them, or by Python's name for them.",
        "@FILE as an argument sends a file as a literal; > FILE after a command writes its message or data.",
        "",
        "Commands of this protocol (.help NAME tells of one):",
    ]
    row = ""
    for name in names:
        if len(row) + len(name) + 2 > interpreter.console.width:
            lines.append(row)
            row = ""
        row += f"  {name}"
    return [*lines, row]


def _help_on(interpreter: Interpreter, topic: str) -> Lines:
    from mailshell.interpreter.local.table import COMMANDS

    local = COMMANDS.get(topic.lower()) or COMMANDS.get(f".{topic.lower()}")
    name = topic.upper().replace("_", " ")
    record = interpreter.catalogue.get(name) or interpreter.catalogue.python_names.get(topic.lower())
    if record is None and local is not None:
        return [f"{local.name} {local.arguments}".rstrip(), f"  {local.help}"]
    if record is None:
        raise UsageError(f"there is no help on {topic.split()[0]}; .help lists what there is")
    lines = [record.syntax, f"  {record.help}."]
    if record.capability:
        lines.append(f"  Capability: {record.capability}")
    if record.python:
        module = "poplib" if interpreter.protocol == "pop3" else "imaplib"
        lines.append(f"  In Python: {module}, {record.python}()")
    return [*lines, f"  Source: {record.rfc}", f"  Example: {record.example}"]
