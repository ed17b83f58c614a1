"""Misbehaviours of POP3 about listings, sizes and the numbers of the maildrop."""

from __future__ import annotations

from functools import partial

from mailshell.misbehave.changes import Answer, Change, Hold, Of, Rewrite
from mailshell.misbehave.misbehaviour import Misbehaviour

_STAT, _LIST, _UIDL = rb"STAT\b", rb"LIST\b", rb"UIDL\b"
#: DELE is agreed to, and the server does not get it.
NOT_DELETED = Answer(rb"DELE\b", (b"+OK marked\r\n",))
_SMALL = b"Subject: a small one\r\n\r\none line\r\n"
_DOTTED = b"Subject: dots\r\n\r\n.one line\r\n"


def _sized(size: int, message: bytes) -> tuple[Change, ...]:
    """Message 1 is this one, and it is said to have ``size`` octets."""
    listed = b"1 %d" % size
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    return (
        Rewrite(Of.BODY, rb"\A1 \d+", listed, _LIST),
        Rewrite(Of.COMPLETION, rb"(?<=\A\+OK )1 \d+", listed, _LIST),
        Answer(rb"RETR 1\s*\Z", (b"+OK here it is\r\n" + stuffed + b".\r\n",)),
    )


def _in_listing(command: bytes, match: bytes, become: bytes) -> tuple[Change, ...]:
    """Something in each line of LIST or UIDL, in the whole listing and in that of one message."""
    return (
        Rewrite(Of.BODY, rb"\A" + match, become, command),
        Rewrite(Of.COMPLETION, rb"(?<=\A\+OK )" + match, become, command + rb" \d"),
    )


_in_list, _in_uidl = partial(_in_listing, _LIST), partial(_in_listing, _UIDL)

TABLE = (
    Misbehaviour("stuffed-twice", ("LIST 8", "RETR 8"), (Rewrite(Of.BODY, rb"\A\.(?=\.)", b"..", rb"RETR\b"),)),
    Misbehaviour("list-size-differs", ("LIST 1", "RETR 1"), _in_list(rb"(?P<n>\d+) (?P<size>\d+)", b"{n} {size+7}")),
    Misbehaviour("size-counts-lf", ("LIST 1", "RETR 1"), _sized(len(_SMALL) - _SMALL.count(b"\n"), _SMALL)),
    Misbehaviour("size-rounded", ("LIST 1", "RETR 1"), _sized(1024, _SMALL)),
    Misbehaviour("size-counts-stuffing", ("LIST 1", "RETR 1"), _sized(len(_DOTTED) + 1, _DOTTED)),
    Misbehaviour("size-without-last-crlf", ("LIST 1", "RETR 1"), _sized(len(_SMALL) - 2, _SMALL)),
    Misbehaviour(
        "stat-differs-from-list",
        ("STAT", "LIST"),
        (Rewrite(Of.COMPLETION, rb"\A\+OK (?P<count>\d+)", b"+OK {count+1}", _STAT),),
    ),
    Misbehaviour(
        "stat-unreadable", ("STAT",), (Rewrite(Of.COMPLETION, rb"\A\+OK (?P<count>\d+) ", b"+OK {count}  ", _STAT),)
    ),
    Misbehaviour("stat-counts-deleted", ("STAT", "DELE 1", "STAT"), (NOT_DELETED,)),
    Misbehaviour(
        "stat-octets-differ",
        ("STAT", "LIST"),
        (Rewrite(Of.COMPLETION, rb"\A(?P<begin>\+OK \d+ )(?P<size>\d+)", b"{begin}{size+100}", _STAT),),
    ),
    Misbehaviour("deleted-listed", ("DELE 1", "LIST"), (NOT_DELETED,)),
    Misbehaviour("deleted-answered", ("DELE 1", "RETR 1"), (NOT_DELETED,)),
    Misbehaviour("numbers-shifted", ("UIDL", "UIDL"), (Rewrite(Of.BODY, rb"\A1 ", b"1 another-", _UIDL, skip=1),)),
    Misbehaviour("number-twice", ("LIST",), (Rewrite(Of.BODY, rb"\A2 ", b"1 ", _LIST),)),
    Misbehaviour(
        "number-left-out", ("UIDL 1",), (Rewrite(Of.COMPLETION, rb"\A\+OK \d+ ", b"+OK ", rb"(?:LIST|UIDL) \d"),)
    ),
    Misbehaviour(
        "number-of-another",
        ("LIST 1",),
        (Rewrite(Of.COMPLETION, rb"\A\+OK (?P<n>\d+)", b"+OK {n+1}", rb"(?:LIST|UIDL) \d"),),
    ),
    Misbehaviour("listing-spaces", ("LIST",), _in_list(rb"(?P<n>\d+) ", b"{n}  ")),
    Misbehaviour("listing-too-short", ("LIST",), (Rewrite(Of.BODY, rb"\A(?P<n>\d+) \d+", b"{n}", _LIST),)),
    Misbehaviour("listing-not-numeric", ("LIST",), _in_list(rb"(?P<n>\d+) (?P<size>\d+)", b"{n} {size}B")),
    Misbehaviour("uidl-followed", ("UIDL",), _in_uidl(rb"(?P<line>\d+ \S+)", b"{line} seen")),
    Misbehaviour("listing-extra", ("LIST",), _in_list(rb"(?P<line>\d+ \d+)", b"{line} octets")),
    Misbehaviour("uidl-too-long", ("UIDL",), _in_uidl(rb"(?P<line>\d+ \S+)", b"{line}" + b"-0123456789" * 7)),
    Misbehaviour("uidl-empty", ("UIDL",), _in_uidl(rb"(?P<n>\d+) \S+", b"{n} ")),
    Misbehaviour("uidl-bad-octet", ("UIDL",), _in_uidl(rb"(?P<line>\d+ \S+)", b"{line}\xe9")),
    Misbehaviour("uidl-twice", ("UIDL",), _in_uidl(rb"(?P<n>[12]) \S+", b"{n} the-same")),
    Misbehaviour("uidl-of-two-sizes", ("LIST", "UIDL"), _in_uidl(rb"(?P<n>[12]) \S+", b"{n} the-same")),
    Misbehaviour(
        "message-incomplete", ("LIST 1", "RETR 1"), _in_list(rb"(?P<n>\d+) (?P<size>\d+)", b"{n} {size+100000}")
    ),
    Misbehaviour("replies-out-of-order", (r".raw LIST 1\r\nLIST 2\r\n",), (Hold(rb"LIST 1\s*\Z"),)),
)
