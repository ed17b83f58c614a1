"""The pages: everything has one, all of them fit, and each name leads to what it stands for."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from mailshell import cli
from mailshell.help.command_page import written
from mailshell.help.layout import row, table, within
from mailshell.help.names import CATALOGUES, PREFIXES, TERMS, Entry, entries, find
from mailshell.help.pages import UnknownTopic, page, topics
from mailshell.help.records import records
from mailshell.help.topics import all_topics, read_topic
from mailshell.help.values import ENABLED
from mailshell.interpreter.local.help import local_help
from mailshell.interpreter.local.table import COMMANDS
from mailshell.interpreter.python_api import WORDS
from mailshell.protocol.terms import KINDS
from mailshell.trace.trace import LEVELS, STYLES

LOCAL = local_help()
#: What the issue and the help itself promise.
PROMISED = (
    "FETCH", "UID FETCH", "uid_fetch", "fetch", "login_cram_md5", "RETR", "pass_", "[TRYCREATE]", "TRYCREATE", r"\Seen",
    "BODYSTRUCTURE", "UIDPLUS", "Sent", r"\Sent", "ENVELOPE", "EXISTS", "SINCE", "STATUS=SIZE", "AUTH=PLAIN", "x",
    "key:SINCE", "[UIDNEXT]", "item:FLAGS", "pop3:QUIT", "imap:LOGOUT", ".debug", "debug", "fetch items", "topics",
    "commands", "BODY[]", "BODY.PEEK[HEADER]", "[UIDNEXT 115]", "APPENDLIMIT=1000", "Subject:", "$Forwarded",
)  # fmt: skip
TOPICS = (
    "tags", "states", "literals", "redirect", "sequence-set", "trace", "raw", "secrets", "tls", "idle", "uid", "flags",
    "mailbox names", "search", "exit status", "keys", "scripts", "imap", "pop3", "python names", "compression",
    "connect",
)  # fmt: skip


def told(topic: str, protocol: str | None = None, width: int = 100) -> str:
    return "\n".join(page(topic, protocol=protocol, width=width, local=LOCAL))


def asked(entry: Entry) -> str:
    return entry.asked(other=bool(entry.protocol))


@pytest.mark.parametrize("topic", PROMISED)
def test_what_is_promised_has_a_page(topic: str) -> None:
    assert len(page(topic, width=80, local=LOCAL)) >= 5


@pytest.mark.parametrize("width", [60, 80, 100])
def test_everything_that_can_be_asked_for_has_a_page_that_fits(width: int) -> None:
    for entry in entries():
        lines = page(asked(entry), width=width, local=LOCAL)
        assert len(lines) >= 3, entry
        for line in lines:
            # A word that is longer than the width can't be divided.
            assert len(line) <= width or len(max(line.split(), key=len)) > width - 40, (entry.name, line)
            assert line == line.rstrip()
            assert line.isprintable()
            assert "{" not in line or "values" not in line


def test_each_entry_is_found_by_the_way_that_asks_for_it() -> None:
    for entry in entries():
        first = find(asked(entry), None)[0]
        assert first.subject == entry.subject, (entry, first)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_the_page_of_a_command_tells_all_that_the_catalogue_does(protocol: str) -> None:
    for command in CATALOGUES[protocol].values():
        text = " ".join(told(f"{protocol}:command:{command.name}").split())
        for part in (command.syntax, command.help, command.rfc, command.effect.value):
            assert part in text, (command.name, part)
        if command.capability:
            assert command.capability in text
        for argument in command.parsed:
            assert f" {argument.name} " in text
        for word in ("What the answers mean", "In Python", "Example"):
            assert word in text


def test_the_values_of_an_argument_are_those_of_the_tables() -> None:
    text = told("FETCH")
    for name in ("FLAGS", "ENVELOPE", "BODY.PEEK[section]<first.count>", "CHANGEDSINCE mod-sequence"):
        assert f"    {name}" in text
    items = {written(term) for term in TERMS["imap"].of_kind("fetch-item")}
    values = text.partition("\n  items ")[2].partition("\n  modifiers ")[0]
    shown = len(items & {line[4:].partition("  ")[0] for line in values.splitlines()})
    more = next(line for line in text.splitlines() if ".help fetch items" in line)
    assert shown + int(more.split()[1]) == len(TERMS["imap"].of_kind("fetch-item"))
    assert all(("capability", name.upper()) in TERMS["imap"] for name in ENABLED)


def test_the_page_of_a_term_tells_all_that_the_table_does() -> None:
    for protocol, terms in TERMS.items():
        for term in terms.values():
            text = " ".join(told(f"{protocol}:{PREFIXES[term.kind][0]}:{term.name}").split())
            for part in (term.help, term.rfc, term.advice, KINDS[term.kind], term.capability or ""):
                assert part in text, (term.name, part)


def test_a_response_code_tells_which_commands_bring_it() -> None:
    text = told("TRYCREATE")
    assert "Comes with APPEND, COPY" in " ".join(text.split())
    assert "S: a3 NO [TRYCREATE]" in text
    assert "CREATE the mailbox and repeat the command." in text


def test_related_names_lead_somewhere() -> None:
    for folder in ("terms", "terms/pop3"):
        for record in records(folder).values():
            for name in filter(None, record.fields.get("see", "").split(", ")):
                assert find(name, None), (record.name, name)
    for record in records("local").values():
        for name in filter(None, record.fields.get("see", "").split(", ")):
            assert page(name.removeprefix(".help "), local=LOCAL), (record.name, name)


# --- several things of one name


def test_a_command_comes_first_and_the_others_are_listed_with_how_to_ask() -> None:
    text = told("SEARCH")
    assert text.startswith("SEARCH [RETURN")
    others = text.partition("Also of this name")[2]
    assert ".help topic:search" in others
    assert ".help response:SEARCH" in others


def test_without_a_session_a_command_of_both_protocols_is_shown_twice() -> None:
    text = told("LIST")
    assert text.index("Protocol    IMAP") < text.index("Protocol    POP3")


def test_the_protocol_of_the_session_comes_first() -> None:
    assert "Protocol    POP3" in told("LIST", "pop3")
    assert "Protocol    IMAP" not in told("LIST", "pop3")
    assert ".help imap:LIST" in told("LIST", "pop3")
    assert told("pop3:LIST", "imap").startswith("LIST [message]")


def test_what_belongs_to_the_other_protocol_is_found_and_labelled() -> None:
    assert "This belongs to POP3; the session speaks IMAP." in told("RETR", "imap")
    assert "This belongs to IMAP; the session speaks POP3." in told("TRYCREATE", "pop3")


def test_a_value_behind_an_equals_sign_is_told_of_too() -> None:
    text = told("AUTH=PLAIN")
    assert text.startswith("AUTH=: a capability of IMAP\n")
    assert "\nPLAIN: a SASL mechanism of IMAP\n" in text


# --- local commands


def test_every_local_command_has_a_page_with_and_without_its_dot() -> None:
    for name, command in COMMANDS.items():
        text = told(name)
        assert text.startswith(f"{command.name} {command.arguments}".rstrip())
        assert command.help[1:] in " ".join(text.split())
        for word in command.choices:
            assert f"  {word}" in text
        assert page(name[1:], protocol="imap", local=LOCAL)


def test_every_name_of_pythons_leads_to_a_page() -> None:
    for word in WORDS:
        assert page(word, local=LOCAL), word


def test_no_text_is_left_of_a_local_command_that_there_is_not() -> None:
    assert set(records("local")) <= set(COMMANDS)


def test_the_levels_and_styles_of_the_trace_are_those_there_are() -> None:
    for topic in (".debug", "trace"):
        text = " ".join(told(topic).split())
        assert all(f"{level} {meaning}" in text for level, meaning in LEVELS)
    assert all(f"  {style}" in told("trace") for style in STYLES)
    assert "{" not in told("trace")


# --- topics, lists, the short page


@pytest.mark.parametrize("name", TOPICS)
def test_a_topic_has_a_page_of_one_or_two_screens(name: str) -> None:
    assert 10 <= len(page(f"topic:{name}", width=100, local=LOCAL)) <= 60


def test_the_list_of_topics_names_each_and_every_prefix() -> None:
    text = told("topics")
    for topic in all_topics():
        assert f"  {topic.name} " in text
    for prefix, plural in PREFIXES.values():
        assert f"{prefix}:" in text
        assert plural in text
    assert "pop3:code:AUTH" in text


def test_the_list_of_a_kind_has_all_its_terms() -> None:
    for kind, (_, plural) in PREFIXES.items():
        text = told(plural)
        for terms in TERMS.values():
            assert all(term.name in text for term in terms.of_kind(kind)), plural


def test_every_kind_of_term_has_a_prefix() -> None:
    assert set(PREFIXES) == set(KINDS)


def test_the_list_of_commands_has_them_all() -> None:
    for protocol, catalogue in CATALOGUES.items():
        words = told("commands", protocol)
        assert all(name in words for name in catalogue)
    assert told("commands") == "\n".join([told("imap:commands"), "", told("pop3:commands")])


@pytest.mark.parametrize("protocol", ["imap", "pop3", None])
def test_the_short_page_fits_one_screen(protocol: str | None) -> None:
    lines = page("", protocol=protocol, width=100, local=LOCAL)
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 100
    text = "\n".join(lines)
    assert all(one.name in text for one in LOCAL.values())
    for more in (".help commands", ".help topics", ".help FETCH"):
        assert more in text
    assert max(map(len, page("", protocol=protocol, width=60, local=LOCAL))) <= 60


def test_a_topic_needs_a_name_and_a_summary() -> None:
    topic = read_topic("mailbox names, utf-7: names and patterns\nText.\n")
    assert (topic.name, topic.also, topic.summary, topic.body) == (
        "mailbox names", ("utf-7",), "names and patterns", "Text.",
    )  # fmt: skip
    with pytest.raises(ValueError, match="summary"):
        read_topic("no colon\n")


# --- unknown names


@pytest.mark.parametrize(
    ("topic", "likely"),
    [("FECTH", "FETCH"), ("trycreat", "TRYCREATE"), ("bodystrucure", "BODYSTRUCTURE"), (".debgu", ".debug")],
)
def test_an_unknown_name_is_answered_with_similar_ones(topic: str, likely: str) -> None:
    with pytest.raises(UnknownTopic) as caught:
        page(topic, local=LOCAL)
    text = str(caught.value)
    assert text.startswith(f"there is no help on {topic}; did you mean ")
    assert likely in text


@pytest.mark.parametrize("topic", ["qqqqqqqqqq", "[", "\\", ":", "key:", "=", "pop3:", "a" * 100_000, "\x1b[31m", "/"])
def test_whatever_is_asked_for_is_answered(topic: str) -> None:
    try:
        lines = page(topic, local=LOCAL)
    except UnknownTopic as unknown:
        lines = [str(unknown)] if str(unknown).startswith("there is no help on ") else []
    assert lines
    assert max(map(len, lines)) < 200


# --- names for completion


@pytest.mark.parametrize("protocol", ["imap", "pop3", None])
def test_each_name_that_is_offered_leads_to_a_page(protocol: str | None) -> None:
    known = topics(protocol)
    assert len({one.name for one in known}) == len(known) > 800
    for name, meta in known:
        assert meta
        assert page(name, protocol=protocol, local=LOCAL)
    assert topics(protocol) is known


def test_each_entry_is_among_the_names() -> None:
    names = {one.name for one in topics("imap")}
    for entry in entries():
        assert entry.name in names, entry


# --- layout


def test_widths_are_kept_within_what_can_be_read() -> None:
    assert (within(1), within(80), within(400)) == (40, 80, 110)


def test_a_table_wraps_its_right_column_only() -> None:
    assert table([("a", "one two three"), ("bb", "")], 12) == ["  a   one", "      two", "      three", "  bb"]


# --- without a connection


def run(*arguments: str, columns: int = 100) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": str(columns)}
    command = [sys.executable, "-m", "mailshell", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)


def test_mailshell_help_gives_the_page_without_a_connection() -> None:
    done = run("help", "retr")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("RETR message\n")
    assert max(map(len, run("help", "UID", "FETCH", columns=70).stdout.splitlines())) <= 70


def test_mailshell_help_alone_gives_the_short_page() -> None:
    done = run("help")
    assert done.returncode == 0
    assert done.stdout.splitlines() == page("", width=100, local=LOCAL)


def test_mailshell_help_on_an_unknown_name_is_wrong_usage() -> None:
    done = run("help", "FECTH\x1b")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean FETCH" in done.stderr
    assert "\x1b" not in done.stderr


def test_mailshell_help_starts_without_the_terminal_library(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    code = "import sys; from mailshell.cli import main; main(['help', 'FETCH']); print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    modules = set(printed.splitlines()[-1].split())
    assert not modules & {"prompt_toolkit", "pygments"}
    assert cli.main(["help", "tags"]) == 0
    assert capsysbinary.readouterr().out.startswith(b"tags: ")


def test_a_page_is_quick() -> None:
    page("FETCH", local=LOCAL)
    begun = time.perf_counter()
    for _ in range(10):
        page("FETCH", protocol="imap", local=LOCAL)
    assert (time.perf_counter() - begun) / 10 < 0.1


def test_a_page_that_is_asked_for_in_a_run_is_a_result(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert cli.main(["-c", ".help [TRYCREATE]"]) == 0
    assert capsysbinary.readouterr().out.startswith(b"[TRYCREATE]: a response code of IMAP\n")
    assert cli.main(["-c", ".help FECTH"]) == 2


def test_a_line_of_two_columns_goes_on_below_its_right_column() -> None:
    line = "  .why RULE     what a rule says, its section, and the servers that are known for it"
    assert row(line, 60) == [
        "  .why RULE     what a rule says, its section, and the",
        "                servers that are known for it",
    ]
    assert row(line, 100) == [line]
    # No room is left for the right column.
    assert row("  mailshell import SOURCE FORM  a recording from a rawlog", 40) == [
        "  mailshell import SOURCE FORM  a",
        "  recording from a rawlog",
    ]
