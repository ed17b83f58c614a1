"""What lint finds in an interpreter's sessions: told under the line that caused it, kept, recorded.

The linter watches from the first octet, whatever is told of it: from the middle of a session it would know too little.
Only a session that is opened with ``lint`` off goes without.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailshell.config.rule_words import near_rules
from mailshell.config.settings import SETTINGS
from mailshell.lint.finding import Finding
from mailshell.lint.linter import Linter
from mailshell.lint.rule import Rule, Severity
from mailshell.lint.session import find_rules, linter_for
from mailshell.report.json import finding_json
from mailshell.report.text import WIDEST, finding_lines
from mailshell.session import Session
from mailshell.text.escape import escape, escape_octets
from mailshell.text.sentences import counted

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter
    from mailshell.remember.store import RememberedServer

#: So many findings of a session are kept; all are counted.
KEPT = 1000
#: While a command runs, of one rule so many findings are told; the others are counted in a line of their own.
_TOLD = 3
#: The cells of ``S:! ``.
_PREFIX = 4
#: How often a checker is told that nothing comes (seconds).
_TICK = 1.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding, and the line that was run when it came; empty: none was."""

    finding: Finding
    line: str


class Findings:
    """``found``: the findings of the session that is or was open, the latest last; ``before``: those of the one before;
    ``counts``: how often each rule has fired, by its name. ``tally``: how often in all sessions of the run.
    """

    def __init__(self, interpreter: Interpreter, tally: Counter[Rule]) -> None:
        self.found: deque[Kept] = deque(maxlen=KEPT)
        self.before: list[Kept] = []
        self.tally = tally
        #: The line that is run, secrets masked.
        self.line = ""
        self._interpreter = interpreter
        self._linter: Linter | None = None
        self._session: Session | None = None
        #: Since the last result: those for ``--json``, how often each rule was told, how often it was not.
        self._fresh: list[Finding] = []
        self._told: Counter[str] = Counter()
        self._untold: Counter[str] = Counter()
        self._last: Finding | None = None
        self._clock: asyncio.TimerHandle | None = None
        self._memory: RememberedServer | None = None

    # --- for whoever opens sessions

    def attach(self, session: Session) -> None:
        """Watch a session that is about to be opened, unless ``lint`` is off."""
        self.before = list(self.found) or self.before
        self.found.clear()
        self.close()
        self._session, self._linter = session, None
        if self._clock is not None:
            self._clock.cancel()
        if self.level is None:
            return
        self._check_ignored()
        self._memory = self._open_memory(session) if self._interpreter.options.remember else None
        self._linter = linter_for(session.engine, self._report, silenced=self.silenced, memory=self._memory)
        session.observers.append(self._linter)
        self._clock = asyncio.get_running_loop().call_later(_TICK, self._tick)

    def close(self) -> None:
        """What is remembered of the session is written."""
        memory, self._memory = self._memory, None
        if memory is not None:
            memory.close()
            self._tell_problem(memory)

    def take_effect(self) -> None:
        """The options have changed."""
        if self._linter is not None and self._linter.silenced != self.silenced:
            self._linter.silenced = self.silenced
            self._check_ignored()

    # --- what there is

    @property
    def watching(self) -> bool:
        """Whether the session that is or was open is watched."""
        return self._linter is not None

    @property
    def counts(self) -> Counter[str]:
        return self._linter.counts if self._linter is not None else Counter()

    @property
    def level(self) -> Severity | None:
        """The least severity that is told; None: nothing is."""
        word = self._interpreter.options.lint
        return None if word == "off" else Severity[word.upper()]

    @property
    def silenced(self) -> frozenset[str]:
        """The names of the rules of which nothing is told."""
        return frozenset(rule.name for word in self._ignored for _, rule in find_rules(word))

    def worse_than(self, least: Severity) -> Counter[Rule]:
        """The rules at least so bad that fired in any session of the run, and how often."""
        return Counter({rule: count for rule, count in self.tally.items() if rule.severity >= least})

    def shows(self, octets: bytes) -> bool:
        """Whether the finding that was told last shows these octets, all of them."""
        last = self._last
        if last is None or last.line.rstrip(b"\r\n") != octets.rstrip(b"\r\n") or self._interpreter.console.collects:
            return False
        return len(escape_octets(octets)) <= min(self._width, WIDEST) - 4

    def _check_ignored(self) -> None:
        for word in self._ignored:
            if not find_rules(word):
                text = f"lint_ignore names {escape(word)}, and there is no such rule{near_rules(word)}"
                self._interpreter.console.say(f"note: {text}; mailshell why lists them")

    @property
    def _ignored(self) -> list[str]:
        text = self._interpreter.options.lint_ignore
        return text.replace(",", " ").split() if text != SETTINGS["lint_ignore"].default else []

    def take(self) -> list[dict[str, object]]:
        """What was found since the last call: as ``--json`` prints it where results are collected; elsewhere it was
        told, and what was not is counted in a line.
        """
        if self._untold and self.level is not None:
            each = ", ".join(f"{name} {count:,}" for name, count in self._untold.most_common(5))
            more = ", ..." if len(self._untold) > 5 else ""
            self._say([f"and {counted(self._untold.total(), 'finding')} more ({each}{more}); .problems lists them"])
        fresh = [finding_json(finding, self._interpreter.secrets) for finding in self._fresh]
        self._fresh.clear()
        self._told.clear()
        self._untold.clear()
        return fresh

    # --- within

    @property
    def _width(self) -> int:
        """The cells that a line has behind its prefix."""
        return self._interpreter.console.width - _PREFIX

    def _open_memory(self, session: Session) -> RememberedServer | None:
        from mailshell.remember.file import UnusableMemory
        from mailshell.remember.place import account_of, memory_path
        from mailshell.remember.store import RememberedServer

        try:
            return RememberedServer(memory_path(), account_of(session.endpoint, self._interpreter.options.user))
        except UnusableMemory as error:
            self._interpreter.console.say(f"note: nothing is remembered: {escape(str(error))}")
            return None

    def _tell_problem(self, memory: RememberedServer) -> None:
        if memory.problem:
            self._interpreter.console.say(f"note: {escape(memory.problem)}")

    def _tick(self) -> None:
        session, linter = self._session, self._linter
        if session is None or linter is None:
            return
        if session.closed_because is not None:
            self.close()
            return
        now = time.monotonic()
        if session.is_open and now - session.last_activity >= _TICK:
            linter.idle(now)
        self._clock = asyncio.get_running_loop().call_later(_TICK, self._tick)

    def _report(self, finding: Finding) -> None:
        severity = finding.rule.severity
        self.tally[finding.rule] += 1
        self.found.append(Kept(finding, self.line))
        level = self.level
        if level is None:
            return
        if severity >= min(level, Severity.WARNING) and (recorder := self._interpreter.recordings.recorder) is not None:
            recorder.finding(finding)
        if severity < level:
            return
        if self._interpreter.console.collects:
            if len(self._fresh) < KEPT:
                self._fresh.append(finding)
            return
        if self._told[finding.rule.name] >= _TOLD:
            self._untold[finding.rule.id] += 1
            return
        self._told[finding.rule.name] += 1
        self._last = finding
        self._say(self._lines(finding), finding.rule.hint)

    def _lines(self, finding: Finding) -> list[str]:
        interactive = self._interpreter.console.interactive
        return list(finding_lines(finding, self._interpreter.secrets, self._width, wrap=interactive))

    def _say(self, lines: list[str], advice: str = "") -> None:
        """Under the line in the trace if there is one, else as a message."""
        interpreter = self._interpreter
        trace, session = interpreter.trace, self._session
        if trace is not None and trace.shows_findings:
            trace.finding(lines, advice, tls=session is not None and session.tls)
            return
        label, options = interpreter.announcer.label(), interpreter.options
        text = "\n".join(f"{label}! {line}" for line in lines)
        if options.colour and interpreter.console.interactive:
            # Only a shell needs what makes colours.
            from mailshell.highlight.terminal import painter
            from mailshell.highlight.tokens import Surprise

            theme = None if options.theme == "auto" else options.theme
            interpreter.console.trace(painter(theme).paint([(Surprise, f"{text}\n")]))
        else:
            interpreter.console.say(text)
