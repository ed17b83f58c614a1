"""Every way to send a secret, in both protocols, and generated passwords to send."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping

from hypothesis import strategies as st

#: Octets, and in a tuple those that are secret.
Pattern = list[bytes | tuple[bytes]]

PASSWORDS = st.text(alphabet="QXZJ0987654321+/=\"\\ !$&'€ö", min_size=1, max_size=24).map(str.encode)
ATOMS = PASSWORDS.map(lambda p: p.strip(b" ").replace(b'"', b"'")).filter(bool)


def quoted(value: bytes) -> bytes:
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def located(pattern: Pattern) -> tuple[bytes, list[tuple[int, int]]]:
    """Join octets; those in a tuple are secret."""
    sent, parts = b"", []
    for piece in pattern:
        octets = piece[0] if isinstance(piece, tuple) else piece
        if isinstance(piece, tuple):
            parts.append((len(sent), len(sent) + len(octets)))
        sent += octets
    return sent, parts


def size(value: bytes) -> bytes:
    return b"%d" % len(value)


def proof(value: bytes) -> str:
    """What proves the value without telling it, 32 hexadecimal digits."""
    return hashlib.md5(value).hexdigest()


def scram_first(value: bytes) -> bytes:
    """The first message of SCRAM; its nonce tells nothing, but it is masked as a whole."""
    return base64.b64encode(b"n,,n=fred,r=" + proof(b"nonce" + value).encode())


def scram_final(value: bytes) -> bytes:
    """The last message of SCRAM's client, with the proof."""
    return base64.b64encode(b"c=biws,r=QXZJ,p=" + base64.b64encode(hashlib.sha256(value).digest()))


def digest_response(value: bytes) -> bytes:
    """The response of DIGEST-MD5."""
    fields = f'username="fred",realm="h",nonce="n",nc=00000001,digest-uri="imap/h",response={proof(value)},qop=auth'
    return base64.b64encode(fields.encode())


def bearer(who: bytes, token: bytes) -> bytes:
    """The response of OAUTHBEARER and XOAUTH2."""
    return base64.b64encode(who + b"\x01auth=Bearer " + token + b"\x01\x01")


