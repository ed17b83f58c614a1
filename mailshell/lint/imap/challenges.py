"""What a server says while AUTHENTICATE waits: base64 and nothing else (RFC 9051 sections 6.2.2 and 7.6)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from mailshell.lint.checker import Checker, Now
from mailshell.lint.finding import Fault
from mailshell.protocol.exchange import Continuation
from mailshell.protocol.imap.response import Response
from mailshell.protocol.secrecy import mask_text

#: What stands for a secret in a recording begins with this.
MASK = mask_text("")[:1].encode()
_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4})*+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_PROMPTS = (base64.b64encode(b"Username:"), base64.b64encode(b"Password:"))


class Challenges(Checker):
    """Challenges may be secret, so none is quoted."""

    def continuation(self, event: Continuation, now: Now) -> Iterator[Fault]:
        exchange, response = event.exchange, event.response
        if exchange is None or exchange.name != "AUTHENTICATE" or not isinstance(response, Response):
            return
        challenge = response.rest
        start = response.offset + response.body
        end = start + len(challenge)
        # In a recording a mask may stand for one.
        if not _BASE64.fullmatch(challenge) and MASK not in challenge:
            yield Fault("challenge-not-base64", start, end, expected="base64, or nothing behind the space")
        elif challenge and exchange.words.upper().split()[1:2] == ["LOGIN"] and challenge not in _PROMPTS:
            yield Fault("login-prompt", start, end, expected="Username: or Password: in base64")
