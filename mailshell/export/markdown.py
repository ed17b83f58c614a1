"""A report in Markdown, ready to be put into an issue: what was spoken with what, the transcript, what deviated."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from mailshell import __version__
from mailshell.export.facts import Facts, announcements
from mailshell.export.rows import Kind, Row, RowMaker
from mailshell.export.source import Source, kinds_of_masks
from mailshell.export.spool import Spool
from mailshell.text.markdown import code, longest_run
from mailshell.trace import prefix

_NAMES = {"imap": "IMAP", "pop3": "POP3"}
_COLUMNS = {Kind.LINE: prefix.LINE, Kind.CONTENTS: prefix.CONTENTS, Kind.FOLDED: prefix.NOTE}


def write(source: Source, fold: int | None, out: BinaryIO) -> None:
    """Write the report. OSError if ``out`` can't be written."""
    maker, facts = RowMaker(source, fold), Facts(source)
    transcript, ticks = Spool(), 0
    for moment, rows in maker.stream():
        if moment is not None:
            facts.take(moment)
        for row in rows:
            transcript.write(f"{_prefix(row)}{row.text}\n")
            ticks = max(ticks, longest_run(row.text))
    # Longer than any run of backticks within, so that nothing ends the block early (CommonMark 0.31 section 4.5).
    fence = "`" * max(3, 1 + ticks)
    _write_lines(out, [*_head(source, facts), *_capabilities(source), *_explained(), f"{fence}text"])
    transcript.give(out)
    _write_lines(out, [fence, *_deviations(facts), *_told(facts), *_masked(source)])


def _write_lines(out: BinaryIO, lines: Iterable[str]) -> None:
    out.writelines(f"{line}\n".encode() for line in lines)


def _prefix(row: Row) -> str:
    if row.side is None or row.kind in (Kind.NOTE, Kind.ERROR):
        return prefix.own(surprise=row.kind is Kind.ERROR)
    return prefix.of_side(row.side, row.tls, _COLUMNS[row.kind])


def _head(source: Source, facts: Facts) -> Iterator[str]:
    header = source.header
    where = f" with {code(source.place)}" if source.place else ""
    yield f"# {_NAMES[header.protocol]} session{where}"
    yield ""
    if header.title:
        yield from (code(header.title), "")
    when = code(header.start) if header.start else "at an unknown time"
    yield f"- Recorded: {when} by {code(header.tool)} (role: {code(header.role)})"
    yield f"- Exported: by mailshell {__version__}, Python {platform.python_version()}, {platform.system()}"
    if facts.greeting:
        yield f"- Greeting: {code(facts.greeting)}"
    for words in facts.ids:
        yield f"- Server ID: {code(words)}"
    begun = {"none": "none", "implicit": "from the start", "starttls": "begun within the session"}
    yield f"- TLS: {'; '.join(map(code, facts.tls)) or begun.get(header.tls, 'unknown')}"
    if header.state:
        yield f"- The recording begins in the middle of a session, in the state: {code(header.state)}"
    if header.lossy:
        yield f"- What the recording could not know: {code(header.lossy)}"
    for warning in source.warnings:
        yield f"- Warning: {code(warning)}"


def _capabilities(source: Source) -> Iterator[str]:
    yield from ("", "## Capabilities", "")
    found = announcements(source)
    if not found:
        yield "The server was not asked, and did not tell by itself."
    before = None
    for each in found:
        yield f"- {each.when} (from {code(each.source)}): {code(' '.join(each.names))}"
        if before is not None:
            gained, lost = each.gained(before), before.gained(each)
            if gained:
                yield f"  - new: {code(' '.join(gained))}"
            if lost:
                yield f"  - gone: {code(' '.join(lost))}"
        before = each


def _explained() -> Iterator[str]:
    yield from ("", "## Transcript", "")
    yield "In front of each line: `C` was sent by the client, `S` by the server; `:` in the clear, `~` under TLS;"
    yield "`|` contents of a literal or a multi-line body. `---` is told by mailshell, `--!` is a surprise."
    yield ""


def _deviations(facts: Facts) -> Iterator[str]:
    yield from ("", "## Deviations from the protocol", "")
    if not facts.deviations:
        yield "None was found."
    for time, each in facts.deviations:
        side = {"C": "client", "S": "server"}[each.side.value]
        place = f"{side}, octets {each.start:,} to {max(each.start, each.end - 1):,}, after {time:.6f} s"
        yield f"- {code(each.rule)}: {code(each.message)} ({code(each.section)}; {place})"
    if facts.more:
        yield f"- and {facts.more:,} more"


def _told(facts: Facts) -> Iterator[str]:
    if facts.told:
        yield from ("", "## Notes and marks", "")
        for time, told in facts.told:
            yield f"- {told.kind}, after {time:.6f} s: {code(told.text)}"


def _masked(source: Source) -> Iterator[str]:
    yield from ("", "## What is masked", "")
    kinds = kinds_of_masks(source.masks)
    if not kinds:
        yield "Nothing: no secret was sent while this was recorded."
    for kind, (different, times) in kinds.items():
        if kind == "length":
            yield f"- {code('⟦length⟧')}: the length of a masked literal, {_times(times)}"
        else:
            yield f"- {code(f'⟦{kind}⟧')}: {different:,} different, masked {_times(times)}"
    if source.header.redaction == "scrubbed":
        yield "- Names, addresses and the contents of messages are replaced by others of the same length."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
