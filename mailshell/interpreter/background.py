"""What completion asks of the server by itself: the mailboxes, the newest UIDs, the sizes of a maildrop.

It asks only when somebody wants such a name completed and nothing else is under way, at most once a minute, and never
while lines are sent raw. The requests are on the wire like any other, and are traced; their tags begin with ``bg``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from mailshell.assist.knowledge import MOST_MAILBOXES, MOST_MESSAGES, MOST_OCTETS
from mailshell.contract import SessionError
from mailshell.protocol.events import BodyEnd, BodyPart, Line, LinePart, LiteralPart
from mailshell.protocol.exchange import Status
from mailshell.protocol.imap.data import Data, Fetched, MailboxListing
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.pop3.state import Phase, Pop3State
from mailshell.render.status import status_line

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

#: What was asked is not asked again for so long (seconds).
_FRESH = 60.0
#: A command that is typed waits so long for a request of ours to be answered, then it is sent all the same (seconds).
_PATIENCE = 2.0
#: The UIDs of so many messages are asked for, the newest.
_MESSAGES = 200


_Request = Callable[["Background"], Awaitable[None]]


class Background:
    """The requests of one interpreter, one at a time."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._task: asyncio.Task[None] | None = None
        self._asked: dict[_Request, float] = {}
        self._count = 0
        self._gave_up = False
        #: The request under way, for a message.
        self._request = ""

    def forget(self) -> None:
        """Another session begins."""
        self._asked.clear()
        self._gave_up = False

    def ask(self, kind: str) -> asyncio.Task[None] | None:
        """Ask for what names of this kind are completed from, if that is due. The task that asks, if there is one."""
        interpreter, session = self._interpreter, self._interpreter.session
        if self._task is not None:
            return self._task
        if session is None or not session.is_open or interpreter.raw_mode or self._gave_up:
            return None
        if not interpreter.options.background:
            return None
        request = _REQUESTS.get((session.protocol, kind))
        if request is None or session.engine.outstanding or session.engine.partial_line or not self._is_due(request):
            return None
        self._asked[request] = time.monotonic()
        self._task = asyncio.ensure_future(self._run(request))
        return self._task

    def knows(self, kind: str) -> bool:
        """Whether there are names of this kind to show at once. Mailboxes made or renamed since LIST are waited for."""
        knowledge = self._interpreter.knowledge
        if kind.endswith("mailbox"):
            return knowledge.listed and not knowledge.stale
        return bool(knowledge.messages or knowledge.found_uids)

    def _is_due(self, request: _Request) -> bool:
        asked = self._asked.get(request)
        old = asked is None or time.monotonic() - asked > _FRESH
        return old or (request is Background._list and self._interpreter.knowledge.stale)

    async def settled(self) -> None:
        """Let a request that is under way be answered first, so that no answer can be taken for that of another.

        One that is not answered in time is given up, and nothing more is asked in this session.
        """
        if self._task is None:
            return
        done, _ = await asyncio.wait({self._task}, timeout=_PATIENCE)
        if not done:
            self._task.cancel()
            self._gave_up = True
            self._interpreter.console.say(
                f"note: the server has not answered {self._request}, which completion asked for; what comes for it is "
                "shown as late, and completion asks nothing more"
            )

    async def _run(self, request: _Request) -> None:
        tap = self._interpreter.tap
        tap.paused = True
        try:
            await request(self)
        except SessionError:
            # Whoever types next is told what has become of the connection.
            self._gave_up = True
        finally:
            tap.paused = False
            self._task = None
            self._interpreter.announcer.on_closed()

    def _tag(self) -> str:
        self._count += 1
        return f"bg{self._count}"

    async def _list(self) -> None:
        learner, session = self._interpreter.learner, self._interpreter.connected
        if learner is None or session.engine.state.phase.letter not in ("A", "S"):
            return
        listed: list[MailboxListing] = []
        octets = 0

        def take(data: Data) -> bool:
            nonlocal octets
            if not isinstance(data, MailboxListing):
                return False
            octets += len(data.raw)
            if len(listed) >= MOST_MAILBOXES or octets > MOST_OCTETS:
                self._stop()
            else:
                listed.append(data)
            return True

        status = await self._command('LIST "" "*"', take)
        if status.ok:
            learner.knowledge.replace_mailboxes(listed)

    async def _uids(self) -> None:
        learner, session = self._interpreter.learner, self._interpreter.connected
        state = session.engine.state
        view = state.mailbox if isinstance(state, ImapState) else None
        if learner is None or view is None or not view.exists:
            return
        first = max(1, view.exists - _MESSAGES + 1)

        def take(data: Data) -> bool:
            learner.learn(data)
            return isinstance(data, Fetched) and [item.name for item in data.items] == ["UID"]

        await self._command(f"FETCH {first}:{view.exists} (UID)", take)

    async def _maildrop(self) -> None:
        session = self._interpreter.connected
        state = session.engine.state
        if not isinstance(state, Pop3State) or state.phase is not Phase.TRANSACTION:
            return
        if state.messages is None:
            await self._command("STAT")
        if state.messages is not None and state.messages <= MOST_MESSAGES:
            for name in ("LIST", "UIDL"):
                await self._command(name)

    async def _command(self, text: str, take: Callable[[Data], bool] = lambda data: True) -> Status:
        """Send a request and wait for its completion; an alert in it is for the person (RFC 9051 section 7.1)."""
        session = self._interpreter.connected
        line = f"{self._tag()} {text}" if session.protocol == "imap" else text
        self._request = line
        handler = _Taking(take, self._interpreter.announcer.unsolicited)
        _, status = await session.command([f"{line}\r\n".encode()], handler)
        if (status.code or b"").upper().startswith(b"ALERT"):
            self._interpreter.console.say(self._interpreter.secrets.mask_str(f"* {status_line(status)}"))
        return status

    def _stop(self) -> None:
        """The answer is longer than anybody wants to choose from."""
        self._gave_up = True
        if self._task is not None:
            self._task.cancel()


class _Taking:
    """A handler that gives what the responses say to somebody; what they were not asked for is told to the person."""

    def __init__(self, take: Callable[[Data], bool], tell: Callable[[Response], None]) -> None:
        self._take = take
        self._tell = tell

    def frame(self, frame: Line | LinePart | LiteralPart | BodyPart | BodyEnd) -> None:
        return

    def untagged(self, response: Response) -> None:
        data, _ = read_data(response)
        if not self._take(data):
            self._tell(response)

    def began(self, response: Status) -> None:
        return


#: What is asked for, by protocol and by the kind of name that is completed.
_REQUESTS: Mapping[tuple[str, str], _Request] = {
    ("imap", "mailbox"): Background._list,
    ("imap", "list-mailbox"): Background._list,
    ("imap", "uid"): Background._uids,
    ("imap", "uid-set"): Background._uids,
    ("pop3", "message"): Background._maildrop,
}
