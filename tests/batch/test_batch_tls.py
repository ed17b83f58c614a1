"""TLS: from the start, by STARTTLS and STLS, refused, injected into, and with the wrong certificate."""

from __future__ import annotations

import subprocess
import time

import pytest
from batch_support import PATIENCE, Certificates, Serve, command, inside, lines, spawn

IMAP = "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready"
STARTTLS = f"{IMAP}\nC: a1 STARTTLS\nS: a1 OK go"
STLS = "S: +OK ready\nC: STLS\nS: +OK go"
UPGRADES = pytest.mark.parametrize(("scheme", "script", "end"), [("imap", STARTTLS, "LOGOUT"), ("pop3", STLS, "QUIT")])


@pytest.mark.parametrize(("scheme", "greeting", "end"), [("imaps", IMAP, "LOGOUT"), ("pop3s", "S: +OK", "QUIT")])
def test_tls_from_the_start(serve: Serve, certificates: Certificates, scheme: str, greeting: str, end: str) -> None:
    answer = "$1OK" if scheme == "imaps" else "+OK"
    server = serve(f"TLS\n{greeting}\nC~ (a1 )?NOOP\nS: {answer}\n{end}", tls=certificates.good)
    outcome = command(server.url(scheme), "--cafile", certificates.cafile, "-c", "NOOP")
    assert outcome.status == 0
    assert "OK" in outcome.out


@UPGRADES
def test_upgrade(serve: Serve, certificates: Certificates, scheme: str, script: str, end: str) -> None:
    server = serve(f"{script}\nTLS\n{end}", tls=certificates.good)
    outcome = command(server.url(scheme), "--cafile", certificates.cafile, "--tls", "starttls", "-d", "1")
    assert outcome.status == 0
    assert "TLSv1" in outcome.err


@UPGRADES
def test_typed_upgrade(serve: Serve, certificates: Certificates, scheme: str, script: str, end: str) -> None:
    server = serve(f"{script}\nTLS\n{end}", tls=certificates.good)
    typed = "STARTTLS" if scheme == "imap" else "STLS"
    outcome = inside(server.url(scheme), "--cafile", certificates.cafile, "-c", typed)
    assert outcome.status == 0
    assert "certificate verified for 127.0.0.1" in outcome.err


def test_the_password_goes_only_through_tls(serve: Serve, certificates: Certificates) -> None:
    script = f'{STARTTLS}\nTLS\nC: a2 LOGIN fred "geheim"\nS: a2 OK in\nLOGOUT'
    server = serve(script, tls=certificates.good)
    arguments = ["--cafile", certificates.cafile, "--tls", "starttls", "--password", "geheim"]
    assert inside(server.url("imap", "fred"), *arguments).status == 0


@pytest.mark.parametrize(
    ("scheme", "script"),
    [
        ("imap", f"{IMAP}\nC: a1 STARTTLS\nS: a1 NO not today\nEOF"),
        ("imap", f"{IMAP}\nC: a1 STARTTLS\nS: a1 BAD not today\nEOF"),
        ("pop3", "S: +OK\nC: STLS\nS: -ERR not today\nEOF"),
    ],
)
def test_a_refused_upgrade_ends_the_run_and_nothing_more_is_sent(serve: Serve, scheme: str, script: str) -> None:
    arguments = ["--tls", "starttls", "--password", "geheim", "-c", "NOOP"]
    outcome = command(serve(script).url(scheme, "fred"), *arguments)
    assert outcome.status == 3
    assert "refused TLS" in outcome.err
    assert "not today" in outcome.err


def test_a_server_that_greets_with_preauth_does_not_keep_the_session_in_the_clear(serve: Serve) -> None:
    script = "S: * PREAUTH [CAPABILITY IMAP4rev1] in\nC: a1 STARTTLS\nS: a1 BAD not in this state\nEOF"
    outcome = command(serve(script).url("imap", "fred"), "--tls", "starttls", "--password", "geheim", "-c", "NOOP")
    assert outcome.status == 3
    assert "refused TLS, and going on in the clear was not asked for" in outcome.err


def test_a_refused_typed_upgrade_is_a_refusal_like_any_other(serve: Serve) -> None:
    server = serve(f"{IMAP}\nC: a1 STARTTLS\nS: a1 NO not today\nC: a2 NOOP\nS: a2 OK\nLOGOUT")
    outcome = inside(server.url(), *lines("STARTTLS", "NOOP"))
    assert (outcome.status, outcome.out) == (1, "NO not today\nOK\n")


