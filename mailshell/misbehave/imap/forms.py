"""Changes that many misbehaviours of IMAP are made of."""

from __future__ import annotations

from mailshell.misbehave.changes import Answer, Capabilities, Of, Rewrite, Step

SELECT = "SELECT INBOX"
#: Beginnings of commands, as patterns.
SELECTS = rb"(?:SELECT|EXAMINE) "
FETCHES = rb"(?:UID )?FETCH "
STORES = rb"(?:UID )?STORE "
SEARCHES = rb"(?:UID )?SEARCH "
LOGINS = rb"(?:LOGIN|AUTHENTICATE) "
#: The server is one of IMAP4rev2, which it need not be asked to be.
REV2 = Capabilities(add=(b"IMAP4rev2",), drop=(b"IMAP4REV1",))


def data(match: bytes, become: Step | tuple[Step, ...], during: bytes = FETCHES, *, every: bool = False) -> Rewrite:
    """The first line of an untagged response is changed."""
    return Rewrite(Of.UNTAGGED, match, become, during, every=every)


def completion(match: bytes, become: Step | tuple[Step, ...], during: bytes) -> Rewrite:
    """A completion is changed."""
    return Rewrite(Of.COMPLETION, match, become, during)


def before(octets: bytes, during: bytes) -> Rewrite:
    """Something comes before the completion."""
    return completion(rb"\A", octets, during)


def behind(steps: Step | tuple[Step, ...], during: bytes) -> Rewrite:
    """Something comes, or happens, behind the completion."""
    return completion(rb"\Z", steps, during)


def go_ahead(match: bytes, become: Step | tuple[Step, ...], during: bytes) -> Rewrite:
    """A continuation request is changed."""
    return Rewrite(Of.CONTINUATION, match, become, during)


def announced(become: bytes, match: bytes = rb"\{(?P<n>\d+)\}(?=\r\n\Z)") -> Rewrite:
    """A literal is announced in another way."""
    return Rewrite((Of.UNTAGGED, Of.BEHIND), match, become, FETCHES)


def enables(name: bytes) -> tuple[Capabilities, Answer]:
    """ENABLE of an extension that the good server may not have is agreed to (RFC 5161)."""
    during = rb"ENABLE (?:.* )?%s(?: |\Z)" % name
    return Capabilities(add=(b"ENABLE", name)), Answer(during, (b"* ENABLED %s\r\n{tag} OK enabled\r\n" % name,))
