"""What can be chosen of a connection and of where secrets come from: one table for the command line and for profiles.

Each is a `Setting`: in a profile it stands under its name, on the command line behind ``--`` with dashes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mailshell.config.settings import Setting, Value

if TYPE_CHECKING:
    import argparse

    from mailshell.transport.tls import TlsOptions

_VERSIONS = ("1.0", "1.1", "1.2", "1.3")

#: When TLS begins, who logs in and how; ``sets`` is the field of ``Options``.
LOGIN = (
    Setting("tls", "choice", "auto", "when TLS begins; auto: as the URL says",
            ("auto", "implicit", "starttls", "none")),
    Setting("user", "text", "", "log in as this user", noun="a user name", metavar="USER"),
    Setting("auth", "text", "auto", "how to log in", noun="a SASL mechanism, LOGIN-COMMAND, USER or APOP",
            metavar="WAY"),
    Setting("authzid", "text", "", "act as this one (SASL)", noun="an authorization identity", metavar="IDENTITY"),
    Setting("initial_response", "choice", "auto", "send it with AUTHENTICATE or AUTH; auto: in IMAP with SASL-IR",
            ("auto", "always", "never")),
    Setting("strict", "switch", False, "send no password and no token in the clear"),
)  # fmt: skip
#: How TLS is done; ``sets`` is the field of ``TlsOptions``.
TLS = (
    Setting("insecure", "switch", False, "accept any certificate"),
    Setting("cafile", "text", "", "trust the certificates in this file instead of the system's", noun="a file",
            metavar="FILE"),
    Setting("capath", "text", "", "likewise those in a folder, under the names that openssl rehash gives",
            noun="a folder", metavar="FOLDER"),
    Setting("cert", "text", "", "the certificate to show when the server asks for one", noun="a file",
            metavar="FILE"),
    Setting("key", "text", "", "its key, if --cert does not hold it", noun="a file", metavar="FILE"),
    Setting("sni", "text", "", "the name to send, and to look for in the certificate, instead of the host's",
            sets="server_name", noun="a host name", metavar="NAME"),
    Setting("tls_min", "choice", "", "no lower version of TLS (default 1.2)", _VERSIONS, sets="minimum"),
    Setting("tls_max", "choice", "", "no higher version of TLS", _VERSIONS, sets="maximum"),
    Setting("ciphers", "text", "", "the cipher suites up to TLS 1.2, as openssl ciphers has them",
            noun="a list of ciphers", metavar="LIST"),
    Setting("alpn", "text", "", "the protocol to offer by ALPN (imap, pop3); none by default", noun="a protocol",
            metavar="NAME"),
    Setting("keylog", "text", "", "append the secrets of TLS to this file, for Wireshark: they open the session",
            noun="a file", metavar="FILE"),
)  # fmt: skip
#: Those whose value is a file or a folder.
PATHS = frozenset({"cafile", "capath", "cert", "key", "keylog", "password_file", "token_file"})
#: Where a password comes from if it is not asked for. Of those of one kind the first that is given counts.
PASSWORDS = (
    Setting("password_env", "text", "", "the environment variable that holds the password",
            noun="the name of an environment variable", metavar="NAME"),
    Setting("password_file", "text", "", "the file whose first line is the password", noun="a file", metavar="FILE"),
    Setting("password_command", "text", "", "a command that prints the password", metavar="COMMAND"),
)  # fmt: skip
#: Likewise for a token of OAuth.
TOKENS = (
    Setting("token_env", "text", "", "the environment variable that holds the OAuth token",
            noun="the name of an environment variable", metavar="NAME"),
    Setting("token_file", "text", "", "the file whose first line is the token", noun="a file", metavar="FILE"),
    Setting("token_command", "text", "", "a command that prints the token; run again when it is refused",
            metavar="COMMAND"),
)  # fmt: skip
#: Where else a password is looked for, and whether nowhere but at the terminal.
STORES = (
    Setting("ask_password", "switch", False, "ask for the password at the terminal, whatever else is given"),
    Setting("keyring", "switch", False, "look for the password in the system's keyring (needs mailshell[keyring])"),
    Setting("netrc", "switch", False, "look for the password in ~/.netrc"),
)
SECRETS = PASSWORDS + TOKENS + STORES


def add_options(parser: argparse._ActionsContainer, settings: Iterable[Setting]) -> None:
    """Add an option for each. What is not given is None, so that something else may count."""
    for setting in settings:
        option = f"--{setting.name.replace('_', '-')}"
        if setting.kind == "switch":
            parser.add_argument(option, action="store_const", const=True, help=setting.help)
        elif setting.kind == "choice":
            parser.add_argument(option, choices=setting.choices, help=setting.help)
        else:
            parser.add_argument(option, metavar=setting.metavar, help=setting.help)


def given(chosen: argparse.Namespace, settings: Iterable[Setting]) -> dict[str, Value]:
    """What was given of them, by name, as it stands; a switch that is off and a default of LOGIN were not."""
    values = {setting: getattr(chosen, setting.name, None) for setting in settings}
    return {
        setting.name: value
        for setting, value in values.items()
        if value not in (None, False) and not (setting in LOGIN and value == setting.default)
    }


def tls_options(values: Mapping[str, Value]) -> TlsOptions:
    """How TLS is to be done, from values by name; those of other things are left out. A ``~`` is the home folder."""
    from mailshell.transport.tls import TlsOptions

    fields: dict[str, Any] = {}
    for setting in TLS:
        if (value := values.get(setting.name)) is not None:
            fields[setting.attribute] = os.path.expanduser(str(value)) if setting.name in PATHS else value
    return TlsOptions(**fields)
