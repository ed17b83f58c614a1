"""What the grammar finds while it reads data, as faults: a table from its names to rules.

The others of its names stand for what checkers here look at more closely, or for octets and framing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.places import match_at
from mailshell.protocol.events import Deviation
from mailshell.protocol.imap.response import Response

#: The name in the grammar: the rule, and what should stand there.
RULES = {
    "flag": ("flag-not-atom", "a flag: an atom, perhaps behind a backslash"),
    "flag-list": ("flag-not-atom", "flags in parentheses"),
    "count-number": ("not-a-number", "* and a number before the word"),
    "count-rest": ("rest-after-count", "the end of the line"),
    "modseq": ("not-a-number", "(n)"),
    "thread-number": ("not-a-number", "a message number or a thread in parentheses"),
    "fetch-value": ("fetch-item-without-value", "the value of the item, or NIL"),
    "body-data": ("not-a-string", "a literal, a string in quotes, or NIL"),
    "mailbox": ("mailbox-not-astring", "one name: an atom, a string in quotes or a literal"),
    "list-attributes": ("list-attributes", "attributes in parentheses, which may be empty"),
    "status-pairs": ("pairs-incomplete", "a value behind each name"),
    "pairs": ("pairs-incomplete", "a value behind each name"),
    "namespace-members": ("pairs-incomplete", "three members, each NIL or a list"),
    "esearch-correlator": ("search-parentheses", '(TAG "tag") first, and data without parentheses'),
    "esearch-pairs": ("pairs-incomplete", "a value behind each name"),
}
#: The rule for a value that is no word, by the response that it stands in.
WORDS = {
    "FLAGS": RULES["flag"],
    "CAPABILITY": ("capability-not-atom", "names without quotes and parentheses"),
    "ENABLED": ("capability-not-atom", "names without quotes and parentheses"),
}
_TOKEN = re.compile(rb'"(?:[^"\\\r\n]|\\[^\r\n])*+"|\([^()\r\n]*\)|[^ ()\r\n]+')


class Deviations(Checker):
    """Keeps the response of which deviations are told next."""

    plain = False

    def __init__(self) -> None:
        self._response: Response | None = None

    def untagged(self, received: Received, now: Now) -> Faults:
        self._response = received.response
        return NONE

    def deviation(self, event: Deviation, now: Now) -> Iterator[Fault]:
        response = self._response
        if response is None or not response.offset <= event.start < response.offset + response.length:
            return
        found = WORDS.get(response.name) if event.rule == "word" else RULES.get(event.rule)
        if found is None:
            return
        rule, expected = found
        token = None
        if event.start > response.offset:
            token = match_at(_TOKEN, response, event.start)
        if event.rule == "esearch-pairs" and token and token[0][:1] == b"(":
            rule, expected = "search-parentheses", "the name and the value, MODSEQ n, without parentheses"
        end = event.start + len(token[0]) if token else min(event.end, response.offset + len(response.line))
        yield Fault(rule, event.start, max(event.start, end), event.message, expected)
