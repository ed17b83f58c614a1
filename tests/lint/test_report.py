"""Findings as text, JSON and SARIF, and the pages of rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lint_support import lint

from mailshell.lint.finding import Finding
from mailshell.lint.session import TABLES
from mailshell.protocol.secrecy import Secrets
from mailshell.report.json import finding_json
from mailshell.report.sarif import sarif
from mailshell.report.text import finding_lines, rule_pages, summary


@pytest.fixture
def finding() -> Finding:
    return next(one for one in lint("imap", r"S> * 3 EXISTS\n") if one.rule.name == "bare-lf")


def test_the_mark_stands_under_the_octets(finding: Finding) -> None:
    head, line, mark = finding_lines(finding)
    assert head.startswith("warning F06 bare-lf: a line ends with a bare LF instead of CRLF (RFC 9051 2.2)")
    assert line == r"    * 3 EXISTS\n"
    assert mark == "    " + " " * 10 + f"^^ octet {finding.start}, expected: CRLF"


def test_wide_characters_and_control_octets_do_not_move_the_mark(finding: Finding) -> None:
    octets = "日本\x1b[31m".encode() + b"bad rest\r\n"
    at = octets.index(b"bad")
    _, line, mark = finding_lines(replace(finding, line=octets, at=at, until=at + 3))
    assert line == r"    日本\x1b[31mbad rest"
    assert mark.index("^") == len("    ") + 4 + len(r"\x1b[31m")
    assert mark.count("^") == 3


@pytest.mark.parametrize("width", [40, 76, 110, 500])
def test_long_lines_are_cut_around_the_mark(finding: Finding, width: int) -> None:
    octets = b"a" * 200 + b"XYZ" + b"b" * 190 + b"\r\n"
    _, line, mark, *_ = finding_lines(replace(finding, line=octets, at=200, until=203), width=width)
    assert len(line) == min(width, 130)
    assert line[mark.index("^") : mark.index("^") + 3] == "XYZ"


def test_a_secret_in_the_line_is_masked_and_not_measured(finding: Finding) -> None:
    secrets = Secrets()
    secrets.learn(b"geheim1", "password")
    octets = b"* OK geheim1 was your password\r\n"
    shown = "\n".join(finding_lines(replace(finding, line=octets, at=5, until=12, message="geheim1?"), secrets))
    assert "geheim1" not in shown
    assert "^" not in shown
    assert "geheim1" not in str(finding_json(replace(finding, line=octets, message="geheim1"), secrets))


def test_json_has_what_the_text_has(finding: Finding) -> None:
    value = finding_json(finding)
    assert (value["rule"], value["name"], value["severity"]) == ("F06", "bare-lf", "warning")
    assert value["line"] == "* 3 EXISTS\n"
    assert value["end"] == int(str(value["start"])) + 1


def test_sarif(finding: Finding) -> None:
    log = sarif([("a.mwire", finding), ("b.mwire", finding)], bare=True)
    (run,) = log["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["F06"]
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert [place["artifactLocation"]["uri"] for place in places] == ["a.mwire", "b.mwire"]
    assert places[0]["region"] == {"byteOffset": finding.start, "byteLength": 1}
    assert (
        "region" not in sarif([("a", finding)], bare=False)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    )


@pytest.mark.parametrize("protocol", TABLES)
def test_each_rule_has_a_page_that_tells_all(protocol: str) -> None:
    for rule in TABLES[protocol].values():
        text = " ".join(" ".join(rule_pages([(protocol, rule)], 80)).split())
        for part in (rule.id, rule.name, rule.says[1:], rule.hint, rule.source, rule.servers, rule.look_alike):
            assert " ".join(part.split()) in text


@pytest.mark.parametrize("protocol", TABLES)
def test_the_records_are_in_order(protocol: str) -> None:
    rules = list(TABLES[protocol].values())
    assert len({rule.id for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.source.startswith("RFC ") or rule.source.startswith("draft-"), rule.id
        assert not rule.says.endswith("."), rule.id
        assert rule.hint, rule.id
        assert not rule.hint.endswith("."), rule.id
        assert TABLES[protocol].find(rule.id.lower()) is rule
        assert TABLES[protocol].find(rule.name.upper()) is rule


def test_the_summary_has_the_worst_first() -> None:
    rules = TABLES["imap"]
    worst = max(rules.values(), key=lambda rule: rule.severity)
    lines = list(summary({"bare-lf": 3, worst.name: 1}, rules))
    assert worst.id in lines[1] or worst.severity == rules["bare-lf"].severity
    assert list(summary({}, rules)) == ["nothing was found"]


@pytest.mark.parametrize("width", [40, 60, 80, 130])
def test_nothing_is_wider_than_the_terminal_of_somebody_who_looks(finding: Finding, width: int) -> None:
    long = replace(finding, line=b"a" * 100 + b"XYZ" + b"b" * 90 + b"\r\n", at=100, until=103)
    told = list(finding_lines(long, width=width, wrap=True))
    assert all(len(line) <= width for line in told)
    assert " ".join(" ".join(told).split()).count("expected: CRLF") == 1
    words = "an untagged response and not a tagged one, " * 4 + "or else the end of the connection"
    expects = list(finding_lines(replace(long, expected=words, otherwise=words), width=width, wrap=True))
    assert all(len(line) <= width for line in expects)
    assert " ".join(" ".join(expects).split()).count(words) == 2, "no word is broken"
    lines = list(summary({"bare-lf": 3, "spaces": 1}, TABLES["imap"], width))
    assert all(len(line) <= width for line in lines)
    assert next(finding_lines(long, width=width)).endswith("(RFC 9051 2.2)"), "what a program reads is one line"
