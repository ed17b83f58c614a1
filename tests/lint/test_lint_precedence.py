"""One fault of the wire gives one finding: what explains is told, and what it explains is not."""

from __future__ import annotations

import pytest
from lint_support import lint, names

from mailshell.lint.finding import Fault
from mailshell.lint.precedence import ASTRAY, SAME_OCTETS, SAME_RESPONSE, Precedence
from mailshell.lint.rule import Severity
from mailshell.lint.session import TABLES

RULES = {name: rule for rules in TABLES.values() for name, rule in rules.items()}
PAIRS = [
    (name, explained) for table in (SAME_OCTETS, SAME_RESPONSE) for name in table for explained in sorted(table[name])
]


def test_the_tables_name_rules_that_there_are() -> None:
    assert {name for pair in PAIRS for name in pair} | ASTRAY <= RULES.keys()


@pytest.mark.parametrize(("name", "explained"), PAIRS)
def test_what_explains_is_no_less_bad(name: str, explained: str) -> None:
    # The parenthesis is closed, but behind the bracket of the flag.
    if (name, explained) != ("flag-characters", "unbalanced"):
        assert RULES[name].severity >= RULES[explained].severity


def test_what_leads_astray_is_an_error() -> None:
    # A literal beyond our own limit is read as lines: what seems wrong behind it is no fault of the server.
    assert {name for name in ASTRAY if RULES[name].severity < Severity.ERROR} == {"huge-literal"}
    assert all(RULES[name].layer != "grammar" for name in ASTRAY)


def test_no_two_explain_each_other() -> None:
    left = set(PAIRS)
    while ends := {pair for pair in left if pair[1] not in {name for name, _ in left}}:
        left -= ends
    assert left == set()


