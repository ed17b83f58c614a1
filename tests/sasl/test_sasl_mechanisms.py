"""The mechanisms against the examples of their RFCs, and against all that a server may send."""

from __future__ import annotations

import base64
import hashlib
import hmac
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.sasl.apop import apop_digest, find_timestamp, is_message_id
from mailshell.sasl.digest_md5 import digest_md5, directives
from mailshell.sasl.encoding import decode_challenge, encode_initial
from mailshell.sasl.mechanism import ChannelBinding, Credentials, Dialogue, Mechanism, SaslError, Steps
from mailshell.sasl.oauth import read_error
from mailshell.sasl.offers import offered
from mailshell.sasl.scram import MOST_ROUNDS, choose_binding, steps
from mailshell.sasl.table import MECHANISMS
from mailshell.secret import Secret

SCRAM_SHA1 = (
    b"n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    b"",
)
SCRAM_SHA256 = (
    b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    b"",
)
DIGEST_CHALLENGE = b'realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",qop="auth",algorithm=md5-sess,charset=utf-8'
DIGEST = (
    None,
    DIGEST_CHALLENGE,
    b'charset=utf-8,username="chris",realm="elwood.innosoft.com",nonce="OA6MG9tEQGm2hh",nc=00000001,'
    b'cnonce="OA6MHXh6VqTrRk",digest-uri="imap/elwood.innosoft.com",'
    b"response=d388dad90d4bbd760a152321f2143af7,qop=auth",
    b"rspauth=ea40f60335c427b5527b84dbabcdfffd",
    b"",
)
BEARER = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg=="
NAMES = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
OAUTH_ERROR = (
    b'{"status":"invalid_token","scope":"example_scope",'
    b'"openid-configuration":"https://example.com/.well-known/openid-configuration"}'
)


def given_with(user: str, secret: str | None, **more: object) -> Credentials:
    return Credentials(user, None if secret is None else Secret(secret), **more)  # type: ignore[arg-type]


USER = given_with("user", "pencil")
CHRIS = given_with("chris", "secret", host="elwood.innosoft.com")
BEARING = given_with("user@example.com", BEARER, host="server.example.com", port=143)


def play(dialogue: Dialogue, talk: Sequence[bytes | None]) -> None:
    """The initial response, then challenges and responses in turn."""
    assert dialogue.initial == talk[0]
    for challenge, response in zip(talk[1::2], talk[2::2], strict=True):
        assert challenge is not None
        assert dialogue.respond(challenge) == response


def with_nonce(name: str, credentials: Credentials, nonce: str) -> Dialogue:
    """A dialogue whose own nonce is that of an example."""

    def begin(credentials: Credentials) -> Steps:
        return digest_md5(credentials, nonce) if name == "DIGEST-MD5" else steps(name, credentials, nonce)

    return Dialogue(Mechanism(name, "password", False, "", "", begin, "proof"), credentials)


@pytest.mark.parametrize(
    ("name", "credentials", "talk"),
    [
        ("PLAIN", given_with("tim", "tanstaaftanstaaf"), [b"\0tim\0tanstaaftanstaaf"]),
        ("PLAIN", given_with("Kurt", "xipj3plmq", authorization_id="Ursel"), [b"Ursel\0Kurt\0xipj3plmq"]),
        ("PLAIN", given_with("ä", "ö"), ["\0ä\0ö".encode()]),
        ("LOGIN", given_with("fred", "pass"), [None, b"User Name\0", b"fred", b"Password\0", b"pass"]),
        (
            "CRAM-MD5",
            given_with("tim", "tanstaaftanstaaf"),
            [None, b"<1896.697170952@postoffice.reston.mci.net>", b"tim b913a602c7eda7a495b4e6e7334d3890"],
        ),
        ("EXTERNAL", given_with("", None), [b""]),
        ("EXTERNAL", given_with("ana", None, authorization_id="fred@example.com"), [b"fred@example.com"]),
        ("ANONYMOUS", given_with("sirhc", None), [b"sirhc"]),
        ("ANONYMOUS", given_with("", None), [b""]),
        (
            "OAUTHBEARER",
            BEARING,
            [
                b"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01auth=Bearer "
                b"vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\x01\x01",
                OAUTH_ERROR,
                b"\x01",
            ],
        ),
        ("OAUTHBEARER", given_with("a=b,c", "t", authorization_id=""), [b"n,a=a=3Db=2Cc,\x01auth=Bearer t\x01\x01"]),
        (
            "XOAUTH2",
            given_with("someuser@example.com", "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg=="),
            [
                base64.b64decode(
                    "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB2RjlkZnQ0cW1UYzJOdmIzUmxja0JoZEhSaGRtbHpkR0V1WTI5dENnPT0BAQ=="
                ),
                b'{"status":"401"}',
                b"",
            ],
        ),
    ],
)  # fmt: skip
def test_examples(name: str, credentials: Credentials, talk: Sequence[bytes | None]) -> None:
    play(Dialogue(MECHANISMS[name], credentials), talk)


