"""What a SEARCH must find, evaluated here on messages that were fetched (RFC 3501 section 6.4.4). Pure.

An answer may be None: the message can be read in more than one way, or not enough of it was fetched. What a server
does with such a message is never held against it.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from mailshell.check.imap.mime import Part, decoded, read_message
from mailshell.protocol.imap.values import text_of
from mailshell.render.encoded import decode_charset, decode_words
from mailshell.text.months import MONTHS

_INTERNAL = re.compile(r"([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d\d:\d\d:\d\d [+-]\d{4})")
_DATE = re.compile(r"(?:[A-Za-z]{3},\s+)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{4})\s+\d\d?:\d\d(?::\d\d)?\s+[+-]\d{4}")
#: What a day is compared with.
_COMPARE: dict[str, Callable[[date, date], bool]] = {"BEFORE": operator.lt, "ON": operator.eq, "SINCE": operator.ge}


@dataclass(slots=True)
class Facts:
    """What is known of a message. ``flags``: as the server spells them. ``arrived``: INTERNALDATE. ``header``: names
    (lower case) and unfolded values of the fields in ``asked``; ``octets``: the whole, if it was fetched."""

    number: int
    uid: int
    flags: frozenset[str] = frozenset()
    size: int | None = None
    arrived: str = ""
    header: list[tuple[str, bytes]] = field(default_factory=list)
    asked: frozenset[str] = frozenset()
    octets: bytes | None = None

    def values(self, name: str) -> list[bytes]:
        """The values of a field that was asked for."""
        return [value for one, value in self.header if one == name]


@dataclass(frozen=True, slots=True)
class Key:
    """A search key: its ``words`` on the wire, and whether a message matches. ``kind``: ``text`` for substrings,
    ``body`` for those of bodies, else empty."""

    words: str
    test: Callable[[Facts], bool | None]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The numbers of the messages that match, and of those of which it can't be told."""

    matching: frozenset[int]
    unclear: frozenset[int]

    def missing(self, found: Sequence[int]) -> list[int]:
        """Those that a server should have found and did not."""
        return sorted(self.matching - set(found))

    def extra(self, found: Sequence[int]) -> list[int]:
        """Those that it should not have found; among them numbers that were not to be searched."""
        return sorted(set(found) - self.matching - self.unclear)


def evaluate(key: Key, messages: Sequence[Facts]) -> Verdicts:
    """Which of the messages match."""
    answers = {one.number: key.test(one) for one in messages}
    matching = frozenset(number for number, answer in answers.items() if answer)
    return Verdicts(matching, frozenset(number for number, answer in answers.items() if answer is None))


# --- keys


def everything() -> Key:
    return Key("ALL", lambda one: True)


def flag(name: str, flag_name: str) -> Key:
    """SEEN, FLAGGED ...: the messages with a flag."""
    return Key(name, lambda one: _has(one, flag_name))


def no_flag(name: str, flag_name: str) -> Key:
    """UNSEEN, UNFLAGGED ...: the messages without it."""
    return Key(name, lambda one: not _has(one, flag_name))


def _has(one: Facts, name: str) -> bool:
    return name.lower() in {flag.lower() for flag in one.flags}


def larger(size: int) -> Key:
    return Key(f"LARGER {size}", lambda one: None if one.size is None else one.size > size)


def smaller(size: int) -> Key:
    return Key(f"SMALLER {size}", lambda one: None if one.size is None else one.size < size)


def by_date(name: str, day: date) -> Key:
    """BEFORE, ON, SINCE (of INTERNALDATE) and SENTBEFORE, SENTON, SENTSINCE (of Date): the day as it is written there,
    time and timezone disregarded."""
    of = sent_day if name.startswith("SENT") else arrival_day
    test = _COMPARE[name.removeprefix("SENT")]
    return Key(f"{name} {written(day)}", lambda one: None if (found := of(one)) is None else test(found, day))


def uid_between(first: int, last: int) -> Key:
    return Key(f"UID {first}:{last}", lambda one: first <= one.uid <= last)


def negated(key: Key) -> Key:
    def test(one: Facts) -> bool | None:
        answer = key.test(one)
        return None if answer is None else not answer

    return Key(f"NOT {key.words}", test)


def either(first: Key, second: Key) -> Key:
    def test(one: Facts) -> bool | None:
        answers = (first.test(one), second.test(one))
        return True if True in answers else None if None in answers else False

    return Key(f"OR {first.words} {second.words}", test)


