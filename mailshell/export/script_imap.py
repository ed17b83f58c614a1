"""IMAP commands as calls of imaplib. What it has a method for is called by that, all else through ``xatom``.

A method is used if it sends the arguments as they are; then the octets are those of the recording, apart from tags and
the case of the command's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from mailshell.export.exchanges import GatheredExchange
from mailshell.export.script_values import Command, expression, has_secret, literal_expression, read_command
from mailshell.trace.lines import CLIP

#: The methods that take so many arguments and send them as they are, by the name of the command.
_METHODS = {
    "CAPABILITY": ("capability", 0),
    "CHECK": ("check", 0),
    "CLOSE": ("close", 0),
    "EXPUNGE": ("expunge", 0),
    "LOGOUT": ("logout", 0),
    "NAMESPACE": ("namespace", 0),
    "NOOP": ("noop", 0),
    "UNSELECT": ("unselect", 0),
    "CREATE": ("create", 1),
    "DELETE": ("delete", 1),
    "GETACL": ("getacl", 1),
    "GETQUOTA": ("getquota", 1),
    "GETQUOTAROOT": ("getquotaroot", 1),
    "MYRIGHTS": ("myrights", 1),
    "SELECT": ("select", 1),
    "SUBSCRIBE": ("subscribe", 1),
    "UNSUBSCRIBE": ("unsubscribe", 1),
    "COPY": ("copy", 2),
    "FETCH": ("fetch", 2),
    "LIST": ("list", 2),
    "LSUB": ("lsub", 2),
    "RENAME": ("rename", 2),
    "STATUS": ("status", 2),
    "UID": ("uid", 2),
}
_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9.-]*\Z")
#: An argument that ends at the next space.
_ARGUMENT = re.compile(rb'[^\s"]+|"[^\s"\\]*"')
_LOGIN = re.compile(rb'(?P<user>[^\s"{]+|"(?:[^"\\]|\\.)*") +(?P<password>\xe2\x9f\xa6.*)\Z', re.DOTALL)
_ATOM = re.compile(rb"[^\s(){%*\"\\\x00-\x1f\x7f]+\Z")

HEAD = '''
class Connection(imaplib.{base}):
    """imaplib, which sends what it is told and nothing else, in any state."""

    # Otherwise no command is sent any more in a mailbox that turned out to be read-only.
    is_readonly = property(lambda self: True, lambda self, value: None)

    def _get_capabilities(self):
        # imaplib would send CAPABILITY by itself, at the start and after STARTTLS.
        self.capabilities = ("IMAP4REV1", "STARTTLS", "ENABLE")

    def xatom(self, name, *arguments):
        """Send any command; the untagged responses come along."""
        return *super().xatom(name, *arguments), self.untagged_responses

    def answered(self, name, arguments, *answers):
        """Send a command; each of the answers goes out when the server asks for more."""
        self.left = list(answers)
        self.literal = self._next
        return self.xatom(name, arguments)

    def in_parts(self, name, *parts):
        """Send a command with literals: its text and its literals in turn."""
        parts = [part.encode() if isinstance(part, str) else part for part in parts]
        texts, literals = parts[0::2], parts[1::2]
        texts = [text + b"{{%d}}" % len(literal) for text, literal in zip(texts, literals)] + texts[-1:]
        return self.answered(name, texts[0], *(literal + text for literal, text in zip(literals, texts[1:])))

    def _next(self, request):
        answer = self.left.pop(0) if self.left else b""
        return answer.encode() if isinstance(answer, str) else answer


def run(method, *arguments):
    """Call a method, and print what it gives. What the server refuses does not end the script."""
    try:
        print(method.__name__, *method(*arguments))
    except imaplib.IMAP4.readonly as error:
        print(method.__name__, "read-only:", error)
    except imaplib.IMAP4.abort as error:
        raise SystemExit(f"{{method.__name__}}: the connection was lost: {{error}}")
    except imaplib.IMAP4.error as error:
        print(method.__name__, "refused:", error)


# imaplib refuses commands in a state in which they are not valid; here the server is to decide.
for name in {names}:
    imaplib.Commands[name] = ("NONAUTH", "AUTH", "SELECTED", "LOGOUT")

'''


def names(item: GatheredExchange) -> Iterator[str]:
    """The words that name a command, for imaplib's table of the states."""
    return (word for word in item.exchange.name.split()[:2] if _NAME.fullmatch(word.encode("utf-8", "replace")))


