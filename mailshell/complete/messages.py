"""Messages by number, UID, or what POP3 says of them; only what exists is offered, and of very many the likeliest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from mailshell.assist.knowledge import Knowledge, Message
from mailshell.complete.candidate import Offer
from mailshell.complete.reasons import lacking
from mailshell.complete.surroundings import Surroundings
from mailshell.render.encoded import decode_words

#: So many are offered at once.
_MOST = 40
_SET_PART = re.compile(r"[^,:]*\Z")


def set_part(word: str) -> int:
    """Where the number at the end of a sequence set begins: ``1:5,8`` → 4."""
    match = _SET_PART.search(word)
    return match.start() if match else len(word)


def number_offers(word: str, around: Surroundings, *, several: bool) -> Iterator[Offer]:
    """The numbers of messages that begin with the digits typed, or the newest. ``several``: sets may stand."""
    typed = word[set_part(word) :]
    known = around.knowledge.messages
    last = around.messages if around.messages is not None else max(known, default=0)
    if several:
        yield from _wildcards(word, around)
    for number in _beginning(typed, last):
        yield Offer(str(number), _about(known.get(number)))


class KnownUids:
    """The UIDs that the server has named, kept ready to be searched."""

    def __init__(self) -> None:
        self._of: tuple[int, int] | None = None
        self._numbers: dict[int, int] = {}
        self._uids: list[str] = []

    def offers(self, word: str, around: Surroundings, *, several: bool) -> Iterator[Offer]:
        """Those that begin with the digits typed, the newest first. ``several``: sets may stand."""
        typed = word[set_part(word) :]
        messages = around.knowledge.messages
        self._prepare(around.knowledge)
        if several:
            yield from _wildcards(word, around)
        for uid in islice((uid for uid in self._uids if uid.startswith(typed)), _MOST):
            number = self._numbers.get(int(uid))
            words = [] if number is None else [f"message {number}", _about(messages.get(number))]
            yield Offer(uid, "  ".join(filter(None, words)))

    def _prepare(self, knowledge: Knowledge) -> None:
        state = (id(knowledge), knowledge.messages.version)
        if self._of != state:
            items = knowledge.messages.items()
            self._numbers = {message.uid: number for number, message in items if message.uid is not None}
            self._uids = list(map(str, sorted({*self._numbers, *knowledge.found_uids}, reverse=True)))
            self._of = state


def _wildcards(word: str, around: Surroundings) -> Iterator[Offer]:
    if not word:
        yield Offer("1:*", "all messages")
    if not word or word[-1] in ":,":
        yield Offer("*", "the last message")
    if not word:
        yield Offer("$", "the result that SEARCH saved", lacking("SEARCHRES", around.situation))


def _beginning(digits: str, last: int) -> Iterable[int]:
    """The numbers from 1 to ``last`` that begin with the digits."""
    if not digits:
        return range(last, max(0, last - _MOST), -1)
    if not (digits.isascii() and digits.isdigit()) or digits.startswith("0"):
        return ()
    found: list[int] = []
    start, size = int(digits[:20]), 1
    while start <= last and len(found) < _MOST:
        found += range(start, min(start + size, last + 1, start + _MOST - len(found)))
        start, size = start * 10, size * 10
    return found


def _about(message: Message | None) -> str:
    """What is known of a message, in a few words."""
    if message is None:
        return ""
    words = []
    if message.subject is not None:
        words.append(decode_words(message.subject))
    if message.size is not None:
        words.append(f"{message.size:,} octets")
    if message.unique_id is not None:
        words.append(f"UIDL {message.unique_id}")
    if message.deleted:
        words.append("deleted")
    return "  ".join(words)
