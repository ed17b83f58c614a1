"""The command catalogues: each record is whole, and no command is missing."""

from __future__ import annotations

import imaplib
import poplib
import re
from pathlib import Path

import pytest

from mailshell.protocol.catalogue import Catalogue, Command, Effect, Reply, parse_arguments
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3

DATA = Path(__file__).parent.parent / "data"
CATALOGUES = {"imap": IMAP, "pop3": POP3}
STATES = {"imap": {"NAS", "N", "A", "AS", "S"}, "pop3": {"A", "T", "AT"}}

#: The sources of commands that no RFC defines.
VENDORS = {
    "Apple",
    "Cyrus",
    "Demon SDPS",
    "Dovecot",
    "Google",
    "IMAP2",
    "Netscape",
    "UW-IMAP",
    "draft-daboo-imap-annotatemore",
    "fetchmail",
    "qpopper",
}
SOURCE = re.compile(r"RFC \d+( \d+(\.\d+)*)?")

#: ``imaplib.IMAP4.uid`` sends any of the UID commands; it is the method of no single one.
IMAPLIB_WITHOUT_RECORD = {"uid"}
#: Methods that came with a later Python than the oldest one supported: ``idle`` with 3.14.
IMAPLIB_LATER = {"idle"}
#: Methods of ``poplib.POP3`` that send no command.
POPLIB_WITHOUT_RECORD = {"close", "getwelcome", "set_debuglevel"}

#: An argument on the line: words, quoted strings and parenthesized lists that no space parts.
ARGUMENT = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|\([^()]*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)[^()]*)*\)|[^\s"])+""")


def records() -> list[object]:
    return [
        pytest.param(kind, command, id=f"{kind}-{command.name.replace(' ', '_')}")
        for kind, catalogue in CATALOGUES.items()
        for command in catalogue.values()
    ]


