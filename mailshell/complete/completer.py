"""Completion: the line up to the cursor → what may stand there, the likeliest first.

The rules, in prose:

- Every place of the grammar that the cursor may be in is asked, in its order.
- What speaks against a candidate (state, capability) does not hide it: it comes after the others, with the reason.
- What stands in a list already is not offered again.
- Of very many only the first are offered; the last one says how many more there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from mailshell.assist.knowledge import Mailbox
from mailshell.assist.position import Position, locate
from mailshell.complete.candidate import Candidate, Offer
from mailshell.complete.commands import command_offers, local_arguments, local_offers
from mailshell.complete.flags import flag_offers
from mailshell.complete.mailboxes import MailboxNames, mailbox_offer, patterns
from mailshell.complete.matching import matching
from mailshell.complete.messages import KnownUids, number_offers, set_part
from mailshell.complete.names import opener, word_offers
from mailshell.complete.sections import section_offers
from mailshell.complete.surroundings import Surroundings

#: So many candidates are offered at once.
MOST = 300
_SETS = frozenset({"sequence-set", "uid-set"})
_NUMBERS = frozenset({"message", "sequence-set"})
_UIDS = frozenset({"uid", "uid-set"})
_MAILBOXES = frozenset({"mailbox", "list-mailbox"})
#: What may be a quoted string.
_STRINGS = frozenset(
    {
        "annotation-attribute", "annotation-entry", "charset", "comparator", "date-time", "header", "id-field",
        "identifier", "language", "metadata-entry", "quota-root", "user",
    }
)  # fmt: skip
#: Lists in which a word may stand again.
_REPEATING = frozenset({"search-key", "search-keys", "number"})


class Completer:
    """Completes lines of one session after the other; what is derived from long lists is kept between keystrokes."""

    def __init__(self) -> None:
        self._mailboxes = MailboxNames()
        self._uids = KnownUids()

    def complete(self, text: str, around: Surroundings) -> list[Candidate]:
        """The candidates for the line up to the cursor."""
        return self.complete_at(locate(text, around.catalogue, around.terms, tags=around.tags), text, around)

    def complete_at(self, position: Position, text: str, around: Surroundings) -> list[Candidate]:
        """The candidates for a position at the end of the text."""
        if position.kind == "command":
            return _choose(_spaced(position.word), position.start, command_offers(position, around))
        if position.kind == "local":
            return _choose(position.word, position.start, local_offers(around))
        if position.kind == "local-argument":
            return _choose(position.word, position.start, local_arguments(position, around))
        if position.kind in ("section", "part"):
            return _choose(position.word, position.start, section_offers(text, position, around))
        found: list[Candidate] = []
        words: list[Offer] = []
        for kind in _kinds(position):
            if kind in _MAILBOXES:
                found += self._mailbox(position, around)
            elif kind in _NUMBERS | _UIDS:
                found += self._number(kind, position, around)
            elif kind == "rights":
                found += _rights(position, around)
            else:
                words += _words(kind, position, around)
        given = _given(position)
        found += [one for one in _choose(position.word, position.start, words) if one.shown.upper() not in given]
        found.sort(key=lambda candidate: candidate.dimmed)
        if position.listed and position.given and position.fresh:
            found.append(Candidate(")", position.start, ")", "the list is complete"))
        return found

    def _number(self, kind: str, position: Position, around: Surroundings) -> list[Candidate]:
        several = kind in _SETS
        begin = set_part(position.word) if several else 0
        offers = self._uids.offers if kind in _UIDS else number_offers
        found = offers(position.word, around, several=several)
        return [_candidate(offer, position.start + begin) for offer in found]

    def _mailbox(self, position: Position, around: Surroundings) -> list[Candidate]:
        if not around.tags:
            return []
        names = self._mailboxes.of(around.knowledge)
        word = position.word.removesuffix('"')
        indexes, loose = matching(word, names.keys, parts=True)
        if not indexes:
            indexes, loose = matching(word, names.raw_keys)
        special = [] if position.word or position.quoted else patterns(position)
        boxes: Iterable[Mailbox] = (names.mailboxes[index] for index in indexes[: MOST - 1])
        found = [*special, *(mailbox_offer(box, position, around) for box in boxes)]
        found.sort(key=lambda offer: bool(offer.reason))
        count = len(indexes) + len(special)
        return _limited([_candidate(offer, position.start, loose) for offer in found], count, position.word)


def _kinds(position: Position) -> list[str]:
    """The kinds of what may stand at the cursor: first what must be given, then what may be left out."""
    expected = sorted(position.expected, key=lambda expected: expected.optional)
    kinds = list(dict.fromkeys(one.kind for one in expected)) or [position.kind]
    # A response without a mechanism is none.
    return [kind for kind in kinds if kind != "base64"] if "sasl-mechanism" in kinds else kinds


def _given(position: Position) -> set[str]:
    """What stands in the same list already, and need not be offered again."""
    return set() if position.kind in _REPEATING else {word.upper() for word in position.given}


def _words(kind: str, position: Position, around: Surroundings) -> Iterator[Offer]:
    """The words that may stand in a place of this kind; behind an opening quote, those that may be strings."""
    for offer in _offers(kind, position, around):
        if not position.quoted:
            yield offer
        elif kind in _STRINGS:
            name = offer.text.strip('"')
            yield replace(offer, text=f'{name}"', shown=name, key=name)


def _offers(kind: str, position: Position, around: Surroundings) -> Iterator[Offer]:
    if kind in ("keyword", "value"):
        # A value is offered only where the grammar names all that it can be (``0|1|infinity``).
        names = (expected.name for expected in position.expected if expected.kind == kind)
        wanted = (several for several in names if kind == "keyword" or "|" in several)
        yield from (Offer(name) for several in wanted for name in several.split("|") if "(" not in name)
    elif kind in ("flag", "flags"):
        opened = opener(kind, position)
        for offer in flag_offers(position, around):
            yield replace(offer, text=opened + offer.text, key=offer.text)
    else:
        yield from word_offers(kind, position, around)


def _rights(position: Position, around: Surroundings) -> list[Candidate]:
    """Rights are letters in one word: another one goes behind those typed."""
    end = position.start + len(position.word)
    terms = [term for term in around.terms.of_kind("right") if term.name not in position.word]
    return [_candidate(Offer(term.name, term.help), end) for term in terms]


def _spaced(word: str) -> str:
    """A name of two words with one space between them."""
    return " ".join(word.split()) + (" " if word[-1:].isspace() else "")


def _choose(word: str, start: int, offers: Iterable[Offer]) -> list[Candidate]:
    """Those that the word means; what something speaks against comes last."""
    known = list(offers)
    indexes, loose = matching(word, [offer.name.casefold() for offer in known])
    chosen = sorted((known[index] for index in indexes), key=lambda offer: bool(offer.reason))
    return _limited([_candidate(offer, start, loose) for offer in chosen[:MOST]], len(chosen), word)


def _limited(found: list[Candidate], count: int, word: str) -> list[Candidate]:
    """At most ``MOST``; if there are more, the last one says so and changes nothing."""
    if count <= len(found) or not found:
        return found
    more = f"{count - MOST + 1:,} more; type to narrow"
    return [*found[: MOST - 1], Candidate(word, found[-1].start, "…", more, dimmed=True)]


def _candidate(offer: Offer, start: int, loose: bool = False) -> Candidate:
    meta = ": ".join(filter(None, (offer.reason, offer.meta)))
    return Candidate(offer.text, start, offer.shown or offer.text, meta, bool(offer.reason), loose)
