"""Status responses wherever they stand: a base for checkers that look at OK, NO, BAD, BYE and PREAUTH."""

from __future__ import annotations

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.protocol.exchange import Completed, Greeting
from mailshell.protocol.imap.response import STATUSES, Response


class StatusChecker(Checker):
    """Asks ``status`` for the greeting, for each untagged status response and for each completion."""

    concerns = STATUSES

    def status(self, response: Response, now: Now) -> Faults:
        return NONE

    def greeting(self, event: Greeting, now: Now) -> Faults:
        return self._status(event.response, now)

    def untagged(self, received: Received, now: Now) -> Faults:
        return self._status(received.response, now)

    def completed(self, event: Completed, now: Now) -> Faults:
        return self._status(event.response, now)

    def _status(self, response: object, now: Now) -> Faults:
        return self.status(response, now) if isinstance(response, Response) and response.status else NONE


def code_offset(response: Response) -> int:
    """Where the response code begins in the server's stream, behind its bracket."""
    return response.offset + response.body + response.rest.find(b"[") + 1
