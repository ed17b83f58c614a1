"""``command | less``: the program has the terminal, and what comes meanwhile waits."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from scripted_server import ScriptedServer
from terminal import CTRL_C, CTRL_U, Start, Terminal

READY = b"* PREAUTH [CAPABILITY IMAP4rev1 IDLE] ready"


@pytest.fixture
def shell(start: Start, imap: ScriptedServer) -> Terminal:
    terminal = start(imap.url(), env={"LESS": "", "PAGER": "less"})
    imap.accept(READY)
    terminal.wait_for_prompt("authenticated> ")
    return terminal


def flags(imap: ScriptedServer, count: int) -> None:
    rows = b"".join(b"* %d FETCH (FLAGS (\\Seen))\r\n" % number for number in range(1, count + 1))
    imap.answer(r"FETCH 1:\* FLAGS", b"OK fetched", rows)


def test_less_has_the_terminal_and_what_comes_unasked_waits(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("FETCH 1:* FLAGS | less")
    flags(imap, 200)
    shell.wait(lambda: shell.typed == ":", "the prompt of less")
    assert "OK fetched" not in shell.text
    imap.send(b"* 201 EXISTS\r\n")
    shell.type("G")
    shell.wait_for("(END)")
    assert "200  \\Seen" in shell.text
    assert "201" not in shell.text
    # However long somebody reads, nobody waits for the server.
    time.sleep(3.2)
    # Ctrl-C is the program's.
    shell.type(CTRL_C)
    time.sleep(0.3)  # Ctrl-C drops what is typed and not read yet
    shell.type("g")
    shell.wait(lambda: "FLAGS" in shell.lines[0], "the first page")
    shell.type("q")
    shell.wait_for("OK fetched", "201 messages exist")
    assert "still waiting" not in shell.text
    shell.wait_for_prompt("authenticated> ")
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK goes on")
    shell.wait_for("OK goes on")


def test_grep_and_a_program_that_asks(shell: Terminal, imap: ScriptedServer) -> None:
    shell.type("SEARCH ALL | less ")
    shell.wait_for("what SEARCH ALL shows goes to this program")
    assert "search-key" not in shell.text
    shell.type(CTRL_U + "FETCH 1:* FLAGS | grep 7")
    shell.wait_for("what FETCH 1:* FLAGS shows goes to this program")
    shell.enter("")
    flags(imap, 20)
    shell.wait_for("17  \\Seen", "OK fetched")
    assert "16  \\Seen" not in shell.text
    shell.wait_for_prompt("authenticated> ")
    shell.enter(".state | (echo ready; read x < /dev/tty; echo got $x; cat | wc -l)")
    shell.wait(lambda: "ready" in shell.lines, "the program")
    shell.type("typed\r")
    shell.wait_for("got typed")
    shell.wait_for_prompt("authenticated> ")


def test_ctrl_c_ends_a_program_that_does_not_end(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter(".state | (echo begun; sleep 100)")
    shell.wait(lambda: "begun" in shell.lines, "the program")
    shell.type(CTRL_C)
    shell.wait_for_prompt("authenticated> ")
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK goes on")
    shell.wait_for("OK goes on")


def test_a_program_that_leaves_a_row_unfinished(shell: Terminal) -> None:
    for octets in ("x", "half a row", ""):
        shell.enter(f".state | printf '{octets}'")
        shell.wait_for_prompt("authenticated> ")
        shell.type(".time")
        shell.wait_for_prompt("authenticated> .time")
        shell.enter("")
        shell.wait_for("not shown after it")
        shell.wait_for_prompt("authenticated> ")
        row = next(number for number, line in enumerate(shell.lines) if line.endswith(f"printf '{octets}'"))
        assert shell.lines[row + 1 :][: 1 if octets else 0] == ([octets] if octets else [])


def test_a_missing_program(shell: Terminal, imap: ScriptedServer) -> None:
    shell.enter("NOOP | lesss")
    shell.wait_for("there is no program lesss; nothing was sent")
    shell.wait_for_prompt("authenticated> ")
    assert imap.quiet_for(0.1)


def test_long_local_output_is_paged(start: Start) -> None:
    shell = start(rows=12, env={"LESS": "", "PAGER": "less"})
    shell.wait_for_prompt("not connected> ")
    shell.enter(".set")
    shell.wait(lambda: shell.typed == ":", "the prompt of less")
    shell.type("q")
    shell.wait_for_prompt("not connected> ")
    shell.enter(".set pager off")
    shell.wait_for("pager is off")
    shell.enter(".set")
    shell.wait_for(".set NAME VALUE changes one")
    shell.wait_for_prompt("not connected> ")


def test_short_local_output_is_not(shell: Terminal) -> None:
    shell.enter(".state")
    shell.wait_for("outstanding")
    shell.wait_for_prompt("authenticated> ")


def test_f1_pages_too(start: Start) -> None:
    shell = start(rows=8, env={"LESS": "", "PAGER": "less"})
    shell.wait_for_prompt("not connected> ")
    shell.type(".st\x1bOP")
    shell.wait(lambda: shell.typed == ":", "the prompt of less")
    shell.type("q")
    shell.wait_for_prompt("not connected> .st")


def test_a_pasted_line_is_not_swallowed_by_the_pager(start: Start, tmp_path: Path) -> None:
    shell = start(rows=12, env={"LESS": "", "PAGER": "less"})
    shell.wait_for_prompt("not connected> ")
    shell.type("\x1b[200~.set\n.time\x1b[201~\r")
    shell.wait_for("how long a command took")
