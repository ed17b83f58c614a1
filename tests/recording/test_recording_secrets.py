"""No secret reaches a recording: every way to send one, echoed by the server, with 1,000 generated passwords."""

from __future__ import annotations

import base64
import random

import pytest
from logins import IMAP_WAYS, POP3_WAYS, located, quoted

from mailshell.protocol.secrecy import LEAST
from mailshell.recording.digest import Digest
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import Header
from mailshell.recording.watch import Watch

WAYS = [("imap", name) for name in IMAP_WAYS] + [("pop3", name) for name in POP3_WAYS]
COUNT = 1000
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_ODD = _BASE64 + " \"\\!$%&'()*,-.:;<>?@[]^_`{|}~äöüß€日本語"


class Kept(RecordingFile):
    """A recording in memory."""

    def __init__(self) -> None:
        self.error, self.events, self.lines = None, 0, b""
        self._digest = Digest()

    def write(self, *pieces: bytes) -> None:
        self.lines += b"".join(pieces)

    def close(self) -> None:
        return


def passwords(seed: str) -> list[bytes]:
    """Of 4 to 24 characters: quotes, spaces, backslashes, text beyond ASCII; a third look like base64."""
    chance = random.Random(seed)
    found = []
    for number in range(COUNT):
        alphabet = _BASE64 if number % 3 == 0 else _ODD
        text = "".join(chance.choice(alphabet) for _ in range(chance.randint(4, 24)))
        # A blank at either end, and a double quote in an atom, are other commands than meant.
        found.append(text.strip(" ").replace('"', "'").encode() or b"xxxx")
    return found


def pieces(octets: bytes, chance: random.Random) -> list[bytes]:
    """The octets in up to four writes."""
    cuts = sorted(chance.randrange(len(octets) + 1) for _ in range(chance.randrange(4)))
    return [octets[a:b] for a, b in zip([0, *cuts], [*cuts, len(octets)], strict=True) if b > a]


@pytest.mark.parametrize(("protocol", "way"), WAYS)
def test_no_password_is_in_any_recording(protocol: str, way: str) -> None:
    chance = random.Random(way)
    table = IMAP_WAYS if protocol == "imap" else POP3_WAYS
    for password in passwords(way):
        sent, parts = located(table[way](password))
        kept = Kept()
        watch = Watch(kept, Header(protocol))
        watch.received(b"* OK ready\r\n" if protocol == "imap" else b"+OK ready\r\n")
        for piece in pieces(sent, chance):
            watch.sent(piece)
        echo = b"%s no user with %s %s %s\r\n" % (
            b"a1 NO" if protocol == "imap" else b"-ERR", password, quoted(password), base64.b64encode(password),
        )  # fmt: skip
        if len(password) >= LEAST and way in ECHOED:
            watch.received(echo)
        watch.closed()
        plain = kept.lines.decode()
        forms = {password, quoted(password), base64.b64encode(password), base64.b64encode(b"\0u\0" + password)}
        open_text = b"".join(sent[a:b] for a, b in gaps(parts, len(sent)))
        for form in forms:
            escaped = form.decode().replace("\\", "\\\\").replace('"', '\\"')
            if form not in open_text and len(form) >= 4:
                assert escaped not in plain, (password, form)


def gaps(parts: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """What lies between the parts."""
    edges = [0, *(edge for part in parts for edge in part), length]
    return list(zip(edges[::2], edges[1::2], strict=True))


#: Where what is sent is the password as such, or in a form that gives it away: what the server echoes is masked too.
ECHOED = {
    "atom", "mixed case", "quoted", "escaped user", "literal", "literal+", "two literals", "user literal",
    "initial response", "PASS", "bare LF",
}  # fmt: skip
