"""The IMAP server, with imaplib at the other end, and both servers together."""

from __future__ import annotations

import asyncio
import builtins
import errno
import imaplib
import socket
import struct
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from demo_background import Background

pytest.importorskip("pymap")

from mailshell.demo.errors import DemoUnavailable
from mailshell.demo.imap import ImapDemo, start_imap
from mailshell.demo.mailbox import INBOX, MAILBOXES, PASSWORD, USER
from mailshell.demo.servers import start_demo

WIRE_NAMES = {"Entw\u00fcrfe & Notizen": '"Entw&APw-rfe &- Notizen"'}


@pytest.fixture
def imap(background: Background) -> Iterator[ImapDemo]:
    """An IMAP server over the sample."""
    server = background.run(start_imap())
    yield server
    background.run(server.close())


def connect(server: ImapDemo, *, login: bool = True) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", server.port, timeout=5)
    if login:
        client.login(USER, PASSWORD)
    return client


@pytest.mark.parametrize("name", MAILBOXES)
def test_every_message_octet_for_octet(imap: ImapDemo, name: str) -> None:
    client = connect(imap)
    selected = client.select(WIRE_NAMES.get(name, name), readonly=True)
    assert selected == ("OK", [b"%d" % len(MAILBOXES[name])])
    for number, message in enumerate(MAILBOXES[name], 1):
        status, data = client.fetch(str(number), "(FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")
        assert status == "OK"
        assert isinstance(data[0], tuple)
        head, octets = data[0]
        assert isinstance(head, bytes)
        assert octets == message.octets
        assert b"RFC822.SIZE %d " % len(message.octets) in head
        flags = {flag.decode() for flag in imaplib.ParseFlags(head)}
        assert flags - {"\\Recent"} == set(message.flags)
        stamp = message.internaldate.strftime("%d-%b-%Y %H:%M:%S %z").encode()
        assert b'INTERNALDATE "' + stamp in head
    client.logout()


def test_structures_can_be_fetched(imap: ImapDemo) -> None:
    client = connect(imap)
    client.select(readonly=True)
    status, data = client.fetch("1:*", "(ENVELOPE BODYSTRUCTURE BODY.PEEK[HEADER] BODY.PEEK[1])")
    assert status == "OK"
    assert sum(isinstance(item, tuple) and b"ENVELOPE" in item[0] for item in data) == len(INBOX)
    client.logout()


def test_mailbox_names(imap: ImapDemo) -> None:
    client = connect(imap)
    for data in (client.list()[1], client.lsub()[1]):
        lines = [line.decode() for line in data if isinstance(line, bytes)]
        assert {line.partition('"/" ')[2] for line in lines} == {
            "INBOX",
            "Archive",
            "Archive/2025",
            "Drafts",
            "Sent",
            WIRE_NAMES["Entw\u00fcrfe & Notizen"],
        }
    client.logout()


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_authenticate(imap: ImapDemo, mechanism: str) -> None:
    client = connect(imap, login=False)
    assert f"AUTH={mechanism}" in client.capabilities
    assert "LOGINDISABLED" not in client.capabilities
    assert "STARTTLS" not in client.capabilities
    if mechanism == "CRAM-MD5":
        client.login_cram_md5(USER, PASSWORD)
    else:
        answers = iter([USER, PASSWORD] if mechanism == "LOGIN" else [f"\0{USER}\0{PASSWORD}"])
        client.authenticate(mechanism, lambda _challenge: next(answers).encode())
    assert client.select()[0] == "OK"
    client.logout()


def test_wrong_password(imap: ImapDemo) -> None:
    client = connect(imap, login=False)
    with pytest.raises(imaplib.IMAP4.error):
        client.login(USER, "wrong")
    client.login(USER, PASSWORD)
    client.logout()


def test_sessions_share_and_servers_do_not(background: Background, imap: ImapDemo) -> None:
    client, witness = connect(imap), connect(imap)
    client.select()
    client.store("1:3", "+FLAGS.SILENT", "\\Deleted")
    client.expunge()
    assert witness.select(readonly=True)[1] == [b"%d" % (len(INBOX) - 3)]
    other = background.run(start_imap())
    stranger = connect(other)
    assert stranger.select(readonly=True)[1] == [b"%d" % len(INBOX)]
    for one in (client, witness, stranger):
        one.logout()
    background.run(other.close())


def test_clients_that_vanish_leave_no_trace(
    background: Background, imap: ImapDemo, capfd: pytest.CaptureFixture[str]
) -> None:
    for last_words in (b"", b"b IDLE\r\n", b"b FETCH 1:* BODY[]\r\n" * 50, b"b APPEND INBOX {100}\r\n"):
        sock = socket.create_connection(("127.0.0.1", imap.port), timeout=5)
        sock.sendall(b"a LOGIN demo demo\r\na SELECT INBOX\r\n" + last_words)
        time.sleep(0.05)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close with a reset
        sock.close()
    with socket.create_connection(("127.0.0.1", imap.port), timeout=5) as sock:
        sock.sendall(b"x" * 200_000)  # more in a line than pymap's stream takes
    connect(imap).logout()
    assert background.complaints == []
    assert capfd.readouterr() == ("", "")


def test_close_ends_connections(background: Background, capfd: pytest.CaptureFixture[str]) -> None:
    server = background.run(start_imap())
    quiet, idling = connect(server), connect(server)
    idling.select()
    idling.send(b"i IDLE\r\n")
    assert idling.readline().startswith(b"+ ")
    background.run(server.close())
    background.run(server.close())
    assert quiet.readline().startswith(b"* BYE")
    assert idling.readline().startswith(b"* BYE")
    quiet.shutdown()
    idling.shutdown()
    assert background.tasks() == 0
    assert capfd.readouterr() == ("", "")


def test_both_together(background: Background) -> None:
    demo = background.run(start_demo())
    assert demo.imap_url == f"imap://demo:demo@127.0.0.1:{demo.imap.port}"
    assert demo.pop3_url == f"pop3://demo:demo@127.0.0.1:{demo.pop3.port}"
    for port in (demo.imap.port, demo.pop3.port):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    background.run(demo.close())
    for port in (demo.imap.port, demo.pop3.port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1)


def test_port_taken_closes_the_other(background: Background) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError) as raised:  # noqa: PT011
        background.run(start_demo(pop3_port=taken.getsockname()[1]))
    assert raised.value.errno == errno.EADDRINUSE
    assert background.tasks() == 0


def test_without_pymap(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "pymap":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return original(name, *rest, **named)

    monkeypatch.delitem(sys.modules, "mailshell.demo.imap_backend", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DemoUnavailable) as raised:
        asyncio.run(start_imap())
    assert str(raised.value) == "the demo's IMAP server needs pymap: pip install 'mailshell[demo]'"
