"""The worked examples: each is played through the engines, the grammar, the checks and Python's own libraries."""

from __future__ import annotations

import asyncio
import imaplib
import inspect
import poplib

import pytest
from python_support import run, sent_by

from mailshell.assist.checks import check
from mailshell.assist.situation import FAILS, Situation
from mailshell.contract import LiteralSource, Part
from mailshell.help.names import CATALOGUES, PREFIXES, TERMS
from mailshell.help.played import play
from mailshell.help.records import CLIENT, SERVER, Example, Record, read_records, records
from mailshell.help.term_page import worked
from mailshell.interpreter.arguments import ArgumentReader
from mailshell.protocol.catalogue import Command
from mailshell.protocol.events import Deviation
from mailshell.protocol.exchange import Completed, Event, Sent, Untagged
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.state import ImapState
from mailshell.protocol.terms import Term

SIDES = ("imap", "pop3")
COMMANDS = [(side, command) for side in SIDES for command in CATALOGUES[side].values()]
EXAMPLES = [
    (side, command, number) for side, command in COMMANDS for number in range(len(records(side)[command.name].examples))
]
WORKED = [(side, term) for side in SIDES for term in TERMS[side].values()]
#: What a text may tell of a command beside its examples.
FIELDS = {
    "about", "effect", "revision", "ok", "no", "bad", "err", "lines", "codes", "instead", "python", "call",
    "also",
}  # fmt: skip
#: The passwords of the examples, and forms of them.
SECRETS = ("sesame", "c2VzYW1l", "zZXNhbWU", "82c2a147", "YW5hIDdj", "VzYW1lLT")
#: mailshell says more to the server than was typed: a password, DONE, the steps of SASL.
DIALOGUES = {"LOGIN", "AUTHENTICATE", "IDLE"}


def text_of(side: str, command: Command) -> Record:
    return records(side)[command.name]


def named(parameter: tuple[str, Command] | tuple[str, Term] | tuple[str, Command, int]) -> str:
    return "-".join(str(getattr(part, "name", part)).replace(" ", "_") for part in parameter)


def events_of(side: str, example: Example) -> list[Event]:
    return play(side, example.rows)[1]


def is_vendor(command: Command) -> bool:
    return not command.rfc.startswith(("RFC", "draft"))


@pytest.mark.parametrize("case", COMMANDS, ids=named)
def test_every_command_has_its_text(case: tuple[str, Command]) -> None:
    side, command = case
    record = text_of(side, command)
    assert len(record.examples) >= (1 if command.obsolete or is_vendor(command) else 2)
    assert set(record.fields) <= FIELDS
    if not (command.obsolete or is_vendor(command)):
        assert {"ok", "err" if side == "pop3" else "no"} <= set(record.fields)
    for name in record.fields.get("codes", "").split():
        assert TERMS[side].find("response-code", name) is not None, name
    for example in record.examples:
        assert example.wanted
        assert example.meaning.endswith((".", ":"))
        assert example.typed
        assert bool(example.python) == bool(example.returns)


@pytest.mark.parametrize("side", SIDES)
def test_no_text_is_left_of_a_command_that_there_is_not(side: str) -> None:
    assert set(records(side)) == set(CATALOGUES[side])


@pytest.mark.parametrize("case", EXAMPLES, ids=named)
def test_an_example_is_what_the_protocol_says(case: tuple[str, Command, int]) -> None:
    side, command, number = case
    example = text_of(side, command).examples[number]
    check_wire(side, example)
    sent = {event.exchange.name for event in events_of(side, example) if isinstance(event, Sent)}
    # What was opened elsewhere, or what PASS needs before it, may stand beside.
    assert command.name in sent or command.name in ("RLIST", "RPOP"), sent


