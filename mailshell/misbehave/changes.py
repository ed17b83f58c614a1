"""The kinds of change that a misbehaviour can make, as data.

Texts are octets with fields in braces that are filled in when the change is made (see ``template``): ``{tag}``, the
named groups of the patterns that matched (``{size}``), what is known of the mailbox (``{exists}``), and with a number
added or taken away ``{exists+1}``. Braces around anything else stand for themselves, so that ``{5}`` is a literal's.

Where ``during`` is given, the change concerns what answers a command that it matches: a pattern, searched at the
command's beginning without its tag (``rb"(?:UID )?FETCH "``), whatever the case. In IMAP untagged data and
continuation requests belong to any matching command that is under way, a completion to the command with its tag.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TypeAlias

from mailshell.misbehave.actions import BeginTls, Last, Pause

#: What stands in place of something: octets with fields, and what else happens.
Step: TypeAlias = bytes | Pause | Last | BeginTls


class Of(enum.Enum):
    """What a piece of the server's stream is."""

    GREETING = "greeting"
    #: The tagged line; in POP3 the status line.
    COMPLETION = "completion"
    #: The first line of an untagged response (IMAP).
    UNTAGGED = "untagged"
    #: A line that begins with ``+`` and a space; in POP3 during AUTH.
    CONTINUATION = "continuation"
    #: The rest of a response behind a literal, up to the next one or the end (IMAP).
    BEHIND = "behind a literal"
    #: A piece of a literal (IMAP).
    LITERAL = "literal"
    #: A line of a multi-line reply, as it stands on the wire (POP3).
    BODY = "body"
    #: The line with the dot that ends it (POP3).
    DOT = "dot"
    #: Anything else: an endless line, or one that answers nothing.
    OTHER = "other"


#: Single lines.
LINES = (Of.GREETING, Of.COMPLETION, Of.UNTAGGED, Of.CONTINUATION, Of.BEHIND)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """In each line of the server of a kind in ``of``, what ``match`` finds becomes ``become``.

    ``match`` is searched in the line with its line end; what it matches may be empty: ``rb"\\A"`` puts something
    before the line, ``rb"\\Z"`` behind it. ``become`` may have several steps. ``every``: all that it finds in a line,
    not the first only. ``most``: in so many lines of a session (None: in all); ``skip``: but not in the first so many.
    """

    of: Of | tuple[Of, ...]
    match: bytes
    become: Step | tuple[Step, ...]
    during: bytes = b""
    every: bool = False
    most: int | None = None
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Drop:
    """IMAP: an untagged response whose first line has ``match`` is left out, with its literals."""

    match: bytes
    during: bytes = b""
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A command is answered in place of the server, which does not get it.

    ``early``: as soon as its first line has come, not only when it is whole; its literals are then let pass.
    ``open``: it is not completed: it stays under way, and what else comes may belong to it.
    """

    during: bytes
    says: tuple[Step, ...]
    early: bool = False
    open: bool = False
    most: int | None = None
    skip: int = 0


@dataclass(frozen=True, slots=True)
class Ask:
    """In the first line of a command, what ``match`` finds becomes ``become`` before the server gets it."""

    during: bytes
    match: bytes
    become: bytes


@dataclass(frozen=True, slots=True)
class InLiteral:
    """IMAP: in a literal, ``over`` octets from ``at`` on become ``become``; ``match``: of the line that announces it.

    The announced size stays as it is: a Rewrite may change it.
    """

    become: Step | tuple[Step, ...]
    match: bytes = b""
    at: int = 0
    over: int = 0
    during: bytes = b""
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Capabilities are added to each list of them that the server tells, or taken out of it, in whatever form.

    IMAP: ``CAPABILITY`` data and response codes; POP3: the lines of the reply to CAPA. ``drop`` has whole words (POP3:
    the first word of the line) in upper case.
    """

    add: tuple[bytes, ...] = ()
    drop: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Hold:
    """A completion is held back, if other commands are under way, until the next one of those is completed."""

    during: bytes


@dataclass(frozen=True, slots=True)
class KeepClear:
    """What the client has sent in the clear behind the command that begins TLS is taken for sent under TLS."""


Change: TypeAlias = Rewrite | Drop | Answer | Ask | InLiteral | Capabilities | Hold | KeepClear
