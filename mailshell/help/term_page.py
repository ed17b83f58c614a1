"""The page of a term: what it is, what a client does about it, and where it is used, worked in lines of the wire."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from mailshell.help import layout
from mailshell.help.command_page import example_lines, written
from mailshell.help.names import CATALOGUES, PREFIXES, PROTOCOLS, TERMS
from mailshell.help.records import NOTHING, Example, Record, records
from mailshell.help.values import takers
from mailshell.protocol.catalogue import Command
from mailshell.protocol.terms import KINDS, Term

#: How a list of commands that use a term is called; ``Used in`` for all other kinds.
_USED = {"response-code": "Comes with", "response": "Answers", "list-attribute": "Comes with", "capability": "Told by"}
#: The commands that name or bring terms of a kind, where no argument tells of it.
_BRINGING = {
    "capability": ("CAPABILITY", "CAPA"),
    "list-attribute": ("LIST", "LSUB", "XLIST", "RLIST", "RLSUB"),
    "right": ("SETACL", "GETACL", "LISTRIGHTS", "MYRIGHTS"),
    "urlauth-mechanism": ("GENURLAUTH", "RESETKEY"),
}
#: What stands before the name of an untagged response, by what its line of help says of it.
_IN_FRONT = {"number in front": "number ", "UID in front": "uid "}


def term_page(term: Term, protocol: str, width: int) -> list[str]:
    """The page of a term of that protocol."""
    prefix = PREFIXES[term.kind][0]
    record = _texts(protocol).get(f"{prefix}:{term.name}", NOTHING)
    name = f"[{term.name}]" if term.kind == "response-code" else term.name
    lines = [f"{name}: {KINDS[term.kind]} of {PROTOCOLS[protocol]}", "", *layout.paragraph(f"{term.help}.", width, 2)]
    if "about" in record.fields:
        lines += layout.paragraph(record.fields["about"], width, 2)
    lines += ["", *layout.table(_facts(term, protocol, record), width, 0)]
    for example in worked(term, protocol):
        lines += ["", "Example" + (f": {example.wanted}" if example.wanted else "")]
        lines += example_lines(example, protocol, width)
    return lines


@lru_cache
def _texts(protocol: str) -> Mapping[str, Record]:
    """The texts of the terms of a protocol by prefix and name, and the patterns, which both share."""
    imap = records("terms")
    if protocol == "imap":
        return imap
    shared = {name: record for name, record in imap.items() if name == "samples" or name.startswith("pattern:")}
    return {**shared, **records("terms/pop3")}


def _facts(term: Term, protocol: str, record: Record) -> list[tuple[str, str]]:
    facts = [("Written", _shape(term))]
    if term.advice:
        facts.append(("What to do", f"{term.advice}."))
    if term.group:
        facts.append(("About", term.group))
    if term.kind == "capability":
        facts += _allows(term, protocol)
    else:
        facts.append(("Capability", term.capability or "none needed"))
    if term.obsolete:
        facts.append(("Obsolete", "of the past, or replaced; kept here because servers still show it"))
    elif term.help.endswith("(rev1 only)"):
        facts.append(("Revision", "IMAP4rev1 only: IMAP4rev2 has dropped it"))
    elif term.help.endswith("(rev2 only)"):
        facts.append(("Revision", "came with IMAP4rev2"))
    used = [command.name for command in users(term, protocol)]
    if used:
        facts.append((_USED.get(term.kind, "Used in"), _some(used)))
    if related := record.fields.get("see"):
        facts.append(("Related", related))
    facts.append(("Source", term.rfc))
    return [*facts, ("List", f".help {PREFIXES[term.kind][1]}")]


def _shape(term: Term) -> str:
    """A term with what stands around it on the wire."""
    shape = written(term)
    if term.kind == "response-code":
        return f"[{shape}]"
    if term.kind != "response" or term.name == "+":
        return shape
    before = next((word for told, word in _IN_FRONT.items() if told in term.help), "")
    return f"* {before}{shape}"


def _allows(term: Term, protocol: str) -> list[tuple[str, str]]:
    """What a capability allows: the commands and terms that need it."""
    commands = [one.name for one in CATALOGUES[protocol].values() if one.capability == term.name]
    rows = [("Commands", _some(commands))] if commands else []
    by_kind: dict[str, list[str]] = {}
    for one in TERMS[protocol].values():
        if one.capability == term.name:
            by_kind.setdefault(one.kind, []).append(one.name)
    for kind, names in by_kind.items():
        rows.append((PREFIXES[kind][1].capitalize(), _some(names)))
    return rows


def _some(names: list[str], most: int = 12) -> str:
    more = f", … {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def users(term: Term, protocol: str) -> list[Command]:
    """The commands that take a term, or bring it."""
    catalogue = CATALOGUES[protocol]
    if term.kind == "response-code":
        told = records(protocol)
        return [
            command
            for command in catalogue.values()
            if term.name in told.get(command.name, NOTHING).fields.get("codes", "").split()
        ]
    if term.kind == "response":
        return [command for command in catalogue.values() if term.name in command.replies]
    if term.kind in _BRINGING:
        return [catalogue[name] for name in _BRINGING[term.kind] if name in catalogue]
    return takers(term.kind, catalogue)


def worked(term: Term, protocol: str) -> list[Example]:
    """The term in lines of the wire: from a text of its own, or made from the pattern of its kind."""
    texts = _texts(protocol)
    own = texts.get(f"{PREFIXES[term.kind][0]}:{term.name}", NOTHING).examples
    if own:
        return own
    pattern = texts.get(f"pattern:{protocol}:{term.kind}") or texts[f"pattern:{term.kind}"]
    samples = texts["samples"].fields
    arguments = samples.get(term.arguments, "") if term.arguments else ""
    joint = "" if term.name.endswith(("[", "=", "/", "(")) or not arguments else " "
    filled = {"{}": f"{term.name}{joint}{arguments}", "{name}": term.name.rstrip("/[")}
    return [_fill(example, filled) for example in pattern.examples]


def _fill(example: Example, filled: dict[str, str]) -> Example:
    def fill(text: str) -> str:
        for place, value in filled.items():
            text = text.replace(place, value)
        return text

    return Example(fill(example.wanted), [(who, fill(text)) for who, text in example.rows], fill(example.meaning))


def list_page(kind: str, protocol: str | None, width: int) -> list[str]:
    """Every term of a kind, of one protocol or of both, in the order of the tables."""
    prefix, plural = PREFIXES[kind]
    lines: list[str] = []
    for one in [protocol] if protocol and TERMS[protocol].of_kind(kind) else TERMS:
        known = TERMS[one].of_kind(kind)
        if known:
            title = f"{plural.capitalize()} of {PROTOCOLS[one]}; .help {prefix}:NAME tells of one"
            lines += [*layout.paragraph(title, width), ""]
            rows = [(written(term), term.help + (" (obsolete)" if term.obsolete else "")) for term in known]
            lines += [*layout.table(rows, width), ""]
    return lines[:-1]
