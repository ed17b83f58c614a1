"""What a mechanism is: a record of what it needs, and a dialogue of challenges and responses.

No octet here is in base64. The steps of a mechanism are a generator: it yields its initial response (None if it has
none, for the server speaks first), is sent each challenge and yields the response to it. A mechanism by which the
server proves itself at the end (SCRAM, DIGEST-MD5) checks the proof and yields an empty response to it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from mailshell.secret import Secret


class SaslError(Exception):
    """A challenge that the mechanism can't answer, or credentials that it can't use; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class ChannelBinding:
    """What ties a login to the TLS connection under it (RFC 5056): ``tls-exporter`` (RFC 9266), ``tls-unique`` or
    ``tls-server-end-point`` (RFC 5929), and the octets.
    """

    kind: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a mechanism may draw on. ``service``: ``imap`` or ``pop``, as GSSAPI names it (RFC 4422 section 4).

    ``plus_offered``: whether the server lists the -PLUS form of the mechanism; None: it has listed nothing yet.
    """

    user: str = ""
    secret: Secret | None = None
    authorization_id: str = ""
    service: str = "imap"
    host: str = ""
    port: int = 0
    bindings: tuple[ChannelBinding, ...] = ()
    plus_offered: bool | None = None

    @property
    def text(self) -> str:
        """The secret as text; empty if there is none."""
        return self.secret.reveal() if self.secret is not None else ""

    @property
    def password(self) -> bytes:
        """The secret's octets, in UTF-8."""
        return self.text.encode()


@dataclass(frozen=True, slots=True, repr=False)
class Response:
    """A response, and what a mechanism has found out with it.

    ``proof``: what the server is to send to prove that it knows the password too; who sees it may guess the password
    in peace, so it is a secret. ``proved``: that proof has come, and holds. ``refusal``: why the server says that it
    will refuse (the error of an OAuth server).
    """

    octets: bytes = b""
    proof: bytes = b""
    proved: bool = False
    refusal: str = ""


Steps = Generator[bytes | Response | None, bytes, None]


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A mechanism. ``needs``: ``password``, ``token`` or nothing. ``reveals``: the secret itself goes over the wire.

    ``begin`` starts the dialogue; it raises SaslError for credentials that the mechanism can't use. ``proves``: what
    the server proves itself by at the end, in words; empty if it proves nothing. ``binds``: it needs a channel binding.
    """

    name: str
    needs: str
    reveals: bool
    rfc: str
    help: str
    begin: Callable[[Credentials], Steps]
    proves: str = ""
    binds: bool = False


class Dialogue:
    """One login with a mechanism. Raises SaslError for credentials that the mechanism can't use.

    ``user`` logs in. ``initial`` is the initial response, or None. ``challenges`` counts those that were given to
    ``respond``. ``proof``, ``proved`` and ``refusal`` are those of the responses so far (see ``Response``).
    """

    def __init__(self, mechanism: Mechanism, credentials: Credentials) -> None:
        self.mechanism = mechanism
        self.user = credentials.user
        self.challenges = 0
        self.proof = b""
        self.proved = False
        self.refusal = ""
        self._steps = mechanism.begin(credentials)
        first = next(self._steps)
        self.initial = None if first is None else self._read(first)

    def respond(self, challenge: bytes) -> bytes:
        """The response to a challenge. Raises SaslError if there is none; the dialogue has to be cancelled then.

        May take as long as a few seconds of computing, if the server asks for that much.
        """
        self.challenges += 1
        try:
            response = self._steps.send(challenge)
        except StopIteration:
            raise SaslError("the server goes on asking after the mechanism's last step") from None
        return b"" if response is None else self._read(response)

    def _read(self, response: bytes | Response) -> bytes:
        if isinstance(response, bytes):
            return response
        self.proof = response.proof or self.proof
        self.proved = self.proved or response.proved
        self.refusal = response.refusal or self.refusal
        return response.octets
