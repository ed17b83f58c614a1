"""All misbehaviours of POP3."""

from __future__ import annotations

from mailshell.misbehave.pop3 import maildrop, messages, octets, security, session, sessions

TABLE = (*octets.TABLE, *maildrop.TABLE, *messages.TABLE, *session.TABLE, *security.TABLE, *sessions.TABLE)
