"""Misbehaviours of IMAP in octets and lines, and in what frames them."""

from __future__ import annotations

from mailshell.misbehave.actions import End
from mailshell.misbehave.changes import InLiteral, Of, Rewrite
from mailshell.misbehave.imap.forms import (
    FETCHES,
    SEARCHES,
    SELECT,
    SELECTS,
    announced,
    before,
    completion,
    data,
    enables,
    go_ahead,
)
from mailshell.misbehave.misbehaviour import Misbehaviour

_TEXT = "FETCH 1 BODY.PEEK[TEXT]"

TABLE = (
    # Octets.
    Misbehaviour("bare-lf", (SELECT,), (data(rb"\r\n\Z", b"\n", SELECTS),)),
    Misbehaviour("bare-cr", ("NOOP",), (completion(rb"(?<=\S) (?=\S+\r\n\Z)", b"\r", b"NOOP"),)),
    Misbehaviour("double-cr", (SELECT,), (data(rb"\r\n\Z", b"\r\r\n", SELECTS),)),
    Misbehaviour("nul", (SELECT,), (data(rb"\A(?=\* \d+ EXISTS)", b"\0\0", SELECTS),)),
    Misbehaviour("nul-in-literal", (SELECT, _TEXT), (InLiteral(b"\0", over=1, during=FETCHES),)),
    Misbehaviour(
        "8-bit-data",
        (SELECT, "FETCH 1 ENVELOPE"),
        (data(rb'(?P<head>ENVELOPE \((?:"[^"]*"|NIL) ")', b"{head}J\xfcrgen: "),),
    ),
    Misbehaviour("8-bit-text", ("NOOP",), (completion(rb"(?<= OK )", b"f\xfcr Sie: ", b"NOOP"),)),
    Misbehaviour(
        "not-utf8",
        ("ENABLE UTF8=ACCEPT", "NOOP"),
        (*enables(b"UTF8=ACCEPT"), completion(rb"(?<= OK )", b"f\xfcr Sie: ", b"NOOP")),
    ),
    # The frame of responses and literals.
    Misbehaviour("literal-too-short", (SELECT, _TEXT), (announced(b"{{n+1}}"),)),
    Misbehaviour("literal-cut-off", (SELECT, _TEXT), (InLiteral(End(), at=10, during=FETCHES),)),
    Misbehaviour("literal-too-long", (SELECT, _TEXT), (announced(b"{{n-5}}"),)),
    Misbehaviour("literal-not-announced", (SELECT, _TEXT), (announced(b"", rb" ~?\{\d+\}(?=\r\n\Z)"),)),
    Misbehaviour(
        "item-behind-list",
        (SELECT, _TEXT),
        (Rewrite(Of.BEHIND, rb"\A\)(?=\r\n\Z)", rb") FLAGS (\Seen))", FETCHES),),
    ),
    Misbehaviour("unbalanced", (SELECT, "FETCH 1 FLAGS"), (data(rb"(?=\r\n\Z)", b")"),)),
    Misbehaviour("empty-line", ("NOOP",), (before(b"\r\n", b"NOOP"),)),
    Misbehaviour("plus-without-space", (SELECT, "IDLE 1"), (go_ahead(rb"\A\+ ", b"+", b"IDLE"),)),
    Misbehaviour(
        "code-without-status",
        (SELECT, "COPY 1 Drafts"),
        (
            completion(
                rb"\A(?P<tag>\S+) OK (?P<code>\[COPYUID [^\]]*\]) ",
                b"*{code}\r\n{tag} OK ",
                rb"(?:UID )?(?:COPY|MOVE) ",
            ),
        ),
    ),
    Misbehaviour("stray-line", ("NOOP",), (before(b"Server Unavailable. 15\r\n", b"NOOP"),)),
    Misbehaviour(
        "long-line", ("NOOP",), (before(b"* OK This is a very long" + b", long" * 2000 + b" story\r\n", b"NOOP"),)
    ),
    Misbehaviour("tagged-data", ('LIST "" *',), (data(rb"\A\*", b"{tag}", rb"LIST "),)),
    # Tokens.
    Misbehaviour("spaces", (SELECT,), (data(rb"\A\* (?=\d+ EXISTS)", b"*  ", SELECTS),)),
    Misbehaviour("extra-space", (SELECT, "SEARCH ALL"), (data(rb"(?=\r\n\Z)", b" ", SEARCHES),)),
    Misbehaviour("space-between", (SELECT, "FETCH 2 BODYSTRUCTURE"), (data(rb"\)\(", b") (", every=True),)),
    Misbehaviour(
        "missing-space", (SELECT, "FETCH 1 (UID FLAGS)"), (data(rb"(?<=\d) (?=FLAGS )|(?<=\)) (?=UID )", b""),)
    ),
    Misbehaviour(
        "unescaped-quote",
        (SELECT, "FETCH 1 ENVELOPE"),
        (data(rb'"<(?P<local>[^"@<> ]+)@(?=[^"]*"\))', b'"<"{local}"@'),),
    ),
    Misbehaviour(
        "unclosed-quote",
        ('LIST "" *',),
        (data(rb' "?(?P<name>[^" \r\n]+)"?(?=\r\n\Z)', rb' "{name}\"', rb"LIST "),),
    ),
    Misbehaviour("literal-number", (SELECT, _TEXT), (announced(b"{4294967296}"),)),
    Misbehaviour("literal-leading-zeros", (SELECT, _TEXT), (announced(b"{00{n}}"),)),
    Misbehaviour("huge-literal", (SELECT, _TEXT), (announced(b"{4000000000}"),)),
    Misbehaviour("non-sync-literal", (SELECT, _TEXT), (announced(b"{{n}+}"),)),
)
