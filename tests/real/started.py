"""Starts a server for a fixture, and ends it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from servers.server import Server, Unavailable


def started(start: Callable[[], Server]) -> Iterator[Server]:
    """The server, until nobody needs it. Where it can't run the test is skipped; with ``CI=true`` it fails."""
    try:
        server = start()
    except Unavailable as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"a real server is missing: {error}")
        pytest.skip(str(error))
    yield server
    server.stop()
