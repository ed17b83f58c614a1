"""Data in pairs, and NAMESPACE: ID, ACL and rights, quotas, metadata."""

from __future__ import annotations

from collections.abc import Callable

from mailshell.protocol.imap.data import Namespaces, Pairs
from mailshell.render.columns import block, wrap
from mailshell.render.listing import mailbox
from mailshell.render.shown import shown
from mailshell.render.values import generic, quoted, short_size

#: RFC 4314 section 2.1; ``n``: RFC 5257 section 3.4; ``c`` and ``d``: RFC 2086, now obsolete.
_RIGHTS = {
    "l": "look up",
    "r": "read",
    "s": "keep seen",
    "w": "write flags",
    "i": "insert",
    "p": "post",
    "k": "create mailboxes",
    "x": "delete mailbox",
    "t": "delete messages",
    "e": "expunge",
    "a": "administer",
    "n": "annotate",
    "c": "create (obsolete)",
    "d": "delete (obsolete)",
}


def spell_rights(rights: str) -> str:
    """``lr`` → ``lr: look up, read``."""
    if not rights:
        return "none"
    names = [_RIGHTS.get(right, shown(right)) for right in rights]
    return f"{shown(rights)}: {', '.join(names)}"


def pairs_lines(data: Pairs, width: int) -> list[str]:
    """The lines for each kind of data in pairs."""
    return _FORMS.get(data.kind, _metadata)(data, width)


def _subject(data: Pairs, at: int = 0) -> str:
    return data.subject[at] if at < len(data.subject) else ""


def _text(value: object) -> str:
    """A value that is text as it is, anything else in a generic form."""
    return shown(value) if isinstance(value, str) else generic(value)


def _identification(data: Pairs, width: int) -> list[str]:
    """RFC 2971 section 3.2."""
    if not data.pairs:
        return ["the server does not identify itself"]
    return block([(shown(name), _text(value)) for name, value in data.pairs], colon=":")


def _access(data: Pairs, width: int) -> list[str]:
    """RFC 4314 section 3.6. A minus sign before the name takes rights away."""
    if not data.pairs:
        return [f"no rights on {mailbox(_subject(data))} are given to anyone"]
    fields = [(shown(who), spell_rights(str(rights)) if rights is not None else "none") for who, rights in data.pairs]
    return [f"rights on {mailbox(_subject(data))}", *block(fields, "  ")]


def _my_rights(data: Pairs, width: int) -> list[str]:
    """RFC 4314 section 3.8."""
    return [f"your rights on {mailbox(_subject(data))}  {spell_rights(''.join(data.subject[1:]))}"]


def _list_rights(data: Pairs, width: int) -> list[str]:
    """RFC 4314 section 3.7: rights that are always given, then groups that are given or withheld together."""
    fields = [("always", spell_rights(_subject(data, 2)))]
    fields += [("may be", spell_rights(rights)) for rights in data.subject[3:]]
    return [f"rights for {shown(_subject(data, 1))} on {mailbox(_subject(data))}", *block(fields, "  ")]


def _quota(data: Pairs, width: int) -> list[str]:
    """RFC 9208 section 4.2."""
    head = f"quota root {quoted(_subject(data))}"
    if not data.pairs:
        return [f"{head} has no limit"]
    return [head, *block([(shown(name), _usage(name, value)) for name, value in data.pairs], "  ")]


def _usage(name: str, value: object) -> str:
    """``5 of 10 (50%)``. STORAGE counts units of 1024 octets (RFC 9208 section 5.1)."""
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(number, int) for number in value):
        return generic(value)
    used, limit = value
    percent = f" ({_percent(used, limit)})" if limit else ""
    if name.upper().endswith("STORAGE"):
        return f"{_storage(used)} of {_storage(limit)}{percent}"
    return f"{used:,} of {limit:,}{percent}"


def _percent(used: int, limit: int) -> str:
    """Rounded down, so that 100% is full; with a tenth where a whole number would say little."""
    tenths = used * 1000 // limit
    return f"{tenths / 10:.1f}%" if tenths < 100 else f"{tenths // 10:,}%"


def _storage(units: int) -> str:
    return short_size(units * 1024) or f"{units:,} KiB"


def _quota_roots(data: Pairs, width: int) -> list[str]:
    """RFC 9208 section 4.2.2."""
    roots = ", ".join(map(quoted, data.subject[1:]))
    return [f"quota roots of {mailbox(_subject(data))}: {roots or 'none'}"]


def _metadata(data: Pairs, width: int) -> list[str]:
    """RFC 5464 section 4.4: values that were asked for, or the names of entries that changed."""
    where = mailbox(_subject(data)) if _subject(data) else "the server"
    what = data.kind.lower()
    if data.pairs:
        fields = [(shown(name), _text(value)) for name, value in data.pairs]
        return [f"{what} of {where}", *block(fields, "  ")]
    return wrap([shown(entry) for entry in data.subject[1:]] or ["none"], width, f"{what} of {where}: ", "  ")


_FORMS: dict[str, Callable[[Pairs, int], list[str]]] = {
    "ID": _identification,
    "ACL": _access,
    "MYRIGHTS": _my_rights,
    "LISTRIGHTS": _list_rights,
    "QUOTA": _quota,
    "QUOTAROOT": _quota_roots,
}


def namespace_lines(data: Namespaces) -> list[str]:
    """The three namespaces (RFC 9051 section 7.3.2), a line for each prefix."""
    fields = []
    for name, entries in (("personal", data.personal), ("other users", data.other), ("shared", data.shared)):
        if not entries:
            fields.append((name, "none"))
        for at, (prefix, delimiter) in enumerate(entries or ()):
            text = f"prefix {quoted(prefix)}  delimiter {'NIL' if delimiter is None else quoted(delimiter)}"
            fields.append(("" if at else name, text))
    return block(fields)
