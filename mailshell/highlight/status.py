"""The text of a status response in both protocols: a code in brackets, and what people read."""

from __future__ import annotations

import re

from pygments.token import _TokenType

from mailshell.highlight import tokens as t
from mailshell.highlight.arguments import Arguments
from mailshell.highlight.values import Pairs, plain, values
from mailshell.protocol.catalogue import Command

#: How each status is shown, upper case.
STATUSES: dict[str, _TokenType] = {
    "OK": t.StatusOk,
    "PREAUTH": t.StatusOk,
    "+OK": t.StatusOk,
    "NO": t.StatusNo,
    "BYE": t.StatusNo,
    "BAD": t.StatusBad,
    "-ERR": t.StatusBad,
}

_CODE = re.compile(
    r"""(?P<space>\s*+)(?P<open>\[)(?P<name>[^\s\]"⟦]*+)
    (?P<data>[^\]"]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"?[^\]"]*+)*+)(?P<close>\]?)""",
    re.VERBOSE | re.DOTALL,
)
_CAPABILITIES = Command("CAPABILITY", "capabilities:capability...")


def status_text(text: str) -> Pairs:
    """What follows the status: ``[CODE data] text``."""
    match = _CODE.match(text)
    if match is not None:
        yield t.Whitespace, match["space"]
        yield t.Punctuation, match["open"]
        yield t.Code, match["name"]
        name = match["name"].upper()
        yield from values(match["data"], Arguments(_CAPABILITIES if name == "CAPABILITY" else None), name=name)
        yield t.Punctuation, match["close"]
        text = text[match.end() :]
    inner = text.lstrip()
    yield t.Whitespace, text[: len(text) - len(inner)]
    yield from plain(inner)
