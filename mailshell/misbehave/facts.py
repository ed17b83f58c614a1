"""What is known of the session and the selected mailbox, for the fields of templates."""

from __future__ import annotations

from mailshell.misbehave.changes import Of
from mailshell.misbehave.stream import Said
from mailshell.misbehave.template import compiled, fill

_TOLD = rb"\A\* (?:(?P<exists>\d+) EXISTS|OK \[UIDNEXT (?P<uidnext>\d+)\]|\d+ (?P<expunge>EXPUNGE)\b)"
_FROM = 1_000_000_000


class Facts:
    """Learns from the good server. ``values``: the last value of each field, as it came.

    ``{session}`` is the number of the session; ``{falling}`` is lower by 1 in each session than in the one before.
    """

    def __init__(self, session: int) -> None:
        self.values: dict[str, bytes | None] = {"session": b"%d" % session, "falling": b"%d" % (_FROM - session)}

    def learn(self, said: Said) -> None:
        """Take in a line, as the good server sent it."""
        told = compiled(_TOLD).match(said.octets) if said.of is Of.UNTAGGED else None
        if told is None:
            return
        if told["expunge"]:
            self.values["exists"] = fill(b"{exists-1}", self.values)
        else:
            self.values.update({name: value for name, value in told.groupdict().items() if value})
