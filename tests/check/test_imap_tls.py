"""STARTTLS, the certificate, what changes with TLS, and what is slipped in, on servers good and bad."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme
from check.check_support import Loopback, check
from check.imap_responder import Conversation, Responder

from mailshell.check import injection
from mailshell.check.imap import tls
from mailshell.check.outcome import Outcome, Verdict
from mailshell.transport.tls import TlsOptions

PROBES = {probe.id: probe for probe in tls.PROBES}


class Trust:
    """A server's certificate, and a file of whom to trust."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        self.cafile = str(folder / "ca.pem")
        self.good = self._context(authority.issue_cert("127.0.0.1"))
        self.other_name = self._context(authority.issue_cert("mail.example.org"))

    def _context(self, certificate: trustme.LeafCert) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return Trust(tmp_path_factory.mktemp("trust"))


def found(trust: Trust, probe: str, *, clear: bool = True, insecure: bool = False, **options: Any) -> list[Outcome]:
    """What a probe tells of a server with these options."""

    async def run() -> list[Outcome]:
        async with Responder(**options) as server:
            connector = Loopback(server.port, tls=TlsOptions(cafile=trust.cafile, insecure=insecure), clear=clear)
            _, results = await check(connector, [PROBES[probe]])
            return results[probe].outcomes

    return asyncio.run(run())


def told(outcomes: list[Outcome]) -> list[tuple[Verdict, str]]:
    return [(one.verdict, one.says) for one in outcomes]


def test_a_good_server(trust: Trust) -> None:
    outcomes = found(trust, "starttls", tls=trust.good)
    assert [one.verdict for one in outcomes] == [Verdict.NOTE] + [Verdict.GOOD] * 4
    assert outcomes[0].says == "passwords may be sent in the clear: AUTH=PLAIN, LOGIN"
    assert outcomes[1].says == "STARTTLS works"
    assert "TLSv1.3" in outcomes[2].says
    assert outcomes[3].says == "ways to log in under TLS: AUTH=PLAIN"
    assert outcomes[4].says == "STARTTLS under TLS is answered with BAD"


def test_a_certificate_for_another_name(trust: Trust) -> None:
    outcomes = found(trust, "starttls", tls=trust.other_name)
    assert (Verdict.WARNING, True) in [(one.verdict, "the certificate does not pass" in one.says) for one in outcomes]
    # It is looked at all the same.
    assert outcomes[-1].says == "STARTTLS under TLS is answered with BAD"


def test_what_insecure_lets_pass_is_told(trust: Trust) -> None:
    outcomes = found(trust, "starttls", insecure=True, tls=trust.other_name)
    assert (Verdict.WARNING, "certificate") in [(one.verdict, one.about) for one in outcomes]
    assert outcomes[-1].says == "STARTTLS under TLS is answered with BAD"
    outcomes = found(trust, "tls", insecure=True, clear=False, implicit=trust.other_name)
    (fault,) = [one for one in outcomes if one.about == "certificate"]
    assert fault.verdict is Verdict.WARNING
    assert fault.says.startswith("the certificate does not pass: ")
    assert outcomes[-1].says == "STARTTLS under TLS is answered with BAD"


def test_a_good_certificate_passes_with_insecure_too(trust: Trust) -> None:
    outcomes = found(trust, "tls", insecure=True, clear=False, implicit=trust.good)
    assert [one.verdict for one in outcomes if one.about == "certificate"] == [Verdict.GOOD]


def test_refused(trust: Trust) -> None:
    outcomes = found(trust, "starttls")
    assert told(outcomes)[1:] == [(Verdict.ERROR, "STARTTLS is advertised and refused: NO none here")]


def test_not_advertised(trust: Trust) -> None:
    async def run() -> list[Outcome]:
        async with Responder(before_login="IMAP4rev1 AUTH=PLAIN") as server:
            _, results = await check(Loopback(server.port), list(PROBES.values()))
            return [results[id_].outcomes[-1] for id_ in ("starttls", "starttls-injection")]

    assert [one.verdict for one in asyncio.run(run())] == [Verdict.NOT_OFFERED] * 2


