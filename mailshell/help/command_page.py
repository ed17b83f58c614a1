"""The page of a command: everything that the catalogue, the tables of terms and the texts of this package tell."""

from __future__ import annotations

from mailshell.help import layout
from mailshell.help.names import CATALOGUES, PREFIXES, PROTOCOLS, TERMS
from mailshell.help.played import play
from mailshell.help.records import NOTHING, TYPED, Example, Record, records
from mailshell.help.values import choices, term_kinds
from mailshell.protocol.catalogue import KINDS, Argument, Command, Effect, Reply
from mailshell.protocol.terms import Term
from mailshell.text.sentences import inner

_STATES = {
    "imap": {"N": "not authenticated", "A": "authenticated", "S": "selected"},
    "pop3": {"A": "authorization (before login)", "T": "transaction (after login)"},
}
_EFFECTS = {
    Effect.READ: "reads; nothing that the server keeps is changed",
    Effect.CHANGE: "changes what the server keeps",
    Effect.DESTROY: "destroys: what it removes can't be had back",
}
_REVISIONS = {
    "rev1": "IMAP4rev1 only: IMAP4rev2 has dropped it",
    "rev2": "came with IMAP4rev2",
}
_BAD = "The arguments are not as above, or the command is not known or not valid in this state."
_OK = "It was carried out."
_NO = "It was refused; the text says why."
_ERR = "It was refused, not understood, or is not valid in this state; the text says why."
#: How what stands within and behind the brackets of an item is written: the brackets are not those of an option.
_BRACKETS = {
    "[section]][<number.nz-number>]": "section]<first.count>",
    "[part]][<number.nz-number>]": "part]<first.count>",
    "[part]]": "part]",
}
#: The topics that tell more of an argument of such a kind.
TOPICS = {
    "sequence-set": "sequence-set",
    "uid-set": "uid",
    "uid": "uid",
    "mailbox": "mailbox names",
    "list-mailbox": "mailbox names",
    "append-data": "literals",
    "search-keys": "search",
    "flags": "flags",
    "secret": "secrets",
    "base64": "secrets",
    "digest": "secrets",
}


def command_page(command: Command, protocol: str, width: int) -> list[str]:
    """The page of a command of that protocol."""
    record = records(protocol).get(command.name, NOTHING)
    lines = [*layout.paragraph(command.syntax, width, 0, 4), "", *layout.paragraph(f"{command.help}.", width, 2)]
    if "about" in record.fields:
        lines += layout.paragraph(record.fields["about"], width, 2)
    lines += ["", *layout.table(_facts(command, protocol, record), width, 0)]
    if command.parsed:
        lines += ["", "Arguments", *_arguments(command, protocol, width)]
    for number, example in enumerate(record.examples, start=1):
        head = "Example" if len(record.examples) == 1 else f"Example {number}"
        lines += ["", *layout.paragraph(f"{head}: {example.wanted}", width, 0, 2)]
        lines += example_lines(example, protocol, width)
    lines += ["", "What the answers mean", *layout.table(_answers(command, protocol, record), width)]
    return [*lines, "", "In Python", *_python(command, protocol, record, width)]


def _facts(command: Command, protocol: str, record: Record) -> list[tuple[str, str]]:
    every = _STATES[protocol]
    states = [every[letter] for letter in command.states]
    facts = [("Protocol", PROTOCOLS[protocol])]
    facts.append(("States", "any" if len(states) == len(every) else " or ".join(states)))
    facts.append(("Capability", command.capability or "none needed"))
    effect = record.fields.get("effect")
    facts.append(("Effect", f"{_EFFECTS[command.effect]}; {effect}" if effect else _EFFECTS[command.effect]))
    if command.revision:
        facts.append(("Revision", _REVISIONS[command.revision]))
    elif protocol == "imap" and "RFC 9051" in command.rfc and "RFC 3501" in command.rfc:
        facts.append(("Revision", record.fields.get("revision", "the same in IMAP4rev1 and IMAP4rev2")))
    elif protocol == "imap" and "RFC 9051" in command.rfc:
        facts.append(("Revision", "an extension of IMAP4rev1, built into IMAP4rev2"))
    if command.obsolete:
        facts.append(("Obsolete", record.fields.get("instead", "of the past; current servers refuse it")))
    return [*facts, ("Source", command.rfc)]


