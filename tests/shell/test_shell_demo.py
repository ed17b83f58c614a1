"""``mailshell demo``: a shell that is logged in, and says what may be tried."""

from __future__ import annotations

import re

import pytest
from terminal import CTRL_D, Start

pytest.importorskip("pymap")


def suggestions(lines: list[str]) -> list[str]:
    return next(line for line in lines if line.startswith("try:")).removeprefix("try:").strip().split("   ")


def test_imap_first_steps(start: Start) -> None:
    shell = start("demo")
    shell.wait_for_prompt(" imap/clear authenticated> ")
    tries = suggestions(shell.lines)
    assert len(tries) == 3
    for line in tries:
        before = shell.everything.count("> ")
        shell.enter(line)
        shell.wait(lambda count=before: shell.everything.count("> ") > count and shell.typed.endswith("> "), line)
    shell.wait_for("debug level 2", "SUBJECT", " INBOX> ")
    assert "BAD" not in shell.everything
    shell.type(CTRL_D)
    assert shell.wait_for_end() == 0


def test_pop3_first_steps(start: Start) -> None:
    shell = start("demo", "pop3")
    shell.wait_for_prompt(" pop3/clear transaction> ")
    tries = suggestions(shell.lines)
    assert len(tries) == 3
    for line in tries:
        before = shell.everything.count("> ")
        shell.enter(line)
        shell.wait(lambda count=before: shell.everything.count("> ") > count and shell.typed.endswith("> "), line)
    assert "-ERR" not in shell.everything
    shell.enter("DELE 1")
    shell.wait_for_prompt("1 to delete> ")
    shell.type(CTRL_D)
    shell.wait_for_prompt("[s]tay? ")
    shell.enter("c")
    assert shell.wait_for_end() == 0


def test_trace_has_colours_unless_they_are_unwanted(start: Start) -> None:
    plain = start("demo", "-d", "2", env={"NO_COLOR": "1"})
    plain.wait_for_prompt("authenticated> ")
    coloured = start("demo", "-d", "2")
    coloured.wait_for_prompt("authenticated> ")
    for shell in (plain, coloured):
        shell.enter("NOOP")
        shell.wait_for("NOOP", "OK ")
        shell.wait_for_prompt("authenticated> ")
    colour = re.compile(rb"\x1b\[(?:\d+;)*(?:[349]\d|10\d)[;m]")
    assert colour.search(coloured.raw)
    assert not colour.search(plain.raw)
    # Who says what is told by the beginning of the row, with colours and without.
    for shell in (plain, coloured):
        assert any(line.startswith("C:") and "NOOP" in line for line in shell.lines)
        assert any(line.startswith("S:") and "OK" in line for line in shell.lines)
