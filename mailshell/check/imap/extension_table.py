"""How each extension is tried, with commands that change nothing on the server."""

from __future__ import annotations

from mailshell.check.imap.trial import (
    Trial,
    all_fetched,
    code,
    enabled,
    extended,
    fetched,
    listed,
    nothing,
    searched,
    sorted_all,
    status_item,
    status_item_or_code,
    threaded_all,
    untagged,
)
from mailshell.check.outcome import Verdict

#: The attributes of RFC 6154 section 2, and of RFC 8457 section 2.
_SPECIAL = ("\\All", "\\Archive", "\\Drafts", "\\Flagged", "\\Junk", "\\Sent", "\\Trash", "\\Important")
#: NO means that the mailbox, or the person, has none of it, or may not see it.
_MAY_NOT = ("NOPERM", "NONEXISTENT", "UNAVAILABLE", "LIMIT", "INUSE")

TRIALS = (
    # --- what the server and its mailboxes are
    Trial("ID", "RFC 2971 3.1", ("ID NIL",), untagged("ID")),
    Trial("NAMESPACE", "RFC 2342 5; RFC 9051 6.3.10", ("NAMESPACE",), untagged("NAMESPACE")),
    Trial("ENABLE", "RFC 5161 3.1", ("ENABLE X-NOTHING",), untagged("ENABLED"), own=True, fault=Verdict.NOTE),
    Trial("LANGUAGE", "RFC 5255 3.2", ("LANGUAGE",), untagged("LANGUAGE")),
    Trial("CHILDREN", "RFC 3348 3", ('LIST "" "%"',), listed("\\HasChildren", "\\HasNoChildren"), fault=Verdict.NOTE),
    Trial(
        "LIST-EXTENDED",
        "RFC 5258 3.1; RFC 5258 4",
        ('LIST (SUBSCRIBED) "" "%" RETURN (CHILDREN)',),
        listed("\\Subscribed"),
    ),
    Trial("LIST-STATUS", "RFC 5819 2", ('LIST "" {box} RETURN (STATUS (MESSAGES))',), status_item("MESSAGES")),
    Trial("LIST-MYRIGHTS", "RFC 8440 3", ('LIST "" {box} RETURN (MYRIGHTS)',), untagged("MYRIGHTS")),
    Trial("LIST-METADATA", "RFC 9590", ('LIST "" {box} RETURN (METADATA ("/shared/comment"))',), untagged("LIST")),
    Trial("SPECIAL-USE", "RFC 6154 2", ('LIST (SPECIAL-USE) "" "*"',), listed(*_SPECIAL), beside="LIST-EXTENDED"),
    Trial("MAILBOX-REFERRALS", "RFC 2193 5.1", ('RLIST "" "%"',), nothing),
    Trial("XLIST", "", ('XLIST "" "%"',), nothing),
    Trial("STATUS=SIZE", "RFC 8438 3", ("STATUS {box} (SIZE)",), status_item("SIZE")),
    Trial("APPENDLIMIT", "RFC 7889 3.1", ("STATUS {box} (APPENDLIMIT)",), status_item("APPENDLIMIT")),
    Trial("OBJECTID", "RFC 8474 4.3; RFC 8474 4.2", ("STATUS {box} (MAILBOXID)",), status_item("MAILBOXID")),
    Trial("QUOTA", "RFC 9208 4.1.2; RFC 2087 4.3", ("GETQUOTAROOT {box}",), untagged("QUOTAROOT"), refusals=_MAY_NOT),
    Trial("QUOTA=RES-STORAGE", "RFC 9208 4.1.4", ("STATUS {box} (DELETED-STORAGE)",), status_item("DELETED-STORAGE")),
    Trial("QUOTA=RES-MESSAGE", "RFC 9208 4.1.4", ("STATUS {box} (DELETED)",), status_item("DELETED")),
    Trial("ACL", "RFC 4314 3.5", ("MYRIGHTS {box}",), untagged("MYRIGHTS"), refusals=_MAY_NOT),
    Trial("METADATA", "RFC 5464 4.2", ("GETMETADATA {box} /private/comment",), nothing, refusals=_MAY_NOT),
    Trial("METADATA-SERVER", "RFC 5464 4.2", ('GETMETADATA "" /shared/comment',), nothing, refusals=_MAY_NOT),
    Trial("JMAPACCESS", "RFC 9698", ("GETJMAPACCESS",), untagged("JMAPACCESS")),
    Trial("CONVERT", "RFC 5259 5.1", ('CONVERSIONS "text/plain" "text/html"',), nothing, refusals=("*",)),
    Trial(
        "URLAUTH",
        "RFC 4467 7",
        ('URLFETCH "imap://nobody@localhost/INBOX/;uid=1;urlauth=anonymous:internal:00"',),
        untagged("URLFETCH"),
        refusals=("*",),
    ),
    Trial("MULTISEARCH", "RFC 7377 2", ("ESEARCH IN (mailboxes {box}) RETURN (COUNT) SEEN",), nothing),
    # --- within a mailbox
    Trial("UNSELECT", "RFC 3691 2; RFC 9051 6.4.2", ("UNSELECT",), nothing, where="selected"),
    Trial("MOVE", "RFC 6851 3.2", ("UID MOVE {beyond} {box}",), nothing, where="selected", refusals=("*",)),
    Trial(
        "SEARCH=FUZZY",
        "RFC 6203 3; RFC 3501 6.4.4",
        ('SEARCH 1:{last} FUZZY SUBJECT "a"',),
        searched,
        "messages",
    ),
    Trial(
        "FILTERS",
        "RFC 5466 3.1",
        ("SEARCH FILTER no-such-filter",),
        nothing,
        where="selected",
        refusals=("UNDEFINED-FILTER",),
    ),
    Trial("I18NLEVEL=1", "RFC 5255 4.2", ('SEARCH CHARSET UTF-8 1:{last} SUBJECT "a"',), searched, "messages"),
    Trial("I18NLEVEL=2", "RFC 5255 4.7", ("COMPARATOR",), untagged("COMPARATOR")),
    Trial("WITHIN", "RFC 5032 2", ("SEARCH 1:{last} YOUNGER 86400",), searched, "messages"),
    Trial("ESEARCH", "RFC 4731 3.1", ("SEARCH RETURN (COUNT ALL) 1:{last}",), extended("COUNT", "count"), "messages"),
    Trial("SEARCHRES", "RFC 5182 2.1", ("SEARCH RETURN (SAVE) 1:{last}", "FETCH $ (UID)"), all_fetched, "messages"),
    Trial("PARTIAL", "RFC 9394 3.1", ("SEARCH RETURN (PARTIAL 1:5) 1:{last}",), extended("PARTIAL"), "messages"),
    Trial("CONTEXT=SEARCH", "RFC 5267 4.4", ("SEARCH RETURN (PARTIAL 1:5) 1:{last}",), extended("PARTIAL"), "messages"),
    Trial(
        "CONTEXT=SORT",
        "RFC 5267 4.4",
        ("SORT RETURN (PARTIAL 1:5) (ARRIVAL) UTF-8 1:{last}",),
        extended("PARTIAL"),
        "messages",
    ),
    Trial("SORT", "RFC 5256 3", ("SORT (ARRIVAL) UTF-8 1:{last}",), sorted_all, "messages"),
    Trial("SORT=DISPLAY", "RFC 5957 4", ("SORT (DISPLAYFROM) UTF-8 1:{last}",), sorted_all, "messages"),
    Trial(
        "ESORT",
        "RFC 5267 3.1",
        ("SORT RETURN (COUNT) (ARRIVAL) UTF-8 1:{last}",),
        extended("COUNT", "count"),
        "messages",
    ),
    Trial("THREAD=", "RFC 5256 3", ("THREAD {value} UTF-8 1:{last}",), threaded_all, "messages"),
    Trial(
        "BINARY",
        "RFC 3516 4.2",
        ("FETCH 1 (BINARY.SIZE[1])",),
        fetched("BINARY.SIZE["),
        "messages",
        refusals=("UNKNOWN-CTE",),
    ),
    Trial("PREVIEW", "RFC 8970 3.1", ("FETCH 1 (PREVIEW)",), fetched("PREVIEW"), "messages"),
    Trial("SAVEDATE", "RFC 8514 4.2", ("FETCH 1 (SAVEDATE)",), fetched("SAVEDATE"), "messages"),
    Trial("OBJECTID", "RFC 8474 5.3", ("FETCH 1 (EMAILID)",), fetched("EMAILID"), "messages"),
    Trial("X-GM-EXT-1", "", ("FETCH 1 (X-GM-MSGID)",), fetched("X-GM-MSGID"), "messages"),
    Trial(
        "ANNOTATE-EXPERIMENT-1",
        "RFC 5257 4.3",
        ("FETCH 1 (ANNOTATION (/comment value))",),
        fetched("ANNOTATION"),
        "messages",
    ),
    # --- what changes the session for good
    Trial(
        "CONDSTORE",
        "RFC 7162 3.1.2; RFC 7162 3.1.8",
        ("EXAMINE {box} (CONDSTORE)",),
        code("HIGHESTMODSEQ", "NOMODSEQ"),
        own=True,
    ),
    Trial(
        "CONDSTORE",
        "RFC 7162 3.1.7",
        ("STATUS {box} (HIGHESTMODSEQ)",),
        status_item_or_code("HIGHESTMODSEQ", "NOMODSEQ"),
        own=True,
    ),
    Trial("CONDSTORE", "RFC 7162 3.1.4.2", ("FETCH 1 (MODSEQ)",), fetched("MODSEQ"), "messages", own=True),
    Trial("QRESYNC", "RFC 7162 3.2.3", ("ENABLE QRESYNC",), enabled("QRESYNC"), own=True),
    Trial(
        "QRESYNC",
        "RFC 7162 3.2.5",
        ("ENABLE QRESYNC", "EXAMINE {box} (QRESYNC ({uidvalidity} {modseq}))"),
        code("HIGHESTMODSEQ", "NOMODSEQ"),
        "selected",
        own=True,
    ),
    Trial("IMAP4REV2", "RFC 9051 6.3.1", ("ENABLE IMAP4rev2",), enabled("IMAP4REV2"), own=True, beside="IMAP4REV1"),
    Trial(
        "IMAP4REV2",
        "RFC 9051 6.3.3",
        ("ENABLE IMAP4rev2", "EXAMINE {box}"),
        untagged("LIST"),
        own=True,
        beside="IMAP4REV1",
    ),
    Trial("UTF8=ACCEPT", "RFC 6855 3", ("ENABLE UTF8=ACCEPT",), enabled("UTF8=ACCEPT"), own=True),
    Trial("UTF8=ONLY", "RFC 6855 6", ("ENABLE UTF8=ACCEPT",), enabled("UTF8=ACCEPT"), own=True),
    Trial("UIDONLY", "RFC 9586", ("ENABLE UIDONLY",), enabled("UIDONLY"), own=True),
    Trial("NOTIFY", "RFC 5465 3.1", ("NOTIFY NONE",), nothing, own=True),
    Trial("COMPRESS=DEFLATE", "RFC 4978 3", ("COMPRESS DEFLATE", "NOOP"), nothing, own=True),
    Trial("UNAUTHENTICATE", "RFC 8437 3", ("UNAUTHENTICATE",), nothing, own=True),
)

