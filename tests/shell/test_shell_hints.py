"""What the shell shows while one types: the arguments that come next, what stands at the cursor, and cautions."""

from __future__ import annotations

import re

from scripted_server import ScriptedServer
from terminal import CTRL_D, Start


def test_the_next_argument_stands_in_grey_and_is_named_below(start: Start) -> None:
    shell = start()
    shell.wait_for_prompt("not connected> ")
    shell.type("FETCH 1:5 ")
    shell.wait(lambda: any(line.rstrip().endswith("> FETCH 1:5 (items)") for line in shell.lines), "the hint")
    shell.wait_for("FETCH: data items, one or several in parentheses (RFC 3501 6.4.5)")
    shell.type("(FLAGS)")
    shell.wait(lambda: any("FETCH 1:5 (FLAGS)" in line and "(items)" not in line for line in shell.lines), "no hint")


def test_a_hint_is_no_part_of_the_line(start: Start, imap: ScriptedServer) -> None:
    shell = start(imap.url())
    imap.accept(b"* PREAUTH [CAPABILITY IMAP4rev1] ready")
    shell.wait_for_prompt("authenticated> ")
    shell.type("CREATE ")
    shell.wait(lambda: any(line.rstrip().endswith("> CREATE mailbox") for line in shell.lines), "hint")
    shell.type("\r")
    assert imap.line().rstrip() == b"a1 CREATE"
    shell.wait_for("note: CREATE")


def test_no_hints_without_colours(start: Start) -> None:
    """Without colours a hint would look like something typed; the line below says it all the same."""
    shell = start(env={"NO_COLOR": "1"})
    shell.wait_for_prompt("not connected> ")
    shell.type("FETCH 1:5 ")
    shell.wait_for("FETCH: data items")
    assert not any("(items)" in line for line in shell.lines)


def test_what_is_typed_is_coloured(start: Start) -> None:
    shell = start()
    shell.wait_for_prompt("not connected> ")
    before = len(shell.raw)
    shell.type("NOOP")
    colour = re.compile(rb"\x1b\[[0-9;]*[1-9][0-9;]*mN")
    shell.wait(lambda: colour.search(bytes(shell.raw[before:])) is not None, "a colour before the command")
    shell.type(CTRL_D)
