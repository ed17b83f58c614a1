"""Whatever a server sends, the rules of the grammar raise nothing, and mark octets that there are."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lint_support import octets_of

from mailshell.lint.finding import Finding
from mailshell.lint.imap import grammar, rules_grammar
from mailshell.lint.linter import Linter
from mailshell.lint.rule import Rules
from mailshell.protocol.imap.connection import ImapConnection

_TOPICS = ("codes", "numbers", "envelope", "structure", "names", "dates", "fetch", "words")
_RULES = Rules("imap", rules_grammar.TABLE)
#: Any of them may stand in the way of a number, a name or a list.
_PIECES = (b"(", b")", b'"', b"\\", b" ", b"NIL", b"-1", b"0", b"99999999999999999999", b"{3}\r\n", b"\r\n", b"\xff")


def _server_octets() -> list[bytes]:
    """What the server says in each step of the cases."""
    steps: list[bytes] = []
    for topic in _TOPICS:
        text = (Path(__file__).parent / f"cases_imap_{topic}.txt").read_text(encoding="utf-8")
        steps += [octets_of(line) for line in text.splitlines() if line.startswith(("S:", "S>"))]
    return steps


STEPS = _server_octets()
COMMANDS = b"a1 UID SEARCH RETURN (ALL) ALL\r\na2 FETCH 1 (ENVELOPE BODYSTRUCTURE)\r\na3 AUTHENTICATE LOGIN\r\n"


def findings(octets: bytes, *, greeting: bytes = b"* OK [CAPABILITY IMAP4rev1] ready\r\n") -> list[Finding]:
    """What the rules of the grammar find in octets that come while three commands are under way."""
    engine = ImapConnection()
    found: list[Finding] = []
    linter = Linter(engine, _RULES, grammar.checkers(), found.append)
    events = [*engine.received(greeting), *engine.sent(COMMANDS)]
    for event in events:
        linter.event(event, 0.0, False)
    for event in engine.received(octets):
        linter.event(event, 0.0, False)
    assert all(0 <= one.start <= one.end <= len(greeting) + len(octets) for one in found)
    return found


def mutate(octets: bytes, chance: random.Random) -> bytes:
    text = bytearray(octets)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(4):
            case 0:
                text[at:at] = chance.choice(_PIECES)
            case 1:
                del text[at : at + chance.randint(1, 8)]
            case 2:
                text[at : at + 1] = bytes([chance.randrange(256)])
            case _:
                other = chance.choice(STEPS)
                text[at:at] = other[chance.randrange(len(other) + 1) :][:40]
    return bytes(text)


@given(st.integers(0, 2**32))
def test_mutations_of_the_cases_raise_nothing(seed: int) -> None:
    chance = random.Random(seed)
    octets = b"".join(mutate(chance.choice(STEPS), chance) for _ in range(6))
    for greeting in (b"* OK [CAPABILITY IMAP4rev1] ready\r\n", b"* PREAUTH [CAPABILITY IMAP4rev2] ready\r\n"):
        findings(octets, greeting=greeting)


@given(st.binary(max_size=300))
def test_any_octets_raise_nothing(octets: bytes) -> None:
    findings(b"* 1 FETCH (BODYSTRUCTURE (" + octets + b"\r\n* LIST () " + octets + b"\r\n")


@pytest.mark.parametrize(
    "octets",
    [
        b"* 1 FETCH (BODYSTRUCTURE " + b"(" * 20_000 + b"\r\n",
        b"* 1 FETCH (ENVELOPE (" + b"() " * 20_000 + b"))\r\n",
        b"* 1 FETCH (" + b'INTERNALDATE "x" ' * 5_000 + b")\r\n",
        b"* 1 FETCH (FLAGS (" + b"a] " * 20_000 + b"))\r\n",
        b"* SEARCH" + b" 0" * 50_000 + b"\r\n",
        b"* STATUS x (" + b"UIDNEXT 0 " * 10_000 + b")\r\n",
        b"* ESEARCH " + b"MIN 0 " * 10_000 + b"\r\n",
        b"* QUOTA x (" + b"a -1 b " * 10_000 + b")\r\n",
        b'* LIST () "/" "' + b"&AEE-" * 20_000 + b'"\r\n',
        b"* OK [COPYUID 1 " + b"1," * 50_000 + b"] x\r\n",
        b"* OK [PERMANENTFLAGS (" + b"a\\ " * 20_000 + b")] x\r\n",
        b"* CAPABILITY" + b" *" * 50_000 + b"\r\n",
    ],
    ids=lambda octets: octets[:20].decode(),
)
def test_long_responses_take_no_long_time(octets: bytes) -> None:
    begun = time.process_time()
    findings(octets)
    assert time.process_time() - begun < 3
