"""Why a TLS handshake fails: each cause has a sentence of its own and exit 3, and the chain can be looked at."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from batch_support import Outcome, Serve, command, inside, lines
from certificates import Issued, issue, server_context
from cryptography.hazmat.primitives.asymmetric import rsa

HOSTS = ("127.0.0.1", "localhost")
STARTTLS = "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready\nC: a1 STARTTLS\nS: a1 OK go"
STLS = "S: +OK ready\nC: STLS\nS: +OK go"
ROOT = issue("Root")
STRANGER = issue("Stranger")
BETWEEN = issue("Between", ROOT)

#: What the server presents, what the sentence says, the check that failed.
CHAINS: dict[str, tuple[Callable[[], list[Issued]], str, str]] = {
    "expired": (
        lambda: [issue("h", ROOT, hosts=HOSTS, days=(-9, -1))],
        "the certificate of 127.0.0.1:PORT expired on ",
        "expiry",
    ),
    "not yet valid": (
        lambda: [issue("h", ROOT, hosts=HOSTS, days=(1, 9))],
        "the certificate of 127.0.0.1:PORT is not valid before ",
        "not valid yet",
    ),
    "wrong name": (
        lambda: [issue("h", ROOT, hosts=("mail.example.org", "192.0.2.7"))],
        "is not for the name 127.0.0.1 (it is for mail.example.org, 192.0.2.7)",
        "name",
    ),
    "self-signed": (lambda: [issue("h", hosts=HOSTS)], " is self-signed: ", "self-signed"),
    "unknown issuer": (
        lambda: [issue("h", STRANGER, hosts=HOSTS), STRANGER],
        "its chain ends in a self-signed certificate that is not trusted here",
        "issuer",
    ),
    "missing intermediate": (
        lambda: [issue("h", BETWEEN, hosts=HOSTS)],
        "it was issued by CN=Between, which is not trusted here, and the server sent no other certificate",
        "issuer",
    ),
    "missing root": (
        lambda: [issue("h", between := issue("Other", STRANGER), hosts=HOSTS), between],
        "its chain of 2 certificates ends below CN=Stranger, which is not trusted here",
        "issuer",
    ),
    "expired intermediate": (
        lambda: [issue("h", between := issue("Old", ROOT, days=(-9, -1)), hosts=HOSTS), between],
        "a certificate in the chain of 127.0.0.1:PORT (number 2) expired on ",
        "expiry",
    ),
    "intermediate of tomorrow": (
        lambda: [issue("h", between := issue("New", ROOT, days=(1, 9)), hosts=HOSTS), between],
        "a certificate in the chain of 127.0.0.1:PORT (number 2) is not valid before ",
        "not valid yet",
    ),
    "short key": (
        lambda: [issue("h", ROOT, hosts=HOSTS, key=rsa.generate_private_key(65537, 1024))],
        " is too weak: its key is too short",
        "strength",
    ),
}


@pytest.fixture(scope="module")
def cafile(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("failures") / "root.pem"
    file.write_bytes(ROOT.pem)
    return str(file)


def told(outcome: Outcome, port: int) -> str:
    """The one sentence of a run that failed."""
    assert outcome.status == 3, outcome
    assert len(outcome.messages) == 1, outcome.messages
    return outcome.messages[0].replace(f":{port}", ":PORT")


@pytest.mark.parametrize("case", CHAINS)
def test_the_sentence_the_check_and_the_chain(serve: Serve, cafile: str, case: str) -> None:
    make, words, check = CHAINS[case]
    chain = make()
    server = serve("TLS-BROKEN", tls=server_context(*chain))
    outcome = inside("--cafile", cafile, *lines(f".open {server.url('imaps')}", ".tls"))
    sentence = told(outcome, server.port)
    assert words in sentence
    assert "--insecure" in sentence
    first, second, *rows = outcome.out.splitlines()
    assert first.startswith(
        "TLS          failed: the certificate of " if words[0] != "a" else "TLS          failed: a "
    )
    assert second == f"check        {check} (of the certificate) is what failed"
    prints = [row.split()[1] for row in rows if row.startswith("  SHA-256")]
    assert prints == [hashlib.sha256(one.der).hexdigest() for one in chain]
    others = {words for name, (_, words, _) in CHAINS.items() if name != case and words != CHAINS[case][1]}
    assert not [other for other in others if other in sentence]


@pytest.mark.parametrize("case", CHAINS)
def test_insecure_takes_it_and_shows_the_same_chain(serve: Serve, case: str) -> None:
    chain = CHAINS[case][0]()
    script = "TLS\nS: * OK [CAPABILITY IMAP4rev1] ready\nLOGOUT"
    server = serve(script, tls=server_context(*chain))
    outcome = inside(server.url("imaps"), "--insecure", "-c", ".tls")
    assert outcome.status == 0
    assert "verified     NO: any certificate is accepted (--insecure)" in outcome.out
    assert f"certificate 1 of {len(chain)}, the server's own" in outcome.out


@pytest.mark.parametrize(("scheme", "script"), [("imap", STARTTLS), ("pop3", STLS)])
def test_after_starttls_too(serve: Serve, cafile: str, scheme: str, script: str) -> None:
    server = serve(f"{script}\nTLS-BROKEN", tls=server_context(*CHAINS["expired"][0]()))
    typed = "STARTTLS" if scheme == "imap" else "STLS"
    outcome = inside(server.url(scheme), "--cafile", cafile, *lines(typed, ".tls", ".tls --save /dev/null"))
    assert outcome.status == 3
    assert " expired on " in outcome.err
    assert "check        expiry (of the certificate) is what failed" in outcome.out
    assert "/dev/null exists already" in outcome.err


def test_the_chain_of_a_failure_is_saved(serve: Serve, cafile: str, tmp_path: Path) -> None:
    chain = CHAINS["unknown issuer"][0]()
    server = serve("TLS-BROKEN", tls=server_context(*chain))
    saved = tmp_path / "chain.pem"
    outcome = inside("--cafile", cafile, *lines(f".open {server.url('imaps')}", f".tls --save {saved}"))
    assert outcome.status == 3
    assert outcome.out == f"2 certificates in PEM form in {saved}\n"
    assert saved.read_bytes() == b"".join(one.pem for one in chain)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_a_server_that_is_too_old(serve: Serve, cafile: str) -> None:
    context = server_context(issue("h", ROOT, hosts=HOSTS))
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    server = serve("TLS-BROKEN", "TLS\nS: * OK [CAPABILITY IMAP4rev1] ready\nLOGOUT", tls=context)
    failed = told(inside(server.url("imaps"), "--cafile", cafile, "-c", "NOOP"), server.port)
    assert "speaks no TLS version that is accepted here: mostly it is too old (below 1.2)" in failed
    assert "--tls-min 1.0" in failed
    outcome = inside(server.url("imaps"), "--cafile", cafile, "--tls-min", "1.0", "-c", ".tls")
    assert outcome.status == 0
    assert outcome.out.startswith("TLS          TLSv1.1, ")


def test_no_cipher_in_common(serve: Serve, cafile: str) -> None:
    context = server_context(issue("h", ROOT, hosts=HOSTS))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384")
    server = serve("TLS-BROKEN", tls=context)
    arguments = ["--cafile", cafile, "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256", "-c", "NOOP"]
    assert "have no TLS cipher in common" in told(inside(server.url("imaps"), *arguments), server.port)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("CLOSE", "closed the connection in the middle of the TLS handshake"),
        ("WAIT 0.05\nRESET", "reset the connection in the middle of the TLS handshake"),
        ("STALL", "did not finish the TLS handshake within 0."),
        (
            "S: * OK \x1b[31mready\nSTALL",
            "does not speak TLS on this port (it sent plain text '* OK \\\\x1b[31mready')",
        ),
        ("S: HTTP/1.1 400 Bad Request\nSTALL", "does not speak TLS on this port (it sent plain text 'HTTP/1.1 400 "),
    ],
)
def test_a_server_that_stops_or_speaks_otherwise(serve: Serve, script: str, words: str) -> None:
    server = serve(script)
    outcome = inside("--connect-timeout", "0.4", *lines(f".open {server.url('imaps')}", ".tls"))
    assert words in told(outcome, server.port)
    assert outcome.out.endswith("chain        no certificate came\n")
    assert "check" not in outcome.out.replace("check that", "")
    assert "\x1b" not in outcome.everything


@pytest.mark.parametrize("ending", ["STALL", "CLOSE"])
def test_a_server_that_stops_after_its_certificate(serve: Serve, cafile: str, ending: str) -> None:
    # A record that stops short of its length: the server's part of the handshake has begun and never ends.
    server = serve([b"\x16\x03\x03\x00\x7a\x02", ending])
    outcome = inside(server.url("imaps"), "--cafile", cafile, "--connect-timeout", "0.4")
    words = "did not finish the TLS handshake within" if ending == "STALL" else "in the middle of the TLS handshake"
    assert words in told(outcome, server.port)


def test_a_server_that_stops_after_starttls(serve: Serve) -> None:
    outcome = inside(serve(f"{STARTTLS}\nSTALL").url(), "--timeout", "0.3", "-c", "STARTTLS")
    assert outcome.status == 3
    assert "did not finish the TLS handshake within 0.3 s" in outcome.err


def test_a_failure_is_traced_with_the_chain(serve: Serve, cafile: str) -> None:
    chain = CHAINS["expired"][0]()
    server = serve("TLS-BROKEN", tls=server_context(*chain))
    outcome = command(server.url("imaps"), "--cafile", cafile, "-d", "4")
    assert outcome.status == 3
    assert "TLS handshake begins for 127.0.0.1" in outcome.err
    assert f"certificate 1 of 1: SHA-256 {hashlib.sha256(chain[0].der).hexdigest()}" in outcome.err
    assert "TLS failed: the certificate of 127.0.0.1" in outcome.err


def test_tls_where_there_was_none(serve: Serve) -> None:
    outcome = inside(serve("S: * OK ready\nLOGOUT").url(), *lines(".tls", ".tls --save x", ".tls --sav", ".close"))
    assert outcome.status == 2
    assert outcome.out == "no TLS; STARTTLS starts it, if the server offers it\n"
    assert "has sent no certificate, so there is none to save" in outcome.err
    assert ".tls takes nothing, or --save FILE" in outcome.err
    outcome = inside(*lines(".open imap://127.0.0.1:1", ".tls"))
    assert (outcome.status, outcome.out) == (3, "")
    assert "there was no TLS on this connection: the connection could not be made" in outcome.err
