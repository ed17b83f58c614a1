"""A message taken apart here, octet for octet, to hold against what a server says of it. Pure, and never raises.

Where the MIME of a message is broken, or can be read in more than one way, the part is not ``clean``: servers may then
differ from this reading, and from each other, with good reason.
"""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

#: Multiparts are followed so deep, and so many parts are told of one.
_DEPTH, _PARTS = 20, 500
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:((?:[^\r\n]|\r(?!\n)|\n|\r\n(?=[ \t]))*)(?:\r\n|\Z)")
_TOKEN = r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+"
_TYPE = re.compile(rf"({_TOKEN})/({_TOKEN})[ \t]*(?=;|\Z)")
_PARAMETER = re.compile(rf';[ \t]*({_TOKEN})=(?:({_TOKEN})|"((?:[^"\\]|\\.)*)")[ \t]*')
#: Encodings that leave the octets as they are.
PLAIN = frozenset({"7bit", "8bit", "binary"})
_ENCODINGS = PLAIN | {"base64", "quoted-printable"}
_BASE64 = re.compile(rb"[A-Za-z0-9+/\r\n]*={0,2}[\r\n]*")


@dataclass(frozen=True, slots=True)
class Part:
    """A message or a part of one. ``section``: as BODY[...] takes it; empty for a message that is a multipart.

    ``header``: its octets up to and including the blank line; ``body``: the rest, transfer encoding untouched. Type,
    subtype and encoding are in lower case, as are the names of the parameters.
    """

    section: str
    header: bytes
    body: bytes
    type: str = "text"
    subtype: str = "plain"
    parameters: dict[str, str] = field(default_factory=dict)
    encoding: str = "7bit"
    parts: tuple[Part, ...] = ()
    clean: bool = True

    @property
    def is_message(self) -> bool:
        return (self.type, self.subtype) == ("message", "rfc822")

    def walk(self) -> Iterator[Part]:
        """This part and all within it, in the order of the octets."""
        yield self
        for part in self.parts:
            yield from part.walk()

    @property
    def all_clean(self) -> bool:
        return all(part.clean for part in self.walk())


def split(octets: bytes) -> tuple[bytes, bytes]:
    """Header and body; the blank line belongs to the header (RFC 9051 section 6.4.5.1)."""
    if octets.startswith(b"\r\n"):
        return octets[:2], octets[2:]
    end = octets.find(b"\r\n\r\n")
    return (octets, b"") if end < 0 else (octets[: end + 4], octets[end + 4 :])


def lines(header: bytes) -> list[bytes]:
    """The fields of a header, each with its continuation lines and line ends, as they stand; without the blank line."""
    return re.findall(rb"[^\r\n][^\n]*(?:\n[ \t][^\n]*)*(?:\n|\Z)", header)


def fields(header: bytes) -> list[tuple[str, bytes]]:
    """Name (lower case) and value (unfolded, without white space around it) of each field that can be read."""
    found = []
    for line in lines(header):
        match = _FIELD.match(line)
        if match is not None:
            found.append((match[1].decode("ascii").lower(), unfold(match[2])))
    return found


def unfold(value: bytes) -> bytes:
    """A field's value without its line breaks (RFC 5322 section 2.2.3)."""
    return value.replace(b"\r\n", b"").strip(b" \t")


def read_message(octets: bytes) -> Part:
    """The whole message as a part."""
    return _read(octets, "", "text/plain", 0)


def decoded(part: Part) -> bytes | None:
    """The contents of a part without its transfer encoding; None if that is broken or unknown."""
    if part.encoding in PLAIN:
        return part.body
    if part.encoding == "base64" and _BASE64.fullmatch(part.body):
        try:
            return binascii.a2b_base64(part.body)
        except binascii.Error:
            return None
    if part.encoding == "quoted-printable" and not re.search(rb"=(?![0-9A-F]{2}|\r\n)|[ \t]\r\n", part.body):
        return quopri.decodestring(part.body)
    return None


