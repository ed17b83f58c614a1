"""The moments of a session at which capabilities are told."""

from __future__ import annotations

from typing import NamedTuple


class Moment(NamedTuple):
    """``when``: in words; ``whole``: likewise, and whether somebody has logged in; ``column``: for the head of one."""

    when: str
    whole: str
    column: str


#: In the order in which they come, by the names that reports have for them.
MOMENTS = {
    "greeting": Moment("in the greeting", "in the greeting", "greeting"),
    "clear": Moment("in the clear", "in the clear, before login", "clear"),
    "tls": Moment("under TLS", "under TLS, before login", "TLS"),
    "login": Moment("after login", "after login", "login"),
}
