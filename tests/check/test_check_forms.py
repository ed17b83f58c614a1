"""The forms of a report, made of reports that no server is needed for."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.check.comparison import Comparison
from mailshell.check.forms.compared import compared
from mailshell.check.forms.contents import contents
from mailshell.check.forms.document import Cell, Grid, Heading, Item, Items, Pairs, Paragraph
from mailshell.check.forms.html import html
from mailshell.check.forms.json import as_json, comparison_json
from mailshell.check.forms.markdown import markdown
from mailshell.check.forms.terminal import terminal
from mailshell.check.outcome import Outcome, ProbeResult, Verdict
from mailshell.check.report import Report
from mailshell.lint.finding import Finding
from mailshell.lint.session import TABLES
from mailshell.protocol.events import Side
from mailshell.render.columns import cells
from mailshell.text.markdown import code, fence, prose

GOOD, NOTE, WARNING, ERROR = Verdict.GOOD, Verdict.NOTE, Verdict.WARNING, Verdict.ERROR
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60)


def result(id_: str, group: str, *outcomes: Outcome) -> ProbeResult:
    return ProbeResult(id_, f"about {id_}", group, list(outcomes), 0.5)


def report(*results: ProbeResult, server: str = "pop3://ana@one.example", **more: object) -> Report:
    made = Report(server, "pop3", "2026-11-21T07:00:00+00:00", 60.0, False, results=list(results))
    for name, value in more.items():
        setattr(made, name, value)
    return made


def finding(rule: str) -> Finding:
    found = TABLES["pop3"].find(rule)
    assert found is not None
    return Finding(found, Side.SERVER, 0, 5, "it is wrong", "right", "", 0.1, b"-ERR what\r\n", 0, 4, 1)


EXAMPLE = report(
    result("greeting", "connection", Outcome(GOOD, "the server greets")),
    result("sizes", "messages", Outcome(WARNING, "LIST says 3 octets", "", "RFC 1939 5", "do this", ("S:  +OK",))),
    result("top", "messages", Outcome(ERROR, "TOP lies", "", "RFC 1939 7"), Outcome(GOOD, "TOP 0 is good")),
    result("extensions", "extensions", Outcome(GOOD, "UIDL is accepted", "UIDL"), Outcome(NOTE, "odd", "X-NEW")),
    result("delete-and-reset", "writing", Outcome(Verdict.LEFT_OUT, "it changes a mailbox")),
    capabilities={"clear": ("UIDL", "SASL PLAIN"), "login": ("UIDL",)},
    findings=[finding("P07"), finding("P26c")],
    counts=Counter({"stat-differs-from-list": 4, "error-without-reason": 1}),
    greeting="+OK ready",
)


def test_the_summary_counts_what_is_wrong_first() -> None:
    assert EXAMPLE.summary == (
        "1 error, 1 warning; on the wire 1 error; "
        "of 5 probes 1 found everything good, 2 found faults, 1 with notes, 1 left out"
    )
    assert report(result("a", "numbers", Outcome(GOOD, "fine"))).summary == (
        "nothing is wrong; of 1 probe 1 found everything good"
    )
    left_out = [result(name, "numbers", Outcome(Verdict.LEFT_OUT, "no time")) for name in "bcd"]
    nothing = report(result("a", "numbers", Outcome(GOOD, "fine")), *left_out)
    assert nothing.summary.startswith("nothing can be said: most could not be tried; ")
    unclear = report(result("a", "numbers", Outcome(GOOD, "fine")), result("b", "numbers", Outcome(Verdict.UNDECIDED, "?")))
    assert unclear.summary.startswith("nothing is wrong in what could be tried; ")
    assert EXAMPLE.worst is ERROR


def test_the_worst_comes_first_with_its_evidence() -> None:
    text = "\n".join(terminal(contents(EXAMPLE), 80))
    wrong = text.partition("What is wrong\n")[2].partition("\n\n")[0]
    assert wrong.splitlines() == [
        "error       top: TOP lies",
        "            source: RFC 1939 7",
        "warning     sizes: LIST says 3 octets",
        "            advice: do this",
        "            source: RFC 1939 5",
        "              S:  +OK",
    ]
    told = "Lint has found more in what the server sent, told below: P07 stat-differs-from-list."
    assert told in " ".join(text.split())
    assert "error       P07 stat-differs-from-list ×4: it is wrong" in text
    assert text.count("S:  +OK") == 1


def test_the_matrix_tells_when_each_is_advertised_and_what_came_of_it() -> None:
    text = "\n".join(terminal(contents(EXAMPLE), 80))
    matrix = text.partition("capability")[2].partition("\n\n")[0].splitlines()[1:]
    assert [re.split(r"  +", row) for row in matrix] == [
        ["SASL", "yes", "–", "–"],
        ["UIDL", "yes", "yes", "good: UIDL is accepted"],
        ["X-NEW", "–", "–", "note: odd"],
    ]


def test_what_was_left_out_is_told_with_the_reason() -> None:
    text = "\n".join(terminal(contents(EXAMPLE), 80))
    assert "1 probe     it changes a mailbox (delete-and-reset)" in text
    assert "Probes: writing" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_lines_keep_to_the_width(width: int) -> None:
    long = "x" * 500
    blocks = [
        Paragraph("a sentence of several words " * 9),
        Items((Item(WARNING, "sizes", "a sentence of several words " * 9, (("do", "words " * 40),), (long,)),)),
        Grid(("a", "b"), ((Cell("name"), Cell("words " * 30, GOOD)),)),
        Grid(("a", "b", "c"), ((Cell("name"), Cell("words " * 30, GOOD), Cell("words " * 30)),)),
        Pairs((("name", "words " * 30),)),
    ]
    assert max(cells(line) for line in terminal(blocks, width)) <= width
    assert any(long in line for line in terminal(blocks))


def test_colours_are_told_by_words_too() -> None:
    coloured = list(terminal(contents(EXAMPLE), 80, theme="dark", colour=True))
    assert any("\x1b[" in line for line in coloured)
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured]
    assert plain == list(terminal(contents(EXAMPLE), 80))


# --- foreign text


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(TEXTS)
def test_any_text_is_text_in_a_page(text: str) -> None:
    page = _Text()
    blocks = [Heading("title", 1), Items((Item(WARNING, text, text, (("do", text),), (text,)),)), Paragraph(text)]
    page.feed("".join(html([*blocks, Grid(("a",), ((Cell(text, GOOD),),)), Pairs((("name", text),))])))
    allowed = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "ul", "li", "span", "br", "pre"}
    assert page.tags <= allowed | {"table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd"}
    assert page.text.count(text) >= (6 if text.strip() else 0)


@given(TEXTS)
def test_any_text_is_no_markup_in_markdown(text: str) -> None:
    said = prose(text)
    assert "\n" not in said
    outside = re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", " ", said)
    assert not set(outside) & set("`*_[]<>&|#~\\@$")
    assert not re.match(r" *(?:[-+]|[0-9]+[.)]) ", outside)
    words = "".join(text.split())
    assert "".join(said.replace("`", "").split()) == words.replace("`", "")


@given(TEXTS)
def test_a_code_span_holds_its_text(text: str) -> None:
    span = code(text)
    match = re.fullmatch(r"(`+)(?!`)(.*)(?<!`)\1", span, re.DOTALL)
    assert match is not None
    assert not re.search(rf"(?<!`){match[1]}(?!`)", match[2])


@given(st.lists(TEXTS, max_size=4))
def test_a_block_of_code_ends_only_at_its_end(lines: list[str]) -> None:
    assert not any(fence(lines) in line for line in lines)


@given(TEXTS)
def test_a_cell_is_one_cell(text: str) -> None:
    rows = list(markdown([Grid(("a", "b"), ((Cell(text), Cell(text, GOOD)),))]))
    assert len(re.findall(r"(?<!\\)\|", rows[2])) == 3


# --- two reports


def test_what_differs_comes_first() -> None:
    other = report(
        result("greeting", "connection", Outcome(GOOD, "the server greets too")),
        result("sizes", "messages", Outcome(GOOD, "all sizes are right")),
        result("top", "messages", Outcome(ERROR, "TOP lies")),
        result("extensions", "extensions", Outcome(GOOD, "UIDL is accepted", "UIDL")),
        server="pop3://ben@two.example",
        capabilities={"clear": ("UIDL",), "login": ("UIDL",)},
    )
    comparison = Comparison((EXAMPLE, other))
    assert [(row.id, row.differs) for row in comparison.probes] == [
        ("sizes", True), ("extensions", True), ("delete-and-reset", True), ("greeting", False), ("top", False),
    ]  # fmt: skip
    assert [(row.name, row.differs) for row in comparison.capabilities] == [("SASL", True), ("UIDL", False)]
    rows = list(terminal(compared(comparison), 100))
    assert rows[0] == "pop3://ana@one.example and pop3://ben@two.example compared"
    assert rows[1] == "3 of 5 probes and 1 of 2 capabilities come out differently."
    text = "\n".join(rows)
    assert text.index("Probes that differ") < text.index("Probes with the same verdict")
    assert "warning     sizes (pop3://ana@one.example): LIST says 3 octets" in text
    value = comparison_json(comparison)
    assert value["reports"] == [as_json(EXAMPLE), as_json(other)]
    assert list(html(compared(comparison)))
    assert "| SASL | in the clear | not advertised |" in list(markdown(compared(comparison)))


def test_the_same_server_twice_is_told_apart() -> None:
    rows = list(terminal(compared(Comparison((EXAMPLE, EXAMPLE))), 100))
    assert rows[0] == "pop3://ana@one.example (first) and pop3://ana@one.example (second) compared"
    assert "Probes that differ" not in rows
