"""One certificate as the server presented it: what can be told of it, whether or not it was found good.

The library ``cryptography`` (the extra ``tls``) reads all of it. Without it, or where it refuses a certificate,
OpenSSL's own reading is left, which lacks the key and the signature.
"""

from __future__ import annotations

import hashlib
import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

__all__ = ["Certificate", "Details"]

#: How RFC 4514 shortens the names of attributes.
_SHORT = {
    "commonName": "CN",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "streetAddress": "STREET",
    "domainComponent": "DC",
    "userId": "UID",
}
#: Signatures whose digest is too weak for ``tls-server-end-point`` take SHA-256 there (RFC 5929 section 4.1).
_WEAK_DIGESTS = frozenset({"md5", "sha1"})


@dataclass(frozen=True, slots=True)
class Details:
    """What a certificate says. Times are in UTC; None where they can't be told, as ``key`` and ``signature`` are empty.

    ``subject`` and ``issuer`` are written as in RFC 4514, ``names`` are host names and addresses. Texts are as the
    certificate has them: control characters may stand in them.
    """

    subject: str
    issuer: str
    names: tuple[str, ...]
    not_before: datetime | None
    not_after: datetime | None
    serial: str
    key: str = ""
    signature: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """``fields``: OpenSSL's reading, in the form of ``SSLSocket.getpeercert``; empty if there is none."""

    der: bytes = field(repr=False)
    fields: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)

    @property
    def sha256(self) -> str:
        """The fingerprint: SHA-256 over the DER, in hex."""
        return hashlib.sha256(self.der).hexdigest()

    @property
    def pem(self) -> str:
        return ssl.DER_cert_to_PEM_cert(self.der)

    def details(self) -> Details:
        """All that can be told of it."""
        certificate = _parsed(self.der)
        if certificate is not None:
            # The library's warnings are for who makes certificates, not for who looks at one.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    return _all_details(certificate)
                except Exception:
                    pass  # it breaks a rule that the library insists on; each rule has an exception of its own
        return _details_of_fields(self.fields)

    def end_point(self) -> bytes | None:
        """The channel binding ``tls-server-end-point`` (RFC 5929 section 4); None where the digest can't be told."""
        certificate = _parsed(self.der)
        if certificate is None:
            return None
        try:
            digest = certificate.signature_hash_algorithm
        except Exception:
            return None
        if digest is None:
            return None
        name = "sha256" if digest.name in _WEAK_DIGESTS else digest.name.replace("-", "_")
        return hashlib.new(name, self.der).digest() if name in hashlib.algorithms_available else None


def _unsupported() -> type[Exception]:
    from cryptography.exceptions import UnsupportedAlgorithm

    return UnsupportedAlgorithm


def _parsed(der: bytes) -> x509.Certificate | None:
    try:
        from cryptography import x509
    except ImportError:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return x509.load_der_x509_certificate(der)
        except Exception:
            return None


def _all_details(certificate: x509.Certificate) -> Details:
    from cryptography import x509

    names: list[str] = []
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [str(one.value) for one in found if isinstance(one, x509.DNSName | x509.IPAddress)]
    except x509.ExtensionNotFound:
        pass
    return Details(
        certificate.subject.rfc4514_string(),
        certificate.issuer.rfc4514_string(),
        tuple(names),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        f"{certificate.serial_number:x}",
        _key(certificate),
        _signature(certificate),
    )


def _key(certificate: x509.Certificate) -> str:
    """The kind and size of the public key: ``RSA 2048 bits``, ``EC secp256r1``, ``Ed25519``."""
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa

    try:
        key = certificate.public_key()
    except (ValueError, _unsupported()):
        return ""
    match key:
        case rsa.RSAPublicKey():
            return f"RSA {key.key_size} bits"
        case ec.EllipticCurvePublicKey():
            return f"EC {key.curve.name}"
        case dsa.DSAPublicKey():
            return f"DSA {key.key_size} bits"
        case ed25519.Ed25519PublicKey():
            return "Ed25519"
        case ed448.Ed448PublicKey():
            return "Ed448"
    return type(key).__name__.removesuffix("PublicKey")


def _signature(certificate: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.asymmetric import padding

    name: str = (
        getattr(certificate.signature_algorithm_oid, "_name", "") or certificate.signature_algorithm_oid.dotted_string
    )
    try:
        parameters, digest = certificate.signature_algorithm_parameters, certificate.signature_hash_algorithm
    except (ValueError, _unsupported()):
        return name
    if isinstance(parameters, padding.PSS) and digest is not None:
        return f"{name} with {digest.name}"
    return name


def _details_of_fields(fields: Mapping[str, object]) -> Details:
    names: list[str] = []
    alternatives = fields.get("subjectAltName", ())
    if isinstance(alternatives, tuple):
        names = [str(value) for kind, value in alternatives if kind in ("DNS", "IP Address")]
    return Details(
        _name(fields.get("subject")),
        _name(fields.get("issuer")),
        tuple(names),
        _time(fields.get("notBefore")),
        _time(fields.get("notAfter")),
        str(fields.get("serialNumber", "")).lower(),
    )


def _name(value: object) -> str:
    """``CN=mail.example.org,O=Example``, the last part first (RFC 4514 section 2.1)."""
    if not isinstance(value, tuple):
        return ""
    parts = ["+".join(f"{_SHORT.get(key, key)}={text}" for key, text in one) for one in value]
    return ",".join(reversed(parts))


def _time(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(value), UTC)
    except (ValueError, OverflowError):
        return None
