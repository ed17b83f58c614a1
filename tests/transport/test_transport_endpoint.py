"""URLs, good and bad."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.transport.endpoint import Endpoint, EndpointError, parse_url
from mailshell.transport.mail_url import MailTarget

GOOD: list[tuple[str, dict[str, Any], str]] = [
    ("imap://mail.example.org", {"protocol": "imap", "host": "mail.example.org", "port": 143}, "mail.example.org"),
    ("imaps://mail.example.org", {"implicit_tls": True, "port": 993}, "mail.example.org"),
    ("pop3://h", {"protocol": "pop3", "port": 110, "implicit_tls": False}, "h"),
    ("pop3s://h", {"protocol": "pop3", "port": 995, "implicit_tls": True}, "h"),
    ("pop://h", {"protocol": "pop3", "port": 110}, "h"),
    ("pops://h", {"protocol": "pop3", "port": 995, "implicit_tls": True}, "h"),
    ("IMAPS://H", {"implicit_tls": True, "host": "H"}, "H"),
    ("  imap://h  ", {"host": "h"}, "h"),
    ("imap://h:", {"port": 143}, "h"),
    ("imap://h:143", {"port": 143}, "h"),
    ("imaps://h:143", {"port": 143}, "h:143"),
    ("imap://h:1", {"port": 1}, "h:1"),
    ("imap://h:65535", {"port": 65535}, "h:65535"),
    ("imap://h:0143", {"port": 143}, "h"),
    ("imap://127.0.0.1:1143", {"host": "127.0.0.1", "port": 1143}, "127.0.0.1:1143"),
    ("imap://[::1]", {"host": "::1", "port": 143}, "[::1]"),
    ("imap://[::1]:1143", {"host": "::1", "port": 1143}, "[::1]:1143"),
    ("imap://[fe80::1%25eth0]", {"host": "fe80::1%eth0"}, "[fe80::1%eth0]"),
    ("imap://[fe80::1%eth0]:1", {"host": "fe80::1%eth0", "port": 1}, "[fe80::1%eth0]:1"),
    ("imap://bücher.example", {"host": "bücher.example"}, "bücher.example"),
    ("imap://b%C3%BCcher.example", {"host": "bücher.example"}, "bücher.example"),
    ("imap://my_host.", {"host": "my_host."}, "my_host."),
    ("imap://joe@h", {"user": "joe", "password": None}, "h"),
    ("imap://joe:pw@h", {"user": "joe", "password": "pw"}, "h"),
    ("imap://joe:@h", {"user": "joe", "password": ""}, "h"),
    ("imap://joe:a:b@h", {"user": "joe", "password": "a:b"}, "h"),
    ("imap://joe%40x.org:p%2Fw%25@h", {"user": "joe@x.org", "password": "p/w%"}, "h"),
    ("imap://joe@x.org:pw@h", {"user": "joe@x.org", "password": "pw", "host": "h"}, "h"),
    ("imap://j%C3%B6@h", {"user": "jö"}, "h"),
    ("imap://joe:100%@h", {"password": "100%"}, "h"),
    ("imap://joe;AUTH=PLAIN@h", {"user": "joe", "auth": "PLAIN"}, "h"),
    ("imap://joe;auth=*@h", {"user": "joe", "auth": None}, "h"),
    ("imap://;AUTH=ANONYMOUS@h", {"user": None, "auth": "ANONYMOUS"}, "h"),
    ("pop://joe;AUTH=+APOP:pw@h", {"user": "joe", "auth": "+APOP", "password": "pw"}, "h"),
    ("imap://joe:pw;AUTH=LOGIN@h", {"password": "pw", "auth": "LOGIN"}, "h"),
    ("imap://joe:p;w@h", {"password": "p;w", "auth": None}, "h"),
    ("imap://@h", {"user": None}, "h"),
    ("imap://h/", {"target": None}, "h"),
    ("pop3://h/", {"target": None}, "h"),
    ("imap://h/INBOX", {"target": MailTarget("INBOX")}, "h"),
    ("imap://h:1/A/B%20C?x@y", {"port": 1, "target": MailTarget("A/B C", search="x@y")}, "h:1"),
    ("imap+unix:/run/imap.sock", {"kind": "unix", "path": "/run/imap.sock", "protocol": "imap"}, "/run/imap.sock"),
    ("pop3+unix:a b%20", {"kind": "unix", "path": "a b%20", "protocol": "pop3"}, "a b%20"),
    ("imap+unix:///run/s", {"path": "/run/s"}, "/run/s"),
    ("imap+unix:~/s", {"path": os.path.expanduser("~/s")}, os.path.expanduser("~/s")),
    ("imap+exec:ssh -q host 'a b'", {"kind": "exec", "command": ("ssh", "-q", "host", "a b")}, "ssh"),
    (
        "POP3+EXEC: /usr/bin/x://y",
        {"kind": "exec", "command": ("/usr/bin/x://y",), "protocol": "pop3"},
        "/usr/bin/x://y",
    ),
]


@pytest.mark.parametrize(("url", "fields", "name"), GOOD, ids=[row[0] for row in GOOD])
def test_a_good_url(url: str, fields: dict[str, Any], name: str) -> None:
    endpoint = parse_url(url)
    assert {key: getattr(endpoint, key) for key in fields} == fields
    assert endpoint.name == name


BAD: list[tuple[str, str]] = [
    ("", "the URL is empty"),
    ("   ", "the URL is empty"),
    ("http://h", "unknown scheme 'http': use one of imap://, imaps://, pop3://, pop3s://, imap+unix:"),
    ("imapx://h", "unknown scheme 'imapx'"),
    ("://h", "no scheme stands before ://"),
    ("mail.example.org", "write imaps://mail.example.org"),
    ("mail.example.org:993", "write imaps://mail.example.org:993"),
    ("mail.example.org:143", "write imap://mail.example.org:143"),
    ("mail.example.org:995", "write pop3s://mail.example.org:995"),
    ("mail.example.org:110", "write pop3://mail.example.org:110"),
    ("joe:secret@mail.example.org", "write imaps://mail.example.org"),
    ("joe:secret", "write imaps://joe"),
    ("::1", "write imaps://[::1]"),
    ("imap:mail.example.org", "two slashes are missing after imap: — write imap://mail.example.org"),
    ("imap:joe:secret@h", "write imap://h"),
    ("imap://", "the host is missing"),
    ("imap:///INBOX", "the host is missing"),
    ("imap://:143", "the host is missing"),
    ("imap://joe@", "the host is missing"),
    ("imap://h:x", "the port after the colon is not a number: use 1 to 65535"),
    ("imap://joe:secret", "is not a number"),
    ("imap://joe:sec/ret@h", "write / as %2F"),
    ("imap://h:+1", "is not a number"),
    ("imap://h:-1", "is not a number"),
    ("imap://h:1٣", "is not a number"),
    ("imap://h:0", "the port 0 is out of range: use 1 to 65535"),
    ("imap://h:65536", "the port 65536 is out of range"),
    ("imap://h:" + "9" * 5000, "out of range"),
    ("imap://h:1:2", "more than one colon"),
    ("imap://::1", "write [::1]"),
    ("imap://[::1", "the ] after the IPv6 address is missing: write for example [::1]"),
    ("imap://[::1]143", "after ] comes :PORT or nothing"),
    ("imap://[]", "is no IPv6 address"),
    ("imap://[127.0.0.1]", "is no IPv6 address"),
    ("imap://[::g]", "is no IPv6 address"),
    ("imap://[fe80::1%25]%00]", "after ] comes"),
    ("imap://[fe80::1%25%0A]", "is no IPv6 address"),
    ("imap://::1]", "more than one colon"),
    ("imap://h]", "the brackets in 'h]' do not enclose it"),
    ("imap://my host", "a space stands in the host 'my host'"),
    ("imap://my%20host", "a space stands in the host"),
    ("imap://h\ti", "a space stands in the host"),
    ("imap://h%00", "the character '\\x00' cannot stand in a host name"),
    ("imap://h\x1b[0m", "cannot stand in a host name"),
    ("imap://h\x1bm", "the character '\\x1b' cannot stand"),
    ("imap://h?x", "the character '?' cannot stand"),
    ("imap://h#x", "the character '#' cannot stand"),
    ("imap://a..b", "nothing between two dots"),
    ("imap://.b", "before the first"),
    ("imap://" + "a" * 64, "over 63 characters"),
    ("imap://%FF", "the host are not UTF-8"),
    ("imap://%FF@h", "the user name are not UTF-8"),
    ("imap://u:%FF@h", "the password are not UTF-8"),
    ("imap://:pw@h", "the user name before the password is missing"),
    ("imap://u;AUTH=@h", "the mechanism after ;AUTH= is missing"),
    ("pop3://h/INBOX", "a POP3 URL names no mailbox"),
    ("imap://joe:secret@h/INBOX;x", "after a ; the URL goes on with"),
    ("imap+unix:", "the path of the socket is missing: write imap+unix:/run/server.sock"),
    ("imap+unix://h/run/s", "a Unix socket has no host"),
    ("imap+unix:a\0b", "NUL"),
    ("imap+exec:", "the command is missing: write imap+exec:COMMAND"),
    ("pop3+exec:   ", "the command is missing"),
    ("imap+exec:''", "the command is missing"),
    ("imap+exec:ssh 'x", "no closing quotation"),
    ("imap+exec:a\0b", "NUL"),
]


@pytest.mark.parametrize(("url", "sentence"), BAD, ids=[repr(row[0][:40]) for row in BAD])
def test_a_bad_url(url: str, sentence: str) -> None:
    with pytest.raises(EndpointError) as caught:
        parse_url(url)
    message = str(caught.value)
    assert sentence in message
    assert "secret" not in message
    assert message.isprintable()
    assert len(message) < 300
    assert not message.endswith(".")


def test_the_password_is_not_in_the_repr() -> None:
    endpoint = parse_url("imap://joe:hush@h")
    assert endpoint.password == "hush"
    assert "hush" not in repr(endpoint)
    assert "hush" not in endpoint.name


def test_the_password_is_in_no_error_for_a_bad_port() -> None:
    with pytest.raises(EndpointError) as caught:
        parse_url("imap://joe:hush@h:port")
    assert "hush" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_an_endpoint_or_an_error(text: str) -> None:
    for prefix in ("", "imap:", "imap://", "pop3s://u:p@", "imap+exec:", "imap+unix:", "imap://[", "imap://["):
        try:
            endpoint = parse_url(prefix + text)
        except EndpointError as exc:
            assert str(exc).isprintable()  # noqa: PT017
        else:
            assert isinstance(endpoint, Endpoint)
            assert endpoint.kind != "tcp" or 1 <= endpoint.port <= 65535
            assert endpoint.name


@given(st.text(min_size=1), st.text())
def test_user_and_password_come_back(user: str, password: str) -> None:
    from urllib.parse import quote

    try:
        url = f"imap://{quote(user, safe='')}:{quote(password, safe='')}@h/INBOX"
    except UnicodeEncodeError:
        return  # a lone surrogate
    endpoint = parse_url(url)
    assert (endpoint.user, endpoint.password) == (user, password)
