"""What a POP3 session leaves to its driver, as it takes waiting: to load the maildrop, and to remove messages.

The session holds an errand out where a reply would be. The driver carries it out before anything else happens in
the session, and what comes of it is the reply.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from mailshell.demo.maildrop import Maildrop, Stored


@dataclass(frozen=True, slots=True)
class Load:
    """To load the maildrop."""

    then: Callable[[Sequence[Stored]], bytes]

    async def carry_out(self, maildrop: Maildrop) -> bytes:
        """Load it; returns the reply."""
        return self.then(await maildrop.load())


@dataclass(frozen=True, slots=True)
class Remove:
    """To remove messages from the maildrop."""

    messages: Collection[Stored]
    then: Callable[[int], bytes]

    async def carry_out(self, maildrop: Maildrop) -> bytes:
        """Remove them; returns the reply."""
        return self.then(await maildrop.remove(self.messages))


#: What a command comes to: the whole reply, or an errand that has to be run first.
Outcome = bytes | Load | Remove


async def settle(outcome: Outcome, maildrop: Maildrop) -> bytes:
    """The reply that the outcome is, or that its errand leads to."""
    return outcome if isinstance(outcome, bytes) else await outcome.carry_out(maildrop)
