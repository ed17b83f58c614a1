"""The commands of the POP3 server: a function for each, and the table that names them.

A function takes the conversation and the arguments, as many as the table allows, and returns the whole reply or an
errand that leads to it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mailshell.demo.maildrop import Stored
from mailshell.demo.pop3_errands import Outcome
from mailshell.demo.pop3_replies import err, listing, multiline, ok
from mailshell.demo.pop3_sasl import MECHANISMS, Exchange, decode, encode
from mailshell.demo.pop3_state import Conversation, State

Arguments = Sequence[bytes]

#: What CAPA lists, the same in both states (RFC 2449).
CAPABILITIES = (
    "TOP",
    "USER",
    f"SASL {' '.join(MECHANISMS)}",
    "UIDL",
    "RESP-CODES",
    "AUTH-RESP-CODE",
    "PIPELINING",
    "EXPIRE NEVER",
    "UTF8",
    "IMPLEMENTATION mailshell-demo",
)

_NO_SUCH_MESSAGE = err("no such message")
_NEEDS_UTF8 = err("the header of this message is in UTF-8: give the command UTF8 first", "UTF8")


def capa(_talk: Conversation, _arguments: Arguments) -> bytes:
    """CAPA (RFC 2449, section 5)."""
    return listing("what this server can do", CAPABILITIES)


def user(talk: Conversation, arguments: Arguments) -> bytes:
    """USER: any name is welcome, so that the reply does not tell which ones exist (RFC 1939, section 13)."""
    talk.user = arguments[0]
    return ok("and the password?")


def password(talk: Conversation, arguments: Arguments) -> Outcome:
    """PASS: the rest of the line, spaces included, is the password (RFC 1939, section 7)."""
    name, talk.user = talk.user, None
    if name is None:
        return err("PASS comes right after USER")
    return talk.authenticated(talk.account.knows(name, arguments[0]))


def apop(talk: Conversation, arguments: Arguments) -> Outcome:
    """APOP: the MD5 of the greeting's timestamp and the password (RFC 1939, section 7)."""
    name, digest = arguments
    expected = hashlib.md5(talk.timestamp + talk.account.password, usedforsecurity=False).hexdigest()
    known = hmac.compare_digest(digest.lower(), expected.encode("ascii"))
    return talk.authenticated(hmac.compare_digest(name, talk.account.user) and known)


def auth(talk: Conversation, arguments: Arguments) -> Outcome:
    """AUTH: begins a SASL exchange (RFC 5034, section 4), or lists the mechanisms if none is named."""
    if not arguments:
        return listing("mechanisms follow", MECHANISMS)
    name, *initial = arguments
    mechanism = MECHANISMS.get(name.decode("ascii", "replace").upper())
    if mechanism is None:
        return err("no such mechanism; AUTH alone lists them")
    if initial and not mechanism.initial_response:
        return err("with this mechanism the server speaks first")
    exchange = mechanism.begin(talk.account, talk.nonce())
    challenge = next(exchange)
    if initial:
        return _advance(talk, exchange, b"" if initial[0] == b"=" else decode(initial[0]))
    talk.exchange = exchange
    return encode(challenge)


def answer(talk: Conversation, line: bytes) -> Outcome:
    """The client's answer to a challenge; ``*`` takes it all back (RFC 5034, section 4)."""
    exchange, talk.exchange = talk.exchange, None
    if exchange is None or line == b"*":
        return err("authentication cancelled")
    return _advance(talk, exchange, decode(line))


def _advance(talk: Conversation, exchange: Exchange, response: bytes | None) -> Outcome:
    """Hand a response to the exchange; the reply is its next challenge or how it ended."""
    if response is None:
        return err("that is not base64; authentication cancelled")
    try:
        challenge = exchange.send(response)
    except StopIteration as end:
        return talk.authenticated(bool(end.value))
    talk.exchange = exchange
    return encode(challenge)


def utf8(talk: Conversation, _arguments: Arguments) -> bytes:
    """UTF8 (RFC 6856, section 2.1)."""
    talk.utf8 = True
    return ok("UTF-8 mode")


def stat(talk: Conversation, _arguments: Arguments) -> bytes:
    """STAT: how many messages and octets."""
    count, size = talk.totals()
    return ok(f"{count} {size}")


