"""``mailshell lint FILE...``: what servers did wrong in recordings, in logs of other programs, or in bare octets."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from argparse import ArgumentTypeError
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING

from mailshell.config.rule_words import known_rules
from mailshell.exits import Exit, UsageError, worse
from mailshell.lint.finding import Finding
from mailshell.lint.linter import MOST_OF_A_RULE
from mailshell.lint.rule import Severity
from mailshell.lint.session import TABLES
from mailshell.modes.arguments import Parser
from mailshell.protocol.sniff import recognise
from mailshell.recording.file import SUFFIX
from mailshell.recording.octets import UnreadableRecording
from mailshell.recording.reader import open_recording
from mailshell.replay.linted import FindingFilter, lint_octets, lint_recording
from mailshell.report.json import finding_json
from mailshell.report.sarif import sarif
from mailshell.report.text import WIDEST, finding_lines, summary
from mailshell.streams import reason
from mailshell.text.escape import escape
from mailshell.text.sentences import counted

if TYPE_CHECKING:
    import argparse

#: Of one file so many findings are told; the counts are complete.
_MOST = 10_000
#: With fewer files than this other processes take longer to start than they save.
_FEW = 8
#: So many octets of a file without a form are looked at to tell what it is.
_BEGINNING = 64 << 10


@dataclass(slots=True)
class Linted:
    """What came of one file. ``notes``: what a person should know of it, one sentence each. ``problem``: why it could
    not be read, if it could not.
    """

    path: Path
    protocol: str = ""
    server: str = ""
    found: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    problem: str = ""


def main(arguments: Sequence[str]) -> Exit:
    """Tell of all files. UsageError for wrong arguments; a file that can't be read is told of and the others go on."""
    parser = Parser("lint", "Find what servers did wrong in recordings, logs of other programs, or bare octets.")
    severities = [one.word for one in Severity]
    add = parser.add_argument
    add("files", metavar="FILE", type=Path, nargs="+", help="a recording, a folder of them, or what import reads")
    add("--from", dest="bare", nargs=2, type=_bare_word, metavar=("server-octets", "PROTOCOL"),
        help="bare octets of a server")  # fmt: skip
    add("--level", choices=severities, default="note", help="tell of nothing less bad (default note)")
    add("--ignore", action="append", default=[], metavar="RULE", help="leave a rule out; repeatable")
    add("--fail-on", choices=severities, help="exit status 6 for findings as bad as this")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object a finding; with --summary one in all")
    form.add_argument("--sarif", action="store_true", help="one SARIF log, for editors and code hosts")
    add("--summary", action="store_true", help="only the counts, by rule and by server")
    add("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="so many processes")
    chosen = parser.parse_args(list(arguments))
    if chosen.summary and chosen.sarif:
        raise UsageError("--summary and --sarif want different forms: leave one of them out")
    ignored = frozenset(rule.name for words in chosen.ignore for _, rule in known_rules(words))
    wanted = FindingFilter(Severity[chosen.level.upper()], ignored)
    if chosen.jobs < 1:
        raise UsageError("--jobs is a number of processes, 1 or more")
    chosen.files = [file for path in chosen.files for file in _files(path)]
    work = partial(lint_file, bare=_bare(chosen.bare), wanted=wanted)
    status, all_found = Exit.OK, Told(chosen)
    with _mapped(work, chosen.files, chosen.jobs) as linted:
        for one in linted:
            all_found.tell(one)
            for note in one.notes:
                print(f"mailshell: note: {escape(note)}", file=sys.stderr)
            if one.problem:
                print(f"mailshell: {escape(one.problem)}", file=sys.stderr)
                status = worse(status, Exit.USAGE)
    all_found.finish()
    if chosen.fail_on and all_found.worst >= Severity[chosen.fail_on.upper()]:
        status = worse(status, Exit.FINDINGS)
    return status


def lint_file(path: Path, bare: str, wanted: FindingFilter) -> Linted:
    """The findings of one file. ``bare``: its protocol, if it holds a server's octets and nothing else."""
    linted = Linted(path, bare)

    def report(finding: Finding) -> None:
        if len(linted.found) < _MOST:
            linted.found.append(finding)

    try:
        if bare:
            with BufferedReader(open(path, "rb", buffering=0), _BEGINNING) as file:
                doubts = list(_doubts(path, file.peek(_BEGINNING), bare))
                linted.counts, read = lint_octets(file, bare, report, wanted)
            if not read and not doubts:
                doubts.append(f"{path} has no response of {bare} in it")
            linted.notes += doubts
        else:
            with _as_recording(path) as recording_path:
                recording = open_recording(recording_path)
                header = recording.header
                linted.protocol = header.protocol
                linted.server = f"{header.host}:{header.port}" if header.port else header.host
                linted.counts = lint_recording(recording, report, wanted)
                linted.notes += [f"{path}: {warning}" for warning in recording.warnings]
        _note_untold(linted, wanted)
    except (UnreadableRecording, UsageError) as error:
        linted.problem = str(error) if str(path) in str(error) else f"{path}: {error}"
    except OSError as error:
        linted.problem = f"{path} can't be read: {reason(error)}"
    return linted


def _doubts(path: Path, beginning: bytes, protocol: str) -> Iterator[str]:
    """What a person should know of a file of bare octets that may be something else than it is taken for."""
    kind = recognise(beginning)
    other = next((name for name in TABLES if name != protocol and name.upper() in kind), "")
    if other:
        yield f"{path} begins like {kind}: --from server-octets {other}"
    if b"\n" in beginning and b"\r\n" not in beginning:
        yield f"{path}: its lines end with LF, which is taken for the form of the file, not for a fault"


def _note_untold(linted: Linted, wanted: FindingFilter) -> None:
    counts = _at_least(linted.counts, linted.protocol, wanted.level)
    if (more := counts.total() - len(linted.found)) > 0:
        linted.notes.append(
            f"{linted.path}: {counted(more, 'finding')} more are only counted; "
            f"of each rule the first {MOST_OF_A_RULE} are told"
        )


def _at_least(counts: Counter[str], protocol: str, level: Severity) -> Counter[str]:
    """Those of the rules that are at least so bad."""
    rules = TABLES[protocol]
    return Counter({name: count for name, count in counts.items() if rules[name].severity >= level})


class Told:
    """Writes findings as they come. ``worst``: the severity of the worst, also of what is not told; 0 if none was."""

    def __init__(self, chosen: argparse.Namespace) -> None:
        self.worst = 0
        self._chosen = chosen
        self._several = len(chosen.files) > 1
        self._read = 0
        #: Of the terminal of somebody who looks.
        self._width = shutil.get_terminal_size((WIDEST, 24)).columns if sys.stdout.isatty() else None
        self._logged: list[tuple[str, Finding]] = []
        self._counts: dict[str, Counter[str]] = {protocol: Counter() for protocol in TABLES}
        self._servers: dict[str, Counter[str]] = {}

    def tell(self, linted: Linted) -> None:
        """Write the findings of one file."""
        self._read += not linted.problem
        if linted.protocol:
            rules = TABLES[linted.protocol]
            self.worst = max([self.worst, *(rules[name].severity for name in linted.counts)])
            linted.counts = _at_least(linted.counts, linted.protocol, Severity[self._chosen.level.upper()])
            self._counts[linted.protocol].update(linted.counts)
            if linted.server and linted.counts:
                self._servers.setdefault(linted.server, Counter()).update(linted.counts)
        if self._chosen.sarif:
            self._logged += [(linted.path.as_posix(), finding) for finding in linted.found]
        elif self._chosen.summary:
            return
        elif self._chosen.json:
            for finding in linted.found:
                print(json.dumps({"file": str(linted.path), **finding_json(finding)}))
        else:
            for finding in linted.found:
                before = f"{escape(str(linted.path))}: " if self._several else ""
                wrap = self._width is not None
                for line in finding_lines(finding, width=self._width or WIDEST, wrap=wrap, before=before):
                    print(line)

    def finish(self) -> None:
        """Write what is told of all of them together."""
        if self._chosen.sarif:
            print(json.dumps(sarif(self._logged, bare=self._chosen.bare is not None), indent=1))
        elif self._chosen.json and self._chosen.summary:
            print(json.dumps(self._summary_json()))
        elif not self._chosen.json and self._read:
            for line in self._summary():
                print(line)

    def _summary_json(self) -> dict[str, object]:
        """``files``: how many were read; ``rules`` and ``servers``: how often each rule fired in all, and at each."""
        return {
            "files": self._read,
            "rules": [
                {"rule": rule.id, "name": name, "severity": rule.severity.word, "protocol": protocol, "count": count}
                for protocol, counts in self._counts.items()
                for name, count in counts.most_common()
                for rule in (TABLES[protocol][name],)
            ],
            "servers": {server: dict(counts) for server, counts in self._servers.items()},
        }

    def _summary(self) -> Iterator[str]:
        protocols = [protocol for protocol, counts in self._counts.items() if counts]
        if not protocols and self.worst:
            yield f"nothing as bad as {self._chosen.level} was found"
            return
        for protocol in protocols or list(TABLES)[:1]:
            if len(protocols) > 1:
                yield f"{protocol.upper()}:"
            yield from summary(self._counts[protocol], TABLES[protocol], self._width)
        if len(self._servers) > 1:
            yield "by server:"
            for server, counts in sorted(self._servers.items(), key=lambda item: -item[1].total()):
                worst = ", ".join(name for name, _ in counts.most_common(3))
                yield f"  {escape(server)}: {counted(counts.total(), 'finding')}{f' ({worst})' if worst else ''}"


@contextmanager
def _mapped(work: partial[Linted], files: Sequence[Path], jobs: int) -> Iterator[Iterable[Linted]]:
    """The files one after the other, or several at once with a bar that shows how far it is; always in their order."""
    if len(files) < _FEW or jobs < 2:
        yield map(work, files)
        return
    with ProcessPoolExecutor(jobs) as pool:
        results = pool.map(work, files, chunksize=max(1, min(16, len(files) // (4 * jobs))))
        if not sys.stderr.isatty():
            yield results
            return
        from mailshell.shell.progress import with_bar

        yield with_bar(results, len(files), "files")


@contextmanager
def _as_recording(path: Path) -> Iterator[Path]:
    """The file itself if it is a recording; else what an import makes of it. UsageError if nothing can."""
    if path.is_fifo():
        raise UsageError(f"{path} is a pipe; lint reads files")
    with open(path, "rb") as file:
        beginning = file.read(64)
    if beginning.lstrip().startswith(b'{"mailwire"'):
        yield path
        return
    from mailshell.recording.imports.importer import import_session

    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "imported.mwire"
        try:
            import_session([path], made)
        except UsageError as error:
            why = str(error).removesuffix("; --from names it")
            raise UsageError(f"{why}; --from server-octets imap reads bare octets of a server") from None
        yield made


def _files(path: Path) -> Iterator[Path]:
    """The file, or the recordings in a folder and those within it. UsageError if it has none."""
    if str(path) == "-":
        raise UsageError("lint reads files, not standard input")
    if not path.is_dir():
        yield path
        return
    found = sorted(path.rglob(f"*{SUFFIX}"))
    if not found:
        raise UsageError(f"the folder {path} has no recordings (*{SUFFIX}); other files are named one by one")
    yield from found


def _bare_word(word: str) -> str:
    if word != "server-octets" and word not in TABLES:
        raise ArgumentTypeError(f"takes server-octets and a protocol ({' or '.join(TABLES)}), and then the files")
    return word


def _bare(chosen: Sequence[str] | None) -> str:
    if chosen is None:
        return ""
    what, protocol = chosen
    if what != "server-octets" or protocol not in TABLES:
        raise UsageError(f"--from takes server-octets and a protocol ({' or '.join(TABLES)})")
    return protocol
