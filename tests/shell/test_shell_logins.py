"""Logging in with a mechanism at a terminal: what is asked, what is refused, and what is offered."""

from __future__ import annotations

import base64

import pytest
from scripted_server import ScriptedServer
from terminal import CTRL_C, CTRL_D, Start, Terminal

SECRET = "Tr0ub4dor&3"
OFFERS = b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 AUTH=EXTERNAL AUTH=GSSAPI] ready"


def b64(text: str) -> bytes:
    return base64.b64encode(text.encode())


def unseen(shell: Terminal) -> bool:
    forms = (SECRET.encode(), b64(SECRET), b64(f"\0ana\0{SECRET}"))
    return not any(form in shell.raw for form in forms) and SECRET not in shell.everything


def step(server: ScriptedServer, command: str, *challenges: bytes) -> tuple[bytes, list[bytes]]:
    """Take a command and ask these challenges; its tag and the responses."""
    tag, responses = server.expect(command), []
    for challenge in challenges:
        server.send(b"+ " + challenge + b"\r\n")
        responses.append(server.line())
    return tag, responses


def test_the_password_of_a_mechanism_is_asked_unseen(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url(), "--user", "ana", "--no-login")
    imap.accept(OFFERS)
    shell.wait_for_prompt("not authenticated> ")
    shell.enter("AUTHENTICATE PLAIN")
    shell.wait_for_prompt(f"Password of ana at 127.0.0.1:{imap.port}: ")
    shell.enter(SECRET)
    tag, responses = step(imap, "AUTHENTICATE PLAIN", b"")
    assert responses == [b64(f"\0ana\0{SECRET}")]
    imap.send(tag + b" OK in\r\n")
    shell.wait_for_prompt("authenticated> ")
    assert unseen(shell)


def test_a_refused_token_is_asked_for_once_more(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url("ana"), "--auth", "XOAUTH2")
    imap.accept(OFFERS)
    for token, status in (("stale-t0ken", b"NO"), (SECRET, b"OK")):
        shell.wait_for_prompt(": ")
        shell.enter(token)
        challenges = (b"", b64('{"status":"401"}')) if status == b"NO" else (b"",)
        tag, responses = step(imap, "AUTHENTICATE XOAUTH2", *challenges)
        assert responses[0] == b64(f"user=ana\x01auth=Bearer {token}\x01\x01")
        assert responses[1:] == ([b""] if status == b"NO" else [])
        imap.send(tag + b" " + status + b" so\r\n")
    shell.wait_for("the token was refused; this is tried once more with a new one")
    shell.wait_for_prompt("authenticated> ")
    assert unseen(shell)


def test_external_asks_for_nothing(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(OFFERS)
    shell.wait_for_prompt("not authenticated> ")
    shell.enter("AUTHENTICATE EXTERNAL")
    tag, responses = step(imap, "AUTHENTICATE EXTERNAL", b"")
    assert responses == [b""]
    imap.send(tag + b" OK in\r\n")
    shell.wait_for_prompt("authenticated> ")


def test_a_refused_mechanism_says_what_next(start: Start, pop3: ScriptedServer) -> None:
    shell = start(pop3.url("ana"), "--auth", "PLAIN")
    pop3.accept()
    shell.wait_for_prompt(": ")
    shell.enter(SECRET)
    step(pop3, "AUTH PLAIN", b"")
    pop3.send(b"-ERR no\r\n")
    shell.wait_for("refuses the login of ana (PLAIN): -ERR no; AUTH PLAIN tries again")
    shell.wait_for_prompt("authorization> ")
    assert unseen(shell)


def test_what_is_offered(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url(), columns=130)
    imap.accept(OFFERS)
    shell.wait_for_prompt("not authenticated> ")
    shell.enter("AUTHENTICATE ?")
    shell.wait_for("chosen at the start (--auth chooses another): LOGIN-COMMAND")
    shell.wait_for("mailshell does not carry it out (by Kerberos 5); .raw sends anything")
    assert imap.quiet_for(0.1)


@pytest.mark.parametrize(("key", "status"), [(CTRL_C, 130), (CTRL_D, 2)])
@pytest.mark.parametrize("arguments", [["auth"], []])
def test_leaving_at_the_question_of_a_run(
    start: Start, imap: ScriptedServer, arguments: list[str], key: str, status: int
) -> None:
    shell = start(*arguments, imap.url("ana"), *(["-c", "NOOP"] if not arguments else []))
    imap.accept()
    shell.wait_for("Password of ana at ")
    shell.type(key)
    assert shell.wait_for_end() == status
    assert "Traceback" not in shell.everything
