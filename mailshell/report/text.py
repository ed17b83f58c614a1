"""A finding as lines of text: what is wrong, the line with a mark under the octets, what was expected."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from mailshell.help import layout
from mailshell.lint.finding import Finding
from mailshell.lint.rule import Rule
from mailshell.protocol.secrecy import Secrets
from mailshell.render.columns import cells
from mailshell.text.escape import escape, escape_octets
from mailshell.text.sentences import counted

_INDENT = "    "
#: The widest lines with octets (cells), unless the terminal is narrower.
WIDEST = 130
_WIDEST_PAGE = 100
#: What is too long for a line of the summary goes on below the severity.
_UNDER = " " * 10
#: On either side of the mark so many characters are shown at least.
_AROUND = 10


def headline(finding: Finding, secrets: Secrets | None = None) -> str:
    """``warning F06 bare-lf: a line ends with a bare LF instead of CRLF (RFC 9051 2.2)``."""
    rule = finding.rule
    return f"{rule.severity.word} {rule.id} {rule.name}: {said(finding, secrets)}"


def said(finding: Finding, secrets: Secrets | None = None) -> str:
    """What is wrong, and the source of the rule."""
    return escape(f"{_masked(finding.message, secrets)} ({finding.rule.source})")


def finding_lines(
    finding: Finding, secrets: Secrets | None = None, width: int = WIDEST, *, wrap: bool = False, before: str = ""
) -> Iterator[str]:
    """The headline, and below it the octets as far as they are at hand, in no more than ``width`` cells.

    ``wrap``: nothing is wider than that, not the headline either, for somebody who looks at it. ``before`` stands
    before the headline.
    """

    def told(text: str) -> list[str]:
        return wrapped(text, width) if wrap else [text]

    yield from told(before + headline(finding, secrets))
    *octets, expected = _marked(finding, secrets, min(width, WIDEST) - len(_INDENT))
    yield from octets
    yield from [expected] if cells(expected) <= width else told(expected)
    if finding.otherwise:
        yield from told(f"{_INDENT}or else: {escape(_masked(finding.otherwise, secrets))}")


def wrapped(text: str, width: int, indent: str = _INDENT) -> list[str]:
    """The text in lines no wider than ``width``, broken between words as far as that is possible; all lines but the
    first begin with ``indent``.
    """
    return textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)


def place(finding: Finding) -> str:
    """``octet 120``, ``octets 120 to 123``: where the finding is in the server's stream, which begins with 0."""
    if finding.end - finding.start <= 1:
        return f"octet {finding.start:,}"
    return f"octets {finding.start:,} to {finding.end - 1:,}"


def _marked(finding: Finding, secrets: Secrets | None, width: int) -> Iterator[str]:
    expected = place(finding)
    if finding.expected:
        expected += f", expected: {escape(_masked(finding.expected, secrets))}"
    line = finding.line
    if not line:
        yield _INDENT + expected
        return
    if secrets and secrets.mask(line) != line:
        # What is masked has another length: a mark would tell how long the secret is.
        yield _INDENT + _cut(escape_octets(secrets.mask(line)), width)
        yield _INDENT + expected
        return
    before, marked = line[: finding.at], line[finding.at : finding.until]
    behind = line[finding.until :].removesuffix(b"\n").removesuffix(b"\r")
    middle = _cut(escape_octets(marked), max(_AROUND, width - 2 * _AROUND))
    left, right = escape_octets(before), escape_octets(behind)
    room = max(2 * _AROUND, width - cells(middle))
    left = _cut(left, max(room // 2, room - cells(right)), end=True)
    right = _cut(right, room - cells(left))
    yield f"{_INDENT}{left}{middle}{right}"
    mark = f"{_INDENT}{' ' * cells(left)}{'^' * max(1, cells(middle))}"
    if cells(mark) + 1 + cells(expected) <= width + len(_INDENT):
        yield f"{mark} {expected}"
    else:
        yield mark
        yield _INDENT + expected


def _masked(text: str, secrets: Secrets | None) -> str:
    return secrets.mask_str(text) if secrets else text


def _cut(text: str, width: int, *, end: bool = False) -> str:
    """The beginning of the text, or its end, in no more than so many cells; what is left out is an ellipsis."""
    if cells(text) <= width:
        return text
    while text and cells(text) >= width:
        text = text[1:] if end else text[:-1]
    return f"…{text}" if end else f"{text}…"


def rule_pages(found: Iterable[tuple[str, Rule]], width: int) -> list[str]:
    """All that is known of rules, given with their protocols, in lines of at most ``width`` cells, and of 100."""
    lines: list[str] = []
    for protocol, rule in found:
        lines += [*([""] if lines else []), *_page(rule, protocol, min(width, _WIDEST_PAGE))]
    return lines


def _page(rule: Rule, protocol: str, width: int) -> list[str]:
    lines = [f"{rule.id} {rule.name}: {rule.severity.word}, {protocol.upper()}, layer: {rule.layer}", ""]
    lines += layout.paragraph(_sentence(rule.says), width, 2)
    rows = [("What to do", rule.hint), ("Source", rule.source)]
    rows += [(name, text) for name, text in _more(rule) if text]
    return [*lines, "", *layout.table(rows, width, 0)]


def _more(rule: Rule) -> tuple[tuple[str, str], ...]:
    return (
        ("Expected", rule.expected),
        ("Applies", rule.applies),
        ("Seen at", rule.servers),
        ("Legal look-alike", rule.look_alike),
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def summary(counts: Mapping[str, int], rules: Mapping[str, Rule], width: int | None = None) -> Iterator[str]:
    """How often each rule has fired, the worst first; in lines no wider than ``width``."""
    known = sorted(((rules[name], count) for name, count in counts.items()), key=lambda item: -item[0].severity)
    if not known:
        yield "nothing was found"
        return
    by_severity = Counter[str]()
    for rule, count in known:
        by_severity[rule.severity.word] += count
    yield ", ".join(counted(count, word) for word, count in by_severity.items())
    widest = max(len(rule.name) for rule, _ in known)
    for rule, count in known:
        line = f"  {count:>6,}  {rule.severity.word:<8}  {rule.id:<5} {rule.name:<{widest}}  {escape(rule.says)}"
        yield from wrapped(line, width, _UNDER) if width is not None else (line,)
