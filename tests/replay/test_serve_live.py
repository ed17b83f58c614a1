"""The same programs on a live server and on its recording: imaplib, poplib, IMAPClient, curl and mailshell see no
difference."""

from __future__ import annotations

import imaplib
import os
import poplib
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from imapclient import IMAPClient
from replay_support import load, recorded, served
from servers.server import Server

MESSAGE = (
    b"From: ana@example.org\r\nSubject: one\r\n\r\n.\r\n..two\r\na1 OK not a completion\r\n"
    + (b"x" * 900 + b"\r\n") * 5
)
SERVERS = ["dovecot", "cyrus", "demo"]


def imap_program(port: int, user: str, password: str, cafile: Path | None, starttls: bool) -> list[Any]:
    """What each call of imaplib has given. The server is left as it was found."""
    if starttls:
        client = imaplib.IMAP4("localhost", port, timeout=20)
        client.starttls(ssl.create_default_context(cafile=str(cafile)))
    elif cafile is not None:
        client = imaplib.IMAP4_SSL(
            "localhost", port, ssl_context=ssl.create_default_context(cafile=str(cafile)), timeout=20
        )
    else:
        client = imaplib.IMAP4("localhost", port, timeout=20)
    return [
        client.login(user, password),
        client.list(),
        client.create("Replayed"),
        client.append("Replayed", r"(\Seen)", '"01-Jan-2026 10:00:00 +0000"', MESSAGE),
        client.select("Replayed"),
        client.search(None, "ALL"),
        client.fetch("1:*", "(UID FLAGS ENVELOPE BODYSTRUCTURE BODY.PEEK[])"),
        client.uid("FETCH", "1:*", "(RFC822.SIZE)"),
        client.store("1", "+FLAGS", r"(\Deleted)"),
        client.response("EXISTS"),
        client.expunge(),
        client.close(),
        client.delete("Replayed"),
        client.logout(),
    ]


def pop3_program(port: int, user: str, password: str, cafile: Path | None, starttls: bool) -> list[Any]:
    """What each call of poplib has given."""
    client: poplib.POP3
    if starttls:
        client = poplib.POP3("localhost", port, timeout=20)
        client.stls(ssl.create_default_context(cafile=str(cafile)))
    elif cafile is not None:
        client = poplib.POP3_SSL("localhost", port, context=ssl.create_default_context(cafile=str(cafile)), timeout=20)
    else:
        client = poplib.POP3("localhost", port, timeout=20)
    results = [client.capa(), client.user(user), client.pass_(password), client.stat(), client.list(), client.uidl()]
    return [*results, client.retr(1), client.top(1, 2), client.noop(), client.quit()]


def imapclient_program(port: int, user: str, password: str, cafile: Path | None, starttls: bool) -> list[Any]:
    """What each call of IMAPClient has given. The server is left as it was found."""
    context = ssl.create_default_context(cafile=str(cafile)) if cafile is not None else None
    implicit = cafile is not None and not starttls
    client = IMAPClient("localhost", port, ssl=implicit, ssl_context=context if implicit else None, timeout=20)
    results = [client.starttls(context)] if starttls else []
    results += [client.login(user, password), client.capabilities(), client.list_folders()]
    results += [client.create_folder("Größe & Gewicht")]
    moment = datetime(2026, 1, 1, 10, tzinfo=timezone(timedelta(hours=1)))
    results += [client.append("Größe & Gewicht", MESSAGE, [b"\\Seen"], moment)]
    results += [client.select_folder("Größe & Gewicht")]
    found = client.search(["SEEN", "SUBJECT", "one"])
    items = ["FLAGS", "ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[]", "INTERNALDATE", "RFC822.SIZE"]
    results += [
        list(found),
        dict(client.fetch(found, items)),
        client.idle(),
        client.idle_check(0.2),
        client.idle_done(),
    ]
    results += [client.add_flags(found, [b"\\Deleted"]), client.expunge()]
    results += [client.folder_status("Größe & Gewicht"), client.close_folder()]
    return [*results, client.delete_folder("Größe & Gewicht"), client.logout()]


PROGRAMS: dict[str, Callable[..., list[Any]]] = {
    "imap": imap_program,
    "pop3": pop3_program,
    "imapclient": imapclient_program,
}


def live_url(server: Server, protocol: str, security: str) -> str:
    protocol = "imap" if protocol == "imapclient" else protocol
    port = getattr(server, protocol + ("s" if security == "tls" else ""))
    return f"{protocol}{'s' if security == 'tls' else ''}://localhost:{port}"


def fill(server: Server) -> None:
    client = imaplib.IMAP4("localhost", server.imap)
    client.login(server.user, server.password)
    client.append("INBOX", "", "", MESSAGE)
    client.logout()