#: Capabilities that are tried elsewhere in the check, or that stand for no command of their own: capability → why
#: nothing is tried here. One that ends with ``=`` stands for all that begin so.
UNTRIED = {
    "URL-PARTIAL": "it goes with CATENATE and URLAUTH",
    "URLAUTH=": "it goes with URLAUTH",
    "SASL-IR": "it shows in the login only",
    "LOGIN-REFERRALS": "it shows in the login only",
    "LOGINDISABLED": "it shows in the login only",
    "STARTTLS": "see the probes on TLS",
    "AUTH=": "see mailshell auth",
    "INPROGRESS": "it shows only while a command takes long",
    "RIGHTS=": "it tells which letters the rights have",
    "APPENDLIMIT=": "it tells the limit itself",
    "MESSAGELIMIT=": "it tells the limit itself",
    "SAVELIMIT=": "it tells the limit itself",
    "QUOTASET": "it would change a quota",
    "QUOTA=": "it tells which resources are counted",
    "IMAPSIEVE=": "it has no command",
}
#: Likewise, as long as nothing may be written; there is no probe of them that writes either.
ADDS = {
    "CATENATE": "it would need a message to be added",
    "REPLACE": "it would need a message to be replaced",
    "CREATE-SPECIAL-USE": "it would need a mailbox to be created with an attribute",
}
#: Capabilities that writing probes try: which.
WRITTEN = {"UIDPLUS": "append, copy, move, uid-expunge", "MULTIAPPEND": "append-forms"}
#: Capabilities that probes of their own look at.
ELSEWHERE = frozenset({"IMAP4", "IMAP4REV1", "IDLE", "LITERAL+", "LITERAL-"})
