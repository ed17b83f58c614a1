"""The short page that ``.help`` gives, the list of topics, and the page of a topic."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mailshell.help import layout
from mailshell.help.local import LocalHelp
from mailshell.help.names import PREFIXES, PROTOCOLS
from mailshell.help.topics import Topic, all_topics

_COMMON = {
    "imap": "LOGIN SELECT LIST STATUS FETCH SEARCH STORE COPY MOVE EXPUNGE APPEND IDLE CAPABILITY LOGOUT",
    "pop3": "USER PASS STAT LIST UIDL TOP RETR DELE RSET CAPA STLS QUIT",
}
#: Where a text keeps a place for what a local command tells.
_PLACE = re.compile(r"\{(?P<what>values|tables) (?P<name>\S+)\}")


def short_page(protocol: str | None, width: int, local: Mapping[str, LocalHelp]) -> list[str]:
    """One screen: what can be typed, the local commands by group, and how to get more."""
    name = PROTOCOLS.get(protocol or "", "IMAP and POP3")
    lines = layout.paragraph(
        f"Type a command of {name} as the protocol spells it, or by Python's name for it. It is sent, and the answer "
        "shown. The tag is added for you; Tab completes.",
        width,
    )
    for one in [protocol] if protocol else _COMMON:
        lines += layout.paragraph(f"{PROTOCOLS[one]:<6}{_COMMON[one].replace(' ', '  ')}", width, 2, 8)
    files = [("@FILE", "as an argument: the file as a literal"), ("> FILE", "at the end: the data goes to the file")]
    lines += ["", *layout.table(files, width)]
    if local:
        groups: dict[str, list[str]] = {}
        for command in local.values():
            groups.setdefault(command.group, []).append(command.name)
        column = max(map(len, groups)) + 2
        lines += ["", "Local commands begin with a dot and are not sent:"]
        for group, names in groups.items():
            row = "  ".join(names)
            lines += layout.paragraph(f"{group:<{column}}{row}", width, 2, column + 2)
    lines += ["", "More help:"]
    more = [
        (".help commands", "every command, a line each"),
        (".help topics", "what else there is to read: tags, literals, search, secrets, scripts ..."),
        (".help FETCH", "a command: arguments, examples with the wire, answers, Python"),
        (".help [TRYCREATE]", r"a response code; so too \Seen, BODYSTRUCTURE, UIDPLUS, SINCE, .debug"),
    ]
    return [*lines, *layout.table(more, width)]


def topics_page(width: int) -> list[str]:
    """The topics, the lists, and how to ask for one of several things of the same name."""
    lines = ["Topics; .help NAME shows one (.help topic:NAME where a command has the name too)", ""]
    lines += layout.table([(topic.name, topic.summary) for topic in all_topics()], width)
    lines += ["", "Lists", *layout.names(["commands", *(plural for _, plural in PREFIXES.values())], width)]
    lines += ["", "How to ask"]
    rows = [
        (".help FETCH", "a command, in any case; UID FETCH, and Python's name login_cram_md5, too"),
        (".help [TRYCREATE]", "a response code"),
        (r".help \Seen", "a flag or a mailbox attribute"),
        (".help .debug", "a local command; without the dot where nothing else has the name"),
        (".help key:SINCE", "one of several things of a name, by the prefix of its kind"),
        (".help pop3:LIST", "of one protocol; also before a prefix: pop3:code:AUTH"),
    ]
    lines += layout.table(rows, width)
    lines += ["", "A name alone is taken for a command first, then a topic, a local command, a term. The prefixes:"]
    return [*lines, *layout.names(prefixes(), width)]


def prefixes() -> list[str]:
    """The prefixes by which one of several things of a name is asked for."""
    found = dict.fromkeys(prefix for prefix, _ in PREFIXES.values())
    return [f"{prefix}:" for prefix in ("imap", "pop3", "command", "topic", *found)]


def topic_page(topic: Topic, width: int, local: Mapping[str, LocalHelp]) -> list[str]:
    """The page of a topic."""
    lines = [*layout.paragraph(f"{topic.name}: {topic.summary}", width, 0, 2), ""]
    text: list[str] = []
    for line in [*topic.body.splitlines(), ""]:
        place = _PLACE.fullmatch(line)
        if line and not line[0].isspace() and place is None:
            text.append(line)
            continue
        lines += layout.paragraph(" ".join(text), width)
        text = []
        if place is not None:
            lines += _told(place["what"], local.get(place["name"]), width)
        elif line or lines[-1:] != [""]:
            lines += layout.row(line, width)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _told(what: str, command: LocalHelp | None, width: int) -> list[str]:
    """What a local command tells, in the place that a text keeps for it."""
    if command is None:
        return []
    if what == "values":
        return layout.table(command.values, width)
    return [line for title, rows in command.tables for line in ["", title, *layout.table(rows, width)]][1:]
