"""Misbehaviours of IMAP from one session to the next."""

from __future__ import annotations

from mailshell.misbehave.changes import Capabilities, Drop
from mailshell.misbehave.imap.forms import SELECT, SELECTS, before, data
from mailshell.misbehave.misbehaviour import Misbehaviour, in_two_sessions

TABLE = (
    in_two_sessions(
        "highestmodseq-went-back",
        (SELECT,),
        Capabilities(add=(b"CONDSTORE", b"QRESYNC")),
        Drop(rb"\[HIGHESTMODSEQ ", SELECTS),
        before(b"* OK [HIGHESTMODSEQ {falling}] highest\r\n", SELECTS),
    ),
    in_two_sessions(
        "uid-reused",
        (SELECT, "FETCH 1 (UID ENVELOPE)"),
        data(rb'"<(?P<id>[^"<> ]+)>"(?=\))', b'"<other.{id}>"'),
        good=1,
    ),
    # The first message has another UID in each session; the others have theirs, with room below them.
    in_two_sessions(
        "uid-below-earlier-uidnext",
        (SELECT, "FETCH 1:* UID"),
        data(rb"(?<=\[UIDNEXT )(?P<n>\d+)", b"{n+1000}", SELECTS),
        data(rb"(?P<head>\A\* 1 FETCH .*UID )\d+", b"{head}10{session}"),
        data(rb"(?P<head>\A\* (?!1 )\d+ FETCH .*UID )(?P<n>\d+)", b"{head}{n+1000}"),
    ),
    in_two_sessions("uidvalidity-decreases", (SELECT,), data(rb"(?<=\[UIDVALIDITY )\d+", b"{falling}", SELECTS)),
    Misbehaviour(
        "uidvalidity-always-new",
        (SELECT, ".reconnect", SELECT, ".reconnect", SELECT, ".reconnect", SELECT),
        (data(rb"(?<=\[UIDVALIDITY )\d+", b"1000{session}", SELECTS),),
        remember=True,
    ),
    in_two_sessions("uidnext-went-back", (SELECT,), data(rb"(?<=\[UIDNEXT )(?P<n>\d+)", b"{n-1}", SELECTS), good=1),
    in_two_sessions(
        "uidnext-not-advanced", (SELECT,), data(rb"(?<=\A\* )(?P<n>\d+)(?= EXISTS)", b"{n+1}", SELECTS), good=1
    ),
    in_two_sessions(
        "message-changed-since",
        (SELECT, "FETCH 1 (UID RFC822.SIZE)"),
        data(rb"(?<=RFC822\.SIZE )(?P<n>\d+)", b"{n+7}"),
        good=1,
    ),
)
