"""Misbehaviours of IMAP in what FETCH tells of messages: dates, envelopes, structures, sections."""

from __future__ import annotations

from mailshell.misbehave.changes import Ask, Capabilities, Drop, InLiteral, Of, Rewrite
from mailshell.misbehave.imap.forms import FETCHES, SELECT, announced, data
from mailshell.misbehave.misbehaviour import Misbehaviour

_DATE = (SELECT, "FETCH 1 INTERNALDATE")
_ENVELOPE = (SELECT, "FETCH 1 ENVELOPE")
_PART = (SELECT, "FETCH 1 BODYSTRUCTURE")
_MULTIPART = (SELECT, "FETCH 2 BODYSTRUCTURE")
_ALL = (SELECT, "FETCH 1 (BODY.PEEK[] BODY.PEEK[HEADER] BODY.PEEK[TEXT])")
_QUOTED = rb'(?:"[^"]*"|NIL)'
_PARAMETERS = rb"(?:\([^()]*\)|NIL)"
#: A part of text up to its encoding.
_TEXT = rb'\("text" "[^"]*" %s \S+ \S+ "[^"]*"' % _PARAMETERS


def _structure(match: bytes, become: bytes) -> tuple[Rewrite]:
    """The whole structure, if it begins or goes on like this, is another."""
    return (data(rb"(?<=BODYSTRUCTURE )%s.*(?=\)\r\n\Z)" % match, become),)


