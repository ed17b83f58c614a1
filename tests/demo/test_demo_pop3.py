"""The POP3 server over a socket, with poplib at the other end."""

from __future__ import annotations

import poplib
import socket
import time

import pytest
from demo_background import Background

from mailshell.demo import listener
from mailshell.demo.mailbox import INBOX, PASSWORD, USER
from mailshell.demo.pop3 import Pop3Demo, start_pop3


def connect(server: Pop3Demo, *, login: bool = True) -> poplib.POP3:
    client = poplib.POP3("127.0.0.1", server.port, timeout=5)
    if login:
        client.user(USER)
        client.pass_(PASSWORD)
    return client


def joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\r\n" for line in lines)


def drain(sock: socket.socket) -> bytes:
    """What comes until the server closes."""
    octets = b""
    while piece := sock.recv(1 << 16):
        octets += piece
    return octets


def test_every_message_octet_for_octet(pop3: Pop3Demo) -> None:
    client = connect(pop3)
    sizes = [len(message.octets) for message in INBOX]
    assert client.stat() == (len(INBOX), sum(sizes))
    assert client.list()[1] == [b"%d %d" % (n, size) for n, size in enumerate(sizes, 1)]
    for number, message in enumerate(INBOX, 1):
        _, lines, _ = client.retr(number)
        assert joined(lines) == message.octets
        head, _, body = message.octets.partition(b"\r\n\r\n")
        for count in (0, 1, 5, 100_000):
            _, lines, _ = client.top(number, count)
            wanted = body.split(b"\r\n")[:-1][:count]
            assert joined(lines) == head + b"\r\n\r\n" + joined(wanted)
    assert len(set(client.uidl()[1])) == len(INBOX)
    client.quit()


def test_apop_and_capa(pop3: Pop3Demo) -> None:
    client = connect(pop3, login=False)
    capabilities = client.capa()
    assert capabilities["SASL"] == ["PLAIN", "LOGIN", "CRAM-MD5"]
    assert capabilities["EXPIRE"] == ["NEVER"]
    assert capabilities["IMPLEMENTATION"] == ["mailshell-demo"]
    assert client.utf8().startswith(b"+OK")
    client.apop(USER, PASSWORD)
    assert client.stat()[0] == len(INBOX)
    client.quit()


def test_deletion_lock_and_vanishing(pop3: Pop3Demo) -> None:
    first = connect(pop3)
    first.dele(1)
    second = connect(pop3, login=False)
    second.user(USER)
    with pytest.raises(poplib.error_proto, match=r"\[IN-USE\]"):
        second.pass_(PASSWORD)
    second.quit()
    first.close()  # without QUIT: nothing is removed, and the lock is free again

    deadline = time.monotonic() + 5
    while True:
        try:
            third = connect(pop3)
            break
        except poplib.error_proto:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert third.stat()[0] == len(INBOX)
    third.dele(1)
    third.quit()
    fourth = connect(pop3)
    assert fourth.stat()[0] == len(INBOX) - 1
    assert joined(fourth.retr(1)[1]) == INBOX[1].octets
    fourth.quit()


def test_each_server_has_its_own_copy(background: Background, pop3: Pop3Demo) -> None:
    client = connect(pop3)
    client.dele(2)
    client.quit()
    other = background.run(start_pop3())
    assert other.port != pop3.port
    client = connect(other)
    assert client.stat()[0] == len(INBOX)
    client.quit()
    background.run(other.close())


def test_wrong_password_closes_at_last(pop3: Pop3Demo) -> None:
    with socket.create_connection(("127.0.0.1", pop3.port), timeout=5) as sock:
        sock.sendall(b"USER demo\r\nPASS wrong\r\n" * 5)
        replies = drain(sock).split(b"\r\n")
    assert sum(line.startswith(b"-ERR [AUTH]") for line in replies) == 5


def test_pipelining_the_whole_session(pop3: Pop3Demo) -> None:
    with socket.create_connection(("127.0.0.1", pop3.port), timeout=5) as sock:
        retrs = b"".join(b"RETR %d\r\n" % number for number in range(1, len(INBOX) + 1))
        sock.sendall(b"USER demo\r\nPASS demo\r\n" + retrs * 20 + b"QUIT\r\n")
        replies = drain(sock)
    assert replies.endswith(b"+OK goodbye\r\n")
    assert replies.count(b"frame  time      azimuth") == 20


def test_endless_line(pop3: Pop3Demo) -> None:
    with socket.create_connection(("127.0.0.1", pop3.port), timeout=5) as sock:
        sock.sendall(b"NOOP " + b"x" * 5000 + b"\r\nCAPA\r\n" + b"y" * 12289)
        replies = drain(sock)
    assert b"-ERR line too long" in replies
    assert b"\r\nPIPELINING\r\n" in replies
    assert replies.endswith(b"-ERR line far too long; goodbye\r\n")


def test_idle_clients_are_closed_without_a_word(background: Background) -> None:
    server = background.run(start_pop3(idle_timeout=0.1))
    client = connect(server)
    client.dele(1)
    assert client.sock.recv(100) == b""
    client.close()
    client = connect(server)
    assert client.stat()[0] == len(INBOX)
    client.close()
    background.run(server.close())


def test_close_ends_connections(background: Background, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "_GRACE", 0.2)
    server = background.run(start_pop3())
    idle = connect(server)
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as greedy:
        greedy.sendall(b"CAPA\r\n" * 100_000)  # and never reads the replies
        time.sleep(0.3)
        started = time.monotonic()
        background.run(server.close())
        assert time.monotonic() - started < 3
        assert idle.sock.recv(100) == b""
    idle.close()
    background.run(server.close())
    assert background.tasks() == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=1)
