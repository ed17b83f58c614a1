"""What a URL names is opened after the login: as commands that are shown, and that change nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from batch_support import Serve, inside, lines
from playbook import PlaybookServer

from mailshell.text.escape import escape

PREAUTH = "S: * PREAUTH [CAPABILITY IMAP4rev1] ready"
READ_ONLY = "S: * OK [UIDVALIDITY 7] valid\nS: a1 OK [READ-ONLY] open"
FETCHED = "S: * 1 FETCH (UID 20 BODY[] {2}\nS: hi)\nS: a2 OK done"


def opened(serve: Serve, *steps: str, examine: str = "INBOX") -> PlaybookServer:
    return serve([PREAUTH, f"C: a1 EXAMINE {examine}", READ_ONLY, *steps, "LOGOUT"])


@pytest.mark.parametrize(
    ("path", "examine", "command"),
    [
        ("INBOX", "INBOX", None),
        ("a%20b", '"a b"', None),
        ("a%22b%5C", r'"a\"b\\"', None),
        ("Entw%C3%BCrfe", "Entw&APw-rfe", None),
        ("a%26b", "a&-b", None),
        ("a%20%3E%20b", '"a > b"', None),
        ("%40/etc/passwd", '"@/etc/passwd"', None),
        ("INBOX;UID=20", "INBOX", "UID FETCH 20 BODY.PEEK[]"),
        ("INBOX/;UID=20/;SECTION=1.2/;PARTIAL=0.1024", "INBOX", "UID FETCH 20 BODY.PEEK[1.2]<0.1024>"),
        ("INBOX;UID=20;PARTIAL=5", "INBOX", "UID FETCH 20 BODY.PEEK[]<5.4294967295>"),
        (
            "INBOX;UID=20;SECTION=HEADER.FIELDS%20(SUBJECT%20DATE)",
            "INBOX",
            "UID FETCH 20 BODY.PEEK[HEADER.FIELDS (SUBJECT DATE)]",
        ),
        ("INBOX;UIDVALIDITY=7;UID=20", "INBOX", "UID FETCH 20 BODY.PEEK[]"),
    ],
)
def test_what_is_sent_and_shown(serve: Serve, path: str, examine: str, command: str | None) -> None:
    steps = [f"C: a2 {command}", FETCHED] if command is not None else []
    outcome = inside(f"{opened(serve, *steps, examine=examine).url()}/{path}")
    assert outcome.status == 0
    shown = [message for message in outcome.messages if message.startswith("= ")]
    assert shown == [f"= {escape(line)}" for line in (f"EXAMINE {examine}", command) if line is not None]


@pytest.mark.parametrize(
    ("search", "sent"),
    [
        ("SUBJECT%20lens", "SUBJECT lens"),
        ("OR%20(FROM%20ana)%20SUBJECT%20%22a%20b%22", 'OR (FROM ana) SUBJECT "a b"'),
        ("FROM%20@example.org", 'FROM "@example.org"'),
        ("SUBJECT%20@/etc/passwd", 'SUBJECT "@/etc/passwd"'),
        ("ALL%20%3E%20file", 'ALL ">" file'),
        ("ALL%20%3Efile", 'ALL ">file"'),
        ("ALL%20|%20cat", 'ALL "|" cat'),
    ],
)
def test_a_search_is_nothing_but_a_search(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, search: str, sent: str
) -> None:
    monkeypatch.chdir(tmp_path)
    server = opened(serve, f"C: a2 UID SEARCH {sent}", "S: * SEARCH 20 21", "S: a2 OK done")
    outcome = inside(f"{server.url()}/INBOX?{search}")
    assert outcome.status == 0
    assert f"= UID SEARCH {sent}" in outcome.messages
    assert "20 21" in outcome.out
    assert list(tmp_path.iterdir()) == []


def test_text_beyond_ascii_is_a_literal(serve: Serve) -> None:
    server = opened(serve, "C: a2 UID SEARCH SUBJECT {5}\nS: + go on\nC: grün\nS: * SEARCH\nS: a2 OK none")
    assert inside(f"{server.url()}/INBOX?SUBJECT%20gr%C3%BCn").status == 0


def test_the_lines_of_the_run_come_after_it(serve: Serve) -> None:
    server = opened(serve, "C: a2 UID FETCH 20 BODY.PEEK[]", FETCHED, "C: a3 NOOP\nS: a3 OK rested")
    outcome = inside(f"{server.url()}/INBOX;UID=20", "-c", "NOOP")
    assert outcome.out.index("OK done") < outcome.out.index("OK rested")


def test_each_command_is_a_result(serve: Serve) -> None:
    server = opened(serve, "C: a2 UID FETCH 20 BODY.PEEK[]", FETCHED)
    outcome = inside(f"{server.url()}/INBOX;UID=20", "--json", "-c", ".welcome")
    assert [result["command"] for result in outcome.results] == [
        "EXAMINE INBOX",
        "UID FETCH 20 BODY.PEEK[]",
        ".welcome",
    ]


def test_open_opens_it_too(serve: Serve) -> None:
    server = opened(serve, "C: a2 UID FETCH 20 BODY.PEEK[TEXT]", FETCHED)
    url = f"{server.url()}/INBOX;UID=20;SECTION=TEXT"
    outcome = inside(*lines(f".open {url}"))
    assert outcome.status == 0
    assert outcome.out.index("connected to") < outcome.out.index("READ-ONLY") < outcome.out.index("OK done")


def test_open_with_json(serve: Serve) -> None:
    server = opened(serve)
    outcome = inside("--json", *lines(f".open {server.url()}/INBOX"))
    first, second = (json.loads(line) for line in outcome.out.splitlines())
    assert first["data"][0].startswith("connected to")
    assert second["command"] == "EXAMINE INBOX"


def test_another_uidvalidity_ends_it(serve: Serve) -> None:
    outcome = inside(f"{opened(serve).url()}/INBOX;UIDVALIDITY=8;UID=20", "-c", "NOOP")
    assert outcome.status == 1
    assert outcome.messages[-1] == (
        "the URL is out of date: its UIDVALIDITY is 8, and now it is 7; UID FETCH 20 BODY.PEEK[] would show what it "
        "names now"
    )


def test_a_server_that_tells_no_uidvalidity(serve: Serve) -> None:
    server = serve([PREAUTH, "C: a1 EXAMINE INBOX\nS: a1 OK open", "LOGOUT"])
    outcome = inside(f"{server.url()}/INBOX;UIDVALIDITY=8")
    assert outcome.status == 1
    assert outcome.messages[-1] == "the URL is out of date: its UIDVALIDITY is 8, and now the server tells none"


def test_a_message_that_is_not_there(serve: Serve) -> None:
    server = opened(serve, "C: a2 UID FETCH 20 BODY.PEEK[]", "S: a2 OK done")
    outcome = inside(f"{server.url()}/INBOX;UID=20")
    assert outcome.status == 1
    assert outcome.messages[-1] == "no message in INBOX has the UID 20"


def test_a_mailbox_that_is_not_there_ends_the_run(serve: Serve) -> None:
    server = serve([PREAUTH, "C: a1 EXAMINE Missing\nS: a1 NO no such mailbox", "LOGOUT"])
    outcome = inside(f"{server.url()}/Missing;UID=20", "-c", "NOOP")
    assert (outcome.status, outcome.out) == (1, "NO no such mailbox\n")


def test_a_server_that_goes_away_meanwhile(serve: Serve) -> None:
    server = serve([PREAUTH, "C: a1 EXAMINE INBOX", "CLOSE"])
    outcome = inside(f"{server.url()}/INBOX;UID=20", "-c", "NOOP")
    assert outcome.status == 4
    assert outcome.out == ""


def test_nothing_is_sent_before_a_login(serve: Serve) -> None:
    server = serve(["S: * OK [CAPABILITY IMAP4rev1] ready", "LOGOUT"])
    outcome = inside(f"{server.url()}/INBOX;UID=20")
    assert outcome.status == 0
    assert outcome.messages == [
        "note: the URL names a mailbox; after a login, EXAMINE INBOX opens it, then UID FETCH 20 BODY.PEEK[]"
    ]


def test_reconnecting_opens_nothing_again(serve: Serve) -> None:
    server = serve([PREAUTH, "C: a1 EXAMINE INBOX", READ_ONLY, "LOGOUT"], [PREAUTH, "LOGOUT"])
    assert inside(*lines(f".open {server.url()}/INBOX", ".open")).status == 0


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("imap://h/INBOX;UID=x", ";UID= takes a number from 1 to 4,294,967,295"),
        ("imap://h/INBOX%0D%0Aa1%20NOOP", "the mailbox name in the URL holds a control character: leave it out"),
        ("pop3://h/INBOX", "a POP3 URL names no mailbox: leave out what stands behind the slash after the host"),
    ],
)
def test_what_can_not_be_opened_is_one_sentence(url: str, message: str) -> None:
    for arguments in ([url], lines(f".open {url}")):
        outcome = inside(*arguments)
        assert (outcome.status, outcome.messages) == (2, [message])


def test_hostile_names_are_shown_and_not_obeyed(serve: Serve) -> None:
    server = serve([PREAUTH, "C~ a1 EXAMINE .*\nS: a1 NO \x1b[2J", "LOGOUT"])
    outcome = inside(f"{server.url()}/a%C2%9B2J")
    assert "\x1b" not in outcome.everything
    assert "\x9b" not in outcome.everything
