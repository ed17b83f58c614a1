"""What a login and the session can name: SASL mechanisms, fields of ID, languages, ways to authorize URLs."""

from __future__ import annotations

from mailshell.protocol.terms import Term

SASL = "sasl-mechanism"
ID = "id-field"
LANGUAGE = "language"

# fmt: off
TERMS = (
    Term("PLAIN", SASL, "User name and password in clear; only under TLS", "RFC 4616 2; RFC 3501 6.2.2"),
    Term("LOGIN", SASL, "User name and password in clear, one after the other; only under TLS",
         "draft-murchison-sasl-login"),
    Term("CRAM-MD5", SASL, "Answers a challenge with MD5; the server must know the password itself", "RFC 2195 2"),
    Term("CRAM-SHA1", SASL, "As CRAM-MD5, with SHA-1", "Courier"),
    Term("CRAM-SHA256", SASL, "As CRAM-MD5, with SHA-256", "Courier"),
    Term("DIGEST-MD5", SASL, "As HTTP Digest; SCRAM replaces it", "RFC 2831 2; RFC 3501 6.2.2", obsolete=True),
    Term("SCRAM-SHA-1", SASL, "Proves the password both ways and never sends it, with SHA-1", "RFC 5802 4"),
    Term("SCRAM-SHA-1-PLUS", SASL, "As SCRAM-SHA-1, and bound to the TLS connection", "RFC 5802 4"),
    Term("SCRAM-SHA-256", SASL, "Proves the password both ways and never sends it, with SHA-256",
         "RFC 7677 3; RFC 9051 6.2.2"),
    Term("SCRAM-SHA-256-PLUS", SASL, "As SCRAM-SHA-256, and bound to the TLS connection", "RFC 7677 3"),
    Term("SCRAM-SHA-512", SASL, "Proves the password both ways and never sends it, with SHA-512",
         "draft-melnikov-scram-sha-512"),
    Term("SCRAM-SHA-512-PLUS", SASL, "As SCRAM-SHA-512, and bound to the TLS connection",
         "draft-melnikov-scram-sha-512"),
    Term("OAUTHBEARER", SASL, "A token of OAuth 2.0 instead of a password", "RFC 7628 3"),
    Term("OAUTH10A", SASL, "A signature of OAuth 1.0a instead of a password", "RFC 7628 3", obsolete=True),
    Term("XOAUTH2", SASL, "A token of OAuth 2.0, in the form of Google and Microsoft", "Google"),
    Term("XOAUTH", SASL, "A signature of OAuth 1.0, in the form of Google", "Google", obsolete=True),
    Term("EXTERNAL", SASL, "By what is proved already, e.g. a certificate in TLS", "RFC 4422"),
    Term("ANONYMOUS", SASL, "No password; guests only", "RFC 4505 2"),
    Term("GSSAPI", SASL, "By Kerberos 5", "RFC 4752; RFC 1731 3"),
    Term("GSS-SPNEGO", SASL, "By Kerberos 5 or NTLM, as Windows agrees with the server", "Microsoft"),
    Term("GS2-KRB5", SASL, "By Kerberos 5, in its later form", "RFC 5801"),
    Term("GS2-KRB5-PLUS", SASL, "As GS2-KRB5, and bound to the TLS connection", "RFC 5801"),
    Term("NTLM", SASL, "By the challenges of Windows NT; weak", "Microsoft"),
    Term("OTP", SASL, "A password that holds once", "RFC 2444"),
    Term("SECURID", SASL, "The number on a token that one carries", "RFC 2808", obsolete=True),
    Term("KERBEROS_V4", SASL, "By Kerberos 4", "RFC 1731 2", obsolete=True),
    Term("SKEY", SASL, "A password that holds once; OTP replaces it", "RFC 1731 4", obsolete=True),
    # ID.
    Term("name", ID, "Name of the program", "RFC 2971 3.3", capability="ID"),
    Term("version", ID, "Version of the program", "RFC 2971 3.3", capability="ID"),
    Term("os", ID, "Name of the operating system", "RFC 2971 3.3", capability="ID"),
    Term("os-version", ID, "Version of the operating system", "RFC 2971 3.3", capability="ID"),
    Term("vendor", ID, "Who made the program", "RFC 2971 3.3", capability="ID"),
    Term("support-url", ID, "Where to get help", "RFC 2971 3.3", capability="ID"),
    Term("address", ID, "Postal address of the maker", "RFC 2971 3.3", capability="ID"),
    Term("date", ID, "When the program was released", "RFC 2971 3.3", capability="ID"),
    Term("command", ID, "The command that started the program", "RFC 2971 3.3", capability="ID"),
    Term("arguments", ID, "The arguments of that command", "RFC 2971 3.3", capability="ID"),
    Term("environment", ID, "The environment of the program", "RFC 2971 3.3", capability="ID"),
    Term("x-originating-ip", ID, "From a proxy: the address of the client", "Dovecot", capability="ID"),
    Term("x-originating-port", ID, "From a proxy: the port of the client", "Dovecot", capability="ID"),
    Term("x-connected-ip", ID, "From a proxy: the address that the client reached", "Dovecot", capability="ID"),
    Term("x-connected-port", ID, "From a proxy: the port that the client reached", "Dovecot", capability="ID"),
    Term("x-session-id", ID, "From a proxy: its name for the session", "Dovecot", capability="ID"),
    Term("x-proxy-ttl", ID, "From a proxy: how many more proxies there may be", "Dovecot", capability="ID"),
    # Languages.
    Term("default", LANGUAGE, "The language that the server prefers", "RFC 5255 3.2", capability="LANGUAGE"),
    Term("i-default", LANGUAGE, "Plain English for everybody, as without LANGUAGE", "RFC 5255 3.1",
         capability="LANGUAGE"),
    Term("en", LANGUAGE, "English", "RFC 5646", capability="LANGUAGE"),
    Term("de", LANGUAGE, "German", "RFC 5646", capability="LANGUAGE"),
    Term("fr", LANGUAGE, "French", "RFC 5646", capability="LANGUAGE"),
    Term("es", LANGUAGE, "Spanish", "RFC 5646", capability="LANGUAGE"),
    # URLs.
    Term("INTERNAL", "urlauth-mechanism", "By a key that only the server knows", "RFC 4467 2.4.1",
         capability="URLAUTH"),
)
