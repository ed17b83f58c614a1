"""Why a TLS handshake failed, in one sentence which names the cause and ends with what to do about it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime

from mailshell.transport.certificate import Certificate

__all__ = ["describe_tls_error", "failed_check"]

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
#: In a word, by OpenSSL's code.
_CHECKS = {
    9: "not valid yet",
    10: "expiry",
    18: "self-signed",
    **dict.fromkeys(_ISSUER_UNKNOWN, "issuer"),
    23: "revocation",
    62: "name",
    64: "name",
    **dict.fromkeys((66, 67, 68), "strength"),
}
_WEAK = {66: "its key is too short", 67: "its issuer's key is too short", 68: "it is signed with a weak digest"}


def describe_tls_error(
    exc: BaseException,
    host: str,
    *,
    chain: Sequence[Certificate] = (),
    received: bytes = b"",
    starttls: bool = False,
) -> str:
    """One sentence for `exc`, which came out of a handshake with `host`.

    `chain` is what the server presented, `received` are the first octets that it sent in the handshake, and
    `starttls` tells that the connection was clear before.
    """
    if isinstance(exc, ssl.SSLCertVerificationError):
        return _certificate_error(exc, host, chain)
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


def failed_check(exc: BaseException) -> str:
    """Which check of the certificate failed, in a word; empty if it was none."""
    code = exc.verify_code if isinstance(exc, ssl.SSLCertVerificationError) else None
    return "" if code is None else _CHECKS.get(code, "chain")


def _certificate_error(exc: ssl.SSLCertVerificationError, host: str, chain: Sequence[Certificate]) -> str:
    code = exc.verify_code
    if code == 10:
        return _expired(host, chain)
    if code == 9:
        since = chain[0].details().not_before if chain else None
        when = f" before {since:%Y-%m-%d %H:%M} UTC" if since is not None and since > datetime.now(UTC) else " yet"
        return f"the certificate of {host} is not valid{when}: check this computer's clock, or use --insecure"
    if code in (62, 64):
        return _wrong_name(exc, host, chain)
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


def _expired(host: str, chain: Sequence[Certificate]) -> str:
    now = datetime.now(UTC)
    for at, certificate in enumerate(chain):
        until = certificate.details().not_after
        if until is not None and until < now:
            whose = (
                f"the certificate of {host}" if not at else f"a certificate in the chain of {host} (number {at + 1})"
            )
            return f"{whose} expired on {until:%Y-%m-%d %H:%M} UTC: {_INSECURE}"
    return f"the certificate of {host} (or its issuer's) expired: {_INSECURE}"


def _wrong_name(exc: ssl.SSLCertVerificationError, host: str, chain: Sequence[Certificate]) -> str:
    match = re.search(r"for '([^']*)'", exc.verify_message or "")
    wanted = match[1] if match else host
    names = _names(chain)
    found = (
        f"it is for {', '.join(names[:6])}{' and more' if len(names) > 6 else ''}" if names else "it has other names"
    )
    return (
        f"the certificate of {host} is not for the name {wanted} ({found}): "
        "connect by a name that it bears, or without a check with --insecure"
    )


def _names(chain: Sequence[Certificate]) -> list[str]:
    """Names and addresses that the server's certificate is for; the common name only where there are none."""
    if not chain:
        return []
    details = chain[0].details()
    common = re.search(r"(?:^|[,+])CN=((?:[^,+\\]|\\.)*)", details.subject)
    names = list(details.names) or ([common[1]] if common else [])
    return [name.encode("ascii", "backslashreplace").decode() if name.isprintable() else ascii(name) for name in names]


def _alert_or_other(exc: BaseException, host: str, reason: str) -> str:
    if reason in ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE", "VERSION_TOO_LOW"):
        what = "speaks no TLS version that is accepted here: mostly it is too old (below 1.2)"
        return f"{host} {what}; have it updated, or use --tls-min 1.0"
    if reason in ("SSLV3_ALERT_HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "DH_KEY_TOO_SMALL", "WRONG_CIPHER_RETURNED"):
        return f"{host} and mailshell have no TLS cipher in common: have the server updated, or use --insecure"
    if reason == "UNSAFE_LEGACY_RENEGOTIATION_DISABLED":
        return f"{host} lacks secure renegotiation (RFC 5746): have it updated, or use --insecure"
    if reason in ("TLSV1_UNRECOGNIZED_NAME", "TLSV1_ALERT_UNRECOGNIZED_NAME"):
        return f"{host} does not know itself by that name: connect by the name that its certificate bears"
    if "CERTIFICATE_REQUIRED" in reason:
        return f"{host} asks for a client certificate: give one with --cert FILE, and its key with --key FILE"
    if "NO_APPLICATION_PROTOCOL" in reason:
        return f"{host} speaks none of the protocols offered by ALPN: leave --alpn out"
    if "ALERT" in reason:
        words = reason.split("ALERT_", 1)[-1].replace("_", " ").lower()
        return f"{host} broke the TLS handshake off with the alert “{words}”: see the server's log"
    if isinstance(exc, TimeoutError):
        return f"{host} did not finish the TLS handshake in time: check that this port speaks TLS"
    what = reason.replace("_", " ").lower() or str(exc) or type(exc).__name__
    return f"the TLS handshake with {host} failed: {what}; see the server's log, or try --insecure"