def _each(talk: Conversation, arguments: Arguments, text: str, show: Callable[[Stored], object]) -> bytes:
    """What LIST and UIDL have in common: a line about the message numbered, or about every one."""
    if not arguments:
        return listing(text, (f"{number} {show(message)}" for number, message in talk.remaining()))
    found = talk.message(arguments[0])
    return _NO_SUCH_MESSAGE if found is None else ok(f"{found[0]} {show(found[1])}")


def list_(talk: Conversation, arguments: Arguments) -> bytes:
    """LIST: sizes in octets."""
    count, size = talk.totals()
    return _each(talk, arguments, f"{count} messages ({size} octets)", lambda message: message.size)


def uidl(talk: Conversation, arguments: Arguments) -> bytes:
    """UIDL: unique-ids."""
    return _each(talk, arguments, "unique-ids follow", lambda message: message.uid)


def retr(talk: Conversation, arguments: Arguments) -> bytes:
    """RETR: a message as a whole."""
    found = talk.message(arguments[0])
    if found is None:
        return _NO_SUCH_MESSAGE
    _, message = found
    if message.has_utf8_header and not talk.utf8:
        return _NEEDS_UTF8
    return multiline(f"{message.size} octets", message.octets)


def top(talk: Conversation, arguments: Arguments) -> bytes:
    """TOP: the header, the empty line and so many lines of the body."""
    found = talk.message(arguments[0])
    if found is None:
        return _NO_SUCH_MESSAGE
    if not arguments[1].isdigit():
        return err("how many lines is a number")
    _, message = found
    if message.has_utf8_header and not talk.utf8:
        return _NEEDS_UTF8
    head, blank, body = message.octets.partition(b"\r\n\r\n")
    lines = body.split(b"\r\n")[:-1]
    shown = b"".join(line + b"\r\n" for line in lines[: int(arguments[1])])
    return multiline("the top of it follows", head + blank + shown)


def dele(talk: Conversation, arguments: Arguments) -> bytes:
    """DELE: marks a message; QUIT removes it."""
    found = talk.message(arguments[0])
    if found is None:
        return _NO_SUCH_MESSAGE
    talk.mark(found[0])
    return ok(f"message {found[0]} marked for removal at QUIT")


def rset(talk: Conversation, _arguments: Arguments) -> bytes:
    """RSET: takes the marks away."""
    talk.unmark_all()
    count, size = talk.totals()
    return ok(f"no message is marked, {count} messages ({size} octets)")


def noop(_talk: Conversation, _arguments: Arguments) -> bytes:
    """NOOP."""
    return ok("nothing done")


def quit_(talk: Conversation, _arguments: Arguments) -> Outcome:
    """QUIT: enters the UPDATE state if the maildrop is open (RFC 1939, section 6)."""
    return talk.quit()


_BOTH = frozenset({State.AUTHORIZATION, State.TRANSACTION})
_BEFORE = frozenset({State.AUTHORIZATION})
_AFTER = frozenset({State.TRANSACTION})


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its function, the states it is given in and how many arguments it takes."""

    run: Callable[[Conversation, Arguments], Outcome]
    states: frozenset[State]
    least: int = 0
    most: int = 0
    #: The rest of the line is one argument, spaces and all.
    verbatim: bool = False

    def arguments(self, rest: bytes) -> Arguments | None:
        """The arguments in the rest of the line; None if they are too few or too many."""
        found = [rest] if self.verbatim and rest else rest.split()
        return found if self.least <= len(found) <= self.most else None


COMMANDS: Mapping[str, Command] = {
    "APOP": Command(apop, _BEFORE, 2, 2),
    "AUTH": Command(auth, _BEFORE, 0, 2),
    "CAPA": Command(capa, _BOTH),
    "DELE": Command(dele, _AFTER, 1, 1),
    "LIST": Command(list_, _AFTER, 0, 1),
    "NOOP": Command(noop, _AFTER),
    "PASS": Command(password, _BEFORE, 1, 1, verbatim=True),
    "QUIT": Command(quit_, _BOTH),
    "RETR": Command(retr, _AFTER, 1, 1),
    "RSET": Command(rset, _AFTER),
    "STAT": Command(stat, _AFTER),
    "TOP": Command(top, _AFTER, 2, 2),
    "UIDL": Command(uidl, _AFTER, 0, 1),
    "USER": Command(user, _BEFORE, 1, 1),
    "UTF8": Command(utf8, _BEFORE),
}
