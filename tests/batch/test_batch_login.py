"""Logging in: where the password comes from, and how it goes over the wire."""

from __future__ import annotations

import base64
import hashlib
import hmac
import shlex
from pathlib import Path

import pytest
from batch_support import IMAP, PLAIN_IMAP, POP3, Serve, command, inside, lines

PASSWORD = "geheim 1"
LOGIN = f'S: {PLAIN_IMAP}\nC: a1 LOGIN fred "{PASSWORD}"\nS: a1 OK in\nLOGOUT'
USER_PASS = f"S: {POP3}\nC: USER fred\nS: +OK\nC: PASS {PASSWORD}\nS: +OK in\nQUIT"


def b64(octets: bytes | str) -> str:
    return base64.b64encode(octets.encode() if isinstance(octets, str) else octets).decode()


@pytest.mark.parametrize(("scheme", "script"), [("imap", LOGIN), ("pop3", USER_PASS)])
@pytest.mark.parametrize("way", ["env", "file", "command", "argument", "url"])
def test_sources_of_the_password(serve: Serve, tmp_path: Path, scheme: str, script: str, way: str) -> None:
    file = tmp_path / "a password"
    file.write_text(f"{PASSWORD}\r\nnot this\n")
    arguments = {
        "env": ["--password-env", "MAIL_PASSWORD"],
        "file": ["--password-file", str(file)],
        "command": ["--password-command", f"cat {shlex.quote(str(file))}"],
        "argument": ["--password", PASSWORD],
        "url": [],
    }[way]
    user = "fred:geheim%201" if way == "url" else "fred"
    url = serve(script).url(scheme, user)
    outcome = inside(url, *arguments, stdin=b"", env={"MAIL_PASSWORD": PASSWORD})
    assert outcome.status == 0
    assert PASSWORD not in outcome.everything
    assert ("can be seen in the list of processes" in outcome.err) == (way in ("argument", "url"))


def test_the_user_as_an_argument(serve: Serve) -> None:
    outcome = command(serve(LOGIN).url(), "--user", "fred", "--password-env", "P", env={"P": PASSWORD})
    assert (outcome.status, outcome.err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--password-env", "NOT_SET_ANYWHERE"], "NOT_SET_ANYWHERE"),
        (["--password-file", "/nonexistent/password"], "/nonexistent/password"),
        (["--password-command", "exit 7"], "exit status 7"),
        ([], "--password-env, --password-file or --password-command"),
    ],
)
def test_no_password_to_be_had(serve: Serve, arguments: list[str], words: str) -> None:
    outcome = command(serve(f"S: {PLAIN_IMAP}\nLOGOUT").url("imap", "fred"), *arguments, "-c", "NOOP")
    assert outcome.status == 2
    assert words in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_password_command_does_not_eat_the_script(serve: Serve) -> None:
    server = serve(LOGIN.replace("LOGOUT", "C: a2 NOOP\nS: a2 OK read\nLOGOUT"))
    arguments = ["--password-command", f"cat >&2; echo {PASSWORD}"]
    outcome = command(server.url("imap", "fred"), *arguments, stdin=b"NOOP\n")
    assert outcome.out == "OK read\n"


@pytest.mark.parametrize(
    ("scheme", "script"),
    [
        ("imap", f"S: {PLAIN_IMAP}\nC~ a1 LOGIN .*\nS: a1 NO [AUTHENTICATIONFAILED] no such user\nLOGOUT"),
        ("pop3", f"S: {POP3}\nC: USER fred\nS: +OK\nC~ PASS .*\nS: -ERR no such user\nQUIT"),
        ("pop3", f"S: {POP3}\nC: USER fred\nS: -ERR no such user\nQUIT"),
    ],
)
def test_a_refused_login_ends_the_run(serve: Serve, scheme: str, script: str) -> None:
    outcome = command(serve(script).url(scheme, "fred"), "--password-env", "P", "-c", "NOOP", env={"P": PASSWORD})
    assert (outcome.status, outcome.out) == (1, "")
    assert "refuses the login of fred" in outcome.err
    assert "no such user" in outcome.err
    assert "tries again" not in outcome.err
    assert outcome.err.count("\n") == 1


