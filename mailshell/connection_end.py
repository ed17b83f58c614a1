"""The sentences for a connection that did not become a session, and for one that has ended."""

from __future__ import annotations

from mailshell.protocol.sniff import recognise
from mailshell.transport.dial import describe_os_error


def no_greeting(server: str, protocol: str, first: bytes, then: str) -> str:
    """Why there is no greeting, when a first line has begun (``first``) and does not end: what else this may be."""
    wanted = "an IMAP server" if protocol == "imap" else "a POP3 server"
    other = recognise(first)
    if other == wanted:
        what = "the greeting is cut off"
    else:
        what = f"this is {other}, not {wanted}" if other else f"this does not look like {wanted}"
    return f"{server}: {what}; {then}"


def why_ended(error: BaseException | None, clean: bool, inside: str) -> str:
    """Why a connection has ended that was not closed here.

    ``clean``: TLS was ended before (or there was none). ``inside``: in the middle of what this came, if anything.
    """
    where = f" {inside}" if inside else ""
    if error is not None:
        how = describe_os_error(error) if isinstance(error, ConnectionError) else error
        return f"the connection was lost{where}: {how}"
    ending = "" if clean else " without ending TLS"
    return f"the server closed the connection{ending}{where}"
