"""Whatever the sides send: no style raises, writes anything but whole lines, or lets a control character through."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st
from trace_support import Player

from mailshell.protocol.limits import Limits
from mailshell.trace.trace import STYLES

PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b" ",
    b"* ",
    b"+ ",
    b"+OK ",
    b"-ERR ",
    b".",
    b"..",
    b"{3}\r\n",
    b"{0}\r\n",
    b"{2+}\r\n",
    b"a1 ",
    b"a2 ",
    b"OK ",
    b"NO [X y] ",
    b"BYE ",
    b"BAD ",
    b"1 FETCH (",
    b"LOGIN u ",
    b"secret99",
    b"AUTHENTICATE PLAIN",
    b"AUTH PLAIN",
    b"PASS ",
    b"NOOP",
    b"SELECT x",
    b"LOGOUT",
    b"RETR 1",
    b"STAT",
    b"IDLE",
    b"DONE",
    b"CAPABILITY",
    b"x" * 30,
    b"\x1b[2J",
    b"\x9b",
    b"'\"\\",
    "\u202e".encode(),
    "\u0085".encode(),
    b"\xff",
]
CHUNK = st.lists(st.sampled_from(PIECES), max_size=8).map(b"".join) | st.binary(max_size=20)
TALK = st.lists(st.tuples(st.booleans(), CHUNK), max_size=12)


@given(TALK, st.sampled_from(["imap", "pop3"]), st.sampled_from(STYLES), st.integers(1, 5))
@settings(max_examples=400, deadline=None)
def test_any_octets(talk: list[tuple[bool, bytes]], protocol: str, style: str, level: int) -> None:
    limits = Limits(line=60, literal=1000, response=500, outstanding=3)
    player = Player(protocol, limits, style=style, level=level).connect()
    for ours, octets in talk:
        (player.client if ours else player.server)(octets)
    player.close()
    assert all(text.endswith("\n") for text in player.written)
    lines = player.text.replace("\n\t\t", "").replace("\n", "")
    assert not {unicodedata.category(character) for character in lines} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    if style == "mailshell":
        assert all(row[0] in "CS=-" and row[1] in ":~-" and row[2] in " |-!=#" for row in player.rows)
