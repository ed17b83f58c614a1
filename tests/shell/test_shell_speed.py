"""The shell is quick, also with a lot to show, and Ctrl-C is quicker still.

The limits are wide, for a busy machine; they catch a wait that should not be there and work that grows with the square.
"""

from __future__ import annotations

import time

import pytest
from scripted_server import ScriptedServer
from terminal import CTRL_C, Start, Terminal


@pytest.fixture
def shell(start: Start, imap: ScriptedServer) -> Terminal:
    terminal = start(imap.url())
    imap.accept(b"* PREAUTH [CAPABILITY IMAP4rev1] ready")
    terminal.wait_for_prompt("authenticated> ")
    return terminal


def noop(shell: Terminal, imap: ScriptedServer, word: str) -> float:
    """The time from Enter to the next prompt."""
    begun = time.perf_counter()
    shell.enter("NOOP")
    imap.answer("NOOP", b"OK " + word.encode())
    shell.wait_for(f"OK {word}")
    shell.wait_for_prompt("authenticated> ")
    return time.perf_counter() - begun


def test_next_prompt_within_50_ms(shell: Terminal, imap: ScriptedServer) -> None:
    times = [noop(shell, imap, f"answer-{number}.") for number in range(9)]
    assert sorted(times)[4] < 0.05, times


def test_next_prompt_within_50_ms_after_something_was_pushed(shell: Terminal, imap: ScriptedServer) -> None:
    times = []
    for number in range(9):
        imap.send(b"* %d EXISTS\r\n" % (100 + number))
        shell.wait_for(f"{100 + number} messages exist now")
        times.append(noop(shell, imap, f"answer-{number}."))
    assert sorted(times)[4] < 0.05, times


def test_pushed_data_is_seen_within_50_ms(shell: Terminal, imap: ScriptedServer) -> None:
    times = []
    for number in range(9):
        shell.type("x")
        shell.wait_for_prompt("> " + "x" * (number + 1))
        begun = time.perf_counter()
        imap.send(b"* %d EXISTS\r\n" % (100 + number))
        shell.wait_for(f"{100 + number} messages exist now")
        times.append(time.perf_counter() - begun)
    assert sorted(times)[4] < 0.05, times


def test_ten_thousand_rows(shell: Terminal, imap: ScriptedServer) -> None:
    rows = b"".join(b'* LIST (\\HasNoChildren) "/" box%d\r\n' % number for number in range(10_000))
    shell.skims = True
    begun = time.perf_counter()
    shell.enter('LIST "" *')
    tag = imap.expect("LIST .*")
    imap.send_in_background(rows + tag + b" OK listed\r\n")
    shell.wait_for("OK listed")
    shell.wait_for_prompt("authenticated> ")
    assert time.perf_counter() - begun < 5
    assert shell.raw.count(b"box9999") == 1


def test_ctrl_c_in_the_middle_of_a_hundred_thousand_rows(shell: Terminal, imap: ScriptedServer) -> None:
    rows = b"".join(b"* %d FETCH (FLAGS () UID %d)\r\n" % (number, number) for number in range(1, 100_001))
    shell.skims = True
    shell.enter("FETCH 1:* (FLAGS UID)")
    tag = imap.expect("FETCH .*")
    imap.send_in_background(rows + tag + b" OK fetched\r\n")
    shell.wait(lambda: len(shell.raw) > 50_000, "the first rows")
    begun = time.perf_counter()
    shell.type(CTRL_C)
    shell.wait_for("stopped waiting; a1 FETCH")
    assert time.perf_counter() - begun < 3
    shell.wait_for("late answer to a1 FETCH: OK fetched")
    shell.wait_for_prompt("authenticated> ")
    assert len(shell.raw) < 2_000_000
    noop(shell, imap, "still here")


def test_ctrl_c_while_the_terminal_is_slow(shell: Terminal, imap: ScriptedServer) -> None:
    """A terminal that takes nothing for a while: what was not written yet when Ctrl-C came is not shown."""
    rows = b"".join(b"* %d FETCH (FLAGS () UID %d)\r\n" % (number, number) for number in range(1, 100_001))
    shell.skims = True
    shell.enter("FETCH 1:* (FLAGS UID)")
    tag = imap.expect("FETCH .*")
    with shell.stalled():
        imap.send_in_background(rows + tag + b" OK fetched\r\n")
        shell.wait_until_blocked()
        shell.type(CTRL_C)
    shell.wait_for("stopped waiting; a1 FETCH")
    shell.wait_for_prompt("authenticated> ")
    assert len(shell.raw) < 100_000
