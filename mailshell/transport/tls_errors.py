"""Why a TLS handshake failed, in one sentence which names the cause and ends with what to do about it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping

__all__ = ["describe_tls_error"]

_SHOWN = 60
"""Octets of a server's plain text that are quoted."""
_CAFILE = "give its issuer's certificate with --cafile FILE, or connect without a check with --insecure"
_INSECURE = "have it renewed, or connect without a check with --insecure"

_ISSUER_UNKNOWN = {
    2: "its issuer's certificate is missing",
    19: "its chain ends in a self-signed certificate that is not trusted here",
    20: "it was issued by an authority that is not trusted here",
    21: "its issuer is unknown, as the server sent no intermediate certificate",
    27: "it was issued by an authority that is not trusted here",
}
_WEAK = {66: "its key is too short", 67: "its issuer's key is too short", 68: "it is signed with a weak digest"}


def describe_tls_error(
    exc: BaseException,
    host: str,
    *,
    certificate: Mapping[str, object] | None = None,
    received: bytes = b"",
    starttls: bool = False,
) -> str:
    """One sentence for `exc`, which came out of a handshake with `host`.

    `certificate` is what the server showed (as `TlsLayer.peer_certificate` gives it), `received` are the
    first octets that it sent in the handshake, and `starttls` tells that the connection was clear before.
    """
    if isinstance(exc, ssl.SSLCertVerificationError):
        return _certificate_error(exc, host, certificate or {})
    reason = (getattr(exc, "reason", None) or "").upper()
    if _is_plain_text(reason, received):
        return _plain_text(host, received, starttls)
    if isinstance(exc, ssl.SSLEOFError | ConnectionError | EOFError):
        how = "reset" if isinstance(exc, ConnectionResetError) else "closed"
        todo = "see the server's log, or try another port" if not starttls else "see the server's log"
        return f"{host} {how} the connection in the middle of the TLS handshake: {todo}"
    return _alert_or_other(exc, host, reason)


def _is_plain_text(reason: str, received: bytes) -> bool:
    if reason in ("HTTP_REQUEST", "HTTPS_PROXY_REQUEST"):
        return True
    # A record begins with its type, 20 to 24, and the major version 3 (RFC 8446 section 5.1).
    looks_like_tls = not received or (received[0] in range(20, 25) and received[1:2] in (b"", b"\x03"))
    if reason in ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"):
        return not received or not looks_like_tls
    return not looks_like_tls


def _plain_text(host: str, received: bytes, starttls: bool) -> str:
    shown = ""
    if received:
        line = received.split(b"\n")[0].rstrip(b"\r")
        quoted = ascii(line[:_SHOWN].decode("latin-1"))
        shown = f" {quoted}{'…' if len(line) > _SHOWN else ''}"
    if starttls:
        return (
            f"{host} sent plain text{shown} where its TLS handshake should begin: it answered STARTTLS but did "
            "not start TLS, or someone injected text; connect without STARTTLS, or with imaps:// or pop3s://"
        )
    sent = f"it sent plain text{shown}" if shown else "it sent plain text"
    return (
        f"{host}: the server does not speak TLS on this port ({sent}): "
        "use imap:// or pop3:// with STARTTLS, or give the port that speaks TLS"
    )


def _certificate_error(exc: ssl.SSLCertVerificationError, host: str, certificate: Mapping[str, object]) -> str:
    code = exc.verify_code
    if code == 10:
        until = certificate.get("notAfter")
        when = f" on {until}" if isinstance(until, str) else ""
        return f"the certificate of {host} expired{when}: {_INSECURE}"
    if code == 9:
        since = certificate.get("notBefore")
        when = f" before {since}" if isinstance(since, str) else " yet"
        return f"the certificate of {host} is not valid{when}: check this computer's clock, or use --insecure"
    if code in (62, 64):
        return _wrong_name(exc, host, certificate)
    if code == 18:
        return f"the certificate of {host} is self-signed: trust it with --cafile FILE, or use --insecure"
    if code in _ISSUER_UNKNOWN:
        return f"the certificate of {host} is not trusted: {_ISSUER_UNKNOWN[code]}; {_CAFILE}"
    if code in _WEAK:
        return f"the certificate of {host} is too weak: {_WEAK[code]}; {_INSECURE}"
    if code == 23:
        return f"the certificate of {host} has been revoked: do not trust it, or look at it with --insecure"
    what = (exc.verify_message or exc.reason or "unknown cause").rstrip(".")
    return f"the certificate of {host} cannot be verified: {what}; {_CAFILE}"


def _wrong_name(exc: ssl.SSLCertVerificationError, host: str, certificate: Mapping[str, object]) -> str:
    match = re.search(r"for '([^']*)'", exc.verify_message or "")
    wanted = match[1] if match else host
    names = _names(certificate)
    found = (
        f"it is for {', '.join(names[:6])}{' and more' if len(names) > 6 else ''}" if names else "it has other names"
    )
    return (
        f"the certificate of {host} is not for the name {wanted} ({found}): "
        "connect by a name that it bears, or without a check with --insecure"
    )


def _names(certificate: Mapping[str, object]) -> list[str]:
    """Names and addresses that a certificate is for; the common name only where there are none."""
    names: list[str] = []
    alternatives = certificate.get("subjectAltName", ())
    if isinstance(alternatives, tuple):
        names = [str(value) for kind, value in alternatives if kind in ("DNS", "IP Address")]
    subject = certificate.get("subject", ())
    if not names and isinstance(subject, tuple):
        names = [str(value) for rdn in subject for key, value in rdn if key == "commonName"]
    return [name.encode("ascii", "backslashreplace").decode() if name.isprintable() else ascii(name) for name in names]


def _alert_or_other(exc: BaseException, host: str, reason: str) -> str:
    if reason in ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE", "VERSION_TOO_LOW"):
        return f"{host} speaks only a TLS version that is too old (below 1.2): have it updated, or use --insecure"
    if reason in ("SSLV3_ALERT_HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "DH_KEY_TOO_SMALL", "WRONG_CIPHER_RETURNED"):
        return f"{host} and mailshell have no TLS cipher in common: have the server updated, or use --insecure"
    if reason == "UNSAFE_LEGACY_RENEGOTIATION_DISABLED":
        return f"{host} lacks secure renegotiation (RFC 5746): have it updated, or use --insecure"
    if reason in ("TLSV1_UNRECOGNIZED_NAME", "TLSV1_ALERT_UNRECOGNIZED_NAME"):
        return f"{host} does not know itself by that name: connect by the name that its certificate bears"
    if "CERTIFICATE_REQUIRED" in reason:
        return f"{host} asks for a client certificate, which mailshell cannot send: use another port or server"
    if "ALERT" in reason:
        words = reason.split("ALERT_", 1)[-1].replace("_", " ").lower()
        return f"{host} broke the TLS handshake off with the alert “{words}”: see the server's log"
    if isinstance(exc, TimeoutError):
        return f"{host} did not finish the TLS handshake in time: check that this port speaks TLS"
    what = reason.replace("_", " ").lower() or str(exc) or type(exc).__name__
    return f"the TLS handshake with {host} failed: {what}; see the server's log, or try --insecure"
