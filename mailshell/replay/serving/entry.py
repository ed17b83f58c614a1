"""The way into a recording that began in the middle of a session: what a client says before, and what answers it.

The rules, in prose:

- A session that was logged in is entered by any login: LOGIN or AUTHENTICATE, USER and PASS, APOP or AUTH, with any
  name and password. If the recording begins with the answer to the login (a server's log does), that is the answer.
- A mailbox that was selected is entered by SELECT or EXAMINE. How many messages it has is what the recording tells of
  it; all else is made up, and ``notes`` says so.
- None of this has to be sent: the first recorded command ends it. With strict matching it is not answered at all, and
  the greeting of IMAP is PREAUTH (RFC 9051 section 7.1.4).
- What came before the first recorded command, and is no answer to the login, is said before the answer to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailshell.protocol.events import Line
from mailshell.protocol.imap.commands import first_argument, unquote
from mailshell.protocol.imap.mailbox_name import decode_mailbox
from mailshell.replay.request import Request
from mailshell.replay.script import Script, State
from mailshell.text.escape import escape

#: The challenges of the mechanisms that any response may answer (base64): of LOGIN, and a nonce for CRAM-MD5.
_CHALLENGES = {
    b"PLAIN": (b"",),
    b"LOGIN": (b"VXNlcm5hbWU6", b"UGFzc3dvcmQ6"),
    b"CRAM-MD5": (b"PDEucmVjb3JkaW5nQGxvY2FsaG9zdD4=",),
    b"XOAUTH2": (b"",),
    b"OAUTHBEARER": (b"",),
    b"EXTERNAL": (b"",),
}
_TAGGED_OK = re.compile(rb"^([^\s*+]\S*)( OK\b[^\r\n]*\r?\n)", re.MULTILINE)
#: They say that a client should log in otherwise, or not yet.
_NOT_BEFORE = ("AUTH=", "LOGINDISABLED", "STARTTLS", "IMAP4REV")
_TEXT = b"a recording that began in the middle of a session"


class Entry:
    """One client's way in. ``waits``: a SASL response comes next."""

    def __init__(self, script: Script, *, strict: bool) -> None:
        self.waits = False
        self._script = script
        self._strict = strict
        self._imap = script.protocol == "imap"
        self._state = script.after(script.steps[0]) or State("")
        self._tag = b""
        self._challenges: list[bytes] = []
        before = script.octets[0 : _end(script)]
        #: The recorded answer to the login, before and behind its tag; and what else came before the first command.
        self._login, self.unasked = _login_answer(script, before)

    @property
    def greeting(self) -> bytes:
        """A greeting, which the recording does not have."""
        if not self._imap:
            return b"+OK " + _TEXT + b"\r\n"
        known = [name for name in self._script.capabilities(0) if not name.upper().startswith(_NOT_BEFORE)]
        code = " ".join(["CAPABILITY", "IMAP4rev1", *known]).encode("latin-1", "replace")
        status = b"PREAUTH" if self._strict and self._script.began_logged_in else b"OK"
        return b"* %b [%b] %b\r\n" % (status, code, _TEXT)

    def takes(self, name: str) -> bool:
        """Whether a command of this name leads in."""
        if self._strict or not self._script.began_logged_in:
            return False
        if not self._imap:
            return name in ("USER", "PASS", "APOP", "AUTH")
        return name in ("LOGIN", "AUTHENTICATE") or (self._is_selected and name in ("SELECT", "EXAMINE"))

    def answer(self, request: Request) -> bytes | None:
        """What answers a command; None if it does not lead in."""
        if not self.takes(request.name):
            return None
        self._tag = request.tag
        if request.name in ("AUTHENTICATE", "AUTH"):
            return self._authenticate(request)
        if request.name in ("SELECT", "EXAMINE"):
            return self._select(request)
        if request.name == "USER":
            return b"+OK\r\n"
        return self._logged_in()

    def line(self, line: Line) -> bytes:
        """What answers a SASL response."""
        if line.text == b"*":
            self.waits = False
            return self._tag + b" BAD cancelled\r\n" if self._imap else b"-ERR cancelled\r\n"
        return self._challenge()

    def notes(self) -> Iterator[str]:
        """What is made up and what a client has to do, in sentences."""
        state = f"in the state {self._script.header.state}"
        if not self._script.began_logged_in:
            yield f"the recording began {state}: its greeting is made up"
        elif self._strict:
            yield f"the recording began {state}: its greeting is made up, and a client begins with {self._first()}"
        else:
            way = "any login is accepted"
            if self._is_selected:
                way += f", and SELECT {self._mailbox} gives {self._script.messages:,} EXISTS, flags and a UIDVALIDITY"
            first = f"its first command ({self._first()})"
            yield f"the recording began {state}; until {first} the answers are made up: {way}"
        if self._script.header.tls == "starttls" and not self._script.starts_tls:
            yield "TLS had begun before the recording, and it is served without"

    # --- within

    @property
    def _is_selected(self) -> bool:
        return self._state.phase == "selected"

    @property
    def _mailbox(self) -> str:
        return self._state.mailbox or "any mailbox"

    def _first(self) -> str:
        steps = self._script.steps
        return steps[1].words if len(steps) > 1 else "nothing"

    def _logged_in(self) -> bytes:
        if self._login is not None:
            before, after = self._login
            return before + self._tag + after
        return self._tag + b" OK logged in\r\n" if self._imap else b"+OK logged in\r\n"

    def _authenticate(self, request: Request) -> bytes:
        arguments = request.lines[0].split()[1:]
        name = arguments[0].upper() if arguments else b""
        if name not in _CHALLENGES:
            said = (
                b"this recording is entered by LOGIN or AUTHENTICATE PLAIN" if self._imap else b"enter by USER and PASS"
            )
            return (self._tag + b" NO " if self._imap else b"-ERR ") + said + b"\r\n"
        self._challenges = list(_CHALLENGES[name])
        if len(arguments) > 1:
            self._challenges.pop(0)
        return self._challenge()

    def _challenge(self) -> bytes:
        self.waits = bool(self._challenges)
        return b"+ " + self._challenges.pop(0) + b"\r\n" if self.waits else self._logged_in()

    def _select(self, request: Request) -> bytes:
        named = first_argument(request.lines[0].strip()[len(request.name) :])
        if request.literals:
            named = request.literals[0].value or b""
        name, tag = decode_mailbox(unquote(named)), request.tag
        if self._state.mailbox not in ("", name, name.upper()):
            said = escape(f"this recording began in the mailbox {self._state.mailbox}").encode("ascii", "replace")
            return tag + b" NO " + said + b"\r\n"
        flags = b"(\\Answered \\Flagged \\Deleted \\Seen \\Draft)"
        code = b"READ-ONLY" if request.name == "EXAMINE" else b"READ-WRITE"
        data = b"* FLAGS %b\r\n* %d EXISTS\r\n* OK [UIDVALIDITY 1] made up\r\n" % (flags, self._script.messages)
        return data + tag + b" OK [" + code + b"] " + _TEXT + b"\r\n"


def _end(script: Script) -> int:
    """Where what came before the first recorded command ends."""
    answers = script.steps[0].answers
    return answers[-1].end if answers else 0


def _login_answer(script: Script, octets: bytes) -> tuple[tuple[bytes, bytes] | None, bytes]:
    """The answer to the login with a gap for the tag, if the octets begin with it; and the other octets."""
    if script.protocol == "imap":
        match = _TAGGED_OK.search(octets)
        return (None, octets) if match is None else ((octets[: match.start()], match[2]), octets[match.end() :])
    line, end, rest = octets.partition(b"\n")
    return ((b"", line + end), rest) if line.startswith(b"+OK") else (None, octets)
