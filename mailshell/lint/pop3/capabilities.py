"""What CAPA lists, and when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.lint.checker import NONE, Checker, Faults, Now
from mailshell.lint.finding import Fault
from mailshell.lint.pop3.reply import Lines
from mailshell.protocol.events import BodyEnd, BodyPart
from mailshell.protocol.exchange import Completed
from mailshell.protocol.pop3.response import StatusLine
from mailshell.protocol.pop3.state import Phase

#: RFC 2449 section 5, with CRLF.
_LONGEST = 512
_MOST = 200
_EXPIRE_ZERO = re.compile(rb"EXPIRE +0+(?: |\Z)", re.IGNORECASE)
#: What may come or go with the login (RFC 2449 section 6.9, RFC 2595 section 8).
_FREE = frozenset({"STLS", "IMPLEMENTATION"})


class Capabilities(Checker):
    """Reads each reply to CAPA."""

    concerns = frozenset({"CAPA"})

    def __init__(self) -> None:
        self._lines = Lines()
        self._tags: set[str] = set()
        self._before_login: frozenset[str] | None = None
        self._tls_before_login = False

    def body(self, part: BodyPart | BodyEnd, now: Now) -> Iterator[Fault]:
        if isinstance(part, BodyPart):
            for line, offset in self._lines.feed(part):
                yield from self._line(line, offset, now)
            return
        tags, self._tags = frozenset(self._tags), set()
        self._lines.clear()
        if now.pop3.phase is Phase.AUTHORIZATION:
            self._before_login, self._tls_before_login = tags, now.tls
        elif self._before_login is not None and self._tls_before_login == now.tls:
            gone, new = self._before_login - tags - _FREE, tags - self._before_login - _FREE
            if gone or new:
                what = [f"{', '.join(sorted(gone))} gone"] * bool(gone) + [f"{', '.join(sorted(new))} new"] * bool(new)
                detail = f"CAPA has changed with the login: {'; '.join(what)}"
                yield Fault("capa-changes-with-login", part.offset, part.offset + 1, detail[:300])

    def _line(self, line: bytes, offset: int, now: Now) -> Iterator[Fault]:
        if len(line) > _LONGEST:
            yield Fault("capability-too-long", offset + _LONGEST - 2, offset + len(line))
        text = line.rstrip(b"\r\n")
        tag = text.split(b" ", 1)[0].upper()
        if tag and len(self._tags) < _MOST:
            self._tags.add(tag[:40].decode("ascii", "backslashreplace"))
        if tag == b"STLS" and now.tls:
            yield Fault("starttls-under-tls", offset, offset + len(text))
        elif _EXPIRE_ZERO.match(text):
            yield Fault("expire-zero", offset, offset + len(text))

    def completed(self, event: Completed, now: Now) -> Faults:
        status, exchange = event.response, event.exchange
        if now.pop3.phase is Phase.AUTHORIZATION:
            # Before the login it is rightly refused (RFC 1939 section 7).
            return NONE
        if exchange.name == "UIDL" and exchange.multiline and not status.ok and isinstance(status, StatusLine):
            known = now.pop3.capabilities is not None
            if now.pop3.has("UIDL") if known else "UIDL" in (self._before_login or ()):
                return (Fault("announced-and-refused", status.offset, status.offset + len(status.line)),)
        return NONE
