"""All mechanisms that mailshell carries out, by name, the strongest first."""

from __future__ import annotations

from collections.abc import Mapping

from mailshell.sasl import passwords
from mailshell.sasl.mechanism import Mechanism

MECHANISMS: Mapping[str, Mechanism] = {
    mechanism.name: mechanism
    for mechanism in (
        Mechanism("CRAM-MD5", "password", False, "RFC 2195", "proves the password by a keyed MD5", passwords.cram_md5),
        Mechanism("PLAIN", "password", True, "RFC 4616", "sends user and password at once", passwords.plain),
        Mechanism("LOGIN", "password", True, "", "sends user and password one after the other", passwords.login),
    )
}
