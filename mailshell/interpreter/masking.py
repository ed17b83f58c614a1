"""Masks the secrets in what a person typed, before it is kept or shown: by the catalogue, whatever the state."""

from __future__ import annotations

import re

from mailshell.protocol.catalogue import Catalogue, Command
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.protocol.secrecy import mask_text

_ARGUMENT = re.compile(r'"(?:[^"\\]|\\.)*"?[^ ]*|[^ ]+')
_URL_PASSWORD = re.compile(r"(?<=://)([^/@\s:]*):([^\s]*)(?=@)")
#: Words before a command that leave it a command.
_PREFIXES = (".raw", "send", "xatom")
#: Python's names whose arguments hold a secret from this index on.
_PYTHON_SECRETS = {"pass_": 0, "login_cram_md5": 1}


def mask_line(line: str, catalogue: Catalogue) -> str:
    """The line with its secret arguments masked; the line itself if it has none."""
    masked = _URL_PASSWORD.sub(rf"\1:{mask_text('password')}", line)
    first, _, rest = masked.strip().partition(" ")
    if first.lower() in _PREFIXES:
        inner = rest.lstrip(' "')
        return masked[: len(masked) - len(inner)] + mask_line(inner, catalogue)
    index = _PYTHON_SECRETS.get(first.lower())
    if index is not None:
        return _mask_from(masked, len(masked) - len(rest), index, "password")
    # With a tag of its own or without, in this protocol or by mistake in the other.
    for candidate in (masked, rest):
        for known in (catalogue, IMAP, POP3):
            _, record, arguments = known.find(candidate)
            if record is not None:
                return _mask_record(masked, record, len(masked) - len(arguments))
    return masked


def _mask_record(line: str, record: Command, start: int) -> str:
    for index, argument in enumerate(record.parsed):
        if argument.secret:
            return _mask_from(line, start, index, argument.name)
    return line


def _mask_from(line: str, start: int, index: int, label: str) -> str:
    """Mask from the argument at ``index`` to the end of the line: a password may hold spaces."""
    for number, match in enumerate(_ARGUMENT.finditer(line, start)):
        if number == index:
            return line[: match.start()] + mask_text(label)
    return line
