"""Fixtures: an event loop in a thread, and a POP3 server on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from demo_background import Background

from mailshell.demo.pop3 import Pop3Demo, start_pop3


@pytest.fixture
def background() -> Iterator[Background]:
    """A running event loop; afterwards there must be nothing that asyncio complained about."""
    running = Background()
    yield running
    running.stop()
    assert running.complaints == []


@pytest.fixture
def pop3(background: Background) -> Iterator[Pop3Demo]:
    """A POP3 server over the sample."""
    server = background.run(start_pop3())
    yield server
    background.run(server.close())
