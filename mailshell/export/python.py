"""A session as a script that sends the same commands again, with imaplib or poplib, and the original answers beside.

Secrets are not in it: it takes them from the environment, or asks for them. What the two modules can't send stands in
a comment that says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from mailshell import __version__
from mailshell.export import script_imap, script_pop3
from mailshell.export.exchanges import GatheredExchange, Gatherer
from mailshell.export.script_values import comments
from mailshell.export.source import Source
from mailshell.export.spool import Spool
from mailshell.text.escape import escape

_MODULES = {"imap": ("imaplib", "IMAP4", "143", "993"), "pop3": ("poplib", "POP3", "110", "995")}
_GOODBYES = ("LOGOUT", "QUIT")
#: A recording names so many commands, or is none of a mail client.
_MOST_NAMES = 10_000

#: The first two lines are fixed: a comment there could choose the encoding of the script.
_HEAD = """\
#!/usr/bin/env python3
# -*- coding: utf-8 -*-
# Repeats a session with {where}, recorded {start}
# by {tool}. Made by mailshell {version}.
#
# MAIL_HOST and MAIL_PORT in the environment choose another server; secrets are taken from there too
# ("password#1" from MAIL_PASSWORD_1), or asked for. Indented comments are the answers of the recording.
import base64
import getpass
import os
import re
import ssl

import {module}

HOST = os.environ.get("MAIL_HOST", {host!r})
PORT = int(os.environ.get("MAIL_PORT", {port!r}))
SECRETS = {{}}


def secret(name):
    \"\"\"A secret of the session, by the name of its mask.\"\"\"
    variable = "MAIL_" + re.sub(r"\\W+", "_", name, flags=re.ASCII).upper()
    if name not in SECRETS:
        SECRETS[name] = os.environ[variable] if variable in os.environ else getpass.getpass(f"{{name}}: ")
    return SECRETS[name]


def plain():
    \"\"\"The initial response of PLAIN (RFC 4616), in base64.\"\"\"
    return base64.b64encode(f"\\0{{secret('user')}}\\0{{secret('password')}}".encode()).decode()

"""


def write(source: Source, fold: int | None, out: BinaryIO) -> None:
    """Write the script. OSError if ``out`` can't be written."""
    body, names = Spool(), set[str]()
    for line in _body(source, Gatherer(source, fold), names):
        body.write(f"{line}\n")
    out.writelines(f"{line}\n".encode("utf-8", "backslashreplace") for line in _head(source, names))
    body.give(out)


def _head(source: Source, names: set[str]) -> Iterator[str]:
    header = source.header
    is_imap, is_tls = header.protocol == "imap", header.tls == "implicit"
    module, base, clear_port, tls_port = _MODULES[header.protocol]
    base += "_SSL" if is_tls else ""
    yield _HEAD.format(
        where=escape(source.place) or "a server that is not named",
        start=escape(header.start) or "at an unknown time",
        tool=escape(header.tool),
        version=__version__,
        module=module,
        host=header.host or "localhost",
        port=str(header.port or (tls_port if is_tls else clear_port)),
    ).removesuffix("\n")
    known = repr(tuple(sorted({*names, "AUTHENTICATE", "LOGIN"})))
    yield (script_imap if is_imap else script_pop3).HEAD.format(base=base, names=known).removesuffix("\n")
    context = ("ssl_context" if is_imap else "context") + "=ssl.create_default_context()"
    yield f"M = Connection(HOST, PORT, {f'{context}, ' if is_tls else ''}timeout=60)"
    yield f"print(M.{'welcome' if is_imap else 'getwelcome()'})"


def _body(source: Source, gatherer: Gatherer, names: set[str]) -> Iterator[str]:
    """The calls; the words that name commands are added to ``names``."""
    is_imap = source.header.protocol == "imap"
    last = ""
    for item in gatherer.gather():
        if isinstance(item, GatheredExchange):
            if len(names) < _MOST_NAMES:
                names.update(script_imap.names(item))
            yield ""
            yield from (script_imap if is_imap else script_pop3).calls(item)
            yield from comments(item.answers)
            last = item.exchange.name
        elif item.kind != "command":
            yield from comments(item.rows, "    " if item.kind == "greeting" else f"    {item.kind}: ")
    if last not in _GOODBYES:
        yield ""
        yield "# the session ended without goodbye"
        yield f"M.{'shutdown' if is_imap else 'close'}()"