def check_wire(side: str, example: Example) -> None:
    """No deviation, every command completed, and each answer as the grammar has it."""
    events = events_of(side, example)
    assert not [event for event in events if isinstance(event, Deviation)]
    begun = [event.exchange for event in events if isinstance(event, Sent)]
    completed = [event.exchange for event in events if isinstance(event, Completed)]
    assert begun == completed
    for event in events:
        if isinstance(event, Untagged):
            data, found = read_data(event.response)
            assert not found, (event.response, data)
    for who, text in example.wire:
        assert not (side == "imap" and who == SERVER and text.startswith("+")) or text.startswith("+ ")


@pytest.mark.parametrize("case", EXAMPLES, ids=named)
def test_no_secret_is_shown(case: tuple[str, Command, int]) -> None:
    side, command, number = case
    shown, _ = play(side, text_of(side, command).examples[number].rows)
    for _, text in shown:
        assert not [secret for secret in SECRETS if secret in text], text


def test_examples_of_logins_have_secrets_to_mask() -> None:
    for side, name in (
        ("imap", "LOGIN"),
        ("imap", "AUTHENTICATE"),
        ("pop3", "PASS"),
        ("pop3", "APOP"),
        ("pop3", "AUTH"),
    ):
        shown = [row for example in records(side)[name].examples for row in play(side, example.rows)[0]]
        assert any("⟦" in text for _, text in shown), name


def as_sent(parts: list[Part]) -> bytes:
    octets = b""
    for part in parts:
        assert not isinstance(part, LiteralSource), "examples with files are left out"
        octets += part
    return octets


def is_sent_as_typed(side: str, command: Command, number: int) -> bool:
    """Whether mailshell makes no more of it: of a file, a literal or a dialogue."""
    typed = text_of(side, command).examples[number].typed
    return command.name not in DIALOGUES and not any("@" in line or "{" in line for line in typed)


@pytest.mark.parametrize("case", [one for one in EXAMPLES if is_sent_as_typed(*one)], ids=named)
def test_what_is_typed_gives_what_goes_over_the_wire(case: tuple[str, Command, int]) -> None:
    side, command, number = case
    example = text_of(side, command).examples[number]
    sent = [text for who, text in example.wire if who == CLIENT]
    if side == "pop3":
        # The secret is asked for, and so are the steps of SASL.
        for typed in example.typed:
            assert any(text == typed or text.startswith(f"{typed} ") for text in sent)
        return
    catalogue = CATALOGUES[side]
    for typed, text in zip(example.typed, sent, strict=True):
        name, record, arguments = catalogue.find(typed)
        reader = ArgumentReader(ImapState(), record, _nobody)
        parts = asyncio.run(reader.parts(f"{text.split()[0]} {name}", arguments))
        assert as_sent(parts).decode() == f"{text}\r\n"


async def _nobody(prompt: str) -> str | None:
    raise AssertionError("nobody is asked")


def is_accepted(side: str, command: Command, number: int) -> bool:
    wire = text_of(side, command).examples[number].wire
    return not any(text.lstrip("ax0123456789 ").startswith(("NO", "BAD", "-ERR")) for who, text in wire if who == "S")


@pytest.mark.parametrize("case", [one for one in EXAMPLES if is_accepted(*one)], ids=named)
def test_an_accepted_example_gives_no_ground_for_a_warning(case: tuple[str, Command, int]) -> None:
    side, command, number = case
    example = text_of(side, command).examples[number]
    for typed in example.typed:
        record = CATALOGUES[side].find(typed)[1]
        assert record is not None
        situation = Situation(side, record.states[-1])
        found = check(typed, CATALOGUES[side], TERMS[side], situation)
        asked = {"missing-argument"} if record.name in ("PASS", "LOGIN", "APOP", "IDLE", "HELO") else set()
        asked |= {"too-many-arguments"} if record.name == "IDLE" else set()
        assert not [caution for caution in found if caution.severity == FAILS and caution.id not in asked]


