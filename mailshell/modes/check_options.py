"""The options of ``mailshell check``; it stands apart because the command line needs them at every start."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from mailshell.exits import UsageError

FORMS = ("terminal", "markdown", "html", "json")
_BUDGET = 60.0
#: The forms by the suffix of the file that a report is written to.
_SUFFIXES = {".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown", ".json": "json"}


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What was asked for, beside the servers. ``only``: ids of probes and groups. ``everything``: with the transcript
    of what is good, and all names of what was left out."""

    form: str
    output: Path | None
    force: bool
    budget: float
    allow_writes: bool
    only: tuple[str, ...]
    everything: bool


def add_check_options(parser: argparse._ActionsContainer) -> None:
    """What ``wanted`` reads, and ``compare``, ``compare_password_env`` and ``list``."""
    add = parser.add_argument
    add("--allow-writes", action="store_true", help="also try what changes a scratch mailbox")
    add("--budget", metavar="SECONDS", type=float, help=f"take no longer ({_BUDGET:g})")
    add("--only", metavar="PROBE,...", action="append", help="only these probes, or groups of them; repeatable")
    add("--list", action="store_true", help="list the probes; no server is asked")
    add("--all", action="store_true", help="show the transcript of what is good too, and name all that was left out")
    add("--to", choices=FORMS, help="the form of the report (as FILE ends, else terminal)")
    add("-o", "--output", metavar="FILE", help="write the report to this file")
    add("--force", action="store_true", help="with --output: overwrite the file if it is there already")
    add("--compare", metavar="URL2", help="check this server too, with credentials of its own, and compare the two")
    add("--compare-password-env", metavar="NAME", help="the environment variable that holds the password for URL2")


_RECORDS_NONE = "it opens many sessions, and records none; its report has the transcripts"
_RUNS_NO_LINES = "it runs probes, and no lines"
#: Options of other modes: the name of the attribute, what is typed, and why it is refused here.
_UNUSED = (
    ("commands", "-c", _RUNS_NO_LINES),
    ("script", "-f", _RUNS_NO_LINES),
    ("fail_fast", "--fail-fast", _RUNS_NO_LINES),
    ("yes", "--yes", "it asks for no confirmation; --allow-writes lets it change a scratch mailbox"),
    ("lint", "--lint", "its report has all that lint finds; --fail-on says what counts"),
    ("remember", "--remember", "it judges a server by this run alone"),
    ("record", "--record", _RECORDS_NONE),
    ("title", "--title", _RECORDS_NONE),
    ("unsafe_raw", "--unsafe-raw", _RECORDS_NONE),
)


def given(chosen: argparse.Namespace) -> str:
    """One of these options that was given, as it is typed; empty if none was."""
    names = (
        *("allow_writes", "budget", "only", "list", "all", "to", "output", "force", "compare"),
        "compare_password_env",
    )
    return next((f"--{name.replace('_', '-')}" for name in names if getattr(chosen, name) not in (None, False)), "")


def wanted(chosen: argparse.Namespace) -> CheckOptions:
    """What these options say. UsageError for what can't be."""
    budget = _BUDGET if chosen.budget is None else chosen.budget
    if not 0 < budget < 1e6:
        raise UsageError("--budget is a number of seconds above 0")
    if chosen.json and chosen.to not in (None, "json"):
        raise UsageError(f"--json and --to {chosen.to} want different forms: leave one of them out")
    if chosen.compare_password_env and not chosen.compare:
        raise UsageError("--compare-password-env belongs to --compare URL2")
    for name, typed, why in _UNUSED:
        if getattr(chosen, name):
            raise UsageError(f"mailshell check has no use for {typed}: {why}")
    output = None if chosen.output in (None, "-") else Path(chosen.output).expanduser()
    by_suffix = _SUFFIXES.get(output.suffix.lower()) if output is not None else None
    return CheckOptions(
        "json" if chosen.json else chosen.to or by_suffix or "terminal",
        output,
        chosen.force,
        budget,
        chosen.allow_writes,
        tuple(word.strip() for words in chosen.only or () for word in words.split(",") if word.strip()),
        chosen.all,
    )
