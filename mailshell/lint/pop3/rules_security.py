"""Rules of POP3 about TLS, what is injected before it, and secrets in the clear.

Ids and names are those of IMAP where the fault is the same.
"""

from __future__ import annotations

from mailshell.lint.rule import Rule, Severity

NOTE, WARNING, ERROR, CRITICAL = Severity.NOTE, Severity.WARNING, Severity.ERROR, Severity.CRITICAL

TABLE = (
    Rule(
        "X01",
        "response-injection",
        "time",
        CRITICAL,
        "RFC 2595 4",
        "octets follow the reply to STLS in the clear: somebody may have put in replies for the time under TLS",
        "they are discarded; don't use this way to the server, connect with TLS from the first octet",
        servers="clients were at fault: libEtPan, nodemailer and others kept such octets",
        look_alike="the handshake of TLS",
    ),
    Rule(
        "X02",
        "command-injection",
        "time",
        CRITICAL,
        "RFC 2595 4",
        "a command that was sent in the clear behind STLS is answered under TLS",
        "the server must forget what came before the handshake; update it",
        servers="Cyrus IMAP and Apache James in old versions",
        look_alike="commands that are sent after the handshake",
    ),
    Rule(
        "X03",
        "starttls-refused",
        "time",
        ERROR,
        "RFC 2595 4",
        "STLS is refused though CAPA lists it",
        "don't log in on this connection: somebody may keep TLS from coming about",
        look_alike="STLS refused under TLS, or by a server that does not list it",
    ),
    Rule(
        "X03c",
        "stls-not-offered",
        "time",
        NOTE,
        "RFC 2595 4",
        "CAPA does not list STLS: the server has none, or somebody has taken it out",
        "connect with TLS from the first octet (pop3s://)",
        applies="in the clear, not on this machine",
        look_alike="CAPA under TLS, or after login",
    ),
    Rule(
        "X03b",
        "login-after-refusal",
        "time",
        CRITICAL,
        "RFC 2595 4; RFC 2595 2.3",
        "STLS was refused, and a password follows in the clear",
        "change the password: anybody on the way can have read it, and can have caused the refusal",
        applies="not on this machine, nor through a tunnel",
        look_alike="a password after the handshake",
    ),
    Rule(
        "X05",
        "data-before-login",
        "state",
        ERROR,
        "RFC 1939 3",
        "a command of the transaction state is accepted before login",
        "don't believe what it says: nobody has been identified",
        look_alike="CAPA and LANG, which hold in both states",
    ),
    Rule(
        "X07",
        "starttls-under-tls",
        "time",
        WARNING,
        "RFC 2595 4",
        "CAPA lists STLS under TLS, where it can't be used",
        "leave it alone: TLS stands already",
        look_alike="STLS before the handshake",
    ),
    Rule(
        "X08b",
        "password-in-the-clear",
        "time",
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
