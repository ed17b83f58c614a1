"""``.set``, ``.explain`` and ``.time``: the settings, for this run; and how a change takes effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailshell.config.file import config_path
from mailshell.config.resolve import uses_colour
from mailshell.config.rule_words import known_rules
from mailshell.config.settings import EXPLAINED_LEVEL, SETTINGS, Setting, Value, find, toml
from mailshell.interpreter.local.command import Lines, LocalCommand
from mailshell.text.escape import escape

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


def change(interpreter: Interpreter, name: str, value: Value) -> None:
    """Change a setting for this run; it takes effect at once. Explanations need lines to stand under."""
    options = interpreter.options
    setattr(options, SETTINGS[name].attribute, value)
    if name == "explain" and value:
        options.level = max(options.level, EXPLAINED_LEVEL)
    take_effect(interpreter)


def take_effect(interpreter: Interpreter) -> None:
    """Hand the options to those who have a copy of their own: the trace, the open session, the console."""
    options, console = interpreter.options, interpreter.console
    options.colour = uses_colour(options.colour_choice, plain=options.plain, is_terminal=console.is_terminal)
    console.settle(options)
    trace, session = interpreter.trace, interpreter.session
    if trace is not None:
        trace.level, trace.style = options.level, options.style
        trace.colour, trace.explain = options.colour, options.explain
        trace.theme = None if options.theme == "auto" else options.theme
    if session is not None:
        session.answers.timeout = options.timeout
    interpreter.findings.take_effect()


def value_of(interpreter: Interpreter, setting: Setting) -> str:
    """The value of a setting, as it is typed."""
    return setting.shown(getattr(interpreter.options, setting.attribute))


async def _set(interpreter: Interpreter, arguments: str) -> Lines:
    if not arguments:
        return _all(interpreter)
    name, _, text = arguments.partition(" ")
    # NAME=VALUE is what the file and the command line have.
    name, equals, joined = name.partition("=")
    text = f"{joined}{text}".strip() if equals else text.strip().removeprefix("=").strip()
    setting = find(name)
    if not text:
        return _one(interpreter, setting)
    value = setting.read(text.strip('"'))
    if setting.name == "lint_ignore" and value != setting.default:
        known_rules(str(value))
    change(interpreter, setting.name, value)
    line = f"{setting.name} = {toml(value)}"
    return [
        f"{setting.name} is {escape(setting.shown(value))} for this run; "
        f"to keep it, put {escape(line)} below [settings] in {config_path()}"
    ]


def _all(interpreter: Interpreter) -> Lines:
    values = {setting.name: escape(value_of(interpreter, setting)) for setting in SETTINGS.values()}
    names = max(map(len, values))
    width = min(20, max(map(len, values.values())))
    return [
        *(f"{name:<{names}}  {value:<{width}}  {SETTINGS[name].help}" for name, value in values.items()),
        "",
        f".set NAME VALUE changes one for this run; {config_path()} keeps them (mailshell config --init writes it)",
    ]


def _one(interpreter: Interpreter, setting: Setting) -> Lines:
    return [
        f"{setting.name} is {escape(value_of(interpreter, setting))}",
        f"  {setting.help}",
        f"  It is {setting.allowed}; the default is {setting.shown(setting.default)}.",
    ]


async def _explain(interpreter: Interpreter, arguments: str) -> Lines:
    if arguments:
        change(interpreter, "explain", SETTINGS["explain"].read(arguments))
    options = interpreter.options
    if not options.explain:
        return ["the lines of the trace are not explained"]
    return [f"each line of the trace is explained below it (debug level {options.level})"]


async def _time(interpreter: Interpreter, arguments: str) -> Lines:
    if arguments:
        change(interpreter, "time", SETTINGS["time"].read(arguments))
    return [f"how long a command took is {'shown' if interpreter.options.time else 'not shown'} after it"]


COMMANDS = (
    LocalCommand(
        ".explain", "[on|off]", "say under each line of the trace what it means", _explain, choices=("on", "off")
    ),
    LocalCommand(".set", "[NAME [VALUE]]", "the settings, or one of them", _set, takes="setting"),
    LocalCommand(".time", "[on|off]", "show after each command how long it took", _time, choices=("on", "off")),
)
