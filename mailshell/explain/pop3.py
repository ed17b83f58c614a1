"""POP3: what each line of either side means (RFC 1939, RFC 2449, RFC 5034)."""

from __future__ import annotations

import re
from collections.abc import Callable

from mailshell.explain.commands import tell_command
from mailshell.explain.explanation import Explanation, Quotes, meaning, say, tell_code, unknown
from mailshell.explain.lessons import Alike, Lessons
from mailshell.explain.logins import Logins
from mailshell.protocol.events import BodyPart, Line
from mailshell.protocol.exchange import Began, Completed, Continuation, Exchange, Greeting, Sent
from mailshell.protocol.pop3.catalogue import CATALOGUE
from mailshell.protocol.pop3.response import StatusLine, read_status
from mailshell.protocol.pop3.terms import TERMS
from mailshell.protocol.secrecy import Secrets
from mailshell.text.sentences import counted, inner

_NUMBERS = re.compile(rb"(\d{1,18})[ \t]+(\d{1,18})(?:\s|\Z)")
_IDENTIFIER = re.compile(rb"(\d{1,18})[ \t]+(\S+)")
_STAMP = re.compile(rb"<[^<>\s]+@[^<>\s]*>")
#: What comes next where it is not another command.
_NEXT = {
    "STLS": "the TLS handshake comes next, and CAPA is to be asked again",
    "QUIT": "the server closes the connection",
    "USER": "the password comes next, with PASS",
    "DELE": "the message goes when QUIT ends the session; RSET takes it back",
}
#: Of a line of a listing so much is looked at (octets), and so many lines of one are explained.
_LOOKED_AT = 1000
_MOST_LINES = 200


class Pop3Explainer:
    """Give it the events of a connection in order."""

    def __init__(self, secrets: Secrets) -> None:
        self._quotes = Quotes(secrets)
        self._lessons = Lessons()
        self._logins = Logins(TERMS, self._quotes, self._lessons)
        self._line: Line | None = None
        self._body: Body | None = None

    # --- this side

    def sent_line(self, line: Line) -> list[Explanation]:
        """A line of this side. One that is a command is explained when ``sent`` tells which."""
        self._line = line
        return self._logins.response(line)

    def sent(self, event: Sent) -> list[Explanation]:
        """The command that the line before is."""
        exchange = event.exchange
        if not exchange.name:
            return say("an empty line, which is no command")
        told = tell_command(exchange, TERMS, self._quotes, self._lessons)
        if self._lessons.fresh("order", 1):
            told += say("POP3 has no tags: replies come in the order of the commands")
        if exchange.name == "AUTH":
            told += self._logins.begin(exchange, self._line)
        return told

    # --- the server's side

    def received_line(self, line: Line) -> list[Explanation]:
        """A line of the server; it is explained when that is told what it answers."""
        return []

    def greeting(self, event: Greeting) -> list[Explanation]:
        """The first line of a connection."""
        response = event.response
        if not isinstance(response, StatusLine) or response.status not in ("+OK", "-ERR"):
            return unknown("no greeting of POP3, which begins with +OK")
        response = self._masked(response)
        if not response.ok:
            return say("the greeting: the server turns the connection away") + self._code(response)
        stamp = _STAMP.search(response.rest)
        apop = f"{self._quotes(stamp[0])} is the timestamp that APOP computes its digest from" if stamp else ""
        return say("the greeting: the server is ready, and nobody is logged in", apop)

    def continuation(self, event: Continuation) -> list[Explanation]:
        """A challenge of AUTH."""
        exchange, response = event.exchange, event.response
        if exchange is None:
            # The deviation before it told that nothing waits for one.
            return []
        assert isinstance(response, StatusLine)
        return say(self._logins.challenge(exchange, response.rest))

    def began(self, event: Began) -> list[Explanation]:
        """The status line of a multi-line reply."""
        name = self._name(event.exchange)
        self._body = Body(_LISTINGS.get(event.exchange.name), self._quotes)
        what = "the message follows" if name == "RETR" else "lines follow"
        how = "; a line with a single dot is its end" if self._lessons.fresh("multi-line") else ", up to the lone dot"
        return say(f"+OK to {name}: {what}{how}")

    def body_part(self, part: BodyPart) -> list[Explanation]:
        """Lines of a multi-line reply: those of listings, and the first whose dot is doubled."""
        return self._body.feed(part) if self._body is not None else []

    def body_end(self) -> list[Explanation]:
        """The line with the single dot."""
        left_out = self._body.end() if self._body is not None else ""
        self._body = None
        return say(left_out, "the lone dot ends the reply")

    def completed(self, event: Completed) -> list[Explanation]:
        """A reply is complete. That of a multi-line one was explained when it began."""
        exchange, response = event.exchange, event.response
        assert isinstance(response, StatusLine)
        if exchange.multiline and response.ok:
            return []
        response = self._masked(response)
        name = self._name(exchange)
        if not response.ok:
            return say(f"-ERR: {name} is refused") + self._code(response)
        told = _REPLIES[exchange.name](response.rest, self._quotes) if exchange.name in _REPLIES else ""
        following = _NEXT.get(exchange.name, "")
        first = told or f"+OK: {name} is done{'; ' + following if following else ''}"
        return say(first, self._logins.completed(exchange, ok=response.ok))

    def _name(self, exchange: Exchange) -> str:
        if exchange.record is not None:
            return exchange.record.name
        return self._quotes(exchange.words.split(" ", 1)[0], 30) or "the command"

    def _masked(self, response: StatusLine) -> StatusLine:
        """The line with all known secrets masked before it is taken apart."""
        return read_status(self._quotes.mask(response.line), response.offset)

    def _code(self, response: StatusLine) -> list[Explanation]:
        code = response.code
        if not code:
            return []
        term = TERMS.find("response-code", code.decode("latin-1"))
        return tell_code(term.name if term is not None else self._quotes(code, 40), term)


