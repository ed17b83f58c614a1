"""What untagged data says: each kind of value that the grammar knows, in a sentence or two (RFC 9051 section 7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from mailshell.explain.explanation import Explanation, Quotes, unknown
from mailshell.explain.fetched import FetchTeller
from mailshell.explain.lessons import Lessons
from mailshell.protocol.imap.data import (
    Count,
    Data,
    ExtendedSearch,
    Fetched,
    MailboxListing,
    MailboxStatus,
    Namespaces,
    Numbers,
    Pairs,
    Threads,
    Vanished,
    Words,
)
from mailshell.protocol.imap.values import as_items, as_octets
from mailshell.protocol.terms import Terms
from mailshell.text.sentences import counted, inner

#: Where the values are words that the tables know: their kind.
_WORDS = {"FLAGS": "flag", "LANGUAGE": "language", "COMPARATOR": "comparator", "ENABLED": "capability"}
#: So many names of one response are looked up.
_MOST_NAMES = 50
_NAMES = {"QUOTA": "quota-resource", "METADATA": "metadata-entry", "ANNOTATION": "annotation-entry", "ID": "id-field"}


class UntaggedTeller:
    """Sentences for data; an empty list where its values say nothing more than what it is."""

    def __init__(self, terms: Terms, quotes: Quotes, lessons: Lessons) -> None:
        self._terms = terms
        self._quotes = quotes
        self._lessons = lessons
        self._fetch = FetchTeller(terms, quotes, lessons)

    def tell(self, data: Data, *, uid: bool, carried: bool) -> tuple[list[str], bool]:
        """Sentences, and whether they tell of something known.

        ``uid``: the command answers with UIDs. ``carried``: the response had literals, which were told when they began.
        """
        if isinstance(data, Fetched):
            return self._fetch.tell(data, carried=carried)
        return self._sentences(data, uid), True

    def _sentences(self, data: Data, uid: bool) -> list[str]:
        if isinstance(data, Count):
            return _count(data)
        if isinstance(data, Words):
            return self._words(data)
        if isinstance(data, MailboxListing):
            return self._listing(data)
        if isinstance(data, MailboxStatus):
            counts = ", ".join(f"{self._quotes(name, 30)} {self._quotes(_text(value), 20)}"
                               for name, value in list(data.items.items())[:6])  # fmt: skip
            return [
                f"the counts of {self._quotes.string(data.name)}: {counts or 'none'}",
                self._new(data.items, "status-item"),
            ]
        if isinstance(data, Numbers):
            return [_found(data, uid)]
        if isinstance(data, ExtendedSearch):
            return self._extended(data)
        if isinstance(data, Threads):
            what = "UIDs" if uid else "message numbers"
            return [f"{counted(len(data.threads), 'conversation')}; each pair of parentheses is one, of {what}"]
        if isinstance(data, Vanished):
            since = "since the state that the client named" if data.earlier else "now"
            return [f"the messages with the UIDs {self._quotes(data.uids)} are gone {since}"]
        if isinstance(data, Namespaces):
            return [self._namespaces(data)]
        if isinstance(data, Pairs):
            return self._pairs(data)
        return []

    def _words(self, data: Words) -> list[str]:
        if data.kind == "CAPABILITY":
            return self.capabilities(data.words)
        term = self._terms.find("response", data.kind)
        what = inner(term.help) if term is not None else data.kind
        return [f"{what}: {self._quotes.names(data.words) or 'none'}", self._new(data.words, _WORDS.get(data.kind, ""))]

    def capabilities(self, words: Sequence[str]) -> list[str]:
        """What the server can do: how much, and what a client has to mind."""
        found = [(self._quotes(word, 40), self._terms.find("capability", word)) for word in words[:200]]
        advised = [f"{name}: {inner(term.advice)}" for name, term in found if term is not None and term.advice]
        told = [f"what the server can do: {counted(len(words), 'capability', 'capabilities')}"]
        told += advised[:2] if self._lessons.fresh("capabilities") else []
        return told

    def foreign(self, words: Sequence[str]) -> list[Explanation]:
        """The capabilities that are not in the tables."""
        names = [word for word in words[:200] if self._terms.find("capability", word) is None]
        return unknown(f"not in the tables: {self._quotes.names(names)}") if names else []

    def _listing(self, data: MailboxListing) -> list[str]:
        term = self._terms.find("response", data.kind)
        what = inner(term.help).partition(":")[0].partition(",")[0] if term is not None else "a mailbox"
        name = self._quotes.string(data.name)
        if data.raw.decode("latin-1") != data.name:
            name += f" (encoded for the wire as {self._quotes(data.raw)})"
        levels = (
            "it has no levels" if data.delimiter is None else f"{self._quotes(data.delimiter, 10)} separates its levels"
        )
        told = [f"{what}: {name}; {levels}", self._new(data.attributes, "list-attribute")]
        extended = [as_octets(item) for value in data.extended for item in as_items(value)[:1]]
        return [*told, self._new([str(each, "latin-1") for each in extended if each], "list-return")]

    def _extended(self, data: ExtendedSearch) -> list[str]:
        what = "UIDs" if data.uid else "message numbers"
        if not data.items:
            return ["the search found nothing"]
        items = ", ".join(f"{self._quotes(name, 30)} {self._quotes(_text(value), 30)}".rstrip()
                          for name, value in list(data.items.items())[:6])  # fmt: skip
        tag = f" with the tag {self._quotes(data.tag, 20)}" if data.tag else ""
        return [f"what the search{tag} found, in {what}: {items}", self._new(data.items, "search-return")]

    def _namespaces(self, data: Namespaces) -> str:
        told = []
        for what, entries in (("own", data.personal), ("other users'", data.other), ("shared", data.shared)):
            if entries:
                told.append(f"{what} mailboxes begin with {self._quotes.string(entries[0][0], 30)}")
            else:
                told.append(f"there are no {what} mailboxes")
        return "; ".join(told)

    def _pairs(self, data: Pairs) -> list[str]:
        subject = self._quotes.string(data.subject[0], 40) if data.subject else ""
        if data.kind == "ID":
            pairs = ", ".join(
                f"{self._quotes(name, 20)} {self._quotes(_text(value), 30)}" for name, value in data.pairs[:4]
            )
            return [f"who the server is: {pairs or 'it does not say'}"]
        if data.kind == "ACL":
            who = ", ".join(
                f"{self._quotes(name, 30)} {self._quotes(_text(value), 20)}" for name, value in data.pairs[:4]
            )
            letters = "".join(str(value) for _, value in data.pairs[:4])
            return [f"who has which rights on {subject}: {who or 'nobody'}", self._rights(letters)]
        if data.kind in ("MYRIGHTS", "LISTRIGHTS"):
            whose = (
                "your rights"
                if data.kind == "MYRIGHTS"
                else f"the rights of {self._quotes(''.join(data.subject[1:2]), 30)}"
            )
            words = [each for each in data.subject[1 if data.kind == "MYRIGHTS" else 2 :] if each]
            return [f"{whose} on {subject}: {self._quotes(' '.join(words)) or 'none'}", self._rights("".join(words))]
        if data.kind == "QUOTA":
            used = [f"{self._quotes(name, 30)} {_of(value)}" for name, value in data.pairs[:4]]
            return [
                f"quota root {subject}: {', '.join(used) or 'no limits'}",
                self._new([n for n, _ in data.pairs], _NAMES["QUOTA"]),
            ]
        if data.kind == "QUOTAROOT":
            roots = [self._quotes.string(root, 40) for root in data.subject[1:5]]
            return [f"the quota roots of {subject}: {', '.join(roots) or 'none, so that no quota holds'}"]
        names = [name for name, _ in data.pairs] or list(data.subject[1:])
        what = f"of {subject}" if data.subject and data.subject[0] else "of the server"
        return [
            f"annotations {what}: {self._quotes.names(names) or 'none'}",
            self._new(names, _NAMES.get(data.kind, "")),
        ]

    def _rights(self, letters: str) -> str:
        return self._new(dict.fromkeys(letters), "right", most=4)

    def _new(self, names: Iterable[str], kind: str, most: int = 3) -> str:
        """What these names mean, of those that were not told yet."""
        found = ((name, self._terms.find(kind, name)) for name in islice(names, _MOST_NAMES if kind else 0))
        return self._lessons.new(((self._quotes(name, 40), term) for name, term in found if term is not None), most)


def _count(data: Count) -> list[str]:
    number = data.number
    if number is None:
        return []
    if data.kind == "EXPUNGE":
        return [f"message {number} is gone; all after it move up by one"]
    if data.kind == "RECENT":
        return [f"{counted(number, 'message is', 'messages are')} new in this session"]
    if number == 0:
        return ["the mailbox holds no messages now"]
    numbered = "number 1" if number == 1 else f"numbered 1 to {number:,}"
    return [f"the mailbox holds {counted(number, 'message')} now, {numbered}"]


def _found(data: Numbers, uid: bool) -> str:
    if not data.numbers:
        return "the search found nothing"
    what = counted(len(data.numbers), "UID") if uid else counted(len(data.numbers), "message number")
    order = ", in the order asked for" if data.kind == "SORT" else ""
    modseq = f"; the latest change among them is {data.modseq}" if data.modseq is not None else ""
    return f"the search found {what}{order}{modseq}"


def _text(value: object) -> str:
    if value is None:
        return "NIL"
    if isinstance(value, (list, tuple)):
        return " ".join(_text(each) for each in value[:9])
    return str(value) if isinstance(value, (str, int)) else ""


def _of(value: object) -> str:
    """Use and limit of a resource."""
    if isinstance(value, list) and len(value) == 2 and all(isinstance(each, int) for each in value):
        return f"{value[0]:,} of {value[1]:,}"
    return ""
