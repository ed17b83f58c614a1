"""Fixtures: the real servers, each started once. Where one can't run, its tests are skipped and say why.

With ``CI=true`` in the environment they fail instead: there a missing server is a fault of the set-up.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from servers.cyrus import start_cyrus
from servers.demo import start_demo
from servers.dovecot import start_dovecot
from servers.server import Server, Unavailable


def _run(start: Callable[[], Server]) -> Iterator[Server]:
    try:
        server = start()
    except Unavailable as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"a real server is missing: {error}")
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Server]:
    yield from _run(start_dovecot)


@pytest.fixture(scope="session")
def cyrus() -> Iterator[Server]:
    yield from _run(start_cyrus)


@pytest.fixture(scope="session")
def demo() -> Iterator[Server]:
    yield from _run(start_demo)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Server:
    """The server that the test's parameter names."""
    started: Server = request.getfixturevalue(request.param)
    return started
