"""How the keys of a TLS connection were agreed on, and whether a client certificate was asked for, from the messages.

OpenSSL knows it and Python does not tell; but a context can be given a function that sees each message in the clear.
"""

from __future__ import annotations

import ssl

__all__ = ["KeyExchange"]

_HANDSHAKE = 22
_SERVER_HELLO = 2
_CERTIFICATE = 11
_SERVER_KEY_EXCHANGE = 12
_CERTIFICATE_REQUEST = 13
#: Octets of a message with no certificate in it: its header, an empty context (TLS 1.3), an empty list.
_NO_CERTIFICATE = 4 + 1 + 3
_KEY_SHARE = 51
_NAMED_CURVE = 3

#: The groups by number (IANA, TLS Supported Groups; RFC 8446 section 4.2.7).
_GROUPS = {
    0x0015: "secp224r1",
    0x0017: "secp256r1",
    0x0018: "secp384r1",
    0x0019: "secp521r1",
    0x001A: "brainpoolP256r1",
    0x001B: "brainpoolP384r1",
    0x001C: "brainpoolP512r1",
    0x001D: "X25519",
    0x001E: "X448",
    0x0100: "ffdhe2048",
    0x0101: "ffdhe3072",
    0x0102: "ffdhe4096",
    0x0103: "ffdhe6144",
    0x0104: "ffdhe8192",
    0x11EB: "SecP256r1MLKEM768",
    0x11EC: "X25519MLKEM768",
    0x11ED: "SecP384r1MLKEM1024",
}


class KeyExchange:
    """Watches one handshake. ``group``: what was agreed on; empty as long as it is not known.

    ``asked``: the server wants a certificate of this side; ``shown``: it got one.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self.group = ""
        self.asked = self.shown = False
        # Private, but there since Python 3.8; without it the group stays unknown.
        if hasattr(context, "_msg_callback"):
            context._msg_callback = self._message

    def name(self, cipher: str) -> str:
        """The group, or else what the name of a cipher suite up to TLS 1.2 tells."""
        if self.group:
            return self.group
        for prefix, how in (("ECDHE-", "ECDHE"), ("DHE-", "DHE"), ("ECDH-", "ECDH"), ("DH-", "DH"), ("PSK-", "PSK")):
            if cipher.startswith(prefix):
                return how
        return "" if cipher.startswith("TLS_") or cipher == "unknown" else "RSA"

    def _message(self, connection: object, direction: str, version: int, content: int, kind: int, data: bytes) -> None:
        if int(content) != _HANDSHAKE:
            return
        if direction != "read":
            self.shown = self.shown or (int(kind) == _CERTIFICATE and len(data) > _NO_CERTIFICATE)
        elif int(kind) == _SERVER_HELLO:
            self.group = _of_server_hello(data) or self.group
        elif int(kind) == _CERTIFICATE_REQUEST:
            self.asked = True
        elif int(kind) == _SERVER_KEY_EXCHANGE and data[4:5] == bytes([_NAMED_CURVE]):
            self.group = _group(data[5:7]) or self.group


def _group(octets: bytes) -> str:
    number = int.from_bytes(octets, "big")
    return _GROUPS.get(number, f"group 0x{number:04x}") if len(octets) == 2 else ""


def _of_server_hello(data: bytes) -> str:
    """The group of the extension ``key_share`` (RFC 8446 sections 4.1.3 and 4.2.8); empty if there is none."""
    at = 4 + 2 + 32  # message header, version, random
    at += 1 + data[at] if len(data) > at else 0  # session id
    at += 2 + 1  # cipher suite, compression
    end = at + 2 + int.from_bytes(data[at : at + 2], "big")
    at += 2
    while at + 4 <= min(end, len(data)):
        kind, length = int.from_bytes(data[at : at + 2], "big"), int.from_bytes(data[at + 2 : at + 4], "big")
        if kind == _KEY_SHARE:
            return _group(data[at + 4 : at + 6])
        at += 4 + length
    return ""
