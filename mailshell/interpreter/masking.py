"""Masks the secrets in what a person typed, before it is kept or shown: by the catalogue, whatever the state."""

from __future__ import annotations

import re

from mailshell.exits import UsageError
from mailshell.interpreter.escapes import unescape
from mailshell.interpreter.python_call import PYTHON_SECRETS, called, secret_call
from mailshell.protocol.catalogue import Catalogue, Command
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.protocol.secrecy import Secrets, mask, mask_text, relative

_ARGUMENT = re.compile(r'"(?:[^"\\]|\\.)*"?[^ ]*|[^ ]+')
#: Up to the last @, as URLs are read: a password may hold anything.
_URL_PASSWORD = re.compile(r"(\b(?:imaps?|pop3?s?):(?://)?[^:@]*):(.*)(?=@)", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{2,}={0,2}")
_MASK_BEGINS, _MASK_ENDS = mask_text("")[0], mask_text("")[-1]
#: Words before a command that leave it a command; ``.all`` can't be shortened, as ``.alias`` is there too.
_PREFIXES = ("send", "xatom", ".all")


def mask_line(line: str, catalogue: Catalogue) -> str:
    """The line with its secret arguments masked; the line itself if it has none."""
    # A tab instead of a space makes it another line on the wire, and the password no less one.
    spaced = line.replace("\t", " ")
    masked = _mask_spaced(spaced, catalogue)
    return line if masked == spaced else masked


def hidden(line: str, catalogue: Catalogue) -> str:
    """What ``mask_line`` hides of the line; empty if nothing. What can't be told apart counts as hidden."""
    masked = mask_line(line, catalogue)
    if masked == line:
        return ""
    before, after = masked[: masked.find(_MASK_BEGINS)], masked[masked.rfind(_MASK_ENDS) + 1 :]
    spaced = line.replace("\t", " ")
    if not spaced.startswith(before) or not spaced.endswith(after):
        return line
    return line[len(before) : len(line) - len(after)]


def secret_of(line: str, catalogue: Catalogue) -> str:
    """The secret that ends the line; empty if it has none."""
    masked = mask_line(line, catalogue)
    return "" if masked == line else line[masked.rfind(_MASK_BEGINS) :].strip().strip('"')


def passes_on(line: str) -> bool:
    """Whether the line sends what stands after its first word (``.raw TEXT``, ``.all COMMAND``)."""
    first = line.split(None, 1)[0].lower() if line.strip() else ""
    return first in _PREFIXES or (len(first) > 2 and ".raw".startswith(first))


def looks_like_response(text: str, catalogue: Catalogue) -> bool:
    """Whether the text (perhaps behind ``.raw``, with escapes for its line end) is base64 and no command."""
    word = text.strip()
    if passes_on(word):
        word = word.partition(" ")[2].strip().strip('"')
    word = word.removesuffix("\\n").removesuffix("\\r")
    return len(word) % 4 == 0 and _BASE64.fullmatch(word) is not None and word.upper() not in catalogue


def _mask_spaced(line: str, catalogue: Catalogue) -> str:
    at = line.rfind("@") + 1
    line = _URL_PASSWORD.sub(rf"\1:{mask_text('password')}", line[:at]) + line[at:]
    masked = _mask_command(line, catalogue)
    call = secret_call(line)
    if call is not None and (masked == line or call.end() < masked.rfind(_MASK_BEGINS)):
        return line[: call.end()] + mask_text("arguments")
    return masked


def _mask_command(masked: str, catalogue: Catalogue) -> str:
    call = called(masked)
    if call is not None:
        return masked[: call.end()] + mask_text("arguments") if _holds_secret(call["name"], catalogue) else masked
    first, _, rest = masked.strip().partition(" ")
    if passes_on(first):
        inner = rest.lstrip(' "')
        return masked[: len(masked) - len(inner)] + _mask_passed_on(inner, catalogue)
    index = PYTHON_SECRETS.get(first.lower())
    if index is not None:
        return _mask_from(masked, len(masked) - len(rest), index, "password")
    # With a tag of its own or without, in this protocol or by mistake in the other.
    for candidate in (masked, rest):
        for known in (catalogue, IMAP, POP3):
            _, record, arguments = known.find(candidate)
            if record is not None:
                return _mask_record(masked, record, len(masked) - len(arguments))
    return masked


def _holds_secret(name: str, catalogue: Catalogue) -> bool:
    """Whether the arguments of a method of imaplib or poplib hold a secret, or may."""
    if name in _PREFIXES or name in PYTHON_SECRETS:
        return True
    records = (known.python_names.get(name.lower()) for known in (catalogue, IMAP, POP3))
    return any(record is not None and record.takes_secret for record in records)


def _mask_passed_on(text: str, catalogue: Catalogue) -> str:
    """Mask a command after another word, or several with escapes for the line ends between them."""
    masked = _mask_spaced(text, catalogue)
    if masked != text or "\\" not in text:
        return masked
    try:
        lines = unescape(text).decode("utf-8", "surrogateescape").splitlines()
    except UsageError:
        # What can't be read may hold anything.
        return mask_text("octets")
    shown = [mask_line(line, catalogue) for line in lines]
    return text if shown == lines else r"\r\n".join(shown)


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


def beginning(octets: bytes, limit: int, secrets: Secrets) -> bytes:
    """The first ``limit`` octets with known secrets masked, also one that the limit cuts."""
    if not secrets:
        return octets[:limit]
    spans = secrets.scan(octets[: limit + secrets.longest])
    return mask(octets[:limit], relative(spans, 0, limit))
