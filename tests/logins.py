"""Every way to send a secret, in both protocols, and generated passwords to send."""

from __future__ import annotations

import base64
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
    "RPOP after PASS": lambda p: [b"PASS ", (p,), b"\r\nRPOP fred\r\n"],
    "POP2": lambda p: [b"HELO fred ", (p,), b"\r\n"],
}  # fmt: skip
