"""A finding as lines of text: what is wrong, the line with a mark under the octets, what was expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from mailshell.help import layout
from mailshell.lint.finding import Finding
from mailshell.lint.rule import Rule
from mailshell.protocol.secrecy import Secrets
from mailshell.render.columns import cells
from mailshell.text.escape import escape, escape_octets
from mailshell.text.sentences import counted

#: Of the octets before and behind the marked ones so many are shown.
_AROUND = 60
_MOST_MARKED = 60
_INDENT = "    "


def headline(finding: Finding, secrets: Secrets | None = None) -> str:
    """``warning F06 bare-lf: a line ends with a bare LF instead of CRLF (RFC 9051 2.2)``."""
    message = secrets.mask_str(finding.message) if secrets else finding.message
    rule = finding.rule
    return escape(f"{rule.severity.word} {rule.id} {rule.name}: {message} ({rule.source})")


def finding_lines(finding: Finding, secrets: Secrets | None = None) -> Iterator[str]:
    """The headline, and below it the octets as far as they are at hand."""
    yield headline(finding, secrets)
    yield from _marked(finding, secrets)
    if finding.otherwise:
        otherwise = secrets.mask_str(finding.otherwise) if secrets else finding.otherwise
        yield f"{_INDENT}or else: {escape(otherwise)}"


def _marked(finding: Finding, secrets: Secrets | None) -> Iterator[str]:
    expected = f"expected: {escape(finding.expected)}" if finding.expected else ""
    line = finding.line
    if not line:
        if expected:
            yield _INDENT + expected
        return
    if secrets and secrets.mask(line) != line:
        # What is masked has another length: a mark would tell how long the secret is.
        yield _INDENT + escape_octets(secrets.mask(line))
        if expected:
            yield _INDENT + expected
        return
    before, marked = line[: finding.at], line[finding.at : finding.until]
    behind = line[finding.until :].removesuffix(b"\n").removesuffix(b"\r")
    if len(before) > _AROUND:
        before = before[-_AROUND:]
        left = "…"
    else:
        left = ""
    shown = escape_octets(before)
    middle = escape_octets(marked[:_MOST_MARKED]) + ("…" if len(marked) > _MOST_MARKED else "")
    right = escape_octets(behind[:_AROUND]) + ("…" if len(behind) > _AROUND else "")
    yield f"{_INDENT}{left}{shown}{middle}{right}"
    mark = "^" * max(1, cells(middle))
    yield f"{_INDENT}{' ' * cells(left + shown)}{mark} {expected}".rstrip()


def rule_page(rule: Rule, protocol: str, width: int) -> list[str]:
    """All that is known of a rule."""
    lines = [f"{rule.id} {rule.name}: {rule.severity.word}, {protocol.upper()}, layer: {rule.layer}", ""]
    lines += layout.paragraph(_sentence(rule.says), width, 2)
    rows = [("What to do", rule.hint), ("Source", rule.source)]
    rows += [(name, text) for name, text in _more(rule) if text]
    return [*lines, "", *layout.table(rows, width, 0)]


def _more(rule: Rule) -> tuple[tuple[str, str], ...]:
    return ("Applies", rule.applies), ("Seen at", rule.servers), ("Legal look-alike", rule.look_alike)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def summary(counts: Mapping[str, int], rules: Mapping[str, Rule]) -> Iterator[str]:
    """How often each rule has fired, the worst first."""
    known = sorted(((rules[name], count) for name, count in counts.items()), key=lambda item: -item[0].severity)
    if not known:
        yield "nothing was found"
        return
    by_severity = Counter[str]()
    for rule, count in known:
        by_severity[rule.severity.word] += count
    yield ", ".join(counted(count, word) for word, count in by_severity.items())
    width = max(len(rule.name) for rule, _ in known)
    for rule, count in known:
        yield f"  {count:>6,}  {rule.severity.word:<8}  {rule.id:<5} {rule.name:<{width}}  {escape(rule.says)}"
