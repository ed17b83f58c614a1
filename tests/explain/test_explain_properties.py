"""Whatever crosses the wire: the explainer does not raise, tells no secret, and stays small and quick."""

from __future__ import annotations

import base64
import time
import unicodedata

import pytest
from explain_support import Listener
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mailshell.explain.explainer import LONGEST
from mailshell.protocol.limits import Limits

SECRET = b"Tr0ub4dor&3"
PLAIN = base64.b64encode(b"\0ana\0" + SECRET)
#: The forms in which the secret may come back, whole, in pieces, or encoded.
ECHOES = [
    SECRET,
    PLAIN,
    base64.b64encode(SECRET),
    b'"' + SECRET + b'"',
    b"{11}\r\n" + SECRET,
    b"({11}\r\n" + SECRET + b")",
    base64.b64encode(b"ana " + SECRET),
]
PIECES = [
    b"\r\n", b"\n", b" ", b"* ", b"+ ", b"+OK ", b"-ERR ", b".\r\n", b"..", b"{3}\r\n", b"{0}\r\n", b"{2+}\r\n",
    b"~{2}\r\n", b"(", b")", b"[", b"]", b'"', b"\\", b"a1 ", b"a2 ", b"OK ", b"NO ", b"BYE ", b"PREAUTH ", b"1 ",
    b"FETCH (", b"BODY[", b"BODY[1.MIME]<0> ", b"FLAGS (\\Seen) ", b"ENVELOPE (", b"BODYSTRUCTURE (", b"LIST () ",
    b"STATUS x (", b"SEARCH 1 2", b"ESEARCH (TAG ", b"THREAD (1 2)", b"NAMESPACE ", b"QUOTA x (A 1 2)", b"ACL x y z",
    b"ID (", b"VANISHED 1:3", b"NIL ", b"[UIDVALIDITY 1] ", b"[CAPABILITY IMAP4rev1] ", b"[X ", b"EXISTS", b"EXPUNGE",
    b"99999999999999999999999999999 ", b"LOGIN ana ", b"AUTHENTICATE PLAIN", b"AUTHENTICATE LOGIN", b"AUTH PLAIN",
    b"AUTHENTICATE SCRAM-SHA-1", b"AUTHENTICATE XOAUTH2 ", b"PASS x", b"APOP a b", b"NOOP", b"IDLE", b"DONE", b"CAPA",
    b"LIST", b"UIDL", b"RETR 1", b"STAT", b"LANG", b"+ cj1hLHM9YixpPTQwOTY=\r\n", b"YWJj", b"=", b"\x1b[2J", b"\x9b",
    "\u202e".encode(), b"\xff", b"x" * 30,
]  # fmt: skip
CHUNK = st.lists(st.sampled_from(PIECES), max_size=10).map(b"".join) | st.binary(max_size=20)
TALK = st.lists(st.tuples(st.booleans(), CHUNK), max_size=14)
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(TALK, st.sampled_from(["imap", "pop3"]))
@settings(max_examples=500, deadline=None)
@example([(False, b"+OK\r\n"), (True, b"CAPA\r\n"), (False, b"+OK\r\n\xff\r\n \r\n\r\n.\r\n")], "pop3")
def test_any_octets(talk: list[tuple[bool, bytes]], protocol: str) -> None:
    listener = Listener(protocol, Limits(line=80, literal=1000, response=500, outstanding=3))
    for ours, octets in talk:
        for told in (listener.client if ours else listener.server)(octets):
            assert told.text
            assert len(told.text) <= LONGEST
            assert not {unicodedata.category(character) for character in told.text} & UNSEEN


