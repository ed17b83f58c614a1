"""POP3 commands as calls of poplib. What it has no method for is sent as the methods themselves do it."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.export.exchanges import GatheredExchange
from mailshell.export.script_values import expression, has_secret, read_command
from mailshell.text.escape import escape

#: The methods, and how many arguments they may be given, by the name of the command.
_METHODS = {
    "CAPA": ("capa", (0,)),
    "DELE": ("dele", (1,)),
    "LIST": ("list", (0, 1)),
    "NOOP": ("noop", (0,)),
    "PASS": ("pass_", (1,)),
    "QUIT": ("quit", (0,)),
    "RETR": ("retr", (1,)),
    "RSET": ("rset", (0,)),
    "STAT": ("stat", (0,)),
    "TOP": ("top", (2,)),
    "UIDL": ("uidl", (0, 1)),
    "USER": ("user", (1,)),
    "UTF8": ("utf8", (0,)),
}

HEAD = '''
class Connection(poplib.{base}):
    """poplib, with what it has no method for."""

    def line(self, line):
        """Send a line, and take the line that answers it."""
        return self._send(line) or self._getresp()

    def long_line(self, line):
        """Send a line, and take the multi-line reply."""
        return self._send(line) or self._getlongresp()

    def starttls(self):
        """STLS. poplib would send CAPA before it."""
        self.capa = lambda: {{"STLS": []}}
        try:
            return self.stls(ssl.create_default_context())
        finally:
            del self.capa

    def _send(self, line):
        self._putline(line.encode() if isinstance(line, str) else line)


def run(method, *arguments):
    """Call a method, and print what it gives. What the server refuses does not end the script."""
    try:
        print(method.__name__, method(*arguments))
    except poplib.error_proto as error:
        if error.args[:1] == ("-ERR EOF",):
            raise SystemExit(f"{{method.__name__}}: the connection was lost")
        print(method.__name__, "refused:", error)

'''


def calls(item: GatheredExchange) -> Iterator[str]:
    """The lines of the script that send a command again."""
    command = read_command(item)
    if command is None:
        yield f"# not repeated, since it was too long to be kept: {escape(item.exchange.name)}"
        return
    text = command.texts[0]
    word, _, rest = text.partition(b" ")
    yield _call(word.upper().decode("latin-1"), text, rest, item.exchange.multiline)
    mechanism = rest.upper()
    for number, answer in enumerate(command.answers):
        value = expression(answer)
        if mechanism == b"PLAIN" and has_secret(answer):
            value = "plain()"
        elif mechanism == b"LOGIN" and has_secret(answer) and number < 2:
            value = f"base64.b64encode(secret({('user', 'password')[number]!r}).encode())"
        yield f"run(M.line, {value})"


def _call(name: str, text: bytes, rest: bytes, multiline: bool) -> str:
    if name == "STLS" and not rest:
        return "run(M.starttls)"
    user, _, digest = rest.partition(b" ")
    if name == "APOP" and has_secret(digest) and user.isascii():
        return f"run(M.apop, {expression(user)}, secret('password'))"
    mechanism, _, initial = rest.partition(b" ")
    if name == "AUTH" and mechanism.upper() == b"PLAIN" and has_secret(initial):
        return f"run(M.line, {expression(b'AUTH ' + mechanism + b' ')} + plain())"
    # The methods send the name in upper case, and no space behind it that nothing follows.
    as_sent = name if not rest else f"{name} "
    method, counts = _METHODS.get(name, ("", ())) if text == as_sent.encode("latin-1") + rest else ("", ())
    arguments = _arguments(rest, max(counts, default=0))
    if method and len(arguments) in counts and (rest.isascii() or has_secret(rest)):
        return f"run({', '.join((f'M.{method}', *map(expression, arguments)))})"
    return f"run(M.{'long_line' if multiline else 'line'}, {expression(text)})"


def _arguments(rest: bytes, most: int) -> list[bytes]:
    if not rest:
        return []
    return [rest] if most <= 1 else rest.split(b" ")
