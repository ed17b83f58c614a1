"""The local commands: they begin with a dot and never cross the wire by themselves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailshell.exits import UsageError
from mailshell.interpreter import dialogues
from mailshell.interpreter.body import FileSink
from mailshell.interpreter.escapes import unescape
from mailshell.interpreter.masking import mask_line
from mailshell.interpreter.result import Result
from mailshell.protocol.events import Side
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.pop3.state import Pop3State
from mailshell.protocol.secrecy import ChunkMask
from mailshell.text.escape import escape, escape_octets
from mailshell.trace.trace import LEVELS, STYLES, Trace
from mailshell.transport.endpoint import EndpointError, parse_url

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

Lines = list[str]
Handler = Callable[["Interpreter", str], Awaitable[Lines | Result]]


@dataclass(frozen=True, slots=True)
class LocalCommand:
    """A local command: its arguments as a person writes them, one line of help, and what it does."""

    name: str
    arguments: str
    help: str
    handler: Handler


async def run(interpreter: Interpreter, line: str) -> Result:
    """Run a line that begins with a dot. UsageError if there is no such command."""
    word, _, arguments = line.partition(" ")
    command = COMMANDS.get(word.lower())
    if command is None:
        matches = [name for name in COMMANDS if name.startswith(word.lower())]
        if len(matches) != 1 or len(word) < 2:
            raise UsageError(f"there is no local command {word}; .help lists them")
        command = COMMANDS[matches[0]]
    outcome = await command.handler(interpreter, arguments.strip())
    if isinstance(outcome, Result):
        return outcome
    return finish(interpreter, line, outcome)


def finish(interpreter: Interpreter, line: str, lines: Lines) -> Result:
    """Show the lines of a local command, or collect them."""
    result = Result(interpreter.masked(line))
    if interpreter.console.collects:
        result.data = [interpreter.secrets.mask_str(text) for text in lines]
    else:
        for text in lines:
            interpreter.console.show(interpreter.secrets.mask_str(text))
    return result


async def _help(interpreter: Interpreter, arguments: str) -> Lines:
    if arguments:
        return _help_on(interpreter, arguments)
    width = max(len(f"{command.name} {command.arguments}") for command in COMMANDS.values())
    lines = ["Local commands:"]
    for command in COMMANDS.values():
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


async def _quit(interpreter: Interpreter, arguments: str) -> Lines:
    interpreter.leaving = True
    return []


async def _open(interpreter: Interpreter, arguments: str) -> Lines:
    if not arguments:
        if interpreter.endpoint is None:
            raise UsageError(".open needs a URL, such as imaps://mail.example.org")
        endpoint = interpreter.endpoint
    else:
        try:
            endpoint = parse_url(arguments)
        except EndpointError as error:
            raise UsageError(str(error)) from None
    await interpreter.open(endpoint)
    return describe_opening(interpreter)


def describe_opening(interpreter: Interpreter) -> Lines:
    """What a person is told once the session stands."""
    session = interpreter.session
    if session is None or session.greeting is None:
        return []
    tls = dialogues.describe_tls(session)
    greeting = session.greeting
    code = f"[{escape_octets(greeting.code)}] " if greeting.code is not None else ""
    return [f"connected to {escape(session.endpoint.name)}, {tls}", f"{code}{escape_octets(greeting.text)}"]


async def _close(interpreter: Interpreter, arguments: str) -> Lines:
    if interpreter.session is None or not interpreter.session.is_open:
        raise UsageError("not connected")
    await interpreter.close()
    return []


async def _starttls(interpreter: Interpreter, arguments: str) -> Result:
    return await interpreter.run_command("STLS" if interpreter.protocol == "pop3" else "STARTTLS")


async def set_level(interpreter: Interpreter, arguments: str) -> Lines:
    """``.debug N``, ``set_debuglevel N``, ``debug N``; without a number the level is shown."""
    options = interpreter.options
    if arguments:
        if arguments not in ("0", "1", "2", "3", "4", "5"):
            raise UsageError("the debug level is a number from 0 (nothing) to 5 (hex dump)")
        options.level = int(arguments)
        if interpreter.trace is not None:
            interpreter.trace.level = options.level
    return [f"debug level {options.level}: {dict(LEVELS)[options.level]}"]


async def _style(interpreter: Interpreter, arguments: str) -> Lines:
    if arguments:
        if arguments not in STYLES:
            raise UsageError(f"the trace styles are {', '.join(STYLES)}")
        interpreter.options.style = arguments
        if interpreter.trace is not None:
            interpreter.trace.style = arguments
    return [f"trace style {interpreter.options.style}"]


async def _timeout(interpreter: Interpreter, arguments: str) -> Lines:
    if arguments:
        interpreter.options.timeout = read_seconds(arguments)
        if interpreter.session is not None:
            interpreter.session.answers.timeout = interpreter.options.timeout
    return [f"waiting for an answer for {interpreter.options.timeout:g} s"]


def read_seconds(text: str) -> float:
    """A time limit above zero, in seconds. UsageError otherwise."""
    try:
        seconds = float(text)
    except ValueError:
        raise UsageError(f"{text} is no number of seconds") from None
    if not 0 < seconds <= 1e6:
        raise UsageError("a time limit must be more than 0 seconds: one of 0 would never wait for an answer")
    return seconds


async def _raw(interpreter: Interpreter, arguments: str) -> Lines | Result:
    if arguments and arguments not in ("on", "off"):
        return await dialogues.send_raw(interpreter, unescape(arguments))
    interpreter.raw_mode = arguments == "on" or (not arguments and not interpreter.raw_mode)
    if interpreter.raw_mode:
        return ["each line is sent untouched, with CRLF; .raw ends this"]
    return ["lines are commands again"]


async def _hex(interpreter: Interpreter, arguments: str) -> Lines:
    lines: Lines = []
    trace = Trace(
        interpreter.protocol or "imap",
        lambda text: lines.extend(text.rstrip("\n").split("\n")),
        level=5,
        secrets=interpreter.secrets,
        show_secrets=interpreter.options.show_secrets,
    )
    echoes = {side: ChunkMask(interpreter.secrets) for side in Side}
    for event in interpreter.tap.events:
        known = echoes[event.side].spans(event.octets)
        trace.wire(replace(event, secret=(*event.secret, *known)))
    if interpreter.tap.dropped:
        lines.append(f"… {interpreter.tap.dropped:,} more octets were not kept")
    return lines or ["nothing has been sent yet"]


async def _caps(interpreter: Interpreter, arguments: str) -> Lines:
    session = interpreter.connected
    state = session.engine.state
    if state.capabilities is None:
        await interpreter.run_command("CAPA" if isinstance(state, Pop3State) else "CAPABILITY", quiet=True)
    if state.capabilities is None:
        return ["the server has not told its capabilities"]
    return [
        f"{len(state.capabilities)} capabilities, learnt from {state.capabilities_from}:",
        *(f"  {escape(name)}" for name in state.capabilities),
    ]


async def _state(interpreter: Interpreter, arguments: str) -> Lines:
    session = interpreter.session
    if session is None or not session.is_open:
        return ["not connected" if session is None else f"not connected: {session.closed_because}"]
    state = session.engine.state
    stream = session.stream
    lines = [
        f"server      {escape(session.endpoint.name)} ({session.protocol}){f', {stream.peer}' if stream else ''}",
        f"TLS         {dialogues.describe_tls(session)}",
        f"state       {state.phase.value}",
        f"user        {escape(state.user or '-')}",
    ]
    if isinstance(state, ImapState):
        lines += _imap_state(state)
    else:
        deleted = ", ".join(map(str, sorted(state.deleted))) or "-"
        lines.append(f"to delete   {deleted} (QUIT commits)" if state.deleted else "to delete   -")
    waiting = ", ".join(f"{exchange.tag} {exchange.name}".strip() for exchange in session.engine.outstanding)
    return [*lines, f"outstanding {escape(waiting) or '-'}"]


def _imap_state(state: ImapState) -> Lines:
    view = state.mailbox
    lines = [f"enabled     {' '.join(sorted(state.enabled)) or '-'}"]
    if view is None:
        return [*lines, "mailbox     -"]
    mode = "read-only" if view.read_only else "read-write"
    numbers = (
        ("messages", view.exists),
        ("recent", view.recent),
        ("first unseen", view.unseen),
        ("UIDVALIDITY", view.uidvalidity),
        ("UIDNEXT", view.uidnext),
        ("HIGHESTMODSEQ", view.highestmodseq),
    )
    known = ", ".join(f"{name} {value}" for name, value in numbers if value is not None)
    lines += [f"mailbox     {escape(view.name)} ({mode})", f"            {known}"]
    lines.append(f"flags       {escape(' '.join(view.flags))}")
    if view.permanent_flags is not None:
        lines.append(f"permanent   {escape(' '.join(view.permanent_flags))}")
    return lines


async def welcome(interpreter: Interpreter, arguments: str) -> Lines:
    """``.welcome``, ``getwelcome``, ``welcome``: the greeting as it came."""
    session = interpreter.session
    if session is None or session.greeting is None:
        raise UsageError("not connected; .open URL connects")
    line: bytes = getattr(session.greeting, "line", b"")
    return [escape_octets(line)]


async def _save(interpreter: Interpreter, arguments: str) -> Lines:
    if not arguments:
        raise UsageError(".save needs the name of a file")
    tap = interpreter.tap
    if tap.dropped:
        raise UsageError(
            f"the last answer was too large to keep ({tap.dropped:,} octets more than are kept); "
            "send the command again with > FILE after it"
        )
    octets = b"".join(event.octets for event in tap.events if event.side is Side.SERVER)
    if not octets:
        raise UsageError("there is no answer to save yet")
    sink = FileSink(arguments.strip('"'))
    sink.write(interpreter.secrets.mask(octets))
    sink.finish(accepted=True)
    if sink.error is not None:
        raise UsageError(sink.error)
    return [f"{sink.octets:,} octets, the last answer as it came over the wire, written to {sink.path}"]


async def _history(interpreter: Interpreter, arguments: str) -> Lines:
    if arguments and not (arguments.isascii() and arguments.isdigit()):
        raise UsageError(".history takes a number of lines")
    count = int(arguments[:9]) if arguments else len(interpreter.history)
    lines = list(interpreter.history)
    first = len(lines) - min(count, len(lines))
    return [f"{number:5}  {escape(line)}" for number, line in enumerate(lines[first:], start=first + 1)]


async def _secrets(interpreter: Interpreter, arguments: str) -> Lines:
    if arguments not in ("", "show", "hide"):
        raise UsageError(".secrets takes show or hide")
    options = interpreter.options
    if arguments:
        options.show_secrets = arguments == "show"
        if interpreter.trace is not None:
            interpreter.trace.show_secrets = options.show_secrets
    return [f"secrets are {'SHOWN' if options.show_secrets else 'masked'} in the trace"]


async def _insecure(interpreter: Interpreter, arguments: str) -> Lines:
    options = interpreter.options
    if arguments not in ("", "on", "off"):
        raise UsageError(".insecure takes on or off")
    if arguments:
        options.tls_options = replace(options.tls_options, insecure=arguments == "on")
    return [f"certificates are {'NOT verified' if options.tls_options.insecure else 'verified'} from the next .open on"]


#: The commands by name, in the order in which help lists them.
COMMANDS: dict[str, LocalCommand] = {
    command.name: command
    for command in (
        LocalCommand(".help", "[NAME]", "this list, or one command", _help),
        LocalCommand(".open", "[URL]", "connect; without a URL, to the same server again", _open),
        LocalCommand(".close", "", "log out and disconnect", _close),
        LocalCommand(".quit", "", "leave (Ctrl-D)", _quit),
        LocalCommand(".starttls", "", "STARTTLS or STLS, then the handshake", _starttls),
        LocalCommand(".debug", "[0-5]", "how much of the wire to show", set_level),
        LocalCommand(".style", "[NAME]", "how to show it: mailshell, poplib, imaplib", _style),
        LocalCommand(".raw", "[TEXT]", r"send exact octets, with \r \n \xHH; alone, each line as it is", _raw),
        LocalCommand(".hex", "", "the octets of the last exchange", _hex),
        LocalCommand(".save", "FILE", "write the last answer, as it came, to a file", _save),
        LocalCommand(".caps", "", "what the server can do", _caps),
        LocalCommand(".state", "", "what this session knows", _state),
        LocalCommand(".welcome", "", "the greeting", welcome),
        LocalCommand(".history", "[N]", "the lines typed, secrets masked", _history),
        LocalCommand(".timeout", "[SECONDS]", "how long to wait for an answer", _timeout),
        LocalCommand(".secrets", "[show|hide]", "show or mask secrets in the trace", _secrets),
        LocalCommand(".insecure", "[on|off]", "whether to accept any certificate", _insecure),
    )
}
COMMANDS[".exit"] = replace(COMMANDS[".quit"], name=".exit")

__all__ = [
    "COMMANDS",
    "LocalCommand",
    "describe_opening",
    "finish",
    "mask_line",
    "read_seconds",
    "run",
    "set_level",
    "welcome",
]
