"""What a probe is: a record. The tables are in ``mailshell.check.imap`` and ``mailshell.check.pop3``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mailshell.check.bench import Bench

#: The parts of a report, in the order in which they are tried and shown.
GROUPS = (
    "connection", "capabilities", "extensions", "mailbox", "numbers", "messages", "sections", "search", "commands",
    "maildrop", "security", "writing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Probe:
    """``id``: a short kebab-case name that never changes. ``title``: what is looked at, for a person.

    ``run`` tells the bench what it finds out, with ``bench.tell`` and its like; it may raise what a session raises, and
    is cancelled when its time is up: what it has told by then stands. ``needs``: ``login``, ``messages`` (a mailbox
    with at least one is selected, read-only, or the maildrop has one), ``tls-possible`` (the connection began in the
    clear). ``capabilities``: it is tried only if the server advertises one of these. ``writes``: it changes something,
    in a scratch mailbox. ``seconds``: the most it may take. ``uses``: ids of probes that have to run before it.
    ``waits``: even at a good server most of its time passes with waiting.
    """

    id: str
    title: str
    group: str
    source: str
    run: Callable[[Bench], Awaitable[None]]
    needs: tuple[str, ...] = ("login",)
    capabilities: tuple[str, ...] = ()
    writes: bool = False
    seconds: float = 10.0
    uses: tuple[str, ...] = ()
    waits: bool = False


def waiting_last(*probes: Probe) -> tuple[Probe, ...]:
    """The probes with those that wait at the end, where a short budget has cost nothing else by then."""
    return tuple(sorted(probes, key=lambda probe: probe.waits))
