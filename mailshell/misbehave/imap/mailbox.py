"""Misbehaviours of IMAP in what is told of the selected mailbox: its data, message numbers, UIDs, searches."""

from __future__ import annotations

from mailshell.misbehave.changes import Answer, Capabilities, Drop, Of, Rewrite
from mailshell.misbehave.imap.forms import (
    REV2,
    SEARCHES,
    SELECT,
    SELECTS,
    before,
    behind,
    data,
    enables,
)
from mailshell.misbehave.misbehaviour import Misbehaviour

_QRESYNC = "ENABLE QRESYNC"
_UIDS = "FETCH 1:* UID"
_LIST_INBOX = rb'LIST "" "?INBOX"?\Z'


def _second_time(match: bytes, become: bytes) -> tuple[Rewrite]:
    """The data of the first SELECT is right."""
    return (Rewrite(Of.UNTAGGED, match, become, SELECTS, skip=1),)


TABLE = (
    # What SELECT tells.
    Misbehaviour("uidvalidity-missing", (SELECT,), (Drop(rb"\[UIDVALIDITY ", SELECTS),)),
    Misbehaviour("uidvalidity-changed", (SELECT, SELECT), _second_time(rb"(?<=\[UIDVALIDITY )(?P<n>\d+)", b"{n+1}")),
    Misbehaviour("uidnext-missing", (SELECT,), (Drop(rb"\[UIDNEXT ", SELECTS),)),
    Misbehaviour("uidnext-decreases", (SELECT, SELECT), _second_time(rb"(?<=\[UIDNEXT )(?P<n>\d+)", b"{n-1}")),
    Misbehaviour("uidnext-too-small", (SELECT, "FETCH 1 UID"), (data(rb"(?<=\[UIDNEXT )\d+", b"1", SELECTS),)),
    Misbehaviour("select-data-missing", (SELECT,), (Drop(rb"\A\* FLAGS ", SELECTS),)),
    Misbehaviour("unseen-missing", (SELECT, "FETCH 1:* FLAGS"), (Drop(rb"\[UNSEEN ", SELECTS),)),
    Misbehaviour(
        "no-closed-code", (SELECT, "SELECT Sent"), (Capabilities(add=(b"CONDSTORE",)), Drop(rb"\[CLOSED\]", SELECTS))
    ),
    Misbehaviour(
        "highestmodseq-missing",
        ("ENABLE CONDSTORE", SELECT),
        (*enables(b"CONDSTORE"), Drop(rb"\[(?:HIGHESTMODSEQ|NOMODSEQ)", SELECTS)),
    ),
    Misbehaviour(
        "highestmodseq-unannounced",
        (SELECT,),
        (Capabilities(drop=(b"CONDSTORE", b"QRESYNC")), before(b"* OK [HIGHESTMODSEQ 5] highest\r\n", SELECTS)),
    ),
    Misbehaviour(
        "highestmodseq-decreases",
        (SELECT, SELECT),
        (
            Capabilities(add=(b"CONDSTORE",)),
            Drop(rb"\[HIGHESTMODSEQ ", SELECTS),
            Rewrite(Of.COMPLETION, rb"\A", b"* OK [HIGHESTMODSEQ 5] highest\r\n", SELECTS, most=1),
            Rewrite(Of.COMPLETION, rb"\A", b"* OK [HIGHESTMODSEQ 4] highest\r\n", SELECTS, skip=1),
        ),
    ),
    Misbehaviour("count-beyond-exists", (SELECT,), (before(b"* {exists+1} RECENT\r\n", SELECTS),)),
    Misbehaviour("recent-in-rev2", (SELECT,), (REV2, before(b"* 0 RECENT\r\n", SELECTS))),
    # Message numbers and UIDs.
    Misbehaviour("exists-decreases", (SELECT, "NOOP"), (before(b"* {exists-1} EXISTS\r\n", b"NOOP"),)),
    Misbehaviour("expunge-out-of-range", (SELECT, "NOOP"), (before(b"* {exists+1} EXPUNGE\r\n", b"NOOP"),)),
    Misbehaviour("vanished-not-enabled", (SELECT, "NOOP"), (before(b"* VANISHED {uidnext-1}\r\n", b"NOOP"),)),
    Misbehaviour(
        "vanished-unknown-uid",
        (_QRESYNC, SELECT, _UIDS, "NOOP"),
        (*enables(b"QRESYNC"), before(b"* VANISHED {uidnext}\r\n", b"NOOP")),
    ),
    Misbehaviour("vanished-set", (SELECT, "NOOP"), (before(b"* VANISHED ({uidnext-2} {uidnext-1})\r\n", b"NOOP"),)),
    Misbehaviour(
        "expunge-instead-of-vanished",
        (_QRESYNC, SELECT, "NOOP"),
        (*enables(b"QRESYNC"), before(b"* {exists} EXPUNGE\r\n", b"NOOP")),
    ),
    Misbehaviour("expunge-during-command", (SELECT, "FETCH 1 FLAGS"), (before(b"* {exists} EXPUNGE\r\n", b"FETCH "),)),
    Misbehaviour("expunge-without-command", (SELECT, "NOOP"), (behind(b"* {exists} EXPUNGE\r\n", b"NOOP"),)),
    Misbehaviour(
        "fetch-beyond-exists",
        (SELECT, "UID FETCH 1:* FLAGS"),
        (before(b"* {exists+1} FETCH (UID {uidnext} FLAGS ())\r\n", b"UID FETCH "),),
    ),
    Misbehaviour(
        "uid-changed",
        (SELECT, "FETCH 1 UID", "FETCH 1 UID"),
        (Rewrite(Of.UNTAGGED, rb"(?<=UID )(?P<n>\d+)", b"{n+1}", b"FETCH ", skip=1),),
    ),
    Misbehaviour("uids-not-ascending", (SELECT, "FETCH 1:2 UID"), (data(rb"(?<=UID )\d+", b"10"),)),
    Misbehaviour(
        "new-uid-below-uidnext",
        (SELECT, "NOOP"),
        (before(b"* {exists+1} EXISTS\r\n* {exists+1} FETCH (UID {uidnext-1} FLAGS ())\r\n", b"NOOP"),),
    ),
    # Searches and lists.
    Misbehaviour("search-without-data", (SELECT, "SEARCH ALL"), (Drop(rb"\A\* E?SEARCH", SEARCHES),)),
    Misbehaviour(
        "search-refused-in-empty-mailbox",
        (SELECT, "SEARCH ALL"),
        (
            data(rb"\A\* \d+ (?=EXISTS|RECENT)", b"* 0 ", SELECTS),
            Drop(rb"\[UNSEEN ", SELECTS),
            Answer(SEARCHES, (b"{tag} NO no such message\r\n",)),
        ),
    ),
    Misbehaviour(
        "utf-8-search-refused",
        (SELECT, "SEARCH CHARSET UTF-8 ALL"),
        (REV2, Answer(rb"(?:UID )?SEARCH CHARSET UTF-8 ", (b"{tag} NO [BADCHARSET (US-ASCII)] no\r\n",))),
    ),
    Misbehaviour("search-beyond-exists", (SELECT, "SEARCH ALL"), (data(rb"(?=\r\n\Z)", b" {exists+1}", rb"SEARCH "),)),
    Misbehaviour(
        "search-unknown-uid",
        (SELECT, _UIDS, "UID SEARCH ALL"),
        (data(rb"(?=\r\n\Z)", b" {uidnext}", rb"UID SEARCH "),),
    ),
    Misbehaviour(
        "search-duplicates", (SELECT, "SEARCH ALL"), (data(rb"(?<=SEARCH )(?P<n>\d+)", b"{n} {n}", SEARCHES),)
    ),
    Misbehaviour("search-answered-twice", (SELECT, "SEARCH ALL"), (before(b"* SEARCH 2\r\n", SEARCHES),)),
    Misbehaviour(
        "sort-without-data",
        (SELECT, "SORT (DATE) UTF-8 ALL"),
        (Capabilities(add=(b"SORT",)), Answer(rb"(?:UID )?SORT ", (b"{tag} OK sorted\r\n",))),
    ),
    Misbehaviour("answer-without-data", ("STATUS INBOX (MESSAGES)",), (Drop(rb"\A\* STATUS ", rb"STATUS "),)),
    Misbehaviour(
        "addition-without-exists", (SELECT, "COPY 1 INBOX"), (Drop(rb"\A\* \d+ ", rb"(?:UID )?COPY |APPEND "),)
    ),
    Misbehaviour(
        "extended-list-empty",
        ('LIST "" *', 'LIST "" * RETURN (CHILDREN)'),
        (
            Capabilities(add=(b"LIST-EXTENDED",)),
            Answer(rb"LIST .* RETURN \(", (b"{tag} OK listed\r\n",)),
        ),
    ),
    Misbehaviour("list-not-asked-for", ('LIST "" INBOX',), (before(b'* LIST () "/" Elsewhere\r\n', _LIST_INBOX),)),
    Misbehaviour("list-without-inbox", ('LIST "" INBOX',), (Drop(rb"\A\* LIST ", _LIST_INBOX),)),
)
