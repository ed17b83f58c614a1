"""All misbehaviours by protocol, and how a person names them."""

from __future__ import annotations

from collections.abc import Mapping

from mailshell.lint.session import find_rules
from mailshell.misbehave.imap import table as imap
from mailshell.misbehave.misbehaviour import Misbehaviour
from mailshell.misbehave.pop3 import table as pop3

#: By protocol (``imap``, ``pop3``), then by the name of the rule, in the order of the tables.
TABLES: Mapping[str, Mapping[str, Misbehaviour]] = {
    protocol: {one.rule: one for one in table} for protocol, table in (("imap", imap.TABLE), ("pop3", pop3.TABLE))
}


def find(word: str) -> list[tuple[str, Misbehaviour]]:
    """The misbehaviours of the rule with this id or name, with their protocols: empty if there is none."""
    rules = ((protocol, TABLES[protocol].get(rule.name)) for protocol, rule in find_rules(word))
    return [(protocol, found) for protocol, found in rules if found is not None]
