"""Rules of POP3 about TLS, what is injected before it, and secrets in the clear.

An id with the letter p is that of the entry as it shows in POP3; the one without is IMAP's.
"""

from __future__ import annotations

from mailshell.lint.rule import Rule, Severity

NOTE, WARNING, ERROR, CRITICAL = Severity.NOTE, Severity.WARNING, Severity.ERROR, Severity.CRITICAL

TABLE = (
    Rule(
        "X01p",
        "stls-injection",
        "octets",
        CRITICAL,
        "RFC 2595 4",
        "octets follow the reply to STLS in the clear: somebody may have put in replies for the time under TLS",
        "they are discarded; don't use this way to the server, connect with TLS from the first octet",
        servers="clients were at fault: libEtPan, nodemailer and others kept such octets",
        look_alike="the handshake of TLS",
    ),
    Rule(
        "X02p",
        "stls-command-injection",
        "state",
        CRITICAL,
        "RFC 2595 4",
        "a command that was sent in the clear behind STLS is answered under TLS",
        "the server must forget what came before the handshake; update it",
        servers="Cyrus IMAP and Apache James in old versions",
        look_alike="commands that are sent after the handshake",
    ),
    Rule(
        "X03p",
        "stls-refused",
        "state",
        ERROR,
        "RFC 2595 4",
        "STLS is refused though CAPA lists it",
        "don't log in on this connection: somebody may keep TLS from coming about",
        look_alike="STLS refused under TLS, or by a server that does not list it",
    ),
    Rule(
        "X03q",
        "stls-not-offered",
        "state",
        NOTE,
        "RFC 2595 4",
        "CAPA does not list STLS: the server has none, or somebody has taken it out",
        "connect with TLS from the first octet (pop3s://)",
        applies="in the clear, not on this machine",
        look_alike="CAPA under TLS, or after login",
    ),
    Rule(
        "X05p",
        "answered-before-login",
        "state",
        ERROR,
        "RFC 1939 3",
        "a command of the transaction state is accepted before login",
        "don't believe what it says: nobody has been identified",
        look_alike="CAPA and LANG, which hold in both states",
    ),
    Rule(
        "X07p",
        "stls-under-tls",
        "state",
        WARNING,
        "RFC 2595 4",
        "CAPA lists STLS under TLS, where it can't be used",
        "leave it alone: TLS stands already",
        look_alike="STLS before the handshake",
    ),
    Rule(
        "X08p",
        "password-in-the-clear",
        "state",
        WARNING,
        "RFC 2595 2.3",
        "the server takes a password without TLS",
        "use STLS or pop3s://, and change the password",
        applies="not on this machine, nor through a tunnel",
        look_alike="APOP, CRAM-MD5 and SCRAM, which don't send the password",
    ),
    Rule(
        "X09",
        "apop-challenge",
        "grammar",
        ERROR,
        "RFC 1939 7; RFC 2449 3",
        "the stamp in the greeting is no message id, so somebody may use it to find out the password by APOP",
        "don't use APOP on this connection",
        servers="an attack on MD5 known since 2007",
        look_alike="a stamp of the form <local@domain>",
    ),
)
