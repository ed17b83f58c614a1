"""Where a secret comes from: an environment variable, a file, a command, the keyring, ``~/.netrc``, or the person.

Which of them counts is told in ``help/topics/passwords.txt``. A secret is held in a ``Secret``, which can't print
itself.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from mailshell.exits import UsageError
from mailshell.interpreter.stores import Account, StoreFailed, from_keyring, from_netrc
from mailshell.secret import Secret
from mailshell.streams import reason
from mailshell.text.escape import escape
from mailshell.transport.thread import in_thread

_COMMAND_SECONDS = 60
#: A first line longer than this (characters, octets of a command) is no password and no token.
_LONGEST = 65536

Say = Callable[[str], None]
Ask = Callable[[str], Awaitable[str]]


@dataclass(slots=True)
class PasswordSource:
    """How to get a secret without asking a person: the first of these that is given.

    ``given`` came with the URL or as an argument; ``env`` names a variable, ``file`` a file (its first line counts),
    ``command`` a shell command (the first line of its output counts). ``what`` it is, for messages.
    """

    given: Secret | None = None
    env: str | None = None
    file: str | None = None
    command: str | None = None
    what: str = "password"

    @property
    def exists(self) -> bool:
        """Whether there is a way at all."""
        return any(way is not None for way in (self.given, self.env, self.file, self.command))

    @property
    def renewable(self) -> bool:
        """Whether another secret may come when it is asked for again."""
        return self.given is None and self.env is None and (self.file is not None or self.command is not None)

    @property
    def text(self) -> str:
        """The way that counts, in words; empty if there is none."""
        if self.given is not None:
            return "given as it is"
        if self.env is not None:
            return f"the environment variable {self.env}"
        if self.file is not None:
            return f"the file {self.file}"
        return f"a {self.what} command" if self.command is not None else ""

    async def get(self) -> Secret | None:
        """The secret, or None if no way is given. UsageError where a way fails."""
        if self.given is not None:
            return self.given
        if self.env is not None:
            value = os.environ.get(self.env)
            if value is None:
                raise UsageError(f"the environment variable {self.env}, which should hold the {self.what}, is not set")
            return Secret(value)
        if self.file is not None:
            return Secret(await in_thread(partial(_first_line, self.file, self.what), self.what))
        if self.command is not None:
            return Secret(await _run(self.command, self.what))
        return None


def _token() -> PasswordSource:
    return PasswordSource(what="token")


@dataclass(slots=True)
class SecretSources:
    """All that was chosen of where secrets come from."""

    password: PasswordSource = field(default_factory=PasswordSource)
    token: PasswordSource = field(default_factory=_token)
    asks: bool = False
    keyring: bool = False
    netrc: bool = False
    #: Whose secret was given. It goes to nobody else: a URL typed later may lead anywhere.
    _for: Account | None = field(default=None, init=False)
    #: The tokens that commands have printed, by account: they are asked for again only when one is refused.
    _tokens: dict[str, Secret] = field(default_factory=dict, init=False, repr=False)

    @property
    def runs_command(self) -> bool:
        """Whether a command may run, which may want the keyboard for itself."""
        return self.password.command is not None or self.token.command is not None

    async def password_for(self, account: Account, in_url: Secret | None, say: Say, ask: Ask) -> Secret:
        """The password, from the first source that has one; ``in_url`` is the URL's. Of a store that has none a
        sentence is said. UsageError if nobody can be asked, or a source that was named can't be read.
        """
        if self.asks:
            return Secret(await ask(account.question("password")))
        if in_url is not None and self.password.given is None:
            return in_url
        if self._is_for(account, self.password, say) and (secret := await self.password.get()) is not None:
            return secret
        stores = (("the keyring", self.keyring, from_keyring), ("~/.netrc", self.netrc, from_netrc))
        for name, is_wanted, read in stores:
            if not is_wanted:
                continue
            try:
                async with asyncio.timeout(_COMMAND_SECONDS):
                    return await in_thread(partial(read, account), "password store")
            except TimeoutError:
                say(f"note: {name} has not answered within {_COMMAND_SECONDS} s")
            except StoreFailed as error:
                say(f"note: {escape(str(error))}")
        return Secret(await ask(account.question("password")))

    def _is_for(self, account: Account, source: PasswordSource, say: Say) -> bool:
        """Whether what was given is meant for this account's host; says so if not."""
        if not source.exists:
            return False
        first = self._for = self._for or account
        if account.name != first.name:
            say(f"note: the {source.what} that was given is for {escape(first.name)}, and for nobody else")
            return False
        if first.protected and not account.protected:
            say(f"note: the {source.what} that was given went through TLS, and does not go in the clear unasked")
            return False
        return True

    async def token_for(self, account: Account, say: Say, ask: Ask, *, renew: bool) -> Secret:
        """The OAuth token. ``renew``: the last one was refused, so that it is made anew. UsageError where there is no
        other.
        """
        if renew:
            self._tokens.pop(account.name, None)
            if self.token.exists and not self.token.renewable:
                raise UsageError(f"there is no other token to try: it comes from {self.token.text}")
        elif account.name in self._tokens:
            return self._tokens[account.name]
        secret = await self.token.get() if self._is_for(account, self.token, say) else None
        secret = secret or Secret(await ask(account.question("token")))
        if self.token.command is not None:
            self._tokens[account.name] = secret
        return secret


def _first_line(path: str, what: str) -> str:
    try:
        with open(os.path.expanduser(path), encoding="utf-8", errors="surrogateescape", newline="") as file:
            line = file.readline(_LONGEST)
    except (OSError, ValueError) as error:
        raise UsageError(f"the {what} file {path} can't be read: {reason(error)}") from None
    return line.rstrip("\r\n")


async def _run(command: str, what: str) -> str:
    process = _start(command)
    try:
        return await in_thread(partial(_first_of_output, process, what), what)
    except asyncio.CancelledError:
        process.kill()
        raise


def _start(command: str) -> subprocess.Popen[bytes]:
    # The lines of a script on standard input are not for the command; a person at a terminal is.
    stdin = None if sys.stdin.isatty() else subprocess.DEVNULL
    # Not asyncio's: what the command has left in the background may hold the pipe open beyond the end of the loop.
    # Its standard error is the person's: it may ask there, and say what is wrong.
    return subprocess.Popen(command, shell=True, stdin=stdin, stdout=subprocess.PIPE)


def _first_of_output(process: subprocess.Popen[bytes], what: str) -> str:
    try:
        output, _ = process.communicate(timeout=_COMMAND_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        raise UsageError(f"the {what} command did not end within {_COMMAND_SECONDS} s") from None
    if process.returncode:
        raise UsageError(f"the {what} command ended with exit status {process.returncode}")
    return output.decode("utf-8", "surrogateescape").split("\n", 1)[0].rstrip("\r")
