"""Whatever the text is: the tokens are the text, and the time grows with its length and no faster."""

from __future__ import annotations

import time

import pytest
from highlight_support import NAMES, places
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexer import Lexer

from mailshell.highlight.imap import ImapLexer
from mailshell.highlight.input import InputLexer
from mailshell.highlight.pop3 import Pop3Lexer
from mailshell.highlight.transcript import TranscriptLexer
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3

LEXERS: dict[str, Lexer] = {
    "imap": ImapLexer(),
    "pop3": Pop3Lexer(),
    "transcript": TranscriptLexer(),
    "input of imap": InputLexer(IMAP),
    "input of pop3": InputLexer(POP3),
}
#: What a line may be made of, so that the ways through the lexers are met.
PIECES = [
    "a1 ", "* ", "+ ", "+OK ", "-ERR ", "OK ", "NO ", "BYE ", "[", "]", "(", ")", "{", "}", "{3}", "~{2+}", "<", ">",
    "1.2", "1:*", "\\", "\\Seen", "$Junk", '"', '\\"', "⟦", "⟧", "⟦password⟧", "… ", "1", "FETCH ", "UID ", "BODY",
    "BODY[", "FLAGS (", "LOGIN ana ", "AUTHENTICATE PLAIN", "STATUS ", "LIST ", "RETR 1", "LIST", "PASS ",
    "AUTH PLAIN", "CAPA", ".", "> ", "@f", '@"', ".raw ", '.raw "', "send ", "xatom ", "DONE", "C: ", "S: ", "C:  ",
    "S~| ", "S~- ", "--- ", "=:  ", "--- connected to x", "*put* b'", '*get* b"', "'", "12:34.56 > b'", "< ",
    "\\r\\n", "\\x1b", " → OK", "  1.0 ms  sent 3", "… 1,234 more octets", "ä", "é{1}", "\u2028", "\x0b", "\r",
    "\x00", "\udc80", "://a:b@", "FIND ", "XTND ", ", ", "NIL",
]  # fmt: skip
line = st.lists(st.sampled_from(PIECES))
made = st.lists(line.map("".join)).map("\n".join)


@pytest.mark.parametrize("lexer", LEXERS.values(), ids=list(LEXERS))
@given(text=st.one_of(made, st.text(), st.text(st.characters())))
def test_no_text_is_lost_or_changed(lexer: Lexer, text: str) -> None:
    assert {kind for _, kind, _ in places(lexer, text)} <= set(NAMES)


@pytest.mark.parametrize("lexer", LEXERS.values(), ids=list(LEXERS))
@given(text=made)
def test_nothing_is_lost_on_the_way_through_pygments(lexer: Lexer, text: str) -> None:
    plain = text.replace("\r", "")
    assert "".join(value for _, value in lexer.get_tokens(plain)).strip("\n") == plain.strip("\n")


HOSTILE = [
    "(", "[", "{1", '"', '"\\', "\\", "⟦", "⟦a⟧", "<1", "… 1,", "1", "1:", " ", "a ", "\n", "a\n", "> ", '> "', '@"',
    " @a", '"" ', "://a:", "://a:b@ ", "+ ", "+OK [", '* OK ["', "a1 OK ", "a1 NOOP\n", "BODY[", "BODY[1]<", '.raw "',
    "\\r", "--- connected to\nC: x\n", "S:| \n", "  1", "  1.0 ms  sent ", " → ", "*put* b'", "\\r\\n", "a1 X {9}\n",
    "x{3}\nabc", "a1 LOGIN {3}\r\n", "send ", "UID ", "FLAGS (", "$", "é", "-",
]  # fmt: skip


@pytest.mark.parametrize("lexer", LEXERS.values(), ids=list(LEXERS))
@pytest.mark.parametrize("start", ["", "S:  * 1 FETCH ("])
def test_time_grows_with_the_length(lexer: Lexer, start: str) -> None:
    for piece in HOSTILE:
        text = start + piece * (60_000 // len(piece))
        begun = time.process_time()
        for _ in lexer.get_tokens_unprocessed(text):
            pass
        taken = time.process_time() - begun
        assert taken < 1, f"{piece!r}: {taken:.2f} s"


@pytest.mark.parametrize("lexer", LEXERS.values(), ids=list(LEXERS))
@pytest.mark.parametrize("piece", ["(", '"\\', "a ", "⟦", "[1]<", "> "])
def test_a_megabyte(lexer: Lexer, piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    begun = time.process_time()
    assert sum(len(value) for _, _, value in lexer.get_tokens_unprocessed(text)) == len(text)
    assert time.process_time() - begun < 4