@pytest.mark.parametrize(
    ("name", "credentials", "nonce", "talk"),
    [
        ("SCRAM-SHA-1", USER, "fyko+d2lbbFgONRv9qkxdawL", SCRAM_SHA1),
        ("SCRAM-SHA-256", USER, "rOprNGfwEbeRWgbNEkqO", SCRAM_SHA256),
        ("DIGEST-MD5", CHRIS, "OA6MHXh6VqTrRk", DIGEST),
    ],
)
def test_examples_with_a_nonce(name: str, credentials: Credentials, nonce: str, talk: Sequence[bytes | None]) -> None:
    dialogue = with_nonce(name, credentials, nonce)
    play(dialogue, talk[:3])
    assert (dialogue.proof, dialogue.proved) == (talk[3], False)
    assert talk[3] is not None
    assert dialogue.respond(talk[3]) == talk[4]
    assert dialogue.proved
    with pytest.raises(SaslError, match="goes on asking"):
        dialogue.respond(b"")


@pytest.mark.parametrize("name", MECHANISMS)
def test_the_steps_end(name: str) -> None:
    """Whatever the server says, no mechanism goes on for ever, and none raises anything but SaslError."""
    bindings = (ChannelBinding("tls-unique", b"octets"),)
    dialogue = Dialogue(MECHANISMS[name], given_with("ana", "secret", bindings=bindings))
    with pytest.raises(SaslError):  # noqa: PT012
        for _ in range(4):
            dialogue.respond(b"")


@pytest.mark.parametrize("name", [name for name in MECHANISMS if MECHANISMS[name].proves])
@given(challenges=st.lists(st.binary(max_size=80), min_size=1, max_size=3))
def test_no_server_proves_itself_by_chance(name: str, challenges: list[bytes]) -> None:
    bindings = (ChannelBinding("tls-unique", b"octets"),)
    dialogue = Dialogue(MECHANISMS[name], given_with("ana", "secret", bindings=bindings))
    with pytest.raises(SaslError):  # noqa: PT012
        for challenge in [*challenges, b"", b"", b""]:
            dialogue.respond(challenge)
    assert not dialogue.proved


@given(NAMES, NAMES)
def test_plain_can_be_read_again(user: str, password: str) -> None:
    first = Dialogue(MECHANISMS["PLAIN"], given_with(user, password)).initial
    assert first is not None
    assert first.split(b"\0") == [b"", user.encode(), password.encode()]


@given(st.binary(max_size=200), st.text(st.characters(exclude_categories=("Cs",)), max_size=90))
def test_cram_md5_is_a_keyed_md5(challenge: bytes, password: str) -> None:
    dialogue = Dialogue(MECHANISMS["CRAM-MD5"], given_with("ana", password))
    expected = hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()
    assert dialogue.respond(challenge) == f"ana {expected}".encode()


