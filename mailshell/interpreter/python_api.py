"""The names of poplib and imaplib that are no commands of the protocol: attributes, functions, the connection itself.

Those that are commands stand in the catalogue (``pass_``, ``getquotaroot`` ...).
"""

from __future__ import annotations

import ast
import imaplib
import warnings
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from mailshell.exits import UsageError
from mailshell.interpreter import dialogues, logins, python_call
from mailshell.interpreter.confirming import confirm_raw
from mailshell.interpreter.escapes import unescape
from mailshell.interpreter.line import TypedLine, read_line
from mailshell.interpreter.local import connection, table, wire
from mailshell.interpreter.local.command import finish
from mailshell.interpreter.result import Result
from mailshell.protocol.imap.commands import unquote
from mailshell.secret import Secret
from mailshell.text.escape import escape, escape_octets
from mailshell.text.first_word import first_word

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

Function = Callable[["Interpreter", str], Awaitable[list[str] | Result]]


def find(interpreter: Interpreter, typed: TypedLine) -> Awaitable[Result] | None:
    """What a line does that begins with such a name; None if it does not."""
    if typed.tag is not None or (typed.word.isupper() and typed.record is not None):
        return None
    names = POP3 if interpreter.protocol == "pop3" else IMAP
    word = typed.word.split(" ", 1)[0]
    function = names.get(word) or names.get(word.lower())
    if function is not None:
        return _call(interpreter, typed, function)
    record = interpreter.catalogue.python_names.get(typed.word.lower())
    if record is not None and record.name != typed.name:
        return interpreter.run_typed(TypedLine(None, record.name, record.name, record, typed.arguments, typed.file))
    return None


def from_call(interpreter: Interpreter, line: str) -> str:
    """What a call such as ``M.select("INBOX")`` stands for, or the line. UsageError if it can't be read."""
    return python_call.as_typed(line, interpreter.catalogue, POP3 if interpreter.protocol == "pop3" else IMAP)


async def _call(interpreter: Interpreter, typed: TypedLine, function: Function) -> Result:
    outcome = await function(interpreter, typed.arguments.strip())
    return outcome if isinstance(outcome, Result) else finish(interpreter, typed.text, outcome)


async def _close(interpreter: Interpreter, arguments: str) -> list[str]:
    """poplib ``close``, imaplib ``shutdown``: end the connection without a word to the server."""
    interpreter.connected.close()
    return ["the connection is closed; nothing was said to the server"]


async def _login_cram_md5(interpreter: Interpreter, arguments: str) -> Result:
    user, _, password = arguments.partition(" ")
    if not user:
        raise UsageError("login_cram_md5 needs a user name")
    typed = read_line("AUTHENTICATE CRAM-MD5", interpreter.catalogue, tags=False)
    secret = None
    if password:
        octets = unquote(password.encode("utf-8", "surrogateescape"))
        interpreter.secrets.learn(octets)
        secret = Secret(octets.decode("utf-8", "surrogateescape"))
    return await logins.authenticate(interpreter, typed, "CRAM-MD5", user, secret)


async def _xatom(interpreter: Interpreter, arguments: str) -> Result:
    if not arguments:
        raise UsageError("xatom needs the name of a command")
    return await interpreter.run_command(arguments)


async def _send(interpreter: Interpreter, arguments: str) -> list[str]:
    """Octets as they are, with escapes; the answer is left to ``readline`` and ``read``."""
    await confirm_raw(interpreter)
    interpreter.tap.forget_unread()
    interpreter.tap.begin()
    value = _value(arguments)
    octets = value if isinstance(value, bytes) else unescape(arguments)
    interpreter.connected.write(octets)
    return [f"{len(octets):,} octets sent; readline shows the answer"]


async def _read(interpreter: Interpreter, arguments: str) -> list[str]:
    if not (arguments.isascii() and arguments.isdigit()) or len(arguments) > 9:
        raise UsageError("read needs a number of octets")
    octets = await interpreter.tap.read(int(arguments), interpreter.options.timeout)
    return [escape_octets(octets)]


async def _readline(interpreter: Interpreter, arguments: str) -> list[str]:
    octets = await interpreter.tap.read(None, interpreter.options.timeout)
    if not octets:
        raise UsageError(f"no line came within {interpreter.options.timeout:g} s")
    return [escape_octets(octets)]


async def _recent(interpreter: Interpreter, arguments: str) -> list[str] | Result:
    """The last RECENT; if there is none, NOOP gives the server an occasion for it."""
    if "RECENT" not in interpreter.tap.responses:
        await interpreter.run_command("NOOP", quiet=True)
    return await _response(interpreter, "RECENT")


async def _response(interpreter: Interpreter, arguments: str) -> list[str]:
    if not arguments:
        raise UsageError("response needs the name of a response or response code, e.g. EXISTS or UIDVALIDITY")
    octets = interpreter.tap.responses.get(arguments.upper())
    return [f"{escape(arguments.upper())} {escape_octets(octets)}" if octets is not None else "None"]