def test_a_refused_login_of_open_ends_the_run_too(serve: Serve) -> None:
    url = serve(f"S: {PLAIN_IMAP}\nC~ a1 LOGIN .*\nS: a1 NO no such user\nLOGOUT").url("imap", "fred")
    outcome = inside("--password-env", "P", *lines(f".open {url}", "NOOP"), env={"P": PASSWORD})
    assert (outcome.status, outcome.out) == (1, "")
    assert "no such user" in outcome.err


def test_without_login(serve: Serve) -> None:
    assert inside(serve(f"S: {PLAIN_IMAP}\nLOGOUT").url("imap", "fred"), "--no-login").status == 0


def test_nobody_logs_in_after_preauth(serve: Serve) -> None:
    outcome = inside(serve("S: * PREAUTH ready\nLOGOUT").url("imap", "fred"))
    assert outcome.status == 0
    assert "PREAUTH" in outcome.err


@pytest.mark.parametrize(
    ("password", "sent"),
    [
        ("simple", 'C: a1 LOGIN fred "simple"'),
        ('with "quotes"', r'C: a1 LOGIN fred "with \"quotes\""'),
        (r"back\slash", r'C: a1 LOGIN fred "back\\slash"'),
        ("(){%*]", 'C: a1 LOGIN fred "(){%*]"'),
        ("", 'C: a1 LOGIN fred ""'),
        (" both ends ", 'C: a1 LOGIN fred " both ends "'),
        ("{5}", 'C: a1 LOGIN fred "{5}"'),
        ("grün", "C: a1 LOGIN fred {5}\nS: + go\nC: grün"),
        ("two\r\nlines", "C: a1 LOGIN fred {10}\nS: + go\nC: two\nC: lines"),
        ("\udcff", "C: a1 LOGIN fred {1}\nS: + go\nC: \udcff"),
    ],
)
def test_awkward_passwords_in_imap(serve: Serve, password: str, sent: str) -> None:
    server = serve(f"S: {PLAIN_IMAP}\n{sent}\nS: a1 OK in\nLOGOUT")
    assert inside(server.url("imap", "fred"), "--password", password).status == 0


@pytest.mark.parametrize("user", ["fred smith", 'fr"ed', "fréd"])
def test_awkward_users_in_imap(serve: Serve, user: str) -> None:
    sent = {
        "fred smith": 'C: a1 LOGIN "fred smith" "x"',
        'fr"ed': r'C: a1 LOGIN "fr\"ed" "x"',
        "fréd": "C: a1 LOGIN {5}\nS: + go\n" + 'C: fréd "x"',
    }[user]
    server = serve(f"S: {PLAIN_IMAP}\n{sent}\nS: a1 OK in\nLOGOUT")
    assert inside(server.url(), "--user", user, "--password", "x").status == 0


@pytest.mark.parametrize("password", ["with  spaces", " at both ends ", 'quo"te', "grün", "a > b", "\udcff"])
def test_awkward_passwords_in_pop3(serve: Serve, password: str) -> None:
    script = f"S: {POP3}\nC: USER fred\nS: +OK\nC: PASS {password}\nS: +OK in\nQUIT"
    assert inside(serve(script).url("pop3", "fred"), "--password", password).status == 0


@pytest.mark.parametrize("password", ["with  spaces", " at both ends ", 'quo"te', "grün", "a > b", "x > file "])
@pytest.mark.parametrize("name", ["PASS", "pass_"])
def test_awkward_passwords_typed_in_pop3(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, password: str, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    server = serve(f"S: {POP3}\nC: USER fred\nS: +OK\nC: PASS {password}\nS: +OK in\nQUIT")
    assert inside(server.url("pop3"), *lines("USER fred", f"{name} {password}")).status == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("user", "password"), [("fred", "x\r\nDELE 1"), ("fred\nDELE 1", "x")])
