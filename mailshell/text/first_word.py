"""What an error may repeat of what was typed: its first word and no more, because a password may stand after it."""

from __future__ import annotations

_LONGEST = 40


def first_word(text: str) -> str:
    """The first word, cut to 40 characters, with `` …`` if more follow it. Of a URL with a user only the scheme.

    It is not escaped: whoever shows the error does that.
    """
    word, *more = text.split(None, 1) or [""]
    if "@" in word and ":" in word:
        word = f"{word.partition(':')[0]}:…"
    if len(word) > _LONGEST:
        word = f"{word[: _LONGEST - 1]}…"
    return f"{word} …" if more else word
