"""SCRAM (RFC 5802, RFC 7677), with the library scramp, which is an extra and is loaded when it is needed."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mailshell.sasl.mechanism import ChannelBinding, Credentials, Response, SaslError, Steps

if TYPE_CHECKING:
    from scramp import ScramClient

#: The most rounds of hashing that a server gets (about two seconds of computing).
MOST_ROUNDS = 5_000_000
#: The bindings, the best first: RFC 9266 section 2 for TLS 1.3, RFC 5929 for what was before it.
_KINDS = ("tls-exporter", "tls-unique", "tls-server-end-point")
_SERVER_FIRST = re.compile(r"(?:m=[^,]*,)?r=([^,]*),s=([^,]*),i=([^,]*)(?:,.*)?\Z", re.DOTALL)
_SERVER_ERROR = re.compile(r"e=([^,]*)")


def scram(name: str) -> Callable[[Credentials], Steps]:
    """The dialogue of a mechanism of this family, e.g. ``SCRAM-SHA-256-PLUS``."""

    def begin(credentials: Credentials) -> Steps:
        return steps(name, credentials)

    return begin


def steps(name: str, credentials: Credentials, nonce: str | None = None) -> Steps:
    """First message, proof, and the check of the server's signature (RFC 5802 section 5).

    ``nonce`` is this side's, if it is not to be a random one. SaslError if the library is missing, the credentials do
    not fit, or the server's messages do not hold.
    """
    client = _client(name, credentials, nonce)
    first = _call(client.get_client_first)
    server_first = _text((yield first.encode()))
    _check_first(server_first, first.rpartition("r=")[2])
    _call(client.set_server_first, server_first)
    final = _call(client.get_client_final)
    proof = b"v=" + base64.b64encode(client.server_signature)
    server_final = _text((yield Response(final.encode(), proof=proof)))
    if (error := _SERVER_ERROR.match(server_final)) is not None:
        raise SaslError(f"the server ends it with the error {error[1]}")
    if not server_final.startswith("v="):
        raise SaslError("the server's last step holds no signature, so it has not proved that it knows the password")
    if not hmac.compare_digest(server_final.partition(",")[0].encode(), proof):
        raise SaslError("the server's signature is wrong: it does not know the password, or is not who it claims to be")
    yield Response(b"", proved=True)


def choose_binding(bindings: tuple[ChannelBinding, ...]) -> ChannelBinding | None:
    """The best of the channel bindings at hand that the library takes; None if there is none."""
    from scramp.core import CbName

    at_hand = {binding.kind: binding for binding in bindings}
    return next((at_hand[kind] for kind in _KINDS if kind in at_hand and kind in CbName.SUPPORTED_TYPES), None)


def _client(name: str, credentials: Credentials, nonce: str | None) -> ScramClient:
    try:
        from scramp import ScramClient
    except ImportError:
        raise SaslError(f"{name} needs a library: pip install 'mailshell[scram]'") from None
    if credentials.authorization_id:
        raise SaslError("an authorization identity can't go with SCRAM here; PLAIN and DIGEST-MD5 can send one")
    binding = choose_binding(credentials.bindings)
    binds = name.endswith("-PLUS")
    if binds and binding is None:
        raise SaslError(f"{name} ties the login to TLS, and this connection has nothing to tie it to")
    # RFC 5802 section 6: the flag y says that the server has not offered what this side could do. A server that has
    # offered it would take that for the work of somebody in between, who took the offer out.
    told = binds or credentials.plus_offered is False
    channel = (binding.kind, binding.octets) if binding is not None and told else None
    client: ScramClient = _call(ScramClient, [name], credentials.user, credentials.text, channel, nonce)
    return client


def _check_first(message: str, nonce: str) -> None:
    """What the library would say less clearly of the server's first message, or would do and should not."""
    if (error := _SERVER_ERROR.match(message)) is not None:
        raise SaslError(f"the server ends it with the error {error[1]}")
    match = _SERVER_FIRST.match(message)
    if match is None:
        raise SaslError("the server's first message is not the nonce, the salt and the rounds of RFC 5802 section 5.1")
    if message.startswith("m="):
        raise SaslError("the server demands an extension that nobody knows (m=)")
    if not match[1].startswith(nonce) or len(match[1]) <= len(nonce):
        raise SaslError(
            "the server's nonce does not begin with this side's and go on: the messages are not of one login"
        )
    rounds = match[3]
    if rounds.isascii() and rounds.isdigit() and (len(rounds) > 12 or int(rounds) > MOST_ROUNDS):
        shown = f"{int(rounds):,}" if len(rounds) <= 12 else "more than a million million"
        raise SaslError(f"the server asks for {shown} rounds of hashing; mailshell does {MOST_ROUNDS:,} at the most")


def _text(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        raise SaslError("the server's message is not UTF-8") from None


def _call(function: Callable[..., Any], *arguments: object) -> Any:
    """Call the library; its complaint becomes a SaslError."""
    from scramp import ScramException

    try:
        return function(*arguments)
    except ScramException as error:
        raise SaslError(f"SCRAM can't go on: {error}") from None