TABLE = (
    # Dates.
    Misbehaviour("date-form", _DATE, (data(rb'(?P<head>INTERNALDATE "[^"]*) [+-]\d{4}"', b'{head}"'),)),
    Misbehaviour("impossible-date", _DATE, (data(rb'(?<=INTERNALDATE ")[ \d]\d-\w+-', b"31-Feb-"),)),
    Misbehaviour(
        "envelope-date-form", _ENVELOPE, (data(rb'(?<=ENVELOPE \()"[^"]*"', b'"17-Jul-1996 02:23:25 -0700"'),)
    ),
    # Envelopes.
    Misbehaviour("envelope-members", _ENVELOPE, (data(rb" %s(?=\)\)\r\n\Z)" % _QUOTED, b""),)),
    Misbehaviour("address-form", _ENVELOPE, (data(rb"(?P<name>\(\(%s) NIL " % _QUOTED, b"{name} "),)),
    Misbehaviour("empty-list", _ENVELOPE, (data(rb"(?<=\)\) )NIL", b"()"),)),
    Misbehaviour(
        "name-for-address",
        _ENVELOPE,
        (
            data(
                rb'\(\((?P<name>%s) NIL "(?P<local>[^"]*)" "(?P<host>[^"]*)"' % _QUOTED,
                b'(("<{local}@{host}>" NIL {name} NIL',
            ),
        ),
    ),
    Misbehaviour("empty-display-name", _ENVELOPE, (data(rb'\(\(%s NIL "' % _QUOTED, b'(("" NIL "'),)),
    Misbehaviour("extra-parentheses", _ENVELOPE, (data(rb"(?<=FETCH \()(?P<all>.*)(?=\)\r\n\Z)", b"({all})"),)),
    # Structures.
    Misbehaviour(
        "nil-for-string", _PART, (data(rb'(?P<head>\("text" "[^"]*" %s \S+ \S+ )"[^"]*"' % _PARAMETERS, b"{head}NIL"),)
    ),
    Misbehaviour(
        "multipart-without-parts",
        _MULTIPART,
        (data(rb'BODYSTRUCTURE \(\(.*\)(?= "[^"]*" \(")', b"BODYSTRUCTURE (NIL"),),
    ),
    Misbehaviour(
        "multipart-without-subtype",
        _MULTIPART,
        (data(rb'(?<=\)) "[^"()]*" \("boundary" [^()]*\)[^()]*(?=\))', b""),),
    ),
    Misbehaviour(
        "multipart-as-basic",
        _MULTIPART,
        _structure(rb"\(\(", b'("multipart" "mixed" ("boundary" "x") NIL NIL "7BIT" 100)'),
    ),
    Misbehaviour(
        "half-part",
        _MULTIPART,
        (data(rb'\)\("(?P<type>text)" "[^"]*" (?P<parameters>\([^()]*\))[^()]*\)', b')("{type}" {parameters})'),),
    ),
    Misbehaviour(
        "message-without-structure",
        (SELECT, "FETCH 9 BODYSTRUCTURE"),
        _structure(rb'(?=\(.*"message" "rfc822" )', b'("message" "rfc822" NIL NIL NIL "7BIT" 681)'),
    ),
    Misbehaviour(
        "message-without-body",
        (SELECT, "FETCH 9 BODYSTRUCTURE"),
        _structure(
            rb'(?=\(.*"message" "rfc822" )',
            b'("message" "rfc822" NIL NIL NIL "7BIT" 681 (NIL "hi" NIL NIL NIL NIL NIL NIL NIL NIL) () 24)',
        ),
    ),
    Misbehaviour("empty-part", _PART, _structure(rb"\(", b"()")),
    Misbehaviour("disposition-form", _PART, (data(rb"(?P<head>%s \d+ \d+ NIL) NIL" % _TEXT, b'{head} "inline"'),)),
    Misbehaviour("part-without-lines", _PART, (data(rb"(?P<head>%s \d+) \d+[^()]*" % _TEXT, b"{head}"),)),
    Misbehaviour(
        "lines-in-basic-part",
        (SELECT, "FETCH 11 BODYSTRUCTURE"),
        (
            data(
                rb'(?P<head>\("(?:application|audio|image|video)" "[^"]*" %s \S+ \S+ "[^"]*" \d+)' % _PARAMETERS,
                b"{head} 7",
            ),
        ),
    ),
    Misbehaviour("part-members", _PART, (data(rb'(?P<head>\("text" "[^"]*" %s \S+) [^()]*' % _PARAMETERS, b"{head}"),)),
    Misbehaviour("parameters-form", _PART, (data(rb'(?<=\("charset") "[^"]*"', b""),)),
    Misbehaviour(
        "not-a-string",
        _PART,
        (data(rb'(?P<head>\("text" "[^"]*" %s \S+ \S+ )"(?P<word>[^"]*)"' % _PARAMETERS, b"{head}{word}"),),
    ),
    Misbehaviour(
        "encoding-with-space",
        _PART,
        (data(rb'(?P<head>\("text" "[^"]*" %s \S+ \S+ "[^"]*)"' % _PARAMETERS, b'{head} "'),),
    ),
    Misbehaviour("charset-x-unknown", _PART, (data(rb'(?<=\("charset" )"[^"]*"', b'"X-UNKNOWN"'),)),
    # The frame of the data.
    Misbehaviour("empty-fetch", (SELECT, "FETCH 1 FLAGS"), (data(rb"(?<=FETCH \()[^{]*(?=\)\r\n\Z)", b""),)),
    Misbehaviour("fetch-item-without-value", (SELECT, "FETCH 1 RFC822.SIZE"), (data(rb"(?<=RFC822\.SIZE) \d+", b""),)),
    Misbehaviour("fetch-item-missing", (SELECT, "FETCH 1 (UID RFC822.SIZE)"), (data(rb" RFC822\.SIZE \d+", b""),)),
    Misbehaviour(
        "partial-without-origin",
        (SELECT, "FETCH 1 BODY.PEEK[]<0.10>"),
        (Rewrite((Of.UNTAGGED, Of.BEHIND), rb"(?<=\])<\d+>", b"", FETCHES),),
    ),
    Misbehaviour(
        "partial-too-long",
        (SELECT, "FETCH 1 BODY.PEEK[]<0.10>"),
        (
            announced(b"{{n+1}}", rb"(?<=> )\{(?P<n>\d+)\}(?=\r\n\Z)"),
            InLiteral(b"x", match=rb"\]<\d+> \{", during=FETCHES),
        ),
    ),
    Misbehaviour(
        "uid-fetch-without-uid", (SELECT, "UID FETCH 1:* FLAGS"), (data(rb" UID \d+|UID \d+ ", b"", rb"UID FETCH "),)
    ),
    Misbehaviour("fetch-without-data", (SELECT, "FETCH 1 FLAGS", "NOOP"), (Drop(rb"\A\* \d+ FETCH", rb"FETCH "),)),
    # What does not add up, or changes.
    Misbehaviour(
        "size-differs",
        (SELECT, "FETCH 1 (RFC822.SIZE BODY.PEEK[])"),
        (data(rb"RFC822\.SIZE (?P<n>\d+)", b"RFC822.SIZE {n+7}"),),
    ),
    Misbehaviour(
        "part-size-differs",
        (SELECT, "FETCH 2 (BODYSTRUCTURE BODY.PEEK[1])"),
        (data(rb"(?P<head>%s) (?P<n>\d+)" % _TEXT, b"{head} {n+7}"),),
    ),
    Misbehaviour(
        "header-and-text-differ",
        _ALL,
        (
            announced(b"{{n+1}}", rb"(?<=BODY\[TEXT\] )\{(?P<n>\d+)\}(?=\r\n\Z)"),
            InLiteral(b"x", match=rb"BODY\[TEXT\] \{", during=FETCHES),
        ),
    ),
    Misbehaviour("header-differs", _ALL, (InLiteral(b"X", match=rb"BODY\[HEADER\] \{", over=1, during=FETCHES),)),
    Misbehaviour(
        "message-changed",
        (*_DATE, "FETCH 1 INTERNALDATE"),
        (
            Rewrite(
                Of.UNTAGGED,
                rb'(?P<head>INTERNALDATE "[ \d]\d-\w+-)(?P<year>\d{4})',
                b"{head}{year+1}",
                FETCHES,
                skip=1,
            ),
        ),
    ),
    Misbehaviour(
        "modseq-decreases",
        (SELECT, "FETCH 1 (UID MODSEQ)", "FETCH 1 (UID MODSEQ)"),
        (
            Capabilities(add=(b"CONDSTORE",)),
            Ask(rb"(?:UID )?FETCH .*MODSEQ", rb" ?MODSEQ", b""),
            Rewrite(Of.UNTAGGED, rb"(?<=FETCH \()", b"MODSEQ (5) ", rb"(?:UID )?FETCH .*MODSEQ", most=1),
            Rewrite(Of.UNTAGGED, rb"(?<=FETCH \()", b"MODSEQ (4) ", rb"(?:UID )?FETCH .*MODSEQ", skip=1),
        ),
    ),
)
