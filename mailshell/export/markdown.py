"""A report in Markdown, ready to be put into an issue: what was spoken with what, the transcript, what deviated."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from mailshell import __version__
from mailshell.export.facts import Facts, announcements
from mailshell.export.rows import Kind, Row, RowMaker
from mailshell.export.source import Source, kinds_of_masks
from mailshell.export.spool import Spool
from mailshell.text.escape import escape
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
            ticks = max([ticks, *map(len, re.findall("`+", row.text))])
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
    where = f" with {_code(source.place)}" if source.place else ""
    yield f"# {_NAMES[header.protocol]} session{where}"
    yield ""
    if header.title:
        yield from (_code(header.title), "")
    when = _code(header.start) if header.start else "at an unknown time"
    yield f"- Recorded: {when} by {_code(header.tool)} (role: {_code(header.role)})"
    yield f"- Exported: by mailshell {__version__}, Python {platform.python_version()}, {platform.system()}"
    if facts.greeting:
        yield f"- Greeting: {_code(facts.greeting)}"
    for words in facts.ids:
        yield f"- Server ID: {_code(words)}"
    begun = {"none": "none", "implicit": "from the start", "starttls": "begun within the session"}
    yield f"- TLS: {'; '.join(map(_code, facts.tls)) or begun.get(header.tls, 'unknown')}"
    if header.state:
        yield f"- The recording begins in the middle of a session, in the state: {_code(header.state)}"
    if header.lossy:
        yield f"- What the recording could not know: {_code(header.lossy)}"
    for warning in source.warnings:
        yield f"- Warning: {_code(warning)}"


def _capabilities(source: Source) -> Iterator[str]:
    yield from ("", "## Capabilities", "")
    found = announcements(source)
    if not found:
        yield "The server was not asked, and did not tell by itself."
    before = None
    for each in found:
        yield f"- {each.when} (from {_code(each.source)}): {_code(' '.join(each.names))}"
        if before is not None:
            gained, lost = each.gained(before), before.gained(each)
            if gained:
                yield f"  - new: {_code(' '.join(gained))}"
            if lost:
                yield f"  - gone: {_code(' '.join(lost))}"
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
        place = f"{side}, octets {each.start:,} to {each.end:,}, after {time:.6f} s"
        yield f"- {_code(each.rule)}: {_code(each.message)} ({_code(each.section)}; {place})"
    if facts.more:
        yield f"- and {facts.more:,} more"


def _told(facts: Facts) -> Iterator[str]:
    if facts.told:
        yield from ("", "## Notes and marks", "")
        for time, told in facts.told:
            yield f"- {told.kind}, after {time:.6f} s: {_code(told.text)}"


def _masked(source: Source) -> Iterator[str]:
    yield from ("", "## What is masked", "")
    kinds = kinds_of_masks(source.masks)
    if not kinds:
        yield "Nothing: no secret was sent while this was recorded."
    for kind, (different, times) in kinds.items():
        if kind == "length":
            yield f"- {_code('⟦length⟧')}: the length of a masked literal, {_times(times)}"
        else:
            yield f"- {_code(f'⟦{kind}⟧')}: {different:,} different, masked {_times(times)}"
    if source.header.redaction == "scrubbed":
        yield "- Names, addresses and the contents of messages are replaced by others of the same length."


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"


def _code(text: str) -> str:
    """Text as a code span, in which nothing else is Markdown (CommonMark 0.31 section 6.1)."""
    text = escape(text)
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    space = " " if text[:1] in ("`", " ") or text[-1:] in ("`", " ") or not text else ""
    return f"{fence}{space}{text}{space}{fence}"
