"""All mechanisms that mailshell carries out, by name, the strongest first."""

from __future__ import annotations

from collections.abc import Mapping

from mailshell.sasl import identities, oauth, passwords
from mailshell.sasl.digest_md5 import digest_md5
from mailshell.sasl.mechanism import Mechanism
from mailshell.sasl.scram import scram


def _scram(name: str, rfc: str) -> Mechanism:
    binds = name.endswith("-PLUS")
    told = "proves the password both ways, and that nobody stands between" if binds else "proves the password both ways"
    return Mechanism(name, "password", False, rfc, told, scram(name), "signature", binds)


# fmt: off
MECHANISMS: Mapping[str, Mechanism] = {
    mechanism.name: mechanism
    for mechanism in (
        _scram("SCRAM-SHA-512-PLUS", "draft-melnikov-scram-sha-512"),
        _scram("SCRAM-SHA-256-PLUS", "RFC 7677"),
        _scram("SCRAM-SHA-1-PLUS", "RFC 5802"),
        _scram("SCRAM-SHA-512", "draft-melnikov-scram-sha-512"),
        _scram("SCRAM-SHA-256", "RFC 7677"),
        _scram("SCRAM-SHA-1", "RFC 5802"),
        Mechanism("EXTERNAL", "", False, "RFC 4422 A", "by what TLS has shown, e.g. a certificate",
                  identities.external),
        Mechanism("DIGEST-MD5", "password", False, "RFC 2831", "proves the password both ways, with MD5", digest_md5,
                  "rspauth"),
        Mechanism("CRAM-MD5", "password", False, "RFC 2195", "proves the password by a keyed MD5", passwords.cram_md5),
        Mechanism("OAUTHBEARER", "token", True, "RFC 7628", "sends a token of OAuth 2.0", oauth.oauthbearer),
        Mechanism("XOAUTH2", "token", True, "Google", "sends a token of OAuth 2.0, as Google and Microsoft have it",
                  oauth.xoauth2),
        Mechanism("PLAIN", "password", True, "RFC 4616", "sends user and password at once", passwords.plain),
        Mechanism("LOGIN", "password", True, "draft-murchison-sasl-login",
                  "sends user and password one after the other", passwords.login),
        Mechanism("ANONYMOUS", "", False, "RFC 4505", "logs in as a guest", identities.anonymous),
    )
}
