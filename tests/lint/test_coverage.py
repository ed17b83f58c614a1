"""The misbehaviours that are known of real servers, by id: each has a rule, or a reason why none can tell of it."""

from __future__ import annotations

import re

import pytest

from mailshell.lint.session import TABLES

KNOWN = {
    "F01": "a literal with fewer octets than announced",
    "F02": "a literal with more octets than announced",
    "F03": "the value of a section without the announcement of a literal",
    "F04": "FETCH items behind the parenthesis that closes",
    "F05": "an empty line behind a literal",
    "F06": "lines that end with LF, CR or CR CR LF",
    "F07": "NUL before a response",
    "F08": "a continuation request without its space",
    "F09": "two spaces or a tab for one space",
    "F10": "a space at the end of a line or a list",
    "F11": "a space between addresses or parts",
    "F12": "no space between two items",
    "F13": "a response code without a status",
    "F14": "a line that is no response",
    "F15": "8-bit octets in strings and texts",
    "F16": "a quote within a quoted string",
    "F17": "a very long line",
    "F18": "a literal with a strange number",
    "F19": "a non-synchronizing literal of the server",
    "G01": "a response code without text",
    "G02": "a status without text",
    "G03": "a response code that is none",
    "G04": "a response code with wrong arguments",
    "G05": "flags with octets that an atom can't hold",
    "G06": "NIL or strings among flags",
    "G07": "keywords of the protocol in lower case",
    "G08": "numbers that are negative, decimal or too large",
    "G09": "zero where a number begins at one",
    "G10": "an ENVELOPE or an address with another number of members",
    "G11": "an empty list for NIL",
    "G12": "NIL for a string",
    "G13": "a multipart without parts",
    "G14": "a multipart described as a basic part, or half a type",
    "G15": "a message part without its structure",
    "G16": "a message part of which the body is left out",
    "G17": "a broken disposition",
    "G18": "lines missing or too many",
    "G19": "an odd list of parameters",
    "G20": "an encoding without quotes or with a space, a charset that says nothing",
    "G21": "parentheses around ENVELOPE",
    "G22": "name and address swapped",
    "G23": "FETCH without items, or with a tag",
    "G24": "mailbox names without quotes, STATUS without items",
    "G25": "mailbox names in UTF-8 that was not enabled",
    "G26": "mailbox names in wrong modified UTF-7",
    "G27": "an empty delimiter, or one at the end of a name",
    "G28": "a date in another form, or none of the calendar",
    "G29": "ESEARCH with strange parentheses, without UID, or SEARCH in its place",
    "G30": "capabilities that are none",
    "G31": "a challenge that is not base64, or with other prompts",
    "G32": "a referral without its slash",
    "S01": "a completion with a tag that is unknown, old or too early",
    "S02": "a refusal without a tag",
    "S03": "a continuation request that nobody waits for",
    "S04": "no answer to a literal, or a refused literal read as commands",
    "S05": "EXISTS goes down",
    "S06": "EXPUNGE and VANISHED of what is not there",
    "S07": "EXPUNGE at a time when it may not come",
    "S08": "FETCH beyond EXISTS, UIDs that change or do not grow",
    "S09": "UIDs given again",
    "S10": "UIDVALIDITY missing or changing",
    "S11": "UIDNEXT missing, too small or going down",
    "S12": "SELECT without its data",
    "S13": "no CLOSED between two mailboxes",
    "S14": "ENABLE without ENABLED",
    "S15": "HIGHESTMODSEQ missing, or unannounced",
    "S16": "capabilities that change with a login, and are not told",
    "S17": "what is advertised does not work",
    "S18": "ID as a condition",
    "S19": "ID refused before the login",
    "S20": "capabilities that change for no reason",
    "S21": "a search without an answer",
    "S22": "a search that finds the wrong kind of numbers, or one twice",
    "S23": "a search in UTF-8 refused",
    "S24": "a FETCH item that does not come, or not as asked",
    "S25": "OK for a FETCH that brought nothing",
    "S26": "sizes that are not those of the octets",
    "S27": "messages that change",
    "S28": "flags that FLAGS does not have",
    "S29": "permanent flags that are not stored",
    "S30": "STORE answered though silent, or not answered",
    "S31": "FETCH items and responses that nobody asked for",
    "S32": "the number of messages not told after an addition",
    "S33": "LIST that does not follow its pattern",
    "S34": "legal commands called wrong",
    "S35": "too much work called a wrong command",
    "S36": "logged in, and no mailbox can be opened",
    "S37": "the connection is closed because a login failed",
    "T01": "a log-out before half an hour",
    "T02": "an end without BYE, or right after IDLE",
    "T03": "BYE again and again, and no end",
    "T04": "LOGOUT without BYE",
    "T05": "IDLE without a continuation, or without news",
    "T06": "IDLE ended for inactivity in spite of news",
    "T07": "commands dropped or answered out of order",
    "X01": "octets between the OK to STARTTLS and the handshake",
    "X02": "a command from before the handshake carried out behind it",
    "X03": "TLS kept from coming about",
    "X04": "PREAUTH in the clear",
    "X05": "data before the login",
    "X06": "texts and referrals in the clear before the login",
    "X07": "STARTTLS still offered under TLS",
    "X08": "a password taken in the clear",
    "X09": "a stamp for APOP that is no message id",
    "X10": "passwords in the logs of clients",
    "P01": "no line end before the dot",
    "P02": "no dot at the end, or one with LF",
    "P03": "dots not doubled in RETR",
    "P04": "dots not doubled in TOP",
    "P05": "dots doubled twice",
    "P06": "a size in LIST that is not the message's",
    "P07": "STAT that does not agree with LIST",
    "P08": "deleted messages listed, numbers that shift",
    "P09": "an answer for one message without its number",
    "P10": "listings with strange lines",
    "P11": "unique-ids too long, empty, strange or given twice",
    "P12": "TOP cut at a length",
    "P13": "TOP with other lines than asked for, or answered twice",
    "P14": "TOP with another header than RETR",
    "P15": "the lines of an mbox file before a message",
    "P16": "a header that begins with a continuation",
    "P17": "far less sent than the size says",
    "P18": "lines cut at a length, and NUL",
    "P19": "messages deleted that were only read",
    "P20": "Gmail's own ways",
    "P21": "CAPA that ends the session, or changes",
    "P22": "SASL with wrong lines",
    "P23": "the end after an unknown command",
    "P24": "a status that is none",
    "P25": "a status line that is too long",
    "P26": "the end instead of a refused login, reasons in text only",
    "P27": "replies out of order",
    "P28": "a reply in many small pieces",
    "P29": "QUIT refused",
    "P30": "mixed line ends in a message",
    "P31": "8-bit octets in a status line or a header",
    "P32": "another protocol on the port",
}
#: No rule tells of these, and why.
WITHOUT_RULE = {
    "G07": "legal: names are compared without regard to case; see test_look_alikes.py",
    "S31": "legal: a server may send data at any time; see test_look_alikes.py",
    "X10": "a fault of clients: nothing of it crosses the wire; mailshell's own masking has tests of its own",
    "P28": "legal: a reply may come in any pieces; test_rules_fire.py plays each case octet by octet too",
}
#: Rules of what the protocols say besides, after the checks of a known test suite.
_OWN = re.compile(r"I\d\d[a-z]?")


