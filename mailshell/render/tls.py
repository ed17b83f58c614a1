"""What a TLS handshake agreed on and which certificates the server presented, for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address

from mailshell.text.escape import escape
from mailshell.text.sentences import counted
from mailshell.transport.certificate import Certificate, Details
from mailshell.transport.errors import TlsFailed
from mailshell.transport.tls_info import TlsInfo

#: Characters of a value, and certificates of a chain, that are shown: a server may send up to 100 KiB of them.
_LONGEST = 600
_MOST = 20
_INSTALL = "not told: pip install 'mailshell[tls]' reads it"


__all__ = ["failure_lines", "tls_lines"]


def tls_lines(info: TlsInfo, now: datetime) -> Iterator[str]:
    """The connection, then each certificate of the chain; ``now`` (with a time zone) decides what has expired."""
    secret = f" ({info.bits} bits)" if info.bits else ""
    yield _row("TLS", f"{info.version}, {info.cipher}{secret}")
    yield _row("keys", f"agreed on by {info.key_exchange}" if info.key_exchange else "how they came about is not known")
    yield _row("SNI", _name_sent(info.server_name))
    yield _row("ALPN", info.alpn or "none agreed")
    yield _row("session", "resumed: the certificate was checked when it was made" if info.resumed else "new")
    yield _row("bindings", ", ".join(kind for kind, _ in info.bindings) or "none")
    if info.verified:
        yield _row("verified", f"yes: the chain is trusted, valid now, and for {info.server_name}")
    else:
        yield _row("verified", "NO: any certificate is accepted (--insecure)")
    own = "asked for, and shown" if info.shown else "asked for, and none shown (--cert FILE)"
    yield _row("own", own if info.asked else "no certificate of this side was asked for")
    yield from _chain(info.chain, now)


def _name_sent(name: str) -> str:
    """An address is looked for in the certificate, and never sent (RFC 6066 section 3)."""
    try:
        ip_address(name)
    except ValueError:
        return name or "no name was sent"
    return f"none, as {name} is an address"


def failure_lines(failure: TlsFailed, now: datetime) -> Iterator[str]:
    """Why the handshake failed, then each certificate that had come by then."""
    yield _row("TLS", f"failed: {failure.reason}")
    if failure.check:
        yield _row("check", f"{failure.check} (of the certificate) is what failed")
    yield from _chain(failure.chain, now)


def _chain(chain: Sequence[Certificate], now: datetime) -> Iterator[str]:
    if not chain:
        yield _row("chain", "no certificate came")
    for number, certificate in enumerate(chain[:_MOST], 1):
        whose = "the server's own" if number == 1 else "sent along"
        yield f"certificate {number} of {len(chain)}, {whose}"
        details = certificate.details()
        yield _row("  subject", details.subject or "(empty)")
        itself = " (itself)" if details.issuer == details.subject else ""
        yield _row("  issuer", (details.issuer or "(empty)") + itself)
        if number == 1 or details.names:
            yield _row("  names", ", ".join(details.names) or "none")
        yield _row("  valid", _validity(details, now))
        yield _row("  key", details.key or _INSTALL)
        yield _row("  signature", details.signature or _INSTALL)
        yield _row("  serial", details.serial or "not told")
        yield _row("  SHA-256", certificate.sha256)
    if len(chain) > _MOST:
        yield f"{counted(len(chain) - _MOST, 'more certificate')}; .tls --save FILE writes all of them"


def _validity(details: Details, now: datetime) -> str:
    begin, end = details.not_before, details.not_after
    if begin is None or end is None:
        return "not told"
    span = f"{begin.astimezone(UTC):%Y-%m-%d %H:%M} to {end.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    if now < begin:
        return f"{span}: NOT YET"
    if now > end:
        return f"{span}: EXPIRED {counted((now - end).days, 'day')} ago"
    return f"{span}, {counted((end - now).days, 'day')} left"


def _row(name: str, text: str) -> str:
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}… ({len(text):,} characters)"
    return f"{name:<12} {escape(text)}"