async def _socket(interpreter: Interpreter, arguments: str) -> list[str]:
    stream = interpreter.connected.stream
    assert stream is not None
    counts = f"{stream.bytes_in:,} octets in, {stream.bytes_out:,} out"
    return [
        f"{escape(stream.local)} → {escape(stream.peer)}, {dialogues.describe_tls(interpreter.connected)}, {counts}"
    ]


async def _open(interpreter: Interpreter, arguments: str) -> list[str] | Result:
    """``open HOST [PORT]`` as imaplib has it, or ``open URL``."""
    words = arguments.split()
    if words and "://" not in arguments and len(words) <= 2 and ":" not in words[0]:
        arguments = f"imap://{words[0]}" + (f":{words[1]}" if len(words) == 2 else "")
    return await table.run(interpreter, f".open {arguments}".rstrip())


async def _welcome(interpreter: Interpreter, arguments: str) -> list[str]:
    return await connection.welcome(interpreter, arguments)


async def _debug(interpreter: Interpreter, arguments: str) -> list[str]:
    return await wire.set_level(interpreter, arguments.removeprefix("=").strip())


async def _capabilities(interpreter: Interpreter, arguments: str) -> list[str] | Result:
    return await table.run(interpreter, ".caps")


async def _protocol_version(interpreter: Interpreter, arguments: str) -> list[str]:
    known = {name.upper() for name in interpreter.imap_state.capabilities or ()}
    version = next((name for name in ("IMAP4REV2", "IMAP4REV1", "IMAP4") if name in known), None)
    return [version or "the server has not said which version it speaks"]


async def _utf8_enabled(interpreter: Interpreter, arguments: str) -> list[str]:
    return [str(interpreter.imap_state.utf8)]


async def _timestamp(interpreter: Interpreter, arguments: str) -> list[str]:
    timestamp = interpreter.pop3_state.timestamp
    return [escape_octets(timestamp) if timestamp is not None else "None"]


async def _encoding(interpreter: Interpreter, arguments: str) -> list[str]:
    return ["UTF-8"]


async def _print_log(interpreter: Interpreter, arguments: str) -> list[str] | Result:
    return await table.run(interpreter, ".hex")


def _value(arguments: str) -> object:
    """What is typed as Python writes it (``b'...'``, numbers, tuples), or else as text."""
    with warnings.catch_warnings():
        # "\S" works, and Python would rather have it written with two backslashes.
        warnings.simplefilter("ignore")
        try:
            return ast.literal_eval(arguments)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return arguments


def _octets(arguments: str) -> bytes:
    value = _value(arguments)
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")


def _function(name: str, call: Callable[[str], object]) -> Function:
    async def run(interpreter: Interpreter, arguments: str) -> list[str]:
        if not arguments:
            raise UsageError(f"{name} needs an argument")
        try:
            return [escape(repr(call(arguments)))]
        except (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError):
            # What these functions raise for what they can't read is as it happens, and no sentence.
            raise UsageError(f"{name} can't read {first_word(arguments)}") from None

    return run


def _internaldate(arguments: str) -> object:
    text = (
        arguments
        if arguments.startswith("b") or "INTERNALDATE" in arguments
        else f'INTERNALDATE "{arguments.strip(chr(34))}"'
    )
    return imaplib.Internaldate2tuple(_octets(text))


def _time2internaldate(arguments: str) -> object:
    value = _value(arguments)
    number = float(value) if isinstance(value, str) and value.replace(".", "", 1).isdigit() else value
    return imaplib.Time2Internaldate(number)  # type: ignore[arg-type]


POP3: Mapping[str, Function] = {
    "getwelcome": _welcome,
    "welcome": _welcome,
    "set_debuglevel": _debug,
    "close": _close,
    "timestamp": _timestamp,
    "encoding": _encoding,
}

IMAP: Mapping[str, Function] = {
    "login_cram_md5": _login_cram_md5,
    "xatom": _xatom,
    "send": _send,
    "read": _read,
    "readline": _readline,
    "recent": _recent,
    "response": _response,
    "socket": _socket,
    "shutdown": _close,
    "open": _open,
    "welcome": _welcome,
    "debug": _debug,
    "set_debuglevel": _debug,
    "capabilities": _capabilities,
    "PROTOCOL_VERSION": _protocol_version,
    "utf8_enabled": _utf8_enabled,
    "print_log": _print_log,
    "Internaldate2tuple": _function("Internaldate2tuple", _internaldate),
    "Int2AP": _function("Int2AP", lambda text: imaplib.Int2AP(int(text))),
    "ParseFlags": _function("ParseFlags", lambda text: imaplib.ParseFlags(_octets(text))),
    "Time2Internaldate": _function("Time2Internaldate", _time2internaldate),
}

#: All these names, lower case.
WORDS = frozenset(name.lower() for names in (POP3, IMAP) for name in names)
