"""What goes over the wire to log in: LOGIN, USER and PASS, APOP, AUTHENTICATE and AUTH.

All is left to the session but what is sent; whoever calls shows the outcome.
"""

from __future__ import annotations

import re
from functools import partial

from mailshell.contract import ConnectionLost, Handler, Part, TimeLimit
from mailshell.exits import UsageError
from mailshell.interpreter.arguments import octets_literal
from mailshell.protocol.exchange import Exchange, Status
from mailshell.protocol.imap.commands import quote
from mailshell.protocol.imap.state import ImapState
from mailshell.sasl.apop import apop_digest
from mailshell.sasl.encoding import decode_challenge, encode_initial, encode_response
from mailshell.sasl.mechanism import ChannelBinding, Credentials, Dialogue, SaslError
from mailshell.sasl.offers import offered
from mailshell.sasl.table import MECHANISMS
from mailshell.secret import Secret
from mailshell.session import Session
from mailshell.transport.thread import in_thread

_ATOM = re.compile(rb"[A-Za-z0-9!#$&'+,\-./:;<=>?@^_`|~]+\Z")
_DIGEST = re.compile(r"[0-9a-fA-F]{32}\Z")
#: RFC 5034 section 4: a line of AUTH with its initial response is no longer (octets, with its line end).
_POP3_LINE = 255
#: A server that goes on asking after the dialogue was cancelled is heard so many times.
_MOST_CANCELLED = 3


def astring(text: str, state: ImapState) -> list[Part]:
    """A string as an atom, a quoted string or, where it must be one, a literal (RFC 9051 section 9, astring)."""
    octets = text.encode("utf-8", "surrogateescape")
    if _ATOM.match(octets):
        return [octets]
    utf8 = state.utf8
    if not any(octet in b"\r\n\0" or (octet >= 0x80 and not utf8) for octet in octets):
        return [quote(octets)]
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


def apop_argument(argument: str, password: Secret | None, timestamp: bytes | None) -> str:
    """What stands after the user in APOP: the digest as typed, or computed from the greeting's timestamp.

    UsageError if there is none.
    """
    if password is None:
        if _DIGEST.match(argument):
            return argument
        password = Secret(argument)
    if timestamp is None:
        raise UsageError("the greeting holds no timestamp, so that APOP has nothing to digest; use USER and PASS")
    return apop_digest(timestamp, password.reveal())


def credentials(session: Session, name: str, user: str, secret: Secret | None, identity: str = "") -> Credentials:
    """What a mechanism may draw on in this session. ``identity``: the authorization identity."""
    endpoint = session.endpoint
    info = session.stream.tls if session.stream is not None else None
    known = session.engine.state.capabilities
    return Credentials(
        user,
        secret,
        identity,
        service="imap" if session.protocol == "imap" else "pop",
        host=endpoint.host or "localhost",
        port=endpoint.port,
        bindings=tuple(ChannelBinding(kind, octets) for kind, octets in info.bindings) if info is not None else (),
        plus_offered=None if known is None else f"{name.upper()}-PLUS" in offered(session.protocol, known),
    )


def mechanism(name: str, given: Credentials) -> Dialogue:
    """The dialogue of a mechanism. UsageError for one that mailshell can't carry out, or not with these credentials."""
    found = MECHANISMS.get(name.upper())
    if found is None:
        raise unknown_mechanism(name)
    for what, value in (
        ("user name", given.user),
        (found.needs or "password", given.text),
        ("authorization identity", given.authorization_id),
    ):
        if any("\udc80" <= character <= "\udcff" for character in value):
            raise UsageError(f"the {what} is not UTF-8, which {found.name} wants; .raw sends anything")
    try:
        return Dialogue(found, given)
    except SaslError as error:
        raise UsageError(str(error)) from None


def unknown_mechanism(name: str) -> UsageError:
    """What is said of a mechanism that mailshell can't carry out."""
    return UsageError(
        f"mailshell does not know the mechanism {name}, only {', '.join(MECHANISMS)}; .raw sends anything"
    )


async def authenticate(
    session: Session, head: str, dialogue: Dialogue, handler: Handler | None, *, initial: bool
) -> tuple[Exchange, Status]:
    """AUTHENTICATE or AUTH: answer challenges until the server says how it ended.

    RFC 9051 section 6.2.2, RFC 5034 section 4; ``initial``: the initial response goes with the command (RFC 4959),
    if it fits there. A challenge that the mechanism can't answer is answered with ``*``, which cancels, and SaslError
    is raised. ConnectionLost and TimeLimit name the step.
    """
    first = dialogue.initial
    line = head.encode()
    if initial and first is not None:
        joined = line + b" " + encode_initial(first)
        if session.protocol == "imap" or len(joined) + 2 <= _POP3_LINE:
            line, first = joined, None
    exchange = session.begin(line + b"\r\n", handler)
    session.engine.state.pending_user = dialogue.user or None
    name, count = dialogue.mechanism.name, 0
    error: SaslError | None = None
    cancelled = 0
    try:
        while (request := await session.answers.continuation(exchange)) is not None:
            count += 1
            try:
                if error is not None:
                    raise error
                if first is not None:
                    response = encode_response(first)
                else:
                    challenge = decode_challenge(request.text)
                    response = encode_response(await in_thread(partial(dialogue.respond, challenge), "sasl"))
                    for part in (dialogue.proof, dialogue.proof.partition(b"=")[2]):
                        session.engine.secrets.learn(part, "proof")
            except SaslError as fault:
                error, response = error or SaslError(f"{name}, challenge {count}: {fault}"), b"*"
                cancelled += 1
                if cancelled > _MOST_CANCELLED:
                    raise SaslError(f"{error}; and it asks on after it was told * to cancel") from None
            first = None
            session.write(response + b"\r\n")
        status = await session.answers.completion(exchange)
    except (ConnectionLost, TimeLimit) as lost:
        session.answers.abandon(exchange)
        step = f"after challenge {count}" if count else "before the first challenge"
        raise type(lost)(f"{name}, {step}: {lost}") from None
    except BaseException:
        session.answers.abandon(exchange)
        raise
    if error is not None:
        raise SaslError(f"{error}; the server says {status.status} all the same") if status.ok else error
    return exchange, status
