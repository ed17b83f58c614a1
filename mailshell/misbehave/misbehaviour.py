"""A misbehaviour is a record: the rule that is broken, how to see it, and what is changed in good answers."""

from __future__ import annotations

from dataclasses import dataclass

from mailshell.misbehave.changes import Change


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    """``rule``: the name of the rule that it breaks (a key of ``TABLES[protocol]`` of ``mailshell.lint.session``).

    ``provoke``: what a person types in the shell to see it, line by line, behind the login that the URL of the
    demonstration brings; empty if that is enough. ``changes`` are made in this order. ``login``: False if the lines
    are to be typed before the login (``--no-login``). ``insecure``: TLS is begun with a certificate that nobody signed
    (``--insecure``). ``remote``: it is no fault, and not seen, where server and client are on one machine. ``wait``:
    so many seconds pass before it is seen, behind the last line or in one with that number. ``remember``: it shows
    against what was remembered of an earlier session (``--remember``); the first ``good`` sessions are without it.
    """

    rule: str
    provoke: tuple[str, ...]
    changes: tuple[Change, ...]
    login: bool = True
    insecure: bool = False
    remote: bool = False
    wait: float = 0.0
    remember: bool = False
    good: int = 0


def in_two_sessions(rule: str, lines: tuple[str, ...], *changes: Change, good: int = 0) -> Misbehaviour:
    """What shows when the same lines are typed in two sessions that are remembered."""
    return Misbehaviour(rule, (*lines, ".reconnect", *lines), changes, remember=True, good=good)
