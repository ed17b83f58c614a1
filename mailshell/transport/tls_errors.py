"""Why a TLS handshake failed, in one sentence which names the cause and ends with what to do about it."""

from __future__ import annotations

import re
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime

from mailshell.transport.certificate import Certificate

__all__ = ["describe_broken_tls", "describe_tls_error", "failed_check", "plain_text"]

_SHOWN = 60
"""Octets of a server's plain text that are quoted."""
_LONGEST_NAME = 100
_CAFILE = "give its issuer's certificate with --cafile FILE, or connect without a check with --insecure"
_INSECURE = "have it renewed, or connect without a check with --insecure"

#: OpenSSL's codes for an issuer that is not known here, or not trusted.
_ISSUER_UNKNOWN = frozenset({2, 19, 20, 21, 27})
_SELF_SIGNED_IN_CHAIN = 19
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
    lacks_certificate: bool = False,
) -> str:
    """One sentence for `exc`, which came out of a handshake with `host`.

    `chain` is what the server presented, `received` are the first octets that it sent in the handshake, and
    `starttls` tells that the connection was clear before, `lacks_certificate` that the server asked for a certificate
    of this side and got none.
    """
    if isinstance(exc, ssl.SSLCertVerificationError):
        return _certificate_error(exc, host, chain)
    reason = _reason(exc)
    if _is_plain_text(reason, received):
        return _plain_text(host, received, starttls)
    if isinstance(exc, ssl.SSLEOFError | ConnectionError | EOFError):
        how = "reset" if isinstance(exc, ConnectionResetError) else "closed"
        todo = "see the server's log, or try another port" if not starttls else "see the server's log"
        return f"{host} {how} the connection in the middle of the TLS handshake: {todo}"
    if lacks_certificate and "HANDSHAKE_FAILURE" in reason:
        return _asks_for_certificate(host)
    return _alert_or_other(exc, host, reason)


def describe_broken_tls(exc: ssl.SSLError, host: str) -> str:
    """One sentence for `exc`, which broke TLS after the handshake."""
    reason = _reason(exc)
    # In TLS 1.3 the client has done its part of the handshake before the server looks at its certificate.
    if "CERTIFICATE_REQUIRED" in reason:
        return _asks_for_certificate(host)
    if "ALERT" in reason:
        return f"{host} ended TLS with the alert “{_alert(reason)}”: see the server's log"
    return f"TLS with {host} broke: {reason.replace('_', ' ').lower() or exc}"


def _asks_for_certificate(host: str) -> str:
    return f"{host} asks for a client certificate: give one with --cert FILE, and its key with --key FILE"


def _alert(reason: str) -> str:
    return reason.split("ALERT_", 1)[-1].replace("_", " ").lower()


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


def plain_text(exc: BaseException, received: bytes) -> bytes:
    """The first octets of a server that spoke in the clear instead of TLS; empty if it did not."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        return b""
    return received if _is_plain_text(_reason(exc), received) else b""


def _reason(exc: BaseException) -> str:
    """OpenSSL's code of the error, in capitals; empty for others."""
    return (getattr(exc, "reason", None) or "").upper()


def failed_check(exc: BaseException) -> str:
    """Which check of the certificate failed, in a word; empty if it was none."""
    code = exc.verify_code if isinstance(exc, ssl.SSLCertVerificationError) else None
    return "" if code is None else _CHECKS.get(code, "chain")


def _certificate_error(exc: ssl.SSLCertVerificationError, host: str, chain: Sequence[Certificate]) -> str:
    code = exc.verify_code
    if code == 10:
        return _expired(host, chain)
    if code == 9:
        return _not_yet(host, chain)
    if code in (62, 64):
        return _wrong_name(exc, host, chain)
    if code == 18:
        return f"the certificate of {host} is self-signed: trust it with --cafile FILE, or use --insecure"
    if code in _ISSUER_UNKNOWN:
        return f"the certificate of {host} is not trusted: {_unknown_issuer(code, chain)}; {_CAFILE}"
    if code in _WEAK:
        return f"the certificate of {host} is too weak: {_WEAK[code]}; {_INSECURE}"
    if code == 23:
        return f"the certificate of {host} has been revoked: do not trust it, or look at it with --insecure"
    what = (exc.verify_message or exc.reason or "unknown cause").rstrip(".")
    return f"the certificate of {host} cannot be verified: {what}; {_CAFILE}"


def _unknown_issuer(code: int, chain: Sequence[Certificate]) -> str:
    """Which issuer is missing. One certificate alone does not tell whether an intermediate is, or trust in a root."""
    if code == _SELF_SIGNED_IN_CHAIN:
        return "its chain ends in a self-signed certificate that is not trusted here"
    issuer = _readable(chain[-1].details().issuer) if chain else ""
    if not issuer:
        return "it was issued by an authority that is not trusted here"
    if len(chain) > 1:
        return f"its chain of {len(chain)} certificates ends below {issuer}, which is not trusted here"
    return (
        f"it was issued by {issuer}, which is not trusted here, and the server sent no other certificate with it "
        "(it has to send the intermediate ones)"
    )


def _readable(text: str) -> str:
    """A name out of a certificate, fit for a sentence: short, and without control characters."""
    shown = text if text.isprintable() else ascii(text)
    return shown if len(shown) <= _LONGEST_NAME else f"{shown[: _LONGEST_NAME - 1]}…"


def _expired(host: str, chain: Sequence[Certificate]) -> str:
    now = datetime.now(UTC)
    for at, certificate in enumerate(chain):
        until = certificate.details().not_after
        if until is not None and until < now:
            return f"{_whose(host, at)} expired on {until:%Y-%m-%d %H:%M} UTC: {_INSECURE}"
    return f"the certificate of {host} (or its issuer's) expired: {_INSECURE}"


def _not_yet(host: str, chain: Sequence[Certificate]) -> str:
    now, todo = datetime.now(UTC), "check this computer's clock, or use --insecure"
    for at, certificate in enumerate(chain):
        since = certificate.details().not_before
        if since is not None and since > now:
            return f"{_whose(host, at)} is not valid before {since:%Y-%m-%d %H:%M} UTC: {todo}"
    return f"the certificate of {host} (or its issuer's) is not valid yet: {todo}"


def _whose(host: str, at: int) -> str:
    return f"a certificate in the chain of {host} (number {at + 1})" if at else f"the certificate of {host}"


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
    return [_readable(name) for name in names]


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
        return _asks_for_certificate(host)
    if "NO_APPLICATION_PROTOCOL" in reason:
        return f"{host} speaks none of the protocols offered by ALPN: leave --alpn out"
    if "ALERT" in reason:
        return f"{host} broke the TLS handshake off with the alert “{_alert(reason)}”: see the server's log"
    if isinstance(exc, TimeoutError):
        return f"{host} did not finish the TLS handshake in time: check that this port speaks TLS"
    what = reason.replace("_", " ").lower() or str(exc) or type(exc).__name__
    return f"the TLS handshake with {host} failed: {what}; see the server's log, or try --insecure"
