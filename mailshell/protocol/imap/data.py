"""What IMAP responses say, as values. Made by ``grammar``; each names the part of RFC 9051 that defines it.

Strings are text as a person reads it (mailbox names decoded); ``raw`` keeps the octets where decoding may lose them.
None stands for NIL, and for what the server should have sent and did not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailshell.protocol.imap.values import Value


@dataclass(frozen=True, slots=True)
class StatusText:
    """OK, NO, BAD, BYE, PREAUTH or a continuation request (sections 7.1 and 7.6)."""

    status: str
    code: str
    arguments: tuple[Value, ...]
    text: bytes


@dataclass(frozen=True, slots=True)
class Words:
    """A list of words: CAPABILITY, ENABLED, FLAGS, LANGUAGE, COMPARATOR, CONVERSION (sections 7.2.2, 7.3.5)."""

    kind: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """EXISTS, RECENT, EXPUNGE: a number and what it counts (sections 7.4 and 7.5.1)."""

    kind: str
    number: int | None


@dataclass(frozen=True, slots=True)
class MailboxListing:
    """LIST, LSUB, XLIST, RLIST (section 7.3.1; extended data, section 6.3.9.6)."""

    kind: str
    attributes: tuple[str, ...]
    delimiter: str | None
    name: str
    raw: bytes
    extended: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class MailboxStatus:
    """STATUS (section 7.3.3)."""

    name: str
    raw: bytes
    items: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Numbers:
    """SEARCH or SORT (RFC 3501 section 7.2.5, RFC 5256 section 4; MODSEQ: RFC 7162 section 3.1.5)."""

    kind: str
    numbers: tuple[int, ...]
    modseq: int | None = None


@dataclass(frozen=True, slots=True)
class ExtendedSearch:
    """ESEARCH (section 7.3.4; MULTISEARCH adds the mailbox, RFC 7377 section 2.1)."""

    tag: str | None
    uid: bool
    items: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Threads:
    """THREAD (RFC 5256 section 4): each thread is a tuple of numbers, and of tuples where it branches."""

    threads: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Vanished:
    """VANISHED (RFC 7162 section 3.2.10)."""

    earlier: bool
    uids: str


@dataclass(frozen=True, slots=True)
class Namespaces:
    """NAMESPACE (section 7.3.2): prefix and delimiter of each; None for NIL."""

    personal: tuple[tuple[str, str | None], ...] | None
    other: tuple[tuple[str, str | None], ...] | None
    shared: tuple[tuple[str, str | None], ...] | None


@dataclass(frozen=True, slots=True)
class Pairs:
    """A name and what belongs to it, pairwise: ID, ACL, QUOTA, METADATA, ANNOTATION.

    RFC 2971 section 3.2, RFC 4314 section 3.6, RFC 9208 section 4.2, RFC 5464 section 4.4.
    """

    kind: str
    subject: tuple[str, ...]
    pairs: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Address:
    """An address of an ENVELOPE (section 7.5.2). ``name`` and the rest as on the wire, encoded words undecoded."""

    name: str | None
    route: str | None
    mailbox: str | None
    host: str | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """ENVELOPE (section 7.5.2)."""

    date: str | None
    subject: str | None
    from_: tuple[Address, ...]
    sender: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    in_reply_to: str | None
    message_id: str | None


@dataclass(frozen=True, slots=True)
class BodyStructure:
    """BODY or BODYSTRUCTURE (section 7.5.2): a part and the parts within it.

    ``section`` is the part number that BODY[...] takes; empty for the whole message if that is a multipart.
    ``size`` in octets of the encoded part; ``lines`` for text and message/rfc822.
    """

    section: str
    type: str
    subtype: str
    parameters: tuple[tuple[str, str], ...] = ()
    id: str | None = None
    description: str | None = None
    encoding: str | None = None
    size: int | None = None
    lines: int | None = None
    md5: str | None = None
    disposition: str | None = None
    disposition_parameters: tuple[tuple[str, str], ...] = ()
    language: tuple[str, ...] = ()
    location: str | None = None
    envelope: Envelope | None = None
    parts: tuple[BodyStructure, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """The octets of a section: BODY[...], BINARY[...], RFC822 and its kin; None if NIL or not kept.

    ``size`` in octets; None for NIL.
    """

    octets: bytes | None
    size: int | None


@dataclass(frozen=True, slots=True)
class FetchItem:
    """One data item: its name as the server wrote it, upper case, and its value.

    The value is an ``Envelope``, ``BodyStructure``, ``Body``, number, text, tuple of flags, or a generic value.
    """

    name: str
    value: object


@dataclass(frozen=True, slots=True)
class Fetched:
    """FETCH, or UIDFETCH (section 7.5.2, RFC 9586 section 3.2): the message's number, resp. UID, and its items."""

    kind: str
    number: int | None
    items: tuple[FetchItem, ...]


@dataclass(frozen=True, slots=True)
class Other:
    """A response that has no form of its own here: its values as they stand."""

    name: str
    number: int | None
    values: tuple[Value, ...]


Data = (
    StatusText
    | Words
    | Count
    | MailboxListing
    | MailboxStatus
    | Numbers
    | ExtendedSearch
    | Threads
    | Vanished
    | Namespaces
    | Pairs
    | Fetched
    | Other
)
