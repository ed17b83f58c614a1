"""The command catalogue of IMAP4: every command of the base protocol, its extensions, and servers of old.

The records stand in the ``commands_*`` modules, by theme. This module joins them.

``capability`` is a token of the capability list; one that ends with ``=`` stands for every token that begins
with it (``THREAD=`` is announced by ``THREAD=REFERENCES``).
"""

from __future__ import annotations

from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.imap.commands_access import COMMANDS as ACCESS
from mailshell.protocol.imap.commands_base import COMMANDS as BASE
from mailshell.protocol.imap.commands_extension import COMMANDS as EXTENSION
from mailshell.protocol.imap.commands_message import COMMANDS as MESSAGE
from mailshell.protocol.imap.commands_vendor import COMMANDS as VENDOR

CATALOGUE = Catalogue([*BASE, *MESSAGE, *EXTENSION, *ACCESS, *VENDOR])