IMAP_WAYS: Mapping[str, Callable[[bytes], Pattern]] = {
    "atom": lambda p: [b"a1 LOGIN fred ", (p,), b"\r\n"],
    "mixed case": lambda p: [b"a1 loGIn fred ", (p,), b"\r\n"],
    "quoted": lambda p: [b'a1 LOGIN "fr ed" ', (quoted(p),), b"\r\n"],
    "escaped user": lambda p: [b'a1 LOGIN "fr\\"ed" ', (quoted(p),), b"\r\n"],
    "unquoted spaces": lambda p: [b"a1 LOGIN fred ", (p + b" QX " + p,), b"\r\n"],
    "user with spaces": lambda p: [b"a1 LOGIN fr ", (b"ed " + p,), b"\r\n"],
    "open quote": lambda p: [b"a1 LOGIN fred ", (b'"' + p,), b"\r\n"],
    "close quote": lambda p: [b"a1 LOGIN fred ", (p + b'"',), b"\r\n"],
    "no space between": lambda p: [b'a1 LOGIN "fred"', (quoted(p),), b"\r\n"],
    "glued": lambda p: [b'a1 LOGIN "fred"', (p,), b"\r\n"],
    "two spaces": lambda p: [b"a1  LOGIN  fred  ", (p,), b"\r\n"],
    "tabs": lambda p: [b"a1\tLOGIN\tfred\t", (p,), b"\r\n"],
    "space in front": lambda p: [b"  a1 LOGIN fred ", (p,), b"\r\n"],
    "tag forgotten": lambda p: [b"LOGIN fred ", (p,), b"\r\n"],
    "tag forgotten, space in front": lambda p: [b" LOGIN fred ", (quoted(p),), b"\r\n"],
    "bare LF": lambda p: [b"a1 LOGIN fred ", (p,), b"\n"],
    "literal": lambda p: [b"a1 LOGIN fred {", (size(p),), b"}\r\n", (p,), b"\r\n"],
    "literal+": lambda p: [b"a1 LOGIN fred {", (size(p),), b"+}\r\n", (p,), b"\r\n"],
    "two literals": lambda p: [b"a1 LOGIN {4}\r\nfred {", (size(p),), b"}\r\n", (p,), b"\r\n"],
    "user literal": lambda p: [b"a1 LOGIN {4+}\r\nfred ", (quoted(p),), b"\r\n"],
    "user literal, no space": lambda p: [b"a1 LOGIN {4+}\r\nfred", (quoted(p),), b"\r\n"],
    "tag forgotten, literal": lambda p: [b"LOGIN fred {", (size(p),), b"+}\r\n", (p,), b"\r\n"],
    "something after": lambda p: [b"a1 LOGIN fred ", (p + b" {3}x " + p,), b"\r\n"],
    "initial response": lambda p: [b"a1 AUTHENTICATE PLAIN ", (base64.b64encode(b"\0u\0" + p),), b"\r\n"],
    "initial response, mixed case": lambda p: [b"a1 authenticate plain ", (base64.b64encode(p),), b"\r\n"],
    "initial response, not base64": lambda p: [b"a1 AUTHENTICATE PLAIN ", (p,), b"\r\n"],
    "continuation": lambda p: [b"a1 AUTHENTICATE LOGIN\r\n", (base64.b64encode(p),), b"\r\n"],
    "continuations": lambda p: [b"a1 AUTHENTICATE X\r\n", (p,), b"\r\n", (p,), b"\r\n", b"*\r\n"],
    "continuation like a literal": lambda p: [b"a1 AUTHENTICATE X\r\n", (p + b"{4}",), b"\r\n", (b"QXJZ",), b"\r\n"],
    "continuation like a command": lambda p: [b"a1 AUTHENTICATE X\r\n", (b"b NOOP " + p,), b"\r\n"],
    "SCRAM": lambda p: [b"a1 AUTHENTICATE SCRAM-SHA-256\r\n", (scram_first(p),), b"\r\n", (scram_final(p),), b"\r\n"],
    "SCRAM, initial response": lambda p: [
        b"a1 AUTHENTICATE SCRAM-SHA-256-PLUS ", (scram_first(p),), b"\r\n", (scram_final(p),), b"\r\n",
    ],
    "DIGEST-MD5": lambda p: [b"a1 AUTHENTICATE DIGEST-MD5\r\n", (digest_response(p),), b"\r\n", b"\r\n"],
    "CRAM-MD5": lambda p: [b"a1 AUTHENTICATE CRAM-MD5\r\n", (base64.b64encode(b"fred " + proof(p).encode()),), b"\r\n"],
    "XOAUTH2": lambda p: [b"a1 AUTHENTICATE XOAUTH2 ", (bearer(b"user=fred", p),), b"\r\n", b"\r\n"],
    "OAUTHBEARER": lambda p: [
        b"a1 AUTHENTICATE OAUTHBEARER\r\n", (bearer(b"n,a=fred,", p),), b"\r\n", (b"AQ==",), b"\r\n",
    ],
    "EXTERNAL": lambda p: [b"a1 AUTHENTICATE EXTERNAL ", (base64.b64encode(p),), b"\r\n"],
    "ANONYMOUS": lambda p: [b"a1 AUTHENTICATE ANONYMOUS\r\n", (base64.b64encode(p),), b"\r\n"],
    "continuation in the clear": lambda p: [b"a1 AUTHENTICATE X\r\n", (b" " + p + b" ",), b"\r\n"],
}  # fmt: skip
POP3_WAYS: Mapping[str, Callable[[bytes], Pattern]] = {
    "PASS": lambda p: [b"USER fred\r\nPASS ", (p,), b"\r\n"],
    "mixed case": lambda p: [b"pAsS ", (p,), b"\r\n"],
    "spaces": lambda p: [b"PASS ", (b" " + p + b"  QX " + p + b" ",), b"\r\n"],
    "space in front": lambda p: [b" PASS ", (p,), b"\r\n"],
    "tab": lambda p: [b"PASS\t", (p,), b"\r\n"],
    "bare LF": lambda p: [b"PASS ", (p,), b"\n"],
    "APOP": lambda p: [b"APOP fred ", (p,), b"\r\n"],
    "APOP, two spaces": lambda p: [b"APOP  fred ", (p,), b"\r\n"],
    "AUTH, initial response": lambda p: [b"AUTH PLAIN ", (base64.b64encode(b"\0u\0" + p),), b"\r\n"],
    "AUTH, continuations": lambda p: [b"AUTH LOGIN\r\n", (base64.b64encode(p),), b"\r\n", (p,), b"\r\n*\r\n"],
    "AUTH, like a command": lambda p: [b"auth LOGIN\r\n", (b"STAT " + p,), b"\r\n"],
    "AUTH SCRAM": lambda p: [b"AUTH SCRAM-SHA-1\r\n", (scram_first(p),), b"\r\n", (scram_final(p),), b"\r\n"],
    "AUTH DIGEST-MD5": lambda p: [b"AUTH DIGEST-MD5\r\n", (digest_response(p),), b"\r\n", b"\r\n"],
    "AUTH XOAUTH2": lambda p: [b"AUTH XOAUTH2\r\n", (bearer(b"user=fred", p),), b"\r\n", b"\r\n"],
    "AUTH OAUTHBEARER": lambda p: [b"AUTH OAUTHBEARER ", (bearer(b"n,a=fred,", p),), b"\r\n", (b"AQ==",), b"\r\n"],
    "RPOP after PASS": lambda p: [b"PASS ", (p,), b"\r\nRPOP fred\r\n"],
    "POP2": lambda p: [b"HELO fred ", (p,), b"\r\n"],
}  # fmt: skip
