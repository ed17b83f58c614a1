"""The dialogues that log in: LOGIN, USER and PASS, APOP, AUTHENTICATE and AUTH.

Each makes what goes over the wire and leaves the rest to the session; whoever calls shows the outcome.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from mailshell.contract import Handler, Part
from mailshell.exits import UsageError
from mailshell.interpreter.arguments import octets_literal
from mailshell.protocol.exchange import Exchange, Status
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.pop3.state import Pop3State
from mailshell.sasl.apop import apop_digest
from mailshell.sasl.encoding import decode_challenge, encode_initial, encode_response
from mailshell.sasl.mechanism import Credentials, SaslError, Steps
from mailshell.sasl.table import MECHANISMS
from mailshell.secret import Secret
from mailshell.session import Session

_ATOM = re.compile(rb"[A-Za-z0-9!#$&'+,\-./:;<=>?@^_`|~]+\Z")
_DIGEST = re.compile(r"[0-9a-fA-F]{32}\Z")

#: Asks for the password of a user (the argument), from wherever it comes.
AskPassword = Callable[[str], Awaitable[Secret]]


def astring(text: str, state: ImapState) -> list[Part]:
    """A string as an atom, a quoted string or, where it must be one, a literal (RFC 9051 section 9, astring)."""
    octets = text.encode("utf-8", "surrogateescape")
    if _ATOM.match(octets):
        return [octets]
    utf8 = state.utf8
    if not any(octet in b"\r\n\0" or (octet >= 0x80 and not utf8) for octet in octets):
        return [b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"']
    literal = octets_literal(octets, state)
    return [f"{{{len(octets)}{'' if literal.sync else '+'}}}\r\n".encode(), literal]


def login_parts(tag: str, user: str, password: Secret, state: ImapState) -> list[Part]:
    """LOGIN (RFC 9051 section 6.2.3). The password is always quoted or a literal, as imaplib does."""
    value = astring(password.reveal(), state)
    if len(value) == 1 and isinstance(value[0], bytes) and not value[0].startswith(b'"'):
        value = [b'"' + value[0] + b'"']
    return _join([f"{tag} LOGIN ".encode(), *astring(user, state), b" ", *value, b"\r\n"])


def _join(parts: list[Part]) -> list[Part]:
    joined: list[Part] = []
    for part in parts:
        if joined and isinstance(part, bytes) and isinstance(joined[-1], bytes):
            joined[-1] += part
        else:
            joined.append(part)
    return joined


def pop3_line(command: str, argument: str) -> bytes:
    """A command and the one argument that fills the rest of its line. UsageError if it can't stand in a line."""
    if any(character in argument for character in "\r\n"):
        what = "password" if command == "PASS" else "user name"
        raise UsageError(f"the {what} holds a line end, which {command} can't send; AUTH PLAIN can")
    return f"{command} {argument}\r\n".encode("utf-8", "surrogateescape")


def apop_argument(argument: str, password: Secret | None, state: Pop3State) -> str:
    """What stands after the user in APOP: the digest as typed, or computed from the greeting's timestamp."""
    if password is None:
        if _DIGEST.match(argument):
            return argument
        password = Secret(argument)
    if state.timestamp is None:
        raise UsageError("the greeting holds no timestamp, so that APOP has nothing to digest; use USER and PASS")
    return apop_digest(state.timestamp, password.reveal())


def mechanism(name: str, user: str, password: Secret) -> Steps:
    """The steps of a mechanism. UsageError for one that mailshell can't carry out."""
    found = MECHANISMS.get(name.upper())
    if found is None:
        known = ", ".join(MECHANISMS)
        raise UsageError(f"mailshell does not know the mechanism {name}, only {known}; .raw sends anything")
    for what, value in (("user name", user), ("password", password.reveal())):
        if any("\udc80" <= character <= "\udcff" for character in value):
            raise UsageError(f"the {what} is not UTF-8, which {name.upper()} wants; .raw sends anything")
    return found.begin(Credentials(user, password))


async def authenticate(
    session: Session, head: str, steps: Steps, handler: Handler | None, *, initial: bool
) -> tuple[Exchange, Status]:
    """AUTHENTICATE or AUTH: answer challenges until the server says how it ended.

    RFC 9051 section 6.2.2, RFC 5034 section 4; ``initial``: the initial response goes with the command (RFC 4959).
    A challenge that the mechanism can't answer is answered with ``*``, which cancels, and SaslError is raised.
    """
    first = next(steps)
    line = head.encode()
    if initial and first is not None:
        line, first = line + b" " + encode_initial(first), None
    exchange = session.begin(line + b"\r\n", handler)
    error: SaslError | None = None
    try:
        while (request := await session.answers.continuation(exchange)) is not None:
            try:
                response = _respond(steps, first, request)
            except SaslError as fault:
                error, response = fault, b"*"
            first = None
            session.write(response + b"\r\n")
        status = await session.answers.completion(exchange)
    except BaseException:
        session.answers.abandon(exchange)
        raise
    if error is not None:
        raise error
    return exchange, status


def _respond(steps: Steps, first: bytes | None, request: Status) -> bytes:
    if first is not None:
        return encode_response(first)
    challenge = decode_challenge(request.text)
    try:
        response = steps.send(challenge)
    except StopIteration:
        raise SaslError("the server goes on asking after the mechanism's last step") from None
    return encode_response(response or b"")
