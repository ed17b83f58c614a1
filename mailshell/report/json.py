"""A finding as a JSON-ready value."""

from __future__ import annotations

from mailshell.lint.finding import Finding
from mailshell.protocol.secrecy import Secrets


def finding_json(finding: Finding, secrets: Secrets | None = None) -> dict[str, object]:
    """``rule``, ``name``, ``severity``, ``message``, ``source``, ``start``, ``end`` (octets of the server's stream),
    ``line`` (its octets as Latin-1), and ``expected``, ``otherwise`` where there is such.
    """

    def mask(text: str) -> str:
        return secrets.mask_str(text) if secrets else text

    line = secrets.mask(finding.line) if secrets else finding.line
    value: dict[str, object] = {
        "rule": finding.rule.id,
        "name": finding.rule.name,
        "severity": finding.rule.severity.word,
        "message": mask(finding.message),
        "source": finding.rule.source,
        "start": finding.start,
        "end": finding.end,
        "line": line.decode("latin-1"),
    }
    if finding.expected:
        value["expected"] = mask(finding.expected)
    if finding.otherwise:
        value["otherwise"] = mask(finding.otherwise)
    return value
