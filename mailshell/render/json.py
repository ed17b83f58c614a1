"""What a server said as JSON-ready values: one object a result.

Text stands as it is, not escaped for a terminal; ``to_line`` makes JSON of it in which every octet is printable ASCII.
Octets that are no UTF-8 become ``{"base64": "..."}``. A literal that was too large to keep is ``{"literal": octets}``.
None stands for NIL and for what the server left out.

=================  ==================================================================================================
type               further keys
=================  ==================================================================================================
condition          status, code, arguments, text (untagged OK, NO, BAD, BYE, PREAUTH; ``+``)
capability ...     words (also enabled, flags, language)
exists ...         number (also recent, expunge)
list ...           attributes, delimiter, name, raw, extended (also lsub, xlist)
status             name, raw, items: {"messages": 3}
search, sort       numbers, modseq
esearch            tag, uid, items: {"min": 1, "all": "1:3"}
thread             threads: lists of numbers, and of lists where a thread branches
vanished           earlier, uids
namespace          personal, other, shared: [{"prefix", "delimiter"}] or null
id                 fields: {"name": "Dovecot"}
acl                mailbox, rights: [{"identifier", "rights"}]
myrights           mailbox, rights
listrights         mailbox, identifier, required, optional
quota              root, resources: [{"name", "usage", "limit"}]
quotaroot          mailbox, roots
metadata ...       mailbox, entries, values: [{"name", "value"}] (also annotation)
fetch, uidfetch    number, and a key for each item, its name in lower case with ``_`` for ``.`` and ``-`` outside
                   brackets: uid, flags, rfc822_size, ``body[header]``: {"octets", "text" or "base64"}, envelope,
                   bodystructure
other              name, number, values
=================  ==================================================================================================

An envelope has date, subject, from, sender, reply_to, to, cc, bcc, in_reply_to, message_id. Its texts and names are
decoded; ``subject_raw`` and ``name_raw`` hold what was sent where that differs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from mailshell.protocol.exchange import Status
from mailshell.protocol.imap.data import (
    Body,
    Count,
    Data,
    ExtendedSearch,
    Fetched,
    FetchItem,
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
from mailshell.protocol.secrecy import Secrets
from mailshell.render.json_message import item_json
from mailshell.render.json_pop3 import listing_json, reply_json
from mailshell.render.json_values import Json, mask_json, octets_json, value_json

__all__ = ["listing_json", "reply_json", "status_json", "to_json", "to_line"]


def to_line(value: object) -> str:
    """One line of JSON, printable ASCII throughout."""
    # DEL is the one control character that the json module lets pass.
    return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")


def status_json(status: Status) -> Json:
    """The status of a reply in either protocol."""
    code = status.code
    return {
        "status": status.status,
        "code": None if code is None else octets_json(code),
        "text": octets_json(status.text),
    }


def to_json(data: Data, secrets: Secrets | None = None) -> Json:
    """The data of one IMAP response. See the table above.

    Known ``secrets`` are masked in all but messages and their sections, which are the mail that was asked for.
    """
    form: Callable[..., Json] = _FORMS[type(data)]
    if not secrets:
        return form(data)
    if isinstance(data, Fetched):
        return _fetched(data, secrets)
    masked = mask_json(form(data), secrets)
    assert isinstance(masked, dict)
    return masked


def _condition(data: StatusText) -> Json:
    return {
        "type": "condition",
        "status": data.status,
        "code": data.code or None,
        "arguments": [value_json(value) for value in data.arguments],
        "text": octets_json(data.text),
    }


def _words(data: Words) -> Json:
    return {"type": data.kind.lower(), "words": list(data.words)}


def _count(data: Count) -> Json:
    return {"type": data.kind.lower(), "number": data.number}


def _listing(data: MailboxListing) -> Json:
    return {
        "type": data.kind.lower(),
        "attributes": list(data.attributes),
        "delimiter": data.delimiter,
        "name": data.name,
        "raw": octets_json(data.raw),
        "extended": [value_json(value) for value in data.extended],
    }


def _mailbox_status(data: MailboxStatus) -> Json:
    return {"type": "status", "name": data.name, "raw": octets_json(data.raw), "items": _items(data.items)}


def _items(items: Mapping[str, object]) -> Json:
    return _keyed({}, items.items())


def _numbers(data: Numbers) -> Json:
    return {"type": data.kind.lower(), "numbers": list(data.numbers), "modseq": data.modseq}


def _extended_search(data: ExtendedSearch) -> Json:
    return {"type": "esearch", "tag": data.tag, "uid": data.uid, "items": _items(data.items)}


def _threads(data: Threads) -> Json:
    return {"type": "thread", "threads": [_thread(thread) for thread in data.threads]}


def _thread(thread: object) -> object:
    return [_thread(member) for member in thread] if isinstance(thread, tuple) else thread


def _vanished(data: Vanished) -> Json:
    return {"type": "vanished", "earlier": data.earlier, "uids": data.uids}


def _namespaces(data: Namespaces) -> Json:
    def entries(namespace: tuple[tuple[str, str | None], ...] | None) -> object:
        if namespace is None:
            return None
        return [{"prefix": prefix, "delimiter": delimiter} for prefix, delimiter in namespace]

    return {
        "type": "namespace",
        "personal": entries(data.personal),
        "other": entries(data.other),
        "shared": entries(data.shared),
    }


def _pairs(data: Pairs) -> Json:
    subject = [*data.subject, "", "", ""]
    kind: Json = {"type": data.kind.lower()}
    match data.kind:
        case "ID":
            return kind | {"fields": dict(data.pairs)}
        case "ACL":
            rights = [{"identifier": name, "rights": value} for name, value in data.pairs]
            return kind | {"mailbox": subject[0], "rights": rights}
        case "MYRIGHTS":
            return kind | {"mailbox": subject[0], "rights": subject[1]}
        case "LISTRIGHTS":
            optional = list(data.subject[3:])
            return kind | {
                "mailbox": subject[0],
                "identifier": subject[1],
                "required": subject[2],
                "optional": optional,
            }
        case "QUOTA":
            return kind | {"root": subject[0], "resources": [_resource(*pair) for pair in data.pairs]}
        case "QUOTAROOT":
            return kind | {"mailbox": subject[0], "roots": list(data.subject[1:])}
    values = [{"name": name, "value": value} for name, value in data.pairs]
    return kind | {"mailbox": subject[0], "entries": list(data.subject[1:]), "values": values}


def _resource(name: str, value: object) -> Json:
    usage, limit = value if isinstance(value, list) and len(value) == 2 else (value, None)
    return {"name": name, "usage": usage, "limit": limit}


def _fetched(data: Fetched, secrets: Secrets | None = None) -> Json:
    def value(item: FetchItem) -> object:
        shown = item_json(item.value)
        return mask_json(shown, secrets) if secrets and not isinstance(item.value, Body) else shown

    items = ((item.name, value(item)) for item in data.items)
    return _keyed({"type": data.kind.lower(), "number": data.number}, items)


def _other(data: Other) -> Json:
    values = [value_json(value) for value in data.values]
    return {"type": "other", "name": data.name, "number": data.number, "values": values}


def key_of(name: str) -> str:
    """The key for an item: ``rfc822_size`` for RFC822.SIZE, ``body[1.mime]`` for BODY[1.MIME]."""
    head, bracket, section = name.lower().partition("[")
    return head.replace(".", "_").replace("-", "_") + bracket + section


def _keyed(result: Json, items: Iterable[tuple[str, object]]) -> Json:
    """Add items; one whose key is taken gets a number: ``flags``, ``flags_2``."""
    repeated: dict[str, int] = {}
    for name, value in items:
        key = free = key_of(name)
        while free in result:
            repeated[key] = repeated.get(key, 1) + 1
            free = f"{key}_{repeated[key]}"
        result[free] = value
    return result


_FORMS: dict[type, Callable[..., Json]] = {
    StatusText: _condition,
    Words: _words,
    Count: _count,
    MailboxListing: _listing,
    MailboxStatus: _mailbox_status,
    Numbers: _numbers,
    ExtendedSearch: _extended_search,
    Threads: _threads,
    Vanished: _vanished,
    Namespaces: _namespaces,
    Pairs: _pairs,
    Fetched: _fetched,
    Other: _other,
}
