"""Both servers over one INBOX: what imaplib does is seen by poplib, and the other way round."""

from __future__ import annotations

import imaplib
import poplib
import re
from collections.abc import Iterator

import pytest
from demo_background import Background

pytest.importorskip("pymap")

from mailshell.demo.mailbox import INBOX, PASSWORD, USER
from mailshell.demo.servers import Demo, start_demo

LETTER = b"Subject: new\r\n\r\nfirst\r\n.\r\n..\r\nlast\r\n"


@pytest.fixture
def demo(background: Background) -> Iterator[Demo]:
    """Both servers."""
    servers = background.run(start_demo())
    yield servers
    background.run(servers.close())


def imap(demo: Demo) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", demo.imap.port, timeout=5)
    client.login(USER, PASSWORD)
    assert client.select()[0] == "OK"
    return client


def pop3(demo: Demo) -> poplib.POP3:
    client = poplib.POP3("127.0.0.1", demo.pop3.port, timeout=5)
    client.user(USER)
    client.pass_(PASSWORD)
    return client


def uids(client: poplib.POP3) -> list[bytes]:
    return [line.split()[1] for line in client.uidl()[1]]


def octets(client: poplib.POP3, number: int) -> bytes:
    return b"".join(line + b"\r\n" for line in client.retr(number)[1])


def append(client: imaplib.IMAP4, letter: bytes) -> None:
    """APPEND with these very octets; imaplib's own changes the ends of the lines."""
    client.send(b"x APPEND INBOX {%d}\r\n" % len(letter))
    assert client.readline().startswith(b"+ ")
    client.send(letter + b"\r\n")
    while not (line := client.readline()).startswith(b"x "):
        pass
    assert line.startswith(b"x OK ")


def told(client: imaplib.IMAP4) -> list[bytes]:
    """The lines that a NOOP brings, without its own reply."""
    client.send(b"x NOOP\r\n")
    lines = []
    while not (line := client.readline()).startswith(b"x OK "):
        lines.append(line.rstrip())
    return lines


def expunge(client: imaplib.IMAP4, numbers: str) -> None:
    client.store(numbers, "+FLAGS.SILENT", "\\Deleted")
    assert client.expunge()[0] == "OK"


def test_the_same_messages_in_the_same_order(demo: Demo) -> None:
    sessions = imap(demo), pop3(demo)
    assert sessions[1].stat() == (len(INBOX), sum(len(message.octets) for message in INBOX))
    for number, message in enumerate(INBOX, 1):
        _, data = sessions[0].fetch(str(number), "(BODY.PEEK[])")
        assert isinstance(data[0], tuple)
        assert data[0][1] == octets(sessions[1], number) == message.octets
    sessions[0].logout()
    sessions[1].quit()


def test_unique_ids_are_uidvalidity_and_uid(demo: Demo) -> None:
    mail, drop = imap(demo), pop3(demo)
    validity = mail.response("UIDVALIDITY")[1][0]
    _, data = mail.fetch("1:*", "(UID)")
    found = [re.search(rb"UID (\d+)", line) for line in data if isinstance(line, bytes)]
    assert isinstance(validity, bytes)
    assert uids(drop) == [validity + b"." + one[1] for one in found if one]
    mail.logout()
    drop.quit()


def test_append_is_seen_by_the_next_session(demo: Demo) -> None:
    mail, before = imap(demo), pop3(demo)
    append(mail, LETTER)
    assert before.stat()[0] == len(INBOX)
    with pytest.raises(poplib.error_proto, match="no such message"):
        before.retr(len(INBOX) + 1)
    known = uids(before)
    before.quit()
    after = pop3(demo)
    assert after.stat()[0] == len(INBOX) + 1
    assert octets(after, len(INBOX) + 1) == LETTER
    assert uids(after)[:-1] == known
    after.quit()
    mail.logout()


