"""Secrets: whatever way to log in, in whatever pieces it is sent, nothing of the password is shown."""

from __future__ import annotations

import base64
import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logins import ATOMS, IMAP_WAYS, PASSWORDS, POP3_WAYS, located, quoted
from protocol_support import cuts, imap, masked, pieces, pop3, secret_spans

from mailshell.protocol.engine import Engine
from mailshell.protocol.events import Line, LinePart, LiteralPart, SecretSpan
from mailshell.protocol.exchange import Sent
from mailshell.protocol.imap.mailbox_name import encode_mailbox
from mailshell.protocol.secrecy import ChunkMask, Secrets, mask, mask_text, relative
from mailshell.text.escape import escape_octets

#: Octets that stand in none of the commands, so that any of them that is shown is one too many.
_ODD = "§¤µ¶Ŧđ".encode() + b"!#$%&'+,;<=>?@^_`|~"


def shown(engine: Engine, chunks: list[bytes]) -> tuple[list[bytes], bytes, list[str]]:
    """What may be shown of octets that are sent: each chunk, all frames joined, and the words of the commands."""
    chunk_texts, frames, words = [], b"", []
    for chunk in chunks:
        offset = engine.sent_octets
        events = engine.sent(chunk)
        chunk_texts.append(masked(engine, chunk, offset))
        for event in events:
            if isinstance(event, Line):
                frames += mask(event.octets, event.secret)
            elif isinstance(event, (LiteralPart, LinePart)):
                frames += mask_text(event.secret).encode() if event.secret else event.octets
            elif isinstance(event, Sent):
                words.append(event.exchange.words)
                assert repr(engine.secrets).startswith("<")
    return chunk_texts, frames, words


def visible(text: bytes) -> bytes:
    """What is left of a text besides the masks."""
    rest = text
    for label in ("password", "initial-response", "response", "length", "digest", "secret"):
        rest = rest.replace(mask_text(label).encode(), b"")
    return rest


def assert_hidden(engine: Engine, sent: bytes, parts: list[tuple[int, int]], at: list[int]) -> None:
    """Nothing that lies in ``parts`` (offsets in what is sent) may be shown; the rest may, and need not."""
    allowed = set(range(len(sent)))
    for start, end in parts:
        allowed -= set(range(start, end))
    base = engine.sent_octets
    position = 0
    for chunk in pieces(sent, at):
        engine.sent(chunk)
        covered: set[int] = set()
        for start, end, _ in secret_spans(engine, chunk, base + position):
            covered |= set(range(start, end))
        open_ = {position + i for i in range(len(chunk)) if i not in covered}
        assert open_ <= allowed, (chunk, masked(engine, chunk, base + position))
        position += len(chunk)


@pytest.mark.parametrize("way", IMAP_WAYS)
@given(ATOMS, cuts)
def test_imap_passwords(way: str, password: bytes, at: list[int]) -> None:
    sent, parts = located(IMAP_WAYS[way](password))
    assert_hidden(imap(), sent, parts, at)
    assert_hidden(imap(), sent, parts, list(range(len(sent))))
    assert_hidden(imap(), sent, parts, [])


@pytest.mark.parametrize("way", POP3_WAYS)
@given(ATOMS, cuts)
def test_pop3_passwords(way: str, password: bytes, at: list[int]) -> None:
    sent, parts = located(POP3_WAYS[way](password))
    assert_hidden(pop3(), sent, parts, at)
    assert_hidden(pop3(), sent, parts, list(range(len(sent))))
    assert_hidden(pop3(), sent, parts, [])


@pytest.mark.parametrize("way", [*IMAP_WAYS, *(f"POP3 {way}" for way in POP3_WAYS)])
@given(PASSWORDS.map(lambda p: p.replace(b'"', b"'").strip(b" ")).filter(lambda p: len(p) >= 3), cuts)
def test_no_piece_of_three_octets_is_shown(way: str, password: bytes, at: list[int]) -> None:
    engine: Engine
    if way.startswith("POP3 "):
        engine, pattern = pop3(), POP3_WAYS[way.removeprefix("POP3 ")](password)
    else:
        engine, pattern = imap(), IMAP_WAYS[way](password)
    sent, parts = located(pattern)
    plain = b"".join(piece for piece in pattern if isinstance(piece, bytes))
    chunks, frames, words = shown(engine, pieces(sent, at))
    texts = [*chunks, frames, *(text.encode() for text in words)]
    for start, end in parts:
        secret = sent[start:end]
        for first in range(len(secret) - 2):
            piece = secret[first : first + 3]
            if piece not in plain:
                assert not any(piece in visible(text) for text in texts)