def names_in(file: str) -> list[str]:
    lines = (line.strip() for line in (DATA / file).read_text(encoding="ascii").splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def count(rest: str, command: Command) -> tuple[int, int]:
    """How many arguments stand in ``rest``, and how many may stand there (-1: any number).

    A keyword (the ``RETURN`` of ``RETURN (...)``) is an argument of its own, on the line as in the record.
    """
    unlimited = any(argument.repeated or argument.kind == "text" for argument in command.parsed)
    return len(ARGUMENT.findall(rest)), -1 if unlimited else len(command.parsed)


@pytest.mark.parametrize(("kind", "command"), records())
def test_record_is_whole(kind: str, command: Command) -> None:
    assert command.name == command.name.upper()
    assert command.states in STATES[kind]
    assert command.help
    assert len(command.help) <= 70
    assert not command.help.endswith(".")
    assert command.rfc
    for source in command.rfc.split("; "):
        assert source in VENDORS or SOURCE.fullmatch(source), source
    assert command.capability != ""
    assert command.python != ""
    assert all(name == name.upper() for name in command.replies)
    if kind == "imap":
        assert command.reply is Reply.LINE
    else:
        assert command.replies == ()


@pytest.mark.parametrize(("kind", "command"), records())
def test_example_is_a_line_of_this_command(kind: str, command: Command) -> None:
    name, found, rest = CATALOGUES[kind].find(command.example)
    assert name == command.name
    assert found is command
    given, most = count(rest, command)
    assert given >= command.required
    assert most == -1 or given <= most
    lower = command.name.lower() + command.example.removeprefix(command.name)
    assert CATALOGUES[kind].find(lower) == (name, command, rest)


@pytest.mark.parametrize(("kind", "command"), records())
def test_syntax_names_every_argument(kind: str, command: Command) -> None:
    assert command.syntax.startswith(command.name)
    for argument in command.parsed:
        assert argument.name in command.syntax
    assert command.syntax.count("[") == command.syntax.count("]")


@pytest.mark.parametrize("kind", CATALOGUES)
def test_catalogue_holds_every_known_command(kind: str) -> None:
    expected = names_in(f"{kind}_commands.txt")
    assert len(expected) == len(set(expected))
    assert set(CATALOGUES[kind]) == set(expected)


def test_every_command_method_of_imaplib_has_a_record() -> None:
    methods = {name for name in dir(imaplib.IMAP4) if name.upper() in imaplib.Commands}
    assert methods - IMAPLIB_WITHOUT_RECORD <= set(IMAP.python_names)
    assert set(IMAP.python_names) - IMAPLIB_LATER <= methods


def test_every_command_of_imaplib_has_a_record() -> None:
    assert set(imaplib.Commands) - {"UID"} <= set(IMAP)


def test_every_command_method_of_poplib_has_a_record() -> None:
    methods = {name for name in dir(poplib.POP3) if not name.startswith("_") and callable(getattr(poplib.POP3, name))}
    assert set(POP3.python_names) == methods - POPLIB_WITHOUT_RECORD


@pytest.mark.parametrize("catalogue", CATALOGUES.values(), ids=CATALOGUES)
def test_a_method_belongs_to_one_record(catalogue: Catalogue) -> None:
    named = [command for command in catalogue.values() if command.python]
    assert len(catalogue.python_names) == len(named)


@pytest.mark.parametrize(
    ("catalogue", "name", "secret"),
    [
        (IMAP, "LOGIN", ["password"]),
        (IMAP, "AUTHENTICATE", ["initial-response"]),
        (POP3, "PASS", ["password"]),
        (POP3, "APOP", ["digest"]),
        (POP3, "AUTH", ["initial-response"]),
        (POP3, "HELO", ["password"]),
    ],
)
def test_secrets_are_marked(catalogue: Catalogue, name: str, secret: list[str]) -> None:
    assert [argument.name for argument in catalogue[name].parsed if argument.secret] == secret


def test_only_sasl_commands_go_on_with_secrets() -> None:
    assert [command.name for command in IMAP.values() if command.secret_continuation] == ["AUTHENTICATE"]
    assert [command.name for command in POP3.values() if command.secret_continuation] == ["AUTH"]


def test_commands_that_destroy() -> None:
    imap = {command.name for command in IMAP.values() if command.effect is Effect.DESTROY}
    assert imap >= {"EXPUNGE", "UID EXPUNGE", "CLOSE", "DELETE", "REPLACE", "UID REPLACE"}
    assert not imap & {"MOVE", "UID MOVE", "STORE", "UNSELECT", "LOGOUT"}
    pop3 = {command.name for command in POP3.values() if command.effect is Effect.DESTROY}
    assert pop3 == {"DELE", "ACKD"}


def test_replies_of_several_lines() -> None:
    either = {c.name for c in POP3.values() if c.reply is Reply.MULTI_WITHOUT_ARGUMENT and not c.obsolete}
    assert either == {"LIST", "UIDL", "LANG", "AUTH", "EUIDL"}
    assert POP3["RETR"].reply is POP3["TOP"].reply is POP3["CAPA"].reply is Reply.MULTI


@pytest.mark.parametrize(
    ("line", "name", "rest"),
    [
        ("uid fetch 1:* FLAGS", "UID FETCH", "1:* FLAGS"),
        ("UID  Store 7 FLAGS ()", "UID STORE", "7 FLAGS ()"),
        ("subscribe Lists", "SUBSCRIBE", "Lists"),
        ("noop", "NOOP", ""),
    ],
)
def test_find_splits_name_and_rest(line: str, name: str, rest: str) -> None:
    assert IMAP.find(line) == (name, IMAP[name], rest)


def test_find_leaves_the_unknown_alone() -> None:
    assert IMAP.find("xunknown a b") == ("XUNKNOWN", None, "a b")
    assert IMAP.find("uid") == ("UID", None, "")
    assert IMAP.find("uid xunknown 1") == ("UID", None, "xunknown 1")


@pytest.mark.parametrize("text", ["[mailbox:mailbox", "[a:atom [b:atom]]", "name:no-such-kind"])
def test_argument_language_refuses_what_it_is_not(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        parse_arguments(text)


def test_a_name_stands_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        Catalogue([Command("NOOP"), Command("NOOP")])
