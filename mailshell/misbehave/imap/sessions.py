"""Misbehaviours of IMAP from one session to the next."""

from __future__ import annotations

from mailshell.misbehave.changes import Capabilities, Change, Drop
from mailshell.misbehave.imap.forms import SELECT, SELECTS, before, data
from mailshell.misbehave.misbehaviour import Misbehaviour


def _twice(rule: str, lines: tuple[str, ...], *changes: Change, good: int = 0) -> Misbehaviour:
    """The lines are typed in two sessions."""
    return Misbehaviour(rule, (*lines, ".reconnect", *lines), changes, remember=True, good=good)


TABLE = (
    _twice(
        "highestmodseq-went-back",
        (SELECT,),
        Capabilities(add=(b"CONDSTORE", b"QRESYNC")),
        Drop(rb"\[HIGHESTMODSEQ ", SELECTS),
        before(b"* OK [HIGHESTMODSEQ {falling}] highest\r\n", SELECTS),
    ),
    _twice(
        "uid-reused",
        (SELECT, "FETCH 1 (UID ENVELOPE)"),
        data(rb'"<(?P<id>[^"<> ]+)>"(?=\))', b'"<other.{id}>"'),
        good=1,
    ),
    # The first message has another UID in each session; the others have theirs, with room below them.
    _twice(
        "uid-below-earlier-uidnext",
        (SELECT, "FETCH 1:* UID"),
        data(rb"(?<=\[UIDNEXT )(?P<n>\d+)", b"{n+1000}", SELECTS),
        data(rb"(?P<head>\A\* 1 FETCH .*UID )\d+", b"{head}10{session}"),
        data(rb"(?P<head>\A\* (?!1 )\d+ FETCH .*UID )(?P<n>\d+)", b"{head}{n+1000}"),
    ),
    _twice("uidvalidity-decreases", (SELECT,), data(rb"(?<=\[UIDVALIDITY )\d+", b"{falling}", SELECTS)),
    Misbehaviour(
        "uidvalidity-always-new",
        (SELECT, ".reconnect", SELECT, ".reconnect", SELECT, ".reconnect", SELECT),
        (data(rb"(?<=\[UIDVALIDITY )\d+", b"1000{session}", SELECTS),),
        remember=True,
    ),
    _twice("uidnext-went-back", (SELECT,), data(rb"(?<=\[UIDNEXT )(?P<n>\d+)", b"{n-1}", SELECTS), good=1),
    _twice("uidnext-not-advanced", (SELECT,), data(rb"(?<=\A\* )(?P<n>\d+)(?= EXISTS)", b"{n+1}", SELECTS), good=1),
    _twice(
        "message-changed-since",
        (SELECT, "FETCH 1 (UID RFC822.SIZE)"),
        data(rb"(?<=RFC822\.SIZE )(?P<n>\d+)", b"{n+7}"),
        good=1,
    ),
)