@given(st.integers(6, 999), cuts)
def test_the_length_of_a_literal_is_not_given_away(length: int, at: list[int]) -> None:
    password = b"Q" * length
    sent = b"a LOGIN fred {%d}\r\n%s\r\n" % (length, password)
    chunks, frames, words = shown(imap(), pieces(sent, at))
    for text in (*chunks, frames, *(word.encode() for word in words)):
        assert not set(visible(text)) & set(b"0123456789Q")


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize(
    ("mechanism", "plain", "echo", "label"),
    [
        ("PLAIN", b"\0fred\0QXZJ-0987", b"QXZJ-0987", "password"),
        ("LOGIN", b"QXZJ-0987", b"QXZJ-0987", "password"),
        ("XOAUTH2", b"user=fred\x01auth=Bearer QXZJ.0987\x01\x01", b"QXZJ.0987", "token"),
        ("OAUTHBEARER", b"n,a=fred,\x01host=h\x01port=143\x01auth=Bearer QXZJ.0987\x01\x01", b"QXZJ.0987", "token"),
        ("SCRAM-SHA-1", b"c=biws,r=xy,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", b"v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "proof"),
        ("DIGEST-MD5", b'username="f",response=' + b"0a" * 16 + b",qop=auth", b"0a" * 16, "proof"),
        ("CRAM-MD5", b"fred " + b"0a" * 16, b"0a" * 16, "proof"),
    ],
)
def test_what_a_response_gives_away_is_masked_where_it_is_echoed(
    protocol: str, mechanism: str, plain: bytes, echo: bytes, label: str
) -> None:
    engine = imap() if protocol == "imap" else pop3()
    command = b"a AUTHENTICATE " if protocol == "imap" else b"AUTH "
    engine.sent(command + mechanism.encode() + b"\r\n")
    list(engine.received(b"+ \r\n"))
    engine.sent(base64.b64encode(plain) + b"\r\n")
    told = engine.secrets.mask(b"NO " + echo + b" " + base64.b64encode(echo) + b" " + base64.b64encode(plain))
    assert echo not in told
    assert told.startswith(f"NO ⟦{label}⟧ ⟦".encode())


def test_what_is_shown_of_a_login() -> None:
    chunks, frames, words = shown(imap(), [b"a LOGIN fred {6}\r\n", b"secret\r\n", b'b LOGIN "a b" "x y"\r\n'])
    assert chunks == [
        "a LOGIN fred {⟦length⟧}\r\n".encode(),
        "⟦password⟧\r\n".encode(),
        'b LOGIN "a b" ⟦password⟧\r\n'.encode(),
    ]
    assert frames == b"".join(chunks)
    assert words == ["LOGIN fred {⟦length⟧}", 'LOGIN "a b" ⟦password⟧']


@pytest.mark.parametrize(
    "line",
    [b"a SELECT INBOX\r\n", b"a SEARCH TEXT x\r\n", b"a RENAME LOGIN x\r\n", b"LOGIN\r\n", b"a AUTHENTICATE PLAIN\r\n"],
)
def test_nothing_else_is_masked(line: bytes) -> None:
    assert shown(imap(), [line])[0] == [line]


def test_lines_after_a_login_are_shown() -> None:
    engine = imap()
    engine.sent(b"a AUTHENTICATE PLAIN\r\nQXZJ\r\n*\r\n")
    list(engine.received(b"a BAD cancelled\r\n"))
    assert shown(engine, [b"b NOOP\r\n"])[0] == [b"b NOOP\r\n"]


def test_the_cancelling_star_is_shown() -> None:
    engine = imap()
    assert shown(engine, [b"a AUTHENTICATE PLAIN\r\n", b"*\r\n"])[0][1] == b"*\r\n"
    other = pop3()
    assert shown(other, [b"AUTH PLAIN\r\n", b"*\r\n"])[0][1] == b"*\r\n"


def test_hundreds_of_logins_in_one_chunk() -> None:
    for engine, line in ((imap(), b"a LOGIN u QX%d\r\n"), (pop3(), b"PASS QX%d\r\n")):
        chunk = b"".join(line % number for number in range(500))
        assert b"QX" not in shown(engine, [chunk])[0][0]


# --- echoes


@given(st.binary(min_size=6, max_size=30), st.binary(max_size=20), st.binary(max_size=20), cuts)
def test_echoes_are_masked_across_cuts(password: bytes, before: bytes, after: bytes, at: list[int]) -> None:
    secrets = Secrets()
    secrets.learn(password)
    echoes, position = ChunkMask(secrets), 0
    echo = before + password + after
    hidden = set(range(len(before), len(before) + len(password)))
    for chunk in pieces(echo, at):
        covered = {i for start, end, _ in echoes.spans(chunk) for i in range(start, end)}
        open_ = {i for i in range(len(chunk)) if i not in covered} & {i - position for i in hidden}
        # A piece shorter than three octets at the end of a chunk is not recognised yet.
        assert len(open_) <= 2
        position += len(chunk)


@pytest.mark.parametrize("password", [b"hunter2", b'pa"ss\\word', b"p ss w rd", "pässwörd".encode()])
def test_every_form_of_an_echo(password: bytes) -> None:
    engine = imap()
    engine.sent(b"a LOGIN fred " + quoted(password) + b"\r\n")
    for form in (password, quoted(password), base64.b64encode(password)):
        (line, *_) = engine.received(b"* BAD what is " + form + b"\r\n")
        assert isinstance(line, Line)
        assert form.strip(b'"') not in mask(line.octets, line.secret)
        assert form.strip(b'"') not in engine.secrets.mask(b"x " + form)
    text = engine.secrets.mask_str(f"LOGIN {password.decode()} failed")
    assert text == "LOGIN ⟦password⟧ failed"


@pytest.mark.parametrize(
    ("engine", "sent"),
    [
        (imap, b"a AUTHENTICATE PLAIN %s\r\n"),
        (imap, b"a AUTHENTICATE PLAIN\r\n%s\r\n"),
        (pop3, b"AUTH PLAIN %s\r\n"),
        (pop3, b"AUTH PLAIN\r\n%s\r\n"),
    ],
)
def test_the_password_within_a_sasl_response_is_known(engine: object, sent: bytes) -> None:
    one = engine()  # type: ignore[operator]
    one.sent(sent % base64.b64encode(b"\0fred\0hunter22"))
    assert one.secrets.mask_str("hunter22") == "⟦password⟧"


def test_short_passwords_are_not_looked_for() -> None:
    engine = imap()
    engine.sent(b"a LOGIN fred abc\r\n")
    assert engine.secrets.mask(b"abc") == b"abc"
    assert not engine.secrets


def test_a_password_with_spaces_at_its_end_is_known_without_them() -> None:
    engine = pop3()
    engine.sent(b"PASS hunter2 \r\n")
    assert engine.secrets.mask_str("'hunter2'") == "'⟦password⟧'"


# --- the mask


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], "abcdef"),
        ([(0, 6)], "⟦x⟧"),
        ([(1, 3)], "a⟦x⟧def"),
        ([(1, 3), (1, 3)], "a⟦x⟧def"),
        ([(1, 5), (2, 3)], "a⟦x⟧f"),
        ([(3, 4), (0, 1)], "⟦x⟧bc⟦x⟧ef"),
        ([(2, 2)], "ab⟦x⟧cdef"),
    ],
)
def test_mask(spans: list[tuple[int, int]], expected: str) -> None:
    assert mask(b"abcdef", [SecretSpan(start, end, "x") for start, end in spans]).decode() == expected


