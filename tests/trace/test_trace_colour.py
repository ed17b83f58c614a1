"""Colours add escapes and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.highlight.themes import THEMES
from mailshell.protocol.events import Side
from mailshell.text.escape import escape
from mailshell.trace import prefix
from mailshell.trace.colour import paint

SGR = re.compile(r"\x1b\[[0-9;]*m")
WHATS = [what for column, what, _ in prefix.COLUMNS if column == 3]
prefixes = st.one_of(
    st.builds(prefix.of_side, st.sampled_from(Side), st.booleans(), st.sampled_from(WHATS)),
    st.builds(prefix.of_request, st.booleans(), surprise=st.booleans()),
    st.builds(prefix.own, surprise=st.booleans()),
)
texts = st.one_of(
    st.text().map(escape),
    st.sampled_from(
        ["* OK [X] hi", "a1 LOGIN ana ⟦password⟧", "+OK 1 2", "x" * 5000, "* X {5}", "… 3 more octets", ")"]
    ),
)


@pytest.mark.parametrize("theme", [*THEMES, None])
@given(rows=st.lists(st.tuples(prefixes, texts)), protocol=st.sampled_from([None, "imap", "pop3"]))
def test_the_text_stays_what_it_is(theme: str | None, rows: list[tuple[str, str]], protocol: str | None) -> None:
    painted = paint(rows, theme, protocol=protocol)
    assert SGR.sub("", painted) == "".join(f"{mark}{text}\n" for mark, text in rows)


@pytest.mark.parametrize("theme", THEMES)
def test_every_line_ends_without_colours(theme: str) -> None:
    rows = [(prefix.of_side(Side.CLIENT, True, prefix.SURPRISE), "what"), (prefix.own(), "the end")]
    for line in paint(rows, theme).splitlines():
        assert line.startswith("\x1b[")
        assert line.endswith("\x1b[0m")


def test_a_secret_does_not_look_like_a_word() -> None:
    row = (prefix.of_side(Side.CLIENT, False, prefix.LINE), "a1 LOGIN ana ⟦password⟧")
    for theme in THEMES:
        assert re.search(r"ana \x1b\[[0-9;]*48;5;[0-9;]*m⟦password⟧\x1b\[0m", paint([row], theme))
