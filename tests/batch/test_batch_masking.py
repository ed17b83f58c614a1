"""Known secrets in what a server says: decoded for JSON, cut to be shown, read in pieces."""

from __future__ import annotations

import asyncio
import base64
import json

import pytest
from batch_support import PLAIN_IMAP, POP3, PREAUTH, Certificates, Serve, inside, lines
from playbook import Script

from mailshell.interpreter.masking import beginning, looks_like_response
from mailshell.interpreter.tap import Tap
from mailshell.protocol.events import Side
from mailshell.protocol.imap.mailbox_name import encode_mailbox
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3_COMMANDS
from mailshell.protocol.secrecy import Secrets
from mailshell.wire import Octets

SECRET = "tr0ub4dor"
UMLAUTS = "Größe-77"


def echo(response: bytes, *, secret: str = SECRET, command: str = "NOOP") -> Script:
    """A server that is told the secret and says this then."""
    told = f"C: a1 LOGIN ana {secret}" if secret.isascii() else f"C: a1 LOGIN ana {{10}}\nS: + go\nC: {secret}"
    return [f"S: {PLAIN_IMAP}\n{told}\nS: a1 OK in\nC: a2 {command}", response + b"a2 OK done\r\n", "LOGOUT"]


WORD = base64.b64encode(f"it was {SECRET}!".encode())
ENVELOPE = b'* 1 FETCH (ENVELOPE (NIL "=?utf-8?b?%b?=" NIL NIL NIL NIL NIL NIL NIL NIL))\r\n' % WORD
BINARY = f"\xff{SECRET}".encode("latin-1")


@pytest.mark.parametrize(
    ("response", "secret", "command"),
    [
        (ENVELOPE, SECRET, "FETCH 1 ENVELOPE"),
        (b'* LIST () "/" {12}\r\nx/%b\r\n' % SECRET.encode(), SECRET, 'LIST "" *'),
        (b'* LIST () "/" "%b"\r\n' % encode_mailbox(UMLAUTS), UMLAUTS, 'LIST "" *'),
        (b'* ID ("name" {9}\r\n%b "%b" "x")\r\n' % (SECRET.encode(), SECRET.encode()), SECRET, "ID NIL"),
        (b"* XYZZY {%d}\r\n%b\r\n" % (len(BINARY), BINARY), SECRET, "NOOP"),
        (b"* OK [XYZZY] {9}\r\n%b\r\n" % SECRET.encode(), SECRET, "NOOP"),
    ],
)
def test_json_masks_what_was_decoded(serve: Serve, response: bytes, secret: str, command: str) -> None:
    server = serve(echo(response, secret=secret, command=command))
    run = inside(server.url(), "--json", *lines(f"LOGIN ana {secret}", command))
    assert run.results[1]["status"] == "OK"
    assert run.results[1]["untagged"]
    everything = json.dumps(run.results, ensure_ascii=False) + run.err
    assert secret not in everything
    assert "⟦password⟧" in everything
    for text in _base64_in(run.results):
        assert secret.encode() not in base64.b64decode(text)


def _base64_in(value: object) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in _base64_in(item)]
    if isinstance(value, dict):
        return [text for name, item in value.items() for text in ([item] if name == "base64" else _base64_in(item))]
    return []


def test_json_leaves_a_message_as_it_is(serve: Serve) -> None:
    message = b"Subject: x\r\n\r\n%b\r\n" % SECRET.encode()
    response = b"* 1 FETCH (BODY[] {%d}\r\n%b)\r\n" % (len(message), message)
    server = serve(echo(response, command="FETCH 1 BODY[]"))
    run = inside(server.url(), "--json", *lines(f"LOGIN ana {SECRET}", "FETCH 1 BODY[]"))
    assert run.results[1]["data"][0]["body[]"]["text"] == message.decode()


def test_json_masks_a_reply_of_pop3(serve: Serve) -> None:
    server = serve(f"S: {POP3}\nC: PASS {SECRET}\nS: +OK\nC: UIDL 1\nS: +OK 1 {SECRET}\nQUIT")
    run = inside(server.url("pop3"), "--json", *lines(f"PASS {SECRET}", "UIDL 1"))
    assert run.results[1]["data"] == [{"type": "uidl", "messages": [{"number": 1, "uid": "⟦password⟧"}]}]


@pytest.mark.parametrize("straddling", range(1, len(SECRET)))
def test_a_secret_that_a_cut_goes_through_is_masked(serve: Serve, straddling: int) -> None:
    line = b"x" * (2000 - straddling) + SECRET.encode() + b" and more\r\n"
    run = inside(serve(echo(line)).url(), *lines(f"LOGIN ana {SECRET}", "NOOP"))
    assert "! stray line: xxx" in run.err
    assert "xtr" not in run.err
    assert "x⟦password⟧" in run.err


