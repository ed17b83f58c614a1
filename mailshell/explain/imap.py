"""IMAP: what each line of either side means (RFC 9051 sections 2.2, 4.3 and 7)."""

from __future__ import annotations

from dataclasses import replace

from mailshell.explain.commands import tell_command
from mailshell.explain.explanation import Explanation, Quotes, meaning, say, tell_code, unknown
from mailshell.explain.items import section_text
from mailshell.explain.lessons import Alike, Lessons
from mailshell.explain.logins import Logins
from mailshell.explain.untagged import UntaggedTeller
from mailshell.protocol import secrecy
from mailshell.protocol.catalogue import Command
from mailshell.protocol.events import Line, LiteralHeader, LiteralPart
from mailshell.protocol.exchange import Awaits, Completed, Continuation, Exchange, Greeting, Sent, Untagged
from mailshell.protocol.imap.data import Other, StatusText, Words
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import KeptLiteral, Kind, Response, read_response
from mailshell.protocol.imap.terms import TERMS
from mailshell.protocol.imap.values import Atom, List, read_values
from mailshell.protocol.secrecy import Secrets
from mailshell.text.sentences import counted, inner

#: How a completion is called, by its status.
#: What a refusal leaves behind (RFC 9051 section 6.3.2).
_LEFT = dict.fromkeys(("SELECT", "EXAMINE"), "no mailbox is open now")
_ENDS = {"OK": "done", "NO": "refused", "BAD": "not understood, or not possible here"}
#: What comes next where it is not another command.
_NEXT = {
    "STARTTLS": "the TLS handshake comes next, and all that was said before is to be asked again",
    "COMPRESS": "from the next octet on both sides send DEFLATE",
    "LOGOUT": "the server closes the connection",
    "IDLE": "commands can be sent again",
}
#: Longer lines are looked at only up to here for what their literal is (octets).
_LOOKED_AT = 2000


