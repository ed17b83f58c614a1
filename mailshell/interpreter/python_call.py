"""Calls as they stand in a script that uses imaplib or poplib: ``M.login("ana", "secret")``, ``m.retr(1)``.

A call is read if its name is one of the protocol's module. What the object before the dot is called does not matter,
nor what is done with the result: ``typ, data = M.noop()``, ``await M.noop()``, ``print(M.noop()[1])``. Its arguments
are literals of Python's, and they go where the method would send them. No code is run.

A line that calls a method which takes a secret, and that can't be read, is not sent: the server and the trace would
have the secret in the clear.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Container, Mapping, Sequence

from mailshell.exits import UsageError
from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.text.redirection import find_redirection

#: No blank before the parenthesis: ``search (SEEN)`` is IMAP.
_CALL = re.compile(r"\s*(?:[A-Za-z_]\w*\.)*(?P<name>[A-Za-z_]\w*)\(", re.ASCII)
_LONGEST = 1 << 16
#: Python's names whose arguments hold a secret from this index on.
PYTHON_SECRETS: Mapping[str, int] = {"pass_": 0, "login_cram_md5": 1}
_TAKE_SECRETS = frozenset(PYTHON_SECRETS) | {"rpop"} | {
    record.python
    for catalogue in (IMAP, POP3)
    for record in catalogue.values()
    if record.python and record.takes_secret
}  # fmt: skip
#: A call of a method that takes a secret, wherever it stands; those that send any command only behind a dot.
_SECRET_CALL = re.compile(
    rf"(?:(?<!\w)(?P<name>{'|'.join(sorted(_TAKE_SECRETS))})|(?<=\.)(?:send|sendall|xatom))\s*\(", re.IGNORECASE
)
_ASSIGNMENT = re.compile(r"\s*[\w.]+(?:\[[^\]=]*\])?\s*(?:,[^=]*)?(?::[^=]*)?=(?!=)")
#: A tag (RFC 9051 section 9, tag) has no parenthesis, and no blank.
_TAG = re.compile(r'[^\s(){%*"\\+]+\Z')
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)')

Values = Sequence[object]


def called(line: str) -> re.Match[str] | None:
    """The beginning of a line that looks like a call, up to its first parenthesis, with the group ``name``."""
    return _CALL.match(line)


def secret_call(line: str) -> re.Match[str] | None:
    """The first call in a line, up to its parenthesis, of a method that takes a secret; None if there is none.

    In a quoted string of a known command, such as ``SEARCH TEXT "login("``, it is no call.
    """
    match = _SECRET_CALL.search(line)
    if match is None or _ASSIGNMENT.match(line) or not _is_command(line):
        return match
    # Strings are blanked out at their length, so that offsets stay.
    return _SECRET_CALL.search(_STRING.sub(lambda string: " " * len(string[0]), line))


def _is_command(line: str) -> bool:
    """Whether a line begins with a command of either protocol, perhaps with a tag before it."""
    return any(known.find(text)[1] is not None for known in (IMAP, POP3) for text in _without_tag(line))


def _without_tag(line: str) -> list[str]:
    """The line, and what it is if its first word is a tag."""
    line = line.strip()
    tag, _, rest = line.partition(" ")
    return [line, rest] if _TAG.match(tag) else [line]


def as_typed(line: str, catalogue: Catalogue, functions: Container[str]) -> str:
    """The line that a call stands for; the line itself if it is none.

    ``functions`` are the names of the module that are no commands. UsageError for arguments that are no literals, and
    for a call with a secret that can't be read.
    """
    typed = _read(line, catalogue, functions) if "(" in line and len(line) <= _LONGEST else None
    if typed is not None:
        return typed
    call = secret_call(line)
    if call is not None and not _takes_anything(line, functions):
        name = call["name"] or call[0].rstrip("( \t")
        raise UsageError(
            f"this looks like Python that calls {name}, in a form that is not read here, and was not sent; "
            "type the call alone, or the command"
        )
    return line


def _takes_anything(line: str, functions: Container[str]) -> bool:
    """Whether the line is a command with a secret of its own, or one that passes on what it gets."""
    word = line.split(None, 1)[0].lower()
    if word in PYTHON_SECRETS or word in functions:
        return True
    records = (known.find(text)[1] for known in (IMAP, POP3) for text in _without_tag(line))
    return any(record is not None and record.takes_secret for record in records) and _ASSIGNMENT.match(line) is None


def _read(line: str, catalogue: Catalogue, functions: Container[str]) -> str | None:
    """What the call in a line would send; None if there is none that can be read."""
    call = _parse(line.strip())
    if call is None:
        return None
    assert isinstance(call.func, (ast.Name, ast.Attribute))
    name = call.func.id if isinstance(call.func, ast.Name) else call.func.attr
    is_command = name.lower() in catalogue.python_names or (name.lower() == "uid" and catalogue is IMAP)
    if not is_command and name not in functions:
        return None
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
    """The call that a statement of Python is about."""
    with warnings.catch_warnings():
        # "\Seen" works, and Python would rather have it written with two backslashes.
        warnings.simplefilter("ignore")
        try:
            body = ast.parse(text).body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            # "await" at the beginning parses; what does not is no Python.
            return None
    if len(body) != 1 or not isinstance(body[0], (ast.Expr, ast.Assign, ast.AnnAssign)):
        return None
    value = body[0].value
    while True:
        if isinstance(value, (ast.Await, ast.Subscript)):
            value = value.value
        elif isinstance(value, ast.Call) and _is_print(value):
            value = value.args[0]
        else:
            break
    if not isinstance(value, ast.Call) or not isinstance(value.func, (ast.Name, ast.Attribute)):
        return None
    return value if _is_python(value, text) else None


def _is_print(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "print" and len(call.args) == 1


def _is_python(call: ast.Call, text: str) -> bool:
    """Whether a name has its parenthesis at once, or a dot before it: ``search (SEEN)`` is IMAP."""
    function = call.func
    if isinstance(function, ast.Attribute) or (isinstance(function, ast.Name) and function.id.lower() in _TAKE_SECRETS):
        return True
    return text.encode()[function.end_col_offset or 0 :][:1] == b"("


def _values(name: str, call: ast.Call) -> Values:
    if call.keywords:
        raise UsageError(f"the arguments of {name} are read by their place; leave out their names")
    values: list[object] = []
    for number, argument in enumerate(call.args, 1):
        if name.lower() == "authenticate" and number == 2 and isinstance(argument, (ast.Lambda, ast.Name)):
            # imaplib's authobject, which answers the challenges: that is done here.
            continue
        try:
            values.append(ast.literal_eval(argument))
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            raise UsageError(f"argument {number} of {name} is no literal; write its value there") from None
    return values


def _text(name: str, value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, str):
        # imaplib knows nothing of files: a word that begins with @ is text.
        return _quoted(value) if value.startswith("@") else value
    if isinstance(value, int) and not isinstance(value, bool):
        return _as_python_writes_it(name, value)
    raise UsageError(f"an argument of {name} is neither text nor a number")


def _as_python_writes_it(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return repr(value)
    except (ValueError, RecursionError):
        # Python writes no number of more than some thousand digits.
        raise UsageError(f"a number in the arguments of {name} is too long") from None


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
