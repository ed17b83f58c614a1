"""The line that is run and the line that is completed, hinted and checked are read alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.assist.head import read_head
from mailshell.interpreter.line import read_line
from mailshell.interpreter.python_api import WORDS
from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3

ODD = ["a1", "A0042", "abc", "a1b", "1", "*", "(a", '"', "", "UID", "uid", "XTND", "FIND", "MAILBOX", "XYZZY", "pass_"]
LINES = st.lists(st.sampled_from([*IMAP, *POP3, *IMAP.python_names, *ODD]), min_size=1, max_size=4).map(" ".join)


@pytest.mark.parametrize(("catalogue", "tags"), [(IMAP, True), (POP3, False)])
@given(line=LINES)
def test_a_line_is_read_alike_to_run_it_and_to_help_with_it(catalogue: Catalogue, tags: bool, line: str) -> None:
    typed = read_line(line, catalogue, tags=tags, words=WORDS)
    head = read_head(line, catalogue, tags=tags, words=WORDS)
    record = typed.record or catalogue.python_names.get(typed.word.lower())
    assert (head.tag, head.record) == (typed.tag, record)
