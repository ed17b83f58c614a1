"""Octets from the network are shown and never obeyed: neither above the prompt, in an answer, nor in the trace."""

from __future__ import annotations

import re

import pytest
from scripted_server import ScriptedServer
from terminal import Start

#: What a hostile server may send, and how it must look.
HOSTILE = {
    "title": (b"\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
    "clear": (b"\x1b[2J\x1b[H", "\\x1b[2J\\x1b[H"),
    "colour": (b"\x1b[31mred", "\\x1b[31mred"),
    "c1": ("\u009b31m\u009d0;owned\u009c".encode(), "\\u009b31m\\u009d0;owned\\u009c"),
    "c1-raw": (b"\x9b31mred\x9c", "\\x9b31mred\\x9c"),
    "bidi": ("\u202etxt.exe\u2066".encode(), "\\u202etxt.exe\\u2066"),
    "invisible": ("zero\u200bwidth\ufeff".encode(), "zero\\u200bwidth\\ufeff"),
    "return": (b"honest\rforged", "honest\\rforged"),
    "backspace": (b"12\x08\x08\x7f34", "12\\x08\\x08\\x7f34"),
    "report": (b"\x1b[6n\x1b[c\x05", "\\x1b[6n\\x1b[c\\x05"),
    "tags": ("\U000e0041\u2028".encode(), "\\u{e0041}\\u2028"),
}
#: What a terminal would obey, and mailshell itself never writes.
FORBIDDEN = re.compile(
    "\x1b[]PX^_c]|\x1b\\[2J|\x1b\\[c|\x05|\x07|[\u0080-\u009f\u202a-\u202e\u2066-\u2069\u200b-\u200f\u2028\u2029\ufeff]"
    "|[\U000e0000-\U000e007f]|owned\x07|honest\r|12\x08|\x1b\\[31mred"
)


def obeyed(raw: bytearray) -> list[str]:
    """The hostile sequences that went to the terminal."""
    return FORBIDDEN.findall(raw.decode("utf-8", "surrogateescape")) + re.findall(rb"\x9b31m|\x9c", raw)


@pytest.mark.parametrize("level", ["0", "2", "5"])
def test_imap(start: Start, imap: ScriptedServer, level: str) -> None:
    shell = start(imap.url(), "-d", level, rows=60)
    imap.accept(b"* PREAUTH " + b" ".join(octets for octets, _ in HOSTILE.values()))
    shell.wait_for_prompt("authenticated> ")
    shell.type("NOOP")
    shell.wait_for_prompt("NOOP")
    for octets, shown in HOSTILE.values():
        imap.send(b"* OK [ALERT] beware " + octets + b"\r\n")
        shell.wait_for(f"beware {shown}")
        shell.wait_for_prompt("NOOP")
        imap.send(b"* X" + octets + b" (" + octets + b")\r\n" + octets + b"\r\n")
    shell.enter("")
    tag = imap.expect("NOOP")
    everything = b"".join(octets for octets, _ in HOSTILE.values())
    imap.send(tag + b" OK [X" + everything + b"] done " + everything + b"\r\n")
    shell.wait_for_prompt("authenticated> ")
    shell.enter("FETCH 1 BODY[]")
    tag = imap.expect("FETCH .*")
    body = everything.replace(b"\r", b"") + b"\r\nlast line\r\n"
    imap.send(b"* 1 FETCH (BODY[] {%d}\r\n" % len(body) + body + b")\r\n" + tag + b" OK fetched\r\n")
    shell.wait_for("last line", "OK fetched")
    shell.enter("FETCH 1 BODY[] > -")
    tag = imap.expect("FETCH .*")
    body = everything.replace(b"\r", b"") + b"\r\nas it is\r\n"
    imap.send(b"* 1 FETCH (BODY[] {%d}\r\n" % len(body) + body + b")\r\n" + tag + b" OK fetched\r\n")
    shell.wait_for("as it is")
    shell.enter("LIST")
    quoted = everything.replace(b"\r", b"").replace(b"\\", b"\\\\")
    imap.answer("LIST", b"OK listed", b'* LIST (\\X) "/" "' + quoted + b'"\r\n')
    shell.wait_for("OK listed")
    shell.enter(".hex")
    shell.wait_for_prompt("authenticated> ")
    imap.send(b"* BYE " + everything + b"\r\n")
    imap.hang_up()
    shell.wait_for_prompt("not connected> ")
    assert obeyed(shell.raw) == []


@pytest.mark.parametrize("level", ["0", "3"])
def test_pop3(start: Start, pop3: ScriptedServer, level: str) -> None:
    shell = start(pop3.url("ana"), "--password", "geheim1", "-d", level, rows=60)
    everything = b"".join(octets for octets, _ in HOSTILE.values()).replace(b"\r", b"")
    pop3.accept(b"+OK <1@" + everything.replace(b" ", b"") + b"> " + everything)
    pop3.log_in()
    shell.wait_for_prompt("transaction> ")
    for command in ("RETR 1", "RETR 1 > -", "LIST", "UIDL", "CAPA", "XTND XLST"):
        shell.enter(command)
        pop3.answer(command.removesuffix(" > -"), b"+OK " + everything)
        pop3.send(b"1 " + everything + b"\r\n" + everything + b"\r\n.\r\n")
        shell.wait_for_prompt("transaction> ")
    pop3.send(b"-ERR " + everything + b"\r\n" + everything + b"\r\n")
    pop3.hang_up()
    shell.wait_for_prompt("not connected> ")
    assert "\\x1b]0;owned\\x07" in shell.everything
    assert obeyed(shell.raw) == []


def test_a_message_shown_as_it_is_keeps_its_lines(start: Start, pop3: ScriptedServer) -> None:
    shell = start(pop3.url("ana"), "--password", "geheim1")
    pop3.accept()
    pop3.log_in()
    shell.wait_for_prompt("transaction> ")
    shell.enter("RETR 1 > -")
    pop3.expect("RETR 1")
    lines = [f"line {number} grün" for number in range(80)]
    pop3.send(("+OK\r\n" + "\r\n".join(lines) + "\r\n.\r\n").encode())
    shell.wait_for("line 79 grün")
    shell.wait_for_prompt("transaction> ")
    assert "\n".join(lines) in shell.everything


def test_the_detector_detects(start: Start, imap: ScriptedServer) -> None:
    """The assertions above would fail if octets came through."""
    for octets, _ in HOSTILE.values():
        assert obeyed(bytearray(b"some " + octets + b" text")) != []
