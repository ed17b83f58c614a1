"""Types the lines that provoke a misbehaviour to a server that is reached over a socket, and gathers the findings."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from mailshell.contract import SessionError
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.options import Options
from mailshell.lint.finding import Finding
from mailshell.lint.linter import Linter
from mailshell.lint.session import linter_for
from mailshell.misbehave.actions import Pause
from mailshell.misbehave.misbehaviour import Misbehaviour
from mailshell.protocol.exchange import Event
from mailshell.remember.place import account_of
from mailshell.remember.store import RememberedServer
from mailshell.session import Session
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed
from mailshell.transport.tls import TlsOptions
from mailshell.wire import WireEvent

#: So long does what takes longer for a person last here (seconds).
SHORT = 0.3
#: So long it takes at the least until what comes late is taken not to come (seconds).
LATE = 1.0
#: Nothing waits longer than this: for an answer, and for all (seconds). On a busy machine a session may stand still.
ANSWER, ALL = 5.0, 15.0


class Quiet:
    """A console that shows nothing, and has nobody to ask."""

    fold: int | None = None
    height: int | None = None
    raw = whole = collects = interactive = is_terminal = False
    width = 100

    def _nothing(self, *_: object) -> None:
        return

    show = conclude = write = say = trace = settle = finished = _nothing

    async def ask(self, prompt: str) -> str | None:
        return None

    async def literal(self, size: int | None) -> None:
        return

    async def ask_secret(self, prompt: str) -> str:
        return ""

    async def idle_end(self, seconds: float | None) -> None:
        await asyncio.sleep(seconds or 0)

    def lent(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


class Hasty:
    """A linter for which time passes so many times faster."""

    masks = False

    def __init__(self, linter: Linter, factor: float) -> None:
        self.linter = linter
        self.factor = factor

    def wire(self, event: WireEvent) -> None:
        self.linter.wire(replace(event, time=event.time * self.factor))

    def event(self, event: Event, time: float, tls: bool) -> None:
        self.linter.event(event, time * self.factor, tls)

    def idle(self, time: float) -> None:
        self.linter.idle(time * self.factor)


def factor_of(misbehaviour: Misbehaviour) -> float:
    """How much faster time has to pass."""
    return max(1.0, misbehaviour.wait / SHORT)


def hastened(misbehaviour: Misbehaviour) -> Misbehaviour:
    """The same with shorter pauses."""
    factor = factor_of(misbehaviour)

    def shorter(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(shorter(one) for one in value)
        return Pause(value.seconds / factor) if isinstance(value, Pause) else value

    changes = tuple(
        replace(change, **{one.name: shorter(getattr(change, one.name)) for one in fields(change)})
        for change in misbehaviour.changes
    )
    return replace(misbehaviour, changes=changes)


def typed(misbehaviour: Misbehaviour) -> Iterator[str]:
    """The lines, with shorter times."""
    factor = factor_of(misbehaviour)
    for line in misbehaviour.provoke:
        yield re.sub(r"\AIDLE (\d+)\Z", lambda found: f"IDLE {float(found[1]) / factor:.2f}", line)


async def provoke(
    endpoint: Endpoint, misbehaviour: Misbehaviour, remembered: Path, *, until: str = ""
) -> list[Finding]:
    """The findings of the sessions in which the lines are typed; nothing more is done once the rule ``until`` fires.

    ``remembered``: the file for what is kept from session to session.
    """
    found: list[Finding] = []
    linters: list[Hasty] = []
    memories: list[RememberedServer] = []

    def watch(session: Session) -> Sequence[Hasty]:
        for memory in memories[-1:]:
            memory.close()
        if misbehaviour.remember:
            memories.append(RememberedServer(remembered, account_of(endpoint)))
        linter = linter_for(session.engine, found.append, memory=memories[-1] if memories else None)
        linters.append(Hasty(linter, factor_of(misbehaviour)))
        return linters[-1:]

    options = Options(timeout=ANSWER, lint="off", level=0, login=misbehaviour.login, yes=True)
    options.tls_options = TlsOptions(insecure=misbehaviour.insecure)
    interpreter = Interpreter(Quiet(), options)
    interpreter.watchers.append(watch)

    async def type_lines() -> None:
        with contextlib.suppress(SessionError, ConnectFailed):
            await interpreter.open(endpoint)
        for line in typed(misbehaviour):
            await interpreter.run(line)
        await asyncio.sleep(0.05)

    typing = asyncio.ensure_future(type_lines())
    try:
        await _watch_clock(typing, linters, lambda: any(one.rule.name == until for one in found), misbehaviour.wait > 0)
    finally:
        typing.cancel()
        await asyncio.wait({typing})
        if interpreter.session is not None:
            interpreter.session.abort()
            await interpreter.session.wait_closed()
        for memory in memories:
            memory.close()
    if not typing.cancelled():
        typing.result()
    return found


async def _watch_clock(
    typing: asyncio.Future[None], linters: list[Hasty], done: Callable[[], bool], waits: bool
) -> None:
    """Let time pass until all is typed, and if something has to come late, until it would have come."""
    loop = asyncio.get_running_loop()
    late = loop.time() + LATE if waits else 0.0
    end = loop.time() + ALL
    while not done() and loop.time() < end and not (typing.done() and loop.time() >= late):
        await asyncio.sleep(0.005)
        if waits:
            for linter in linters:
                linter.idle(loop.time())