def test_no_handshake(trust: Trust) -> None:
    outcomes = found(trust, "starttls", faults={"STARTTLS": "TAG OK begin\n* OK not really TLS"})
    assert outcomes[-1].verdict is Verdict.ERROR
    assert outcomes[-1].says.startswith("no TLS comes about after STARTTLS: ")


def capabilities(names: str) -> Any:
    """CAPABILITY with other names under TLS."""

    def answer(conversation: Conversation, tag: str, rest: str) -> str:
        return f"* CAPABILITY {names}\nTAG OK done" if conversation.tls else conversation._good(rest)

    return {"CAPABILITY": answer}


@pytest.mark.parametrize(
    ("names", "verdict", "says"),
    [
        ("IMAP4rev1 STARTTLS", Verdict.WARNING, "STARTTLS is still advertised under TLS"),
        (
            "IMAP4rev1 LOGINDISABLED",
            Verdict.ERROR,
            "under TLS LOGINDISABLED is advertised and no AUTH=: nobody can log in",
        ),
        ("IMAP4rev1 LOGINDISABLED AUTH=GSSAPI", Verdict.GOOD, "ways to log in under TLS: AUTH=GSSAPI"),
        ("IMAP4rev1", Verdict.GOOD, "LOGIN is the way to log in under TLS"),
    ],
)
def test_what_changes_with_tls(trust: Trust, names: str, verdict: Verdict, says: str) -> None:
    assert (verdict, says) in told(found(trust, "starttls", tls=trust.good, faults=capabilities(names)))


@pytest.mark.parametrize(("answer", "verdict"), [("TAG OK again", Verdict.WARNING), ("TAG NO", Verdict.NOTE)])
def test_starttls_under_tls(trust: Trust, answer: str, verdict: Verdict) -> None:
    def starttls(conversation: Conversation, tag: str, rest: str) -> str:
        return answer if conversation.tls else "TAG OK begin"

    assert found(trust, "starttls", tls=trust.good, faults={"STARTTLS": starttls})[-1].verdict is verdict


def test_what_was_slipped_in_is_dropped(trust: Trust, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(injection, "_BRIEF", 0.3)
    (outcome,) = found(trust, "starttls-injection", tls=trust.good)
    assert outcome.verdict is Verdict.GOOD
    assert outcome.says == "NOOP, which was sent in the clear behind STARTTLS, was thrown away at the handshake"


def test_what_was_slipped_in_is_run(trust: Trust) -> None:
    (outcome,) = found(trust, "starttls-injection", tls=trust.good, lets_slip_in=True)
    assert outcome.verdict is Verdict.CRITICAL
    assert outcome.says.startswith("the server ran NOOP under TLS")
    assert any("p2 NOOP" in line for line in outcome.evidence)


def test_what_was_slipped_in_is_answered_in_the_clear(trust: Trust) -> None:
    (outcome,) = found(trust, "starttls-injection", faults={"STARTTLS": "TAG OK begin"})
    assert outcome.verdict is Verdict.WARNING
    assert outcome.says.startswith("the server went on in the clear after it had agreed to STARTTLS, before the ")
    assert "; what it said there: p2 OK" in outcome.says


def test_nothing_slips_in_where_tls_is_refused(trust: Trust) -> None:
    (outcome,) = found(trust, "starttls-injection")
    assert (outcome.verdict, outcome.says) == (
        Verdict.UNDECIDED, "nothing was probed: the server refuses STARTTLS: NO none here"
    )  # fmt: skip


def test_tls_from_the_first_octet(trust: Trust) -> None:
    async def run() -> list[Outcome]:
        async with Responder(implicit=trust.good) as server:
            connector = Loopback(server.port, tls=TlsOptions(cafile=trust.cafile), clear=False)
            _, results = await check(connector, list(PROBES.values()))
            assert results["starttls"].verdict is Verdict.LEFT_OUT
            return results["tls"].outcomes

    outcomes = asyncio.run(run())
    assert [one.verdict for one in outcomes] == [Verdict.GOOD] * 3
    assert outcomes[-1].says == "STARTTLS under TLS is answered with BAD"


def test_in_the_clear_tls_is_left_out(trust: Trust) -> None:
    (outcome,) = found(trust, "tls")
    assert outcome.verdict is Verdict.LEFT_OUT
