"""Recording what Python programs do: imaplib, poplib, and a library on top of them."""

from __future__ import annotations

import imaplib
import poplib
import ssl
from pathlib import Path

import pytest
from servers.server import Server

import mailshell.recording
from mailshell.protocol.events import Side
from mailshell.recording.python import recording
from mailshell.recording.reader import Record, open_recording

SERVERS = pytest.mark.parametrize("server", ["dovecot", "cyrus", "demo"], indirect=True)


def read(path: Path) -> list[Record]:
    opened = open_recording(path)
    records = list(opened)
    assert opened.complete
    assert opened.warnings == []
    return records


def text(path: Path, side: Side) -> str:
    """The octets of a side, masks as they are."""
    pieces = [str(piece if not isinstance(piece, bytes) else piece.decode("utf-8", "backslashreplace"))
              for record in read(path) if record.side is side for piece in record.pieces]  # fmt: skip
    return "".join(pieces)


@SERVERS
def test_imaplib(server: Server, tmp_path: Path) -> None:
    with recording(tmp_path / "a.mwire") as paths, imaplib.IMAP4("127.0.0.1", server.imap) as imap:
        imap.login(server.user, server.password)
        imap.select("INBOX")
        imap.noop()
    assert paths == [tmp_path / "a.mwire"]
    sent = text(paths[0], Side.CLIENT)
    assert f"LOGIN {server.user} ⟦password#1⟧\r\n" in sent
    assert "SELECT INBOX\r\n" in sent
    assert "OK" in text(paths[0], Side.SERVER)
    # The password of the demo is a word of its greeting too, and too short to be looked for there.
    assert server.name == "demo" or server.password not in paths[0].read_text()
    assert paths[0].stat().st_mode & 0o777 == 0o600


@SERVERS
def test_poplib(server: Server, tmp_path: Path) -> None:
    with recording(tmp_path / "a.mwire"):
        pop3 = poplib.POP3("127.0.0.1", server.pop3)
        pop3.user(server.user)
        pop3.pass_(server.password)
        counted = pop3.stat()
        pop3.quit()
    path = tmp_path / "a.mwire"
    assert text(path, Side.CLIENT) == f"USER {server.user}\r\nPASS ⟦password#1⟧\r\nSTAT\r\nQUIT\r\n"
    assert f"+OK {counted[0]} {counted[1]}" in text(path, Side.SERVER)
    assert [record.kind for record in read(path)][-2:] == ["end", "close"]


def test_starttls_and_tls(dovecot: Server, tmp_path: Path) -> None:
    context = ssl.create_default_context(cafile=str(dovecot.cafile))
    with recording(tmp_path / "a.mwire") as paths:
        with imaplib.IMAP4("localhost", dovecot.imap) as imap:
            imap.starttls(context)
            imap.login(dovecot.user, dovecot.password)
        pop3 = poplib.POP3_SSL("localhost", dovecot.pop3s, context=context)
        pop3.quit()
    tls = next(record for record in read(paths[0]) if record.kind == "tls")
    assert tls.text("version").startswith("TLSv1")
    assert tls.fields["verified"] is True
    assert open_recording(paths[1]).header.tls == "implicit"
    assert dovecot.password not in paths[0].read_text()


def test_a_library_on_top(dovecot: Server, tmp_path: Path) -> None:
    imapclient = pytest.importorskip("imapclient", reason="IMAPClient is not installed")
    with recording(tmp_path / "a.mwire"):
        client = imapclient.IMAPClient("127.0.0.1", dovecot.imap, ssl=False)
        client.login(dovecot.user, dovecot.password)
        client.select_folder("INBOX")
        client.logout()
    assert "SELECT INBOX" in text(tmp_path / "a.mwire", Side.CLIENT).replace('"', "")


def test_only_the_block_is_recorded(demo: Server, tmp_path: Path) -> None:
    before = imaplib.IMAP4("127.0.0.1", demo.imap)
    with mailshell.recording(tmp_path / "a.mwire") as paths:  # type: ignore[operator]
        before.noop()
        inside = imaplib.IMAP4("127.0.0.1", demo.imap)
    inside.noop()
    after = imaplib.IMAP4("127.0.0.1", demo.imap)
    for client in (before, inside, after):
        client.logout()
    assert len(paths) == 1
    assert "NOOP" not in text(paths[0], Side.CLIENT)
    assert not hasattr(imaplib.IMAP4, "sock")


def test_what_the_program_raises_goes_on_and_the_recording_is_whole(demo: Server, tmp_path: Path) -> None:
    with pytest.raises(imaplib.IMAP4.error), recording(tmp_path / "a.mwire"):
        imaplib.IMAP4("127.0.0.1", demo.imap).login("nobody", "wrong-password")
    assert "LOGIN" in text(tmp_path / "a.mwire", Side.CLIENT)
    assert "wrong-password" not in (tmp_path / "a.mwire").read_text()


def test_no_file_is_overwritten_and_unsafe_ones_are_named_so(demo: Server, tmp_path: Path) -> None:
    (tmp_path / "a.mwire").touch()
    with pytest.raises(FileExistsError), recording(tmp_path / "a.mwire"):
        imaplib.IMAP4("127.0.0.1", demo.imap)
    with pytest.raises(ValueError, match=r"\.secret\.mwire"), recording(tmp_path / "b.mwire", unsafe_raw=True):
        pass
    with recording(tmp_path / "b.secret.mwire", unsafe_raw=True), imaplib.IMAP4("127.0.0.1", demo.imap) as imap:
        imap.login(demo.user, demo.password)
    assert demo.password in (tmp_path / "b.secret.mwire").read_text()