@given(st.binary(max_size=20), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=5))
def test_mask_leaves_what_is_not_in_a_span(octets: bytes, spans: list[tuple[int, int]]) -> None:
    inside = [(min(a, b, len(octets)), min(max(a, b), len(octets))) for a, b in spans]
    covered = {i for start, end in inside for i in range(start, end)}
    masked = mask(octets, [SecretSpan(start, end, "") for start, end in inside])
    left = bytes(octet for i, octet in enumerate(octets) if i not in covered)
    assert masked.replace(mask_text("").encode(), b"") == left or mask_text("").encode() in octets


def test_relative() -> None:
    spans = [SecretSpan(0, 5, "a"), SecretSpan(8, 20, "b"), SecretSpan(30, 31, "c")]
    assert relative(spans, 3, 10) == [SecretSpan(0, 2, "a"), SecretSpan(5, 10, "b")]


def test_secrets_do_not_show_themselves() -> None:
    secrets = Secrets()
    secrets.learn(b"hunter2")
    assert "hunter2" not in repr(secrets)
    assert "hunter2" not in str(vars(ChunkMask(secrets)).get("_secrets"))
    assert secrets


def test_the_names_of_mailboxes_hold_no_surprises() -> None:
    assert encode_mailbox(string.ascii_letters) == string.ascii_letters.encode()


