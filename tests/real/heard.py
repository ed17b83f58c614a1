"""All that the real servers send in the tests is linted: what is a warning or worse has to be confirmed by hand.

While a server runs, the sessions of this process and of all mailshells that the tests start write down what they hear
(``child/session_log.py``), also under TLS and compression. When the server ends, each session with it is played to all
rules. ``confirmed_findings.txt`` names the findings that are the server's own fault, with the section that says so.
"""

from __future__ import annotations

import os
import pickle
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from servers.server import Server

from mailshell.lint.finding import Finding
from mailshell.lint.rule import Severity
from mailshell.lint.session import linter_for
from mailshell.protocol.engine import make_engine
from mailshell.protocol.events import Side
from mailshell.recording.watch import Watch
from mailshell.session import Session
from mailshell.wire import Octets, TlsStarted, WireEvent
from real.child import session_log

CHILD = Path(session_log.__file__).parent
CONFIRMED = Path(__file__).with_name("confirmed_findings.txt")
#: After so many seconds without an event the rules are told that nothing comes.
_PAUSE = 1.0
#: So many octets of what the client sent last are kept.
_SENT = 200


@dataclass(frozen=True)
class Found:
    """A finding, and the end of what the client had sent last."""

    finding: Finding
    sent: bytes


@dataclass(frozen=True)
class Confirmed:
    """A finding that is right. ``sent`` and ``line``: what the client sent last before it and what the marked line
    looks like (searched for); ``reason``: what the section says.
    """

    rule: str
    protocol: str
    server: str
    sent: re.Pattern[bytes]
    line: re.Pattern[bytes]
    section: str
    reason: str

    def covers(self, protocol: str, server: str, found: Found) -> bool:
        """Whether the finding is this one."""
        rule, line = found.finding.rule.id, found.finding.line
        same = (self.rule, self.protocol, self.server) == (rule, protocol, server)
        return same and self.sent.search(found.sent) is not None and self.line.search(line) is not None


def confirmed() -> list[Confirmed]:
    """Those of the file: a line each, its fields separated by bars."""
    found = []
    for line in CONFIRMED.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            rule, protocol, server, sent, marked, section, reason = (field.strip() for field in line.split(" | "))
            patterns = re.compile(sent.encode()), re.compile(marked.encode())
            found.append(Confirmed(rule, protocol, server, *patterns, section, reason))
    return found


@dataclass(frozen=True)
class HeardSession:
    """A session: what it was connected to, the test in which it took place, and its events in order."""

    protocol: str
    target: str
    test: str
    events: tuple[WireEvent, ...]

    def is_with(self, server: Server) -> bool:
        """Whether the server was on the other side: at one of its ports, or as a child process, or as it greeted."""
        if self.target.startswith(("localhost:", "127.0.0.1:", "[::1]:")):
            ports = {str(port) for port in (server.imap, server.imaps, server.pop3, server.pop3s) if port}
            return self.target.rpartition(":")[2] in ports
        heard = (event.octets for event in self.events if isinstance(event, Octets) and event.side is Side.SERVER)
        return server.name in self.target or server.name.encode() in next(heard, b"").lower()

    def findings(self) -> list[Found]:
        """What all rules find, notes too."""
        engine, found, sent = make_engine(self.protocol), list[Found](), b""
        linter = linter_for(engine, lambda finding: found.append(Found(finding, sent)))
        time = self.events[0].time if self.events else 0.0
        for event in self.events:
            if event.time - time > _PAUSE:
                linter.idle(event.time)
            time = event.time
            if isinstance(event, TlsStarted):
                engine.started_tls()
            if isinstance(event, Octets) and event.side is Side.CLIENT:
                sent = event.octets[-_SENT:]
            linter.wire(event)
            if isinstance(event, Octets):
                given = engine.sent if event.side is Side.CLIENT else engine.received
                for read in given(event.octets):
                    linter.event(read, event.time, event.tls)
        return found


class Ears:
    """Listens to all sessions as long as anybody needs it; then what was written down is removed."""

    def __init__(self) -> None:
        self._listeners = 0
        self._patched = False
        self._before: dict[str, str | None] = {}
        self.folder = Path()

    def __enter__(self) -> Ears:
        self._listeners += 1
        if self._listeners == 1:
            self.folder = Path(tempfile.mkdtemp(prefix="mailshell-heard-"))
            self._before = {name: os.environ.get(name) for name in (session_log.FOLDER, "PYTHONPATH")}
            os.environ[session_log.FOLDER] = str(self.folder)
            os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(CHILD), self._before["PYTHONPATH"])))
            if not self._patched:
                self._patched = True
                session_log.write_down(Session)
                session_log.write_down_watches(Watch)
        return self

    def __exit__(self, *_: object) -> None:
        self._listeners -= 1
        if self._listeners == 0:
            for name, value in self._before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
            shutil.rmtree(self.folder, ignore_errors=True)

    def files(self) -> frozenset[Path]:
        """What is written down so far, a file for each session."""
        return frozenset(self.folder.glob(f"*{session_log.SUFFIX}"))

    def sessions(self, server: Server, before: Set[Path] = frozenset()) -> Iterator[HeardSession]:
        """The sessions with a server, but for those of ``before``: another one may have had its port then."""
        for path in sorted(self.files() - before):
            heard = read(path)
            if heard is not None and heard.is_with(server):
                yield heard


#: The ears of this process: servers of several folders of tests may run at once.
EARS = Ears()


def read(path: Path) -> HeardSession | None:
    """A session that was written down; its last event may be cut off, with the process that wrote it."""
    with open(path, "rb") as file:
        records = list(_records(file))
    if not records:
        return None
    (protocol, target, test), *events = records
    return HeardSession(protocol, target, test, tuple(events))


def _records(file: BinaryIO) -> Iterator[Any]:
    while True:
        try:
            yield pickle.load(file)
        except (EOFError, pickle.UnpicklingError):
            return


def unconfirmed(server: Server, before: Set[Path] = frozenset()) -> list[str]:
    """What is told of the server and is not confirmed, a paragraph each; of many alike the first.

    ``before``: the files that were there when the server began.
    """
    known, told = confirmed(), Counter[str]()
    texts = []
    for session in EARS.sessions(server, before):
        for found in session.findings():
            rule = found.finding.rule
            if rule.severity < Severity.WARNING:
                continue
            if any(one.covers(session.protocol, server.name, found) for one in known):
                continue
            told[rule.id] += 1
            if told[rule.id] <= 3:
                texts.append(_text(server, session, found))
    return texts


def _text(server: Server, session: HeardSession, found: Found) -> str:
    finding, rule = found.finding, found.finding.rule
    marked = finding.line[finding.at : finding.until]
    return (
        f"{server.name} {session.protocol}: {rule.id} {rule.name} ({rule.severity.word}; {rule.source}): "
        f"{finding.message}\n    in {session.test}\n    behind {found.sent!r}\n"
        f"    line {finding.line!r}\n    marked {marked!r}"
    )
