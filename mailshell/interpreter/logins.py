"""The commands that log in, where they are typed without what they need, and the login at the start."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailshell.contract import Handler
from mailshell.exits import UsageError
from mailshell.interpreter import authenticate as auth
from mailshell.interpreter.answer import Output
from mailshell.interpreter.line import TypedLine, read_line
from mailshell.interpreter.refusal import Refused, words_of
from mailshell.interpreter.result import Result
from mailshell.interpreter.ways import AUTO, OwnWay, apop_timestamp, chosen_way, find_way, needs_user
from mailshell.protocol.exchange import Exchange, Status
from mailshell.protocol.imap.commands import unquote
from mailshell.protocol.imap.state import ImapState, Phase
from mailshell.sasl.apop import is_message_id
from mailshell.sasl.mechanism import Dialogue, Mechanism, SaslError
from mailshell.sasl.table import MECHANISMS
from mailshell.secret import Secret
from mailshell.text.escape import escape, escape_octets

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

Typed = Callable[["Interpreter", TypedLine], Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a login: the command or the mechanism that was accepted or refused, and the server's words.

    ``refusal``: what the server said beside them of a token.
    """

    name: str
    status: Status
    refusal: str = ""

    @property
    def words(self) -> str:
        """The status as the server said it, fit for a terminal; it may hold a secret. The code of a refusal only."""
        text = escape(self.status.text.decode("utf-8", "surrogateescape")) if self.status.ok else words_of(self.status)
        told = f"{self.status.status} {text}"
        return f"{told} (of the token: {escape(self.refusal)})" if self.refusal else told


# --- typed


def find(typed: TypedLine, protocol: str) -> Typed | None:
    """The dialogue of a command that logs in; None if it can be sent as it was typed."""
    words = typed.arguments.split()
    match protocol, typed.name:
        case "imap", "LOGIN" if len(words) < 2 and not typed.arguments.rstrip().endswith("}"):
            return _login
        case "pop3", "PASS" if not words:
            return _pass
        case "pop3", "APOP" if words:
            return _apop
        case ("imap", "AUTHENTICATE") | ("pop3", "AUTH") if len(words) == 1:
            return _authenticate
    return None


async def _login(interpreter: Interpreter, typed: TypedLine) -> Result:
    user = await _user(interpreter, typed.arguments)
    password = await interpreter.password_for(user)
    tag = typed.tag or interpreter.next_tag()
    return await interpreter.send(typed, auth.login_parts(tag, user, password, interpreter.imap_state))


