"""Hints: what is shown in grey after the cursor, and the line that names the place.

The rules, in prose:

- A hint shows all that may come next: what may be left out in brackets, up to the first that must be given.
- In the middle of a word, behind its last letter, and where nothing more may come, there is no hint.
- A keyword brings what belongs to it: ``[RETURN (options)]``.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailshell.assist.forms import form, kind_in_words
from mailshell.assist.position import Position, locate
from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.terms import Terms
from mailshell.text.abbreviation import full_name

_NOTHING: Mapping[str, str] = {}


def hint(text: str, catalogue: Catalogue, terms: Terms, *, tags: bool, local: Mapping[str, str] = _NOTHING) -> str:
    """The hint behind the text. ``local``: the arguments of the local commands, by name (``.debug`` → ``[0-5]``)."""
    return hint_at(locate(text, catalogue, terms, tags=tags), local)


def hint_at(position: Position, local: Mapping[str, str] = _NOTHING) -> str:
    """The hint at a position."""
    if position.kind == "command":
        return "command" if position.word.endswith(" ") or (position.fresh and position.tag) else ""
    if not position.fresh:
        return ""
    if position.kind == "local-argument":
        name = full_name(position.enclosing[0], local)
        return "" if position.given or name is None else local[name]
    if position.kind == "file":
        return "file"
    if position.kind == "partial":
        return "first.count>"
    return " ".join(map(form, position.expected))


def explain_position(position: Position) -> str:
    """One short line that names the place: ``FETCH: data items, one or several in parentheses (RFC 3501 6.4.5)``."""
    where = " ".join(position.enclosing)
    record = position.record
    if position.kind == "none" and record is None:
        return f"{where}: not in the catalogue, sent as it is" if where else ""
    what = "complete" if position.kind == "none" else kind_in_words(position.kind)
    if position.kind == "keyword" and position.expected:
        what = position.expected[0].name
    source = f" ({record.rfc.split('; ')[0]})" if record is not None and record.rfc and _is_basic(position) else ""
    return f"{where}: {what}{source}" if where else what


def _is_basic(position: Position) -> bool:
    """Whether the place is one that the command has had from the beginning: its first source tells of it."""
    argument = position.argument
    return len(position.enclosing) == 1 and position.kind != "file" and (argument is None or not argument.optional)
