"""What looks wrong and is legal: thirteen traps for a linter, of which none may be blamed with more than a note.

``look_alikes.txt`` holds exchanges of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lint_support import lint

from mailshell.lint.rule import Severity

_BEFORE = {
    "imap": "TLS\nS: * PREAUTH [CAPABILITY IMAP4rev1 ID QUOTA STATUS=SIZE] ready\n",
    "pop3": "TLS\nS: +OK ready\nC: USER ana\nS: +OK\nC: PASS secret\nS: +OK welcome\n",
}
#: What OPEN stands for; its number is that of the messages.
_OPENED = """\
C: a1 SELECT INBOX
S: * {0} EXISTS
S: * 0 RECENT
S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)
S: * OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)] these
S: * OK [UNSEEN 1] first
S: * OK [UIDVALIDITY 7] valid
S: * OK [UIDNEXT 99] next
S: a1 OK [READ-WRITE] done
"""
_NEW = "TLS\nS: * OK [CAPABILITY {0}] ready\n"


@dataclass(frozen=True)
class LookAlike:
    number: int
    protocol: str
    title: str
    exchange: str

    def __str__(self) -> str:
        return f"{self.number}-{self.title}"


def look_alikes() -> Iterator[LookAlike]:
    text = Path(__file__).with_name("look_alikes.txt").read_text(encoding="utf-8")
    for block in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        heading, _, steps = block.partition("\n")
        number, protocol, title = heading.split(" ", 2)
        if not steps.startswith(("NEW ", "S: * OK ready")):
            steps = _BEFORE[protocol] + steps
        elif steps.startswith("S:"):
            steps = "TLS\n" + steps
        steps = re.sub(r"^OPEN (\d+)$", lambda match: _OPENED.format(match[1]).strip(), steps, flags=re.MULTILINE)
        steps = re.sub(r"^NEW (.*)$", lambda match: _NEW.format(match[1]).strip(), steps, flags=re.MULTILINE)
        yield LookAlike(int(number), protocol, title, steps)


LOOK_ALIKES = list(look_alikes())


def test_there_are_thirteen() -> None:
    assert {one.number for one in LOOK_ALIKES} == set(range(1, 14))


@pytest.mark.parametrize("one", LOOK_ALIKES, ids=str)
@pytest.mark.parametrize("chunk", [0, 1], ids=["whole", "octets"])
def test_nothing_above_a_note(one: LookAlike, chunk: int) -> None:
    found = lint(one.protocol, one.exchange, chunk=chunk)
    assert [f"{finding.rule.id} {finding.message}" for finding in found if finding.rule.severity > Severity.NOTE] == []
