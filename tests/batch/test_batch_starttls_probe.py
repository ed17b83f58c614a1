"""``.starttls --probe`` on servers that drop the command slipped in, run it, answer it in the clear, or refuse."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import pytest
from batch_support import Certificates, Serve, inside, lines
from playbook import Connection, Script

from mailshell.interpreter import starttls_probe


@dataclass(frozen=True)
class Side:
    """What one protocol says. ``greeting`` is that of the session from which the probe is asked for."""

    scheme: str
    greeting: str
    pipelined: bytes
    agrees: bytes
    refuses: bytes
    answer: bytes
    name: str
    end: str


IMAP = Side("imap", "S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready", b"p1 STARTTLS\r\np2 NOOP\r\n", b"p1 OK go\r\n",
            b"p1 NO not \x1b[31mtoday\r\n", b"p2 OK NOOP done\r\n", "STARTTLS", "LOGOUT")  # fmt: skip
POP3 = Side("pop3", "S: +OK ready", b"STLS\r\nNOOP\r\n", b"+OK go\r\n", b"-ERR not \x1b[31mtoday\r\n", b"+OK\r\n",
            "STLS", "QUIT")  # fmt: skip
SIDES = pytest.mark.parametrize("side", [IMAP, POP3], ids=["imap", "pop3"])


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starttls_probe, "_PATIENCE", 0.4)


def probed(
    serve: Serve, side: Side, *script: object, tls: ssl.SSLContext | None = None, options: tuple[str, ...] = ()
) -> list[str]:
    """What the probe says of a server that plays this script behind the command and the one slipped in."""

    def slipped(connection: Connection) -> None:
        assert connection.octets(len(side.pipelined)) == side.pipelined

    probe: Script = [side.greeting, slipped, *script]  # type: ignore[list-item]
    server = serve(f"{side.greeting}\n{side.end}", probe, tls=tls)
    outcome = inside(server.url(side.scheme), *options, "-c", ".starttls --probe")
    assert outcome.status == 0, outcome
    assert "CRITICAL" not in outcome.err
    assert "\x1b" not in outcome.everything
    return outcome.out.splitlines()


@SIDES
def test_a_server_that_drops_it(serve: Serve, certificates: Certificates, side: Side) -> None:
    (told,) = probed(serve, side, side.agrees, "TLS\nSTALL", tls=certificates.good)
    assert told == f"good: NOOP, which was sent in the clear behind {side.name}, was thrown away at the handshake"


@SIDES
def test_a_server_that_runs_it_under_tls(serve: Serve, certificates: Certificates, side: Side) -> None:
    first, second = probed(serve, side, side.agrees, "TLS", side.answer, "STALL", tls=certificates.good)
    assert first.startswith(
        f"CRITICAL: the server ran NOOP under TLS, though it was sent in the clear behind {side.name}"
    )
    assert "somebody on the way can put commands into a protected session" in second


@SIDES
def test_the_certificate_does_not_matter(serve: Serve, certificates: Certificates, side: Side) -> None:
    first, _ = probed(serve, side, side.agrees, "TLS", side.answer, "STALL", tls=certificates.untrusted)
    assert first.startswith("CRITICAL: ")


@SIDES
@pytest.mark.parametrize("apart", [False, True], ids=["at once", "later"])
def test_a_server_that_answers_it_in_the_clear(
    serve: Serve, certificates: Certificates, side: Side, apart: bool
) -> None:
    said = [side.agrees, "WAIT 0.1", side.answer, "STALL"] if apart else [side.agrees + side.answer, "STALL"]
    first, second = probed(serve, side, *said, tls=certificates.good)
    assert first.startswith(f"wrong, but no danger: the server went on in the clear after it had agreed to {side.name}")
    assert second.startswith(f"what it said there: {side.answer.decode().strip()}")


@SIDES
def test_a_server_that_closes_over_it(serve: Serve, certificates: Certificates, side: Side) -> None:
    first, second = probed(serve, side, side.agrees, "CLOSE", tls=certificates.good)
    assert first == (
        f"good: NOOP, which was sent in the clear behind {side.name}, was not run under TLS: the handshake failed"
    )
    assert f"{side.name} alone shows whether that was because of NOOP" in second


@SIDES
def test_a_server_that_closes_after_the_handshake(serve: Serve, certificates: Certificates, side: Side) -> None:
    (told,) = probed(serve, side, side.agrees, "TLS\nCLOSE", tls=certificates.good)
    assert told.startswith(f"good: NOOP, which was sent in the clear behind {side.name}, was not run: ")


@SIDES
def test_a_server_that_refuses(serve: Serve, side: Side) -> None:
    (told,) = probed(serve, side, side.refuses + side.answer, "STALL")
    assert told.startswith(f"nothing was probed: the server refuses {side.name}: ")
    assert r"not \x1b[31mtoday" in told


@SIDES
def test_a_server_that_does_not_answer(serve: Serve, side: Side) -> None:
    server = serve(f"{side.greeting}\n{side.end}", f"{side.greeting}\nSTALL")
    outcome = inside(server.url(side.scheme), "--timeout", "0.3", "-c", ".starttls --probe")
    assert outcome.status == 5
    assert outcome.out == ""


def test_a_server_that_turns_the_second_connection_away(serve: Serve) -> None:
    server = serve(f"{IMAP.greeting}\nLOGOUT", "S: * BYE one is enough")
    outcome = inside(server.url(), "-c", ".starttls --probe")
    assert (outcome.status, outcome.out) == (
        0, "nothing was probed: the server turns the connection away: BYE one is enough\n"
    )  # fmt: skip


def test_it_does_not_log_in_and_the_session_goes_on(serve: Serve, certificates: Certificates) -> None:
    first = f'{IMAP.greeting}\nC: a1 LOGIN fred "geheim"\nS: a1 OK in\nC: a2 NOOP\nS: a2 OK still here\nLOGOUT'
    probe = f"{IMAP.greeting}\nC: p1 STARTTLS\nC: p2 NOOP\nS: p1 OK go\nTLS\nEOF"
    server = serve(first, probe, tls=certificates.good)
    outcome = inside(server.url("imap", "fred"), "--password", "geheim", *lines(".starttls --probe", "NOOP"))
    assert outcome.status == 0
    assert outcome.out.endswith("OK still here\n")
    assert server.received.count(b"geheim") == 1


def test_the_probe_is_traced(serve: Serve, certificates: Certificates) -> None:
    probe = f"{IMAP.greeting}\nC: p1 STARTTLS\nC: p2 NOOP\nS: p1 OK go\nTLS\nEOF"
    server = serve(f"{IMAP.greeting}\nLOGOUT", probe, tls=certificates.good)
    outcome = inside(server.url(), *lines(".debug 2", ".starttls --probe"))
    assert "C:  p1 STARTTLS" in outcome.err
    assert "C:  p2 NOOP" in outcome.err
    assert "--- TLS started: TLSv1.3" in outcome.err


def test_where_there_is_nothing_to_probe(serve: Serve, certificates: Certificates) -> None:
    outcome = inside("-c", ".starttls --probe")
    assert outcome.status == 2
    assert "the probe needs a server; .open URL connects to one" in outcome.err
    server = serve(f"TLS\n{IMAP.greeting}\nLOGOUT", tls=certificates.good)
    outcome = inside(server.url("imaps"), "--insecure", *lines(".starttls --probe", ".starttls --prob"))
    assert outcome.status == 2
    assert "with TLS from the first octet there is no STARTTLS to probe" in outcome.err
    assert ".starttls takes nothing, or --probe" in outcome.err
