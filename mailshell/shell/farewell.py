"""Leaving: what becomes of deletions, and the last words to a server that may not answer."""

from __future__ import annotations

import asyncio

from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.sessions import Sessions
from mailshell.protocol.imap.state import Phase as ImapPhase
from mailshell.protocol.pop3.state import Phase as Pop3Phase
from mailshell.protocol.pop3.state import Pop3State
from mailshell.session import Session
from mailshell.shell.attention import Attention
from mailshell.shell.console import ShellConsole
from mailshell.text.escape import escape

#: A server that said goodbye has so long to close the connection, and a child process to end (seconds).
_CLOSING_SECONDS = 4.5


class Farewell:
    """Asks what should be asked before a connection ends, and ends it."""

    def __init__(self, console: ShellConsole, sessions: Sessions, attention: Attention) -> None:
        self._console = console
        self._sessions = sessions
        self._attention = attention

    async def may_leave(self) -> bool:
        """Whether to leave, after asking what becomes of messages marked for deletion, in each session."""
        for number, interpreter in self._sessions:
            if not await self._may_close(interpreter, f"session {number}: " if len(self._sessions) > 1 else ""):
                return False
        return True

    async def _may_close(self, interpreter: Interpreter, which: str) -> bool:
        session = interpreter.session
        state = session.engine.state if session is not None and session.is_open else None
        if session is None or not isinstance(state, Pop3State) or not state.deleted:
            return True
        count = len(state.deleted)
        what = "1 message is" if count == 1 else f"{count:,} messages are"
        question = f"{which}{what} marked for deletion: [c]ommit with QUIT, [d]rop the connection, or [s]tay? "
        answer = await self._console.confirm(question, "cds")
        if answer == "c":
            await self._attention.wait(interpreter.run("QUIT"), "the answer to QUIT")
            return not state.deleted or not session.is_open
        if answer == "d":
            session.abort()
        return answer == "d"

    async def offer_to_close(self) -> None:
        """Ctrl-C at an empty prompt: if a command has no answer yet, that may be the only way out."""
        session = self._sessions.current.session
        if session is None or not session.is_open or not session.engine.outstanding:
            return
        first = session.engine.outstanding[0]
        which = escape(f"{first.tag} {first.name}".strip())
        if await self._console.confirm(f"{which} has no answer yet. Close the connection? [y/N] ", "yn") == "y":
            session.abort()
            # The end of the connection is told from the event loop.
            await asyncio.sleep(0)

    async def leave(self) -> None:
        """End the sessions in good order, but not at any price: Ctrl-C ends the one whose turn it is at once."""
        for _, interpreter in self._sessions:
            session = interpreter.session
            if session is None:
                continue
            answered = await self._attention.wait(_close(interpreter, session), "the server's farewell", tells=False)
            if not answered:
                session.abort()


async def _close(interpreter: Interpreter, session: Session) -> None:
    await interpreter.close()
    if session.engine.state.phase not in (ImapPhase.LOGOUT, Pop3Phase.UPDATE):
        session.abort()
    await asyncio.wait({asyncio.ensure_future(session.wait_closed())}, timeout=_CLOSING_SECONDS)
