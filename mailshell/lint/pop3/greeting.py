"""The first line of a server."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import Checker, Now
from mailshell.lint.finding import Fault
from mailshell.protocol.events import Deviation
from mailshell.protocol.exchange import Greeting
from mailshell.protocol.pop3.response import StatusLine

_STAMP = re.compile(rb"<[^>]*>?")
_ATOM = rb"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_QUOTED = rb'"(?:[^"\\\x00-\x1f\x7f-\xff]|\\[\x20-\x7e])*"'
#: ``msg-id`` of RFC 822 section 6.1, without white space and comments.
_MESSAGE_ID = re.compile(
    rb"<(?:%(a)s|%(q)s)(?:\.(?:%(a)s|%(q)s))*@(?:%(a)s(?:\.%(a)s)*|\[[^\[\]\\\x00-\x20\x7f-\xff]*\])>"
    % {b"a": _ATOM, b"q": _QUOTED}
)


class Greetings(Checker):
    """Which protocol and which server it is, and the stamp for APOP."""

    def deviation(self, event: Deviation, now: Now) -> Iterator[Fault]:
        if event.rule == "no-greeting":
            rule = "wrong-protocol" if event.message.startswith("this is ") else "no-greeting"
            yield Fault(rule, event.start, event.end, event.message, "+OK and any text")

    def greeting(self, event: Greeting, now: Now) -> Iterator[Fault]:
        status = event.response
        if not isinstance(status, StatusLine):
            return
        start, end = status.offset, status.offset + len(status.line)
        if status.status == "-ERR":
            yield Fault("greeting-refuses", start, end, expected="+OK and any text")
        elif status.ok:
            if status.rest.startswith(b"Gpop "):
                yield Fault("gmail", start + status.body, start + status.body + 4)
            stamp = _STAMP.search(status.rest)
            if stamp is not None and not _MESSAGE_ID.fullmatch(stamp[0]):
                at = start + status.body
                yield Fault("apop-challenge", at + stamp.start(), at + stamp.end(), expected="<local@domain>")
