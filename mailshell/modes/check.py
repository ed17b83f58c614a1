"""``mailshell check URL``: how a server behaves, found out by trying; and two servers side by side."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence

from mailshell import streams
from mailshell.check.comparison import Comparison
from mailshell.check.forms.compared import compared
from mailshell.check.forms.contents import contents
from mailshell.check.forms.document import Block
from mailshell.check.forms.html import html
from mailshell.check.forms.json import as_json, comparison_json
from mailshell.check.forms.markdown import markdown
from mailshell.check.forms.terminal import terminal
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.check.report import Report
from mailshell.check.runner import Progress
from mailshell.check.selection import NoSuchProbe, select
from mailshell.check.tables import PROBES
from mailshell.config.resolve import uses_colour
from mailshell.config.settings import did_you_mean
from mailshell.contract import SessionError, TimeLimit
from mailshell.exits import Exit, UsageError, worse
from mailshell.export.output import open_output
from mailshell.interpreter.options import Options
from mailshell.modes.check_options import CheckOptions
from mailshell.modes.probing import Connections, examine
from mailshell.render.columns import Column, Table, clip
from mailshell.text.escape import escape
from mailshell.transport.endpoint import Endpoint
from mailshell.transport.errors import ConnectFailed


def main(servers: Sequence[tuple[Endpoint, Options]], asked: CheckOptions) -> Exit:
    """Probe one server, or two, and write the report. Of two, one is reported on if the other can't be reached."""
    protocols = {endpoint.protocol for endpoint, _ in servers}
    if len(protocols) > 1:
        raise UsageError("both servers of a comparison have to speak the same protocol")
    probes = _selected(servers[0][0].protocol, asked)
    if asked.output is not None and asked.output.exists() and not asked.force:
        # It would be a pity to find out at the end.
        raise UsageError(f"{asked.output} is there already; --force overwrites it")
    results = asyncio.run(_run(servers, probes, asked))
    reports = [result for result in results if isinstance(result, Report)]
    status = Exit.OK
    for result in results:
        status = worse(status, _status(result, servers[0][1].fail_on))
    if reports:
        _write(reports, servers[0][1], asked)
    return status


def list_probes(words: Sequence[str]) -> Exit:
    """Print all probes, or those of the protocols that are named. UsageError for another word."""
    for word in words:
        if word not in PROBES:
            raise UsageError(f"mailshell check --list takes a protocol ({' or '.join(PROBES)}) or nothing")
    width = shutil.get_terminal_size((100, 24)).columns
    columns = [Column(name) for name in ("probe", "group", "protocol", "what is looked at")]
    table = Table(columns, width, whole=not sys.stdout.isatty())
    for protocol in words or PROBES:
        for probe in PROBES[protocol]:
            title = f"{probe.title} (--allow-writes)" if probe.writes else probe.title
            for line in table.add((probe.id, probe.group, protocol, title)):
                print(line)
    for line in table.flush():
        print(line)
    return Exit.OK


def _selected(protocol: str, asked: CheckOptions) -> list[Probe]:
    """The probes that were asked for. UsageError if there is no such, or one would be left out in any case."""
    probes = PROBES[protocol]
    try:
        chosen = select(probes, asked.only)
    except NoSuchProbe as error:
        near = did_you_mean(error.word, error.names)
        raise UsageError(
            f"there is no probe and no group {escape(error.word)}{near}; mailshell check --list tells all"
        ) from None
    for word in asked.only if not asked.allow_writes else ():
        if all(probe.writes for probe in probes if word in (probe.id, probe.group)):
            what = "a scratch mailbox" if protocol == "imap" else "marks in the maildrop"
            raise UsageError(f"{word} changes {what}: --allow-writes lets it")
    return chosen


# --- running


async def _run(
    servers: Sequence[tuple[Endpoint, Options]], probes: Sequence[Probe], asked: CheckOptions
) -> list[Report | Exception | None]:
    """The report on each server, why there is none, or None if Ctrl-C came before there was anything to tell.

    One after the other: on the same host they might disturb each other, and on the same line they do. UsageError goes
    through.
    """
    shown = _Shown(len(servers), servers[0][1])
    connections = [Connections(endpoint, options) for endpoint, options in servers]
    await connections[0].keep_password()
    for one in connections[1:]:
        try:
            await one.keep_password()
        except UsageError as error:
            raise UsageError(f"{error} (for the server of --compare: --compare-password-env)") from None
    results: list[Report | Exception | None] = []
    for number, one in enumerate(connections):
        work = examine(one, probes, budget=asked.budget, allow_writes=asked.allow_writes, progress=shown.of(number))
        results.append(await _ended(asyncio.ensure_future(work)))
        shown.clear()
        last = results[-1]
        if not isinstance(last, Report) or last.interrupted:
            break
    return results


