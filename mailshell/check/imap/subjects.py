"""The base subject, by which mail is sorted and threaded (RFC 5256 section 2.1). Pure."""

from __future__ import annotations

import re

from mailshell.render.encoded import decode_words

#: A longer subject is not looked at (characters).
LONGEST = 1_000
_BLOB = r"\[[^\[\]]*\][ \t]*"
_REFWD = rf"(?:re|fwd?)[ \t]*(?:{_BLOB})?:"
_LEADER = re.compile(rf"(?:{_BLOB})*+{_REFWD}|[ \t]", re.IGNORECASE)
_LEADING_BLOB = re.compile(_BLOB)
_TRAILER = re.compile(r"(?:\(fwd\)|[ \t])\Z", re.IGNORECASE)


def base_subject(subject: str) -> str:
    """What is left of a subject (unfolded) without the marks of replies and forwards. Beyond ``LONGEST``: nothing."""
    if len(subject) > LONGEST:
        return ""
    text = re.sub(r" {2,}", " ", decode_words(subject).replace("\t", " "))
    while True:
        while (match := _TRAILER.search(text)) is not None:
            text = text[: match.start()]
        text = _without_prefixes(text)
        if not (text[:5].lower() == "[fwd:" and text.endswith("]")):
            return text
        text = text[5:-1]


def _without_prefixes(text: str) -> str:
    """Steps 3 to 5: leaders, and a blob unless nothing would remain."""
    while True:
        match = _LEADER.match(text)
        if match is None:
            match = _LEADING_BLOB.match(text)
            if match is None or match.end() == len(text):
                return text
        text = text[match.end() :]