def test_occurrences_that_overlap_are_one_span() -> None:
    secrets = Secrets()
    secrets.learn(b"abcabcab")
    assert [(start, end) for start, end, _ in secrets.scan(b"xabcabcabcabcabx abcabcab")] == [(1, 15), (17, 25)]


def test_a_secret_is_known_as_it_is_displayed() -> None:
    """Escaped for a terminal, a password with a backslash or a tab looks different, and is one all the same."""
    for password in (rb'pa ss"w\rd', b"pass\tword9", "pass\u202eword9".encode()):
        secrets = Secrets()
        secrets.learn(password)
        shown = escape_octets(b"NO not " + password)
        assert secrets.mask_str(shown) == "NO not " + mask_text("password")


def test_of_very_many_secrets_the_latest_are_known() -> None:
    secrets = Secrets()
    for number in range(1000):
        secrets.learn(b"filler-%d-password" % number)
    assert secrets.scan(b"x filler-999-password")


@pytest.mark.parametrize(
    "response",
    [
        b"user=ana\x01auth=Bearer ya29.token-of-ana\x01\x01",
        b"n,a=ana,\x01host=mail.example.org\x01port=143\x01auth=Bearer ya29.token-of-ana\x01\x01",
    ],
)
def test_the_token_of_oauth_is_known_by_itself(response: bytes) -> None:
    secrets = Secrets()
    secrets.learn_response(base64.b64encode(response))
    assert secrets.mask(b"-ERR ya29.token-of-ana is too old") == "-ERR ⟦token⟧ is too old".encode()


def test_a_secret_has_one_number_in_all_its_forms() -> None:
    secrets = Secrets()
    secrets.learn(b'pa"ss word')
    first = secrets.number(b'pa"ss word')
    assert secrets.number(b'pa\\"ss word') == first
    assert secrets.number(base64.b64encode(b'pa"ss word')) == first
    assert secrets.number(b"other") == first + 1 == secrets.number(b"other")


@given(st.binary(min_size=6, max_size=40), st.binary(max_size=7), st.binary(max_size=7))
def test_a_secret_within_the_base64_of_a_longer_text_is_masked(secret: bytes, before: bytes, behind: bytes) -> None:
    secrets = Secrets()
    secrets.learn(secret)
    encoded = base64.b64encode(before + secret + behind)
    spans = secrets.scan(b"+ " + encoded + b"\r\n")
    hidden = max((end - start for start, end, _ in spans), default=0)
    # All but the characters at the edges, each of which holds six bits of its neighbours too.
    assert hidden >= len(secret) * 8 // 6 - 2


def test_long_secrets_are_learnt_in_linear_time() -> None:
    secrets = Secrets()
    begun = time.process_time()
    secrets.learn(b"X" * 4_000_000)
    secrets.learn_response(base64.b64encode(b"n=ana,r=" + b"X" * 3_000_000))
    assert time.process_time() - begun < 3
    assert secrets.scan(b"+ " + b"X" * 70_000)
