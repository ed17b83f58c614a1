"""Addresses of an ENVELOPE in the syntax of RFC 5322 section 3.4."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailshell.protocol.imap.data import Address
from mailshell.render.encoded import decode_words
from mailshell.render.shown import shown

_SPECIALS = re.compile(r'[()<>\[\]:;@\\,"]')
_DOT_ATOM = re.compile(r'[^\s()<>\[\]:;@\\,"]+\Z')


def format_address(address: Address) -> str:
    """``Name <a@b>``, or ``a@b``; the name decoded."""
    specification = address_specification(address)
    if address.name is None:
        return shown(specification) or "<>"
    return f"{_phrase(address.name)} <{shown(specification)}>"


def address_specification(address: Address) -> str:
    """``a@b``; with the source route before it, if there is one (RFC 5322 section 4.4). Not fit for a terminal."""
    local = address.mailbox or ""
    if local and not _DOT_ATOM.match(local):
        local = '"' + re.sub(r'(["\\])', r"\\\1", local) + '"'
    text = local if address.host is None else f"{local}@{address.host}"
    return f"{address.route}:{text}" if address.route else text


def format_addresses(addresses: Iterable[Address]) -> list[str]:
    """One text for each address. In a group the name stands before the first and a semicolon after the last.

    An address without a host begins a group; one without mailbox too ends it (RFC 9051 section 7.5.2).
    """
    texts: list[str] = []
    group = ""
    within = False
    for address in addresses:
        if address.host is not None:
            texts.append(group + format_address(address))
            group = ""
        elif address.mailbox is not None:
            if group:
                texts.append(group.rstrip(" "))
            group, within = f"{_phrase(address.mailbox)}: ", True
        elif within:
            if group:
                texts.append(f"{group.rstrip(' ')};")
            else:
                texts[-1] += ";"
            group, within = "", False
        else:
            texts.append(format_address(address))
    if group:
        texts.append(group.rstrip(" "))
    return texts


def _phrase(name: str) -> str:
    """A display name: decoded, and quoted if it holds what would end it."""
    text = decode_words(name)
    if _SPECIALS.search(text):
        text = '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
    return shown(text)
