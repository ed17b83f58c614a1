"""Whether what comes from the server is still read at the right place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Footing:
    """``lost``: from this offset on the octets can be read in two ways, and what makes no sense follows from that.

    Set by whoever tells of it. A response that begins behind it is a footing again.
    """

    lost: int | None = None

    def is_lost(self, response: int) -> bool:
        """Whether it is lost, if the last response begins at that offset."""
        return self.lost is not None and response <= self.lost
