"""What completion asks of the server by itself: the mailboxes, the newest UIDs, the sizes of a maildrop.

It asks only when somebody wants such a name completed and nothing else is under way, at most once a minute, and never
while lines are sent raw. The requests are on the wire like any other, and are traced; their tags begin with ``bg``.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from mailshell.assist.knowledge import MOST_MESSAGES
from mailshell.contract import SessionError
from mailshell.protocol.events import BodyEnd, BodyPart, Line, LinePart, LiteralPart
from mailshell.protocol.exchange import Status
from mailshell.protocol.imap.data import Data, MailboxListing
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.pop3.state import Phase, Pop3State

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

#: What was asked is not asked again for so long (seconds).
_FRESH = 60.0
#: A command that is typed waits so long for a request of ours to be answered, then it is sent all the same (seconds).
_PATIENCE = 2.0
#: The UIDs of so many messages are asked for, the newest.
_MESSAGES = 200


class Background:
    """The requests of one interpreter, one at a time."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self._task: asyncio.Task[None] | None = None
        self._asked: dict[str, float] = {}
        self._count = 0

    def forget(self) -> None:
        """Another session begins."""
        self._asked.clear()

    def ask(self, kind: str) -> asyncio.Task[None] | None:
        """Ask for what names of this kind are completed from, if that is due. The task that asks, if there is one."""
        interpreter, session = self._interpreter, self._interpreter.session
        if self._task is not None:
            return self._task
        if session is None or not session.is_open or interpreter.raw_mode or not interpreter.options.background:
            return None
        request = _REQUESTS.get((session.protocol, kind))
        if request is None or session.engine.outstanding or session.engine.partial_line or not self._is_due(kind):
            return None
        self._asked[kind] = time.monotonic()
        self._task = asyncio.ensure_future(self._run(request))
        return self._task

    def _is_due(self, kind: str) -> bool:
        learner = self._interpreter.learner
        if kind == "mailbox" and learner is not None and learner.listing_is_old:
            return True
        asked = self._asked.get(kind)
        return asked is None or time.monotonic() - asked > _FRESH

    async def settled(self) -> None:
        """Let a request that is under way be answered first, so that no answer can be taken for that of another."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=_PATIENCE)

    async def _run(self, request: Callable[[Background], Awaitable[None]]) -> None:
        tap = self._interpreter.tap
        tap.paused = True
        try:
            await request(self)
        except SessionError:
            # Whoever types next is told what has become of the connection.
            pass
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
        listed: list[Data] = []
        _, status = await session.command([f'{self._tag()} LIST "" "*"\r\n'.encode()], _Taking(listed.append))
        if status.ok:
            learner.listing_is_old = False
            learner.knowledge.replace_mailboxes(data for data in listed if isinstance(data, MailboxListing))

    async def _uids(self) -> None:
        learner, session = self._interpreter.learner, self._interpreter.connected
        state = session.engine.state
        view = state.mailbox if isinstance(state, ImapState) else None
        if learner is None or view is None or not view.exists:
            return
        first = max(1, view.exists - _MESSAGES + 1)
        request = f"{self._tag()} FETCH {first}:{view.exists} (UID)\r\n"
        await session.command([request.encode()], _Taking(learner.learn))

    async def _maildrop(self) -> None:
        session = self._interpreter.connected
        state = session.engine.state
        if not isinstance(state, Pop3State) or state.phase is not Phase.TRANSACTION:
            return
        if state.messages is None:
            await session.command([b"STAT\r\n"], None)
        if state.messages is not None and state.messages <= MOST_MESSAGES:
            for name in (b"LIST", b"UIDL"):
                await session.command([name + b"\r\n"], None)


class _Taking:
    """A handler that gives what the responses say to somebody, and shows nothing."""

    def __init__(self, take: Callable[[Data], object]) -> None:
        self._take = take

    def frame(self, frame: Line | LinePart | LiteralPart | BodyPart | BodyEnd) -> None:
        return

    def untagged(self, response: Response) -> None:
        data, _ = read_data(response)
        self._take(data)

    def began(self, response: Status) -> None:
        return


#: What is asked for, by protocol and by the kind of name that is completed.
_REQUESTS: Mapping[tuple[str, str], Callable[[Background], Awaitable[None]]] = {
    ("imap", "mailbox"): Background._list,
    ("imap", "list-mailbox"): Background._list,
    ("imap", "uid"): Background._uids,
    ("imap", "uid-set"): Background._uids,
    ("pop3", "message"): Background._maildrop,
}
