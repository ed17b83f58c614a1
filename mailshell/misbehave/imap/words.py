"""Misbehaviours of IMAP in response codes, flags, names, numbers and other words."""

from __future__ import annotations

from mailshell.misbehave.changes import Answer, Ask, Capabilities, Drop
from mailshell.misbehave.imap.forms import (
    REV2,
    SEARCHES,
    SELECT,
    SELECTS,
    STORES,
    before,
    completion,
    data,
    go_ahead,
)
from mailshell.misbehave.misbehaviour import Misbehaviour

_FLAGS = "FETCH 1 FLAGS"
_LIST = 'LIST "" *'
#: The last word of a line, if it is not in quotes.
_LAST = rb" (?P<name>[^\" \r\n]+)(?=\r\n\Z)"
_RETURN = Ask(rb"(?:UID )?SEARCH RETURN ", rb"RETURN \([^()]*\) ?", b"")

TABLE = (
    # Response codes.
    Misbehaviour("code-without-text", (SELECT,), (completion(rb"(?<=\]) [^\r\n]*", b"", SELECTS),)),
    Misbehaviour("code-without-text-rev2", (SELECT,), (REV2, completion(rb"(?<=\]) [^\r\n]*", b"", SELECTS))),
    Misbehaviour("status-without-text", ("NOOP",), (completion(rb"(?<= OK)[^\r\n]*", b"", b"NOOP"),)),
    Misbehaviour("opaque-code", ("NOOP",), (completion(rb"(?<= OK )", b'[Error="Failed" AuthResult=0] ', b"NOOP"),)),
    Misbehaviour("code-not-closed", (SELECT,), (data(rb"(?<=\[UIDNEXT )(?P<n>\d+)\]", b"{n}", SELECTS),)),
    Misbehaviour(
        "code-arguments",
        (SELECT, "COPY 1 Drafts"),
        (completion(rb"\[COPYUID [^\]]*\]", b"[COPYUID]", rb"(?:UID )?COPY "),),
    ),
    Misbehaviour(
        "referral-url",
        ("SELECT Nowhere",),
        (completion(rb" NO (?:\[[^\]]*\] )?", b" NO [REFERRAL imap://other.example.org] ", SELECTS),),
    ),
    # Flags.
    Misbehaviour("flag-characters", (SELECT, _FLAGS), (data(rb"(?<=FLAGS \()", b"OIB-Seen-[Google Mail]/x "),)),
    Misbehaviour("star-flag", (SELECT,), (data(rb"(?<=\A\* FLAGS \()", rb"\* ", SELECTS),)),
    Misbehaviour("flag-not-atom", (SELECT, _FLAGS), (data(rb"(?<=FLAGS \()[^()]*", b"NIL"),)),
    Misbehaviour("keyword-undefined", (SELECT, _FLAGS), (data(rb"(?<=FLAGS \()", b"$Junk "),)),
    Misbehaviour(
        "keyword-dropped",
        (SELECT, _FLAGS, "NOOP"),
        (
            data(rb"(?<=\A\* FLAGS \()", b"$Junk ", SELECTS),
            data(rb"(?<=FLAGS \()", b"$Junk "),
            before(b"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r\n", b"NOOP"),
        ),
    ),
    Misbehaviour(
        "system-flag-undefined", (SELECT,), (data(rb"(?P<head>\A\* FLAGS \([^()]*)\\Draft ?", b"{head}", SELECTS),)
    ),
    Misbehaviour("recent-flag", (SELECT, _FLAGS), (REV2, data(rb"(?<=FLAGS \()", rb"\Recent "))),
    Misbehaviour("permanent-flag-undefined", (SELECT,), (data(rb"(?<=\[PERMANENTFLAGS \()", b"Work ", SELECTS),)),
    Misbehaviour("unknown-system-flag", (SELECT, _FLAGS), (data(rb"(?<=FLAGS \()", rb"\Important "),)),
    Misbehaviour(
        "flag-not-stored",
        (SELECT, r"STORE 1 +FLAGS (\Seen)"),
        (data(rb"(?<=FLAGS \()[^()]*", b"", STORES),),
    ),
    Misbehaviour(
        "keyword-refused",
        (SELECT, "STORE 1 +FLAGS (Work)"),
        (
            data(rb"(?<=\[PERMANENTFLAGS \()", rb"\* ", SELECTS),
            Answer(rb"(?:UID )?STORE \S+ \+FLAGS\S* \(?(?!\\)", (b"{tag} NO no keywords here\r\n",)),
        ),
    ),
    Misbehaviour(
        "silent-store-echoed",
        (SELECT, r"STORE 1 +FLAGS.SILENT (\Seen)"),
        (
            before(
                b"* {number} FETCH (FLAGS ({flags}))\r\n",
                rb"STORE (?P<number>\d+) \+FLAGS\.SILENT \(?(?P<flags>[^()]*)",
            ),
        ),
    ),
    Misbehaviour(
        "store-without-fetch",
        (SELECT, r"STORE 1 -FLAGS.SILENT (\Draft)", _FLAGS, r"STORE 1 +FLAGS (\Draft)"),
        (Drop(rb"\A\* \d+ FETCH", STORES),),
    ),
    Misbehaviour(
        "unsolicited-without-uid", (SELECT, "NOOP"), (REV2, before(b"* 1 FETCH (FLAGS (\\Seen))\r\n", b"NOOP"))
    ),
    # Numbers.
    Misbehaviour("not-a-number", (SELECT, "FETCH 1 RFC822.SIZE"), (data(rb"(?<=RFC822\.SIZE )", b"-"),)),
    Misbehaviour(
        "number-too-large", (SELECT, "FETCH 1 RFC822.SIZE"), (data(rb"(?<=RFC822\.SIZE )\d+", b"4294967296"),)
    ),
    Misbehaviour("zero-number", (SELECT,), (data(rb"(?<=\[UIDVALIDITY )\d+", b"0", SELECTS),)),
    Misbehaviour("rest-after-count", (SELECT,), (data(rb"(?<=\d EXISTS)", b" messages", SELECTS),)),
    # Mailboxes.
    Misbehaviour("mailbox-not-astring", (_LIST,), (data(_LAST, b" {name} Items", rb"LIST "),)),
    Misbehaviour("mailbox-atom", (_LIST,), (data(_LAST, b" {name}%", rb"LIST "),)),
    Misbehaviour(
        "status-without-items", ("STATUS INBOX (MESSAGES)",), (data(rb"\([^()]*\)(?=\r\n\Z)", b"()", rb"STATUS "),)
    ),
    Misbehaviour("pairs-incomplete", ("STATUS INBOX (MESSAGES)",), (data(rb" \d+(?=\)\r\n\Z)", b"", rb"STATUS "),)),
    Misbehaviour("list-attributes", (_LIST,), (data(rb"(?<=\A\* LIST )\([^()]*\)", rb"\Noselect", rb"LIST "),)),
    Misbehaviour("mailbox-8-bit", (_LIST,), (data(_LAST, b' "Entw\xc3\xbcrfe {name}"', rb"LIST "),)),
    Misbehaviour("modified-utf7", (_LIST,), (data(_LAST, b' "{name} & more"', rb"LIST "),)),
    Misbehaviour("delimiter-form", (_LIST,), (data(rb'(?<=\) )"[^"]*"', b'"//"', rb"LIST "),)),
    Misbehaviour(
        "trailing-delimiter",
        (_LIST,),
        (
            data(
                rb'"(?P<delimiter>[^"\\])" (?P<name>[^" \r\n]+)(?=\r\n\Z)',
                b'"{delimiter}" "{name}{delimiter}"',
                rb"LIST ",
            ),
        ),
    ),
    # What is found, and capabilities.
    Misbehaviour("search-parentheses", (SELECT, "SEARCH ALL"), (data(rb"(?=\r\n\Z)", b" (COUNT 2)", SEARCHES),)),
    Misbehaviour(
        "search-for-esearch",
        (SELECT, "SEARCH ALL"),
        (REV2, data(rb"\A\* ESEARCH[^\r\n]*", b"* SEARCH 1", rb"SEARCH ")),
    ),
    Misbehaviour(
        "empty-return-not-all",
        (SELECT, "SEARCH RETURN () ALL"),
        (
            Capabilities(add=(b"ESEARCH",)),
            Answer(rb"SEARCH RETURN \(\)", (b'* ESEARCH (TAG "{tag}") COUNT 3\r\n{tag} OK found\r\n',)),
        ),
    ),
    Misbehaviour(
        "esearch-without-uid",
        (SELECT, "UID SEARCH RETURN (ALL) ALL"),
        (
            Capabilities(add=(b"ESEARCH",)),
            _RETURN,
            data(rb"\A\* SEARCH[ \d]*(?=\r\n)", b'* ESEARCH (TAG "{tag}")', rb"UID SEARCH RETURN "),
        ),
    ),
    Misbehaviour(
        "capability-not-atom",
        ("CAPABILITY",),
        (data(rb"(?<=\A\* CAPABILITY)", b" * CAPABILITY", b"CAPABILITY"),),
    ),
    Misbehaviour("capability-near-miss", ("CAPABILITY",), (data(rb"(?=\r\n\Z)", b" LITERAL +", b"CAPABILITY"),)),
    Misbehaviour(
        "challenge-not-base64",
        (r".raw x1 AUTHENTICATE PLAIN\r\n",),
        (go_ahead(rb"\A\+ [^\r\n]*", b"+ go ahead", rb"AUTHENTICATE "),),
        login=False,
    ),
    Misbehaviour(
        "login-prompt",
        (r".raw x1 AUTHENTICATE LOGIN\r\n",),
        (go_ahead(rb"\A\+ [^\r\n]*", b"+ VXNlciBOYW1lAA==", rb"AUTHENTICATE LOGIN"),),
        login=False,
    ),
)
