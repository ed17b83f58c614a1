"""What is told of a certificate: good ones, odd ones, broken ones, and without the library that reads them best."""

from __future__ import annotations

import builtins
import hashlib
import ssl
from datetime import UTC, datetime
from unicodedata import category

import pytest
from certificates import Issued, issue, server_context
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from mailshell.render.tls import tls_lines
from mailshell.transport.certificate import Certificate
from mailshell.transport.tls import TlsOptions, make_context
from mailshell.transport.tls_errors import describe_tls_error
from mailshell.transport.tls_info import TlsInfo
from mailshell.transport.tls_info import presented as chain_of
from mailshell.transport.tls_layer import TlsLayer

#: What a terminal may obey, or nobody sees.
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOSTILE = "a\x1b[31mb\r\nmailshell: all is well\u202ec"


def presented(issued: Issued) -> Certificate:
    """The certificate as a server presents it: with OpenSSL's reading."""
    layer = TlsLayer(make_context(TlsOptions(insecure=True)), "localhost")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = server_context(issued).wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(layer.start())
    with pytest.raises(ssl.SSLWantReadError):
        server.do_handshake()
    layer.receive_ciphertext(outgoing.read())
    (certificate,) = layer.chain()
    assert certificate.der == issued.der
    return certificate


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python without the library ``cryptography``."""
    real = builtins.__import__

    def without(name: str, *arguments: object, **named: object) -> object:
        if name.split(".")[0] == "cryptography":
            raise ImportError(name)
        return real(name, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without)


def shown(*chain: Certificate) -> list[str]:
    info = TlsInfo("TLSv1.3", "TLS_AES_128_GCM_SHA256", 128, "localhost", False, chain=chain)
    rows = list(tls_lines(info, NOW))
    for row in rows:
        assert not UNSEEN & set(map(category, row)), row
        assert len(row) < 1000
    return rows


def test_all_that_there_is_to_tell() -> None:
    name = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Example, Inc."),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, "h"),
        ]
    )
    issued = issue("h", hosts=("h.example", "*.h.example", "192.0.2.1", "2001:db8::1"), subject=name)
    details = presented(issued).details()
    assert details.subject == details.issuer == r"CN=h,O=Example\, Inc."
    assert details.names == ("h.example", "*.h.example", "192.0.2.1", "2001:db8::1")
    assert details.not_before == issued.certificate.not_valid_before_utc
    assert details.not_after == issued.certificate.not_valid_after_utc
    assert details.serial == f"{issued.certificate.serial_number:x}"
    assert (details.key, details.signature) == ("EC secp256r1", "ecdsa-with-SHA256")


def test_without_the_library_the_rest_is_told_and_what_to_install(request: pytest.FixtureRequest) -> None:
    issued = issue("h", hosts=("h.example", "192.0.2.1"))
    certificate = presented(issued)
    request.getfixturevalue("bare")
    details = certificate.details()
    assert (details.subject, details.issuer) == ("CN=h", "CN=h")
    assert details.names == ("h.example", "192.0.2.1")
    assert details.not_before == issued.certificate.not_valid_before_utc
    assert details.serial.lstrip("0") == f"{issued.certificate.serial_number:x}"
    assert (details.key, details.signature, certificate.end_point()) == ("", "", None)
    rows = shown(certificate)
    assert "  key        not told: pip install 'mailshell[tls]' reads it" in rows
    assert "  signature  not told: pip install 'mailshell[tls]' reads it" in rows


def test_each_kind_of_key() -> None:
    keys = {
        "RSA 1024 bits": rsa.generate_private_key(65537, 1024),
        "Ed25519": ed25519.Ed25519PrivateKey.generate(),
        "Ed448": ed448.Ed448PrivateKey.generate(),
    }
    for words, key in keys.items():
        digest = hashes.SHA256() if isinstance(key, rsa.RSAPrivateKey) else None
        made = builder(x509.Name([])).public_key(key.public_key()).sign(key, digest)
        certificate = Certificate(made.public_bytes(Encoding.DER))
        assert certificate.details().key == words
        expected = hashlib.sha256(certificate.der).digest() if digest else None
        assert certificate.end_point() == expected


def builder(name: x509.Name) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).serial_number(1)
    return made.not_valid_before(NOW).not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))


@pytest.mark.filterwarnings("ignore:Attribute's length:UserWarning:test_transport_certificate")
@pytest.mark.parametrize("library", [True, False])
@pytest.mark.parametrize("case", ["control characters", "huge", "empty", "many names"])
def test_hostile_certificates(request: pytest.FixtureRequest, case: str, library: bool) -> None:
    common = {"control characters": HOSTILE, "huge": "x" * 30_000, "empty": "", "many names": "h"}[case]
    hosts = [f"h{number}.example" for number in range(2000)] if case == "many names" else ["h.example"]
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common, _validate=False)] if common else [])
    certificate = presented(issue("h", hosts=hosts, subject=subject))
    if not library:
        request.getfixturevalue("bare")
    rows = shown(certificate)
    assert f"  SHA-256    {certificate.sha256}" in rows
    error = ssl.SSLCertVerificationError(1, "x")
    for code in (9, 10, 18, 19, 20, 62):
        error.verify_code, error.verify_message = code, "Hostname mismatch, certificate is not valid for 'h'."
        sentence = describe_tls_error(error, "h", chain=[certificate, certificate])
        assert sentence.isprintable()
        assert len(sentence) < 1200
    if case == "control characters":
        assert any(r"a\x1b[31mb\r\nmailshell" in row for row in rows)
    if case == "huge":
        assert any(row.endswith("… (30,003 characters)") for row in rows)
    if case == "empty":
        assert "  subject    (empty)" in rows


def test_a_chain_without_end() -> None:
    certificate = presented(issue("h", hosts=["h"]))
    rows = shown(*[certificate] * 30)
    assert "certificate 20 of 30, sent along" in rows
    assert rows[-1] == "10 more certificates; .tls --save FILE writes all of them"


ANY = issue("h", hosts=["h.example", "192.0.2.1"]).der


@given(st.lists(st.tuples(st.integers(0, len(ANY) - 1), st.integers(0, 255)), max_size=6), st.integers(0, len(ANY)))
def test_broken_der(changes: list[tuple[int, int]], end: int) -> None:
    octets = bytearray(ANY)
    for at, value in changes:
        octets[at] = value
    for der in (bytes(octets), bytes(octets[:end])):
        certificate = Certificate(der)
        certificate.details()
        certificate.end_point()
        shown(certificate)
        assert certificate.sha256 == hashlib.sha256(der).hexdigest()


class Connection:
    """What Python tells without its private attribute: the server's own certificate, once the handshake is done."""

    def __init__(self, own: bytes | None, *, done: bool = True) -> None:
        self._own, self._done = own, done

    def getpeercert(self, binary_form: bool) -> bytes | None:
        if not self._done:
            raise ValueError("handshake not done yet")
        return self._own


@pytest.mark.parametrize(
    ("connection", "count"), [(Connection(ANY), 1), (Connection(None), 0), (Connection(ANY, done=False), 0)]
)
def test_without_the_private_attribute_the_own_certificate_is_left(connection: Connection, count: int) -> None:
    found = chain_of(connection)  # type: ignore[arg-type]
    assert [one.der for one in found] == [ANY] * count
