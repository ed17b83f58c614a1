"""Masks in what is exported: those of the recording stay as they are, and what stands where a secret does gets one.

A recording that was made or changed by hand may hold a secret though its header says masked. The engine, which reads
the commands once more, knows where secrets stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailshell.protocol import secrecy
from mailshell.protocol.events import SecretSpan
from mailshell.protocol.secrecy import Secrets

_MASK = re.compile(r'[ "]*(?:⟦[^⟦⟧]{1,60}⟧[ "]*)+'.encode())


def masked(octets: bytes, spans: Iterable[SecretSpan]) -> bytes:
    """The octets with the spans masked, apart from those in which a mask stands already."""
    left = [span for span in spans if not _MASK.fullmatch(octets, span.start, span.end)]
    return secrecy.mask(octets, left) if left else octets


def masked_known(octets: bytes, secrets: Secrets) -> bytes:
    """The octets with all known secrets masked, apart from those that are masks."""
    return masked(octets, secrets.scan(octets)) if secrets else octets


def masked_text(text: str, secrets: Secrets) -> str:
    """The same for text, which may hold any code points."""
    return masked_known(text.encode("utf-8", "surrogatepass"), secrets).decode("utf-8", "surrogatepass")
