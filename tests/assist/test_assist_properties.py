"""For any text: nothing raises, nothing takes long, and the word at the cursor is what stands there."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from assist_support import EXAMPLES, PROTOCOLS
from hypothesis import given
from hypothesis import strategies as st

from mailshell.assist.forms import kind_in_words
from mailshell.assist.hints import explain_position, hint_at
from mailshell.assist.situation import SEVERITIES, Situation
from mailshell.assist.tokens import LONGEST, tokenize

WORDS = sorted({word for _, record in EXAMPLES for word in record.example.split()})
PIECES = st.sampled_from(["(", ")", "[", "]", "<", ">", '"', "\\", " ", " ", " ", "@", "{3}", "\t", "\n", "é", *WORDS])
LINES = (
    st.builds(lambda example, end, tail: example[: max(0, end)] + tail,
              st.sampled_from([record.example for _, record in EXAMPLES]),
              st.integers(0, 80),
              st.lists(PIECES, max_size=8).map("".join))
    | st.lists(PIECES).map(" ".join)
    | st.text()
)  # fmt: skip
SITUATIONS = st.builds(
    Situation,
    st.sampled_from(["imap", "pop3"]),
    st.sampled_from(["", "N", "A", "S", "T"]),
    st.none()
    | st.lists(st.sampled_from(["IMAP4REV1", "LITERAL-", "LITERAL+", "APPENDLIMIT=5", "SASL X", ""])).map(tuple),
    st.integers(0, 3),
    st.booleans(),
    st.none() | st.integers(0, 9),
)


@given(LINES, st.sampled_from(sorted(PROTOCOLS)))
def test_any_line_has_a_place_and_a_hint(text: str, protocol: str) -> None:
    position = PROTOCOLS[protocol].locate(text)
    assert text[position.start :] == position.word
    assert kind_in_words(position.kind)
    assert "\n" not in explain_position(position).replace(text.strip(), "")
    assert isinstance(hint_at(position), str)


@given(LINES, SITUATIONS)
def test_any_line_can_be_checked(line: str, situation: Situation) -> None:
    for caution in PROTOCOLS[situation.protocol].check(line, situation):
        assert caution.id in SEVERITIES


SHAPES = {
    "parentheses": "FETCH 1 {}".format("(" * 1_000_000),
    "pairs": "SEARCH " + "()" * 500_000,
    "quotes": "SEARCH " + '"' * 1_000_001,
    "backslashes": 'SEARCH "' + "\\" * 1_000_000,
    "words": "SEARCH " + "OR " * 333_333,
    "not": "SEARCH " + "NOT " * 250_000,
    "redirections": "FETCH 1 " + "> " * 500_000,
    "quoted redirections": "FETCH 1 " + ' >"' * 333_333,
    "sections": "FETCH 1 " + "BODY[" * 200_000,
    "closers": "FETCH 1 " + "])" * 500_000,
    "blanks": " " * 1_000_000,
    "blanks behind": "FETCH" + " " * 1_000_000 + ">",
    "one word": "x" * 1_000_000,
    "digits": "FETCH " + "1," * 500_000,
    "parts": "FETCH 1 BODY[" + "1." * 500_000,
    "blanks after a redirection": "FETCH 1 >" + " " * 60_000 + "x y" * 300_000,
    "one word after a redirection": "FETCH 1 > " + "x" * 65_000 + " y" * 300_000,
    "one local word": ".open " + "x" * 65_000 + " y" * 300_000,
    "braces": "FETCH 1 " + "{1" * 500_000,
    "local": ".open " + "x " * 500_000,
}


def seconds(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("length", [LONGEST, 1_000_000])
def test_a_paste_does_not_wait(shape: str, length: int) -> None:
    text = SHAPES[shape][:length]
    for protocol in PROTOCOLS.values():
        assert seconds(lambda protocol=protocol: protocol.hint(text)) < 1  # type: ignore[misc]
        assert seconds(lambda protocol=protocol: protocol.check(text)) < 1  # type: ignore[misc]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_tokenizer_is_linear(shape: str) -> None:
    assert seconds(lambda: tokenize(SHAPES[shape])) < 5


def test_a_keystroke_is_cheap() -> None:
    lines = [
        "FETCH 1:5 (FLAGS BODY.PEEK[HEADER.FIELDS (FROM TO",
        "a1 UID SEARCH OR SEEN NOT FROM smith SINCE ",
        r"UID STORE 4827313 (UNCHANGEDSINCE 12121230045) -FLAGS.SILENT (\Seen ",
    ]
    imap = PROTOCOLS["imap"]
    for line in lines:
        imap.hint(line)
        # The best of many: what else the machine does is not what is measured.
        assert min(seconds(lambda line=line: hint_at(imap.locate(line))) for _ in range(50)) < 0.0003  # type: ignore[misc]
