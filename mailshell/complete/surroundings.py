"""What completion knows beside the line: the session, the local commands, the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from mailshell.assist.knowledge import Knowledge
from mailshell.assist.situation import Situation
from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.terms import Terms

#: Names and a few words about each, by the kind of argument that they may be.
Words = Mapping[str, Callable[[], Iterable[tuple[str, str]]]]


class Local(Protocol):
    """A local command, as far as completion is concerned."""

    @property
    def name(self) -> str: ...

    @property
    def arguments(self) -> str: ...

    @property
    def help(self) -> str: ...

    @property
    def choices(self) -> tuple[str, ...]: ...

    @property
    def takes(self) -> str: ...


@dataclass(slots=True)
class Surroundings:
    """``messages`` is how many there are (EXISTS, or what STAT said), ``permanent_flags`` what PERMANENTFLAGS named.

    ``words`` gives, for each kind of argument that a local command may take, the names and a few words about each.
    ``now`` has a time zone. ``connected``: there is a session.
    """

    catalogue: Catalogue
    terms: Terms
    situation: Situation
    knowledge: Knowledge
    now: datetime
    connected: bool = True
    messages: int | None = None
    flags: tuple[str, ...] = ()
    permanent_flags: tuple[str, ...] | None = None
    user: str | None = None
    local: Mapping[str, Local] = field(default_factory=lambda: MappingProxyType({}))
    words: Words = field(default_factory=lambda: MappingProxyType({}))

    @property
    def tags(self) -> bool:
        """Whether the protocol has tags (IMAP)."""
        return self.situation.protocol == "imap"
