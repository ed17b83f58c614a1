"""Logging in: challenges, answers that come too early, and what an error says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.pop3.reply import arguments, masked
from mailshell.protocol.events import Side
from mailshell.protocol.exchange import Completed, Continuation, Exchange, Sent
from mailshell.protocol.pop3.response import StatusLine
from mailshell.wire import Octets, WireEvent

_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
#: RFC 2449 section 4, with CRLF.
_LONGEST_COMMAND = 255
#: Reasons that have a response code, by words of the text (RFC 2449 section 8.1, RFC 3206 section 4).
_REASONS = (
    (
        re.compile(
            rb"\b(?:maildrop|mailbox|spool)\b.{0,30}\block|\block.{0,30}\b(?:maildrop|mailbox|spool)\b"
            rb"|\bin use\b|\banother (?:pop3? )?session",
            re.IGNORECASE,
        ),
        "[IN-USE]",
    ),
    (
        re.compile(rb"\btoo (?:many|often|frequent|soon)|\bminimum interval|\bplease wait", re.IGNORECASE),
        "[LOGIN-DELAY]",
    ),
    (re.compile(rb"\bunavailable|\btemporar|\btry (?:again )?later|\binternal error", re.IGNORECASE), "[SYS/TEMP]"),
)


class Challenges(Checker):
    """The dialogue of AUTH (RFC 1734)."""

    def __init__(self) -> None:
        #: How long the line is that is being sent, and the one that was ended last.
        self._line = 0
        self._length = 0
        #: The last AUTH that was sent in too long a line, by number.
        self._long: int | None = None

    def wire(self, event: WireEvent, now: Now) -> Faults:
        if isinstance(event, Octets) and event.side is Side.CLIENT:
            # How long the line is that ends here; the events of the commands follow at once.
            begin = event.octets.rfind(b"\n", 0, len(event.octets) - 1) + 1
            self._line = len(event.octets) - begin + (self._line if begin == 0 else 0)
            if event.octets.endswith(b"\n"):
                self._length, self._line = self._line, 0
        return NONE

    def sent(self, event: Sent, now: Now) -> Faults:
        if event.exchange.name == "AUTH" and self._length > _LONGEST_COMMAND:
            self._long = event.exchange.number
        return NONE

    def continuation(self, event: Continuation, now: Now) -> Iterator[Fault]:
        status = event.response
        if event.exchange is None or not isinstance(status, StatusLine) or masked(status.line):
            return
        if status.line == b"+":
            yield Fault("challenge-without-space", status.offset, status.offset + 1, expected="+ and a space")
        elif not _BASE64.fullmatch(status.rest):
            yield Fault("auth-challenge-not-base64", status.offset + status.body, status.offset + len(status.line))

    def completed(self, event: Completed, now: Now) -> Faults:
        return self._answered(event) if event.exchange.name == "AUTH" else NONE

    def _answered(self, event: Completed) -> Iterator[Fault]:
        exchange, status = event.exchange, event.response
        if not isinstance(status, StatusLine):
            return
        start, end = status.offset, status.offset + len(status.line)
        words = arguments(exchange)
        if status.ok and len(words) == 1 and not exchange.continued:
            detail = f"AUTH {words[0][:40]} is answered with +OK, and no response was sent"
            yield Fault("ok-instead-of-challenge", start, start + 3, detail, "+ and a challenge")
        elif not status.ok and exchange.number == self._long and (status.code or b"").upper() != b"AUTH":
            yield Fault("auth-line-refused", start, end)


class Errors(Checker):
    """What an error tells, and what it leaves out."""

    def completed(self, event: Completed, now: Now) -> Faults:
        return NONE if event.response.ok else self._refused(event)

    def _refused(self, event: Completed) -> Iterator[Fault]:
        status = event.response
        if not isinstance(status, StatusLine) or status.status != "-ERR":
            return
        start, end = status.offset, status.offset + len(status.line)
        if not status.rest.strip():
            yield Fault("error-without-reason", start, end)
        elif _logs_in(event.exchange) and status.code is None:
            for form, code in _REASONS:
                match = form.search(status.line)
                if match is not None:
                    yield Fault("reason-only-in-text", start + match.start(), start + match.end(), expected=code)
                    return


def _logs_in(exchange: Exchange) -> bool:
    return exchange.name in ("PASS", "APOP", "AUTH")