def test_a_secret_at_the_end_of_a_long_response_code_is_masked(serve: Serve) -> None:
    response = b"* OK [XYZZY " + b"x" * 4090 + SECRET.encode() + b"] hm\r\n"
    run = inside(serve(echo(response)).url(), *lines(f"LOGIN ana {SECRET}", "NOOP", "response XYZZY"))
    assert "XYZZY xxx" in run.out
    assert "xtr0" not in run.out
    assert "x⟦password⟧" in run.out


@pytest.mark.parametrize("size", [5, 9, 20])
def test_a_secret_that_is_read_in_pieces_is_masked(serve: Serve, size: int) -> None:
    script: Script = [f"S: {PLAIN_IMAP}\nC: a1 LOGIN ana {SECRET}\nS: a1 OK in\nC: b1 NOOP"]
    script += [f"* 1 {SECRET} 2 {SECRET} 3\r\nb1 OK\r\n".encode(), "LOGOUT"]
    pieces = [f"read {size}"] * (48 // size)
    url = serve(script).url()
    run = inside(url, "--timeout", "1", *lines(f"LOGIN ana {SECRET}", r"send b1 NOOP\r\n", *pieces))
    assert "⟦password⟧" in run.out
    for length in (2, 3, 4, 5):
        for at in range(len(SECRET) - length):
            assert SECRET[at : at + length] not in run.out.replace("password", "").replace("secret", "")


def test_a_secret_that_arrives_in_pieces_is_masked() -> None:
    secrets = Secrets()
    secrets.learn(SECRET.encode())
    tap = Tap(secrets)

    async def read(octets: bytes) -> bytes:
        tap.wire(Octets(Side.SERVER, octets, 0.0, False, 0, ()))
        return await tap.read(len(octets), 1.0)

    async def both() -> list[bytes]:
        return [await read(b"* tr0"), await read(b"ub4dor 1")]

    assert asyncio.run(both()) == ["* ⟦secret⟧".encode(), "⟦password⟧ 1".encode()]


def test_what_was_injected_is_masked_before_it_is_cut(serve: Serve, certificates: Certificates) -> None:
    injected = b"x" * 195 + SECRET.encode() + b" and more\r\n"
    script: Script = [f"S: {PLAIN_IMAP}\nC: a1 LOGIN ana {SECRET}\nS: a1 OK in\nC: a2 STARTTLS"]
    script += [b"a2 OK go\r\n" + injected, "TLS", "LOGOUT"]
    url = serve(script, tls=certificates.good).url()
    run = inside(url, "--cafile", certificates.cafile, *lines(f"LOGIN ana {SECRET}", "STARTTLS"))
    assert "CRITICAL" in run.err
    assert "xtr0" not in run.err
    assert "x⟦password⟧" in run.err


@pytest.mark.parametrize("at", range(12))
def test_the_beginning_of_octets(at: int) -> None:
    secrets = Secrets()
    secrets.learn(b"secret")
    octets = b"." * at + b"secret, secret"
    shown = beginning(octets, 10, secrets)
    assert shown.startswith(b"." * min(at, 10))
    assert (at < 10) == ("⟦password⟧".encode() in shown)
    assert b"s" not in shown.replace("⟦password⟧".encode(), b"")
    assert beginning(octets, 10, Secrets()) == octets[:10]


def test_without_a_secret_nothing_is_masked(serve: Serve) -> None:
    server = serve([f"S: {PREAUTH}\nC: a1 FETCH 1 ENVELOPE", ENVELOPE + b"a1 OK\r\n", "LOGOUT"])
    run = inside(server.url(), "--json", "-c", "FETCH 1 ENVELOPE")
    assert run.results[0]["data"][0]["envelope"]["subject"] == f"it was {SECRET}!"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AGFuYQB0cjB1YjRkb3I=", True),
        (r".raw AGFuYQB0cjB1YjRkb3I=\r\n", True),
        ('.raw "dHIw"', True),
        ("dHIw\r\n", True),
        ("QUIT", False),
        ("stat", False),
        ("a1 NOOP", False),
        ("dHI", False),
        ("", False),
        (".raw", False),
        ("*", False),
    ],
)
def test_what_looks_like_a_response(text: str, expected: bool) -> None:
    assert looks_like_response(text, POP3_COMMANDS) is expected


def test_after_a_success_a_word_is_no_response(serve: Serve) -> None:
    server = serve(f"S: {POP3}\nC: AUTH PLAIN\nS: + \nC: dHIw\nS: +OK\nC: XFOO\nS: -ERR\nQUIT")
    run = inside(server.url("pop3"), *lines(".raw", "AUTH PLAIN", "dHIw", "XFOO", ".raw", ".history"))
    assert "XFOO" in run.out
    assert "dHIw" not in run.out
