"""What lint found: ``.problems``, ``.why`` and ``.lint``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mailshell.config.settings import SETTINGS
from mailshell.exits import UsageError
from mailshell.interpreter.findings import KEPT, known_rules
from mailshell.interpreter.local.command import Lines, LocalCommand, OwnWords
from mailshell.interpreter.local.settings import change
from mailshell.lint.finding import Finding
from mailshell.lint.session import TABLES
from mailshell.report.text import finding_lines, headline, rule_page, summary

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

_WIDEST = 100


async def _problems(interpreter: Interpreter, arguments: str) -> Lines:
    findings = interpreter.findings
    if not findings.watching:
        return ["this session is not watched: it was opened with lint off, or none was opened yet"]
    found = list(findings.found)
    if arguments:
        return [line for finding in _chosen(found, arguments) for line in _lines(interpreter, finding)]
    if not found:
        return ["nothing was found in this session"]
    rules = TABLES[interpreter.protocol or "imap"]
    first, width = 1, len(str(len(found)))
    lines = [
        f"{number:>{width}}  {headline(finding, interpreter.secrets)}" for number, finding in enumerate(found, first)
    ]
    left_out = findings.counts.total() - len(found)
    if left_out > 0:
        lines.append(f"and {left_out:,} more, which were only counted (the last {KEPT:,} are kept)")
    return [*lines, "", *summary(findings.counts, rules), "", ".problems N shows the octets, .why RULE explains"]


def _lines(interpreter: Interpreter, finding: Finding) -> Iterator[str]:
    return finding_lines(finding, interpreter.secrets, interpreter.console.width)


def _chosen(found: list[Finding], words: str) -> list[Finding]:
    """The finding of this number, or those of these rules. UsageError if there is none."""
    if words.isascii() and words.isdigit():
        number = int(words[:9])
        if not 1 <= number <= len(found):
            raise UsageError(f"there is no finding {number}; .problems lists {len(found)}")
        return [found[number - 1]]
    rules = [rule for _, rule in known_rules(words)]
    chosen = [finding for finding in found if finding.rule in rules]
    if not chosen:
        raise UsageError(f"nothing of {words} was found in this session")
    return chosen


async def why(interpreter: Interpreter, arguments: str) -> Lines:
    """``.why [RULE]``: the page of a rule; without one, that of the last finding."""
    width = min(_WIDEST, interpreter.console.width)
    protocol = interpreter.protocol or "imap"
    if not arguments:
        found = interpreter.findings.found
        if not found:
            raise UsageError("nothing was found in this session; .why RULE explains one, mailshell why lists them")
        return OwnWords(rule_page(found[-1].rule, protocol, width))
    rules = known_rules(arguments)
    here = [(name, rule) for name, rule in rules if name == protocol]
    lines: Lines = []
    for name, rule in here or rules:
        lines += [*([""] if lines else []), *rule_page(rule, name, width)]
    return OwnWords(lines)


async def _lint(interpreter: Interpreter, arguments: str) -> Lines:
    setting, options = SETTINGS["lint"], interpreter.options
    if arguments:
        word = str(setting.default) if arguments.lower() == "on" else arguments
        change(interpreter, "lint", setting.read(word))
    if options.lint == "off":
        return ["nothing is told of what the server does wrong"]
    session = interpreter.session
    later = session is not None and session.is_open and not interpreter.findings.watching
    return [
        f"told from this severity on: {options.lint}"
        + (f"; not of: {options.lint_ignore}" if options.lint_ignore != "none" else "")
        + ("; this session was opened with lint off: it begins with the next" if later else "")
    ]


COMMANDS = (
    LocalCommand(".problems", "[N|RULE]", "what the server did wrong in this session", _problems, takes="rule"),
    LocalCommand(".why", "[RULE]", "what a rule says, and what can be done; alone: that of the last finding", why,
                 takes="rule"),
    LocalCommand(".lint", "[on|off|LEVEL]", "tell of what the server does wrong, from this severity on", _lint,
                 choices=("on", *SETTINGS["lint"].choices)),
)  # fmt: skip
