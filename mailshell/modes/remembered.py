"""``mailshell remembered``: what ``--remember`` has kept of servers and mailboxes, and how it is forgotten."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from mailshell.config.resolve import resolve
from mailshell.exits import Exit, UsageError
from mailshell.interpreter.profile import find_server
from mailshell.modes.arguments import Parser
from mailshell.protocol.imap.mailbox_name import inbox
from mailshell.remember.file import UnusableMemory
from mailshell.remember.overview import EntryFilter, Remembered, file_size, forget, overview
from mailshell.remember.place import account_of, memory_path
from mailshell.render.columns import Column, Table
from mailshell.text.escape import escape
from mailshell.text.sentences import counted

_COLUMNS = (
    Column("server"),
    Column("user"),
    Column("mailbox"),
    Column("uidvalidity", number=True),
    Column("uidnext", number=True),
    Column("messages", number=True),
    Column("first seen"),
    Column("last seen"),
)
_DAY = 86400
_EPILOG = """\
Names are kept as fingerprints, made with a key that is in the same file: they say nothing to whoever glances at it,
but whoever has it can try names that they guess. A URL (or a profile) finds its own entries, and shows their names.
Of messages the size, the date and a fingerprint of the Message-ID are kept, never contents.
"""


def main(arguments: Sequence[str]) -> Exit:
    """List or forget. UsageError for wrong arguments, and if the file can't be used."""
    parser = Parser("remembered", "Show what --remember has kept of servers and mailboxes, or forget it.")
    parser.epilog = _EPILOG
    parser.add_argument("url", nargs="?", metavar="URL", help="only this server or profile, user and mailbox")
    parser.add_argument("--clear", action="store_true", help="forget it, for good")
    parser.add_argument("--older-than", metavar="DAYS", type=_days, help="only what was not seen for so many days")
    parser.add_argument(
        "--json",
        action="store_true",
        help="one JSON object a mailbox: messages are those remembered, exists those it had",
    )
    chosen = parser.parse_args(list(arguments))
    if chosen.clear and chosen.json:
        raise UsageError("--json shows what is remembered: leave it out with --clear")
    wanted = _wanted(chosen.url, chosen.older_than)
    path = memory_path()
    if not os.path.lexists(path):
        if not chosen.json:
            print(f"nothing is remembered: there is no {escape(str(path))}")
        return Exit.OK
    try:
        if chosen.clear:
            count = forget(path, wanted)
            print(f"forgotten: {counted(count, 'mailbox', 'mailboxes')}")
            return Exit.OK
        found = overview(path, wanted)
    except UnusableMemory as error:
        raise UsageError(str(error)) from None
    if chosen.json:
        for one in found:
            print(json.dumps(_json(one)))
        return Exit.OK
    _show(found)
    print(f"{escape(str(path))}: {counted(len(found), 'mailbox', 'mailboxes')}, {file_size(path):,} octets")
    return Exit.OK


def _wanted(url: str | None, days: float | None) -> EntryFilter:
    before = None if days is None else time.time() - days * _DAY
    if url is None:
        return EntryFilter(before=before)
    endpoint, profile = find_server(url, resolve({}).profiles)
    user = None if profile is None else profile.values.get("user")
    mailbox = None if endpoint.target is None else inbox(endpoint.target.mailbox)
    return EntryFilter(account_of(endpoint, str(user) if user else None), mailbox, before)


def _days(text: str) -> float:
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        raise ArgumentTypeError("--older-than takes a number of days")
    return float(text)


def _show(found: Sequence[Remembered]) -> None:
    table = Table(_COLUMNS, shutil.get_terminal_size((100, 24)).columns, whole=not sys.stdout.isatty())
    for one in found:
        numbers = ["" if number is None else str(number) for number in (one.uidvalidity, one.uidnext)]
        row = [
            f"{one.protocol} {one.server}",
            one.user,
            one.mailbox or "-",
            *numbers,
            str(one.messages),
            _day(one.first),
            _day(one.last),
        ]
        for line in table.add([escape(cell) for cell in row]):
            print(line)
    for line in table.flush():
        print(line)


def _day(moment: float) -> str:
    return datetime.fromtimestamp(moment).strftime("%Y-%m-%d %H:%M")


def _json(one: Remembered) -> dict[str, object]:
    moments = {name: datetime.fromtimestamp(getattr(one, name)).astimezone() for name in ("first", "last")}
    return asdict(one) | {name: moment.isoformat(timespec="seconds") for name, moment in moments.items()}
