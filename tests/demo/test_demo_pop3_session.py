"""The POP3 session by itself: octets in, replies out, no sockets."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import re

import pytest

from mailshell.demo.mailbox import INBOX
from mailshell.demo.maildrop import ListMaildrop, Maildrop
from mailshell.demo.pop3_commands import CAPABILITIES
from mailshell.demo.pop3_errands import Load, Remove, settle
from mailshell.demo.pop3_sasl import Account
from mailshell.demo.pop3_session import COMMAND_LIMIT, LINE_LIMIT, Session

ACCOUNT = Account(b"demo", b"de mo")
LETTERS = (
    b"Subject: one\r\n\r\n.\r\n..\r\n.x\r\nend\r\n",
    b"Subject: two\r\n\r\n",
    b"Subject: three\r\n\r\na\r\nb\r\nc\r\n",
)


def b64(octets: bytes) -> bytes:
    return base64.b64encode(octets)


class Client:
    """A session and short ways to talk to it."""

    def __init__(self, maildrop: Maildrop | None = None) -> None:
        self.maildrop = maildrop or ListMaildrop(LETTERS)
        self.session = Session(self.maildrop, ACCOUNT)
        self.greeting = self.session.greeting()

    def hear(self, octets: bytes) -> bytes:
        """The replies to these octets, with the errands run that they take."""
        outcomes = self.session.receive(octets)
        return b"".join(asyncio.run(settle(outcome, self.maildrop)) for outcome in outcomes)

    def say(self, *lines: bytes) -> bytes:
        return self.hear(b"".join(line + b"\r\n" for line in lines))

    def login(self) -> Client:
        assert self.say(b"USER demo", b"PASS de mo").count(b"+OK") == 2
        return self


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def inside() -> Client:
    return Client().login()


def test_greeting_has_a_fresh_timestamp() -> None:
    stamps = {re.findall(rb"<[^<>@]+@[^<>]+>", Client().greeting)[0] for _ in range(3)}
    assert len(stamps) == 3


def test_capa_in_both_states(client: Client) -> None:
    before = client.say(b"CAPA")
    assert before.split(b"\r\n")[1:-2] == [line.encode() for line in CAPABILITIES]
    assert before.endswith(b"\r\n.\r\n")
    assert b"\r\nSASL PLAIN LOGIN CRAM-MD5\r\n" in before
    assert client.login().say(b"CAPA") == before


@pytest.mark.parametrize("line", [b"STLS", b"XYZZY 1 2", b"", b" STAT", b"\xff\xfe", b"EHLO\tx"])
def test_unknown_command(client: Client, line: bytes) -> None:
    assert client.say(line) == b"-ERR unknown command\r\n"
    assert client.login().say(line).startswith(b"-ERR")


def test_commands_belong_to_a_state(client: Client) -> None:
    for line in (b"STAT", b"LIST", b"RETR 1", b"DELE 1", b"NOOP", b"RSET", b"TOP 1 1", b"UIDL"):
        assert client.say(line).startswith(b"-ERR"), line
    client.login()
    for line in (b"USER demo", b"PASS x", b"APOP a b", b"AUTH PLAIN", b"UTF8"):
        assert client.say(line).startswith(b"-ERR"), line
    assert client.say(b"NOOP").startswith(b"+OK")


@pytest.mark.parametrize(
    "line", [b"STAT 1", b"RETR", b"RETR 1 2", b"DELE", b"TOP 1", b"LIST 1 2", b"QUIT now", b"NOOP 1"]
)
def test_number_of_arguments(inside: Client, line: bytes) -> None:
    assert inside.say(line) == b"-ERR too few or too many arguments\r\n"


def test_case_and_line_ends(client: Client) -> None:
    replies = client.hear(b"uSeR demo\npass de mo\r\nsTaT\n")
    assert replies.count(b"+OK") == 3


def test_octets_one_by_one(client: Client) -> None:
    sent = b"USER demo\r\nPASS de mo\r\nSTAT\r\nRETR 1\r\nQUIT\r\n"
    one_by_one = b"".join(client.hear(sent[at : at + 1]) for at in range(len(sent)))
    at_once = Client().hear(sent)
    assert one_by_one == at_once
    assert client.session.closed


def test_pass_comes_right_after_user(client: Client) -> None:
    assert client.say(b"PASS de mo").startswith(b"-ERR")
    assert client.say(b"USER demo", b"CAPA", b"PASS de mo").endswith(b"-ERR PASS comes right after USER\r\n")
    assert client.say(b"USER demo", b"PASS no", b"PASS de mo").count(b"-ERR") == 2


def test_wrong_password_five_times(client: Client) -> None:
    for attempt in range(1, 6):
        assert not client.session.closed, attempt
        reply = client.say(b"USER demo", b"PASS wrong")
        assert reply.split(b"\r\n")[1].startswith(b"-ERR [AUTH] "), attempt
    assert client.session.closed
    assert client.say(b"USER demo") == b""


def test_apop(client: Client) -> None:
    stamp = re.findall(rb"<.*>", client.greeting)[0]
    digest = hashlib.md5(stamp + ACCOUNT.password).hexdigest().encode()
    assert client.say(b"APOP demo " + digest[::-1]).startswith(b"-ERR [AUTH]")
    assert client.say(b"APOP other " + digest).startswith(b"-ERR [AUTH]")
    assert client.say(b"APOP demo " + digest).startswith(b"+OK")


def test_auth_lists_mechanisms(client: Client) -> None:
    assert client.say(b"AUTH").endswith(b"\r\nPLAIN\r\nLOGIN\r\nCRAM-MD5\r\n.\r\n")


@pytest.mark.parametrize("identity", [b"", b"demo"])
def test_auth_plain(client: Client, identity: bytes) -> None:
    response = b64(identity + b"\0demo\0de mo")
    assert client.say(b"AUTH PLAIN") == b"+ \r\n"
    assert client.say(response).startswith(b"+OK")
    assert Client().say(b"auth plain " + response).startswith(b"+OK")


@pytest.mark.parametrize("fields", [b"\0demo\0wrong", b"root\0demo\0de mo", b"demo", b"", b"\0demo\0de mo\0"])
def test_auth_plain_refused(client: Client, fields: bytes) -> None:
    assert client.say(b"AUTH PLAIN " + (b64(fields) or b"=")).startswith(b"-ERR [AUTH]")
    assert client.say(b"AUTH PLAIN", b64(fields)).split(b"\r\n")[1].startswith(b"-ERR [AUTH]")


def test_auth_login(client: Client) -> None:
    assert client.say(b"AUTH LOGIN") == b"+ VXNlcm5hbWU6\r\n"
    assert client.say(b64(b"demo")) == b"+ UGFzc3dvcmQ6\r\n"
    assert client.say(b64(b"de mo")).startswith(b"+OK")
    other = Client()
    assert other.say(b"AUTH LOGIN " + b64(b"demo")) == b"+ UGFzc3dvcmQ6\r\n"
    assert other.say(b64(b"wrong")).startswith(b"-ERR [AUTH]")


def test_auth_cram_md5(client: Client) -> None:
    assert client.say(b"AUTH CRAM-MD5 ZGVtbw==").startswith(b"-ERR")

    def respond(password: bytes) -> bytes:
        challenge = client.say(b"AUTH CRAM-MD5")
        assert challenge.startswith(b"+ ")
        nonce = base64.b64decode(challenge[2:])
        return client.say(b64(b"demo " + hmac.new(password, nonce, "md5").hexdigest().encode()))

    assert respond(b"wrong").startswith(b"-ERR [AUTH]")
    assert respond(ACCOUNT.password).startswith(b"+OK")


def test_auth_cancelled(client: Client) -> None:
    assert client.say(b"AUTH LOGIN", b"*").endswith(b"-ERR authentication cancelled\r\n")
    assert client.say(b"AUTH LOGIN", b64(b"demo"), b"*").endswith(b"-ERR authentication cancelled\r\n")
    assert client.say(b"AUTH PLAIN", b"not base64!").split(b"\r\n")[1].startswith(b"-ERR that is not base64")
    assert client.say(b"AUTH PLAIN ====").startswith(b"-ERR that is not base64")
    assert client.say(b"AUTH GSSAPI").startswith(b"-ERR no such mechanism")
    client.login()


def test_long_lines(client: Client) -> None:
    assert client.say(b"NOOP ".ljust(COMMAND_LIMIT - 1, b"x")).startswith(b"-ERR line too long")
    assert client.say(b"USER ".ljust(COMMAND_LIMIT - 2, b"x")).startswith(b"+OK")
    assert client.say(b"AUTH PLAIN", b"A" * 8192).endswith(b"-ERR [AUTH] wrong user name or password\r\n")
    assert client.login().say(b"STAT").startswith(b"+OK")
    endless = client.hear(b"x" * (LINE_LIMIT + 1))
    assert endless == b"-ERR line far too long; goodbye\r\n"
    assert client.session.closed
    assert client.maildrop.lock()


def test_pipelined_commands() -> None:
    replies = Client().say(b"USER demo", b"PASS de mo", b"STAT", b"DELE 2", b"LIST", b"NOOP", b"QUIT", b"STAT")
    lines = replies.split(b"\r\n")
    assert [line[:3] for line in lines[:5]] == [b"+OK"] * 5
    assert lines[5:8] == [b"1 %d" % len(LETTERS[0]), b"3 %d" % len(LETTERS[2]), b"."]
    assert lines[8:] == [b"+OK nothing done", b"+OK goodbye, messages removed: 1", b""]


def test_sizes(inside: Client) -> None:
    sizes = [len(letter) for letter in LETTERS]
    assert inside.say(b"STAT") == b"+OK 3 %d\r\n" % sum(sizes)
    listed = inside.say(b"LIST").split(b"\r\n")
    assert listed[1:] == [b"%d %d" % (n, size) for n, size in enumerate(sizes, 1)] + [b".", b""]
    assert inside.say(b"LIST 2") == b"+OK 2 %d\r\n" % sizes[1]


@pytest.mark.parametrize("number", [b"0", b"4", b"-1", b"x", b"1.0", b"9" * 200, b"\xb2"])
def test_no_such_message(inside: Client, number: bytes) -> None:
    for line in (b"LIST %s", b"UIDL %s", b"RETR %s", b"DELE %s", b"TOP %s 0"):
        assert inside.say(line % number) == b"-ERR no such message\r\n"


def test_dot_stuffing(inside: Client) -> None:
    reply = inside.say(b"RETR 1")
    first, _, rest = reply.partition(b"\r\n")
    assert first == b"+OK %d octets" % len(LETTERS[0])
    assert rest == b"Subject: one\r\n\r\n..\r\n...\r\n..x\r\nend\r\n.\r\n"


def test_dot_at_the_very_start() -> None:
    reply = Client(ListMaildrop([b".dot: header\r\n\r\n"])).login().say(b"RETR 1")
    assert reply.partition(b"\r\n")[2] == b"..dot: header\r\n\r\n.\r\n"


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (b"0", b""),
        (b"1", b"a\r\n"),
        (b"2", b"a\r\nb\r\n"),
        (b"3", b"a\r\nb\r\nc\r\n"),
        (b"9" * 30, b"a\r\nb\r\nc\r\n"),
    ],
)
def test_top(inside: Client, lines: bytes, body: bytes) -> None:
    reply = inside.say(b"TOP 3 " + lines)
    assert reply.partition(b"\r\n")[2] == b"Subject: three\r\n\r\n" + body + b".\r\n"


def test_top_of_an_empty_body(inside: Client) -> None:
    assert inside.say(b"TOP 2 5").partition(b"\r\n")[2] == b"Subject: two\r\n\r\n.\r\n"
    assert inside.say(b"TOP 2 x").startswith(b"-ERR")


def test_uidl_is_stable_and_legal(inside: Client) -> None:
    listed = inside.say(b"UIDL")
    uids = [line.split()[1] for line in listed.split(b"\r\n")[1:-2]]
    assert len(set(uids)) == len(LETTERS)
    assert all(re.fullmatch(rb"[\x21-\x7e]{1,70}", uid) for uid in uids)
    assert Client().login().say(b"UIDL") == listed
    assert inside.say(b"UIDL 3") == b"+OK 3 %s\r\n" % uids[2]


def test_deletion_takes_quit() -> None:
    maildrop = ListMaildrop(LETTERS)
    first = Client(maildrop).login()
    assert first.say(b"DELE 1").startswith(b"+OK")
    for line in (b"DELE 1", b"RETR 1", b"LIST 1", b"UIDL 1", b"TOP 1 0"):
        assert first.say(line) == b"-ERR no such message\r\n"
    assert first.say(b"STAT").startswith(b"+OK 2 ")
    assert first.say(b"LIST").split(b"\r\n")[1].startswith(b"2 ")
    first.session.lost()

    second = Client(maildrop).login()
    assert second.say(b"STAT").startswith(b"+OK 3 ")
    second.say(b"DELE 1", b"DELE 3")
    assert second.say(b"RSET").startswith(b"+OK")
    assert second.say(b"STAT").startswith(b"+OK 3 ")
    second.say(b"DELE 1")
    assert second.say(b"QUIT").startswith(b"+OK")
    assert second.session.closed

    third = Client(maildrop).login()
    assert third.say(b"STAT").startswith(b"+OK 2 ")
    assert third.say(b"RETR 1").endswith(LETTERS[1] + b".\r\n")


def test_lock() -> None:
    maildrop = ListMaildrop(LETTERS)
    first, second = Client(maildrop).login(), Client(maildrop)
    assert second.say(b"USER demo", b"PASS de mo").split(b"\r\n")[1].startswith(b"-ERR [IN-USE] ")
    second.say(b"QUIT")
    assert Client(maildrop).say(b"USER demo", b"PASS de mo").count(b"[IN-USE]") == 1
    first.say(b"QUIT")
    first.session.lost()
    third = Client(maildrop).login()
    third.session.lost()
    Client(maildrop).login()


def test_errands_hold_up_the_lines_behind_them() -> None:
    client = Client()
    outcomes = client.session.receive(b"USER demo\r\nPASS de mo\r\nDELE 3\r\nDELE 1\r\nQUIT\r\nNOOP\r\n")
    next(outcomes)
    load = next(outcomes)
    assert isinstance(load, Load)
    assert not client.maildrop.lock()
    assert asyncio.run(load.carry_out(client.maildrop)).startswith(b"+OK maildrop open, 3 ")
    assert [next(outcomes), next(outcomes)] == [b"+OK message %d marked for removal at QUIT\r\n" % n for n in (3, 1)]
    (remove,) = outcomes
    assert isinstance(remove, Remove)
    assert [message.octets for message in remove.messages] == [LETTERS[0], LETTERS[2]]
    assert client.session.closed
    assert not client.maildrop.lock()  # until the messages are gone
    assert asyncio.run(remove.carry_out(client.maildrop)) == b"+OK goodbye, messages removed: 2\r\n"
    assert client.maildrop.lock()


@pytest.mark.parametrize("lines", [b"", b"QUIT\r\n"])
def test_errands_never_run_give_the_lock_back(lines: bytes) -> None:
    client = Client()
    if lines:
        client.login().say(b"DELE 1")
        assert isinstance(next(client.session.receive(lines)), Remove)
    else:
        client.say(b"USER demo")
        assert isinstance(next(client.session.receive(b"PASS de mo\r\n")), Load)
    client.session.lost()
    assert client.maildrop.lock()
    client.session.lost()
    assert not client.maildrop.lock()
    assert len(asyncio.run(client.maildrop.load())) == len(LETTERS)


def test_removal_tells_equal_messages_apart() -> None:
    maildrop = ListMaildrop([LETTERS[0], LETTERS[1], LETTERS[0]])
    Client(maildrop).login().say(b"DELE 3", b"QUIT")
    assert [message.octets for message in asyncio.run(maildrop.load())] == [LETTERS[0], LETTERS[1]]


def test_lines_end_in_crlf_on_the_wire() -> None:
    reply = Client(ListMaildrop([b"Subject: x\n\r\n.\n..a\n\nb"])).login().say(b"RETR 1")
    assert reply == b"+OK 27 octets\r\nSubject: x\r\n\r\n..\r\n...a\r\n\r\nb\r\n.\r\n"


def test_utf8_headers_take_utf8_mode() -> None:
    letter = "Subject: Gr\u00fc\u00dfe\r\n\r\nhallo\r\n".encode()
    maildrop = ListMaildrop([letter])
    client = Client(maildrop).login()
    assert client.say(b"RETR 1").startswith(b"-ERR [UTF8] ")
    assert client.say(b"TOP 1 0").startswith(b"-ERR [UTF8] ")
    client.say(b"QUIT")
    client = Client(maildrop)
    assert client.say(b"UTF8").startswith(b"+OK")
    assert client.login().say(b"RETR 1").endswith(letter + b".\r\n")


def test_first_lines_are_short(inside: Client) -> None:
    """The first line of a reply has at most 512 octets (RFC 2449, section 4)."""
    for line in (b"CAPA", b"STAT", b"x" * 254, b"y " * 100, b"RETR 1", b"UIDL"):
        assert len(inside.say(line).partition(b"\r\n")[0]) <= 510


def test_sample_needs_no_utf8_mode() -> None:
    client = Client(ListMaildrop(message.octets for message in INBOX)).login()
    for number in range(1, len(INBOX) + 1):
        assert client.say(b"RETR %d" % number).startswith(b"+OK")