async def _user(interpreter: Interpreter, arguments: str = "") -> str:
    user = unquote(arguments.strip().encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")
    user = user or _known_user(interpreter)
    if not user and interpreter.console.interactive:
        user = await interpreter.console.ask("User: ") or ""
    if not user:
        raise UsageError("a user name is needed; give it in the URL (user@host), or with --user")
    return user


def _known_user(interpreter: Interpreter) -> str:
    endpoint = interpreter.endpoint
    return interpreter.options.user or (endpoint.user if endpoint is not None else None) or ""


async def _pass(interpreter: Interpreter, typed: TypedLine) -> Result:
    user = interpreter.pop3_state.pending_user or "this user"
    password = await interpreter.password_for(user)
    return await interpreter.send(typed, [auth.pop3_line("PASS", password.reveal())])


async def _apop(interpreter: Interpreter, typed: TypedLine) -> Result:
    user, _, rest = typed.arguments.strip().partition(" ")
    password = None if rest else await interpreter.password_for(user)
    if rest:
        interpreter.secrets.learn(rest.encode("utf-8", "surrogateescape"))
    return await interpreter.send(typed, [_apop_line(interpreter, user, rest, password)])


def _apop_line(interpreter: Interpreter, user: str, typed: str, password: Secret | None) -> bytes:
    """The command APOP, from a digest or password that was typed, or from a password. Warns of a bad timestamp."""
    timestamp = apop_timestamp(interpreter.connected)
    if timestamp is not None and not is_message_id(timestamp):
        shown = escape_octets(timestamp)
        interpreter.console.say(
            f"note: the greeting's timestamp {shown if len(shown) <= 60 else shown[:59] + '…'} is no message id "
            "(RFC 1939 7): who chose it may work out the password from a few digests (CVE-2007-1558)"
        )
    return auth.pop3_line("APOP", f"{user} {auth.apop_argument(typed, password, timestamp)}")


async def _authenticate(interpreter: Interpreter, typed: TypedLine) -> Result:
    return await authenticate(interpreter, typed, typed.arguments.strip())


async def authenticate(
    interpreter: Interpreter, typed: TypedLine, name: str, user: str | None = None, password: Secret | None = None
) -> Result:
    """AUTHENTICATE or AUTH with a mechanism that mailshell carries out, typed. A refused token is renewed once."""
    session = interpreter.connected
    mechanism = MECHANISMS.get(name.upper())
    if mechanism is None:
        raise auth.unknown_mechanism(name)
    if user is None:
        user = await _user(interpreter) if mechanism.needs else _known_user(interpreter)
    secret = password or await _secret(interpreter, mechanism, user)
    while True:
        dialogue = _dialogue(interpreter, name, user, secret)
        head = f"{typed.word} {name}"
        if session.protocol == "imap":
            head = f"{typed.tag or interpreter.next_tag()} {head}"
        result = await _conduct(interpreter, typed, head, dialogue)
        if result.status in ("OK", "+OK"):
            _tell_proof(interpreter, dialogue)
            return result
        if dialogue.refusal:
            told = interpreter.secrets.mask_str(dialogue.refusal)
            interpreter.console.say(f"note: the server says of the token: {escape(told)}")
        renewed = await _renewed(interpreter, mechanism, user, secret) if password is None else None
        if renewed is None:
            return result
        secret = renewed


async def _conduct(interpreter: Interpreter, typed: TypedLine, head: str, dialogue: Dialogue) -> Result:
    session = interpreter.connected

    async def exchange(handler: Handler) -> tuple[Exchange, Status]:
        return await auth.authenticate(session, head, dialogue, handler, initial=_sends_initial(interpreter))

    output = Output(interpreter.console, typed, interpreter.secrets)
    return await interpreter.conduct(typed, output, interpreter.answer(output, session), exchange)


def _dialogue(interpreter: Interpreter, name: str, user: str, secret: Secret | None) -> Dialogue:
    session = interpreter.connected
    given = auth.credentials(session, name, user, secret, interpreter.options.authzid)
    return auth.mechanism(name, given)


def _sends_initial(interpreter: Interpreter) -> bool:
    """Whether the initial response goes with the command: in POP3 only if that was asked for, for not all take it."""
    choice = interpreter.options.initial_response
    if choice == AUTO:
        state = interpreter.connected.engine.state
        return isinstance(state, ImapState) and state.has("SASL-IR")
    return choice == "always"


async def _secret(interpreter: Interpreter, mechanism: Mechanism, user: str) -> Secret | None:
    if mechanism.needs == "token":
        return await interpreter.token_for(user)
    return await interpreter.password_for(user) if mechanism.needs else None


async def _renewed(interpreter: Interpreter, mechanism: Mechanism, user: str, refused: Secret | None) -> Secret | None:
    """Another token instead of the one that was refused; None if there is no other."""
    session = interpreter.session
    source = interpreter.options.sources.token
    if mechanism.needs != "token" or refused is None or session is None or not session.is_open:
        return None
    if source.exists and not source.renewable:
        return None
    token = await interpreter.token_for(user, renew=True)
    if token.reveal() == refused.reveal():
        return None
    interpreter.console.say("note: the token was refused; this is tried once more with a new one")
    return token


def _tell_proof(interpreter: Interpreter, dialogue: Dialogue) -> None:
    proof = dialogue.mechanism.proves
    if proof and not dialogue.proved:
        interpreter.console.say(
            f"note: the server never proved that it knows the password: it accepted {dialogue.mechanism.name} without "
            f"its {proof}"
        )


# --- at the start


async def log_in(interpreter: Interpreter) -> None:
    """The login at the start, if a user is given or a way to log in was chosen. Raises Refused with the server's words.

    What was chosen with ``--auth`` comes before the ``;AUTH=`` of the URL.
    """
    session, options = interpreter.connected, interpreter.options
    chosen, _ = chosen_way(options.auth, session.endpoint.auth)
    if not options.login or (chosen == AUTO and not _known_user(interpreter)):
        return
    way = find_way(chosen, session.protocol)
    if session.engine.state.phase is Phase.AUTHENTICATED:
        interpreter.console.say("note: the server has greeted with PREAUTH: nobody needs to log in")
        return
    try:
        attempt = await try_way(interpreter, way)
    except SaslError as error:
        raise Refused(f"{session.endpoint.name}: {escape(interpreter.secrets.mask_str(str(error)))}") from None
    if attempt.status.ok:
        return
    again = ""
    if interpreter.console.interactive:
        again = "; LOGIN user tries again" if session.protocol == "imap" else "; USER name, then PASS tries again"
        if isinstance(way, Mechanism):
            again = f"; {'AUTHENTICATE' if session.protocol == 'imap' else 'AUTH'} {way.name} tries again"
    user = _known_user(interpreter)
    who = f"the login of {escape(user)}" if user else "the login"
    text = interpreter.secrets.mask_str(attempt.words)
    code = (attempt.status.code or b"").partition(b" ")[0].decode("latin-1").upper()
    raise Refused(f"{session.endpoint.name} refuses {who} ({attempt.name}): {text}{again}", code)


async def try_way(interpreter: Interpreter, way: OwnWay | Mechanism) -> Attempt:
    """Log in this way, with the user and the secret of this run; what is to be warned of is said.

    Raises UsageError, SaslError and what the session raises.
    """
    session = interpreter.connected
    user = await _user(interpreter) if needs_user(way) else _known_user(interpreter)
    command = way.command if isinstance(way, OwnWay) else _command(session.protocol, way.name)
    await interpreter.warn(read_line(command, interpreter.catalogue, tags=False), session, asks=True)
    if isinstance(way, OwnWay):
        return await _own_way(interpreter, way, user)
    secret = await _secret(interpreter, way, user)
    attempt = await _mechanism(interpreter, way, user, secret)
    if not attempt.status.ok and (renewed := await _renewed(interpreter, way, user, secret)) is not None:
        attempt = await _mechanism(interpreter, way, user, renewed)
    return attempt


async def _own_way(interpreter: Interpreter, way: OwnWay, user: str) -> Attempt:
    session = interpreter.connected
    state = session.engine.state
    password = await interpreter.password_for(user)
    if isinstance(state, ImapState):
        _, status = await session.command(auth.login_parts(interpreter.next_tag(), user, password, state), None)
        return Attempt("LOGIN", status)
    if way.name == "APOP":
        _, status = await session.command([_apop_line(interpreter, user, "", password)], None)
        return Attempt("APOP", status)
    # Both are made before one is sent: neither goes out if the other can't.
    lines = {name: auth.pop3_line(name, text) for name, text in (("USER", user), ("PASS", password.reveal()))}
    _, status = await session.command([lines["USER"]], None)
    if not status.ok:
        return Attempt("USER", status)
    _, status = await session.command([lines["PASS"]], None)
    return Attempt("PASS", status)


async def _mechanism(interpreter: Interpreter, mechanism: Mechanism, user: str, secret: Secret | None) -> Attempt:
    session = interpreter.connected
    head = _command(session.protocol, mechanism.name)
    if session.protocol == "imap":
        head = f"{interpreter.next_tag()} {head}"
    dialogue = _dialogue(interpreter, mechanism.name, user, secret)
    _, status = await auth.authenticate(session, head, dialogue, None, initial=_sends_initial(interpreter))
    if status.ok:
        _tell_proof(interpreter, dialogue)
    return Attempt(mechanism.name, status, dialogue.refusal)


def _command(protocol: str, mechanism: str) -> str:
    return f"{'AUTHENTICATE' if protocol == 'imap' else 'AUTH'} {mechanism}"