@pytest.mark.parametrize("security", ["clear", "tls", "starttls"])
@pytest.mark.parametrize("protocol", PROGRAMS)
@pytest.mark.parametrize("name", SERVERS)
def test_python_gets_the_same(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, protocol: str, security: str
) -> None:
    server: Server = request.getfixturevalue(name)
    if security != "clear" and not server.secure:
        pytest.skip("the demo has no TLS")
    fill(server)
    path = tmp_path / "session.mwire"
    program = PROGRAMS[protocol]
    starttls = security == "starttls"
    with recorded(live_url(server, protocol, security), path, server.cafile) as proxy:
        cafile = proxy.cafile
        if starttls:
            pytest.importorskip("trustme")
            cafile = proxy.certificate()
        live = program(proxy.port, server.user, server.password, cafile, starttls)
    assert server.password not in path.read_text() or len(server.password) < 6
    assert load(path).header.role == "proxy"
    for match, chunks in (("lenient", "recorded"), ("strict", "byte"), ("stateful", "random:5"), ("lenient", "whole")):
        with served(load(path), match=match, chunks=chunks) as replayed:
            for password in (server.password, "another"):
                again = program(replayed.port, server.user, password, replayed.cafile, starttls)
                assert again == live, (match, chunks)
        assert not replayed.report.unplayed
        assert not replayed.report.count


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_two_hundred_clients_at_once(demo: Server, tmp_path: Path, protocol: str) -> None:
    path = tmp_path / "session.mwire"
    program = PROGRAMS[protocol]
    with recorded(live_url(demo, protocol, "clear"), path) as proxy:
        live = program(proxy.port, demo.user, demo.password, None, False)
    results: list[list[Any]] = []
    with served(load(path)) as replayed:

        def work() -> None:
            results.append(program(replayed.port, demo.user, "x", None, False))

        threads = [threading.Thread(target=work) for _ in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(results) == 200
    assert all(result == live for result in results)
    assert replayed.report.clients == 200
    assert not replayed.report.count


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(
    ("protocol", "path", "more"),
    [
        ("imap", "INBOX;MAILINDEX=1", []),
        ("imap", "INBOX", ["-X", "FETCH 1:* (FLAGS)"]),
        ("imap", "", []),
        ("pop3", "1", []),
        ("pop3", "", []),
    ],
)
@pytest.mark.parametrize("name", SERVERS)
def test_curl_gets_the_same(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, protocol: str, path: str, more: list[str]
) -> None:
    server: Server = request.getfixturevalue(name)
    fill(server)

    def curl(port: int) -> bytes:
        command = [
            "curl",
            "-s",
            "-S",
            "-u",
            f"{server.user}:{server.password}",
            f"{protocol}://localhost:{port}/{path}",
        ]
        return subprocess.run([*command, *more], capture_output=True, check=True, timeout=30).stdout

    file = tmp_path / "session.mwire"
    with recorded(live_url(server, protocol, "clear"), file) as proxy:
        live = curl(proxy.port)
    assert live
    with served(load(file)) as replayed:
        assert curl(replayed.port) == live
    assert not replayed.report.count


MAILSHELL = {
    "imap": ["SELECT INBOX", "FETCH 1 (UID FLAGS ENVELOPE BODYSTRUCTURE)", "FETCH 1 BODY.PEEK[]", "IDLE 0.2", "CLOSE"],
    "pop3": ["CAPA", "STAT", "LIST", "UIDL", "RETR 1", "TOP 1 3"],
}


@pytest.mark.parametrize("security", ["clear", "tls", "starttls"])
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize("name", ["dovecot", "cyrus"])
def test_mailshell_gets_the_same(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, protocol: str, security: str
) -> None:
    live_server: Server = request.getfixturevalue(name)
    fill(live_server)
    file = tmp_path / "session.mwire"
    lines = [option for line in MAILSHELL[protocol] for option in ("-c", line)]

    def run(server: Server, *options: str) -> bytes:
        command = [sys.executable, "-m", "mailshell", *server.arguments(protocol, security), *lines, *options]
        environment = {**os.environ, "PW": server.password}
        done = subprocess.run(command, capture_output=True, timeout=60, env=environment)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    live = run(live_server, "--record", str(file))
    with served(load(file)) as replayed:
        ports = {protocol: replayed.port, f"{protocol}s": replayed.port}
        again = Server("replayed", **{"imap": 0, "pop3": 0, **ports}, password="other", cafile=replayed.cafile)
        assert run(again) == live
    assert not replayed.report.count
    assert not replayed.report.unplayed
