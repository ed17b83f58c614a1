"""A framed response → what it says, tolerantly: a tree, and what deviates from the grammar. Never raises.

One function for each form of data, in the table at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from mailshell.protocol.events import Deviation
from mailshell.protocol.imap.data import (
    Count,
    Data,
    ExtendedSearch,
    MailboxListing,
    MailboxStatus,
    Namespaces,
    Numbers,
    Other,
    Pairs,
    StatusText,
    Threads,
    Vanished,
    Words,
)
from mailshell.protocol.imap.fetch import as_text, read_fetch, read_plain_fetch
from mailshell.protocol.imap.findings import Findings
from mailshell.protocol.imap.mailbox_name import decode_mailbox
from mailshell.protocol.imap.response import Response
from mailshell.protocol.imap.values import (
    Atom,
    List,
    Literal,
    Quoted,
    Value,
    as_items,
    as_number,
    as_octets,
    is_nil,
    plain,
    read_octets,
    read_values,
)

_MODSEQ = re.compile(rb"\( *MODSEQ +(\d{1,39}) *\) *", re.IGNORECASE)
#: Words that stand in quotes (RFC 5255 sections 3.3 and 4.8).
_QUOTED_WORDS = frozenset({"COMPARATOR", "LANGUAGE"})
Reader = Callable[[Response, Sequence[Value], Findings], Data]
Values = tuple[tuple[Value, ...], tuple[Deviation, ...]]


def read_data(
    response: Response, read: Callable[[Response], Values] = read_values
) -> tuple[Data, tuple[Deviation, ...]]:
    """What the response says, and its deviations. ``read``: what gives its values, if somebody keeps them."""
    if response.status:
        return _read_status(response)
    if response.name in ("SEARCH", "SORT"):
        return _read_numbers(response)
    if response.name == "FETCH" and (plain_fetch := read_plain_fetch(response)) is not None:
        return plain_fetch, ()
    values, found = read(response)
    findings = Findings(found, response.offset, response.length)
    reader = _READERS.get(response.name)
    if reader is None:
        return Other(response.name, response.number, values), tuple(findings.found)
    return reader(response, values, findings), tuple(findings.found)


def _read_status(response: Response) -> tuple[Data, tuple[Deviation, ...]]:
    code = response.code
    if code is None:
        return StatusText(response.status, "", (), response.text), ()
    name, _, rest = code.partition(b" ")
    start = response.body + response.rest.find(b"[") + 1
    values, found = read_octets(rest, response.offset + start + len(name) + 1)
    findings = Findings(found, response.offset, response.length)
    if not response.code_closed:
        findings.add("response-code", None, "a response code that is not closed", "RFC 9051 7.1")
    return StatusText(response.status, name.decode("latin-1").upper(), values, response.text), tuple(findings.found)


def _read_numbers(response: Response) -> tuple[Data, tuple[Deviation, ...]]:
    """SEARCH and SORT may hold a million numbers: they are read in one go."""
    findings = Findings((), response.offset, response.length)
    rest, modseq = response.rest, None
    bracket = rest.find(b"(")
    if bracket >= 0:
        match = _MODSEQ.fullmatch(rest, bracket)
        if match is not None:
            modseq = int(match[1])
        else:
            findings.add("search-modseq", None, "only (MODSEQ n) may stand in parentheses here", "RFC 7162 3.1.5")
        rest = rest[:bracket]
    words = rest.split()
    if rest.translate(None, b" 0123456789") or any(len(word) >= 40 for word in words):
        findings.add("search-number", None, "something here is no number", "RFC 3501 7.2.5")
        words = [word for word in words if word.isdigit() and len(word) < 40]
    return Numbers(response.name, tuple(map(int, words)), modseq), tuple(findings.found)


def _word(value: Value) -> str:
    """A word as text, NIL as such."""
    text = as_text(value)
    return "NIL" if text is None else text


def _read_words(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    flat = as_items(values[0]) if len(values) == 1 and isinstance(values[0], List) else values
    strings = response.name in _QUOTED_WORDS
    if strings and len(values) == 2 and isinstance(values[1], List):
        # The comparator, and in parentheses the others that would have fitted.
        flat = (values[0], *as_items(values[1]))
    for value in flat:
        if not isinstance(value, Atom) and not (strings and isinstance(value, (Quoted, Literal))):
            findings.add("word", value, f"{response.name} holds words only", "RFC 9051 7")
    return Words(response.name, tuple(_word(value) for value in flat))


def _read_count(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    if response.number is None:
        findings.add("count-number", None, f"{response.name} must follow a number", "RFC 9051 7.4")
    if values:
        findings.add("count-rest", values[0], f"nothing may follow {response.name}", "RFC 9051 7.4")
    return Count(response.name, response.number)


def _mailbox(values: Sequence[Value], index: int, findings: Findings) -> tuple[str, bytes]:
    value = values[index] if index < len(values) else None
    raw = value.octets if isinstance(value, Atom) else as_octets(value)
    if raw is None:
        findings.add("mailbox", value, "a mailbox name was expected", "RFC 9051 9")
        return "", b""
    return decode_mailbox(raw), raw


def _read_listing(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    attributes = values[0] if values else None
    if not isinstance(attributes, List):
        findings.add("list-attributes", attributes, "the attributes stand in parentheses", "RFC 9051 7.3.1")
    delimiter = as_text(values[1]) if len(values) > 1 else None
    if delimiter == "":
        findings.add("list-delimiter", values[1], 'the delimiter is "" instead of NIL', "RFC 9051 7.3.1")
    name, raw = _mailbox(values, 2, findings)
    if any(not isinstance(value, List) for value in values[3:]):
        findings.add("list-rest", values[3], "only extended data in parentheses may follow the name", "RFC 9051 7.3.1")
    words = tuple(_word(item) for item in as_items(attributes))
    return MailboxListing(response.name, words, delimiter, name, raw, tuple(values[3:]))


def _read_mailbox_status(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    name, raw = _mailbox(values, 0, findings)
    last = values[-1] if values else None
    if len(values) != 2 or not isinstance(last, List):
        findings.add("status-form", last, "STATUS is a mailbox and one list of items", "RFC 9051 7.3.3")
    items = as_items(last)
    if len(items) % 2:
        findings.add("status-pairs", last, "items and values come in pairs; there is an odd number", "RFC 9051 7.3.3")
    pairs = {(as_text(items[at]) or "?").upper(): plain(items[at + 1]) for at in range(0, len(items) - 1, 2)}
    return MailboxStatus(name, raw, pairs)


def _read_extended_search(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    at, tag, uid = 0, None, False
    correlator = as_items(values[0]) if values else ()
    if len(correlator) >= 2:
        names = [as_text(item) for item in correlator]
        tag = next((names[i + 1] for i in range(0, len(names) - 1, 2) if (names[i] or "").upper() == "TAG"), None)
        if tag is None:
            findings.add(
                "esearch-correlator", values[0], "only (TAG ...) may stand in parentheses here", "RFC 4466 2.6.2"
            )
        at = 1
    if at < len(values) and isinstance(value := values[at], Atom) and value.upper == "UID":
        uid, at = True, at + 1
    rest = values[at:]
    if len(rest) % 2:
        findings.add("esearch-pairs", rest[-1], "names and values come in pairs; one is missing", "RFC 9051 7.3.4")
    items = {(as_text(rest[i]) or "?").upper(): plain(rest[i + 1]) for i in range(0, len(rest) - 1, 2)}
    return ExtendedSearch(tag, uid, items)


def _read_threads(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    def tree(value: Value) -> object:
        if isinstance(value, List):
            return tuple(tree(item) for item in value.items)
        number = as_number(value)
        if number is None:
            findings.add("thread-number", value, "a thread holds numbers and threads", "RFC 5256 4")
        return number

    return Threads(tuple(tree(value) for value in values))


def _read_vanished(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    earlier = bool(values) and isinstance(values[0], List)
    uids = as_text(values[-1]) if values else None
    if uids is None or len(values) != 1 + earlier:
        findings.add("vanished-set", None, "VANISHED names one set of UIDs", "RFC 7162 3.2.10")
    return Vanished(earlier, uids or "")


def _read_namespaces(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    if len(values) != 3:
        findings.add("namespace-members", None, "NAMESPACE has three members", "RFC 9051 7.3.2")

    def namespace(index: int) -> tuple[tuple[str, str | None], ...] | None:
        value = values[index] if index < len(values) else None
        if value is None or is_nil(value):
            return None
        entries = []
        for item in as_items(value):
            members = as_items(item)
            prefix = as_octets(members[0]) if members else None
            entries.append((decode_mailbox(prefix or b""), as_text(members[1]) if len(members) > 1 else None))
        return tuple(entries)

    return Namespaces(namespace(0), namespace(1), namespace(2))


def _pairs(items: Sequence[Value], findings: Findings, name: str, step: int = 2) -> tuple[tuple[str, object], ...]:
    if len(items) % step:
        what = "pairs" if step == 2 else f"groups of {step}"
        findings.add("pairs", items[-1], f"the data of {name} comes in {what}; some is missing", "RFC 9051 7")
    result: list[tuple[str, object]] = []
    for at in range(0, len(items) - step + 1, step):
        rest = [plain(item) for item in items[at + 1 : at + step]]
        result.append((_word(items[at]), rest[0] if len(rest) == 1 else rest))
    return tuple(result)


def _read_id(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    return Pairs("ID", (), _pairs(as_items(values[0] if values else None), findings, "ID"))


def _read_acl(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    name, _ = _mailbox(values, 0, findings)
    return Pairs(response.name, (name,), _pairs(values[1:], findings, response.name))


def _read_quota(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    root = as_text(values[0]) if values else None
    resources = as_items(values[1]) if len(values) > 1 else ()
    return Pairs("QUOTA", (root or "",), _pairs(resources, findings, "QUOTA", step=3))


def _read_subjects(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    """MYRIGHTS, LISTRIGHTS, QUOTAROOT: a mailbox and words."""
    name, _ = _mailbox(values, 0, findings)
    words = tuple(_word(value) for value in values[1:])
    return Pairs(response.name, (name, *words), ())


def _read_metadata(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    name, _ = _mailbox(values, 0, findings)
    rest = values[1:]
    if rest and isinstance(rest[-1], List):
        entries = tuple(as_text(value) or "" for value in rest[:-1])
        return Pairs(response.name, (name, *entries), _pairs(as_items(rest[-1]), findings, response.name))
    return Pairs(response.name, (name, *(as_text(value) or "" for value in rest)), ())


def _read_fetch(response: Response, values: Sequence[Value], findings: Findings) -> Data:
    if not response.number:
        findings.add("fetch-number", None, f"{response.name} must follow a number above zero", "RFC 9051 7.5.2")
    return read_fetch(response.name, response.number, values, findings)


_READERS: dict[str, Reader] = {
    "CAPABILITY": _read_words,
    "ENABLED": _read_words,
    "FLAGS": _read_words,
    "LANGUAGE": _read_words,
    "COMPARATOR": _read_words,
    "EXISTS": _read_count,
    "RECENT": _read_count,
    "EXPUNGE": _read_count,
    "LIST": _read_listing,
    "LSUB": _read_listing,
    "XLIST": _read_listing,
    "RLIST": _read_listing,
    "STATUS": _read_mailbox_status,
    "ESEARCH": _read_extended_search,
    "THREAD": _read_threads,
    "VANISHED": _read_vanished,
    "NAMESPACE": _read_namespaces,
    "ID": _read_id,
    "ACL": _read_acl,
    "QUOTA": _read_quota,
    "QUOTAROOT": _read_subjects,
    "MYRIGHTS": _read_subjects,
    "LISTRIGHTS": _read_subjects,
    "METADATA": _read_metadata,
    "ANNOTATION": _read_metadata,
    "FETCH": _read_fetch,
    "UIDFETCH": _read_fetch,
}
