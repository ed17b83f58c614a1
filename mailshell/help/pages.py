"""The pages of the help: which page a topic asks for, and the names of all that can be asked for.

A page is a list of plain lines no wider than asked for, where words allow it; nothing is told by colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from mailshell.exits import UsageError
from mailshell.help import layout
from mailshell.help.command_page import command_page, commands_page
from mailshell.help.local import LocalHelp, find_local, local_page
from mailshell.help.names import PROTOCOLS, Entry, Listing, entries, find, similar
from mailshell.help.overview import short_page, topic_page, topics_page
from mailshell.help.term_page import list_page, term_page
from mailshell.protocol.catalogue import Command
from mailshell.protocol.terms import Term
from mailshell.text.first_word import first_word

_NOTHING: Mapping[str, LocalHelp] = {}
#: No more than this many other meanings of a name are listed.
_MOST_OTHERS = 12


class UnknownTopic(UsageError):
    """There is no page of this name; the text says which names resemble it."""


class Name(NamedTuple):
    """Something that can be asked for, and a few words on it."""

    name: str
    meta: str


def page(
    topic: str, *, protocol: str | None = None, width: int = 80, local: Mapping[str, LocalHelp] = _NOTHING
) -> list[str]:
    """The page on a topic; an empty topic gives the short page. UnknownTopic if there is none.

    ``protocol``: that of the session (``imap`` or ``pop3``), which comes first; None: both are alike. ``width``: of the
    terminal, in columns. ``local``: the local commands by name.
    """
    width = layout.within(width)
    name = " ".join(topic.split())
    if not name:
        return short_page(protocol, width, local)
    if name.lower() == "topics":
        return topics_page(width)
    if name.lower() in ("commands", "imap:commands", "pop3:commands"):
        return _commands(name.lower().partition(":")[0] if ":" in name else protocol, width)
    one = find_local(name, local)
    if one is not None and name.startswith("."):
        return local_page(one, width)
    found = find(name, protocol)
    own = [entry for entry in found if _is_own(entry, protocol)]
    if one is not None and not any(entry.prefix in ("command", "topic") for entry in own):
        return local_page(one, width) + _others(found, protocol, width)
    if not found:
        raise UnknownTopic(_unknown(name, local))
    shown, others = _chosen(name, found, protocol)
    lines: list[str] = []
    for entry in shown:
        lines += ["", ""] if lines else []
        lines += _page_of(entry, protocol, width, local)
        if protocol is not None and entry.protocol not in ("", protocol):
            text = f"This belongs to {PROTOCOLS[entry.protocol]}; the session speaks {PROTOCOLS[protocol]}."
            lines += ["", *layout.paragraph(text, width)]
    also = [(f".help {one.name}", f"a local command: {one.help}")] if one is not None else []
    return lines + _others(others, protocol, width, also)


def _commands(protocol: str | None, width: int) -> list[str]:
    if protocol is not None:
        return commands_page(protocol, width)
    return [*commands_page("imap", width), "", *commands_page("pop3", width)]


def _is_own(entry: Entry, protocol: str | None) -> bool:
    return protocol is None or entry.protocol in ("", protocol)


def _chosen(name: str, found: list[Entry], protocol: str | None) -> tuple[list[Entry], list[Entry]]:
    """The entries that are shown and the others.

    Commands of both protocols are shown where neither comes first; AUTH=PLAIN is the capability and the mechanism.
    """
    first = found[0]
    shown = [first]
    if protocol is None and first.prefix == "command":
        shown += [one for one in found[1:] if one.prefix == "command" and one.name == first.name]
    elif first.name.endswith("=") and not name.endswith("="):
        shown += [one for one in found[1:] if one.protocol == first.protocol][:1]
    return shown, [one for one in found if one not in shown]


def _page_of(entry: Entry, protocol: str | None, width: int, local: Mapping[str, LocalHelp]) -> list[str]:
    subject = entry.subject
    if isinstance(subject, Command):
        return command_page(subject, entry.protocol, width)
    if isinstance(subject, Term):
        return term_page(subject, entry.protocol, width)
    if isinstance(subject, Listing):
        return list_page(subject.kind, protocol, width)
    return topic_page(subject, width, local)


def _others(
    found: list[Entry], protocol: str | None, width: int, also: list[tuple[str, str]] | None = None
) -> list[str]:
    """The other meanings of a name, each with how to ask for it."""
    rows = list(also or [])
    for entry in found[:_MOST_OTHERS]:
        other = bool(entry.protocol) and not _is_own(entry, protocol or "imap")
        kind = f"{entry.kind} of {PROTOCOLS[entry.protocol]}" if other else entry.kind
        rows.append((f".help {entry.asked(other=other)}", f"{kind}: {entry.meta}"))
    if len(found) > _MOST_OTHERS:
        rows.append((f"… {len(found) - _MOST_OTHERS} more", ""))
    return ["", "Also of this name", *layout.table(rows, width)] if rows else []


def _unknown(name: str, local: Mapping[str, LocalHelp]) -> str:
    shown = first_word(name)
    close = similar(name, list(local))
    if close:
        return f"there is no help on {shown}; did you mean {', '.join(close)}?"
    return f"there is no help on {shown}; .help topics lists what there is"


@lru_cache
def topics(protocol: str | None = None) -> tuple[Name, ...]:
    """All names that can be asked for, local commands aside, those of the session's protocol first; each leads to a
    page of its own. A term that shares its name with something before it has its prefix."""
    found: dict[str, str] = {"commands": "every command, a line each", "topics": "what there is to read"}
    known = sorted(entries(), key=lambda entry: not _is_own(entry, protocol))
    for entry in known:
        name = entry.name
        if name in found:
            name = entry.asked(other=not _is_own(entry, protocol or "imap"))
        found.setdefault(name, entry.meta)
        if entry.prefix == "code":
            found.setdefault(f"[{entry.name}]", entry.meta)
    return tuple(Name(name, meta) for name, meta in found.items())
