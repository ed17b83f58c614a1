"""What the base64 of a SASL exchange holds (RFC 4422 section 4). Passwords, proofs and tokens are never told.

Of a response only what the form of its mechanism makes certain is shown, and that is never more than user names: what a
person typed into the wrong place may be the password.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence

from mailshell.explain.explanation import Quotes, meaning
from mailshell.protocol.secrecy import mask_text
from mailshell.protocol.terms import Terms
from mailshell.sasl.digest_md5 import directives
from mailshell.sasl.oauth import read_error
from mailshell.text.sentences import counted

_CRAM = re.compile(rb"(.+) [0-9a-fA-F]{32,128}", re.DOTALL)
_SCRAM_FIRST = re.compile(rb"([nyp])(?:=([^,]*))?,(?:a=([^,]*))?,(?:m=[^,]*,)?n=([^,]+),r=[^,]*", re.DOTALL)
_SCRAM_FINAL = re.compile(rb"c=[^,]*,r=[^,]*(?:,[^,]*)*,p=[^,]*", re.DOTALL)
_SCRAM_SERVER = re.compile(rb"r=([^,]*),s=([^,]*),i=(\d{1,10})(?:,.*)?", re.DOTALL)
_BEARER = re.compile(rb"[nyp][^,]*,(?:a=([^,\x01]*))?,\x01.*auth=", re.DOTALL)
_XOAUTH2 = re.compile(rb"user=([^\x01]*)\x01auth=", re.DOTALL)
_USER_PROMPT = re.compile(rb"user", re.IGNORECASE)
#: What a server proves itself by (RFC 5802 section 5.1, RFC 2831 section 2.1.3): who has it may guess the password.
_PROOF = re.compile(rb"(?:v|\s*rspauth)\s*=", re.IGNORECASE)
#: The fields of DIGEST-MD5 that are told; of a response only these.
_DIGEST_CHALLENGE = ("realm", "nonce", "qop", "algorithm", "charset")
_DIGEST_RESPONSE = ("realm", "digest-uri", "qop")
#: What a client says of channel binding (RFC 5802 section 6).
_BINDING = {b"n": "no channel binding", b"y": "channel binding not offered by the server"}

_RESPONSE = mask_text("response")
_PASSWORD = mask_text("password")


def decode(octets: bytes) -> bytes | None:
    """What base64 holds; None if it is none. ``=`` alone is an empty initial response (RFC 4959 section 3)."""
    if octets.strip() == b"=":
        return b""
    try:
        return base64.b64decode(octets.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None


class SaslTalk:
    """One exchange of AUTHENTICATE or AUTH. ``words`` is the command as it may be shown."""

    def __init__(self, words: str, quotes: Quotes, terms: Terms) -> None:
        self._quotes = quotes
        self._prompt: bytes | None = b""
        self._challenges = 0
        self._responses = 0
        #: Whether the last challenge was the server's proof, and whether this side has taken it.
        self._proof = False
        self._proved = False
        pieces = words.split()
        self.mechanism = pieces[1].upper() if len(pieces) > 1 else ""
        self._term = terms.find("sasl-mechanism", self.mechanism)

    @property
    def name(self) -> str:
        """The mechanism as it may be shown."""
        return self._quotes(self.mechanism, 30) or "an unknown mechanism"

    def about(self) -> str:
        """What the mechanism is."""
        return f"{self.name}: {meaning(self._term)}" if self._term is not None else ""

    def challenge(self, octets: bytes) -> str:
        """What a challenge says, given without the ``+`` in front of it."""
        self._challenges += 1
        sent = decode(octets)
        self._proof = sent is not None and self._proves and _PROOF.match(sent) is not None
        plain = self._quotes.mask(sent) if sent is not None else None
        self._prompt = plain
        if plain is None:
            return f"SASL challenge of {self.name}; it is not base64: {self._quotes(octets)}"
        if not plain:
            return f"an empty SASL challenge: the server waits for the response of {self.name}"
        return f"SASL challenge of {self.name}, base64: {self._told(plain)}"

    def _told(self, plain: bytes) -> str:
        """What a challenge holds, known secrets masked."""
        if self._proof:
            return f"the proof {mask_text('proof')} that the server knows the password too"
        told = None
        if self._is_scram:
            told = self._scram_challenge(plain)
        elif self.mechanism == "DIGEST-MD5":
            told = self._directives(plain, _DIGEST_CHALLENGE)
        elif self.mechanism in ("XOAUTH2", "OAUTHBEARER"):
            fields = read_error(plain)
            pairs = (f"{self._quotes(name, 30)} {self._quotes(value)}" for name, value in (fields or {}).items())
            told = f"the token is refused, {', '.join(pairs)}" if fields else None
        if told is not None:
            return told
        try:
            text = plain.decode("utf-8")
        except UnicodeDecodeError:
            text = "\0"
        return self._quotes(plain) if text.isprintable() else f"{counted(len(plain), 'octet')} that are no text"

    def _scram_challenge(self, plain: bytes) -> str | None:
        if (error := re.fullmatch(rb"e=([^,]*).*", plain, re.DOTALL)) is not None:
            return f"the error {self._quotes(error[1])}"
        match = _SCRAM_SERVER.fullmatch(plain)
        if match is None:
            return None
        nonce, salt = self._quotes(match[1], 40), self._quotes(match[2], 40)
        return f"nonce {nonce}, salt {salt}, {int(match[3]):,} rounds of hashing"

    def _directives(self, plain: bytes, told: Sequence[str]) -> str | None:
        fields = directives(plain)
        if not fields:
            return None
        return ", ".join(f"{name} {self._quotes.string(value, 40)}" for name, value in fields if name in told) or None

    def response(self, octets: bytes) -> str:
        """What a response of this side holds, as far as it may be told."""
        self._responses += 1
        proof, self._proof = self._proof, False
        if octets.strip() == b"*":
            why = ": this side does not accept the proof of the server" if proof else ""
            return f"* cancels the exchange{why}; the server answers BAD or -ERR"
        plain = decode(octets)
        if plain is None:
            return f"SASL response of {self.name}; it is not base64: {_RESPONSE}"
        if not plain and proof:
            self._proved = True
            return f"an empty SASL response of {self.name}: this side accepts the server's proof"
        if not plain:
            return f"an empty SASL response of {self.name}"
        teller = self._tellers.get(self.mechanism)
        if teller is None and self._is_scram:
            teller = self._scram
        told = teller(plain) if teller is not None else None
        return f"SASL response of {self.name}, base64: {told or _RESPONSE}"

    def completed(self, *, ok: bool) -> str:
        """What is to be said when the server has accepted or refused: that it has not proved what it should have."""
        if not ok or not self._proves or self._proved or not self._responses:
            return ""
        return f"the server has not proved that it knows the password, as {self.name} wants it to"

    @property
    def _proves(self) -> bool:
        return self._is_scram or self.mechanism == "DIGEST-MD5"

    @property
    def _is_scram(self) -> bool:
        return self.mechanism.startswith("SCRAM-")

    @property
    def _tellers(self) -> dict[str, Callable[[bytes], str | None]]:
        return {
            "PLAIN": self._plain,
            "LOGIN": self._login,
            "CRAM-MD5": self._cram,
            "CRAM-SHA1": self._cram,
            "CRAM-SHA256": self._cram,
            "XOAUTH2": self._xoauth2,
            "OAUTHBEARER": self._bearer,
            "DIGEST-MD5": self._digest,
            "EXTERNAL": lambda plain: f"authorization identity {_RESPONSE}",
            "ANONYMOUS": lambda plain: f"a trace of who it is, {_RESPONSE}",
        }

    def _user(self, user: bytes) -> str:
        return f"user {self._quotes.string(user)}"

    def _identity(self, identity: bytes | None) -> str:
        return f"authorization identity {self._quotes.string(identity) if identity else '(none)'}"

    def _plain(self, plain: bytes) -> str | None:
        fields = plain.split(b"\0")
        if len(fields) != 3 or not fields[1] or not fields[2]:
            return f"not the form of PLAIN, {_RESPONSE}"
        return f"{self._identity(fields[0])}, {self._user(fields[1])}, password {_PASSWORD}"

    def _login(self, plain: bytes) -> str | None:
        """Two prompts: the user name is told only where the server asked for it, or where nobody had to ask."""
        first = self._responses == 1 and self._challenges <= 1
        asked = self._prompt is not None and (not self._prompt or _USER_PROMPT.search(self._prompt))
        if not first or not asked:
            return f"password {_PASSWORD}" if self._responses == 2 else None
        # The engine takes it for a password, since it might be one; what it masks stays masked.
        shown = self._quotes.string(plain)
        return f"user {_RESPONSE if '⟦' in shown else shown}"

    def _cram(self, plain: bytes) -> str | None:
        match = _CRAM.fullmatch(plain)
        return f"{self._user(match[1])}, digest {mask_text('digest')}" if match else None

    def _scram(self, plain: bytes) -> str | None:
        first = _SCRAM_FIRST.fullmatch(plain)
        if first is not None:
            binding = _BINDING.get(first[1]) or f"channel binding {self._quotes(first[2] or b'', 30)}"
            return f"{binding}, {self._identity(first[3])}, {self._user(first[4])}, a nonce"
        return f"a nonce and the proof {mask_text('proof')}" if _SCRAM_FINAL.fullmatch(plain) else None

    def _xoauth2(self, plain: bytes) -> str | None:
        match = _XOAUTH2.match(plain)
        return f"{self._user(match[1])}, token {mask_text('token')}" if match else None

    def _digest(self, plain: bytes) -> str | None:
        fields = dict(directives(plain) or ())
        if "response" not in fields or "username" not in fields:
            return None
        told = self._directives(plain, _DIGEST_RESPONSE)
        identity = f", {self._identity(fields['authzid'])}" if "authzid" in fields else ""
        return f"{self._user(fields['username'])}{identity}, {told}, response {mask_text('digest')}"

    def _bearer(self, plain: bytes) -> str | None:
        if plain == b"\x01":
            return "^A alone, the answer to an error"
        match = _BEARER.match(plain)
        return f"{self._identity(match[1])}, token {mask_text('token')}" if match else None
