"""What the base64 of a SASL exchange holds (RFC 4422 section 4). Passwords, proofs and tokens are never told.

Of a response only what the form of its mechanism makes certain is shown, and that is never more than user names: what a
person typed into the wrong place may be the password.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable

from mailshell.explain.explanation import Quotes, meaning
from mailshell.protocol.secrecy import mask_text
from mailshell.protocol.terms import Terms
from mailshell.text.sentences import counted

_CRAM = re.compile(rb"(.+) [0-9a-fA-F]{32,128}", re.DOTALL)
_SCRAM_FIRST = re.compile(rb"[nyp][^,]*,(?:a=([^,]*))?,(?:m=[^,]*,)?n=([^,]+),r=[^,]*", re.DOTALL)
_SCRAM_FINAL = re.compile(rb"c=[^,]*,r=[^,]*(?:,[^,]*)*,p=[^,]*", re.DOTALL)
_SCRAM_SERVER = re.compile(rb"r=[^,]*,s=[^,]*,i=(\d{1,10})(?:,.*)?", re.DOTALL)
_BEARER = re.compile(rb"[nyp][^,]*,(?:a=([^,\x01]*))?,\x01.*auth=", re.DOTALL)
_XOAUTH2 = re.compile(rb"user=([^\x01]*)\x01auth=", re.DOTALL)
_USER_PROMPT = re.compile(rb"user", re.IGNORECASE)

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
        plain = decode(octets)
        if plain is not None:
            plain = self._quotes.mask(plain)
        self._prompt = plain
        if plain is None:
            return f"SASL challenge of {self.name}; it is not base64: {self._quotes(octets)}"
        if not plain:
            return f"an empty SASL challenge: the server waits for the response of {self.name}"
        server_first = _SCRAM_SERVER.fullmatch(plain) if self._is_scram else None
        if server_first is not None:
            rounds = f"{int(server_first[1]):,}"
            return f"SASL challenge of {self.name}, base64: a nonce, the salt, and {rounds} rounds of hashing"
        if self._is_scram and plain.startswith(b"v="):
            return f"SASL challenge of {self.name}, base64: the proof that the server knows the password too"
        try:
            text = plain.decode("utf-8")
        except UnicodeDecodeError:
            text = "\0"
        if not text.isprintable():
            return f"SASL challenge of {self.name}, base64: {counted(len(plain), 'octet')} that are no text"
        return f"SASL challenge of {self.name}, base64: {self._quotes(plain)}"

    def response(self, octets: bytes) -> str:
        """What a response of this side holds, as far as it may be told."""
        self._responses += 1
        if octets.strip() == b"*":
            return "* cancels the exchange; the server answers BAD or -ERR"
        plain = decode(octets)
        if plain is None:
            return f"SASL response of {self.name}; it is not base64: {_RESPONSE}"
        if not plain:
            return f"an empty SASL response of {self.name}"
        teller = self._tellers.get(self.mechanism)
        if teller is None and self._is_scram:
            teller = self._scram
        told = teller(plain) if teller is not None else None
        return f"SASL response of {self.name}, base64: {told or _RESPONSE}"

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
            return f"{self._identity(first[1])}, {self._user(first[2])}, a nonce"
        return f"a nonce and the proof {mask_text('proof')}" if _SCRAM_FINAL.fullmatch(plain) else None

    def _xoauth2(self, plain: bytes) -> str | None:
        match = _XOAUTH2.match(plain)
        return f"{self._user(match[1])}, token {mask_text('token')}" if match else None

    def _bearer(self, plain: bytes) -> str | None:
        match = _BEARER.match(plain)
        return f"{self._identity(match[1])}, token {mask_text('token')}" if match else None
