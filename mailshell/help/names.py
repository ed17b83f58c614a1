"""What can be asked for: commands, topics, lists and terms, by each name that a person may type.

The forms, which the page on ``topics`` tells:

    ``FETCH``            whatever has this name: a command first, then a topic, then a term; the others are listed
    ``[TRYCREATE]``      a response code; ``\\Seen`` a flag or attribute; ``.debug`` a local command
    ``key:SINCE``        a term of one kind, by the prefix of the kind (see ``PREFIXES``)
    ``pop3:LIST``        of one protocol; also before another prefix, ``pop3:code:AUTH``
    ``search keys``      the list of a kind
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailshell.help.records import NOTHING, records
from mailshell.help.topics import Topic, all_topics
from mailshell.protocol.catalogue import Catalogue, Command
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.imap.terms import TERMS as IMAP_TERMS
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.protocol.pop3.terms import TERMS as POP3_TERMS
from mailshell.protocol.terms import KINDS, Term, Terms

CATALOGUES: Mapping[str, Catalogue] = {"imap": IMAP, "pop3": POP3}
TERMS: Mapping[str, Terms] = {"imap": IMAP_TERMS, "pop3": POP3_TERMS}
PROTOCOLS: Mapping[str, str] = {"imap": "IMAP", "pop3": "POP3"}

#: The kinds of terms in the order in which a name is taken for one: the prefix, and what a list of them is called.
PREFIXES: Mapping[str, tuple[str, str]] = {
    "response-code": ("code", "response codes"),
    "capability": ("capability", "capabilities"),
    "fetch-item": ("item", "fetch items"),
    "response": ("response", "untagged responses"),
    "flag": ("flag", "flags and keywords"),
    "list-attribute": ("attribute", "mailbox attributes"),
    "search-key": ("key", "search keys"),
    "status-item": ("status", "status items"),
    "section": ("section", "sections"),
    "sasl-mechanism": ("sasl", "sasl mechanisms"),
    "sort-key": ("sort", "sort criteria"),
    "thread-algorithm": ("thread", "threading algorithms"),
    "search-return": ("result", "search result options"),
    "list-selection": ("selection", "list selection options"),
    "list-return": ("return", "list return options"),
    "fetch-modifier": ("modifier", "fetch modifiers"),
    "store-item": ("store", "store items"),
    "store-modifier": ("modifier", "store modifiers"),
    "select-parameter": ("parameter", "select parameters"),
    "create-parameter": ("parameter", "create parameters"),
    "append-data": ("append", "append data"),
    "right": ("right", "acl rights"),
    "quota-resource": ("quota", "quota resources"),
    "metadata-entry": ("metadata", "metadata entries"),
    "metadata-option": ("option", "metadata options"),
    "annotation-entry": ("annotation", "annotation entries"),
    "annotation-attribute": ("annotation", "annotation attributes"),
    "notify-event": ("event", "notify events"),
    "notify-filter": ("filter", "notify filters"),
    "id-field": ("id", "id fields"),
    "charset": ("charset", "character sets"),
    "comparator": ("comparator", "comparators"),
    "language": ("language", "languages"),
    "urlauth-mechanism": ("urlauth", "urlauth mechanisms"),
    "header": ("header", "header fields"),
}
#: Short forms of prefixes.
_SHORT: Mapping[str, str] = {"cap": "capability", "cmd": "command", "resp": "response", "attr": "attribute"}


@dataclass(frozen=True, slots=True)
class Listing:
    """All terms of a kind."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that can be asked for. ``protocol`` is empty for what belongs to both; ``prefix`` as in ``PREFIXES``,
    or ``command``, ``topic``, ``list``."""

    name: str
    prefix: str
    protocol: str
    meta: str
    subject: Command | Term | Topic | Listing

    @property
    def kind(self) -> str:
        """What it is, in a sentence: ``a response code``."""
        if isinstance(self.subject, Command):
            return "a command"
        if isinstance(self.subject, Term):
            return KINDS[self.subject.kind]
        return "a topic" if isinstance(self.subject, Topic) else "a list"

    def asked(self, *, other: bool = False) -> str:
        """How to ask for this and nothing else of the same name. ``other``: it belongs to the other protocol."""
        if isinstance(self.subject, Listing):
            return self.name
        if self.prefix == "code" and not other:
            return f"[{self.name}]"
        plain = isinstance(self.subject, Command) and other
        asked = self.name if plain else f"{self.prefix}:{self.name}"
        return f"{self.protocol}:{asked}" if other else asked


def _keys(entry: Entry) -> set[str]:
    """The names, lower case, that stand for an entry."""
    name = entry.name.lower()
    found = {name}
    if isinstance(entry.subject, Command):
        also = records(entry.protocol).get(entry.name, NOTHING).fields.get("also", "")
        found |= {(entry.subject.python or "").lower(), *also.lower().split()}
    if isinstance(entry.subject, Term):
        found |= {name.lstrip("\\$"), name.rstrip("[="), name.rstrip("/")}
    if isinstance(entry.subject, Topic):
        found |= set(entry.subject.also)
    return found - {""}


@lru_cache
def entries() -> tuple[Entry, ...]:
    """Everything that can be asked for, local commands aside, in the order in which a name is taken for it."""
    found = [
        Entry(command.name, "command", protocol, command.help, command)
        for protocol, catalogue in CATALOGUES.items()
        for command in catalogue.values()
    ]
    found += [Entry(topic.name, "topic", "", topic.summary, topic) for topic in all_topics()]
    for kind, (_, plural) in PREFIXES.items():
        found.append(Entry(plural, "list", "", f"every {KINDS[kind].partition(' ')[2]}", Listing(kind, plural)))
    found += [
        Entry(term.name, prefix, protocol, term.help, term)
        for kind, (prefix, _) in PREFIXES.items()
        for protocol, terms in TERMS.items()
        for term in terms.of_kind(kind)
    ]
    return tuple(found)


@lru_cache
def _index() -> Mapping[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries():
        for key in _keys(entry):
            found.setdefault(key, []).append(entry)
    order = {prefix: number for number, prefix in enumerate(dict.fromkeys(entry.prefix for entry in entries()))}
    for key, same in found.items():
        # Within a kind, Junk is more likely meant by Junk than $Junk.
        same.sort(key=lambda entry: (order[entry.prefix], entry.name.lower() != key))
    return found


@dataclass(frozen=True, slots=True)
class _Question:
    """What was asked for: the name, and the protocols and prefixes that narrow it down (empty: any)."""

    name: str
    protocols: frozenset[str]
    prefixes: frozenset[str]

    def fits(self, entry: Entry) -> bool:
        """Whether the entry is of a kind and a protocol that were asked for."""
        if self.protocols and entry.protocol and entry.protocol not in self.protocols:
            return False
        return not self.prefixes or entry.prefix in self.prefixes

    def forms(self) -> list[str]:
        """The names, lower case, under which it may be known: the nearest first."""
        low = " ".join(self.name.lower().split())
        forms = [low, low.replace("_", " "), low.replace("_", "-"), low.removesuffix(":")]
        if "[" in low[1:]:
            # BODY[HEADER] and BODY.PEEK[] are told of by what stands before the bracket, and by what stands behind.
            before, _, inside = low.partition("[")
            forms += [f"{before}[", inside.partition("]")[0]]
        if "=" in low:
            # AUTH=PLAIN: the capability AUTH=, and the mechanism PLAIN.
            before, _, value = low.partition("=")
            forms += [f"{before}=", value]
        return list(dict.fromkeys(form for form in forms if form))


def _read(topic: str) -> _Question:
    """``pop3:code:AUTH`` is AUTH of one protocol and one kind; brackets and a backslash tell the kind, too."""
    known = {prefix for prefix, _ in PREFIXES.values()} | {"command", "topic", "list", *PROTOCOLS}
    topic = topic.strip()
    told: set[str] = set()
    while ":" in topic:
        head, _, rest = topic.partition(":")
        prefix = _SHORT.get(head.lower(), head.lower())
        if prefix not in known or not rest:
            break
        told.add(prefix)
        topic = rest.strip()
    protocols, prefixes = frozenset(told & PROTOCOLS.keys()), frozenset(told - PROTOCOLS.keys())
    if topic.startswith("[") and len(topic) > 1:
        topic = topic[1:].partition("]")[0].split(" ")[0]
        prefixes = prefixes or frozenset({"code"})
    elif topic.startswith("\\"):
        prefixes = prefixes or frozenset({"flag", "attribute"})
    return _Question(topic, protocols, prefixes)


def find(topic: str, protocol: str | None) -> list[Entry]:
    """What the topic may stand for, the likeliest first; empty if nothing.

    What belongs to the protocol of the session comes before what belongs to the other.
    """
    question = _read(topic)
    found = [entry for form in question.forms() for entry in _index().get(form, ()) if question.fits(entry)]
    if protocol is not None:
        found.sort(key=lambda entry: entry.protocol not in ("", protocol))
    return list(dict.fromkeys(found))


def similar(topic: str, more: list[str]) -> list[str]:
    """Up to three names that resemble one that is not known; ``more`` are further ones, e.g. of local commands."""
    question = _read(topic)
    known: dict[str, str] = {}
    for entry in entries():
        if question.fits(entry):
            for key in _keys(entry):
                known.setdefault(key, entry.name)
    for one in more:
        known.setdefault(one.lower(), one)
        known.setdefault(one.lower().lstrip("."), one)
    close = difflib.get_close_matches(question.name.lower()[:60], known, n=6, cutoff=0.6)
    return list(dict.fromkeys(known[key] for key in close))[:3]
