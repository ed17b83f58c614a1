"""What stands between a server and its clients: the misbehaviours that were chosen, and then the road. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailshell.misbehave.actions import Action, BeginTls
from mailshell.misbehave.changes import Answer, Rewrite
from mailshell.misbehave.misbehaver import Misbehaver
from mailshell.misbehave.misbehaviour import Misbehaviour
from mailshell.misbehave.road import Faults, Road


class Between:
    """One connection's: a misbehaver whose actions go over a road. Used as the misbehaver is."""

    def __init__(self, misbehaver: Misbehaver, road: Road) -> None:
        self._misbehaver = misbehaver
        self._road = road

    def client(self, octets: bytes) -> list[Action]:
        """The client has sent this."""
        self._road.client(octets)
        return self._road.send(self._misbehaver.client(octets))

    def server(self, octets: bytes) -> list[Action]:
        """The good server has sent this."""
        return self._road.send(self._misbehaver.server(octets))

    def started_tls(self) -> list[Action]:
        """TLS stands with the client."""
        self._road.started_tls()
        return self._road.send(self._misbehaver.started_tls())

    def server_ended(self) -> list[Action]:
        """The good server has closed the connection."""
        return self._road.send(self._misbehaver.server_ended())

    def client_ended(self) -> list[Action]:
        """The client has ended its side."""
        return self._road.send(self._misbehaver.client_ended())


@dataclass(frozen=True, slots=True)
class Trouble:
    """What was chosen: misbehaviours by protocol (``imap``, ``pop3``), and faults of the road for both."""

    misbehaviours: Mapping[str, tuple[Misbehaviour, ...]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    def concerns(self, protocol: str) -> bool:
        """Whether anything is wrong with servers of this protocol."""
        return bool(self.misbehaviours.get(protocol)) or self.faults != Faults()

    def begins_tls(self, protocol: str) -> bool:
        """Whether a handshake may be needed that the good server knows nothing of."""
        return any(
            isinstance(step, BeginTls)
            for one in self.misbehaviours.get(protocol, ())
            for change in one.changes
            for step in _steps(change)
        )

    def between(self, protocol: str, session: int) -> Between:
        """Made anew for each client. ``session``: the how many-th this is of the server, from 1 on."""
        misbehaver = Misbehaver(protocol, self.misbehaviours.get(protocol, ()), session)
        return Between(misbehaver, Road(protocol, self.faults))


def _steps(change: object) -> tuple[object, ...]:
    if isinstance(change, Answer):
        return change.says
    if isinstance(change, Rewrite):
        return change.become if isinstance(change.become, tuple) else (change.become,)
    return ()
