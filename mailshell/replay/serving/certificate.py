"""A throw-away certificate for the server of a recording."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from mailshell.exits import UsageError

NAMES = ("localhost", "127.0.0.1", "::1")


class Certificate:
    """An authority and a certificate for the names of this machine, made in memory; gone when the program ends.

    ``cafile`` is where the authority's certificate was written, for clients to trust.
    """

    def __init__(self, folder: Path) -> None:
        """Writes ``ca.pem`` into the folder. UsageError where what makes certificates is not installed."""
        try:
            import trustme
        except ImportError:
            raise UsageError(
                "the recorded session has TLS, and to make a certificate needs trustme: "
                "pip install 'mailshell[serve-tls]'"
            ) from None
        authority = trustme.CA()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*NAMES).configure_cert(self.context)
        self.cafile = folder / "ca.pem"
        number = os.open(self.cafile, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(authority.cert_pem.bytes())