def calls(item: GatheredExchange) -> Iterator[str]:
    """The lines of the script that send a command again."""
    command = read_command(item)
    first = command.texts[0] if command is not None else b""
    name, space, rest = first.partition(b" ")
    if command is None or not _NAME.fullmatch(name):
        line = item.sent[0].text if item.sent else item.exchange.name
        yield f"# not repeated, since imaplib can't send it: {line if len(line) <= CLIP else line[:CLIP] + '…'}"
        return
    upper = name.decode("ascii").upper()
    if any(part.octets is None for part in command.literals):
        yield "# a literal was too large for this script; as many octets stand in its place"
    if command.declined:
        yield "# the literal that is announced here was never sent"
    special = _SPECIAL.get(upper)
    found = special(command, rest) if special is not None else None
    if not rest and space and not found and not command.literals and not command.answers:
        # A space that nothing follows is part of what was sent.
        found = _call("xatom", repr(upper), "''")
    yield found or _plain_call(upper, command, rest)


def _plain_call(name: str, command: Command, rest: bytes) -> str:
    if command.literals:
        parts = [expression(rest, as_octets=True)]
        for literal, text in zip(command.literals, command.texts[1:], strict=True):
            parts += [literal_expression(literal), expression(text, as_octets=True)]
        return _call("in_parts", repr(name), *parts)
    if command.answers:
        arguments = expression(rest) if rest else "None"
        return _call("answered", repr(name), arguments, *map(expression, command.answers))
    method, count = _METHODS.get(name, ("", 0))
    if method and (words := _split(rest, count)) is not None:
        return _call(method, *map(expression, words))
    return _call("xatom", repr(name), *([expression(rest)] if rest else []))


def _call(method: str, *arguments: str) -> str:
    return f"run({', '.join((f'M.{method}', *arguments))})"


def _split(rest: bytes, count: int) -> list[bytes] | None:
    """So many arguments, the last of which may hold spaces; joined by one space they are the text again."""
    if has_secret(rest) or not rest.isascii():
        return None
    words = rest.split(b" ", count - 1) if count else []
    if len(words) != count or (not count and rest) or not all(words):
        return None
    return words if all(_ARGUMENT.fullmatch(word) for word in words[:-1]) else None


# --- what is not just all arguments in their order


def _login(command: Command, rest: bytes) -> str | None:
    if not command.literals:
        match = _LOGIN.match(rest)
        if match is None:
            return None
        return _call("login", expression(match["user"]), expression(match["password"]))
    # imaplib sends the password as a quoted string, whatever it was.
    values = [expression(part.octets) for part in command.literals if part.octets is not None]
    user = rest.strip()
    if len(values) == 1 and user and command.literals[0].secret:
        return _call("login", expression(user), values[0])
    named = command.literals[0].octets or b""
    if len(values) == 2 and _ATOM.match(named) and command.literals[1].secret:
        return _call("login", values[0], values[1])
    return None


def _authenticate(command: Command, rest: bytes) -> str | None:
    mechanism, _, initial = rest.partition(b" ")
    name = mechanism.upper()
    if name == b"PLAIN" and has_secret(initial) and not command.answers:
        return f"run(M.xatom, 'AUTHENTICATE', {expression(mechanism)} + ' ' + plain())"
    if initial or not command.answers or not all(map(has_secret, command.answers)):
        return None
    if name == b"PLAIN" and len(command.answers) == 1:
        return _call("answered", "'AUTHENTICATE'", expression(mechanism), "plain()")
    if name == b"CRAM-MD5":
        return _call("login_cram_md5", "secret('user')", "secret('password')")
    if name == b"LOGIN" and len(command.answers) == 2:
        encoded = (f"base64.b64encode(secret({each!r}).encode())" for each in ("user", "password"))
        return _call("answered", "'AUTHENTICATE'", expression(mechanism), *encoded)
    return None


def _examine(command: Command, rest: bytes) -> str | None:
    return None if command.literals or not rest.isascii() else _call("select", expression(rest), "True")


def _search(command: Command, rest: bytes) -> str | None:
    return None if command.literals or not rest.isascii() else _call("search", "None", expression(rest))


def _store(command: Command, rest: bytes) -> str | None:
    words = _split(rest, 3)
    if command.literals or words is None or not words[2].startswith(b"("):
        return None
    return _call("store", *map(expression, words))


def _starttls(command: Command, rest: bytes) -> str | None:
    return None if rest else _call("starttls", "ssl.create_default_context()")


_SPECIAL: dict[str, Callable[[Command, bytes], str | None]] = {
    "AUTHENTICATE": _authenticate,
    "EXAMINE": _examine,
    "LOGIN": _login,
    "SEARCH": _search,
    "STARTTLS": _starttls,
    "STORE": _store,
}