# --- SCRAM


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (b"r=other3rfc,s=QSXCR+Q6sek8bf92,i=4096", "does not begin with this side's"),
        (b"r=fyko+d2lbbFgONRv9qkxdawL,s=QSXCR+Q6sek8bf92,i=4096", "does not begin with this side's and go on"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=1000000000", "asks for 1,000,000,000 rounds"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=" + b"9" * 5000, "more than a million million rounds"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=%d" % (MOST_ROUNDS + 1), "at the most"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=-1", "SCRAM can't go on"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=", "SCRAM can't go on"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,s=???,i=4096", "SCRAM can't go on"),
        (b"r=fyko+d2lbbFgONRv9qkxdawLx,i=4096", "is not the nonce, the salt and the rounds"),
        (b"m=x,r=fyko+d2lbbFgONRv9qkxdawLx,s=QSXCR+Q6sek8bf92,i=4096", "demands an extension"),
        (b"e=unknown-user", "the error unknown-user"),
        (b"\xff\xfe", "not UTF-8"),
        (b"", "is not the nonce"),
    ],
)
def test_first_messages_of_a_scram_server_that_misbehaves(message: bytes, words: str) -> None:
    dialogue = with_nonce("SCRAM-SHA-1", USER, "fyko+d2lbbFgONRv9qkxdawL")
    with pytest.raises(SaslError, match=words) as raised:
        dialogue.respond(message)
    assert "pencil" not in str(raised.value)
    assert dialogue.proof == b""


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (b"v=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "signature is wrong"),
        (b"v=", "signature is wrong"),
        (b"e=other-error", "the error other-error"),
        (b"ok", "holds no signature"),
        (b"", "holds no signature"),
    ],
)
def test_last_messages_of_a_scram_server_that_misbehaves(message: bytes, words: str) -> None:
    dialogue = with_nonce("SCRAM-SHA-1", USER, "fyko+d2lbbFgONRv9qkxdawL")
    dialogue.respond(SCRAM_SHA1[1])
    with pytest.raises(SaslError, match=words):
        dialogue.respond(message)
    assert not dialogue.proved


UNIQUE = ChannelBinding("tls-unique", b"unique")
END_POINT = ChannelBinding("tls-server-end-point", b"hash")
EXPORTER = ChannelBinding("tls-exporter", b"exported")


@pytest.mark.parametrize(
    ("name", "bindings", "plus_offered", "flag"),
    [
        ("SCRAM-SHA-1", (), None, b"n,,"),
        ("SCRAM-SHA-1", (), False, b"n,,"),
        # RFC 5802 section 6: y only if the server has not offered what this side could do.
        ("SCRAM-SHA-1", (UNIQUE,), False, b"y,,"),
        ("SCRAM-SHA-1", (UNIQUE,), True, b"n,,"),
        ("SCRAM-SHA-1", (UNIQUE,), None, b"n,,"),
        ("SCRAM-SHA-256-PLUS", (END_POINT, UNIQUE), True, b"p=tls-unique,,"),
        ("SCRAM-SHA-256-PLUS", (END_POINT,), True, b"p=tls-server-end-point,,"),
        ("SCRAM-SHA-256-PLUS", (EXPORTER, END_POINT), None, b"p=tls-server-end-point,,"),
    ],
)
def test_what_scram_says_of_channel_binding(
    name: str, bindings: tuple[ChannelBinding, ...], plus_offered: bool | None, flag: bytes
) -> None:
    given_ = given_with("user", "pencil", bindings=bindings, plus_offered=plus_offered)
    first = Dialogue(MECHANISMS[name], given_).initial
    assert first is not None
    assert first.startswith(flag + b"n=user,r=")


def test_the_best_binding() -> None:
    assert choose_binding((END_POINT, UNIQUE)) == UNIQUE
    assert choose_binding((END_POINT,)) == END_POINT
    assert choose_binding((ChannelBinding("tls-odd", b"x"),)) is None


def test_nonces_differ() -> None:
    first, second = (Dialogue(MECHANISMS["SCRAM-SHA-256"], USER).initial for _ in range(2))
    assert first != second


def test_scram_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scramp", None)
    with pytest.raises(SaslError, match=r"pip install 'mailshell\[scram\]'"):
        Dialogue(MECHANISMS["SCRAM-SHA-256"], USER)


# --- DIGEST-MD5


