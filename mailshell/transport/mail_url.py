"""What the path of an IMAP URL names: a mailbox, a message in it or a part of one, or a search.

The grammar (RFC 2192 section 12, and RFC 5092, which took its place and has PARTIAL; slashes may be left out)::

    /MAILBOX[;UIDVALIDITY=n]                                              a mailbox
    /MAILBOX[;UIDVALIDITY=n]?SEARCH KEYS                                  a search
    /MAILBOX[;UIDVALIDITY=n]/;UID=n[/;SECTION=part][/;PARTIAL=n[.n]]      a message or a part of it

All of it is percent-encoded; the mailbox is UTF-8, whatever form it has on the wire (RFC 2192 section 9). RFC 2192
puts UIDVALIDITY behind the search, which is read too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

__all__ = ["EndpointError", "MailTarget", "decode", "read_target"]

#: The largest number that the grammar of IMAP knows (RFC 9051 section 9, nz-number).
_MOST = 2**32 - 1
_NUMBER = re.compile(r"[0-9]{1,10}\Z")
_PARTIAL = re.compile(r"([0-9]{1,10})(?:\.([0-9]{1,10}))?\Z")
#: Numbers of parts, HEADER, TEXT, MIME, HEADER.FIELDS (names) (RFC 9051 section 9, section-spec).
_SECTION = re.compile(r"[A-Za-z0-9.]+(?: \([A-Za-z0-9_.+-]+(?: [A-Za-z0-9_.+-]+)*\))?\Z")
_QUOTED = re.compile(r'(?:[^"]|"(?:[^"\\]|\\.)*")*\Z')
_LITERAL = re.compile(r"\{[0-9]*[+-]?\}\Z")
_KEYS = ("UIDVALIDITY", "UID", "SECTION", "PARTIAL")
#: Parameters of other URLs, and what to do with one that has them.
_OTHERS = {
    "TYPE": "LIST and LSUB list mailboxes, ;TYPE= is out of use since RFC 5092",
    "EXPIRE": "URLFETCH fetches what an authorized URL names",
    "URLAUTH": "URLFETCH fetches what an authorized URL names",
}


class EndpointError(ValueError):
    """The text names no endpoint. The message is one sentence which says what to write instead."""


@dataclass(frozen=True, slots=True)
class MailTarget:
    """What a URL names. ``partial``: the first octet, and how many (None: all that follow)."""

    mailbox: str
    uidvalidity: int | None = None
    uid: int | None = None
    section: str | None = None
    partial: tuple[int, int | None] | None = None
    search: str | None = None


def read_target(path: str) -> MailTarget | None:
    """What stands after the slash behind the host, still percent-encoded; None if nothing does.

    Raises `EndpointError`.
    """
    if not path:
        return None
    place, question, search = path.partition("?")
    mailbox, *pieces = place.split(";")
    search, *behind = search.split(";")
    given = _parameters(pieces + behind)
    if "UID" in given and "UIDVALIDITY" not in given:
        mailbox = mailbox.removesuffix("/")
    if not mailbox:
        raise EndpointError("the URL names no mailbox before its ; or ?: write for example /INBOX;UID=20")
    if question and not search:
        raise EndpointError("what to search for is missing after the ?: write for example ?SUBJECT%20lens")
    if question and "UID" in given:
        raise EndpointError("a URL names a message with ;UID= or a search with ?, not both: leave one of them out")
    if "UID" not in given and (alone := [key for key in ("SECTION", "PARTIAL") if key in given]):
        raise EndpointError(f";{alone[0]}= belongs to a message: write ;UID= with its UID before it")
    return MailTarget(
        _text(mailbox, "mailbox name"),
        _number(given, "UIDVALIDITY"),
        _number(given, "UID"),
        _section(given.get("SECTION")),
        _partial(given.get("PARTIAL")),
        _search(search) if question else None,
    )


def decode(text: str, what: str) -> str:
    """Percent-encoded UTF-8 as text. Raises `EndpointError`."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        message = f"the %-encoded octets of the {what} are not UTF-8: encode each character's UTF-8 octets"
        raise EndpointError(message) from None


def _parameters(pieces: list[str]) -> Mapping[str, str]:
    given: dict[str, str] = {}
    for index, piece in enumerate(pieces):
        name, equals, value = piece.partition("=")
        key = name.upper()
        if key in _OTHERS:
            raise EndpointError(f";{key}= can't be opened: {_OTHERS[key]}")
        if key not in _KEYS or not equals:
            known = ", ".join(f";{one}=" for one in _KEYS)
            raise EndpointError(f"after a ; the URL goes on with one of {known}: write %3B for a ; of a name")
        if key in given:
            raise EndpointError(f";{key}= stands twice in the URL: leave one of them out")
        given[key] = value.removesuffix("/") if index < len(pieces) - 1 else value
    return given


def _text(encoded: str, what: str) -> str:
    text = decode(encoded, what)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise EndpointError(f"the {what} in the URL is not UTF-8: write its octets percent-encoded")
    if any(character < " " or character == "\x7f" for character in text):
        # A line end would begin a command of its own.
        raise EndpointError(f"the {what} in the URL holds a control character: leave it out")
    return text


def _search(encoded: str) -> str:
    """The keys of a search; RFC 2192 section 12 leaves literals out."""
    search = _text(encoded, "search")
    if not _QUOTED.match(search):
        raise EndpointError("a quote in the search of the URL is not closed: write %22 once more")
    if _LITERAL.search(search):
        raise EndpointError("the search in the URL ends with a literal: write its text in quotes (%22)")
    return search


def _number(given: Mapping[str, str], key: str) -> int | None:
    text = given.get(key)
    if text is None:
        return None
    if not _NUMBER.match(text) or not 1 <= int(text) <= _MOST:
        raise EndpointError(f";{key}= takes a number from 1 to {_MOST:,}")
    return int(text)


def _section(encoded: str | None) -> str | None:
    if encoded is None:
        return None
    section = decode(encoded, "section")
    if not _SECTION.match(section):
        raise EndpointError(";SECTION= takes a section such as 1.2, TEXT or HEADER.FIELDS%20(SUBJECT)")
    return section


def _partial(text: str | None) -> tuple[int, int | None] | None:
    if text is None:
        return None
    match = _PARTIAL.match(text)
    if match is None or int(match[1]) > _MOST or (match[2] and not 1 <= int(match[2]) <= _MOST):
        raise EndpointError(";PARTIAL= takes the first octet and how many, such as 0.1024")
    return int(match[1]), int(match[2]) if match[2] else None
