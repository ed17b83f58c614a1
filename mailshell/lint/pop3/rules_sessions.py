"""Rules of POP3 about what earlier sessions were told. They need a memory across sessions."""

from __future__ import annotations

from mailshell.lint.rule import Rule, Severity

NOTE, WARNING, ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR
_APPLIES = "sessions that are remembered (--remember) and ask for UIDL"

TABLE = (
    Rule(
        "P06f",
        "size-changed-since",
        "sessions",
        WARNING,
        "RFC 1939 5; RFC 1939 7",
        "LIST gives another size for a unique-id than in an earlier session",
        "fetch the message anew: it has changed, or another one has got its unique-id",
        applies=f"{_APPLIES}, without UTF8",
        look_alike="another size while UTF8 is in force (RFC 6856 2.1)",
    ),
    Rule(
        "P11f",
        "uidl-reused",
        "sessions",
        ERROR,
        "RFC 1939 7",
        "a unique-id means another message than in an earlier session",
        "a client that leaves mail on the server takes the new message for one that it has: compare Message-IDs",
        servers="Cyrus (issue 374)",
        applies=f"{_APPLIES}; TOP or RETR both times, or the message was deleted in between",
        look_alike="message numbers, which are given anew in each session",
    ),
    Rule(
        "P11g",
        "uidl-changed",
        "sessions",
        ERROR,
        "RFC 1939 7",
        "a message has another unique-id than in an earlier session, and the one that it had is not listed any more",
        "a client that leaves mail on the server gets this message again: compare Message-IDs",
        applies=f"{_APPLIES}; LIST, and TOP or RETR, both times",
        look_alike="a second copy of a message whose unique-id is still listed, or which was deleted",
    ),
    Rule(
        "P11h",
        "uidls-all-new",
        "sessions",
        NOTE,
        "RFC 1939 7",
        "no unique-id of an earlier session is listed, and the messages have the sizes that those had",
        "a client that leaves mail on the server gets all of it again: compare Message-IDs",
        applies=f"{_APPLIES} and LIST; three messages or more",
        look_alike="other messages that happen to have these sizes",
    ),
    Rule(
        "P19b",
        "deleted-without-quit",
        "sessions",
        WARNING,
        "RFC 1939 6",
        "messages marked deleted in a session that ended without QUIT are gone",
        "keep a copy before DELE; if another client reads this maildrop, it may have deleted them",
        servers="Berkeley popper 1.004; MercuryP",
        applies=_APPLIES,
        look_alike="the whole maildrop fetched and deleted by another client",
    ),
    Rule(
        "P20b",
        "deletion-undone",
        "sessions",
        WARNING,
        "RFC 1939 6; RFC 1939 7",
        "the unique-id of a message that was deleted, with QUIT accepted, is listed again",
        "the message is still there, or another has got its unique-id: compare the Message-ID before anything is done",
        servers="Gmail, which ignores DELE by its setting; Cyrus (issue 374)",
        applies=_APPLIES,
        look_alike="a message that was marked deleted in a session without QUIT; of two copies with one id one is left",
    ),
    Rule(
        "P20c",
        "gone-after-retr",
        "sessions",
        NOTE,
        "RFC 1939 6; RFC 2449 6.7",
        "messages that were read and not deleted are gone, and all others are there",
        "take a message for gone once it was read here; look for a setting of the server",
        servers="Gmail",
        applies=_APPLIES,
        look_alike="EXPIRE 0, by which a server announces it; another client that has deleted them",
        expected="the message is there until DELE and QUIT",
    ),
)
