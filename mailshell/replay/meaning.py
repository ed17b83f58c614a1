"""What the answer to a command means: named facts, whatever the order, the words and the numbers that no two servers
share. Two answers with the same facts mean the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from mailshell.protocol.imap.data import (
    Body,
    Count,
    Envelope,
    ExtendedSearch,
    Fetched,
    MailboxListing,
    MailboxStatus,
    Numbers,
    Other,
    Pairs,
    StatusText,
    Vanished,
    Words,
)
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import Kind, Response
from mailshell.replay.script import FAREWELLS, Answer, Script, Step

#: A fact's name, such as ``("FETCH", "3", "FLAGS")``, and what is said, fit to be shown.
Name = tuple[str, ...]
Facts = Mapping[Name, str]

COMPLETION: Name = ("completion",)
CODE: Name = ("response code",)
#: What differs from server to server, and from run to run, without meaning anything: any part of a fact's name.
VARIES = frozenset(
    {
        "UIDVALIDITY", "UIDNEXT", "UID", "UIDL", "APPENDUID", "COPYUID", "HIGHESTMODSEQ", "MODSEQ", "INTERNALDATE",
        "SAVEDATE", "MAILBOXID", "EMAILID", "THREADID", "X-GM-MSGID", "X-GM-THRID", "ID", "DATE", "MESSAGE_ID",
        "IN_REPLY_TO", "RECENT",
    }
)  # fmt: skip
#: Fields of a header that are made when a message is sent or delivered.
_MADE = re.compile(
    rb"^(?:date|message-id|received|delivery-date|return-path|delivered-to|in-reply-to|references|x-uidl):"
    rb".*(?:\n[ \t].*)*\n?",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_SETS = frozenset({"CAPABILITY", "ENABLED", "FLAGS", "PERMANENTFLAGS", "BADCHARSET"})
_LONGEST = 200


def varies(name: Name) -> bool:
    """Whether this is expected to differ between two sessions."""
    return any(part in VARIES for part in name)


def facts_of(script: Script, step: Step) -> Facts:
    """What was answered to a step. Said twice, the latter counts, except of what has an order, such as EXPUNGE."""
    facts: dict[Name, str] = {}
    for answer in step.answers:
        for name, value in _facts(script, step, answer):
            facts[name] = f"{facts[name]} {value}" if name in facts and name[0] in ("EXPUNGE", "stray line") else value
    if step.closes and step.name not in FAREWELLS:
        facts["the server closed the connection",] = ""
    return facts


def _facts(script: Script, step: Step, answer: Answer) -> Iterator[tuple[Name, str]]:
    response = answer.response
    if answer.continuation:
        return
    if response is None:
        yield ("stray line",), _shown(script.octets[answer.start : answer.end])
    elif isinstance(response, Response):
        yield from _imap(response)
    else:
        yield COMPLETION, response.status
        if response.code is not None:
            yield CODE, response.code.decode("latin-1").upper()
        if response.ok:
            yield from _pop3(step, response.text, script.octets[answer.start : answer.end])


# --- IMAP


def _imap(response: Response) -> Iterator[tuple[Name, str]]:
    data, _ = read_data(response)
    match data:
        case StatusText():
            if response.kind is Kind.TAGGED:
                yield COMPLETION, data.status
            elif data.status != "OK":
                yield (data.status,), ""
            yield from _code(response, data)
        case Words():
            yield (data.kind,), _set(data.words)
        case Count():
            yield (data.kind,), str(data.number)
        case MailboxListing():
            attributes = _set(data.attributes)
            yield (data.kind, data.name), f"({attributes}) {data.delimiter} {' '.join(map(str, data.extended))}".strip()
        case MailboxStatus():
            for item, value in data.items.items():
                yield ("STATUS", data.name, item), _value(value)
        case Numbers():
            numbers = sorted(data.numbers) if data.kind == "SEARCH" else data.numbers
            yield (data.kind,), " ".join(map(str, numbers))
        case ExtendedSearch():
            for item, value in data.items.items():
                yield ("ESEARCH", item), _value(value)
        case Fetched():
            yield from _fetched(data)
        case Vanished():
            yield ("VANISHED",), ""
        case Pairs():
            yield (data.kind, *data.subject), ""
            for item, value in data.pairs:
                yield (data.kind, *data.subject, item), _value(value)
        case Other():
            yield (data.name, *([] if data.number is None else [str(data.number)])), _value(data.values)
        case _:
            yield (response.name,), _value(data)


def _code(response: Response, data: StatusText) -> Iterator[tuple[Name, str]]:
    code = response.code
    if code is None:
        return
    rest = code.decode("latin-1").partition(" ")[2]
    if data.code in _SETS:
        yield (data.code,), _set(rest.strip("()").split())
    else:
        yield (data.code,), rest


def _fetched(data: Fetched) -> Iterator[tuple[Name, str]]:
    for item in data.items:
        name = (data.kind, str(data.number), item.name)
        if isinstance(item.value, Envelope):
            for field in fields(item.value):
                yield (*name, field.name.strip("_").upper()), _value(getattr(item.value, field.name))
        elif isinstance(item.value, Body):
            yield name, _body(item.value.octets, item.value.size, header="HEADER" in item.name)
        elif item.name == "FLAGS" and isinstance(item.value, tuple):
            yield name, _set(flag for flag in map(str, item.value) if flag.upper() != "\\RECENT")
        else:
            yield name, _value(item.value)


# --- POP3


def _pop3(step: Step, text: bytes, octets: bytes) -> Iterator[tuple[Name, str]]:
    lines = octets.split(b"\n")[1:]
    body = len(lines) > 1
    if step.name == "STAT":
        yield ("STAT",), _shown(b" ".join(text.split(b" ")[:2]))
    elif step.name in ("LIST", "UIDL"):
        for line in lines[:-2] if body else [text]:
            number, _, value = line.strip().partition(b" ")
            yield (step.name, _shown(number)), _shown(value.strip())
    elif step.name == "CAPA" and body:
        yield ("CAPA",), _set(_shown(line.strip()) for line in lines[:-2])
    elif body:
        content = b"\n".join(lines[:-2])
        yield (step.name, "message"), _body(content, len(content), header=False)


# --- values as text


def _value(value: object) -> str:
    """A value as text that says the same for equal values."""
    if isinstance(value, bytes):
        return _shown(value)
    if isinstance(value, Mapping):
        return f"({' '.join(f'{key} {_value(value[key])}' for key in sorted(value, key=str))})"
    if isinstance(value, (tuple, list)):
        return f"({' '.join(map(_value, value))})"
    if is_dataclass(value):
        members = ((field.name, getattr(value, field.name)) for field in fields(value))
        return f"({' '.join(f'{name}={_value(member)}' for name, member in members if name not in ('start', 'end'))})"
    return "NIL" if value is None else str(value)


def _set(words: object) -> str:
    return " ".join(sorted({str(word) for word in words}, key=str.upper))  # type: ignore[attr-defined]


def _shown(octets: bytes) -> str:
    return octets.decode("utf-8", "replace").rstrip("\r\n")


def _body(octets: bytes | None, size: int | None, *, header: bool) -> str:
    """Contents of a message: short ones as they are, long ones as size and digest; without what delivery adds."""
    if octets is None:
        return "NIL" if size is None else f"{size:,} octets"
    end = len(octets) if header else (match.start() if (match := _HEADER_END.search(octets)) else 0)
    rest = _MADE.sub(b"", octets[:end]) + octets[end:]
    if len(rest) <= _LONGEST:
        return _shown(rest)
    return f"{len(rest):,} octets, SHA-256 {hashlib.sha256(rest).hexdigest()[:16]}"
