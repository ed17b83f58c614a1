"""The probes by protocol."""

from __future__ import annotations

from mailshell.check.imap import table as imap
from mailshell.check.pop3 import table as pop3
from mailshell.check.probe import Probe

PROBES: dict[str, tuple[Probe, ...]] = {"imap": imap.PROBES, "pop3": pop3.PROBES}
