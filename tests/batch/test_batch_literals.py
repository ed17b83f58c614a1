"""Literals in any argument, in each form, and as the server allows them."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_support import Outcome, Serve, inside, lines
from playbook import Connection, PlaybookServer, Step


def greeting(capabilities: str = "") -> str:
    return f"S: * PREAUTH [CAPABILITY IMAP4rev1 {capabilities}] ready".replace(" ]", "]")


def octets(wanted: bytes) -> Step:
    """Expect exactly these octets."""

    def expect(connection: Connection) -> None:
        assert connection.octets(len(wanted)) == wanted

    return expect


def quiet(connection: Connection) -> None:
    """The client has to wait for the continuation request."""
    connection.quiet(0.05)


OK = "S: a1 OK stored\nLOGOUT"


def run(serve: Serve, *steps: Step, typed: list[str], capabilities: str = "") -> tuple[Outcome, PlaybookServer]:
    server = serve([greeting(capabilities), *steps])
    return inside(server.url(), "--timeout", "5", *lines(*typed)), server


@pytest.mark.parametrize(
    ("typed", "first", "rest"),
    [
        (["APPEND x {5}", "hello"], "APPEND x {5}", b"hello\r\n"),
        (["APPEND x ~{5}", "hello"], "APPEND x ~{5}", b"hello\r\n"),
        (["APPEND x {9}", "one", "two", " (EXTRA)"], "APPEND x {9}", b"one\r\ntwo\r (EXTRA)\r\n"),
        (["APPEND x {8}", "one", "two (EXTRA)"], "APPEND x {8}", b"one\r\ntwo (EXTRA)\r\n"),
        (["APPEND x {0}", ""], "APPEND x {0}", b"\r\n"),
        (["APPEND x {}", "one", "", "two", "."], "APPEND x {12}", b"one\r\n\r\ntwo\r\n\r\n"),
        (["APPEND x ~{}", "one", "."], "APPEND x ~{5}", b"one\r\n\r\n"),
        (["APPEND x {}", "."], "APPEND x {0}", b"\r\n"),
        (["LOGIN {4}", "fred {7}", "pass wd"], "LOGIN {4}", b"fred {7}\r\n"),
    ],
)
def test_typed_literals_wait_for_the_server(serve: Serve, typed: list[str], first: str, rest: bytes) -> None:
    if typed[0].startswith("LOGIN"):
        more: list[Step] = [quiet, b"+ go\r\n", octets(b"pass wd\r\n")]
    else:
        more = []
    outcome, _ = run(serve, f"C: a1 {first}", quiet, b"+ go\r\n", octets(rest), *more, OK, typed=typed)
    assert outcome.status == 0
    assert "OK stored" in outcome.out


def test_a_typed_non_synchronising_literal_does_not_wait(serve: Serve) -> None:
    outcome, _ = run(serve, "C: a1 APPEND x {5+}", octets(b"hello\r\n"), OK, typed=["APPEND x {5+}", "hello"])
    assert outcome.status == 0


@pytest.mark.parametrize(
    ("capabilities", "size", "waits"),
    [
        ("", 4096, True),
        ("LITERAL+", 5000, False),
        ("LITERAL-", 4096, False),
        ("LITERAL-", 4097, True),
        ("IMAP4rev2", 4096, False),
    ],
)
def test_a_file_waits_only_if_the_server_wants_it(
    serve: Serve, tmp_path: Path, capabilities: str, size: int, waits: bool
) -> None:
    file = tmp_path / "message"
    file.write_bytes(b"\0" * size)
    sync: list[Step] = [quiet, b"+ go\r\n"] if waits else []
    first = f"C: a1 APPEND x {{{size}{'' if waits else '+'}}}"
    typed = [f"APPEND x @{file}"]
    outcome, _ = run(serve, first, *sync, octets(b"\0" * size + b"\r\n"), OK, typed=typed, capabilities=capabilities)
    assert outcome.status == 0


def test_a_large_file_is_streamed(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "a large message"
    content = bytes(range(256)) * 4096 * 4
    file.write_bytes(content)
    outcome, _ = run(
        serve,
        f"C: a1 APPEND x {{{len(content)}+}}",
        octets(content + b"\r\n"),
        OK,
        typed=[f'APPEND x @"{file}"'],
        capabilities="LITERAL+",
    )
    assert outcome.status == 0


def test_line_ends_of_a_file_become_crlf(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "message"
    file.write_bytes(b"a\nb\r\nc\rd\n")
    outcome, _ = run(
        serve,
        "C: a1 APPEND x {11+}",
        octets(b"a\r\nb\r\nc\rd\r\n\r\n"),
        OK,
        typed=[f"APPEND x @crlf:{file}"],
        capabilities="LITERAL+",
    )
    assert outcome.status == 0


@pytest.mark.parametrize(
    ("contents", "command", "noted"),
    [
        (b"a\nb\r\n", "APPEND x @{}", True),
        (b"\n", "APPEND x @{}", True),
        (b"a\r\nb\r\n", "APPEND x @{}", False),
        (b"no line end", "APPEND x @{}", False),
        (b"a\nb\n", "APPEND x @crlf:{}", False),
        (b"a\nb\n", "CREATE @{}", False),
        (b"x" * ((1 << 18) - 1) + b"\r\n", "APPEND x @{}", False),
        (b"x" * (1 << 18) + b"\n", "APPEND x @{}", True),
        (b"x\r\n" * 400_000 + b"\n", "APPEND x @{}", False),
    ],
)
def test_lines_that_end_with_lf_alone_are_told_once(
    serve: Serve, tmp_path: Path, contents: bytes, command: str, noted: bool
) -> None:
    file = tmp_path / "message"
    file.write_bytes(contents)
    wanted = contents.replace(b"\n", b"\r\n") if "crlf" in command else contents
    first = command.format(file).replace(f"@{file}", "").replace(f"@crlf:{file}", "")
    steps = [f"C: a1 {first}{{{len(wanted)}+}}", octets(wanted + b"\r\n"), OK]
    outcome, _ = run(serve, *steps, typed=[command.format(file)], capabilities="LITERAL+")
    note = f"note: {file} has lines that end with LF alone; @crlf:{file} sends CRLF"
    assert outcome.status == 0
    assert outcome.messages.count(note) == noted


def test_a_file_in_place_of_any_argument(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"1")
    (tmp_path / "two").write_bytes(b"2\n2")
    typed = [f"SEARCH OR SUBJECT @{tmp_path}/one (FROM @{tmp_path}/two) SEEN"]
    outcome, _ = run(
        serve,
        "C: a1 SEARCH OR SUBJECT {1+}",
        octets(b"1 (FROM {3+}\r\n2\n2) SEEN\r\n"),
        OK,
        typed=typed,
        capabilities="LITERAL+",
    )
    assert outcome.status == 0


def test_a_file_that_is_not_there(serve: Serve) -> None:
    outcome, server = run(serve, "LOGOUT", typed=["SEARCH FROM @example.org"])
    assert outcome.status == 2
    assert 'quote it: "@example.org"' in outcome.err
    assert "SEARCH" not in str(server.lines)


def test_a_quoted_word_with_an_at_sign_is_text(serve: Serve) -> None:
    outcome, _ = run(serve, 'C: a1 SEARCH FROM "@example.org"', OK, typed=['SEARCH FROM "@example.org"'])
    assert outcome.status == 0


def test_a_mailbox_beyond_ascii_is_modified_utf7(serve: Serve) -> None:
    script = 'C: a1 RENAME "Entw&APw-rfe" "a &- b&IKw-"'
    outcome, _ = run(serve, script, OK, typed=['RENAME Entwürfe "a & b€"'])
    assert outcome.status == 0


def test_other_text_beyond_ascii_is_a_literal(serve: Serve) -> None:
    outcome, _ = run(
        serve,
        "C: a1 SEARCH CHARSET UTF-8 SUBJECT {5+}",
        octets("Grün TEXT {6+}\r\na\\ü b\r\n".encode()),
        OK,
        typed=['SEARCH CHARSET UTF-8 SUBJECT Grün TEXT "a\\\\ü b"'],
        capabilities="LITERAL+",
    )
    assert outcome.status == 0


def test_once_utf8_is_enabled_text_goes_as_it_is(serve: Serve) -> None:
    outcome, _ = run(
        serve,
        "C: a1 ENABLE UTF8=ACCEPT\nS: * ENABLED UTF8=ACCEPT\nS: a1 OK\nC: a2 CREATE Entwürfe\nS: a2 OK\nLOGOUT",
        typed=["ENABLE UTF8=ACCEPT", "CREATE Entwürfe"],
    )
    assert outcome.status == 0


@pytest.mark.parametrize("typed", [["APPEND x {5}", "hello"], ["APPEND x {}", "hello", "."]])
def test_a_refusal_instead_of_a_continuation(serve: Serve, typed: list[str]) -> None:
    outcome, server = run(
        serve,
        "C~ a1 APPEND .*\nS: a1 NO [TRYCREATE] no such mailbox\nC: a2 NOOP\nS: a2 OK\nLOGOUT",
        typed=[*typed, "NOOP"],
    )
    assert outcome.out.splitlines() == ["NO [TRYCREATE] no such mailbox", "OK"]
    assert outcome.status == 1
    assert "hello" not in str(server.lines)


def test_a_refusal_at_the_second_literal(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"octets")
    outcome, server = run(
        serve,
        "C: a1 APPEND {6}\nS: + go\nC: octets {6}\nS: a1 BAD enough\nLOGOUT",
        typed=[f"APPEND @{tmp_path}/file @{tmp_path}/file"],
    )
    assert (outcome.status, outcome.out) == (1, "BAD enough\n")
    assert server.received.count(b"octets") == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [(["APPEND x {50}", "hello"], "7 of 50 octets"), (["APPEND x {}", "hello"], "single dot is missing")],
)
def test_the_input_ends_inside_a_literal(serve: Serve, typed: list[str], words: str) -> None:
    outcome, server = run(serve, "LOGOUT", typed=typed)
    assert outcome.status == 2
    assert words in outcome.err
    assert "APPEND" not in str(server.lines)


def test_while_a_literal_is_owed_no_command_is_sent(serve: Serve) -> None:
    server = serve([greeting(), "C: a1 APPEND x {5}\nEOF"])
    outcome = inside(server.url(), "--timeout", "0.2", *lines("APPEND x {5}", "hello", "NOOP"))
    assert outcome.status == 4
    assert "no answer to APPEND for 0.2 s" in outcome.err
    assert "take this for a literal that APPEND still owes" in outcome.err


def test_a_file_that_shrinks_while_it_is_sent_ends_the_connection(serve: Serve, tmp_path: Path) -> None:
    file = tmp_path / "message"
    file.write_bytes(b"x" * 100)

    def shrink(connection: Connection) -> None:
        file.write_bytes(b"x" * 10)
        connection.send(b"+ go\r\n")

    server = serve([greeting(), "C: a1 APPEND x {100}", shrink, octets(b"x" * 10), "EOF"])
    outcome = inside(server.url(), *lines(f"APPEND x @{file}", "NOOP"))
    assert outcome.status == 4
    assert "90 octets of the literal are missing" in outcome.err
    assert "1 more line was not sent: the connection was dropped" in outcome.err
