"""Commands that no server may call wrong: the plain forms of each, as whole lines (RFC 9051 section 9).

They are a small part of what is legal. A command that is not among them may be legal all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from mailshell.lint.imap.asked import arguments, read_set
from mailshell.protocol.exchange import Exchange

_STRING = r'(?:"(?:[^"\\\r\n]|\\["\\])*")'
_MAILBOX = rf'(?:[^\s(){{%*"\\\]]+|{_STRING})'
_PATTERN = rf'(?:[^\s(){{"\\\]]+|{_STRING})'
_NUMBER = r"(?:[1-9]\d{0,9}|\*)"
_PART = rf"{_NUMBER}(?::{_NUMBER})?"
_SET = rf"({_PART}(?:,{_PART})*)"
#: Without escapes and 8-bit octets, of which servers may think what they like.
_PLAIN = r'"[ !#-\[\]-~]*"'
_FIELD = rf"(?:[A-Za-z-]+|{_PLAIN})"
_FIELDS = rf"HEADER\.FIELDS(?:\.NOT)? \({_FIELD}(?: {_FIELD})*\)"
_SECTION = rf"(?:HEADER|{_FIELDS}|TEXT|[1-9](?:\.[1-9])*(?:\.(?:HEADER|TEXT|MIME))?)?"
_BODY = rf"BODY(?:\.PEEK)?\[{_SECTION}\](?:<\d+\.[1-9]\d*>)?"
_ITEM = rf"(?:FLAGS|UID|INTERNALDATE|RFC822\.SIZE|ENVELOPE|BODYSTRUCTURE|BODY|{_BODY})"
_ITEMS = rf"(?:{_ITEM}|\({_ITEM}(?: {_ITEM})*\)|ALL|FAST|FULL)"
_FLAG = r"(?:\\(?:Answered|Flagged|Deleted|Seen|Draft))"
_KEY = (
    r"(?:ALL|ANSWERED|DELETED|DRAFT|FLAGGED|SEEN|UNANSWERED|UNDELETED|UNDRAFT|UNFLAGGED|UNSEEN"
    rf"|(?:BCC|BODY|CC|FROM|HEADER {_FIELD}|SUBJECT|TEXT|TO) {_PLAIN}|(?:LARGER|SMALLER) \d{{1,9}})"
)
#: A character set that a server does not have is refused with NO (RFC 9051 section 6.4.4).
_SEARCH = rf"(?:CHARSET \"?(?:UTF-8|US-ASCII)\"? )?{_KEY}(?: {_KEY})*"
_PAIR = rf"{_STRING} (?:{_STRING}|NIL)"
_STATUS = r"(?:MESSAGES|UIDNEXT|UIDVALIDITY|UNSEEN)"


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a command: its arguments, and the capabilities of which one must be advertised (none: all have it).

    If the pattern has a group, it is a set of message numbers, which have to exist.
    """

    pattern: str
    capabilities: tuple[str, ...] = ()

    @property
    def arguments(self) -> re.Pattern[str]:
        """The pattern, compiled when it is wanted first: few sessions need any."""
        return _compiled(self.pattern)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _form(pattern: str, *capabilities: str) -> Form:
    return Form(pattern, capabilities)


