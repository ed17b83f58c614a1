"""Each misbehaviour of IMAP, provoked over a socket as its record says, is found; with the good server it is not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from own_address import own_address
from provoking_imap import hastened, provoke

from mailshell.demo.imap import ImapDemo, start_imap
from mailshell.demo.mailbox import PASSWORD, USER
from mailshell.demo.misbehaving import Misbehaving
from mailshell.lint.finding import Finding
from mailshell.lint.session import TABLES as RULES
from mailshell.misbehave.between import Trouble
from mailshell.misbehave.misbehaviour import Misbehaviour
from mailshell.misbehave.table import TABLES
from mailshell.transport.endpoint import parse_url

pytest.importorskip("pymap")

T = TypeVar("T")
ALL = TABLES["imap"]
HERE = "127.0.0.1"
#: What is found in a session with the good server too, and why.
ALONE = {
    "login-after-refusal": "it is the client that goes on in the clear; the demonstration has no TLS, and refuses it",
}


class Server:
    """The demonstration's server in a loop of its own, for the whole module."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.good: ImapDemo = self.run(start_imap(HERE))

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout=30)

    def session(self, one: Misbehaviour, path: Path, *, misbehaves: bool, host: str = HERE) -> list[Finding]:
        """What is found when the lines of this misbehaviour are typed. ``path``: a folder."""
        return self.run(self._session(one, path / "memory", misbehaves, host))

    async def _session(self, one: Misbehaviour, remembered: Path, misbehaves: bool, host: str) -> list[Finding]:
        between = Misbehaving("imap", Trouble({"imap": (hastened(one),) if misbehaves else ()}), HERE, self.good.port)
        try:
            await between.open(host, 0)
            endpoint = parse_url(f"imap://{USER}:{PASSWORD}@{host}:{between.port}")
            return await provoke(endpoint, one, remembered, until=one.rule if misbehaves else "")
        finally:
            await between.close()

    def stop(self) -> None:
        self.run(self.good.close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=5)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


def test_every_rule_has_a_misbehaviour() -> None:
    assert set(ALL) == set(RULES["imap"])


@pytest.mark.parametrize("one", ALL.values(), ids=lambda one: one.rule)
def test_it_is_provoked_and_found(one: Misbehaviour, server: Server, tmp_path: Path) -> None:
    host = own_address() if one.remote else HERE
    if host is None:
        pytest.skip("this machine has no address but that of loopback, where the rule does not hold")
    found = server.session(one, tmp_path, misbehaves=True, host=host)
    assert one.rule in [finding.rule.name for finding in found]


@pytest.mark.parametrize("one", ALL.values(), ids=lambda one: one.rule)
def test_the_lines_alone_do_not_provoke_it(one: Misbehaviour, server: Server, tmp_path: Path) -> None:
    found = server.session(one, tmp_path, misbehaves=False)
    assert (one.rule in [finding.rule.name for finding in found]) is (one.rule in ALONE)
