"""Rules of IMAP about numbers."""

from __future__ import annotations

from mailshell.lint.rule import Rule, Severity

TABLE = (
    Rule(
        "G08",
        "not-a-number",
        "grammar",
        Severity.WARNING,
        "RFC 9051 9",
        "something else stands where digits should",
        "take the value as unknown; don't reckon with -1 or with a part of the word",
        servers="Exchange behind a Dovecot proxy, Zoho, mail.ru",
        look_alike="leading zeros in a number that may be 0",
    ),
    Rule(
        "G08b",
        "number-too-large",
        "grammar",
        Severity.WARNING,
        "RFC 9051 9",
        "a number is larger than the protocol allows",
        "don't cut it to 32 bits: take the value as unknown",
        applies="32 bits; 63 bits for mod-sequences, and for sizes if the server speaks IMAP4rev2",
        look_alike="a size of more than 4 GiB from a server of IMAP4rev2",
    ),
    Rule(
        "G09",
        "zero-number",
        "grammar",
        Severity.ERROR,
        "RFC 9051 9",
        "a number is 0 that is at least 1",
        "take it as unknown: a UID or UIDVALIDITY of 0 can't be stored, and there is no message 0",
        servers="Zoho, Courier, old Outlook.com, Purelymail (HIGHESTMODSEQ 0)",
        look_alike="STATUS with UNSEEN 0 or HIGHESTMODSEQ 0, and 0 EXISTS",
    ),
)
