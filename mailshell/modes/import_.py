"""``mailshell import SOURCE...``: a session that another program has written down becomes a recording."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from mailshell.exits import Exit, UsageError
from mailshell.modes.arguments import Parser
from mailshell.protocol.events import Side
from mailshell.recording.file import SUFFIX
from mailshell.recording.imports.importer import import_session
from mailshell.recording.imports.recognise import FORMS
from mailshell.text.escape import escape


def main(arguments: Sequence[str]) -> Exit:
    """Import a session. UsageError if it can't be read, or written."""
    parser = Parser("import", "Make a recording of a session that another program has written down.")
    parser.add_argument(
        "sources", metavar="SOURCE", nargs="+", type=Path, help="the file; of a rawlog NAME.in and NAME.out, or NAME"
    )
    parser.add_argument("-o", "--output", metavar="FILE", type=Path, help="the recording (default: NAME.mwire here)")
    parser.add_argument("--from", dest="form", choices=FORMS, default="", help="the form (default: by the content)")
    parser.add_argument("--protocol", choices=("imap", "pop3"), default="", help="(default: by the content)")
    chosen = parser.parse_args(list(arguments))
    if len(chosen.sources) > 2:
        raise UsageError("one session is imported at a time: one file, or the two of a rawlog")
    target = _target(chosen.output or Path(chosen.sources[0].stem))
    imported = import_session(chosen.sources, target, chosen.form, chosen.protocol)
    client, server = imported.octets[Side.CLIENT], imported.octets[Side.SERVER]
    found = f"{imported.protocol} session ({imported.form}), {client:,} octets sent, {server:,} received"
    print(f"{escape(str(target))}: {found}")
    if imported.lossy:
        print(f"mailshell: note: the source does not tell, and made up are: {imported.lossy}", file=sys.stderr)
    return Exit.OK


def _target(path: Path) -> Path:
    return path if path.name.endswith(SUFFIX) else path.with_name(path.name + SUFFIX)