def _arguments(command: Command, protocol: str, width: int) -> list[str]:
    rows: list[tuple[str, str]] = []
    for argument in command.parsed:
        if argument.kind == "keyword":
            rows.append((argument.name, f"the word itself{_leave_out(argument)}"))
            continue
        topic = TOPICS.get(argument.kind)
        more = f" (.help topic:{topic})" if topic else ""
        rows.append((argument.name, KINDS[argument.kind] + _leave_out(argument) + more))
        for kind in term_kinds(argument.kind):
            shown, left = choices(kind, TERMS[protocol])
            rows += [(f"  {written(term)}", _told(term)) for term in shown]
            if left:
                rows.append((f"  … {left} more", f".help {PREFIXES[kind][1]}"))
    return layout.table(rows, width)


def _leave_out(argument: Argument) -> str:
    repeated = "; one or more, separated by spaces" if argument.repeated else ""
    return repeated + ("; may be left out" if argument.optional else "")


def written(term: Term) -> str:
    """A term as it is written, with what follows it."""
    if term.name.endswith("["):
        return f"{term.name}{_BRACKETS.get(term.arguments, term.arguments)}"
    joint = "" if term.name.endswith(("=", "/", "(")) or term.arguments.startswith("[.") else " "
    return f"{term.name}{joint}{term.arguments}".rstrip()


def _told(term: Term) -> str:
    return f"{term.help} [needs {term.capability}]" if term.capability else term.help


def example_lines(example: Example, protocol: str, width: int) -> list[str]:
    """What is typed, the wire, and what it says."""
    lines: list[str] = []
    for who, text in play(protocol, example.rows)[0]:
        lines += layout.wire("> " if who == TYPED else f"{who}: ", text, width)
    return lines + layout.paragraph(example.meaning, width, 2)


def _answers(command: Command, protocol: str, record: Record) -> list[tuple[str, str]]:
    fields = record.fields
    if protocol == "pop3":
        rows = [("+OK", fields.get("ok", _OK)), ("-ERR", fields.get("err", _ERR))]
        if command.reply is not Reply.LINE:
            rows.append(("lines", f"{fields.get('lines', 'the data')}; a line with a single dot ends them"))
    else:
        rows = [("OK", fields.get("ok", _OK)), ("NO", fields.get("no", _NO)), ("BAD", fields.get("bad", _BAD))]
        for name in command.replies:
            term = TERMS["imap"].find("response", name)
            if term is not None and name != "OK":
                rows.append((f"* {name}", term.help))
    for name in fields.get("codes", "").split():
        term = TERMS[protocol]["response-code", name]
        rows.append((f"[{term.name}]", term.help + (f"; {inner(term.advice)}" if term.advice else "")))
    return rows


def _python(command: Command, protocol: str, record: Record, width: int) -> list[str]:
    module, variable = ("poplib" if protocol == "pop3" else "imaplib"), "M"
    calls = [example for example in record.examples if example.python]
    rows: list[str] = []
    if command.python:
        call = record.fields.get("call", f"{command.python}()")
        colon = ":" if calls else "."
        rows += layout.paragraph(f"{module} has {call}; {variable} is the connection{colon}", width, 2)
    elif calls:
        rows += layout.paragraph(f"{module} has no method of this name; {variable} is the connection:", width, 2)
    elif protocol == "pop3":
        return layout.paragraph(record.fields.get("python", "poplib has no method for it."), width, 2)
    else:
        words = f"{variable}.xatom('{command.name.split()[0]}', ...)"
        data = next((name for name in command.replies if name != "OK"), None)
        then = f"; the untagged data is then had with {variable}.response('{data}')" if data else ""
        return layout.paragraph(
            f"imaplib has no method for it: {words} sends it and returns ('OK', [text]){then}.", width, 2
        )
    for example in calls:
        rows += layout.wire(">>> ", example.python, width)
        rows += layout.wire("", example.returns, width) if example.returns else []
    if "python" in record.fields:
        rows += layout.paragraph(record.fields["python"], width, 2)
    return rows


def commands_page(protocol: str, width: int) -> list[str]:
    """Every command of a protocol with its line of help; those of vendors and of the past by name."""
    known = list(CATALOGUES[protocol].values())
    vendor = [one for one in known if not one.obsolete and not one.rfc.startswith(("RFC", "draft"))]
    past = [one for one in known if one.obsolete]
    current = [one for one in known if one not in vendor and one not in past]
    lines = [f"The commands of {PROTOCOLS[protocol]}; .help NAME tells of one", ""]
    lines += layout.table([(one.name, one.help) for one in current], width)
    lines += ["", "Of single vendors", *layout.names([one.name for one in vendor], width)]
    return [*lines, "", "Of the past", *layout.names([one.name for one in past], width)]
