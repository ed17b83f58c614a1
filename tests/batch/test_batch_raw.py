"""Lines sent as they are: raw octets, lines with a tag of their own, unknown commands; and IDLE."""

from __future__ import annotations

import re
import time

import pytest
from batch_support import POP3, PREAUTH, Serve, inside, lines


def test_a_line_with_its_own_tag(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: A0042 NOOP\nS: A0042 OK one\nC: a1 NOOP\nS: a1 OK two\nLOGOUT")
    assert inside(server.url(), *lines("A0042 NOOP", "NOOP")).out == "OK one\nOK two\n"


def test_a_tag_that_is_taken_is_not_given_again(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: a1 NOOP\nC: a2 CHECK\nS: a2 OK checked\nS: a1 OK late\nLOGOUT")
    outcome = inside(server.url(), "--timeout", "0.2", *lines("a1 NOOP", "CHECK"))
    assert outcome.out == "OK checked\n"
    assert "late answer to a1 NOOP" in outcome.err


@pytest.mark.parametrize(
    ("scheme", "script"),
    [
        ("imap", f"S: {PREAUTH}\nC: a1 XYZZY plugh (1 2)\nS: a1 OK hollow voice\nLOGOUT"),
        ("pop3", f"S: {POP3}\nC: XYZZY plugh (1 2)\nS: +OK hollow voice\nQUIT"),
    ],
)
def test_an_unknown_command_is_sent_with_a_note(serve: Serve, scheme: str, script: str) -> None:
    outcome = inside(serve(script).url(scheme), "-c", "XYZZY plugh (1 2)")
    assert outcome.status == 0
    assert "hollow voice" in outcome.out
    assert "note: XYZZY is not in the catalogue; it is sent as it is" in outcome.err


def test_a_command_in_the_wrong_state_is_sent_with_a_note(serve: Serve) -> None:
    server = serve("S: * OK hi\nC: a1 EXPUNGE\nS: a1 BAD not now\nLOGOUT")
    outcome = inside(server.url(), "-c", "EXPUNGE")
    assert outcome.out == "BAD not now\n"
    assert "note: EXPUNGE belongs with a mailbox selected" in outcome.err


def test_exact_octets(serve: Serve) -> None:
    server = serve([f"S: {PREAUTH}", lambda c: c.octets(22), "S: b1 BAD what", "LOGOUT"])
    outcome = inside(server.url(), "-c", r".raw b1 \0\x80\xff\t\e\\\"\x0D\n b2 NO", "-c", r".raw OP\r\n")
    assert server.received.startswith(b'b1 \0\x80\xff\t\x1b\\"\r\n b2 NOOP\r\n')
    assert outcome.status == 1


def test_a_wrong_escape_sends_nothing(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nLOGOUT")
    outcome = inside(server.url(), "-c", r".raw b1 NOOP\q\r\n")
    assert outcome.status == 2
    assert r"\q is no escape" in outcome.err


def test_raw_octets_in_pieces_and_with_a_literal(serve: Serve) -> None:
    server = serve(f"""\
        S: {PREAUTH}
        C: b1 NOOP
        S: b1 OK one
        C: b2 APPEND x {{5}}
        S: + go
        C: hello
        S: b2 OK two
        LOGOUT
    """)
    typed = [".raw b1 NO", r".raw OP\r\n", r".raw b2 APPEND x {5}\r\n", ".raw hel", r".raw lo\r\n"]
    outcome = inside(server.url(), *lines(*typed))
    assert (outcome.status, outcome.out) == (0, "OK one\nOK two\n")
    assert "+ go" in outcome.err


def test_several_commands_in_one_write_have_an_answer_each(serve: Serve) -> None:
    server = serve(f"""\
        S: {PREAUTH}
        C: b1 CHECK
        C: b2 STATUS x (MESSAGES)
        C: b3 NOOP
        S: b1 NO [LIMIT] one
        S: * STATUS x (MESSAGES 7)
        S: b2 OK two
        S: b3 OK three
        LOGOUT
    """)
    typed = r".raw b1 CHECK\r\nb2 STATUS x (MESSAGES)\r\nb3 NOOP\r\n"
    outcome = inside(server.url(), *lines(typed))
    assert outcome.status == 1
    assert [line for line in outcome.out.splitlines() if line[:2] in ("NO", "OK")] == [
        "NO [LIMIT] one",
        "OK two",
        "OK three",
    ]
    assert "7" in outcome.out
    assert "late" not in outcome.err


def test_several_commands_in_one_write_are_one_result(serve: Serve) -> None:
    server = serve(f"S: {POP3}\nC: STAT\nC: DELE 9\nC: LIST\nS: +OK 2 320\nS: -ERR none\nS: +OK\nS: 1 120\nS: .\nQUIT")
    outcome = inside(server.url("pop3"), "--json", *lines(r".raw STAT\r\nDELE 9\r\nLIST\r\n"))
    (result,) = outcome.results
    assert outcome.status == 1
    assert (result["status"], result["text"]) == ("-ERR", "none")
    assert [data["type"] for data in result["data"]] == ["stat", "list"]


def test_of_several_commands_the_last_may_ask_for_more(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: b1 CHECK\nC: b2 APPEND x {{5}}\nS: b1 NO no\nS: + go\nC: hello\nS: b2 OK\nLOGOUT")
    outcome = inside(server.url(), *lines(r".raw b1 CHECK\r\nb2 APPEND x {5}\r\n", r".raw hello\r\n"))
    assert (outcome.status, outcome.out) == (1, "NO no\nOK\n")
    assert "+ go" in outcome.err


def test_of_several_commands_one_may_have_no_answer(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: b1 CHECK\nC: b2 NOOP\nS: b1 OK one\nC: a1 NOOP\nS: b2 OK late\nS: a1 OK\nLOGOUT")
    outcome = inside(server.url(), "--timeout", "0.2", *lines(r".raw b1 CHECK\r\nb2 NOOP\r\n", "NOOP"))
    assert (outcome.status, outcome.out) == (5, "OK one\nOK\n")
    assert "no answer to NOOP" in outcome.err
    assert "late answer to b2 NOOP" in outcome.err


def test_a_refusal_of_a_raw_literal(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: b1 APPEND x {{5}}\nS: b1 NO none\nC: a1 NOOP\nS: a1 OK\nLOGOUT")
    outcome = inside(server.url(), *lines(r".raw b1 APPEND x {5}\r\n", "NOOP"))
    assert (outcome.status, outcome.out) == (1, "NO none\nOK\n")


@pytest.mark.parametrize("scheme", ["imap", "pop3"])
def test_in_raw_mode_each_line_goes_untouched(serve: Serve, scheme: str) -> None:
    greeting, end = (PREAUTH, "LOGOUT") if scheme == "imap" else (POP3, "QUIT")
    sent = ["# no comment ", "  ", ".starts with a dot", "@file {5} > x", "", "\tNOOP \udcff"]
    script = "".join(f"C: {line}\n" for line in sent)
    server = serve(f"S: {greeting}\n{script}{end}")
    octets = "\n".join([".raw", *sent, ".raw"]).encode("utf-8", "surrogateescape")
    outcome = inside(server.url(scheme), "--timeout", "0.05", stdin=octets)
    assert server.lines[: len(sent)] == sent
    assert "each line is sent untouched" in outcome.out


def test_raw_mode_carries_a_whole_dialogue(serve: Serve) -> None:
    server = serve(f"S: {POP3}\nC: STAT\nS: +OK 2 320\nC: LIST\nS: +OK\nS: 1 120\nS: .\nQUIT")
    outcome = inside(server.url("pop3"), *lines(".raw on", "STAT", "LIST", ".raw off", ".state"))
    assert "120" in outcome.out
    assert outcome.status == 0


def test_idle_for_a_time(serve: Serve) -> None:
    server = serve(f"""\
        S: {PREAUTH}
        C: a1 IDLE
        S: + idling
        S: * 5 EXISTS
        C: DONE
        S: a1 OK idled
        C: a2 NOOP
        S: a2 OK
        LOGOUT
    """)
    begun = time.monotonic()
    outcome = inside(server.url(), "--timeout", "0.1", *lines("IDLE 0.3", "NOOP"))
    assert 0.3 <= time.monotonic() - begun < 2
    assert (outcome.status, outcome.out) == (0, "OK idled\nOK\n")
    assert re.search(r"^mailshell: \d\d:\d\d:\d\d \* 5 messages exist now$", outcome.err, re.MULTILINE)


def test_the_time_stands_only_before_what_comes_during_idle(serve: Serve) -> None:
    server = serve(f"""\
        S: {PREAUTH}
        C: a1 IDLE
        S: + idling
        C: DONE
        S: a1 OK idled
        C: a2 NOOP
        S: * 6 EXISTS
        S: a2 OK
        LOGOUT
    """)
    assert "mailshell: * 6 messages exist now" in inside(server.url(), *lines("IDLE 0.1", "NOOP")).err.splitlines()


@pytest.mark.parametrize(
    ("answer", "status"), [("S: a1 BAD no", 1), ("S: + idling\nS: a1 NO enough", 1), ("S: + idling\nCLOSE", 4)]
)
def test_idle_that_ends_by_itself(serve: Serve, answer: str, status: int) -> None:
    end = "" if "CLOSE" in answer else "LOGOUT"
    begun = time.monotonic()
    assert inside(serve(f"S: {PREAUTH}\nC: a1 IDLE\n{answer}\n{end}").url(), "-c", "IDLE 5").status == status
    assert time.monotonic() - begun < 3


def test_hex_after_raw_shows_both_sides(serve: Serve) -> None:
    url = serve(f"S: {PREAUTH}\nC: zz NOOP\nS: zz OK done\nLOGOUT").url("imap")
    outcome = inside(url, *lines(r".raw zz NOOP\r\n", ".hex"))
    assert "zz NOOP" in outcome.out
    assert "zz OK done" in outcome.out.replace("\n", "")