def test_a_line_end_does_not_smuggle_a_second_command(serve: Serve, user: str, password: str) -> None:
    server = serve(f"S: {POP3}\nQUIT\nEOF")
    outcome = inside(server.url("pop3"), "--user", user, "--password", password)
    assert outcome.status == 2
    assert "line end" in outcome.err
    assert server.lines == ["QUIT"]


PLAIN = b64("\0fred\0" + PASSWORD)


@pytest.mark.parametrize(
    ("mechanism", "capabilities", "dialogue"),
    [
        ("PLAIN", "SASL-IR", f"C: a1 AUTHENTICATE PLAIN {PLAIN}"),
        ("PLAIN", "", f"C: a1 AUTHENTICATE PLAIN\nS: + \nC: {PLAIN}"),
        ("plain", "", f"C: a1 AUTHENTICATE plain\nS: + \nC: {PLAIN}"),
        (
            "LOGIN",
            "SASL-IR",
            f"C: a1 AUTHENTICATE LOGIN\nS: + {b64('Username:')}\nC: {b64('fred')}\n"
            f"S: + {b64('Password:')}\nC: {b64(PASSWORD)}",
        ),
        (
            "CRAM-MD5",
            "SASL-IR",
            f"C: a1 AUTHENTICATE CRAM-MD5\nS: + {b64('<1.2@host>')}\n"
            f"C: {b64('fred ' + hmac.new(PASSWORD.encode(), b'<1.2@host>', hashlib.md5).hexdigest())}",
        ),
    ],
)
def test_authenticate(serve: Serve, mechanism: str, capabilities: str, dialogue: str) -> None:
    server = serve(f"S: * OK [CAPABILITY IMAP4rev1 {capabilities}] hi\n{dialogue}\nS: a1 OK in\nLOGOUT")
    arguments = ["--no-login", "--password", PASSWORD, "-d", "5", "-c", f"AUTHENTICATE {mechanism}"]
    outcome = inside(server.url("imap", "fred"), *arguments)
    assert (outcome.status, outcome.out) == (0, "OK in\n")
    assert PASSWORD not in outcome.everything
    assert b64(PASSWORD) not in outcome.everything


@pytest.mark.parametrize(
    "dialogue",
    [
        f"C: AUTH PLAIN\nS: + \nC: {PLAIN}",
        f"C: AUTH LOGIN\nS: + VXNlcjo=\nC: {b64('fred')}\nS: + UGFzczo=\nC: {b64(PASSWORD)}",
        f"C: AUTH CRAM-MD5\nS: + {b64('<3@h>')}\n"
        f"C: {b64('fred ' + hmac.new(PASSWORD.encode(), b'<3@h>', hashlib.md5).hexdigest())}",
    ],
)
def test_auth_in_pop3(serve: Serve, dialogue: str) -> None:
    server = serve(f"S: {POP3}\n{dialogue}\nS: +OK in\nQUIT")
    typed = dialogue.splitlines()[0].removeprefix("C: ")
    outcome = inside(server.url("pop3", "fred"), "--no-login", "--password", PASSWORD, "-c", typed)
    assert (outcome.status, outcome.out) == (0, "+OK in\n")


def test_a_challenge_that_is_not_base64_is_cancelled(serve: Serve) -> None:
    server = serve(f"S: {IMAP}\nC: a1 AUTHENTICATE LOGIN\nS: + ???\nC: *\nS: a1 BAD cancelled\nLOGOUT")
    arguments = ["--no-login", "--password", "x", "-c", "AUTHENTICATE LOGIN"]
    outcome = inside(server.url("imap", "fred"), *arguments)
    assert outcome.status == 1
    assert "not base64" in outcome.err


def test_a_server_that_goes_on_asking(serve: Serve) -> None:
    server = serve(f"S: {PLAIN_IMAP}\nC: a1 AUTHENTICATE PLAIN\nS: + \nC~ .*\nS: + \nC: *\nS: a1 BAD no\nLOGOUT")
    outcome = inside(server.url("imap", "fred"), "--no-login", "--password", "x", "-c", "AUTHENTICATE PLAIN")
    assert outcome.status == 1
    assert "goes on asking" in outcome.err