async def _ended(task: asyncio.Task[Report]) -> Report | Exception | None:
    """What a check has come to. Ctrl-C ends it, and it says what it has found by then."""
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            current = asyncio.current_task()
            if current is not None:
                current.uncancel()
    if task.cancelled():
        return None
    error = task.exception()
    if error is None:
        return task.result()
    if isinstance(error, (ConnectFailed, SessionError, ConnectionError)):
        return error
    raise error


def _status(result: Report | Exception | None, fail_on: str | None) -> Exit:
    """The exit status that a result asks for; what went wrong is told."""
    match result:
        case Report():
            status = Exit.INTERRUPTED if result.interrupted else Exit.OK
            if result.login_refused:
                _say(result.login_refused)
                status = worse(status, Exit.REFUSED)
            elif result.out_of_time and not result.conclusive and not result.interrupted:
                _say(f"{result.server}: nothing can be concluded, the budget ended it; --budget allows more")
                status = worse(status, Exit.TIME_LIMIT)
            if fail_on is not None and result.worst >= Verdict[fail_on.upper()]:
                status = worse(status, Exit.FINDINGS)
            return status
        case None:
            return Exit.INTERRUPTED
        case ConnectFailed():
            status = Exit.NO_CONNECTION
        case TimeLimit():
            status = Exit.TIME_LIMIT
        case _:
            status = Exit.LOST
    _say(escape(str(result)))
    return status


def _say(text: str) -> None:
    print(f"mailshell: {text}", file=sys.stderr)


class _Shown:
    """How far it is, on one line of standard error that is written again and again; nothing if that is no terminal."""

    def __init__(self, servers: int, options: Options) -> None:
        self._servers = servers
        # With a trace there is more to see, and a line that is rewritten is no good to a screen reader.
        self._shows = sys.stderr.isatty() and not options.plain and not options.level
        self._width = shutil.get_terminal_size((80, 24)).columns

    def of(self, number: int) -> Progress | None:
        """What is told of the progress with one of the servers."""
        if not self._shows:
            return None
        which = f"server {number + 1}: " if self._servers > 1 else ""

        def tell(done: int, count: int, probe: Probe) -> None:
            self._line(clip(f"{which}{done + 1} of {count}: {probe.title}", self._width - 1))

        return tell

    def clear(self) -> None:
        if self._shows:
            self._line("")

    def _line(self, text: str) -> None:
        try:
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()
        except OSError:
            streams.discard(sys.stderr)


# --- writing


def _write(reports: Sequence[Report], options: Options, asked: CheckOptions) -> None:
    write = _FORMS[asked.form]
    if asked.output is None:
        sys.stdout.flush()
        for piece in write(reports, options, asked):
            sys.stdout.buffer.write(piece.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
        return
    with open_output(asked.output, None, force=asked.force) as file:
        file.writelines(piece.encode("utf-8", "surrogateescape") for piece in write(reports, options, asked))
    print(f"written to {escape(str(asked.output))}")


def _blocks(reports: Sequence[Report], asked: CheckOptions) -> Iterator[Block]:
    if len(reports) == 2:
        return compared(Comparison((reports[0], reports[1])))
    return contents(reports[0], everything=asked.everything)


def _terminal(reports: Sequence[Report], options: Options, asked: CheckOptions) -> Iterator[str]:
    is_terminal = asked.output is None and sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if is_terminal else None
    colour = is_terminal and uses_colour(options.colour_choice, plain=options.plain, is_terminal=True)
    theme = None if options.theme == "auto" else options.theme
    for line in terminal(_blocks(reports, asked), width, theme=theme, colour=colour):
        yield f"{line}\n"


def _markdown(reports: Sequence[Report], options: Options, asked: CheckOptions) -> Iterator[str]:
    for line in markdown(_blocks(reports, asked)):
        yield f"{line}\n"


def _html(reports: Sequence[Report], options: Options, asked: CheckOptions) -> Iterator[str]:
    return html(_blocks(reports, asked))


def _json(reports: Sequence[Report], options: Options, asked: CheckOptions) -> Iterator[str]:
    both = len(reports) == 2
    value = comparison_json(Comparison((reports[0], reports[1]))) if both else as_json(reports[0])
    yield json.dumps(value, indent=1) + "\n"


Write = Callable[[Sequence[Report], Options, CheckOptions], Iterator[str]]
_FORMS: dict[str, Write] = {"terminal": _terminal, "markdown": _markdown, "html": _html, "json": _json}
