"""Response codes and the text of status responses (RFC 9051 sections 7.1 and 9, ``resp-text``)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import Now
from mailshell.lint.finding import Fault
from mailshell.lint.imap.marks import shown
from mailshell.lint.imap.number_faults import MOST_32, MOST_63, number_fault
from mailshell.lint.imap.status import StatusChecker, code_offset
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.terms_codes import TERMS

_ATOM = re.compile(rb"[^\x00-\x20\x7f-\xff(){%*\"\\\]]+")
_NUMBER = rb"\d+"
_SET = rb"\d+(?::\d+)?(?:,\d+(?::\d+)?)*+"
_URL = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/]+\Z")
_IN_SET = re.compile(rb"\d+")

#: The codes of which the whole argument is one number, and the highest that it may be.
NUMBERS = {
    "UIDNEXT": MOST_32,
    "UIDVALIDITY": MOST_32,
    "UNSEEN": MOST_32,
    "HIGHESTMODSEQ": MOST_63,
    "MAXCONVERTMESSAGES": MOST_32,
    "MAXCONVERTPARTS": MOST_32,
    "SAVELIMIT": MOST_32,
}
#: What the others take.
FORMS = {
    "APPENDUID": re.compile(_NUMBER + rb" " + _SET),
    "COPYUID": re.compile(_NUMBER + rb" " + _SET + rb" " + _SET),
    "MODIFIED": re.compile(_SET),
    "DOWNGRADED": re.compile(_SET),
    "MESSAGELIMIT": re.compile(_NUMBER + rb"(?: \d+)?"),
    "PERMANENTFLAGS": re.compile(rb"\(.*"),
    "BADCHARSET": re.compile(rb"(?:\(.+\))?"),
    "BADEVENT": re.compile(rb"\(.*\)"),
    "MAILBOXID": re.compile(rb"\([A-Za-z0-9_-]{1,255}\)"),
    "CAPABILITY": re.compile(rb".*\S.*"),
    "REFERRAL": re.compile(rb"\S.*"),
}
_ARGUMENTS = {term.name: term.arguments for term in TERMS}


class StatusTexts(StatusChecker):
    """There is text after the status, and after the response code."""

    def status(self, response: Response, now: Now) -> Iterator[Fault]:
        rest = response.rest
        start = response.offset
        end = start + len(response.line)
        if not rest.strip():
            if not now.rev2 or not response.line.endswith(b" "):
                name = response.name
                yield Fault("status-without-text", start, end, expected=f"{name}, a space and a sentence for a person")
        elif response.code is not None and response.code_closed and not response.text.strip():
            if len(response.segments) > 1 or (now.rev2 and rest.endswith(b" ")):
                return
            rule = "code-without-text-rev2" if now.rev2 else "code-without-text"
            yield Fault(rule, code_offset(response) - 1, end, expected="a space behind the bracket, and text")


class Codes(StatusChecker):
    """A response code is closed, begins with an atom, and its arguments are those of its kind."""

    def status(self, response: Response, now: Now) -> Iterator[Fault]:
        code = response.code
        if code is None or len(response.segments) > 1:
            return
        start = code_offset(response)
        if not response.code_closed:
            end = response.offset + len(response.line)
            yield Fault("code-not-closed", start - 1, end, expected="] behind the response code")
            return
        word, space, arguments = code.partition(b" ")
        if not _ATOM.fullmatch(word):
            what = f"the response code is {shown(code)}" if word else "the response code has no name"
            yield Fault("opaque-code", start - 1, start + len(code) + 1, what, "an atom as the code's name")
            return
        name = word.decode("ascii").upper()
        at = start + len(word) + len(space)
        if (most := NUMBERS.get(name)) is not None and arguments:
            fault = number_fault(arguments, at, name, least=1, most=most)
            if fault is not None:
                yield fault
        elif name in NUMBERS or name in FORMS:
            yield from _form(name, arguments, start, at)


def _form(name: str, arguments: bytes, start: int, at: int) -> Iterator[Fault]:
    pattern = FORMS.get(name)
    end = at + len(arguments)
    if pattern is None or not pattern.fullmatch(arguments):
        expected = f"[{name} {_ARGUMENTS[name]}]"
        what = f"{name} with {shown(arguments)}" if arguments.strip() else f"{name} with nothing behind it"
        yield Fault("code-arguments", start, end, what, expected)
    elif name in ("APPENDUID", "COPYUID", "MODIFIED", "DOWNGRADED", "MESSAGELIMIT"):
        for match in _IN_SET.finditer(arguments):
            fault = number_fault(match[0], at + match.start(), name, least=1, most=MOST_32)
            if fault is not None:
                yield fault
                return
    elif name == "REFERRAL":
        url = next((word for word in arguments.split() if _URL.match(word)), None)
        if url is not None:
            found = at + arguments.find(url)
            yield Fault("referral-url", found, found + len(url), expected=f"{shown(url)}/")
