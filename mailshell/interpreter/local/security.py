"""What protects and packs the connection: ``.tls``, ``.starttls``, ``.compress``, ``.insecure``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailshell.exits import UsageError
from mailshell.interpreter.local.command import Lines, LocalCommand
from mailshell.interpreter.result import Result
from mailshell.interpreter.starttls_probe import probe
from mailshell.render.tls import failure_lines, tls_lines
from mailshell.streams import reason
from mailshell.text.escape import escape
from mailshell.text.sentences import counted
from mailshell.transport.certificate import Certificate

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


async def _tls(interpreter: Interpreter, arguments: str) -> Lines:
    word, _, path = arguments.partition(" ")
    if word not in ("", "--save") or (word and not path.strip()):
        raise UsageError(".tls takes nothing, or --save FILE")
    session = interpreter.session
    if session is None:
        raise UsageError("not connected; .open URL connects")
    info = session.stream.tls if session.stream is not None else None
    failure = session.tls_failure if info is None else None
    if word:
        return [_save(path.strip(), info.chain if info else failure.chain if failure else ())]
    now = datetime.now(UTC)
    if info is not None:
        return list(tls_lines(info, now))
    if failure is not None:
        return list(failure_lines(failure, now))
    if not session.is_open:
        raise UsageError(f"there was no TLS on this connection: {escape(session.why_closed)}")
    return [f"no TLS; {'STARTTLS' if session.protocol == 'imap' else 'STLS'} starts it, if the server offers it"]


def _save(path: str, chain: Sequence[Certificate]) -> str:
    """Write the chain, the server's own certificate first. UsageError if there is none, or it can't be written."""
    if not chain:
        raise UsageError("the server has sent no certificate, so there is none to save")
    try:
        with open(os.path.expanduser(path), "x", encoding="ascii") as file:
            file.writelines(certificate.pem for certificate in chain)
    except FileExistsError:
        raise UsageError(f"{path} exists already and is left as it is; give another name") from None
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} can't be written: {reason(error)}") from None
    return f"{counted(len(chain), 'certificate')} in PEM form in {path}"


async def _starttls(interpreter: Interpreter, arguments: str) -> Result | Lines:
    if arguments == "--probe":
        return await probe(interpreter)
    if arguments:
        raise UsageError(".starttls takes nothing, or --probe")
    return await interpreter.run_command("STLS" if interpreter.protocol == "pop3" else "STARTTLS")


async def _compress(interpreter: Interpreter, arguments: str) -> Result | Lines:
    if arguments not in ("", "status"):
        raise UsageError(".compress takes nothing, or status")
    session = interpreter.connected
    packing = session.compression
    if packing is None and not arguments:
        interpreter.imap_state  # noqa: B018  (POP3 has no such command: this says so)
        return await interpreter.run_command("COMPRESS DEFLATE")
    if packing is None:
        return ["no compression; COMPRESS DEFLATE starts it, if the server offers it"]
    return [
        "DEFLATE in both directions (RFC 4978)",
        f"sent      {_ratio(packing.sent, packing.sent_wire)}",
        f"received  {_ratio(packing.received, packing.received_wire)}",
    ]


def _ratio(octets: int, packed: int) -> str:
    share = f" ({packed / octets:.0%})" if octets else ""
    return f"{octets:,} octets as {packed:,} on the wire{share}"


async def _insecure(interpreter: Interpreter, arguments: str) -> Lines:
    options = interpreter.options
    if arguments not in ("", "on", "off"):
        raise UsageError(".insecure takes on or off")
    if arguments:
        options.tls_options = replace(options.tls_options, insecure=arguments == "on")
    return [f"certificates are {'NOT verified' if options.tls_options.insecure else 'verified'} from the next .open on"]


COMMANDS = (
    LocalCommand(".tls", "[--save FILE]", "what TLS agreed on, and the certificates", _tls, choices=("--save",)),
    LocalCommand(".starttls", "[--probe]", "STARTTLS or STLS, then the handshake", _starttls, choices=("--probe",)),
    LocalCommand(".compress", "[status]", "COMPRESS DEFLATE, or what it saved", _compress, choices=("status",)),
    LocalCommand(".insecure", "[on|off]", "whether to accept any certificate", _insecure, choices=("on", "off")),
)
