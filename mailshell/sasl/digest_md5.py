"""DIGEST-MD5 (RFC 2831), for authentication only: no integrity protection, no encryption."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from mailshell.sasl.mechanism import Credentials, Response, SaslError, Steps

#: RFC 2831 section 2.1.1: a challenge is shorter (octets).
_LONGEST = 2048
_DIRECTIVE = re.compile(rb'[\s,]*([A-Za-z0-9-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))\s*(?:,|\Z)', re.DOTALL)
_NC = b"00000001"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the server has sent (RFC 2831 section 2.1.1)."""

    nonce: bytes
    realms: tuple[bytes, ...]
    qop: tuple[str, ...]
    utf8: bool


def directives(octets: bytes) -> list[tuple[str, bytes]] | None:
    """The fields of a challenge or a response, names in lower case, without quotes; None if it is not made of them."""
    fields: list[tuple[str, bytes]] = []
    at = 0
    while at < len(octets.rstrip(b" \t\r\n,")):
        match = _DIRECTIVE.match(octets, at)
        if match is None:
            return None
        value = re.sub(rb"\\(.)", rb"\1", match[2], flags=re.DOTALL) if match[2] is not None else match[3]
        fields.append((match[1].decode().lower(), value))
        at = match.end()
    return fields


def read_challenge(octets: bytes) -> Challenge:
    """The first challenge. SaslError if it lacks what it must have, or asks for what mailshell does not do."""
    fields = directives(octets) if len(octets) < _LONGEST else None
    if not fields:
        raise SaslError("the challenge is not made of the directives of RFC 2831")
    values = dict(reversed(fields))
    if sum(name == "nonce" for name, _ in fields) != 1:
        raise SaslError("the challenge does not hold exactly one nonce")
    if values.get("algorithm", b"").lower() != b"md5-sess":
        raise SaslError("the challenge does not name the algorithm md5-sess")
    qop = tuple(word.strip().lower() for word in values.get("qop", b"auth").decode("latin-1").split(","))
    if "auth" not in qop:
        raise SaslError("the server insists on protecting each octet (qop without auth), which mailshell does not do")
    realms = tuple(value for name, value in fields if name == "realm")
    return Challenge(values["nonce"], realms, qop, values.get("charset", b"").lower() == b"utf-8")


def digest_md5(credentials: Credentials, cnonce: str | None = None) -> Steps:
    """The dialogue: a digest over both nonces, and the server's own digest (rspauth), which is checked.

    ``cnonce`` is this side's nonce, if it is not to be a random one.
    """
    challenge = read_challenge((yield None))
    nonce = (cnonce if cnonce is not None else secrets.token_hex(16)).encode()
    realm = challenge.realms[0] if challenge.realms else b""
    user, password = (_encoded(text, challenge) for text in (credentials.user, credentials.text))
    identity = credentials.authorization_id.encode()
    uri = f"{credentials.service}/{credentials.host}".encode()

    secret = hashlib.md5(b":".join(_hashed(part, challenge) for part in (user, realm, password))).digest()
    a1 = b":".join((secret, challenge.nonce, nonce, *((identity,) if identity else ())))

    def digest(method: bytes) -> bytes:
        key, target = (hashlib.md5(octets).hexdigest().encode() for octets in (a1, method + b":" + uri))
        return hashlib.md5(b":".join((key, challenge.nonce, _NC, nonce, b"auth", target))).hexdigest().encode()

    fields = [b"charset=utf-8"] if challenge.utf8 else []
    fields.append(b"username=" + _quoted(user))
    if challenge.realms:
        fields.append(b"realm=" + _quoted(realm))
    fields += [b"nonce=" + _quoted(challenge.nonce), b"nc=" + _NC, b"cnonce=" + _quoted(nonce)]
    fields += [b"digest-uri=" + _quoted(uri), b"response=" + digest(b"AUTHENTICATE"), b"qop=auth"]
    if identity:
        fields.append(b"authzid=" + _quoted(identity))
    expected = digest(b"")
    answer = yield Response(b",".join(fields), proof=b"rspauth=" + expected)
    proof = dict(directives(answer) or ()).get("rspauth")
    if proof is None:
        raise SaslError("the server's last step holds no rspauth, so it has not proved that it knows the password")
    if not hmac.compare_digest(proof.lower(), expected):
        raise SaslError("the server's rspauth is wrong: it does not know the password, or is not who it claims to be")
    yield Response(b"", proved=True)


def _encoded(text: str, challenge: Challenge) -> bytes:
    """A name or password as it is sent: UTF-8 if the server says so, else ISO 8859-1 (RFC 2831 section 2.1.2)."""
    if challenge.utf8:
        return text.encode()
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise SaslError("the server takes ISO 8859-1 only, which the user name or the password does not fit") from None


def _hashed(octets: bytes, challenge: Challenge) -> bytes:
    """What is hashed of a value: ISO 8859-1 wherever it fits, whatever is sent (RFC 2831 section 2.1.2.1)."""
    if not challenge.utf8:
        return octets
    try:
        return octets.decode().encode("latin-1")
    except UnicodeError:
        return octets


def _quoted(value: bytes) -> bytes:
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
