"""An explanation, and the words that all of them are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailshell.protocol.secrecy import Secrets
from mailshell.protocol.terms import Term
from mailshell.text.escape import escape, escape_octets
from mailshell.text.sentences import inner

#: What is quoted from the wire is cut to this many characters.
MOST_QUOTED = 60
#: So many names are listed in one sentence.
MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class Explanation:
    """One sentence, short and safe for a terminal.

    ``generic``: nothing is known here of what was sent, and the sentence says so. ``line``: the line of a multi-line
    POP3 reply that it explains, counted from 0; None for what was shown last.
    """

    text: str
    generic: bool = False
    line: int | None = None


def say(*texts: str) -> list[Explanation]:
    """These sentences, without those that are empty."""
    return [Explanation(text) for text in texts if text]


def unknown(text: str) -> list[Explanation]:
    """A sentence that tells that nothing is known."""
    return [Explanation(text, generic=True)]


class Quotes:
    """Quotes what stands on the wire: secrets masked, control characters as escapes, cut to a few words."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def __call__(self, value: bytes | str, most: int = MOST_QUOTED) -> str:
        """Octets or text as they may be shown, of at most ``most`` characters."""
        # Masked before it is cut: the beginning of a secret is one too.
        if isinstance(value, bytes):
            text = escape_octets(self._secrets.mask(value))
        else:
            text = escape(self._secrets.mask_str(value))
        return text if len(text) <= most else f"{text[: most - 1]}…"

    def mask(self, octets: bytes) -> bytes:
        """The octets with all known secrets masked: before they are taken apart, for pieces would pass the mask."""
        return self._secrets.mask(octets)

    def string(self, value: bytes | str, most: int = MOST_QUOTED) -> str:
        """The same between quotation marks."""
        return f'"{self(value, most)}"'

    def names(self, values: Sequence[str]) -> str:
        """Names, separated by commas; of many the first few and how many more."""
        shown = [self(value, 40) for value in values[:MOST_LISTED]]
        if len(values) > MOST_LISTED:
            return f"{', '.join(shown)} and {len(values) - MOST_LISTED:,} more"
        return ", ".join(shown)


def meaning(term: Term) -> str:
    """What a term says, and what a client does about it."""
    told = inner(term.help)
    return f"{told}; {inner(term.advice)}" if term.advice else told


def tell_code(shown: str, term: Term | None, *, advised: bool = True) -> list[Explanation]:
    """A response code, and what it asks of a client."""
    if term is None:
        return unknown(f"the response code {shown}, which is not in the tables")
    told = f"the response code {shown}: {inner(term.help)} ({source(term.rfc)})"
    return say(told, f"advice: {inner(term.advice)}" if advised and term.advice else "")


def meanings(terms: Iterable[tuple[str, Term]], most: int = 3) -> str:
    """Some terms by name: ``\\Seen: message was read; UID: the UID, which ...``."""
    seen: dict[str, str] = {}
    for name, term in terms:
        if len(seen) >= most:
            break
        seen.setdefault(name, f"{name}: {inner(term.help)}")
    return "; ".join(seen.values())


def source(rfc: str) -> str:
    """The source to be read first of those that a record names: that of the present IMAP, or the first."""
    sources = [each.strip() for each in rfc.split(";")]
    return next((each for each in sources if each.startswith("RFC 9051")), sources[0])