def ids() -> set[str]:
    """The ids of all rules."""
    return {rule.id for rules in TABLES.values() for rule in rules.values()}


def has_rule(entry: str) -> bool:
    """Whether a rule has the id, perhaps with a letter behind it."""
    return any(re.fullmatch(rf"{entry}[a-z]?", one) for one in ids())


def test_all_are_listed() -> None:
    numbers = {"F": 19, "G": 32, "S": 37, "T": 7, "X": 10, "P": 32}
    assert list(KNOWN) == [f"{letter}{at:02}" for letter, most in numbers.items() for at in range(1, most + 1)]


@pytest.mark.parametrize("entry", KNOWN)
def test_each_has_a_rule_or_a_reason(entry: str) -> None:
    assert has_rule(entry) != (entry in WITHOUT_RULE)


def test_at_least_120_have_a_rule() -> None:
    assert sum(map(has_rule, KNOWN)) >= 120


def test_each_rule_is_of_one_of_them() -> None:
    assert {one for one in ids() if one[:3] not in KNOWN and not _OWN.fullmatch(one)} == set()


def test_the_same_id_is_the_same_rule_in_both_protocols() -> None:
    imap, pop3 = ({rule.id: rule.name for rule in rules.values()} for rules in TABLES.values())
    assert {one for one in imap.keys() & pop3.keys() if imap[one] != pop3[one]} == set()
