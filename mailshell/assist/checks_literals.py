"""Checks of the literal that a line announces: whether the server takes one of that kind and size."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.assist.capabilities import announced, value
from mailshell.assist.reading import Reading
from mailshell.assist.situation import Caution, Situation
from mailshell.protocol.terms import Terms

#: LITERAL- lets a literal of up to this many octets go without waiting (RFC 7888 section 5).
SMALL = 4096
_APPENDING = frozenset({"APPEND", "LOCALAPPEND", "REPLACE", "UID REPLACE"})


def literal8(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    literal, known = reading.literal, situation.capabilities
    if literal is None or known is None or not literal.text.startswith("~"):
        return
    wanted = "UTF8=ACCEPT" if _is_utf8_data(reading) else "BINARY"
    if not announced(wanted, known):
        text = f"a literal with ~ needs the capability {wanted}, which the server does not announce"
        yield Caution("literal8-without-binary", text)


def _is_utf8_data(reading: Reading) -> bool:
    """Whether the literal stands in ``UTF8 (...)``."""
    before = reading.tokens.levels[-2].items[-1:] if len(reading.tokens.levels) > 1 else []
    return any(item.text.upper() == "UTF8" for item in before)


def does_not_wait(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    literal, known = reading.literal, situation.capabilities
    if literal is None or known is None or literal.text[-2] not in "+-":
        return
    if not announced("LITERAL-", known):
        text = f"{literal.text} does not wait, and the server announces neither LITERAL+ nor LITERAL-"
        yield Caution("literal-does-not-wait", text)
    elif not announced("LITERAL+", known) and exceeds(literal.text, SMALL):
        text = f"with LITERAL- a literal of more than {SMALL:,} octets has to wait (RFC 7888 5)"
        yield Caution("literal-too-large", text)


def over_limit(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    literal = reading.literal
    if literal is None or reading.name not in _APPENDING:
        return
    limit = situation.appendlimit
    if limit is None:
        announced_limit = value("APPENDLIMIT", situation.capabilities or ())
        limit = int(announced_limit) if announced_limit.isdecimal() and len(announced_limit) < 20 else None
    if limit is not None and exceeds(literal.text, limit):
        yield Caution("literal-over-limit", f"the server takes no message of more than {limit:,} octets (APPENDLIMIT)")


def exceeds(literal: str, limit: int) -> bool:
    """Whether the announcement ``{n}`` is of more octets than that."""
    digits = literal.strip("~{}+-").lstrip("0")
    return bool(digits) and (len(digits) > 30 or int(digits) > limit)


def search_without_charset(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    """Without CHARSET the text of a search is US-ASCII (RFC 3501 section 6.4.4); in IMAP4rev2 it is UTF-8."""
    record = reading.head.record
    takes_charset = record is not None and any(argument.kind == "charset" for argument in record.parsed)
    if not takes_charset or situation.utf8 or reading.given("charset") is not None:
        return
    if any(not item.text.isascii() for _, item in reading.matched):
        how = f"{reading.name} CHARSET UTF-8 ... says what it is"
        yield Caution("search-without-charset", f"text beyond ASCII without a CHARSET is no IMAP4rev1; {how}")


LITERALS = (literal8, does_not_wait, over_limit, search_without_charset)
