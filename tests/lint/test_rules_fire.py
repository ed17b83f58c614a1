r"""Each rule fires on a minimal exchange and is silent on the nearest legal one.

``cases_imap*.txt`` and ``cases_pop3*.txt`` hold them: a heading ``== NAME`` begins the cases of a rule; ``fires`` or
``silent`` begins an exchange (see ``lint_support``); what stands behind the word says what the exchange shows. After
``fires`` the octets in the brackets are those that are marked: ``fires [\n] a bare LF``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lint_support import lint, octets_of

from mailshell.lint.rule import Severity
from mailshell.lint.session import TABLES

_CASE = re.compile(r"(fires|silent)(?: \[(.*?)\](?= |\Z))?(?: (.*))?\Z")


@dataclass(frozen=True)
class Case:
    protocol: str
    rule: str
    fires: bool
    marked: str | None
    title: str
    exchange: str

    def __str__(self) -> str:
        return f"{self.protocol}-{self.rule}-{'fires' if self.fires else 'silent'}-{self.title}"


def cases() -> Iterator[Case]:
    for path in sorted(Path(__file__).parent.glob("cases_*.txt")):
        protocol = path.stem.split("_")[1]
        rule, match, lines = "", None, []
        for line in [*path.read_text(encoding="utf-8").splitlines(), "== END"]:
            begins = _CASE.match(line)
            if line.startswith("== ") or begins:
                if match is not None:
                    yield Case(protocol, rule, match[1] == "fires", match[2], match[3] or "", "\n".join(lines))
                match, lines = begins, []
                rule = line[3:].strip() if line.startswith("== ") else rule
            elif not line.startswith("#"):
                lines.append(line)


CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("chunk", [0, 1], ids=["whole", "octets"])
def test_a_rule_fires_and_is_silent(case: Case, chunk: int) -> None:
    found = lint(case.protocol, case.exchange, chunk=chunk)
    of_rule = [finding for finding in found if finding.rule.name == case.rule]
    if not case.fires:
        assert of_rule == []
        return
    assert of_rule
    assert of_rule[0].rule.source
    # What is legal, and only worth knowing, has nothing else that should stand there.
    assert of_rule[0].expected or of_rule[0].rule.severity is Severity.NOTE
    if case.marked is not None:
        shown = of_rule[0].line[of_rule[0].at : of_rule[0].until]
        assert shown == octets_of(f"S> {case.marked}")


@pytest.mark.parametrize("protocol", TABLES)
def test_each_rule_has_both_kinds_of_cases(protocol: str) -> None:
    for kind in (True, False):
        shown = {case.rule for case in CASES if case.protocol == protocol and case.fires is kind}
        assert set(TABLES[protocol]) - shown == set(), "fires" if kind else "silent"
