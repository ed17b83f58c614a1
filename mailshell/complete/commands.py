"""The names of commands: those that fit the state first, then the others with the reason."""

from __future__ import annotations

from collections.abc import Iterator

from mailshell.assist.position import Position
from mailshell.complete.candidate import Offer
from mailshell.complete.reasons import against_command
from mailshell.complete.surroundings import Surroundings
from mailshell.text.abbreviation import full_name


def command_offers(position: Position, around: Surroundings) -> Iterator[Offer]:
    """The commands of the protocol; obsolete ones, and those of vendors, only once something of the name is typed."""
    typed = bool(position.word.strip())
    if not around.connected and not typed:
        yield from local_offers(around)
        return
    ranked = []
    for record in around.catalogue.values():
        reason = against_command(record, around.situation)
        rare = record.obsolete or (record.capability is None and not record.rfc.startswith("RFC"))
        if typed or not rare:
            ranked.append((bool(reason), record.obsolete, record.name, Offer(record.name, record.help, reason)))
    for _, _, _, offer in sorted(ranked, key=lambda row: row[:3]):
        yield offer
    for name, record in around.catalogue.python_names.items():
        if typed and name.upper() not in around.catalogue:
            yield Offer(name, f"{record.name}, by its name in Python", against_command(record, around.situation))
    for kind in ("alias", "python") if typed else ("alias",):
        if kind in around.words:
            for name, meta in around.words[kind]():
                yield Offer(name, meta)


def local_offers(around: Surroundings) -> Iterator[Offer]:
    """The local commands."""
    for name, command in around.local.items():
        yield Offer(name, f"{command.arguments}  {command.help}".strip())


def local_arguments(position: Position, around: Surroundings) -> Iterator[Offer]:
    """What a local command takes as its first argument; its name may be shortened."""
    name = full_name(position.enclosing[0], around.local)
    if name is None:
        return
    command = around.local[name]
    if position.given:
        # What may stand behind a first argument is told under the name of both (``.set theme``).
        values = around.words.get(f"{command.takes} {position.given[0].lower()}") if len(position.given) == 1 else None
        for word, meta in values() if values is not None else ():
            yield Offer(word, meta)
        return
    for choice in command.choices:
        yield Offer(choice)
    if command.takes in around.words:
        for word, meta in around.words[command.takes]():
            yield Offer(word, meta)