_RETURN = r"RETURN \((?:(?:MIN|MAX|ALL|COUNT)(?: (?:MIN|MAX|ALL|COUNT))*)?\)"
FORMS: dict[str, tuple[Form, ...]] = {
    "CAPABILITY": (_form(""),),
    "NOOP": (_form(""),),
    "SELECT": (_form(_MAILBOX), _form(rf"{_MAILBOX} \(CONDSTORE\)", "CONDSTORE", "QRESYNC")),
    "EXAMINE": (_form(_MAILBOX), _form(rf"{_MAILBOX} \(CONDSTORE\)", "CONDSTORE", "QRESYNC")),
    "STATUS": (_form(rf"{_MAILBOX} \({_STATUS}(?: {_STATUS})*\)"),),
    "LIST": (
        _form(rf"{_MAILBOX} {_PATTERN}"),
        _form(rf"\((?:SUBSCRIBED|REMOTE)?\) {_MAILBOX} {_PATTERN}", "LIST-EXTENDED", "IMAP4rev2"),
        _form(rf"{_MAILBOX} {_PATTERN} RETURN \((?:CHILDREN|SUBSCRIBED)?\)", "LIST-EXTENDED", "IMAP4rev2"),
        _form(rf"\(SPECIAL-USE\) {_MAILBOX} {_PATTERN}", "SPECIAL-USE"),
        _form(rf"{_MAILBOX} {_PATTERN} RETURN \(SPECIAL-USE\)", "SPECIAL-USE"),
        _form(rf"{_MAILBOX} {_PATTERN} RETURN \(STATUS \({_STATUS}(?: {_STATUS})*\)\)", "LIST-STATUS", "IMAP4rev2"),
    ),
    "FETCH": (_form(rf"{_SET} {_ITEMS}"),),
    "UID FETCH": (_form(rf"{_PART}(?:,{_PART})* {_ITEMS}"),),
    "STORE": (_form(rf"{_SET} [+-]?FLAGS(?:\.SILENT)? \((?:{_FLAG}(?: {_FLAG})*)?\)"),),
    "UID STORE": (_form(rf"{_PART}(?:,{_PART})* [+-]?FLAGS(?:\.SILENT)? \((?:{_FLAG}(?: {_FLAG})*)?\)"),),
    "COPY": (_form(rf"{_SET} {_MAILBOX}"),),
    "UID COPY": (_form(rf"{_PART}(?:,{_PART})* {_MAILBOX}"),),
    "SEARCH": (_form(_SEARCH), _form(rf"{_RETURN} {_SEARCH}", "ESEARCH", "IMAP4rev2")),
    "UID SEARCH": (_form(_SEARCH), _form(rf"{_RETURN} {_SEARCH}", "ESEARCH", "IMAP4rev2")),
    "EXPUNGE": (_form(""),),
    "CLOSE": (_form(""),),
    "ID": (_form(rf"NIL|\((?:{_PAIR}(?: {_PAIR})*)?\)", "ID"),),
    "NAMESPACE": (_form("", "NAMESPACE", "IMAP4rev2"),),
    "IDLE": (_form("", "IDLE", "IMAP4rev2"),),
    "UNSELECT": (_form("", "UNSELECT", "IMAP4rev2"),),
    "ENABLE": (_form(r"(?:CONDSTORE|QRESYNC|UTF8=ACCEPT|IMAP4rev2)", "ENABLE", "IMAP4rev2"),),
    "UID EXPUNGE": (_form(rf"{_PART}(?:,{_PART})*", "UIDPLUS", "IMAP4rev2"),),
    "MOVE": (_form(rf"{_SET} {_MAILBOX}", "MOVE", "IMAP4rev2"),),
    "UID MOVE": (_form(rf"{_PART}(?:,{_PART})* {_MAILBOX}", "MOVE", "IMAP4rev2"),),
    "GETQUOTAROOT": (_form(_MAILBOX, "QUOTA"),),
    "MYRIGHTS": (_form(_MAILBOX, "ACL"),),
    "AUTHENTICATE": (_form(r"\S+ \S+", "SASL-IR", "IMAP4rev2"),),
}


def legal_form(exchange: Exchange, exists: int | None = None) -> Form | None:
    """The form that the command has; None if it is not one of those known to be legal. ``exists``: messages there."""
    text = arguments(exchange)
    if text is None or not text.isprintable():
        return None
    words = exchange.words
    if "  " in words[: len(exchange.name) + 2] or words.endswith(" "):
        return None
    for form in FORMS.get(exchange.name, ()):
        match = form.arguments.fullmatch(text)
        if match is None:
            continue
        if form.arguments.groups:
            numbers = read_set(match[1], exists or 0)
            if not exists or numbers is None or numbers.largest > exists or numbers.smallest < 1:
                return None
        return form
    return None