@pytest.mark.parametrize(
    ("challenge", "words"),
    [
        (b"", "not made of the directives"),
        (b"nonce", "not made of the directives"),
        (b'realm="x",qop="auth",algorithm=md5-sess', "exactly one nonce"),
        (b'nonce="a",nonce="b",algorithm=md5-sess', "exactly one nonce"),
        (b'nonce="a",qop="auth"', "algorithm md5-sess"),
        (b'nonce="a",qop="auth-int,auth-conf",algorithm=md5-sess', "insists on protecting"),
        (DIGEST_CHALLENGE + b',x="' + b"x" * 2048 + b'"', "not made of the directives"),
    ],
)
def test_challenges_of_a_digest_server_that_misbehaves(challenge: bytes, words: str) -> None:
    with pytest.raises(SaslError, match=words):
        Dialogue(MECHANISMS["DIGEST-MD5"], CHRIS).respond(challenge)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"rspauth=00000000000000000000000000000000", "rspauth is wrong"),
        (b"rspauth=", "no rspauth"),
        (b"", "no rspauth"),
        (b"nonsense", "no rspauth"),
    ],
)
def test_a_wrong_rspauth(answer: bytes, words: str) -> None:
    dialogue = with_nonce("DIGEST-MD5", CHRIS, "OA6MHXh6VqTrRk")
    dialogue.respond(DIGEST_CHALLENGE)
    with pytest.raises(SaslError, match=words):
        dialogue.respond(answer)
    assert not dialogue.proved


def test_the_second_example_of_digest_md5() -> None:
    """RFC 2831 section 4 has one of ACAP too."""
    given_ = given_with("chris", "secret", host="elwood.innosoft.com", service="acap")
    dialogue = with_nonce("DIGEST-MD5", given_, "OA9BSuZWMSpW8m")
    challenge = DIGEST_CHALLENGE.replace(b"OA6MG9tEQGm2hh", b"OA9BSXrbuRhWay")
    assert b"response=6084c6db3fede7352c551284490fd0fc," in dialogue.respond(challenge)
    assert dialogue.respond(b"rspauth=2f0b3d7c3c2e486600ef710726aa2eae") == b""


def test_digest_md5_quotes_and_encodes() -> None:
    given_ = given_with('a"b\\ü', "ü", authorization_id="ben", host="h")
    response = Dialogue(MECHANISMS["DIGEST-MD5"], given_).respond(b'nonce="n\\"1",algorithm=md5-sess,realm="r"')
    fields = dict(directives(response) or ())
    assert fields["username"] == 'a"b\\ü'.encode("latin-1")
    assert fields["nonce"] == b'n"1'
    assert (fields["authzid"], fields["digest-uri"], fields["realm"]) == (b"ben", b"imap/h", b"r")


def test_what_iso_8859_1_lacks() -> None:
    with pytest.raises(SaslError, match="ISO 8859-1"):
        Dialogue(MECHANISMS["DIGEST-MD5"], given_with("€", "x")).respond(b'nonce="n",algorithm=md5-sess')


@given(st.binary(max_size=300))
def test_directives_take_anything(octets: bytes) -> None:
    directives(octets)


# --- tokens


def test_the_error_of_an_oauth_server() -> None:
    for name in ("OAUTHBEARER", "XOAUTH2"):
        dialogue = Dialogue(MECHANISMS[name], BEARING)
        dialogue.respond(OAUTH_ERROR)
        assert dialogue.refusal.startswith("status invalid_token, scope example_scope, openid-configuration https:")


@pytest.mark.parametrize("challenge", [b"", b"x", b"[1]", b'"x"', b"[" * 5000, b'{"a":', b"{" + b" " * 20000 + b"}"])
def test_what_is_no_error_of_an_oauth_server(challenge: bytes) -> None:
    assert read_error(challenge) is None


def test_values_that_are_no_text() -> None:
    assert read_error(b'{"status":401,"x":null}') == {"status": "401", "x": "null"}


@pytest.mark.parametrize("token", ["", "two words", "tab\t", "\x01", "grün"])
def test_what_is_no_token(token: str) -> None:
    for name in ("OAUTHBEARER", "XOAUTH2"):
        with pytest.raises(SaslError, match="token is empty"):
            Dialogue(MECHANISMS[name], given_with("ana", token))


