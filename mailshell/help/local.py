"""The pages of the local commands, from what the interpreter tells of them and the longer texts of this package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailshell.help import layout
from mailshell.help.records import NOTHING, Record, records


@dataclass(frozen=True, slots=True)
class LocalHelp:
    """What the interpreter tells of a local command: name with its dot, arguments, one line, group, another name.

    ``values``: the words that may be its argument, and what each means (empty: nothing to say). ``tables``: more that
    it can tell: a title, and rows of two columns.
    """

    name: str
    arguments: str
    help: str
    group: str
    also: str = ""
    values: tuple[tuple[str, str], ...] = ()
    tables: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


def find_local(topic: str, local: Mapping[str, LocalHelp]) -> LocalHelp | None:
    """The local command of that name, with its dot or without."""
    name = topic.strip().lower()
    return next((one for one in local.values() if name in (one.name, one.name[1:], one.also, one.also[1:])), None)


def local_page(one: LocalHelp, width: int) -> list[str]:
    """The page of a local command."""
    record: Record = records("local").get(one.name, NOTHING)
    lines = [f"{one.name} {one.arguments}".rstrip(), ""]
    lines += layout.paragraph(_sentence(one.help), width, 2)
    if "about" in record.fields:
        lines += ["", *layout.paragraph(record.fields["about"], width, 2)]
    told = [(word, text) for word, text in one.values if text]
    if told:
        lines += ["", "Values", *layout.table(told, width)]
    elif one.values:
        lines += ["", "Values", *layout.names([word for word, _ in one.values], width)]
    for example in record.examples:
        lines += ["", "Example", *layout.paragraph(example.wanted, width, 2)]
        for who, text in example.rows:
            lines += layout.wire(f"{who} " if who == ">" else f"{who}: ", text, width)
        lines += layout.paragraph(example.meaning, width, 2)
    facts = [("Also", one.also)] if one.also else []
    if "see" in record.fields:
        facts.append(("See", record.fields["see"]))
    facts.append(("Sent", record.fields.get("sent", "nothing: a local command stays on this side")))
    return [*lines, "", *layout.table(facts, width, 0)]


def _sentence(text: str) -> str:
    """A line of help as a sentence."""
    return text[:1].upper() + text[1:] + "."
