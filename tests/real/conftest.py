"""Fixtures: the real servers, each started once. Where one can't run, its tests are skipped and say why.

With ``CI=true`` in the environment they fail instead: there a missing server is a fault of the set-up. What Dovecot and
Cyrus say in the tests is linted when they end (``real.heard``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from servers.cyrus import start_cyrus
from servers.demo import start_demo
from servers.dovecot import start_dovecot
from servers.server import Server

from real.heard import EARS, unconfirmed
from real.started import started


def _run_overheard(start: Callable[[], Server]) -> Iterator[Server]:
    """Fails at the end if the server has been blamed for something that is not confirmed."""
    with EARS:
        before = EARS.files()
        for server in started(start):
            yield server
        found = unconfirmed(server, before)
    if found:
        pytest.fail("not in confirmed_findings.txt:\n" + "\n".join(found), pytrace=False)


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Server]:
    yield from _run_overheard(start_dovecot)


@pytest.fixture(scope="session")
def cyrus() -> Iterator[Server]:
    yield from _run_overheard(start_cyrus)


@pytest.fixture(scope="session")
def demo() -> Iterator[Server]:
    yield from started(start_demo)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server:
    """The server that the test's parameter names."""
    started: Server = request.getfixturevalue(request.param)
    return started