class ImapExplainer:
    """Give it the events of a connection in order. What it asks of the secrets is only where they stand."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._quotes = Quotes(secrets)
        self._lessons = Lessons()
        self._alike = Alike()
        self._teller = UntaggedTeller(TERMS, self._quotes, self._lessons)
        self._logins = Logins(TERMS, self._quotes, self._lessons)
        self._idle: Exchange | None = None
        self._line: Line | None = None
        #: The literal of this side that waits for its continuation request.
        self._announced = ""
        #: How the response began whose literal passes, and whether it is one of too many of its kind.
        self._began = ""
        self._quiet = False
        #: The end of the server's latest literal: a secret may go on in the line after it.
        self._tail = b""

    # --- this side

    def sent_line(self, line: Line) -> list[Explanation]:
        """A line of this side. One that begins a command is explained when ``sent`` tells which."""
        self._line = line
        if not line.first:
            return self._continued(line)
        if told := self._logins.response(line):
            return told
        if line.text.upper() == b"DONE" and self._idle is not None and not self._idle.complete:
            return say(f"DONE ends IDLE; the answer to it begins with {self._quotes(self._idle.tag, 20)}")
        if not line.text.strip():
            return say("an empty line, which is no command")
        if line.text[:1] in b" \t":
            return say("a line that begins with a space has no tag; the server can't answer it by name")
        return []

    def sent(self, event: Sent) -> list[Explanation]:
        """The command that the line before begins."""
        exchange, line = event.exchange, self._line
        told = []
        if self._lessons.fresh("tag"):
            tag = self._quotes(exchange.tag, 20)
            told += say(f"{tag} is the tag: the answer that begins with {tag} ends this command")
        told += tell_command(exchange, TERMS, self._quotes, self._lessons)
        if exchange.name == "AUTHENTICATE":
            told += self._logins.begin(exchange, line)
        elif exchange.name == "IDLE":
            self._idle = exchange
        if line is not None and line.literal is not None:
            told += say(self._announcement(line))
        return told

    def _continued(self, line: Line) -> list[Explanation]:
        if line.literal is not None:
            return say("the literal is over, and the command goes on", self._announcement(line))
        if not line.text:
            return say("the literal is over, and this line end ends the command")
        return say("the literal is over; this line goes on with the command, and ends it")

    def _announcement(self, line: Line) -> str:
        header = line.literal
        assert header is not None
        hidden = any(span.label == "length" for span in line.secret)
        size = f"{secrecy.mask_text('length')} octets" if hidden else counted(header.size, "octet")
        what = f"a {'binary ' if header.binary else ''}literal of {size}"
        if not header.sync:
            return f"{what} follows at once, without asking (non-synchronizing)"
        self._announced = what
        if not header.size and not hidden:
            return f"{what}: the command goes on once the server sends +"
        return f"{what} is announced; it is sent once the server asks for it with +"

    # --- the server's side

    def received_line(self, line: Line) -> list[Explanation]:
        """A line of the server. One that ends a response is explained when that is told."""
        if line.literal is None:
            return []
        if not line.first:
            if self._quiet:
                return []
            (octets,) = self._mask_pieces([self._tail, line.octets])[1:]
            item = _last_item(read_response((b"* 1 FETCH (" + octets,), 0, 0))
            return say(f"the literal is over; {self._begins(item, line.literal)}")
        response = read_response((self._quotes.mask(line.octets),), 0, 0)
        number = "" if response.number is None else f"{response.number} "
        self._began = f"* {number}{self._quotes(response.name, 30)}"
        self._quiet = not self._alike.more(("literal", response.name))
        if self._quiet:
            return []
        fetched = response.name in ("FETCH", "UIDFETCH")
        if fetched:
            self._began += " ("
        item = _last_item(response) if fetched else ""
        who = f"message {response.number}: " if fetched and response.number is not None else ""
        return say(f"{who}{self._begins(item, line.literal)}")

    def _begins(self, item: str, header: LiteralHeader) -> str:
        """Where a literal begins and ends."""
        section = section_text(item, TERMS)
        name = self._quotes(item, 40) + (f" ({section})" if section else "")
        what = f"{name + ' comes as ' if item else ''}a {'binary ' if header.binary else ''}literal of "
        size = counted(header.size, "octet")
        if not header.size:
            return f"{what}{size}: nothing, and the line goes on"
        if self._lessons.fresh("literal"):
            return f"{what}{size}: it begins after this line end, and only counting tells where it ends"
        return f"{what}{size}, which begins after this line end"

    def literal(self, part: LiteralPart) -> None:
        """A piece of a literal of the server."""
        longest = self._secrets.longest
        self._tail = (self._tail + part.octets[-longest:])[-longest:] if longest else b""

    def greeting(self, event: Greeting) -> list[Explanation]:
        """The first response of a connection."""
        response = event.response
        if not isinstance(response, Response) or response.kind is not Kind.UNTAGGED:
            return unknown("no greeting of IMAP, which begins with * OK, * PREAUTH or * BYE")
        response = self._masked(response)
        if response.name == "OK":
            told = say("the greeting: the server is ready, and nobody is logged in")
        else:
            told = say(f"the greeting: {self._term(response.name).removeprefix('a greeting: ')}")
        return told + self._code(response)

    def untagged(self, event: Untagged) -> list[Explanation]:
        """An untagged response that is complete."""
        response = event.response
        carried = len(response.segments) > 1
        if self._quiet if carried else not self._alike.more((response.name, response.code_name, _first_word(response))):
            return []
        response = self._masked(response)
        told = self._status(response) if response.status else self._data(response, event.exchange)
        if carried:
            began, self._began = self._began, ""
            return [*say(f"the literal is over; this ends {f'what {began} began' if began else 'the response'}"), *told]
        mark = "* marks an untagged response" if self._lessons.fresh("untagged") else "untagged"
        mark += ", with " if response.code and response.name == "OK" else ": "
        return [replace(told[0], text=f"{mark}{told[0].text}"), *told[1:]]

    def continuation(self, event: Continuation) -> list[Explanation]:
        """A continuation request."""
        exchange, response = event.exchange, event.response
        if exchange is None:
            # The deviation before it told that nothing waits for one.
            return []
        mark = "+ is a continuation request" if self._lessons.fresh("continuation") else "continuation request"
        if exchange.awaits is Awaits.IDLE:
            return say(f"{mark}: the server sends news as it comes, and waits for DONE")
        if exchange.awaits is Awaits.SASL:
            assert isinstance(response, Response)
            return say(f"{mark}: {self._logins.challenge(exchange, response.line[response.body :])}")
        literal, self._announced = self._announced or "the literal", ""
        return say(f"{mark}: the server waits for {literal.replace('a literal', 'the literal', 1)}")

    def completed(self, event: Completed) -> list[Explanation]:
        """The answer to a command is complete."""
        exchange, response = event.exchange, event.response
        assert isinstance(response, Response)
        response = self._masked(response)
        name = self._command_name(exchange)
        status = _ENDS.get(response.name, "done")
        following = (_NEXT if response.ok else _LEFT if response.name == "NO" else {}).get(exchange.name, "")
        first = f"{self._quotes(exchange.tag, 20)} ends {name}: {status}{'; ' + following if following else ''}"
        return say(self._alike.end(), first, self._logins.completed(exchange, ok=response.ok)) + self._code(response)

    def _command_name(self, exchange: Exchange) -> str:
        record: Command | None = exchange.record
        if record is not None:
            return record.name
        return self._quotes(exchange.words.split(" ", 1)[0], 30) or "the command"

    def _masked(self, response: Response) -> Response:
        """The response with all known secrets masked before it is taken apart: pieces of them would pass the mask."""
        found = _octets(response)
        masked = self._mask_pieces(found)
        if masked == found:
            return response
        segments = tuple(
            octets
            if isinstance(segment, bytes)
            else KeptLiteral(segment.header, None if segment.octets is None else octets)
            for segment, octets in zip(response.segments, masked, strict=True)
        )
        return read_response(segments, response.offset, response.length, response.skipped)

    def _mask_pieces(self, pieces: list[bytes]) -> list[bytes]:
        """Pieces that follow each other, with all known secrets masked, also those that go on from one to the next."""
        spans = self._secrets.scan(b"".join(pieces)) if self._secrets else []
        if not spans:
            return pieces
        masked, at = [], 0
        for piece in pieces:
            masked.append(secrecy.mask(piece, secrecy.relative(spans, at, len(piece))))
            at += len(piece)
        return masked

    def _term(self, name: str) -> str:
        term = TERMS.find("response", name)
        return meaning(term) if term is not None else self._quotes(name, 30)

    def _status(self, response: Response) -> list[Explanation]:
        """An untagged OK, NO, BAD, BYE or PREAUTH."""
        name = response.name
        if name == "OK":
            code = self._code(response)
            if code:
                return code
            return say("information for a person, which changes nothing")
        term = TERMS.find("response", name)
        help_ = inner(term.help) if term is not None else name
        told = help_.partition("untagged: ")[2] or help_
        return say(f"{name}: {told}") + self._code(response)

    def _code(self, response: Response) -> list[Explanation]:
        """The response code, and what it asks of a client."""
        code = response.code
        if not code:
            return []
        name = response.code_name
        shown = self._quotes(code, 40)
        if name == "CAPABILITY":
            words = code.decode("latin-1").split()[1:]
            first, *rest = self._teller.capabilities(words)
            return say(f"the response code CAPABILITY: {first}", *rest) + self._teller.foreign(words)
        term = TERMS.find("response-code", name)
        advised = term is not None and bool(term.advice) and self._lessons.fresh(("advice", term.name))
        return tell_code(shown, term, advised=advised)

    def _data(self, response: Response, exchange: Exchange | None) -> list[Explanation]:
        data, deviations = read_data(response)
        uid = exchange is not None and exchange.name.startswith("UID ")
        wrong = (
            f"a deviation: {self._quotes(deviations[0].message, 100)} ({deviations[0].section})" if deviations else ""
        )
        term = TERMS.find("response", response.name)
        if isinstance(data, StatusText) or (isinstance(data, Other) and term is None):
            return unknown(f"{self._quotes(response.name, 30)}, a response that is not in the tables") + say(wrong)
        sentences, known = self._teller.tell(data, uid=uid, carried=len(response.segments) > 1)
        sentences = [each for each in sentences if each]
        if not sentences and term is not None:
            number = f"{response.number} " if response.number is not None else ""
            sentences = [f"{number}{response.name}: {meaning(term)}"]
        if isinstance(data, Words) and data.kind == "CAPABILITY":
            return say(*sentences, wrong) + self._teller.foreign(data.words)
        if not known:
            return unknown(f"{sentences[0]}; no item of it is in the tables") + say(wrong)
        return say(*sentences, wrong)


def _octets(response: Response) -> list[bytes]:
    return [each if isinstance(each, bytes) else each.octets or b"" for each in response.segments]


def _first_word(response: Response) -> bytes:
    """What tells responses of one name apart: the first item of a FETCH."""
    return response.rest[:40].lstrip(b"(").split(b" ", 1)[0].upper() if response.name == "FETCH" else b""


def _last_item(response: Response) -> str:
    """The name of the item whose value the literal is that ends the line; empty if there is none."""
    line = response.line + b"\r\n"
    if len(line) > _LOOKED_AT:
        return ""
    values, _ = read_values(replace(response, segments=(line,)))
    flat = values[0].items if len(values) == 1 and isinstance(values[0], List) else values
    last = flat[-1] if len(flat) % 2 else None
    return last.octets.decode("latin-1").upper() if isinstance(last, Atom) else ""