def logins(protocol: str) -> list[list[tuple[str, bytes]]]:
    """Each way to send the secret, with what the server says in between."""
    b64 = base64.b64encode
    if protocol == "pop3":
        return [
            [("C", b"USER ana\r\n"), ("S", b"+OK\r\n"), ("C", b"PASS " + SECRET + b"\r\n")],
            [("C", b"APOP ana " + SECRET + b"\r\n")],
            [("C", b"AUTH PLAIN " + PLAIN + b"\r\n")],
            [("C", b"AUTH PLAIN\r\n"), ("S", b"+ \r\n"), ("C", PLAIN[:5]), ("C", PLAIN[5:] + b"\r\n")],
            [("C", b"AUTH LOGIN\r\n"), ("S", b"+ UGFzc3dvcmQ6\r\n"), ("C", b64(SECRET) + b"\r\n")],
            [("C", b"AUTH X-OWN\r\n"), ("S", b"+ \r\n"), ("C", SECRET + b"\r\n")],
        ]
    return [
        [("C", b"a1 LOGIN ana " + SECRET + b"\r\n")],
        [("C", b'a1 LOGIN "ana" "' + SECRET + b'"\r\n')],
        [("C", b"a1 LOGIN ana {11}\r\n"), ("S", b"+ \r\n"), ("C", SECRET + b"\r\n")],
        [("C", b"a1 LOGIN ana {11+}\r\n" + SECRET + b"\r\n")],
        [("C", b"LOGIN ana " + SECRET + b"\r\n")],
        [("C", b"a1 AUTHENTICATE PLAIN " + PLAIN + b"\r\n")],
        [("C", b"a1 AUTHENTICATE PLAIN\r\n"), ("S", b"+ \r\n"), ("C", PLAIN + b"\r\n")],
        [("C", b"a1 AUTHENTICATE PLAIN\r\n" + PLAIN + b"\r\n")],
        [("C", b"a1 AUTHENTICATE LOGIN\r\n"), ("S", b"+ UGFzc3dvcmQ6\r\n"), ("C", b64(SECRET) + b"\r\n")],
        [("C", b"a1 AUTHENTICATE LOGIN\r\n"), ("C", b64(b"ana") + b"\r\n"), ("C", b64(SECRET) + b"\r\n")],
        [("C", b"a1 AUTHENTICATE LOGIN " + b64(b"ana") + b"\r\n"), ("S", b"+ \r\n"), ("C", b64(SECRET) + b"\r\n")],
        [("C", b"a1 AUTHENTICATE PLAIN\r\n"), ("S", b"+ \r\n"), ("C", SECRET + b"\r\n")],
        [("C", b"a1 AUTHENTICATE PLAIN\r\n"), ("S", b"+ \r\n"), ("C", b64(b"ana\0" + SECRET) + b"\r\n")],
        [("C", b"a1 AUTHENTICATE XOAUTH2 " + b64(b"user=ana\x01auth=Bearer " + SECRET + b"\x01\x01") + b"\r\n")],
        [("C", b"a1 AUTHENTICATE OAUTHBEARER " + b64(b"n,a=a,\x01auth=Bearer " + SECRET + b"\x01\x01") + b"\r\n")],
        [("C", b"a1 AUTHENTICATE CRAM-MD5\r\n"), ("S", b"+ YQ==\r\n"), ("C", b64(SECRET) + b"\r\n")],
        [("C", b"a1 AUTHENTICATE X-OWN " + b64(SECRET) + b"\r\n")],
    ]


CASES = [(protocol, index) for protocol in ("imap", "pop3") for index in range(len(logins(protocol)))]


