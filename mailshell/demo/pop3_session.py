"""The server's side of a POP3 connection, without the connection: octets in, replies out."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.demo.maildrop import Maildrop
from mailshell.demo.pop3_commands import COMMANDS, answer
from mailshell.demo.pop3_errands import Outcome
from mailshell.demo.pop3_replies import err, ok
from mailshell.demo.pop3_sasl import Account
from mailshell.demo.pop3_state import Conversation, State

#: The longest command, with its CRLF (RFC 2449, section 4).
COMMAND_LIMIT = 255
#: The longest answer to a SASL challenge (RFC 5034, section 4). Longer lines end the connection.
LINE_LIMIT = 12288


class Session:
    """One client's session: hand ``receive`` what comes in, send what it yields, call ``lost`` at the end.

    Where it yields an errand, carry that out and send the reply it results in.
    """

    def __init__(self, maildrop: Maildrop, account: Account) -> None:
        self._talk = Conversation(maildrop, account)
        self._pending = bytearray()

    @property
    def closed(self) -> bool:
        """Whether the server has nothing more to say and closes the connection."""
        return self._talk.state is State.UPDATE

    def greeting(self) -> bytes:
        """The greeting, with the timestamp for APOP (RFC 1939, section 7)."""
        return ok(f"mailshell demo POP3 server ready {self._talk.timestamp.decode('ascii')}")

    def receive(self, octets: bytes) -> Iterator[Outcome]:
        """Yield the outcome of every line completed. What is not asked for is not done, so ask for them all."""
        self._pending += octets
        while not self.closed:
            end = self._pending.find(b"\n")
            length = end if end >= 0 else len(self._pending)
            if length > LINE_LIMIT:
                self._talk.leave()
                yield err("line far too long; goodbye")
            elif end < 0:
                return
            else:
                line = bytes(self._pending[:end])
                del self._pending[: end + 1]
                yield self._reply(line.removesuffix(b"\r"))

    def lost(self) -> None:
        """The connection is gone: the lock is given back, nothing is removed (RFC 1939, section 6)."""
        self._talk.leave()

    def _reply(self, line: bytes) -> Outcome:
        """The outcome of a line: an answer to a challenge, or a command of the table."""
        talk = self._talk
        if talk.exchange is not None:
            return answer(talk, line)
        if len(line) + 2 > COMMAND_LIMIT:
            talk.user = None
            return err(f"line too long, a command has at most {COMMAND_LIMIT} octets")
        keyword, _, rest = line.partition(b" ")
        name = keyword.decode("ascii", "replace").upper()
        command = COMMANDS.get(name)
        if name != "PASS":
            talk.user = None
        if command is None:
            return err("unknown command")
        if talk.state not in command.states:
            return err(f"not in the {talk.state.name} state")
        arguments = command.arguments(rest)
        if arguments is None:
            return err("too few or too many arguments")
        return command.run(talk, arguments)
