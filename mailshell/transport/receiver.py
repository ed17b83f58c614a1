"""What consumes the octets of a `mailshell.transport.stream.Stream`."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Receiver"]


class Receiver(Protocol):
    """The consumer of a `Stream`.  All calls come from the event loop, one after the other."""

    def received(self, octets: bytes) -> None:
        """Plaintext, as one read gave it; up to 256 KiB."""

    def end_of_stream(self, error: BaseException | None, clean: bool) -> None:
        """No octets follow. Called exactly once.

        `error` is None when the peer closed the connection or this side did, else what broke it. `clean` is
        False after a reset or another error, and when TLS ended without close_notify, in which case someone
        may have cut the end off (RFC 8446 section 6.1).
        """

    def stderr(self, line: str) -> None:
        """A line that a child process wrote on its standard error, without its end; control characters are
        in it.

        It may come before the connection stands and after it has ended.
        """
