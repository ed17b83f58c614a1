"""What lint found: ``.problems``, ``.why`` and ``.lint``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from mailshell.config.rule_words import known_rules
from mailshell.config.settings import SETTINGS
from mailshell.exits import UsageError
from mailshell.interpreter.findings import Kept
from mailshell.interpreter.local.command import Lines, LocalCommand, OwnWords
from mailshell.interpreter.local.settings import change
from mailshell.lint.finding import Finding
from mailshell.lint.rule import Severity
from mailshell.lint.session import TABLES
from mailshell.report.text import finding_lines, headline, place, rule_pages, summary, wrapped
from mailshell.text.escape import escape

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

#: With fewer lines than this nobody needs a summary.
_FEW = 12
_SEVERITIES = tuple(severity.word for severity in Severity)


async def _problems(interpreter: Interpreter, arguments: str) -> Lines:
    findings = interpreter.findings
    word = arguments.lower()
    kept = findings.before if word == "before" else list(findings.found)
    if not kept and not findings.watching:
        return ["this session is not watched: it was opened with lint off, or none was opened yet"]
    if arguments and word not in (*_SEVERITIES, "before"):
        return [line for one in _chosen(kept, arguments) for line in _lines(interpreter, one.finding)]
    numbered = [
        (number, one)
        for number, one in enumerate(kept, start=1)
        if word not in _SEVERITIES or one.finding.rule.severity >= Severity[word.upper()]
    ]
    if not numbered:
        more = f"; in the one before {len(findings.before):,} were: .problems before" if findings.before else ""
        return [f"nothing {f'as bad as {word} ' if word in _SEVERITIES else ''}was found in this session{more}"]
    lines = list(_listed(interpreter, numbered))
    if word:
        return lines
    if (left_out := findings.counts.total() - len(kept)) > 0:
        lines.append(f"and {left_out:,} more, which were only counted")
    long = len(lines) > _FEW or left_out > 0
    counts = summary(findings.counts, TABLES[interpreter.protocol or "imap"], _width(interpreter)) if long else ()
    return [*lines, "", *counts, *([""] if counts else []), ".problems N shows the octets, .why N explains the rule"]


def _listed(interpreter: Interpreter, numbered: list[tuple[int, Kept]]) -> Iterator[str]:
    """A line for each finding, or for several that say the same of the answer to one command."""
    width = _width(interpreter)
    for _, group in groupby(numbered, key=lambda pair: (pair[1].line, pair[1].finding.rule, pair[1].finding.message)):
        some = list(group)
        (first, one), (last, _) = some[0], some[-1]
        numbers = str(first) if first == last else f"{first}-{last}"
        times = f" (×{len(some)})" if len(some) > 1 else ""
        where = place(one.finding) if len(some) == 1 else f"from octet {one.finding.start:,} on"
        for line in (
            f"{numbers}  {headline(one.finding, interpreter.secrets)}{times}",
            f"    {escape(one.line)}: {where}" if one.line else f"    {where}",
        ):
            yield from wrapped(line, width) if width is not None else (line,)


def _width(interpreter: Interpreter) -> int | None:
    """The width of the terminal of somebody who looks; None where the lines may be as long as they are."""
    console = interpreter.console
    return console.width if console.interactive and not console.whole else None


def _chosen(found: list[Kept], words: str) -> list[Kept]:
    """The finding of this number, or those of these rules. UsageError if there is none."""
    if words.isascii() and words.isdigit():
        number = int(words[:9])
        if not 1 <= number <= len(found):
            raise UsageError(f"there is no finding {number}; .problems lists {len(found)}")
        return [found[number - 1]]
    rules = [rule for _, rule in known_rules(words)]
    chosen = [one for one in found if one.finding.rule in rules]
    if not chosen:
        raise UsageError(f"nothing of {words} was found in this session")
    return chosen


def _lines(interpreter: Interpreter, finding: Finding) -> Iterator[str]:
    console = interpreter.console
    return finding_lines(finding, interpreter.secrets, console.width, wrap=console.interactive)


async def why(interpreter: Interpreter, arguments: str) -> Lines:
    """``.why [RULE]``: the page of a rule; without one, that of the last finding."""
    protocol, found = interpreter.protocol or "imap", list(interpreter.findings.found)
    if not arguments and not found:
        raise UsageError("nothing was found in this session; .why RULE explains one, mailshell why lists them")
    if not arguments or arguments.isdigit():
        one = _chosen(found, arguments)[0] if arguments else found[-1]
        rules = [(protocol, one.finding.rule)]
    else:
        known = known_rules(arguments)
        rules = [(name, rule) for name, rule in known if name == protocol] or known
    return OwnWords(rule_pages(rules, interpreter.console.width))


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
    LocalCommand(".problems", "[N|RULE|LEVEL|before]", "what the server did wrong in this session", _problems,
                 choices=(*_SEVERITIES, "before"), takes="found rule"),
    LocalCommand(".why", "[RULE|N]", "what a rule says, and what can be done; alone: that of the last finding", why,
                 takes="rule"),
    LocalCommand(".lint", "[on|off|LEVEL]", "tell of what the server does wrong, from this severity on", _lint,
                 choices=("on", *SETTINGS["lint"].choices)),
)  # fmt: skip
