"""What a session tells of the server: greeting, ID, capabilities; and of TLS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mailshell.export.masking import masked_known, masked_text
from mailshell.export.source import Moment, Source, Told
from mailshell.protocol.announcement import Announcement
from mailshell.protocol.events import Deviation
from mailshell.protocol.exchange import Greeting, Untagged
from mailshell.protocol.imap.response import Response
from mailshell.text.escape import escape, escape_octets
from mailshell.wire import TlsStarted

#: Of what may come again and again so much is kept.
_MOST = 1000
_MOST_OCTETS = 2000


def announcements(source: Source) -> Sequence[Announcement]:
    """What the server has said that it can do, as far as the recording was read."""
    return source.player.engine.state.announcements.all


@dataclass(slots=True)
class Facts:
    """Give it each moment. Secrets are masked; deviations and what was told still have to be escaped."""

    source: Source
    greeting: str = ""
    #: The server's answers to ID (RFC 2971).
    ids: list[str] = field(default_factory=list)
    tls: list[str] = field(default_factory=list)
    deviations: list[tuple[float, Deviation]] = field(default_factory=list)
    #: Notes and marks.
    told: list[tuple[float, Told]] = field(default_factory=list)
    #: How many more deviations there were.
    more: int = 0

    def take(self, moment: Moment) -> None:
        match moment.what:
            case Greeting(response=response) if not self.greeting:
                line = getattr(response, "line", b"")
                self.greeting = self._shown(line)
            case Untagged(response=Response(name="ID") as response) if len(self.ids) < _MOST:
                shown = self._shown(response.rest)
                if shown not in self.ids:
                    self.ids.append(shown)
            case TlsStarted() as tls if len(self.tls) < _MOST:
                verified = "certificate verified" if tls.verified else "certificate not verified"
                self.tls.append(escape(f"{tls.version}, {tls.cipher}, {verified}"))
            case Deviation() as deviation:
                if len(self.deviations) < _MOST:
                    message = self._masked(deviation.message)
                    self.deviations.append((moment.time, replace(deviation, message=message)))
                else:
                    self.more += 1
            case Told(kind="note" | "mark") as told if len(self.told) < _MOST:
                self.told.append((moment.time, Told(told.kind, self._masked(told.text))))

    def _masked(self, text: str) -> str:
        return masked_text(text, self.source.secrets)

    def _shown(self, octets: bytes) -> str:
        return escape_octets(masked_known(octets[:_MOST_OCTETS], self.source.secrets))
