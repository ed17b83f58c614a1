"""A login that was refused, and the words of a server's status."""

from __future__ import annotations

from mailshell.protocol.exchange import Status
from mailshell.text.escape import escape


class Refused(Exception):
    """The login at the start was refused. ``code``: the response code of the refusal, in upper case, if it had one."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


def words_of(status: Status) -> str:
    """The response code and the text of a status, fit for a terminal."""
    code = f"[{escape(status.code.decode('utf-8', 'replace'))}] " if status.code is not None else ""
    return code + escape(status.text.decode("utf-8", "surrogateescape"))