def _read(octets: bytes, section: str, default: str, depth: int) -> Part:
    header, body = split(octets)
    found = fields(header)
    types = [value for name, value in found if name == "content-type"]
    encodings = [value for name, value in found if name == "content-transfer-encoding"]
    clean = len(types) < 2 and len(encodings) < 2 and header.endswith(b"\r\n")
    clean = clean and len(found) == len(lines(header)) and (not types or section != "" or _declared(found))
    kind, subtype, parameters, readable = _content_type(types[0] if types else default.encode())
    encoding = encodings[0].decode("latin-1").lower() if encodings else "7bit"
    clean = clean and readable and encoding in _ENCODINGS and b"\0" not in octets
    if kind != "multipart" and not section:
        section = "1"
    parts: tuple[Part, ...] = ()
    plain = encoding in PLAIN
    if kind == "multipart" and depth < _DEPTH and parameters.get("boundary"):
        pieces, whole = _pieces(body, parameters["boundary"].encode("latin-1", "replace"))
        inner = "message/rfc822" if subtype == "digest" else "text/plain"
        prefix = f"{section}." if section else ""
        numbered = enumerate(pieces[:_PARTS], start=1)
        parts = tuple(_read(piece, f"{prefix}{at}", inner, depth + 1) for at, piece in numbered)
        clean = clean and whole and bool(pieces) and plain
    elif kind == "multipart":
        clean = False
    elif (kind, subtype) == ("message", "rfc822") and depth < _DEPTH and plain:
        parts = (_read_inner(body, section, depth + 1),)
    elif kind == "message" and subtype in ("rfc822", "global"):
        clean = False
    if depth and not body.endswith(b"\r\n") and _ends_with_delimiter(kind, parts):
        # The line end behind the last delimiter is the next one's (RFC 2046 section 5.1.1), and some count it here.
        clean = False
    return Part(section, header, body, kind, subtype, parameters, encoding, parts, clean)


def _ends_with_delimiter(kind: str, parts: tuple[Part, ...]) -> bool:
    return kind == "multipart" or (bool(parts) and _ends_with_delimiter(parts[-1].type, parts[-1].parts))


def _read_inner(octets: bytes, section: str, depth: int) -> Part:
    """The message within a message/rfc822: a multipart goes on with the section's numbers, anything else is its 1."""
    types = [value for name, value in fields(split(octets)[0]) if name == "content-type"]
    multipart = bool(types) and types[0].lower().startswith(b"multipart/")
    return _read(octets, section if multipart else f"{section}.1", "text/plain", depth)


def _declared(found: list[tuple[str, bytes]]) -> bool:
    """Whether the message says that it is MIME (RFC 2045 section 4)."""
    return any(name == "mime-version" for name, _ in found)


def _content_type(value: bytes) -> tuple[str, str, dict[str, str], bool]:
    """Type, subtype, parameters, and whether all of it could be read (RFC 2045 section 5.1)."""
    text = value.decode("latin-1")
    match = _TYPE.match(text)
    if match is None:
        return "text", "plain", {}, False
    parameters: dict[str, str] = {}
    at, readable = match.end(), text.isascii()
    while (one := _PARAMETER.match(text, at)) is not None:
        name = one[1].lower()
        readable = readable and name not in parameters
        parameters[name] = one[2] if one[2] is not None else re.sub(r"\\(.)", r"\1", one[3])
        at = one.end()
    readable = readable and not text[at:].strip(" \t;")
    return match[1].lower(), match[2].lower(), parameters, readable


def _pieces(body: bytes, boundary: bytes) -> tuple[list[bytes], bool]:
    """What stands between the delimiters, and whether they are in order (RFC 2046 section 5.1.1)."""
    pieces: list[bytes] = []
    begin, closed, whole = -1, False, True
    for match in re.finditer(rb"(?:\A|(?<=\r\n))--" + re.escape(boundary) + rb"(--)?([^\r\n]*)(?:\r\n|\Z)", body):
        if match[2].strip(b" \t"):
            whole = False  # a longer word that begins like the boundary: some take it for one
            continue
        if closed:
            whole = False
            break
        if begin >= 0:
            end = max(begin, match.start() - 2)
            whole = whole and match.start() - 2 >= begin
            pieces.append(body[begin:end])
        begin, closed = match.end(), match[1] is not None
    return pieces, whole and closed
