"""What is shown of a TLS handshake: what it agreed on, the chain, and why it failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unicodedata import category

import pytest
from certificates import issue
from hypothesis import given
from hypothesis import strategies as st

from mailshell.render.tls import failure_lines, tls_lines
from mailshell.transport.certificate import Certificate
from mailshell.transport.errors import TlsFailed
from mailshell.transport.tls_info import TlsInfo

ISSUED = issue("h.example", hosts=["h.example"], days=(-10, 20))
OWN = Certificate(ISSUED.der)
ROOT = Certificate(issue("Root").der)
INFO = TlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", 128, "h.example", True, "X25519", chain=(OWN, ROOT))
NOW = datetime.now(UTC)
#: What a terminal may obey, or nobody sees.
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def rows(info: TlsInfo, now: datetime = NOW) -> dict[str, str]:
    """What stands before the chain, by name."""
    lines = list(tls_lines(info, now))
    end = next((at for at, line in enumerate(lines) if line.startswith("certificate ")), len(lines))
    return {line[:12].strip(): line[13:] for line in lines[:end]}


def test_all_of_it() -> None:
    assert rows(INFO) == {
        "TLS": "TLSv1.3, TLS_AES_128_GCM_SHA256 (128 bits)",
        "keys": "agreed on by X25519",
        "SNI": "h.example",
        "ALPN": "none agreed",
        "session": "new",
        "bindings": "tls-server-end-point",
        "verified": "yes: the chain is trusted, valid now, and for h.example",
        "own": "no certificate of this side was asked for",
    }


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        ({"bits": 0}, "TLS", "TLSv1.3, TLS_AES_128_GCM_SHA256"),
        ({"key_exchange": ""}, "keys", "how they came about is not known"),
        ({"server_name": ""}, "SNI", "no name was sent"),
        ({"server_name": "192.0.2.1"}, "SNI", "none, as 192.0.2.1 is an address"),
        ({"server_name": "2001:db8::1"}, "SNI", "none, as 2001:db8::1 is an address"),
        ({"alpn": "imap\x1b[31m"}, "ALPN", r"imap\x1b[31m"),
        ({"resumed": True}, "session", "resumed: the certificate was checked when it was made"),
        ({"unique": b"x"}, "bindings", "tls-unique, tls-server-end-point"),
        ({"chain": ()}, "bindings", "none"),
        ({"chain": ()}, "chain", "no certificate came"),
        ({"verified": False}, "verified", "NO: any certificate is accepted (--insecure)"),
        ({"asked": True}, "own", "asked for, and none shown (--cert FILE)"),
        ({"asked": True, "shown": True}, "own", "asked for, and shown"),
    ],
)
def test_each_value(change: dict[str, object], name: str, words: str) -> None:
    assert rows(replace(INFO, **change))[name] == words  # type: ignore[arg-type]


def test_the_chain() -> None:
    lines = list(tls_lines(INFO, NOW))
    at = lines.index("certificate 1 of 2, the server's own")
    number = f"{ISSUED.certificate.serial_number:x}"
    assert lines[at + 1 : at + 9] == [
        "  subject    CN=h.example",
        "  issuer     CN=h.example (itself)",
        "  names      h.example",
        f"  valid      {NOW - timedelta(10):%Y-%m-%d %H:%M} to {NOW + timedelta(20):%Y-%m-%d %H:%M} UTC, 19 days left",
        "  key        EC secp256r1",
        "  signature  ecdsa-with-SHA256",
        f"  serial     {number}",
        f"  SHA-256    {OWN.sha256}",
    ]
    assert lines[at + 9 : at + 11] == ["certificate 2 of 2, sent along", "  subject    CN=Root"]
    assert not [line for line in lines[at + 10 :] if line.startswith("  names")]


@pytest.mark.parametrize(
    ("days", "words"),
    [(-11, ": NOT YET"), (0.5, ", 19 days left"), (18.9, ", 1 day left"), (21.5, ": EXPIRED 1 day ago"),
     (23.5, ": EXPIRED 3 days ago")],
)  # fmt: skip
def test_when_it_is_valid(days: float, words: str) -> None:
    (valid,) = (line for line in tls_lines(replace(INFO, chain=(OWN,)), NOW + timedelta(days)) if "  valid " in line)
    assert valid.endswith(words)


def test_a_failure() -> None:
    failure = TlsFailed("the certificate of h \x1b expired", check="expiry", chain=(OWN,))
    lines = list(failure_lines(failure, NOW))
    assert lines[:3] == [
        r"TLS          failed: the certificate of h \x1b expired",
        "check        expiry (of the certificate) is what failed",
        "certificate 1 of 1, the server's own",
    ]
    assert list(failure_lines(TlsFailed("it stopped"), NOW)) == [
        "TLS          failed: it stopped", "chain        no certificate came",
    ]  # fmt: skip


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30), st.binary(max_size=40))
def test_nothing_that_a_terminal_obeys(first: str, second: str, third: str, der: bytes) -> None:
    info = TlsInfo(first, second, 1, third, True, first, second, chain=(Certificate(der),))
    failure = TlsFailed(first, check=second, chain=(Certificate(der),))
    for line in [*tls_lines(info, NOW), *failure_lines(failure, NOW)]:
        assert not UNSEEN & set(map(category, line))
