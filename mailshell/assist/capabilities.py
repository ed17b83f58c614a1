"""Whether a capability is among those announced, by its own name or by one that includes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

#: What IMAP4rev2 includes (RFC 9051 appendix E). Of BINARY it is only FETCH: APPEND of a literal8 still needs BINARY.
IN_REV2 = frozenset(
    {
        "BINARY.FETCH",
        "ENABLE",
        "ESEARCH",
        "IDLE",
        "LIST-EXTENDED",
        "LIST-STATUS",
        "LITERAL-",
        "MOVE",
        "NAMESPACE",
        "SASL-IR",
        "SEARCHRES",
        "SPECIAL-USE",
        "STATUS=SIZE",
        "UIDPLUS",
        "UNSELECT",
    }
)
#: What ENABLE can switch on (RFC 9051 6.3.1; RFC 7162 3.1.2.1 and 3.2.3; RFC 6855 3; RFC 9586; RFC 5464 4.1).
ENABLED = ("IMAP4rev2", "CONDSTORE", "QRESYNC", "UTF8=ACCEPT", "UIDONLY", "METADATA")
#: Other names that announce the same; one that ends with ``=`` stands for all that begin so.
ALSO: Mapping[str, tuple[str, ...]] = {
    "BINARY.FETCH": ("BINARY",),
    "CONDSTORE": ("QRESYNC",),
    "CONTEXT=SEARCH": ("PARTIAL",),
    "LITERAL-": ("LITERAL+",),
    "METADATA": ("METADATA-SERVER",),
    "QUOTA": ("QUOTA=",),
    # RFC 2087 section 3 has these two, and no capabilities for them.
    "QUOTA=RES-MESSAGE": ("QUOTA",),
    "QUOTA=RES-STORAGE": ("QUOTA",),
    "UTF8=ACCEPT": ("UTF8=ONLY",),
}


def announced(wanted: str, capabilities: Iterable[str]) -> bool:
    """Whether the server has announced it. Of a line with parameters (POP3) the first word counts."""
    names = {line.upper().partition(" ")[0] for line in capabilities}
    if "IMAP4REV2" in names and wanted in IN_REV2:
        return True
    return any(_is_in(name, names) for name in (wanted, *ALSO.get(wanted, ())))


def _is_in(wanted: str, names: set[str]) -> bool:
    if wanted.endswith("="):
        return any(name.startswith(wanted) for name in names)
    return wanted.upper() in names


def parameters(name: str, capabilities: Iterable[str]) -> list[str] | None:
    """The words behind a capability of POP3 (``SASL PLAIN LOGIN``); None if it is not announced."""
    for line in capabilities:
        words = line.upper().split()
        if words[:1] == [name]:
            return words[1:]
    return None


def value(name: str, capabilities: Iterable[str]) -> str:
    """What stands behind the ``=`` of a capability (``APPENDLIMIT=35651584``); empty if it is not announced."""
    start = f"{name}="
    return next((line[len(start) :] for line in capabilities if line.upper().startswith(start)), "")
