"""The rows about the connection itself at each level."""

from __future__ import annotations

import pytest

from mailshell.protocol.secrecy import Secrets
from mailshell.trace.trace import Trace
from mailshell.wire import Compressed, Connected, NotConnected, TlsBegun, TlsRefused, TlsStarted, WireEvent

CHAIN = ("ab" * 32, "cd" * 32)
ATTEMPTS = ("192.0.2.1:143: connection refused", "[::1]:143: connected")
STARTED = TlsStarted(10.0, "TLSv1.3", "AES", "h\x1b", True, "imap", "X25519", True, CHAIN)


def shown(event: WireEvent, level: int) -> list[str]:
    rows: list[str] = []
    secrets = Secrets()
    secrets.learn(b"hunter22")
    trace = Trace("imap", rows.append, level=level, secrets=secrets)
    trace.wire(event)
    return "".join(rows).splitlines()


@pytest.mark.parametrize(
    ("event", "level", "rows"),
    [
        (Connected(10.0, "[::1]:143", ATTEMPTS), 0, []),
        (Connected(10.0, "[::1]:143", ATTEMPTS), 1, ["--- connected to [::1]:143"]),
        (Connected(10.0, "[::1]:143", ATTEMPTS), 2,
         ["--- 192.0.2.1:143: connection refused", "--- [::1]:143: connected", "--- connected to [::1]:143"]),
        (Connected(10.0, "h:143", ("h:143: connected",)), 2, ["--- connected to h:143"]),
        (NotConnected(10.0, "nobody \x1b", ATTEMPTS[:1]), 0, []),
        (NotConnected(10.0, "nobody \x1b", ATTEMPTS[:1]), 1, [r"--! nobody \x1b"]),
        (NotConnected(10.0, "nobody", ATTEMPTS[:1]), 2, [f"--- {ATTEMPTS[0]}", "--! nobody"]),
        (NotConnected(10.0, "it said hunter22"), 1, ["--! it said ⟦password⟧"]),
        (TlsBegun(10.0, "h"), 3, []),
        (TlsBegun(10.0, "h"), 4, ["--- 0.000000 TLS handshake begins for h"]),
        (TlsBegun(10.0, ""), 4, ["--- 0.000000 TLS handshake begins"]),
        (STARTED, 1, ["--- TLS started: TLSv1.3, AES, keys agreed by X25519, ALPN imap, a session resumed"]),
        (STARTED, 4, ["--- 0.000000 TLS started: TLSv1.3, AES, keys agreed by X25519, ALPN imap, a session resumed",
                      f"--- 0.000000 certificate 1 of 2: SHA-256 {CHAIN[0]}",
                      f"--- 0.000000 certificate 2 of 2: SHA-256 {CHAIN[1]}",
                      r"--- 0.000000 the certificate of h\x1b was verified"]),
        (TlsStarted(10.0, "TLSv1.3", "AES", "h", False), 1,
         ["--- TLS started: TLSv1.3, AES", "--! the certificate of h was not verified"]),
        (TlsRefused(10.0, "it expired", "expiry", CHAIN[:1]), 2, ["--! TLS failed: it expired"]),
        (TlsRefused(10.0, "it expired", "expiry", CHAIN[:1]), 4,
         [f"--- 0.000000 certificate 1 of 1: SHA-256 {CHAIN[0]}", "--! 0.000000 TLS failed: it expired"]),
        (TlsRefused(10.0, "said hunter22"), 1, ["--! TLS failed: said ⟦password⟧"]),
        (Compressed(10.0, "DEFLATE"), 1, ["--- compression started: DEFLATE, in both directions"]),
    ],
)  # fmt: skip
def test_rows(event: WireEvent, level: int, rows: list[str]) -> None:
    assert shown(event, level) == rows
