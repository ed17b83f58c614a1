"""TLS: the layer by itself against OpenSSL's server side, contexts, and the sentences for what goes wrong."""

from __future__ import annotations

import ssl
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from transport_support import Pki, connected, echo, run, says, serving, tcp

from mailshell.transport.connect import connect
from mailshell.transport.errors import ConnectFailed, TlsFailed
from mailshell.transport.tls import TlsOptions, make_context
from mailshell.transport.tls_errors import describe_tls_error
from mailshell.transport.tls_info import TlsInfo
from mailshell.transport.tls_layer import TlsEvent, TlsLayer, TlsOutput


class Server:
    """The server's side, over memory too."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.object = context.wrap_bio(self.incoming, self.outgoing, server_side=True)

    def handshake(self, octets: bytes) -> bytes:
        self.incoming.write(octets)
        try:
            self.object.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return self.outgoing.read()

    def write(self, octets: bytes) -> bytes:
        self.object.write(octets)
        return self.outgoing.read()


def joined(pki: Pki) -> tuple[TlsLayer, Server, TlsOutput]:
    layer, server = TlsLayer(make_context(pki.trusting), "localhost"), Server(pki.good)
    output = layer.receive_ciphertext(server.handshake(layer.start()))
    rest = server.handshake(output.ciphertext)
    if rest:
        layer.receive_ciphertext(rest)
    return layer, server, output


def test_the_layer_does_a_handshake_and_tells_it_once(pki: Pki) -> None:
    layer, _, output = joined(pki)
    assert output.events == [TlsEvent.HANDSHAKE_DONE]
    assert (output.plaintext, output.error) == ([], None)
    info = layer.info()
    assert info.version == "TLSv1.3"
    assert info.bits in (128, 256)
    assert info.cipher.startswith("TLS_")
    assert info.verified
    assert info.server_name == "localhost"
    assert "localhost" in info.chain[0].details().names
    assert info.key_exchange in ("X25519", "X25519MLKEM768")
    assert (info.resumed, info.unique) == (False, None)
    assert "certificate" not in repr(info)


def test_the_layer_takes_ciphertext_octet_by_octet(pki: Pki) -> None:
    layer, server = TlsLayer(make_context(pki.trusting), "localhost"), Server(pki.good)
    answer, seen, plain = server.handshake(layer.start()), [], b""
    for at in range(len(answer)):
        output = layer.receive_ciphertext(answer[at : at + 1])
        seen += output.events
        answer_back = output.ciphertext
    for octet in server.handshake(answer_back) + server.write(b"hello"):
        plain += b"".join(layer.receive_ciphertext(bytes([octet])).plaintext)
    assert seen == [TlsEvent.HANDSHAKE_DONE]
    assert plain == b"hello"


def test_the_layer_gives_large_pieces(pki: Pki) -> None:
    layer, server, _ = joined(pki)
    sent = bytes(range(256)) * 4096  # 1 MiB
    wire = b"".join(server.write(sent[at : at + 16384]) for at in range(0, len(sent), 16384))
    pieces: list[bytes] = []
    for at in range(0, len(wire), 256 * 1024):
        pieces += layer.receive_ciphertext(wire[at : at + 256 * 1024]).plaintext
    assert b"".join(pieces) == sent
    assert len(pieces) <= 6
    assert max(map(len, pieces)) <= 256 * 1024
    again = b"".join(server.write(sent[at : at + 16384]) for at in range(0, len(sent), 16384))
    whole = layer.receive_ciphertext(again).plaintext
    assert b"".join(whole) == sent
    assert max(map(len, whole)) <= 256 * 1024


def test_what_is_written_in_the_handshake_is_sent_after_it(pki: Pki) -> None:
    layer, server = TlsLayer(make_context(pki.trusting), "localhost"), Server(pki.good)
    hello = layer.start()
    assert layer.send_plaintext(b"early ") == b""
    output = layer.receive_ciphertext(server.handshake(hello))
    server.handshake(output.ciphertext + layer.send_plaintext(b"late"))
    assert server.object.read(100) + server.object.read(100) == b"early late"


def test_a_peer_that_closes_is_told_after_its_last_octets(pki: Pki) -> None:
    layer, server, _ = joined(pki)
    wire = server.write(b"bye")
    with pytest.raises(ssl.SSLWantReadError):
        server.object.unwrap()
    output = layer.receive_ciphertext(wire + server.outgoing.read())
    assert output.plaintext == [b"bye"]
    assert output.events == [TlsEvent.PEER_CLOSED]
    assert layer.close()
    assert layer.close() == b""


def test_a_broken_record_is_a_value_and_what_came_before_it_counts(pki: Pki) -> None:
    layer, server, _ = joined(pki)
    good, bad = server.write(b"good"), bytearray(server.write(b"bad"))
    bad[-1] ^= 1
    output = layer.receive_ciphertext(good + bytes(bad))
    assert output.plaintext == [b"good"]
    assert isinstance(output.error, ssl.SSLError)
    assert output.ciphertext  # the alert
    assert layer.receive_ciphertext(b"x") == TlsOutput([], b"", [])


def test_alpn(pki: Pki) -> None:
    pki.good.set_alpn_protocols(["imap"])
    layer = TlsLayer(make_context(replace(pki.trusting, alpn="imap")), "localhost")
    server = Server(pki.good)
    layer.receive_ciphertext(server.handshake(layer.start()))
    assert layer.info().alpn == "imap"


def test_a_context_verifies_unless_told_otherwise() -> None:
    context = make_context(TlsOptions())
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    insecure = make_context(TlsOptions(insecure=True))
    assert not insecure.check_hostname
    assert insecure.verify_mode is ssl.CERT_NONE


def test_a_ca_file_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(TlsFailed, match=r"nowhere: cannot read the CA file: no such file"):
        make_context(TlsOptions(cafile=str(tmp_path / "nowhere")))
    empty = tmp_path / "empty"
    empty.write_text("nothing\n")
    with pytest.raises(TlsFailed, match="holds no certificate in PEM form"):
        make_context(TlsOptions(cafile=str(empty)))


# --- connections ---------------------------------------------------------------------------------


def failure(context: ssl.SSLContext, options: TlsOptions, host: str = "localhost") -> str:
    async def main() -> str:
        async with serving(echo, tls=context) as port:
            with pytest.raises(TlsFailed) as caught:
                async with connected(tcp(port, host, implicit_tls=True), options):
                    pass
            assert isinstance(caught.value, ConnectFailed)
            assert any("connected" in line for line in caught.value.attempts)
            return caught.value.reason.replace(f":{port}", "")

    return run(main())


def success(context: ssl.SSLContext, options: TlsOptions, host: str = "localhost") -> TlsInfo:
    async def main() -> TlsInfo:
        async with (
            serving(echo, tls=context) as port,
            connected(tcp(port, host, implicit_tls=True), options) as (stream, recorder),
        ):
            stream.write(b"hello")
            assert await recorder.count(5) == b"hello"
            assert stream.tls is not None
            return stream.tls

    return run(main())


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_good_certificate(pki: Pki, host: str) -> None:
    info = success(pki.good, pki.trusting, host)
    assert info.verified
    assert info.server_name == host


@pytest.mark.parametrize(
    ("which", "sentence"),
    [
        ("expired", "the certificate of localhost expired on "),
        ("future", "the certificate of localhost is not valid before "),
        (
            "other_name",
            "the certificate of localhost is not for the name localhost "
            "(it is for mail.example.org, *.example.net): connect by a name that it bears",
        ),
        ("other_issuer", "the certificate of localhost is not trusted: it was issued by OU=Testing CA"),
        ("self_signed", "the certificate of localhost is self-signed: trust it with --cafile FILE"),
    ],
)
def test_a_bad_certificate_is_named_and_insecure_takes_it(pki: Pki, which: str, sentence: str) -> None:
    context = getattr(pki, which)
    reason = failure(context, pki.trusting)
    assert sentence in reason
    assert "--insecure" in reason
    info = success(context, TlsOptions(insecure=True))
    assert not info.verified
    assert info.chain


def test_a_self_signed_certificate_can_be_pinned(pki: Pki) -> None:
    assert success(pki.self_signed, TlsOptions(cafile=pki.self_signed_pem)).verified


def test_another_server_name_can_be_asked_for(pki: Pki) -> None:
    info = success(pki.other_name, TlsOptions(cafile=pki.cafile, server_name="mail.example.org"))
    assert info.server_name == "mail.example.org"
    wrong = failure(pki.other_name, TlsOptions(cafile=pki.cafile, server_name="nowhere.example"))
    assert "not for the name nowhere.example" in wrong


def test_an_address_that_the_certificate_does_not_bear(pki: Pki) -> None:
    assert "is not for the name 127.0.0.1 (it is for mail" in failure(pki.other_name, pki.trusting, "127.0.0.1")


def test_an_old_version(pki: Pki) -> None:
    old = Pki._server(pki.authority.issue_cert("localhost"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    assert success(old, TlsOptions(insecure=True)).version == "TLSv1.1"

    layer, server = TlsLayer(make_context(pki.trusting), "localhost"), ssl.MemoryBIO()
    hello, outgoing = layer.start(), ssl.MemoryBIO()
    server.write(hello)
    with pytest.raises(ssl.SSLError):
        old.wrap_bio(server, outgoing, server_side=True).do_handshake()
    error = layer.receive_ciphertext(outgoing.read()).error
    assert error is not None
    assert "no TLS version that is accepted here" in describe_tls_error(error, "h")


def test_tls_1_2(pki: Pki) -> None:
    older = Pki._server(pki.authority.issue_cert("localhost"))
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    assert success(older, pki.trusting).version == "TLSv1.2"


def test_a_server_that_speaks_plain_text(pki: Pki) -> None:
    async def main() -> None:
        async with serving(says(b"* OK \x1b[31mready\r\nmore")) as port:
            with pytest.raises(TlsFailed) as caught:
                async with connected(tcp(port, implicit_tls=True), pki.trusting):
                    pass
            assert caught.value.reason == (
                f"127.0.0.1:{port}: the server does not speak TLS on this port (it sent plain text "
                "'* OK \\x1b[31mready'): use imap:// or pop3:// with STARTTLS, or give the port that speaks TLS"
            )

    run(main())


def test_a_handshake_that_stalls(pki: Pki) -> None:
    async def main() -> None:
        async def silent(reader: object, writer: object) -> None:
            import asyncio

            await asyncio.sleep(0.6)

        async with serving(silent) as port:
            with pytest.raises(TlsFailed, match=r"did not finish the TLS handshake within 0\.\d+ s: check that"):
                async with connected(tcp(port, implicit_tls=True), pki.trusting, timeout=0.3):
                    pass

    run(main())


@pytest.mark.parametrize("answer", [b"", b"\x16\x03\x03\x00\x7a\x02"])
def test_a_server_that_closes_in_the_handshake(pki: Pki, answer: bytes) -> None:
    async def main() -> None:
        async with serving(says_after_hello(answer)) as port:
            with pytest.raises(TlsFailed, match="closed the connection in the middle of the TLS handshake"):
                async with connected(tcp(port, implicit_tls=True), pki.trusting):
                    pass

    run(main())


def says_after_hello(answer: bytes):  # type: ignore[no-untyped-def]
    async def handler(reader, writer):  # type: ignore[no-untyped-def]
        await reader.read(4096)
        writer.write(answer)

    return handler


@pytest.mark.parametrize(
    ("alert", "sentence"),
    [  # the numbers are those of RFC 8446 section 6
        (40, "have no TLS cipher in common"),
        (70, "no TLS version that is accepted here"),
        (80, "with the alert “internal error”: see the server's log"),
        (112, "does not know itself by that name"),
        (116, "asks for a client certificate"),
    ],
)
def test_an_alert_from_the_server(pki: Pki, alert: int, sentence: str) -> None:
    async def main() -> None:
        async with serving(says_after_hello(bytes([0x15, 3, 3, 0, 2, 2, alert]))) as port:
            with pytest.raises(TlsFailed, match=sentence):
                async with connected(tcp(port, implicit_tls=True), pki.trusting):
                    pass

    run(main())


def test_the_receiver_is_told_nothing_of_a_failed_connect(pki: Pki) -> None:
    from transport_support import Recorder

    async def main() -> None:
        import asyncio

        recorder = Recorder()
        async with serving(echo, tls=pki.expired) as port:
            with pytest.raises(TlsFailed):
                await connect(tcp(port, implicit_tls=True), recorder, tls=pki.trusting, timeout=5)
            await asyncio.sleep(0.05)
        assert (recorder.pieces, recorder.ends) == ([], [])

    run(main())


def test_sentences_without_a_connection() -> None:
    assert "reset the connection" in describe_tls_error(ConnectionResetError(), "h")
    assert "closed the connection" in describe_tls_error(ssl.SSLEOFError(), "h")
    assert "in time" in describe_tls_error(TimeoutError(), "h")
    assert "h failed: odd;" in describe_tls_error(ValueError("odd"), "h")
    for code in (10, 9, 62, 64, 18, 19, 20, 21, 66, 68, 23, 99):
        error = ssl.SSLCertVerificationError(1, "x")
        error.verify_code, error.verify_message = code, "message"
        sentence = describe_tls_error(error, "h")
        assert sentence.startswith("the certificate of h ")
        assert "--insecure" in sentence
