"""Several SELECTs under way: what comes belongs to the oldest (RFC 9051 sections 5.5 and 6.3.2)."""

from __future__ import annotations

from mailshell.protocol.imap.connection import ImapConnection
from mailshell.protocol.imap.state import Phase


def test_each_gets_its_own_data() -> None:
    engine = ImapConnection()
    list(engine.received(b"* PREAUTH ready\r\n"))
    engine.sent(b"a1 SELECT INBOX\r\na2 EXAMINE Sent\r\n")
    list(engine.received(b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] valid\r\na1 OK [READ-WRITE] done\r\n"))
    inbox = engine.state.mailbox
    assert inbox is not None
    assert (inbox.name, inbox.exists, inbox.uidvalidity, inbox.read_only) == ("INBOX", 3, 7, False)
    list(engine.received(b"* 5 EXISTS\r\na2 OK [READ-ONLY] done\r\n"))
    sent = engine.state.mailbox
    assert sent is not None
    assert (sent.name, sent.exists, sent.uidvalidity, sent.read_only) == ("Sent", 5, None, True)
    assert inbox.exists == 3


def test_one_that_is_refused_leaves_the_other() -> None:
    engine = ImapConnection()
    list(engine.received(b"* PREAUTH ready\r\n"))
    engine.sent(b"a1 SELECT Nowhere\r\na2 SELECT {4+}\r\nWork\r\n")
    list(engine.received(b"a1 NO none\r\n"))
    assert engine.state.mailbox is None
    list(engine.received(b"* 5 EXISTS\r\na2 OK done\r\n"))
    assert engine.state.phase is Phase.SELECTED
    assert engine.state.mailbox is not None
    assert (engine.state.mailbox.name, engine.state.mailbox.exists) == ("Work", 5)
    assert engine.state.view is engine.state.mailbox
