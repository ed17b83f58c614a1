"""What completion is told of an interpreter: its session, what that has seen, the local commands, the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from mailshell.assist.situation import Situation
from mailshell.complete.surroundings import Surroundings, Words
from mailshell.config.settings import SETTINGS, Setting
from mailshell.help.pages import topics
from mailshell.interpreter import python_api
from mailshell.interpreter.local.table import COMMANDS
from mailshell.interpreter.profile import shown_url
from mailshell.interpreter.warnings import situation
from mailshell.lint.rule import Rule
from mailshell.lint.session import TABLES
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.pop3.state import Pop3State

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


def _values(setting: Setting) -> Callable[[], Iterable[tuple[str, str]]]:
    """The values that a setting may have, if they are words."""
    return lambda: ((word, "the default" if word == setting.shown(setting.default) else "") for word in setting.words)


def local_words(interpreter: Interpreter) -> Words:
    """What stands behind local commands and is no word of the protocol; asked for anew each time."""
    return {
        "python": lambda: ((name, "as Python's module calls it") for name in sorted(_functions(interpreter))),
        "command": lambda: ((record.name, record.help) for record in interpreter.catalogue.values()),
        "topic": lambda: topics(interpreter.protocol),
        "setting": lambda: ((setting.name, setting.help) for setting in SETTINGS.values()),
        **{f"setting {setting.name}": _values(setting) for setting in SETTINGS.values()},
        "rule": lambda: _rules(TABLES[interpreter.protocol or "imap"].values()),
        "found rule": lambda: _rules(dict.fromkeys(one.finding.rule for one in interpreter.findings.found)),
        "profile": lambda: ((name, shown_url(profile)) for name, profile in interpreter.options.profiles.items()),
        "alias": lambda: (
            (alias.name, interpreter.mask.line(f".alias {alias.name} = {alias.definition}").partition("= ")[2])
            for alias in interpreter.options.aliases.all()
        ),
    }


def _rules(rules: Iterable[Rule]) -> Iterable[tuple[str, str]]:
    """Both names of each: people see the ids, and remember the names."""
    rules = list(rules)
    yield from ((rule.id, rule.says) for rule in rules)
    yield from ((rule.name, rule.says) for rule in rules)


def _functions(interpreter: Interpreter) -> Iterable[str]:
    return python_api.POP3 if interpreter.protocol == "pop3" else python_api.IMAP


def surroundings(interpreter: Interpreter, words: Words) -> Surroundings:
    """What there is to complete from, at this moment. ``words``: those of ``local_words``."""
    session = interpreter.session
    around = Surroundings(
        interpreter.catalogue,
        interpreter.terms,
        Situation(interpreter.protocol or "imap"),
        interpreter.knowledge,
        datetime.now().astimezone(),
        connected=False,
        local=COMMANDS,
        words=words,
    )
    if session is None or not session.is_open:
        return around
    state = session.engine.state
    around.connected, around.user = True, state.user or interpreter.options.user
    around.situation = situation(session)
    if isinstance(state, ImapState) and state.mailbox is not None:
        view = state.mailbox
        around.messages, around.flags, around.permanent_flags = view.exists, view.flags, view.permanent_flags
    elif isinstance(state, Pop3State):
        around.messages = state.messages
    return around
