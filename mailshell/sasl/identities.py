"""The mechanisms without a secret of their own: EXTERNAL and ANONYMOUS."""

from __future__ import annotations

from mailshell.sasl.mechanism import Credentials, SaslError, Steps

#: RFC 4505 section 2: the most that trace information may have (characters).
_MOST_TRACE = 255


def external(credentials: Credentials) -> Steps:
    """EXTERNAL (RFC 4422 appendix A): who to act as, or nothing for whom the server knows already, as by TLS."""
    if "\0" in credentials.authorization_id:
        raise SaslError("a NUL stands in the authorization identity, which EXTERNAL can't send")
    yield credentials.authorization_id.encode()


def anonymous(credentials: Credentials) -> Steps:
    """ANONYMOUS (RFC 4505 section 2): trace information for the server's log, here the user name, or nothing."""
    if len(credentials.user) > _MOST_TRACE:
        raise SaslError(f"ANONYMOUS sends at most {_MOST_TRACE} characters, and the user name has more")
    yield credentials.user.encode()