@pytest.mark.parametrize(("protocol", "index"), CASES)
@given(echo=st.sampled_from(ECHOES), before=CHUNK, after=CHUNK)
@settings(max_examples=25, deadline=None)
def test_no_secret_is_told(protocol: str, index: int, echo: bytes, before: bytes, after: bytes) -> None:
    listener = Listener(protocol)
    told = listener.server(b"* OK ready\r\n" if protocol == "imap" else b"+OK ready\r\n")
    for side, octets in logins(protocol)[index]:
        told += (listener.client if side == "C" else listener.server)(octets)
    secrets = listener.engine.secrets
    # A token of OAuth is known only together with what stands around it, and other forms only if they were sent.
    if secrets.mask(echo) == echo:
        echo = b"nothing"
    said = b"you said " + (SECRET if secrets.mask(SECRET) != SECRET else b"nothing")
    for line in (
        b"* NO " + echo,
        b"* 1 FETCH (ENVELOPE (" + before + echo + after + b"))",
        b'* LIST () "/" ' + echo,
        b"* OK [X-" + echo + b"] x",
        b"* ID (" + echo + b" " + echo + b")",
        b"+ " + echo,
        b"+ " + base64.b64encode(said),
        b"+OK 1 " + echo,
        b"-ERR [" + echo + b"] no",
        b"a1 NO " + before + echo,
        echo,
    ):
        told += listener.server(line + b"\r\n")
    text = "\n".join(explanation.text for explanation in told)
    assert SECRET.decode() not in text
    assert PLAIN.decode() not in text
    assert base64.b64encode(SECRET).decode() not in text
    assert SECRET[:6].decode() not in text
    assert SECRET[-6:].decode() not in text


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_the_length_of_a_secret_is_not_told(protocol: str) -> None:
    def told(secret: bytes) -> list[str]:
        plain = base64.b64encode(b"\0ana\0" + secret)
        listener = Listener(protocol)
        found = listener.server(b"* OK ready\r\n" if protocol == "imap" else b"+OK ready\r\n")
        if protocol == "imap":
            found += listener.client(b"a1 LOGIN ana {%d}\r\n" % len(secret)) + listener.server(b"+ go\r\n")
            found += listener.client(secret + b"\r\n") + listener.server(b"a1 NO .\r\n")
            found += listener.client(b"a2 LOGIN ana %s\r\n" % secret) + listener.server(b"a2 NO .\r\n")
            found += listener.client(b"a3 AUTHENTICATE PLAIN\r\n") + listener.server(b"+ \r\n")
        else:
            found += listener.client(b"PASS %s\r\n" % secret) + listener.server(b"-ERR\r\n")
            found += listener.client(b"AUTH PLAIN\r\n") + listener.server(b"+ \r\n")
        found += listener.client(plain + b"\r\n") + listener.server(b"a3 NO .\r\n")
        return [explanation.text for explanation in found]

    assert told(b"secret") == told(b"a-much-longer-secret-of-some-forty-octets")


def test_the_own_words_of_an_explanation_give_no_secret_away() -> None:
    """A password that is a word of a sentence is not masked there: the mask would tell which word it is."""
    listener = Listener("imap")
    listener.server(b"* OK ready\r\n")
    listener.client(b"a1 LOGIN ana mailbox\r\n")
    listener.server(b"a1 NO .\r\n")
    told = listener.server(b"* 3 EXISTS\r\n")
    assert [explanation.text for explanation in told] == [
        "* marks an untagged response: the mailbox holds 3 messages now, numbered 1 to 3"
    ]


def _seconds(line: bytes, count: int) -> float:
    listener = Listener("imap")
    listener.server(b"* OK ready\r\n")
    listener.client(b"a1 FETCH 1:* (FLAGS UID)\r\n")
    octets = b"".join(line % number for number in range(1, count + 1))
    events = list(listener.engine.received(octets))
    begin = time.process_time()
    told = [each for event in events for each in listener.explainer.event(event)]
    seconds = time.process_time() - begin
    assert len(told) < 20
    return seconds


def test_a_hundred_thousand_rows_are_explained_in_a_moment() -> None:
    assert _seconds(b"* %d FETCH (FLAGS (\\Seen) UID 5)\r\n", 100_000) < 2.0


def test_a_long_response_takes_linear_time() -> None:
    listener = Listener("imap")
    listener.server(b"* OK ready\r\n")
    for row in (
        b"* SEARCH " + b"12345678 " * 100_000,
        b"* 1 FETCH (" + b"FLAGS (a) " * 20_000 + b")",
        b"* CAPABILITY " + b"X-A " * 100_000,
        b"* FLAGS (" + b"\\Seen " * 100_000 + b")",
        b"* OK [" + b"A" * 500_000,
        b"* LIST (" + b"\\Marked " * 50_000 + b') "/" "' + b"a" * 100_000 + b'"',
    ):
        begin = time.process_time()
        events = list(listener.engine.received(row + b"\r\n"))
        told = [each for event in events for each in listener.explainer.event(event)]
        assert time.process_time() - begin < 3.0, row[:30]
        assert told
        assert all(len(each.text) <= LONGEST for each in told)
