"""The terms of IMAP4: capabilities, response codes, data items, flags and every other name beside commands.

The records stand in the ``terms_*`` modules, by theme. This module joins them.
"""

from __future__ import annotations

from mailshell.protocol.imap.terms_capabilities import TERMS as CAPABILITIES
from mailshell.protocol.imap.terms_codes import TERMS as CODES
from mailshell.protocol.imap.terms_fetch import TERMS as FETCH
from mailshell.protocol.imap.terms_flags import TERMS as FLAGS
from mailshell.protocol.imap.terms_headers import TERMS as HEADERS
from mailshell.protocol.imap.terms_login import TERMS as LOGIN
from mailshell.protocol.imap.terms_mailboxes import TERMS as MAILBOXES
from mailshell.protocol.imap.terms_responses import TERMS as RESPONSES
from mailshell.protocol.imap.terms_search import TERMS as SEARCH
from mailshell.protocol.terms import Terms

TERMS = Terms([*CAPABILITIES, *CODES, *RESPONSES, *FETCH, *SEARCH, *MAILBOXES, *FLAGS, *LOGIN, *HEADERS])