@pytest.mark.parametrize(
    ("exchange", "rules"),
    [
        ("C: a1 FETCH 987 FLAGS\nS: a1 987 FETCH ()\nS: a1 OK done", ["tagged-data"]),
        ("C: a1 NOOP\nS> \\0\\0* 3 EXISTS\\r\\n\nS: a1 OK done", ["nul"]),
        ("C: a1 NOOP\nS> * 3 EXISTS\\r\\r\\n\nS: a1 OK done", ["double-cr"]),
        ("C: a1 UID COPY 1 Other\nS: a1 OK [COPYUID 701  ] done", ["code-arguments"]),
        ("C: a1 FETCH 1 BODY[TEXT]\nS: * 1 FETCH (BODY[TEXT]\nS: a1 OK done", ["literal-not-announced"]),
        ("C: a1 FETCH 1 BODY[]\nS: * 1 FETCH (BODY[] {4294967296}\nS: a1 OK done", ["literal-number"]),
        ("C: a1 FETCH 1 ENVELOPE\nS: * 1 FETCH ()\nS: a1 OK done", ["empty-fetch"]),
        ("C: a1 CAPABILITY\nS: * CAPABILITY \"IMAP4rev1\" IDLE\nS: a1 OK done", ["capability-not-atom"]),
        ("C: a1 FETCH 1 BODY\nS: * 1 FETCH (BODY (\"TEXT\" \"PLAIN\" NIL NIL \"\"\"\" \"7BIT\" 2 1))\nS: a1 OK done",
         ["unescaped-quote"]),
        ("C: a1 IDLE\nS: a1 OK done", ["idle-without-continuation"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("chunk", [0, 1])
def test_one_fault_gives_one_finding(exchange: str, rules: list[str], chunk: int) -> None:
    found = lint("imap", f"S: * PREAUTH [CAPABILITY IMAP4rev1] ready\n{exchange}", chunk=chunk)
    told = [finding.rule.name for finding in found if finding.rule.name != "preauth-in-the-clear"]
    assert told == rules


@pytest.mark.parametrize(
    "line",
    [
        r"* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)",
        '* LIST () "/" "Sent"',
        '* LIST () "/" Sent',
        "* STATUS Sent (MESSAGES 3)",
        "* CAPABILITY IMAP4rev1 IDLE",
        '* NAMESPACE (("" "/")) NIL NIL',
        '* ESEARCH (TAG "a1") UID ALL 1:3',
        "* THREAD (1)(2)",
        r"* 1 FETCH (UID 3 FLAGS (\\Seen))",
    ],
)
def test_a_second_cr_is_told_once(line: str) -> None:
    commands = 'C: a1 LIST "" Sent\nC: a2 STATUS Sent (MESSAGES)\nC: a3 UID SEARCH RETURN (ALL) ALL\n'
    assert set(names("imap", f"{commands}S> {line}\\r\\r\\n")) - {"preauth-in-the-clear"} == {"double-cr"}


_SELECT = r"""
    C: a1 SELECT INBOX
    S> {} FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft){}
    S: * 0 EXISTS
    S: * 0 RECENT
    S: * OK [PERMANENTFLAGS (\Seen)] kept
    S: * OK [UIDVALIDITY 1] stays
    S: * OK [UIDNEXT 1] next
    S: a1 OK done
"""


def test_nothing_is_compared_with_flags_that_were_not_read() -> None:
    assert names("imap", _SELECT.format("*", r"\r\n")) == ["preauth-in-the-clear"]
    assert names("imap", _SELECT.format("*", r"\r\r\n")) == ["preauth-in-the-clear", "double-cr"]
    assert names("imap", _SELECT.format(r"\0\0*", r"\r\n")) == ["preauth-in-the-clear", "nul"]


@pytest.mark.parametrize(
    ("number", "rules"),
    [
        # It is legal, and it is wrong.
        (4_000_000_000, ["huge-literal", "literal-too-short"]),
        (2**32, ["literal-number"]),
        (2**63 - 1, ["literal-number"]),
        (2**63, ["literal-number"]),
    ],
)
@pytest.mark.parametrize("chunk", [0, 1])
def test_what_follows_a_number_that_is_too_large(number: int, rules: list[str], chunk: int) -> None:
    said = rf"* 1 FETCH (BODY[TEXT] {{{number}}}\r\nhello\r\n\r\nworld\r\n)\r\na1 OK done\r\n"
    found = lint("imap", f"C: a1 FETCH 1 BODY[TEXT]\nS> {said}\nWAIT 3", chunk=chunk)
    assert [finding.rule.name for finding in found if finding.rule.name != "preauth-in-the-clear"] == rules


def test_two_faults_give_two_findings() -> None:
    # The spaces stand elsewhere than the arguments.
    assert {"spaces", "code-arguments"} <= set(names("imap", "C: a1 UID COPY 1 Other\nS: a1  OK [COPYUID 701] done"))
    # The second CR stands elsewhere than the space that is missing.
    assert {"double-cr", "missing-space"} <= set(names("imap", r"S> * 1 FETCH (UID 5FLAGS ())\r\r\n"))
    # The item is missing in the next response, not in the one that is wrong.
    exchange = "C: a1 FETCH 1:2 (UID FLAGS)\nS: * 1 FETCH ()\nS: * 2 FETCH (UID 5)\nS: a1 OK done"
    missing = [one.message for one in lint("imap", exchange) if one.rule.name == "fetch-item-missing"]
    assert missing == ["message 2 came without FLAGS"]


def test_an_explanation_holds_for_its_response_alone() -> None:
    precedence = Precedence(TABLES["imap"])
    precedence.begin(100)
    assert precedence.settle([Fault("unescaped-quote", 110, 111), Fault("not-a-number", 150, 151)]) == [
        Fault("unescaped-quote", 110, 111)
    ]
    # The same response goes on, in another event.
    assert precedence.settle([Fault("not-a-string", 190, 195)]) == []
    precedence.begin(200)
    assert precedence.settle([Fault("not-a-string", 210, 215)]) == [Fault("not-a-string", 210, 215)]
    # What is told later of the octets before is explained still.
    assert precedence.settle([Fault("fetch-item-missing", 102, 103)]) == []


def test_where_nothing_stands() -> None:
    precedence = Precedence(TABLES["imap"])
    double = Fault("double-cr", 50, 53)
    assert precedence.settle([double, Fault("rest-after-count", 50, 50)]) == [double]
    assert precedence.settle([Fault("rest-after-count", 60, 60)]) == [Fault("rest-after-count", 60, 60)]