@pytest.mark.parametrize(
    ("name", "credentials", "words"),
    [
        ("PLAIN", given_with("a\0b", "x"), "a NUL"),
        ("PLAIN", given_with("a", "x\0"), "a NUL"),
        ("EXTERNAL", given_with("", None, authorization_id="a\0"), "a NUL"),
        ("ANONYMOUS", given_with("x" * 256, None), "255 characters"),
        ("XOAUTH2", given_with("a\x01b", "t"), "control character"),
        ("SCRAM-SHA-256-PLUS", USER, "nothing to tie it to"),
        ("SCRAM-SHA-256", given_with("a", "b", authorization_id="c"), "authorization identity"),
        ("SCRAM-SHA-256", given_with("a", "b\x07"), "SCRAM can't go on"),
    ],
)
def test_credentials_that_can_not_be_used(name: str, credentials: Credentials, words: str) -> None:
    with pytest.raises(SaslError, match=words) as raised:
        Dialogue(MECHANISMS[name], credentials)
    assert str(raised.value).count("\n") == 0


# --- what belongs to it


@pytest.mark.parametrize(("octets", "text"), [(b"", b"="), (b"\0", b"AA==")])
def test_initial_responses(octets: bytes, text: bytes) -> None:
    assert encode_initial(octets) == text


@pytest.mark.parametrize("text", [b"???", b"a", b"ab=c", "ä".encode()])
def test_what_is_not_base64(text: bytes) -> None:
    with pytest.raises(SaslError, match="not base64"):
        decode_challenge(text)


def test_nothing_of_a_response_can_be_printed() -> None:
    dialogue = with_nonce("SCRAM-SHA-1", USER, "fyko+d2lbbFgONRv9qkxdawL")
    dialogue.respond(SCRAM_SHA1[1])
    assert "pencil" not in repr(USER)
    assert "rmF9" not in repr(dialogue)


@pytest.mark.parametrize(
    ("protocol", "capabilities", "names"),
    [
        ("imap", ("IMAP4rev1", "AUTH=PLAIN", "auth=cram-md5", "AUTH=", "AUTH"), ["PLAIN", "CRAM-MD5"]),
        ("imap", ("AUTH=PLAIN", "AUTH=PLAIN"), ["PLAIN", "PLAIN"]),
        ("pop3", ("TOP", "SASL PLAIN login", "SASL-IR", "USER"), ["PLAIN", "LOGIN"]),
        ("pop3", ("SASL", "SASL PLAIN PLAIN", " "), ["PLAIN", "PLAIN"]),
        ("imap", (), []),
    ],
)
def test_offers(protocol: str, capabilities: tuple[str, ...], names: list[str]) -> None:
    assert offered(protocol, capabilities) == names


@pytest.mark.parametrize(
    ("timestamp", "holds"),
    [
        (b"<1896.697170952@dbc.mtview.ca.us>", True),
        (b'<"a b"@[127.0.0.1]>', True),
        (b"<1@h>", True),
        (b"<a b@c>", False),
        (b"<@c>", False),
        (b"<a@>", False),
        (b"<a@b@c>", False),
        (b"<nothing>", False),
        (b"<\xff\xfe@h>", False),
        (b"<a\x01@h>", False),
        (b"<.a@h>", False),
        (b"1@h", False),
    ],
)
def test_timestamps(timestamp: bytes, holds: bool) -> None:
    assert is_message_id(timestamp) == holds


@given(st.binary(max_size=2000))
def test_timestamps_take_anything(octets: bytes) -> None:
    is_message_id(b"<" + octets + b">")


def test_a_long_timestamp_is_read_in_linear_time() -> None:
    assert not is_message_id(b"<" + b'"\\a"' * 20000 + b"." * 20000 + b">")
    assert not is_message_id(b"<" + b"a." * 50000 + b"@>")


def test_apop() -> None:
    assert apop_digest(b"<1896.697170952@dbc.mtview.ca.us>", "tanstaaf") == "c4c9334bac560ecc979e58001b3e22fb"
    assert find_timestamp(b"ready <x> <y>") == b"<x>"
    assert find_timestamp(b"ready <x") is None
