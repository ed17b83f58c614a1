"""``mailshell rerun FILE URL``: a recording's commands on a live server, and what has become different."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from mailshell.config.connection import PASSWORDS, TLS, add_options, given, tls_options
from mailshell.contract import SessionError, TimeLimit
from mailshell.exits import Exit, UsageError
from mailshell.interpreter import authenticate as auth
from mailshell.interpreter.passwords import PasswordSource
from mailshell.interpreter.profile import secret_sources
from mailshell.modes.arguments import Parser
from mailshell.modes.serve import load
from mailshell.protocol.imap.commands import first_argument
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.pop3.state import Pop3State
from mailshell.replay.rerun import KEPT, Login, Outcome, rerun, writes
from mailshell.replay.script import Script, Step
from mailshell.sasl.mechanism import SaslError
from mailshell.secret import Secret
from mailshell.session import Session
from mailshell.text.escape import escape
from mailshell.transport.endpoint import Endpoint, EndpointError, parse_url
from mailshell.transport.errors import ConnectFailed
from mailshell.transport.tls import TlsOptions

_MECHANISM = re.compile(rb"\s*AUTH(?:ENTICATE)?\s+(\S+)(\s+\S)?", re.IGNORECASE)


def main(arguments: Sequence[str]) -> Exit:
    """Run it again, and print the differences. OK if there are none, REFUSED if there are."""
    parser = Parser("rerun", "Send a recording's commands to a live server. Exit status: 0 same answers, 1 different.")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("url", metavar="URL")
    parser.add_argument("--allow-writes", action="store_true", help="also send what changes a mailbox")
    parser.add_argument("--user", help="log in as this user, not as the recorded one")
    add_options(parser, (*PASSWORDS, *TLS))
    parser.add_argument("--timeout", metavar="SECONDS", type=float, default=60.0, help="wait so long for an answer")
    chosen = parser.parse_args(list(arguments))
    if not 0 < chosen.timeout < 1e6:
        raise UsageError("--timeout is a number of seconds above 0")
    try:
        endpoint = parse_url(chosen.url)
    except EndpointError as error:
        raise UsageError(str(error)) from None
    script = load(chosen.file, kept=KEPT)
    _check(script, endpoint, allow_writes=chosen.allow_writes)
    values = given(chosen, (*PASSWORDS, *TLS))
    password = Secret(endpoint.password) if endpoint.password is not None else None
    login = _Login(chosen.user or endpoint.user, secret_sources(values, password).password)
    run = _run(script, endpoint, login, tls_options(values), chosen.timeout, select=chosen.allow_writes)
    return asyncio.run(run)


def _check(script: Script, endpoint: Endpoint, *, allow_writes: bool) -> None:
    if endpoint.protocol != script.protocol:
        raise UsageError(f"the recording is one of {script.protocol}, and the URL says {endpoint.protocol}")
    changing = writes(script)
    if changing and not allow_writes:
        more = f" and {len(changing) - 1} more" if len(changing) > 1 else ""
        raise UsageError(
            f"the recording holds what may change a mailbox ({escape(changing[0])}{more}); --allow-writes sends it"
        )


async def _run(
    script: Script, endpoint: Endpoint, login: Login, tls: TlsOptions, timeout: float, *, select: bool
) -> Exit:
    try:
        outcome = await rerun(script, endpoint, login, tls, timeout, select=select)
    except ConnectFailed as error:
        return _failed(error, Exit.NO_CONNECTION)
    except TimeLimit as error:
        return _failed(error, Exit.TIME_LIMIT)
    except SessionError as error:
        return _failed(error, Exit.LOST)
    _print(outcome)
    return Exit.OK if outcome.same else Exit.REFUSED


def _failed(error: Exception, status: Exit) -> Exit:
    print(f"mailshell: {escape(str(error))}")
    return status


def _print(outcome: Outcome) -> None:
    if outcome.before:
        sent = escape(", ".join(outcome.before))
        print(f"mailshell: note: the recording began in the middle of a session; sent first: {sent}", file=sys.stderr)
    for line in outcome.comparison.report():
        print(line)
    for note in outcome.notes:
        print(f"note: {escape(note)}")


class _Login:
    """Makes the commands that log in from the user and password of this run. The user is asked for only in SASL; else
    the recorded one will do."""

    def __init__(self, user: str | None, source: PasswordSource) -> None:
        self._user = user
        self._source = source
        self._secret: Secret | None = None

    def replaces(self, step: Step) -> bool:
        return self._user is not None and step.name in ("USER", "LOGIN")

    async def send(self, session: Session, step: Step, tag: str) -> None:
        state = session.engine.state
        arguments = step.request.lines[0].strip()[len(step.name) :]
        recorded = first_argument(arguments).decode("utf-8", "replace")
        if step.name == "USER":
            await session.command([auth.pop3_line("USER", self._user or recorded)], None)
            return
        password = await self._password()
        if step.name == "LOGIN" and isinstance(state, ImapState):
            literals = [literal.value or b"" for literal in step.request.literals]
            user = self._user or recorded or b"".join(literals[:1]).decode("utf-8", "replace")
            await session.command(auth.login_parts(tag, user, password, state), None)
        elif step.name == "PASS":
            await session.command([auth.pop3_line("PASS", password.reveal())], None)
        elif step.name == "APOP" and isinstance(state, Pop3State):
            digest = auth.apop_argument("", password, state.timestamp)
            await session.command([auth.pop3_line("APOP", f"{self._user or recorded} {digest}")], None)
        elif (match := _MECHANISM.match(step.request.lines[0])) is not None:
            await self._authenticate(session, step, tag, match, password)
        else:
            raise UsageError(f"{step.words} holds a secret that can't be made again; leave it out of the recording")

    async def enter(self, session: Session, tag: str) -> None:
        if self._user is None:
            raise UsageError("the recording began behind the login and does not tell the user; give --user")
        password, state = await self._password(), session.engine.state
        if isinstance(state, ImapState):
            _, status = await session.command(auth.login_parts(tag, self._user, password, state), None)
        else:
            _, status = await session.command([auth.pop3_line("USER", self._user)], None)
            if status.ok:
                _, status = await session.command([auth.pop3_line("PASS", password.reveal())], None)
        if not status.ok:
            said = session.engine.secrets.mask_str(status.text.decode("utf-8", "replace"))
            raise SessionError(f"the login was refused: {said}")

    async def _authenticate(
        self, session: Session, step: Step, tag: str, match: re.Match[bytes], password: Secret
    ) -> None:
        if self._user is None:
            raise UsageError(f"the recording does not tell who logs in with {step.name}; give --user")
        name = match[1].decode("latin-1")
        dialogue = auth.mechanism(name, auth.credentials(session, name, self._user, password))
        head = f"{tag} {step.name} {name}".lstrip()
        try:
            await auth.authenticate(session, head, dialogue, None, initial=match[2] is not None)
        except SaslError as error:
            raise SessionError(str(error)) from None

    async def _password(self) -> Secret:
        if self._secret is None:
            self._secret = await self._source.get()
        if self._secret is None:
            raise UsageError(
                "a password is needed to log in; give --password-env, --password-file or --password-command"
            )
        return self._secret
