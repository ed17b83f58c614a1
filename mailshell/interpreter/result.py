"""What came of a line."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailshell.exits import Exit


@dataclass(slots=True)
class Result:
    """``command`` as it may be shown (secrets masked); ``status`` as the server said it, empty for local commands.

    ``data`` and ``untagged`` are filled only where results are collected: JSON-ready values, and the responses as text.
    ``findings``: what lint found since the last result, JSON-ready.
    """

    command: str
    status: str = ""
    code: str | None = None
    text: str = ""
    data: list[object] = field(default_factory=list)
    milliseconds: float = 0.0
    untagged: list[str] = field(default_factory=list)
    findings: list[dict[str, object]] = field(default_factory=list)
    exit: Exit = Exit.OK

    def as_json(self) -> dict[str, object]:
        """The object that ``--json`` prints."""
        return {
            "command": self.command,
            "status": self.status,
            "code": self.code,
            "text": self.text,
            "data": self.data,
            "milliseconds": round(self.milliseconds, 3),
            "untagged": self.untagged,
            "findings": self.findings,
        }