@pytest.mark.parametrize(
    ("letter", "wanted"),
    [
        (b"Subject: header only\r\n", b"Subject: header only\r\n"),
        (b"Subject: no body\r\n\r\n", b"Subject: no body\r\n\r\n"),
        (b"Subject: torn off", b"Subject: torn off\r\n"),
        (b"Subject: unix\n\n.\n", b"Subject: unix\r\n\r\n.\r\n"),
        (b"\r\nbody only\r\n", b"\r\nbody only\r\n"),
    ],
)
def test_odd_letters(demo: Demo, letter: bytes, wanted: bytes) -> None:
    mail = imap(demo)
    append(mail, letter)
    drop = pop3(demo)
    assert octets(drop, len(INBOX) + 1) == wanted
    assert drop.list(len(INBOX) + 1).endswith(b" %d" % len(wanted))
    drop.quit()
    mail.logout()


def test_deletion_with_quit_expunges(demo: Demo) -> None:
    mail, drop = imap(demo), pop3(demo)
    known = uids(drop)
    drop.dele(2)
    drop.dele(5)
    assert told(mail) == []
    assert drop.quit() == b"+OK goodbye, messages removed: 2"
    assert told(mail) == [b"* 5 EXPUNGE", b"* 2 EXPUNGE"]
    assert told(mail) == []
    append(mail, LETTER)
    other = imap(demo)
    assert other.response("EXISTS")[1] == [b"%d" % (len(INBOX) - 1)]
    after = pop3(demo)
    assert uids(after)[:-1] == [uid for number, uid in enumerate(known, 1) if number not in (2, 5)]
    after.dele(len(INBOX) - 1)
    append(other, LETTER)
    after.quit()
    lines = told(mail)
    assert b"* %d EXPUNGE" % (len(INBOX) - 1) in lines
    assert b"* %d EXISTS" % (len(INBOX) - 1) in lines
    mail.logout()
    other.logout()


def test_idle_learns_of_it(demo: Demo) -> None:
    mail, drop = imap(demo), pop3(demo)
    mail.send(b"i IDLE\r\n")
    assert mail.readline().startswith(b"+ ")
    drop.dele(1)
    drop.quit()
    assert mail.readline() == b"* 1 EXPUNGE\r\n"
    mail.send(b"DONE\r\n")
    assert mail.readline().startswith(b"i OK ")
    mail.logout()


def test_deletion_without_quit_changes_nothing(demo: Demo) -> None:
    mail, drop = imap(demo), pop3(demo)
    drop.dele(1)
    drop.rset()
    drop.quit()
    drop = pop3(demo)
    known = uids(drop)
    drop.dele(1)
    drop.sock.sendall(b"x" * 13_000)  # too long a line: the server ends the session
    while drop.sock.recv(1 << 16):
        pass
    drop.close()
    assert told(mail) == []
    after = pop3(demo)
    assert uids(after) == known
    after.quit()
    mail.logout()


def test_expunge_takes_effect_in_the_next_session(demo: Demo) -> None:
    mail, before = imap(demo), pop3(demo)
    known = uids(before)
    expunge(mail, "1:3")
    assert before.stat()[0] == len(INBOX)
    assert octets(before, 1) == INBOX[0].octets
    assert octets(before, 4) == INBOX[3].octets
    before.dele(1)
    before.dele(4)
    assert before.quit() == b"+OK goodbye, messages removed: 1"  # the other one was gone already
    assert told(mail) == [b"* 1 EXPUNGE"]
    after = pop3(demo)
    assert uids(after) == known[4:]
    assert octets(after, 1) == INBOX[4].octets
    after.quit()
    mail.logout()


def test_renamed_inbox_is_left_alone(demo: Demo) -> None:
    mail, drop = imap(demo), pop3(demo)
    drop.dele(1)
    mail.close()
    assert mail.rename("INBOX", "Old")[0] == "OK"
    append(mail, LETTER)
    assert drop.quit() == b"+OK goodbye, messages removed: 0"
    assert mail.select("Old")[1] == [b"%d" % len(INBOX)]
    after = pop3(demo)
    assert after.stat() == (1, len(LETTER))
    after.quit()
    mail.logout()


def test_expunged_to_the_last(demo: Demo) -> None:
    mail = imap(demo)
    expunge(mail, "1:*")
    drop = pop3(demo)
    assert drop.stat() == (0, 0)
    assert uids(drop) == []
    drop.quit()
    mail.logout()