def test_an_unknown_mechanism(serve: Serve) -> None:
    server = serve(f"S: {PLAIN_IMAP}\nLOGOUT")
    outcome = inside(server.url("imap", "fred"), "--no-login", "--password", "x", "-c", "AUTHENTICATE XSOUP")
    assert outcome.status == 2
    assert "XSOUP" in outcome.err


def test_a_password_that_is_not_utf8_can_not_go_into_sasl(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes(b"\xff\xfe\n")
    server = serve(f"S: {PLAIN_IMAP}\nLOGOUT")
    arguments = ["--no-login", "--password-file", str(tmp_path / "password"), "-c", "AUTHENTICATE PLAIN"]
    outcome = inside(server.url("imap", "fred"), *arguments)
    assert outcome.status == 2
    assert "not UTF-8" in outcome.err


def test_after_a_silent_authenticate_nothing_is_taken_for_a_response(serve: Serve) -> None:
    server = serve(f"S: {PLAIN_IMAP}\nC: a1 AUTHENTICATE PLAIN\nEOF")
    arguments = ["--no-login", "--password", "x", "--timeout", "0.2"]
    outcome = inside(server.url("imap", "fred"), *arguments, *lines("AUTHENTICATE PLAIN", "AUTHENTICATE PLAIN", "NOOP"))
    assert outcome.status == 4
    assert "SASL response that AUTHENTICATE still owes" in outcome.err


def test_a_typed_initial_response(serve: Serve) -> None:
    server = serve(f"S: {IMAP}\nC: a1 AUTHENTICATE XSOUP c29lcA==\nS: a1 OK in\nLOGOUT")
    outcome = inside(server.url(), "--json", "-c", "AUTHENTICATE XSOUP c29lcA==")
    assert outcome.status == 0
    assert "c29lcA" not in outcome.everything


@pytest.mark.parametrize("typed", [f"APOP fred {PASSWORD}", "APOP fred"])
def test_apop(serve: Serve, typed: str) -> None:
    digest = hashlib.md5(f"<1896.697170952@dbc.mtview.ca.us>{PASSWORD}".encode()).hexdigest()
    server = serve(f"S: +OK ready <1896.697170952@dbc.mtview.ca.us>\nC: APOP fred {digest}\nS: +OK in\nQUIT")
    outcome = inside(server.url("pop3"), "--password", PASSWORD, "-c", typed)
    assert (outcome.status, outcome.out) == (0, "+OK in\n")


def test_apop_digests_any_octets(serve: Serve) -> None:
    digest = hashlib.md5(b"<1@example>pass\xffword").hexdigest()
    server = serve(f"S: +OK <1@example>\nC: APOP fred {digest}\nS: +OK in\nQUIT")
    assert inside(server.url("pop3"), "--password", "pass\udcffword", "-c", "APOP fred").status == 0


def test_the_example_of_apop_in_rfc_1939(serve: Serve) -> None:
    server = serve(
        "S: +OK <1896.697170952@dbc.mtview.ca.us>\nC: APOP mrose c4c9334bac560ecc979e58001b3e22fb\nS: +OK\nQUIT"
    )
    assert inside(server.url("pop3"), "-c", "APOP mrose tanstaaf").status == 0


def test_apop_without_a_timestamp(serve: Serve) -> None:
    server = serve(f"S: {POP3}\nQUIT")
    outcome = inside(server.url("pop3"), "-c", "APOP mrose tanstaaf")
    assert outcome.status == 2
    assert "no timestamp" in outcome.err


def test_login_asks_for_the_password_only(serve: Serve) -> None:
    server = serve(f'S: {PLAIN_IMAP}\nC: a1 LOGIN fred "{PASSWORD}"\nS: a1 OK in\nLOGOUT')
    assert inside(server.url(), "--password", PASSWORD, "-c", "LOGIN fred").status == 0
