"""What a server has announced that it can do, and at which point of the session: it may change with TLS and login.

RFC 9051 sections 6.2.1 to 6.2.3; RFC 2449 section 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: The points of a session, in their order.
IN_THE_CLEAR = "in the clear"
UNDER_TLS = "under TLS"
AFTER_LOGIN = "after login"

#: So many announcements that differ are kept.
_MOST = 16


@dataclass(frozen=True, slots=True)
class Announcement:
    """The capabilities as they were sent, what told them (``CAPABILITY``, ``greeting`` ...), and when."""

    names: tuple[str, ...]
    source: str
    when: str

    def gained(self, before: Announcement) -> list[str]:
        """What this one has and the one before had not, whatever its case."""
        known = {name.upper() for name in before.names}
        return [name for name in self.names if name.upper() not in known]


@dataclass(slots=True)
class Announcements:
    """The announcements of a session, one after the other; one that says nothing new is no other."""

    all: list[Announcement] = field(default_factory=list)

    def learn(self, names: tuple[str, ...], source: str, *, tls: bool, logged_in: bool) -> None:
        """The server has announced these names."""
        self.add(Announcement(names, source, AFTER_LOGIN if logged_in else UNDER_TLS if tls else IN_THE_CLEAR))

    def add(self, announcement: Announcement) -> None:
        """Take in one more."""
        last = self.all[-1] if self.all else None
        same = last is not None and last.when == announcement.when and set(last.names) == set(announcement.names)
        if not same and len(self.all) < _MOST:
            self.all.append(announcement)

    def came_with_login(self) -> None:
        """The last one was told while the login ran, and holds after it."""
        if self.all:
            last = self.all.pop()
            self.add(Announcement(last.names, last.source, AFTER_LOGIN))
