"""The pytest plugin: tests of mail clients against recordings.

    @pytest.mark.mailwire("login.mwire")
    def test_login(mailwire):
        imaplib.IMAP4(mailwire.host, mailwire.port).login("ana", "any password")

The file stands beside the test. ``--mailwire-mode`` says what becomes of it: ``none``, the default, only serves it;
``once`` records it from ``--mailwire-server`` if it is missing; ``rewrite`` and ``all`` record it anew, and ``all``
keeps what was there, as ``NAME.old.mwire``.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mailshell.replay.serving.proxy import RecordingProxy
    from mailshell.replay.serving.server import RecordingServer

MODES = ("none", "once", "rewrite", "all")
_MARK = 'mailwire(file, *, match="lenient", timing="instant", chunks="recorded"): the recording that is served'


@dataclass(frozen=True, slots=True)
class Mailwire:
    """Where the client under test connects to. ``cafile``: the certificate to trust, if there is TLS."""

    host: str
    port: int
    url: str
    cafile: Path | None = None


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mailwire", "recorded mail servers (mailshell)")
    group.addoption("--mailwire-mode", choices=MODES, default="none", help="whether recordings are made (default none)")
    group.addoption("--mailwire-server", metavar="URL", help="the server to record from")
    group.addoption("--mailwire-cafile", metavar="FILE", help="trust the certificates in this file for that server")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARK)


@pytest.fixture
def mailwire(request: pytest.FixtureRequest) -> Iterator[Mailwire]:
    """The server of the recording that the marker names."""
    marker = request.node.get_closest_marker("mailwire")
    if marker is None or len(marker.args) != 1:
        pytest.fail('the fixture mailwire needs a marker: @pytest.mark.mailwire("file.mwire")', pytrace=False)
    path = request.path.parent / marker.args[0]
    if _records(request.config, path):
        yield from _record(request.config, path)
    else:
        yield from _replay(path, **marker.kwargs)


def _records(config: pytest.Config, path: Path) -> bool:
    """Whether the recording is to be made; what was there is out of the way then."""
    mode = config.getoption("--mailwire-mode")
    exists = path.exists()
    if not exists and mode == "none":
        pytest.fail(f"{path} is missing; --mailwire-mode=once --mailwire-server=URL records it", pytrace=False)
    if exists and mode in ("none", "once"):
        return False
    if config.getoption("--mailwire-server") is None:
        pytest.fail(f"{path} is to be recorded, and --mailwire-server does not say from where", pytrace=False)
    return True


def _replay(
    path: Path, *, match: str = "lenient", timing: str = "instant", chunks: str = "recorded"
) -> Iterator[Mailwire]:
    from mailshell.exits import UsageError
    from mailshell.recording.octets import UnreadableRecording
    from mailshell.recording.reader import open_recording
    from mailshell.replay.script_writer import read_script
    from mailshell.replay.serving.conversation import FAIL, Rules
    from mailshell.replay.serving.delivery import read_delivery
    from mailshell.replay.serving.server import RecordingServer

    try:
        script = read_script(open_recording(path))
        rules = Rules(match, FAIL, read_delivery(timing, chunks))
    except (UnreadableRecording, UsageError, OSError) as error:
        pytest.fail(f"{path}: {error}", pytrace=False)
    server = RecordingServer(script, rules)
    with _running(server):
        yield Mailwire("127.0.0.1", server.port, server.url, server.cafile)
    report = server.report
    if report.count or report.unplayed:
        pytest.fail("\n".join([f"{path} was not played as recorded", *report.lines()]), pytrace=False)


def _record(config: pytest.Config, path: Path) -> Iterator[Mailwire]:
    from mailshell.replay.serving.proxy import RecordingProxy
    from mailshell.transport.endpoint import EndpointError, parse_url
    from mailshell.transport.tls import TlsOptions

    try:
        endpoint = parse_url(config.getoption("--mailwire-server"))
    except EndpointError as error:
        pytest.fail(f"--mailwire-server: {error}", pytrace=False)
    # The old recording stays until there is a new one.
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    proxy = RecordingProxy(endpoint, fresh, TlsOptions(cafile=config.getoption("--mailwire-cafile")))
    with _running(proxy):
        yield Mailwire("127.0.0.1", proxy.port, proxy.url, proxy.cafile)
    if proxy.problems:
        fresh.unlink(missing_ok=True)
        pytest.fail(f"{path} was not recorded: {proxy.problems[0]}", pytrace=False)
    if not fresh.exists():
        pytest.fail(f"{path} was not recorded: the test did not connect", pytrace=False)
    if config.getoption("--mailwire-mode") == "all" and path.exists():
        path.replace(path.with_suffix(".old.mwire"))
    fresh.replace(path)


@contextlib.contextmanager
def _running(server: RecordingServer | RecordingProxy) -> Iterator[None]:
    from mailshell.exits import UsageError
    from mailshell.replay.serving.background import Background

    background = Background(server)
    try:
        background.__enter__()
    except UsageError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        yield
    finally:
        background.__exit__(None, None, None)
