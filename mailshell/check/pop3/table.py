"""All probes of POP3, in the order in which they are tried."""

from __future__ import annotations

from mailshell.check.injection import probe_injection
from mailshell.check.pop3 import (
    capabilities,
    commands,
    connection,
    extensions,
    maildrop,
    messages,
    numbers,
    persistence,
    tls,
    writing,
)
from mailshell.check.probe import Probe, waiting_last

_INJECTION = Probe(
    "injection",
    "a command in the clear behind STLS",
    "security",
    "RFC 2595 4; CVE-2011-0411",
    probe_injection,
    needs=("tls-possible",),
    capabilities=("STLS",),
    waits=True,
)

PROBES: tuple[Probe, ...] = (
    *waiting_last(
        *connection.PROBES,
        *capabilities.BEFORE_LOGIN,
        *tls.PROBES,
        _INJECTION,
        *capabilities.AFTER_LOGIN,
        *maildrop.PROBES,
        *extensions.PROBES,
        *messages.PROBES,
        *numbers.PROBES,
        *commands.PROBES,
    ),
    *writing.PROBES,
    *persistence.PROBES,
    *commands.LAST,
)
