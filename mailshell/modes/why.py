"""``mailshell why RULE``: what a rule says, and what can be done; without one, all of them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from mailshell.config.rule_words import known_rules
from mailshell.exits import Exit
from mailshell.lint.session import TABLES
from mailshell.modes.arguments import Parser
from mailshell.report.text import rule_pages


def main(arguments: Sequence[str]) -> Exit:
    """Print the page. UsageError if there is no such rule."""
    parser = Parser("why", "Explain a rule: what is wrong, the section, the servers known for it, what to do.")
    parser.add_argument("rule", nargs="?", metavar="RULE", help="an id such as F06, or a name such as bare-lf")
    chosen = parser.parse_args(list(arguments))
    if chosen.rule is None:
        for protocol, rules in TABLES.items():
            for rule in rules.values():
                print(f"{protocol}  {rule.id:<5} {rule.severity.word:<8}  {rule.name:<32} {rule.says}")
        return Exit.OK
    print("\n".join(rule_pages(known_rules(chosen.rule), shutil.get_terminal_size().columns)))
    return Exit.OK