def both(first: Key, second: Key) -> Key:
    def test(one: Facts) -> bool | None:
        answers = (first.test(one), second.test(one))
        return False if False in answers else None if None in answers else True

    return Key(f"({first.words} {second.words})", test)


def field_contains(name: str, text: str, *, key: str = "") -> Key:
    """FROM, TO, CC, BCC, SUBJECT, or HEADER with any name: an ASCII string within the field, case aside.

    Beyond doubt only if the octets and the decoded text agree.
    """
    wanted, low = text.lower(), name.lower()

    def test(one: Facts) -> bool | None:
        if low not in one.asked:
            return None
        values = one.values(low)
        if not text:
            return bool(values)
        return _any_value(values, wanted)

    words = f'{key} "{text}"' if key else f'HEADER {name} "{text}"'
    return Key(words, test)


def _forms(value: bytes) -> tuple[str, ...]:
    """The octets, the decoded text, and this without diacritics: some servers take u and \u00fc for the same."""
    raw = text_of(value)
    text = decode_words(raw)
    return raw, text, _bare(text)


def _bare(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))


def _any_value(values: Sequence[bytes], wanted: str) -> bool | None:
    """Whether a field holds the text: yes if one does in both forms, no if none does in either."""
    forms = [[wanted in form.lower() for form in _forms(value)] for value in values]
    if any(all(each) for each in forms):
        return True
    return None if any(any(each) for each in forms) else False


def body_contains(text: str, *, header: bool = False) -> Key:
    """BODY or, with ``header``, TEXT: an ASCII string. Only the text/plain parts are beyond doubt."""
    wanted = text.lower()

    def test(one: Facts) -> bool | None:
        if one.octets is None:
            return None
        whole = read_message(one.octets)
        parts = list(whole.walk())
        sure = any(wanted in form for part in parts for form in _plain_texts(part))
        if header:
            sure = sure or any(all(wanted in form.lower() for form in _forms(value)) for _, value in one.header)
        if sure:
            return True if whole.all_clean else None
        readings = [one.octets, *(octets for part in parts if (octets := decoded(part)) is not None)]
        low = [reading.lower() for reading in readings]
        # A soft line break, or a tag, may stand within a word; a server may see through it.
        squeezed = [re.sub(rb"=\r\n|<[^>]*>|\s", b"", reading) for reading in low]
        encoded = wanted.encode()
        unsure = any(encoded in reading for reading in (*low, *squeezed))
        unsure = unsure or any(wanted in _bare(form) for part in parts for form in _plain_texts(part))
        return None if unsure or not whole.all_clean else False

    return Key(f'{"TEXT" if header else "BODY"} "{text}"', test)


def _plain_texts(part: Part) -> list[str]:
    if (part.type, part.subtype) != ("text", "plain"):
        return []
    octets = decoded(part)
    text = decode_charset(octets, part.parameters.get("charset", "us-ascii")) if octets is not None else None
    return [] if text is None else [text.lower()]


# --- dates


def written(day: date) -> str:
    """A date as SEARCH takes it: ``1-Feb-1994``."""
    return f"{day.day}-{MONTHS[day.month - 1]}-{day.year}"


def arrival_day(one: Facts) -> date | None:
    """The day of INTERNALDATE, as it is written there."""
    match = _INTERNAL.fullmatch(one.arrived)
    return _day(match[1], match[2], match[3]) if match else None


def arrival(one: Facts) -> datetime | None:
    """The moment of INTERNALDATE."""
    match = _INTERNAL.fullmatch(one.arrived)
    return moment(one.arrived) if match else None


def sent_day(one: Facts) -> date | None:
    """The day of the Date field as it is written there; None without one, or if it strays from its form."""
    match = _DATE.match(_date(one))
    return _day(match[1], match[2], match[3]) if match else None


def sent(one: Facts) -> datetime | None:
    """The moment of the Date field; None likewise."""
    return moment(_date(one)) if _DATE.match(_date(one)) else None


def _date(one: Facts) -> str:
    values = one.values("date")
    return text_of(values[0]) if len(values) == 1 else ""


def _day(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), MONTHS.index(month.capitalize()) + 1, int(day))
    except ValueError:
        return None


def moment(text: str) -> datetime | None:
    """When a Date field, or a date in the form of INTERNALDATE, says that it was; None if it can't be told."""
    dashed = re.sub(r"^( ?\d{1,2})-([A-Za-z]{3})-(\d{4}) ", r"\1 \2 \3 ", text)
    try:
        found = parsedate_to_datetime(dashed)
    except (ValueError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else None
