"""The mechanisms of a token: OAUTHBEARER, and XOAUTH2 of Google and Microsoft."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from mailshell.sasl.mechanism import Credentials, Response, SaslError, Steps

#: RFC 6750 section 2.1, b64token; what some issuers use beside it does no harm.
_TOKEN = re.compile(r"[\x21-\x7e]+\Z")
#: So long may an error be that is read (octets), and so many fields of it are told.
_MOST_ERROR = 16384
_MOST_FIELDS = 8


def oauthbearer(credentials: Credentials) -> Steps:
    """OAUTHBEARER (RFC 7628 section 3.1). An error of the server is answered with ^A alone (section 3.2.3)."""
    token = _token(credentials)
    identity = credentials.authorization_id or credentials.user
    who = f"a={_escaped(identity)}" if identity else ""
    where = f"host={credentials.host}\x01" if credentials.host else ""
    where += f"port={credentials.port}\x01" if credentials.port else ""
    error = yield f"n,{who},\x01{where}auth=Bearer {token}\x01\x01".encode()
    yield Response(b"\x01", refusal=_refusal(error))


def xoauth2(credentials: Credentials) -> Steps:
    """XOAUTH2 (Google, developers.google.com/gmail/imap/xoauth2-protocol): an error is answered with nothing."""
    token = _token(credentials)
    _escaped(credentials.user)
    error = yield f"user={credentials.user}\x01auth=Bearer {token}\x01\x01".encode()
    yield Response(b"", refusal=_refusal(error))


def read_error(challenge: bytes) -> Mapping[str, str] | None:
    """The fields of the JSON object that tells of an error (RFC 7628 section 3.2.2); None if it is none.

    ``status``, and perhaps ``scope`` and ``openid-configuration``; Google adds ``schemes``. Values that are no text
    are given as JSON writes them.
    """
    if len(challenge) > _MOST_ERROR:
        return None
    try:
        value = json.loads(challenge)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    fields = list(value.items())[:_MOST_FIELDS]
    return {str(name): text if isinstance(text, str) else json.dumps(text) for name, text in fields}


def _refusal(challenge: bytes) -> str:
    fields = read_error(challenge)
    if not fields:
        return challenge[:200].decode("utf-8", "replace")
    return ", ".join(f"{name} {value}" for name, value in fields.items())


def _token(credentials: Credentials) -> str:
    token = credentials.text
    if not _TOKEN.match(token):
        raise SaslError("the token is empty, or holds a space or a character that no token has")
    return token


def _escaped(name: str) -> str:
    """A name in a GS2 header (RFC 5801 section 4): comma and equals sign escaped. SaslError if it can't stand there."""
    if "\0" in name or "\x01" in name:
        raise SaslError("the user name holds a control character, which the mechanism can't send")
    return name.replace("=", "=3D").replace(",", "=2C")
