"""Octets and text from the network, made safe for a terminal: control characters are shown, never obeyed.

What can be seen is shown as it is; everything else becomes an escape:

========================================================  =============================
tab, line feed, carriage return                           ``\\t`` ``\\n`` ``\\r``
other C0 controls, DEL                                    ``\\x00`` .. ``\\x1f``, ``\\x7f``
an octet that is not part of valid UTF-8                  ``\\x80`` .. ``\\xff``
C1 controls, format characters (bidirectional controls,   ``\\u0080``, ``\\u202e``
zero width ...), line and paragraph separators,
surrogates, private and unassigned characters
the same beyond U+FFFF                                    ``\\u{e0001}``
========================================================  =============================

A backslash stands for itself, so that ``\\Seen`` stays ``\\Seen``. It is doubled only where what follows could be
taken for one of the escapes above: before a backslash, ``n``, ``r``, ``t``, ``x`` and two hex digits, ``u`` and four
hex digits or a brace, before anything that is not printable ASCII, and at the end. So the octets can always be told
from the text, and a single backslash at the end of a row is free to mean that the line has not ended.
"""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_NAMED = {0x09: "\\t", 0x0A: "\\n", 0x0D: "\\r"}
_AMBIGUOUS = re.compile(r"\\(?=[\\nrt]|x[0-9a-f]{2}|u[0-9a-f]{4}|u\{|[^ -~]|\Z)")
_MOST = 20_000


class _Table(dict[int, "int | str"]):
    """How each character is shown; worked out when it is first met."""

    def __missing__(self, code: int) -> int | str:
        if len(self) >= _MOST:
            self.clear()
        shown = self[code] = _shown(code)
        return shown


def _shown(code: int) -> int | str:
    if code in _NAMED:
        return _NAMED[code]
    if code < 0x20 or code == 0x7F:
        return f"\\x{code:02x}"
    if 0xDC80 <= code <= 0xDCFF:
        # An undecodable octet, as the error handler "surrogateescape" passes it on.
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(chr(code)) in _UNSEEN:
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\u{{{code:x}}}"
    return code


_TABLE = _Table()


def escape(text: str) -> str:
    """Text, safe for a terminal. Surrogates that stand for undecodable octets are shown as these octets."""
    if "\\" in text:
        text = _AMBIGUOUS.sub(r"\\\\", text)
    return text if text.isprintable() else text.translate(_TABLE)


def escape_octets(octets: bytes) -> str:
    """Octets, safe for a terminal: valid UTF-8 as text, what is not as escapes."""
    return escape(octets.decode("utf-8", "surrogateescape"))