def is_in_python(side: str, command: Command) -> bool:
    """Whether this Python has the method: some are newer."""
    return command.python is None or hasattr(imaplib.IMAP4 if side == "imap" else poplib.POP3, command.python)


def has_call(side: str, command: Command, number: int) -> bool:
    return is_in_python(side, command) and bool(text_of(side, command).examples[number].python)


@pytest.mark.parametrize("case", [one for one in EXAMPLES if has_call(*one)], ids=named)
def test_python_sends_and_returns_what_the_example_tells(case: tuple[str, Command, int]) -> None:
    side, command, number = case
    example = text_of(side, command).examples[number]
    returned, sent = run(side, example, command.states)
    assert returned == example.returns
    # Which words stand in quotes differs, and is the same to a server.
    first, expected = sent.replace(b'"', b"").split(b"\r\n"), sent_by(example).replace(b'"', b"").split(b"\r\n")
    assert first[0] == expected[0]


@pytest.mark.parametrize("case", [case for case in COMMANDS if case[1].python and is_in_python(*case)], ids=named)
def test_the_form_of_a_call_is_that_of_the_library(case: tuple[str, Command]) -> None:
    side, command = case
    owner = imaplib.IMAP4 if side == "imap" else poplib.POP3
    method = getattr(owner, command.python or "")
    call = text_of(side, command).fields["call"]
    told = [word.strip() for word in call.partition("(")[2].rstrip(")").split(",") if word.strip()]
    real = [str(one) for one in list(inspect.signature(method).parameters.values())[1:]]
    assert call.startswith(f"{command.python}(")
    assert told == real


@pytest.mark.parametrize("case", WORKED, ids=named)
def test_the_worked_line_of_a_term_is_what_the_protocol_says(case: tuple[str, Term]) -> None:
    side, term = case
    examples = worked(term, side)
    assert examples
    for example in examples:
        check_wire(side, example)
        shown, _ = play(side, example.rows)
        assert not [secret for _, text in shown for secret in SECRETS if secret in text]
    name = term.name.strip("[]=/").removesuffix("[")
    stands_for = term.name in ("1:*", "(", "1") or term.name.startswith(("/1/", "BODY.PEEK", "BINARY.PEEK"))
    assert stands_for or any(name.upper() in text.upper() for one in examples for _, text in one.rows), name


@pytest.mark.parametrize("folder", ["terms", "terms/pop3"])
def test_no_text_is_left_of_a_term_that_there_is_not(folder: str) -> None:
    side = "pop3" if folder.endswith("pop3") else "imap"
    known = {f"{PREFIXES[term.kind][0]}:{term.name}" for term in TERMS[side].values()}
    kinds = {f"pattern:{one}{kind}" for kind in PREFIXES for one in ("", "imap:", "pop3:")}
    for name in records(folder):
        assert name in known or name in kinds or name == "samples", name


def test_every_sample_is_of_arguments_that_a_term_has() -> None:
    known = {term.arguments for _, term in WORKED}
    assert set(records("terms")["samples"].fields) <= known


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("@ A\nno colon", "line 2"), ("@ A\n- x\nok: y", "line 3"), ("@ A\n- x\n? y", "line 3")],
)
def test_a_text_that_is_not_of_the_form_is_told_with_its_line(text: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        list(read_records(text))


def test_a_text_is_read_as_its_form_says() -> None:
    text = (
        "A head.\n\n@ NOOP\nok: one\n  two\n- Why?\n> NOOP\nC: a1 NOOP\nS: \nS: a1 OK\n= It\n= works.\n"
        "python: M\nreturns: 1"
    )
    (record,) = read_records(text)
    assert (record.name, record.fields) == ("NOOP", {"ok": "one two"})
    (example,) = record.examples
    assert example.rows == [(">", "NOOP"), ("C", "a1 NOOP"), ("S", ""), ("S", "a1 OK")]
    assert (example.wanted, example.meaning) == ("Why?", "It works.")
    assert (example.python, example.returns) == ("M", "1")
