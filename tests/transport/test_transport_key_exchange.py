"""How the keys came about, as read from the handshake: each way of TLS 1.2 and 1.3, and messages that are anything."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from certificates import issue, server_context
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from mailshell.transport.key_exchange import KeyExchange
from mailshell.transport.tls import TlsOptions, make_context
from mailshell.transport.tls_info import TlsInfo
from mailshell.transport.tls_layer import TlsLayer

#: A group of RFC 7919, for the server.
FFDHE2048 = """\
-----BEGIN DH PARAMETERS-----
MIIBCAKCAQEA//////////+t+FRYortKmq/cViAnPTzx2LnFg84tNpWp4TZBFGQz
+8yTnc4kmz75fS/jY2MMddj2gbICrsRhetPfHtXV/WVhJDP1H18GbtCFY2VVPe0a
87VXE15/V8k1mE8McODmi3fipona8+/och3xWKE2rec1MKzKT0g6eXq8CrGCsyT7
YdEIqUuyyOP7uWrat2DX9GgdT0Kj3jlN9K5W7edjcrsZCwenyO4KbXCeAvzhzffi
7MA0BM0oNC9hkXL+nOmFg/+OTxIy7vKBg8P+OxtMb61zO7X8vC7CIAXFjvGDfRaD
ssbzSibBsu/6iGtCOGEoXJf//////////wIBAg==
-----END DH PARAMETERS-----
"""
RSA = issue("localhost", hosts=["localhost"], key=rsa.generate_private_key(65537, 2048))


def agreed(change: Callable[[ssl.SSLContext], None], options: TlsOptions | None = None) -> TlsInfo:
    """What a handshake with such a server agreed on."""
    context = server_context(RSA)
    change(context)
    layer = TlsLayer(make_context(options or TlsOptions(insecure=True)), "localhost")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    to_server = layer.start()
    for _ in range(6):
        incoming.write(to_server)
        try:
            server.do_handshake()
        except ssl.SSLWantReadError:
            pass
        output = layer.receive_ciphertext(outgoing.read())
        assert output.error is None
        to_server = output.ciphertext
    assert not layer.handshaking
    return layer.info()


def tls_1_2(cipher: str, curve: str = "") -> Callable[[ssl.SSLContext], None]:
    def change(context: ssl.SSLContext) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(f"{cipher}:@SECLEVEL=0")
        if curve:
            context.set_ecdh_curve(curve)

    return change


def dhe(context: ssl.SSLContext) -> None:
    tls_1_2("DHE-RSA-AES128-GCM-SHA256")(context)
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_text(FFDHE2048)
        context.load_dh_params(file.name)


def tls_1_3(curve: str) -> Callable[[ssl.SSLContext], None]:
    return lambda context: context.set_ecdh_curve(curve)


@pytest.mark.parametrize(
    ("change", "version", "how"),
    [
        (tls_1_2("ECDHE-RSA-AES128-GCM-SHA256", "prime256v1"), "TLSv1.2", "secp256r1"),
        (tls_1_2("ECDHE-RSA-AES128-GCM-SHA256", "secp384r1"), "TLSv1.2", "secp384r1"),
        (tls_1_2("ECDHE-RSA-AES128-GCM-SHA256", "X25519"), "TLSv1.2", "X25519"),
        (tls_1_2("AES128-GCM-SHA256"), "TLSv1.2", "RSA"),
        (dhe, "TLSv1.2", "DHE"),
        (tls_1_3("X25519"), "TLSv1.3", "X25519"),
        # The client has offered no share of this group: the server asks for it (HelloRetryRequest).
        (tls_1_3("secp384r1"), "TLSv1.3", "secp384r1"),
        (tls_1_3("X448"), "TLSv1.3", "X448"),
    ],
)
def test_each_way(change: Callable[[ssl.SSLContext], None], version: str, how: str) -> None:
    info = agreed(change)
    assert (info.version, info.key_exchange) == (version, how)
    assert ("tls-unique" in dict(info.bindings)) == (version == "TLSv1.2")
    assert "tls-server-end-point" in dict(info.bindings)


def test_without_the_private_attribute_the_name_of_the_cipher_is_left() -> None:
    class Context:
        pass

    watcher = KeyExchange(Context())  # type: ignore[arg-type]
    expected = {"ECDHE-RSA-X": "ECDHE", "DHE-RSA-X": "DHE", "AES128-SHA": "RSA", "TLS_AES_128": "", "unknown": ""}
    assert {cipher: watcher.name(cipher) for cipher in expected} == expected


@given(st.sampled_from([1, 2, 11, 12, 13, 99]), st.sampled_from([20, 21, 22, 256]), st.binary(max_size=120))
def test_messages_that_are_anything(kind: int, content: int, data: bytes) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    watcher = KeyExchange(context)
    for direction in ("read", "write"):
        context._msg_callback(None, direction, 0x0303, content, kind, data)  # type: ignore[attr-defined]
    assert watcher.name("TLS_X") == watcher.group
    if content != 22:
        assert (watcher.group, watcher.asked, watcher.shown) == ("", False, False)
