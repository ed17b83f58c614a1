"""``--misbehave`` and ``--fault``: what they take, what they list, and what to type to see it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.util import find_spec

from mailshell.config.rule_words import near_rules
from mailshell.exits import UsageError
from mailshell.lint.session import TABLES as RULES
from mailshell.misbehave.between import Trouble
from mailshell.misbehave.misbehaviour import Misbehaviour
from mailshell.misbehave.road import KINDS, read_faults
from mailshell.misbehave.table import TABLES, find
from mailshell.text.escape import escape

#: What is installed for misbehaviours that need TLS.
_EXTRA = "mailshell[serve-tls]"
#: A word that nobody counts: one character again and again.
_REPEATED = re.compile(r" (?P<one>\S)(?P=one){29,}\Z")


def list_trouble(misbehave: Sequence[str], faults: Sequence[str], protocols: Sequence[str] = tuple(RULES)) -> bool:
    """Print the lists that were asked for with ``?``, rules of these protocols; whether one was."""
    if "?" in misbehave:
        print("\n".join(_misbehaviours(protocols)))
    if "?" in faults:
        width = max(len(kind.form) for kind in KINDS)
        print("\n".join(f"{kind.form:<{width}}  {kind.says}" for kind in KINDS))
    return "?" in misbehave or "?" in faults


def read_trouble(misbehave: Sequence[str], faults: Sequence[str], protocols: Sequence[str]) -> Trouble:
    """What was chosen. UsageError for a rule that does not exist, that none of these protocols can break, or
    that lacks what makes certificates.
    """
    chosen: dict[str, dict[str, Misbehaviour]] = {}
    for word in (word.strip() for words in misbehave for word in words.split(",")):
        found = find(word)
        fitting = [(protocol, one) for protocol, one in found if protocol in protocols]
        if not fitting:
            raise UsageError(_why_not(word, found))
        for protocol, one in fitting:
            if one.insecure and find_spec("trustme") is None:
                raise UsageError(
                    f"{escape(word)} needs TLS, and to make a certificate needs trustme: pip install '{_EXTRA}'"
                )
            chosen.setdefault(protocol, {})[one.rule] = one
    return Trouble({protocol: tuple(ones.values()) for protocol, ones in chosen.items()}, read_faults(faults))


def hints(trouble: Trouble, protocols: Sequence[str]) -> Iterator[str]:
    """What to type to see what was chosen, a line for each misbehaviour."""
    for protocol in protocols:
        for one in trouble.misbehaviours.get(protocol, ()):
            rule = RULES[protocol][one.rule]
            yield f"{rule.id} {rule.name} ({protocol.upper()}): {to_type(one)}"


def to_type(one: Misbehaviour) -> str:
    """What to type to see a misbehaviour, and where."""
    lines = "; ".join(_REPEATED.sub(_counted, line) for line in one.provoke)
    words = [lines or "shows when you connect"]
    if not one.login:
        words.append("before the login (--no-login)")
    if one.remember:
        words.append("with --remember")
    if one.wait:
        words.append(f"and wait {one.wait:g} s")
    if one.remote:
        words.append("told of only if server and client are on two machines")
    return ", ".join(words)


def _counted(word: re.Match[str]) -> str:
    return f", a space and {word['one']} {len(word[0]) - 1} times, as one line"


def _misbehaviours(protocols: Sequence[str]) -> Iterator[str]:
    rows = [
        (rule.id, rule.name, rule.severity.word, protocol.upper(), to_type(one) + needs)
        for protocol in protocols
        for rule in RULES[protocol].values()
        for one in (TABLES[protocol][rule.name],)
        for needs in (f", needs {_EXTRA}" if one.insecure else "",)
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(4)]
    for row in rows:
        yield "  ".join([*(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)), row[4]])


def _why_not(word: str, found: Sequence[tuple[str, Misbehaviour]]) -> str:
    if found:
        others = " and ".join(protocol.upper() for protocol, _ in found)
        return f"--misbehave {escape(word)} is a rule of {others}, and this server speaks another protocol"
    near = near_rules(word) or "; --misbehave ? lists those that there are"
    return f"--misbehave knows no rule {escape(word[:60])!r}{near}"


def known_words() -> list[str]:
    """The names and ids that ``--misbehave`` takes."""
    rules = [RULES[protocol][name] for protocol, table in TABLES.items() for name in table]
    return sorted({word for rule in rules for word in (rule.name, rule.id)})
