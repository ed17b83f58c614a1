"""A secret appears in no output of a run, whatever is typed and however much is shown."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from batch_support import PLAIN_IMAP, POP3, Serve, inside, lines

SECRET = 'tr0ub4dor "&" 3'
QUOTED = SECRET.replace('"', r"\"")


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FORMS = (SECRET, QUOTED, b64(SECRET), b64("\0fred\0" + SECRET), "tr0ub4dor")
LOCAL = [".history", ".hex", ".state"]

IMAP_WAYS = {
    "quoted": ([f'LOGIN fred "{QUOTED}"'], f'C: a1 LOGIN fred "{QUOTED}"\nS: a1 OK'),
    "with a tag": ([f'b7 LOGIN fred "{QUOTED}"'], f'C: b7 LOGIN fred "{QUOTED}"\nS: b7 OK'),
    "literal": (
        ["LOGIN {4}", f"fred {{{len(SECRET)}}}", SECRET],
        f"C: a1 LOGIN {{4}}\nS: + go\nC: fred {{{len(SECRET)}}}\nS: + go\nC: {SECRET}\nS: a1 OK",
    ),
    "asked for": (["LOGIN fred"], f'C: a1 LOGIN fred "{QUOTED}"\nS: a1 OK'),
    "echoed": ([f'LOGIN fred "{QUOTED}"'], f'C: a1 LOGIN fred "{QUOTED}"\nS: a1 NO wrong: {SECRET} {QUOTED}'),
    "PLAIN": (
        ["AUTHENTICATE PLAIN"],
        f"C: a1 AUTHENTICATE PLAIN\nS: + \nC: {b64(chr(0) + 'fred' + chr(0) + SECRET)}\nS: a1 OK",
    ),
    "LOGIN": (
        ["AUTHENTICATE LOGIN"],
        f"C: a1 AUTHENTICATE LOGIN\nS: + VQ==\nC: ZnJlZA==\nS: + UA==\nC: {b64(SECRET)}\nS: a1 NO {b64(SECRET)}",
    ),
    "raw": ([r'.raw b1 LOGIN fred "tr0ub4dor"\r\n'], 'C: b1 LOGIN fred "tr0ub4dor"\nS: b1 OK'),
    "raw after another": (
        [r".raw b1 NOOP\r\nb2 LOGIN fred tr0ub4dor\r\n"],
        "C: b1 NOOP\nC: b2 LOGIN fred tr0ub4dor\nS: b1 OK\nS: b2 OK",
    ),
    "raw in pieces": (
        [".raw b1 LOGIN fred tr0ub", r".raw 4dor\r\n"],
        "C: b1 LOGIN fred tr0ub4dor\nS: b1 OK",
    ),
    "raw response": (
        [r".raw b1 AUTHENTICATE PLAIN\r\n", rf".raw {b64(chr(0) + 'fred' + chr(0) + SECRET)}\r\n"],
        f"C: b1 AUTHENTICATE PLAIN\nS: + \nC: {b64(chr(0) + 'fred' + chr(0) + SECRET)}\nS: b1 OK",
    ),
    "raw mode": (
        [".raw", "b1 LOGIN fred {9}", "tr0ub4dor", ".raw"],
        "C: b1 LOGIN fred {9}\nS: + go\nC: tr0ub4dor\nS: b1 OK",
    ),
    "raw response too late": (
        [".raw", "b1 AUTHENTICATE PLAIN", b64(chr(0) + "fred" + chr(0) + SECRET), ".raw"],
        f"C: b1 AUTHENTICATE PLAIN\nS: b1 NO not so\nC: {b64(chr(0) + 'fred' + chr(0) + SECRET)}\n"
        f"S: {b64(chr(0) + 'fred' + chr(0) + SECRET)} BAD what\nS: * BAD {SECRET}",
    ),
    "two raw responses too late": (
        [r".raw b1 AUTHENTICATE LOGIN\r\n", rf".raw {b64('fred12')}\r\n", rf".raw {b64(SECRET)}\r\n"],
        f"C: b1 AUTHENTICATE LOGIN\nS: b1 NO not so\nC: {b64('fred12')}\nS: {b64('fred12')} BAD what\n"
        f"C: {b64(SECRET)}\nS: {b64(SECRET)} BAD what",
    ),
    "in Python": (["login fred tr0ub4dor"], "C~ a1 (LOGIN|login) fred tr0ub4dor\nS: a1 OK"),
    "wrong protocol": (["PASS tr0ub4dor"], "C: a1 PASS tr0ub4dor\nS: a1 BAD what is tr0ub4dor"),
}
POP3_WAYS = {
    "PASS": ([f"PASS {SECRET}"], f"C: PASS {SECRET}\nS: +OK"),
    "pass_": ([f"pass_ {SECRET}"], f"C: PASS {SECRET}\nS: -ERR no: {SECRET}"),
    "asked for": (["PASS"], f"C: PASS {SECRET}\nS: +OK"),
    "PLAIN": (["AUTH PLAIN"], f"C: AUTH PLAIN\nS: + \nC: {b64(chr(0) + 'fred' + chr(0) + SECRET)}\nS: +OK"),
    "raw response too late": (
        [".raw", "AUTH PLAIN", b64(chr(0) + "fred" + chr(0) + SECRET), ".raw"],
        f"C: AUTH PLAIN\nS: -ERR no\nC: {b64(chr(0) + 'fred' + chr(0) + SECRET)}\nS: -ERR {SECRET}",
    ),
    "raw": ([r".raw PASS tr0ub4dor\r\n"], "C: PASS tr0ub4dor\nS: +OK"),
    "wrong protocol": (["LOGIN fred tr0ub4dor"], "C: LOGIN fred tr0ub4dor\nS: -ERR what is tr0ub4dor"),
    "lower case": (["pass tr0ub4dor"], "C: pass tr0ub4dor\nS: +OK"),
}
WAYS = [("imap", name) for name in IMAP_WAYS] + [("pop3", name) for name in POP3_WAYS]
SHOWN = [*((level, "mailshell") for level in "012345"), ("5", "poplib"), ("5", "imaplib"), ("2", "imaplib")]


@pytest.mark.parametrize("collects", [[], ["--json"]], ids=["", "json"])
@pytest.mark.parametrize(("level", "style"), SHOWN)
@pytest.mark.parametrize(("scheme", "way"), WAYS)
def test_no_output_holds_a_secret(
    serve: Serve, tmp_path: Path, scheme: str, way: str, level: str, style: str, collects: list[str]
) -> None:
    typed, script = (IMAP_WAYS if scheme == "imap" else POP3_WAYS)[way]
    greeting, end = (PLAIN_IMAP, "LOGOUT") if scheme == "imap" else (POP3, "QUIT")
    file = tmp_path / "password"
    file.write_text(SECRET)
    server = serve(f"S: {greeting}\n{script}\n{end}")
    arguments = ["--no-login", "--password-file", str(file), "-d", level, "--trace-style", style, *collects]
    octets = "\n".join([*typed, *LOCAL]).encode()
    outcome = inside(server.url(scheme, "fred"), *arguments, stdin=octets)
    assert outcome.status in (0, 1)
    assert "outstanding" in outcome.out
    for form in FORMS:
        assert form not in outcome.everything
    assert "4dor" not in outcome.everything


@pytest.mark.parametrize("level", ["2", "5"])
def test_secrets_are_shown_if_asked_for(serve: Serve, level: str) -> None:
    server = serve(f'S: {PLAIN_IMAP}\nC: a1 LOGIN fred "tr0ub4dor"\nS: a1 OK\nLOGOUT')
    outcome = inside(server.url(), "-d", level, "--show-secrets", "-c", 'LOGIN fred "tr0ub4dor"')
    assert "tr0ub4dor" in outcome.err
    assert "tr0ub4dor" not in outcome.out


def test_the_password_of_a_url_is_in_no_message(serve: Serve) -> None:
    url = serve(f"S: {PLAIN_IMAP}\nC~ a1 LOGIN .*\nS: a1 NO not tr0ub4dor\nLOGOUT").url("imap", "fred:tr0ub4dor")
    for arguments in ([url], ["--json", *lines(f".open {url}x", ".history")], [url.replace("imap", "imapx")]):
        assert "tr0ub4dor" not in inside(*arguments).everything


def test_a_short_password_is_masked_where_it_is_sent(serve: Serve) -> None:
    server = serve(f"S: {PLAIN_IMAP}\nC: a1 LOGIN fred qz7\nS: a1 OK\nLOGOUT")
    outcome = inside(server.url(), "-d", "5", "--json", *lines("LOGIN fred qz7", ".history", ".hex"))
    assert "qz7" not in outcome.everything


def test_saved_octets_are_masked(serve: Serve, tmp_path: Path) -> None:
    server = serve(f"S: {PLAIN_IMAP}\nC: a1 LOGIN fred tr0ub4dor\nS: a1 NO not tr0ub4dor\nLOGOUT")
    inside(server.url(), *lines("LOGIN fred tr0ub4dor", f".save {tmp_path}/answer"))
    assert "tr0ub4dor" not in (tmp_path / "answer").read_text()


def test_secrets_outlive_the_connection(serve: Serve) -> None:
    first = serve(f"S: {PLAIN_IMAP}\nC: a1 LOGIN ana Xtr0ub4dorX\nS: a1 NO not Xtr0ub4dorX\nLOGOUT")
    second = serve(f"S: {PLAIN_IMAP}\nC: a1 NOOP\nS: a1 NO not Xtr0ub4dorX\nLOGOUT")
    run = inside(first.url("imap"), "-d", "2", *lines("LOGIN ana Xtr0ub4dorX", f".open {second.url('imap')}", "NOOP"))
    assert run.err.count("⟦password⟧") >= 3
    assert "Xtr0ub4dorX" not in run.everything


def test_a_mistyped_login_is_not_kept(serve: Serve) -> None:
    server = serve(f"S: {POP3}\nC: PAS hunter22\nS: -ERR what\nQUIT")
    run = inside(server.url("pop3"), *lines("PAS hunter22", ".history"))
    assert "PAS ⟦arguments⟧" in run.out
    assert "hunter22" not in run.out


def test_help_is_not_masked(serve: Serve) -> None:
    """A mask in a text that everybody knows would tell what the password is."""
    server = serve(f"S: {PLAIN_IMAP}\nC~ (\\S+) LOGIN .*\nS: a1 OK in\nLOGOUT")
    outcome = inside(server.url(), *lines("LOGIN ana secret", ".help", ".help secrets"))
    assert ".secrets" in outcome.out
    assert "⟦" not in outcome.out.partition("Local commands")[2].partition("More help")[0]


@pytest.mark.parametrize(
    "typed", ["LOGN ana HunterTwo22zz", 'LGIN "ana" "HunterTwo22zz"', ".all LOGN ana HunterTwo22zz"]
)
def test_a_mistyped_login_is_masked_on_the_wire_too(serve: Serve, tmp_path: Path, typed: str) -> None:
    sent = typed.removeprefix(".all ")
    server = serve(f"S: * OK [CAPABILITY IMAP4rev1] ready\nC: a1 {sent}\nS: a1 BAD what is HunterTwo22zz?\nLOGOUT")
    recording = tmp_path / "m.mwire"
    outcome = inside(server.url(), "-d", "5", "--record", str(recording), "-c", typed, "-c", ".history")
    assert "HunterTwo22zz" not in outcome.everything
    assert "HunterTwo22zz" not in recording.read_text(encoding="utf-8")
