"""Rules of IMAP about tags and continuation requests."""

from __future__ import annotations

from mailshell.lint.rule import Rule, Severity

TABLE = (
    Rule(
        "S01",
        "unknown-tag",
        "state",
        Severity.ERROR,
        "RFC 9051 2.2.1",
        "a completion has a tag that no command under way has",
        "take it for nobody's; if a command gets no answer of its own, reconnect, since the two have lost step",
        servers="proxies that pass on the answer to a command of their own",
    ),
    Rule(
        "S01b",
        "tag-completed-twice",
        "state",
        Severity.ERROR,
        "RFC 9051 2.2.2",
        "a command that was completed is completed once more",
        "ignore the second; a client that uses tags again must not take it for the answer to the next command",
        servers="proxies that repeat a stale NO",
        look_alike="a tag that the client itself uses again",
    ),
    Rule(
        "S01c",
        "completed-too-early",
        "state",
        Severity.ERROR,
        "RFC 9051 2.2.1",
        "a command is completed with OK before all of it was sent",
        "do not trust the OK: somebody who answers before the question may have put it there",
        look_alike="NO or BAD instead of a continuation request, which refuses the literal",
    ),
    Rule(
        "S02",
        "refused-without-tag",
        "time",
        Severity.ERROR,
        "RFC 9051 7.1",
        "a command is refused by an untagged NO or BAD, and its completion never comes",
        "wait no longer; take the untagged line for the answer and reconnect",
        servers="poczta.interia.pl",
        applies="one command is under way and nothing comes for 10 seconds",
        look_alike="an untagged NO or BAD as a warning, with the completion behind it",
    ),
    Rule(
        "S03",
        "unexpected-continuation",
        "state",
        Severity.ERROR,
        "RFC 9051 7.6",
        "a continuation request, and no command waits for one",
        "ignore it; send nothing on its account",
        servers="Exchange",
        look_alike="a continuation request for IDLE, AUTHENTICATE or a literal",
    ),
    Rule(
        "S04",
        "no-continuation",
        "time",
        Severity.ERROR,
        "RFC 9051 4.3",
        "a literal was announced, and the server neither asks for it nor refuses it",
        "break off; or use a quoted string, or {n+} where LITERAL+ is advertised",
        servers="small servers",
        applies="a synchronizing literal, and nothing comes for 10 seconds",
        look_alike="NO or BAD instead of the continuation request",
    ),
)
