"""Opening and closing a session: ``.open``, ``.close``, ``.quit``, and what belongs to that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailshell.exits import UsageError
from mailshell.interpreter import dialogues
from mailshell.interpreter.local.command import Lines, LocalCommand, finish
from mailshell.interpreter.profile import find_server, use
from mailshell.interpreter.result import Result
from mailshell.interpreter.url_target import follow
from mailshell.text.escape import escape, escape_octets
from mailshell.text.first_word import first_word

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


#: What a URL begins with, the safest first.
SCHEMES = ("imaps://", "imap://", "pop3s://", "pop3://", "imap+unix:", "imap+exec:", "pop3+unix:", "pop3+exec:")


async def _open(interpreter: Interpreter, arguments: str) -> Lines | Result:
    if not arguments:
        if interpreter.endpoint is None:
            raise UsageError(".open needs a URL, such as imaps://mail.example.org")
        await interpreter.open(interpreter.endpoint)
        return describe_opening(interpreter)
    await open_url(interpreter, arguments)
    return await go_on(interpreter, f".open {arguments}", describe_opening(interpreter))


async def open_url(interpreter: Interpreter, server: str) -> None:
    """Connect to the server that a URL or the name of a profile means. UsageError if it means none, and what opening
    raises.
    """
    endpoint, profile = find_server(server, interpreter.options.profiles)
    interpreter.profile = profile
    use(interpreter.options, profile)
    await interpreter.open(endpoint)


async def go_on(interpreter: Interpreter, line: str, lines: Lines) -> Lines | Result:
    """The lines that the opening answers with; if its URL names mail, they are shown, and then that is opened."""
    if interpreter.endpoint is None or interpreter.endpoint.target is None:
        return lines
    interpreter.console.finished(finish(interpreter, line, lines))
    return Result("", exit=await follow(interpreter))


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


async def _quit(interpreter: Interpreter, arguments: str) -> Lines:
    interpreter.leaving = True
    return []


async def welcome(interpreter: Interpreter, arguments: str) -> Lines:
    """``.welcome``, ``getwelcome``, ``welcome``: the greeting as it came."""
    session = interpreter.session
    if session is None or session.greeting is None:
        raise UsageError("not connected; .open URL connects")
    line: bytes = getattr(session.greeting, "line", b"")
    return [escape_octets(line)]


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
        raise UsageError(f"{first_word(text)} is no number of seconds") from None
    if not 0 < seconds <= 1e6:
        raise UsageError("a time limit must be more than 0 seconds: one of 0 would never wait for an answer")
    return seconds


COMMANDS = (
    LocalCommand(
        ".open",
        "[URL|PROFILE]",
        "connect; without a URL, to the same server again",
        _open,
        takes="profile",
        choices=SCHEMES,
    ),
    LocalCommand(".close", "", "log out and disconnect", _close),
    LocalCommand(".quit", "", "leave (Ctrl-D)", _quit, also=".exit"),
    LocalCommand(".welcome", "", "the greeting", welcome),
    LocalCommand(".timeout", "[SECONDS]", "how long to wait for an answer", _timeout),
)
