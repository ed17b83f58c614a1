"""The terms of POP3: the tags of CAPA, response codes, SASL mechanisms and languages.

``arguments`` of a tag is what follows it in the reply to CAPA; ``advice`` of a code is what it asks of a client.
"""

from __future__ import annotations

from mailshell.protocol.terms import Term, Terms

CAP = "capability"
CODE = "response-code"
SASL = "sasl-mechanism"
LANGUAGE = "language"
PROTOCOL = "protocol"
LOGIN = "login and TLS"
MESSAGES = "messages"
OTHER = "other"

# fmt: off
TERMS = Terms((
    # Tags of CAPA.
    Term("USER", CAP, "USER and PASS log in", "RFC 2449 6.2", group=LOGIN,
         advice="Begin TLS first; the password is sent as it is"),
    Term("SASL", CAP, "AUTH logs in, with these mechanisms", "RFC 2449 6.3; RFC 5034", "mechanism ...", group=LOGIN),
    Term("STLS", CAP, "STLS begins TLS on this connection", "RFC 2595 4", group=LOGIN,
         advice="Begin TLS before logging in, and send CAPA again"),
    Term("APOP", CAP, "APOP logs in with a digest; few servers list it", "Dovecot", group=LOGIN),
    Term("AUTH-RESP-CODE", CAP, "The response code AUTH tells when the password is wrong", "RFC 3206", group=LOGIN),
    Term("LOGIN-DELAY", CAP, "So many seconds must pass between two logins", "RFC 2449 6.5", "seconds [USER]",
         group=LOGIN, advice="Don't log in more often; USER: it may differ after login, so send CAPA again"),
    Term("TOP", CAP, "TOP gets the header and some lines", "RFC 2449 6.1", group=MESSAGES),
    Term("UIDL", CAP, "UIDL gives each message a lasting identifier", "RFC 2449 6.8", group=MESSAGES),
    Term("EXPIRE", CAP, "Messages are kept so many days; 0: not beyond the session; NEVER: for good", "RFC 2449 6.7",
         "days|NEVER [USER]", group=MESSAGES, advice="USER: it may differ after login, so send CAPA again"),
    Term("UTF8", CAP, "UTF8 allows UTF-8 in messages; USER: in user names and passwords too", "RFC 6856 2", "[USER]",
         group=PROTOCOL),
    Term("LANG", CAP, "LANG chooses the language of the server's texts", "RFC 6856 3.1", group=PROTOCOL),
    Term("RESP-CODES", CAP, "Texts that begin with a bracket begin with a response code", "RFC 2449 6.4",
         group=PROTOCOL),
    Term("PIPELINING", CAP, "Several commands may be sent before the replies are read", "RFC 2449 6.6",
         group=PROTOCOL),
    Term("IMPLEMENTATION", CAP, "The name of the server's software", "RFC 2449 6.9", "text", group=OTHER),
    Term("LAST", CAP, "LAST tells the highest message that was read", "RFC 1460", group=OTHER, obsolete=True),
    Term("XCLIENT", CAP, "A proxy may tell for which client it speaks", "Dovecot", group=OTHER),
    Term("XOIP", CAP, "A proxy may tell the client's address", "Dovecot", group=OTHER, obsolete=True),
    # Response codes.
    Term("AUTH", CODE, "The user name or the password is wrong", "RFC 3206", capability="AUTH-RESP-CODE",
         advice="Don't try the same again; ask the user"),
    Term("IN-USE", CODE, "The login is right, but another session holds the mailbox", "RFC 2449 8.1.2",
         capability="RESP-CODES", advice="Try again later; the password is right"),
    Term("LOGIN-DELAY", CODE, "The last login was too short a time ago", "RFC 2449 8.1.1", capability="RESP-CODES",
         advice="Wait as long as CAPA says"),
    Term("SYS/TEMP", CODE, "The server has a problem that will pass", "RFC 3206", capability="RESP-CODES",
         advice="Try again later; the password may well be right"),
    Term("SYS/PERM", CODE, "The server has a problem that won't pass by itself", "RFC 3206", capability="RESP-CODES",
         advice="Tell the user to ask the administrator"),
    Term("UTF8", CODE, "The message has a header in UTF-8, which was not allowed", "RFC 6856 5",
         capability="RESP-CODES", advice="Send UTF8 before logging in"),
    # SASL mechanisms.
    Term("PLAIN", SASL, "User name and password in clear; only under TLS", "RFC 4616 2; RFC 5034", capability="SASL"),
    Term("LOGIN", SASL, "User name and password in clear, one after the other; only under TLS",
         "draft-murchison-sasl-login", capability="SASL"),
    Term("CRAM-MD5", SASL, "Answers a challenge with MD5; the server must know the password itself", "RFC 2195 2",
         capability="SASL"),
    Term("CRAM-SHA1", SASL, "As CRAM-MD5, with SHA-1", "Courier", capability="SASL"),
    Term("CRAM-SHA256", SASL, "As CRAM-MD5, with SHA-256", "Courier", capability="SASL"),
    Term("DIGEST-MD5", SASL, "As HTTP Digest; SCRAM replaces it", "RFC 2831 2", capability="SASL", obsolete=True),
    Term("SCRAM-SHA-1", SASL, "Proves the password both ways and never sends it, with SHA-1", "RFC 5802 4",
         capability="SASL"),
    Term("SCRAM-SHA-1-PLUS", SASL, "As SCRAM-SHA-1, and bound to the TLS connection", "RFC 5802 4",
         capability="SASL"),
    Term("SCRAM-SHA-256", SASL, "Proves the password both ways and never sends it, with SHA-256", "RFC 7677 3",
         capability="SASL"),
    Term("SCRAM-SHA-256-PLUS", SASL, "As SCRAM-SHA-256, and bound to the TLS connection", "RFC 7677 3",
         capability="SASL"),
    Term("SCRAM-SHA-512", SASL, "Proves the password both ways and never sends it, with SHA-512",
         "draft-melnikov-scram-sha-512", capability="SASL"),
    Term("SCRAM-SHA-512-PLUS", SASL, "As SCRAM-SHA-512, and bound to the TLS connection",
         "draft-melnikov-scram-sha-512", capability="SASL"),
    Term("OAUTHBEARER", SASL, "A token of OAuth 2.0 instead of a password", "RFC 7628 3", capability="SASL"),
    Term("OAUTH10A", SASL, "A signature of OAuth 1.0a instead of a password", "RFC 7628 3", capability="SASL",
         obsolete=True),
    Term("XOAUTH2", SASL, "A token of OAuth 2.0, in the form of Google and Microsoft", "Google", capability="SASL",
         advice="Microsoft wants the token after its challenge, not on the line of AUTH"),
    Term("EXTERNAL", SASL, "By what is proved already, e.g. a certificate in TLS", "RFC 4422", capability="SASL"),
    Term("ANONYMOUS", SASL, "No password; guests only", "RFC 4505 2", capability="SASL"),
    Term("GSSAPI", SASL, "By Kerberos 5", "RFC 4752", capability="SASL"),
    Term("GSS-SPNEGO", SASL, "By Kerberos 5 or NTLM, as Windows agrees with the server", "Microsoft",
         capability="SASL"),
    Term("NTLM", SASL, "By the challenges of Windows NT; weak", "Microsoft", capability="SASL"),
    Term("MSN", SASL, "By the challenges of MSN, as NTLM", "Microsoft", capability="SASL", obsolete=True),
    Term("OTP", SASL, "A password that holds once", "RFC 2444", capability="SASL"),
    Term("KERBEROS_V4", SASL, "By Kerberos 4", "RFC 1731 2; RFC 1734 2", capability="SASL", obsolete=True),
    Term("SKEY", SASL, "A password that holds once; OTP replaces it", "RFC 1731 4", capability="SASL",
         obsolete=True),
    # Languages.
    Term("*", LANGUAGE, "Whatever language the server prefers", "RFC 6856 3.2", capability="LANG"),
    Term("i-default", LANGUAGE, "Plain English for everybody, as without LANG", "RFC 2277", capability="LANG"),
    Term("en", LANGUAGE, "English", "RFC 5646", capability="LANG"),
    Term("de", LANGUAGE, "German", "RFC 5646", capability="LANG"),
    Term("fr", LANGUAGE, "French", "RFC 5646", capability="LANG"),
    Term("es", LANGUAGE, "Spanish", "RFC 5646", capability="LANG"),
))
