"""Servers that play scripts, and certificates for them."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from batch_support import Certificates, Serve
from playbook import PlaybookServer, Script


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that plays these scripts; in the end everything must have gone as they say."""
    servers: list[PlaybookServer] = []

    def start(*scripts: Script | str, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> PlaybookServer:
        steps = [[script] if isinstance(script, str) else script for script in scripts]
        servers.append(PlaybookServer(*steps, tls=tls, host=host))
        return servers[-1]

    yield start
    for server in servers:
        server.finish()
    assert [problem for server in servers for problem in server.problems] == []


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder: Path = tmp_path_factory.mktemp("certificates")
    authority, stranger = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))

    def context(certificate: trustme.LeafCert) -> ssl.SSLContext:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(made)
        return made

    return Certificates(
        context(authority.issue_cert("127.0.0.1", "localhost")),
        context(authority.issue_cert("mail.example.org")),
        context(stranger.issue_cert("127.0.0.1")),
        str(folder / "ca.pem"),
    )