# --- replies of one line


def _stat(rest: bytes, quotes: Quotes) -> str:
    match = _NUMBERS.match(rest)
    return f"{counted(int(match[1]), 'message')}, {counted(int(match[2]), 'octet')} in all" if match else ""


def _size(rest: bytes, quotes: Quotes) -> str:
    match = _NUMBERS.match(rest)
    return f"message {match[1].decode()} has {counted(int(match[2]), 'octet')}" if match else ""


def _uidl(rest: bytes, quotes: Quotes) -> str:
    match = _IDENTIFIER.match(rest)
    return f"the lasting identifier of message {match[1].decode()} is {quotes(match[2])}" if match else ""


def _last(rest: bytes, quotes: Quotes) -> str:
    match = re.match(rb"(\d{1,18})(?:\s|\Z)", rest)
    return f"the highest message that was read is number {match[1].decode()}" if match else ""


_REPLIES: dict[str, Callable[[bytes, Quotes], str]] = {"STAT": _stat, "LIST": _size, "UIDL": _uidl, "LAST": _last}


# --- lines of listings


def _capability(line: bytes, quotes: Quotes) -> Explanation:
    words = line.decode("latin-1").split()
    term = TERMS.find("capability", words[0]) if words else None
    if term is not None:
        return Explanation(f"{term.name}: {meaning(term)}")
    # Some servers list commands that have no tag of their own (Dovecot: CAPA).
    command = CATALOGUE.get(words[0].upper()) if words else None
    if command is not None:
        return Explanation(f"{command.name}: the command is there: {inner(command.help)}")
    return Explanation(f"{quotes(line, 40)}: not in the tables", generic=True)


def _of_kind(kind: str) -> Callable[[bytes, Quotes], Explanation]:
    def tell(line: bytes, quotes: Quotes) -> Explanation:
        words = line.decode("utf-8", "replace").split()
        term = TERMS.find(kind, words[0]) if words else None
        if term is None:
            return Explanation(f"{quotes(line, 40)}: not in the tables", generic=True)
        return Explanation(f"{quotes(term.name, 40)}: {inner(term.help)}")

    return tell


def _row(teller: Callable[[bytes, Quotes], str]) -> Callable[[bytes, Quotes], Explanation]:
    def tell(line: bytes, quotes: Quotes) -> Explanation:
        told = teller(line, quotes)
        return Explanation(told) if told else Explanation("a line that is not of the form of this reply", generic=True)

    return tell


#: How the lines of the replies to these commands are told, and whether all of them are, or only the first.
_LISTINGS: dict[str, tuple[Callable[[bytes, Quotes], Explanation], bool]] = {
    "LIST": (_row(_size), False),
    "UIDL": (_row(_uidl), False),
    "CAPA": (_capability, True),
    "AUTH": (_of_kind("sasl-mechanism"), True),
    "LANG": (_of_kind("language"), False),
}


class Body:
    """The body of a multi-line reply as it passes: counts its lines, and looks into those of a listing."""

    def __init__(self, listing: tuple[Callable[[bytes, Quotes], Explanation], bool] | None, quotes: Quotes) -> None:
        self._listing = listing
        self._quotes = quotes
        self._alike = Alike()
        self._number = 0
        self._begun = b""
        self._stuffed = False

    def feed(self, part: BodyPart) -> list[Explanation]:
        """The explanations of the lines that end in these octets."""
        told = [] if self._stuffed else self._look_for_dot(part)
        if self._listing is None or self._number >= _MOST_LINES:
            self._number += part.octets.count(b"\n")
            if self._listing is not None:
                self._alike.more("line", part.octets.count(b"\n"))
            return told
        *lines, rest = part.content().split(b"\n")
        for line in lines:
            text = (self._begun + line[:_LOOKED_AT]).removesuffix(b"\r")
            self._begun = b""
            told += self._tell(text)
            self._number += 1
        self._begun = (self._begun + rest)[:_LOOKED_AT]
        return told

    def end(self) -> str:
        """A remark on what was left out."""
        return self._alike.end()

    def _tell(self, text: bytes) -> list[Explanation]:
        assert self._listing is not None
        teller, each = self._listing
        if not each and not self._alike.more("line"):
            return []
        found = teller(self._quotes.mask(text), self._quotes)
        return [Explanation(found.text, found.generic, self._number)]

    def _look_for_dot(self, part: BodyPart) -> list[Explanation]:
        """The first line that begins with a dot (RFC 1939 section 3)."""
        octets, end = part.octets, b"\r\n." if part.crlf else b"\n."
        at = 0 if part.line_start and octets[:1] == b"." else octets.find(end) + len(end) - 1
        if at == len(end) - 2:
            return []
        self._stuffed = True
        line = self._number + octets.count(b"\n", 0, at)
        return [
            Explanation("a line that begins with a dot: the dot was doubled, and the first is taken away", line=line)
        ]
