"""Findings as SARIF 2.1.0 (OASIS), which code hosts and editors read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mailshell import __version__
from mailshell.lint.finding import Finding
from mailshell.lint.rule import Rule, Severity

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.NOTE: "note", Severity.WARNING: "warning", Severity.ERROR: "error", Severity.CRITICAL: "error"}


def sarif(found: Iterable[tuple[str, Finding]], *, bare: bool) -> dict[str, Any]:
    """A log with one run. ``found``: findings with the URI of the file in which each was found.

    ``bare``: the files hold the octets of a server and nothing else, so that offsets are those in the file.
    """
    results, rules = [], dict[str, Rule]()
    for uri, finding in found:
        rules.setdefault(finding.rule.id, finding.rule)
        results.append(_result(uri, finding, bare))
    driver = {"name": "mailshell", "version": __version__, "rules": [_rule(rules[id_]) for id_ in sorted(rules)]}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.says},
        "help": {"text": f"{rule.hint} ({rule.source})"},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(uri: str, finding: Finding, bare: bool) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if bare:
        place["region"] = {"byteOffset": finding.start, "byteLength": max(0, finding.end - finding.start)}
    return {
        "ruleId": finding.rule.id,
        "level": _LEVELS[finding.rule.severity],
        "message": {"text": finding.message + (f"; expected: {finding.expected}" if finding.expected else "")},
        "locations": [{"physicalLocation": place}],
        "properties": {"stream": "server", "start": finding.start, "end": finding.end},
    }
