"""Calls as they stand in a script that uses imaplib or poplib: ``M.login("ana", "secret")``, ``m.retr(1)``.

A call is read if its name is one of the protocol's module and its parentheses end the line; what the object before the
dot is called does not matter. Its arguments are literals of Python's, and they go where the method would send them. No
code is run.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Container, Mapping, Sequence

from mailshell.exits import UsageError
from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.text.redirection import find_redirection

#: No blank before the parenthesis: ``search (SEEN)`` is IMAP.
_CALL = re.compile(r"\s*(?:[A-Za-z_]\w*\.)*(?P<name>[A-Za-z_]\w*)\(", re.ASCII)
_LONGEST = 1 << 16

Values = Sequence[object]


def called(line: str) -> re.Match[str] | None:
    """The beginning of a line that looks like a call, up to its first parenthesis, with the group ``name``."""
    return _CALL.match(line)


def as_typed(line: str, catalogue: Catalogue, functions: Container[str]) -> str:
    """The line that a call stands for; the line itself if it is none.

    ``functions`` are the names of the module that are no commands. UsageError for arguments that are no literals.
    """
    match = called(line)
    if match is None or len(line) > _LONGEST:
        return line
    name = match["name"]
    is_command = name.lower() in catalogue.python_names or (name.lower() == "uid" and catalogue is IMAP)
    if not is_command and name not in functions:
        return line
    call = _parse(line.strip())
    if call is None:
        return line
    values = _values(name, call)
    form = _IMAP_FORMS.get(name.lower()) if catalogue is IMAP else None
    if form is not None:
        values = form(values)
    write = _text if is_command or form is not None else _as_python_writes_it
    typed = " ".join([name, *(write(name, value) for value in values if value is not None)])
    if any(character in typed for character in "\r\n\0"):
        raise UsageError(f"an argument of {name} holds a line end or a NUL, which can't stand in a line")
    if name != "pass_" and find_redirection(typed) is not None:
        raise UsageError(f"what {name} would send looks like a redirection to a file; .raw sends anything")
    return typed


def _parse(text: str) -> ast.Call | None:
    with warnings.catch_warnings():
        # "\Seen" works, and Python would rather have it written with two backslashes.
        warnings.simplefilter("ignore")
        try:
            body = ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return None
    return body if isinstance(body, ast.Call) and isinstance(body.func, (ast.Name, ast.Attribute)) else None


def _values(name: str, call: ast.Call) -> Values:
    if call.keywords:
        raise UsageError(f"the arguments of {name} are read by their place; leave out their names")
    values: list[object] = []
    for number, argument in enumerate(call.args, 1):
        try:
            values.append(ast.literal_eval(argument))
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            raise UsageError(f"argument {number} of {name} is no literal; write its value there") from None
    return values


def _text(name: str, value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        # imaplib knows nothing of files: a word that begins with @ is text.
        return _quoted(value) if isinstance(value, str) and value.startswith("@") else str(value)
    raise UsageError(f"an argument of {name} is neither text nor a number")


def _as_python_writes_it(name: str, value: object) -> str:
    return value if isinstance(value, str) else repr(value)


def _quoted(value: object) -> str:
    text = value if isinstance(value, str) else _text("the call", value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _in_parentheses(value: object) -> object:
    return f"({value})" if isinstance(value, str) and not value.startswith("(") else value


# What imaplib makes of the arguments of its methods, where it is not just all of them in their order.


def _login(values: Values) -> Values:
    return [_quoted(value) for value in values]


def _login_cram_md5(values: Values) -> Values:
    return [*values[:1], *map(_quoted, values[1:])]


def _search(values: Values) -> Values:
    return ["CHARSET", *values] if values and values[0] is not None else values


def _sort(values: Values) -> Values:
    return [_in_parentheses(value) for value in values[:1]] + list(values[1:])


def _store(values: Values) -> Values:
    return [*values[:2], *map(_in_parentheses, values[2:])]


def _list(values: Values) -> Values:
    return [*values, *('""', "*")[len(values) :]]


def _select(values: Values) -> Values:
    mailbox, *rest = [*values] or ["INBOX"]
    if rest and rest[0]:
        raise UsageError("select for reading only is EXAMINE")
    return [mailbox]


def _append(values: Values) -> Values:
    raise UsageError("append takes its message from a file: APPEND mailbox @FILE")


_IMAP_FORMS: Mapping[str, Callable[[Values], Values]] = {
    "append": _append,
    "list": _list,
    "login": _login,
    "login_cram_md5": _login_cram_md5,
    "lsub": _list,
    "search": _search,
    "select": _select,
    "sort": _sort,
    "store": _store,
}