@UPGRADES
def test_what_is_injected_before_the_handshake_is_discarded(
    serve: Serve, certificates: Certificates, scheme: str, script: str, end: str
) -> None:
    *before, answer = script.splitlines()
    injected = "* 999 EXISTS" if scheme == "imap" else "+OK injected"
    octets = f"{answer.removeprefix('S: ')}\r\n{injected}\r\n\x1b[31mmore".encode()
    server = serve(["\n".join(before), octets, f"TLS\n{end}"], tls=certificates.good)
    outcome = command(server.url(scheme), "--cafile", certificates.cafile, "--tls", "starttls", "-d", "2")
    assert outcome.status == 0
    assert "CRITICAL" in outcome.err
    assert f"{len(injected) + 2 + 9} octets came in the clear" in outcome.err
    assert "999 messages" not in outcome.err
    assert "\x1b" not in outcome.everything


@UPGRADES
def test_what_is_injected_into_the_handshake_breaks_it(
    serve: Serve, certificates: Certificates, scheme: str, script: str, end: str
) -> None:
    server = serve([script, "WAIT 0.05", b"* 999 EXISTS\r\n+OK\r\n", "STALL"], tls=certificates.good)
    outcome = inside(server.url(scheme), "--cafile", certificates.cafile, "--tls", "starttls", "-c", "NOOP")
    assert outcome.status == 3
    assert "plain text" in outcome.err


@pytest.mark.parametrize("way", ["implicit", "starttls"])
@pytest.mark.parametrize(("certificate", "words"), [("other_name", "mail.example.org"), ("untrusted", "not trusted")])
def test_a_wrong_certificate(serve: Serve, certificates: Certificates, way: str, certificate: str, words: str) -> None:
    before = STARTTLS if way == "starttls" else ""
    server = serve(f"{before}\nTLS-BROKEN", tls=getattr(certificates, certificate))
    arguments = ["--cafile", certificates.cafile, "--tls", way, "--password", "geheim", "-c", "NOOP"]
    outcome = command(server.url("imap", "fred"), *arguments)
    assert outcome.status == 3
    assert words in outcome.err
    assert b"geheim" not in server.received


def test_any_certificate_if_asked_for(serve: Serve, certificates: Certificates) -> None:
    server = serve(f"TLS\n{IMAP}\nLOGOUT", tls=certificates.untrusted)
    assert inside(server.url("imaps"), "--insecure").status == 0


def test_no_such_file_of_certificates() -> None:
    outcome = inside("imaps://127.0.0.1:1", "--cafile", "/nonexistent/ca.pem", "-c", "NOOP")
    assert outcome.status == 3
    assert "/nonexistent/ca.pem" in outcome.err


def test_a_server_in_the_clear_where_tls_is_expected(serve: Serve) -> None:
    outcome = command(serve(f"{IMAP}\nSTALL").url("imaps"), "-c", "NOOP")
    assert outcome.status == 3
    assert "does not speak TLS" in outcome.err


def test_a_server_that_expects_tls_where_it_is_clear(serve: Serve, certificates: Certificates) -> None:
    outcome = command(serve("TLS-BROKEN", tls=certificates.good).url("imap"), "--timeout", "0.3", "-c", "NOOP")
    assert outcome.status == 5
    assert "a port that expects TLS waits like this" in outcome.err


def test_an_upgrade_that_is_answered_late_is_carried_out_before_the_next_command(
    serve: Serve, certificates: Certificates
) -> None:
    script = f"{IMAP}\nC: a1 STARTTLS\nWAIT 0.3\nS: a1 OK go\nTLS\nC: a2 NOOP\nS: a2 OK safe\nLOGOUT"
    server = serve(script, tls=certificates.good)
    arguments = ["--cafile", certificates.cafile, "--timeout", "0.2"]
    process = spawn(server.url(), *arguments, stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"STARTTLS\n")
    process.stdin.flush()
    server.wait_for(b"STARTTLS")
    time.sleep(0.4)
    out, err = process.communicate(b"NOOP\n", PATIENCE)
    assert (process.returncode, out) == (5, b"OK safe\n")
    assert b"late answer to a1 STARTTLS" in err
