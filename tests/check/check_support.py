"""Runs probes in this process on a server of a test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailshell.check.bench import Bench
from mailshell.check.outcome import Outcome, ProbeResult, Verdict
from mailshell.check.probe import Probe
from mailshell.check.runner import run_probes
from mailshell.nobody import Nobody
from mailshell.session import Session
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.tls import TlsOptions
from mailshell.wire import Observer

#: What Python writes of a list, a tuple or None, and no person would (``BODY[1]`` is a section); and a wrong plural.
_NO_WORDS = re.compile(
    r"(?<![A-Za-z])\[\d|\(\d+,|\b(?:None|True|False)\b"
    r"|(?<![\d.,:])1 (?:capabilities|commands|flags|languages|lists|messages|numbers|octets|parts|searches|UIDs)\b"
)


@dataclass(frozen=True)
class Case:
    """What is wrong, which probe sees it, how bad it calls it, and some of its words."""

    probe: str
    verdict: Verdict
    words: str
    faults: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    writes: bool = False


def not_in_words(results: Iterable[ProbeResult]) -> list[str]:
    """The sentences of these results that no person would write."""
    return [one.says for result in results for one in result.outcomes if _NO_WORDS.search(one.says)]


class Loopback:
    """Opens sessions to an IMAP server on this machine, and logs in with LOGIN. See ``bench.Connector``.

    ``clear``: without TLS from the first octet. ``mailbox``: where to look.
    """

    protocol = "imap"

    def __init__(
        self,
        port: int,
        *,
        user: str = "ana",
        password: str = "secret",
        tls: TlsOptions | None = None,
        clear: bool = True,
        mailbox: str = "INBOX",
    ) -> None:
        self.clear = clear
        self.mailbox = mailbox
        self.opened: list[Session] = []
        self._endpoint = Endpoint("imap", host="127.0.0.1", port=port, implicit_tls=not clear)
        self._login = f"in LOGIN {user} {password}\r\n".encode()
        self._tls = tls or TlsOptions()

    async def connect(
        self, observers: Callable[[Session], Sequence[Observer]], *, login: bool = True, starttls: bool = True
    ) -> Session:
        session = Session(self._endpoint, Nobody(), tls=self._tls, timeout=5.0)
        self.opened.append(session)
        session.observers = list(observers(session))
        await session.open(5.0)
        if login:
            _, status = await session.command([self._login], None)
            assert status.ok, status
        return session

    async def leave(self, session: Session) -> None:
        state = session.engine.state
        if getattr(state, "said_bye", False) or session.owed is not None:
            session.abort()
            return
        try:
            await session.command([b"bye LOGOUT\r\n"], None)
        finally:
            session.close()


async def check(
    connector: Loopback,
    probes: Sequence[Probe],
    *,
    allow_writes: bool = False,
    budget: float = 30.0,
) -> tuple[Bench, dict[str, ProbeResult]]:
    """The bench afterwards, and the results by the ids of the probes. No session is left open."""
    bench = Bench(connector, lambda session: [], allow_writes=allow_writes, mailbox=connector.mailbox)
    results = await run_probes(bench, probes, budget=budget)
    assert not any(session.is_open for session in connector.opened)
    assert not_in_words(results) == []
    return bench, {result.id: result for result in results}


def worse(results: dict[str, ProbeResult], than: Verdict = Verdict.NOTE) -> list[tuple[str, Outcome]]:
    """The outcomes that are worse than a verdict."""
    return [(id_, one) for id_, result in results.items() for one in result.outcomes if one.verdict > than]
