"""The forms of a report, made of reports that no server is needed for."""

from __future__ import annotations

import json
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
    unclear = report(
        result("a", "numbers", Outcome(GOOD, "fine")), result("b", "numbers", Outcome(Verdict.UNDECIDED, "?"))
    )
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


def test_an_unfinished_report_says_so_first() -> None:
    fine, late = Outcome(GOOD, "fine"), Outcome(Verdict.LEFT_OUT, "the budget was used up")
    results = [result("a", "numbers", fine), result("b", "numbers", fine), result("c", "search", late)]
    cut = report(*results, out_of_time=True)
    assert cut.summary.startswith("unfinished: the budget of 60 s ended it; nothing is wrong in what could be tried; ")
    assert report(*results, interrupted=True).summary.startswith("unfinished: it was interrupted; nothing is wrong in")


def test_an_unfinished_report_tells_the_groups_of_many_that_were_left_out() -> None:
    late = Outcome(Verdict.LEFT_OUT, "the budget was used up")
    results = [result(f"search-{number}", "search", late) for number in range(9)]
    cut = report(*results, result("sizes", "numbers", late), out_of_time=True)
    line = "10 probes   the budget was used up (numbers 1, search 9; --all names them)"
    assert line in "\n".join(terminal(contents(cut), 100))
    assert "search-3, search-4" in "\n".join(terminal(contents(cut, everything=True), 100))


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


def test_the_columns_of_a_table_share_the_room() -> None:
    rows = ((Cell("IDLE"), Cell("in the greeting, in the clear", GOOD), Cell("after login", GOOD)),)
    grid = Grid(("name", "imap://one.example", "imap://two.example"), rows)
    assert list(terminal([grid], 80)) == [
        "name  imap://one.example                   imap://two.example",
        "IDLE  good: in the greeting, in the clear  good: after login",
    ]
    assert list(terminal([grid], 50)) == [
        "name  imap://one.example        imap://two.example",
        "IDLE  good: in the greeting,    good: after login",
        "      in the clear",
    ]
    assert list(terminal([grid], 43)) == [
        "IDLE",
        "  imap://one.example  good: in the",
        "                      greeting, in the",
        "                      clear",
        "  imap://two.example  good: after login",
    ]


def test_colours_are_told_by_words_too() -> None:
    coloured = list(terminal(contents(EXAMPLE), 80, theme="dark", colour=True))
    assert any("\x1b[" in line for line in coloured)
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in coloured]
    assert plain == list(terminal(contents(EXAMPLE), 80))


def test_what_is_alike_is_folded() -> None:
    lines = [
        Outcome(WARNING, f"message {number}: LIST says {number} octets, RETR has 7", "", "RFC 1939 5")
        for number in (1, 2, 1000)
    ]
    other = Outcome(WARNING, "message 3: there are octets behind the dot", "", "RFC 1939 5")
    made = report(result("sizes", "messages", *lines, other), result("top", "messages", lines[0]))
    text = " ".join("\n".join(terminal(contents(made))).split())
    wrong = text.partition("What is wrong")[2].partition("Probes:")[0]
    assert wrong.count("LIST says 1 octets, RETR has 7 (and 2 more like it)") == 1
    assert "LIST says 2" not in wrong
    assert "behind the dot source:" in wrong
    assert made.summary.startswith("5 warnings; ")
    assert "LIST says 2" in "\n".join(terminal(contents(made, everything=True)))
    assert len(as_json(made)["probes"][0]["outcomes"]) == 4  # type: ignore[index]


@pytest.mark.parametrize(
    ("groups", "shown"),
    [(["connection", "capabilities"], False), (["capabilities"], True), (["capabilities", "extensions"], True)],
)
def test_extensions_are_shown_if_they_were_asked_for(groups: list[str], shown: bool) -> None:
    results = [result(group, group, Outcome(GOOD, "fine")) for group in groups]
    made = report(*results, capabilities={"clear": ("UIDL",)})
    assert (Heading("Extensions") in list(contents(made))) is shown


def test_a_bomb_of_capabilities_makes_no_long_report() -> None:
    names = tuple(f"X{number}" for number in range(20_000))
    left_out = [Outcome(Verdict.LEFT_OUT, f"{name} is not tried", name) for name in names]
    tried = Outcome(GOOD, "UIDL is accepted", "UIDL")
    made = report(
        result("others", "extensions", tried, *left_out),
        result("odd", "messages", *(Outcome(WARNING, f"{'x' * number} is odd") for number in range(1000))),
        capabilities={"clear": (*names, "UIDL"), "login": (*names, "UIDL")},
    )
    long = Outcome(NOTE, "x" * 1_000_000)
    forms = {
        "terminal": list(terminal(contents(made))),
        "markdown": list(markdown(contents(made))),
        "html": list(html(contents(made))),
        "all": list(terminal(contents(made, everything=True))),
        "compared": list(terminal(compared(Comparison((made, report(result("odd", "messages", long))))))),
    }
    for name, rows in forms.items():
        text = "\n".join(rows)
        assert len(text) < 500_000, name
        assert re.search(r"And 19,\d{3} more\.", text), name
        assert "UIDL is accepted" in text, name
    value = as_json(made)
    assert len(json.dumps(value)) < 500_000
    assert value["notes"] == [
        "of 20,001 capabilities in the clear the first 300 are here",
        "of 20,001 capabilities after login the first 300 are here",
        "of 20,001 extensions the first 300 are here",
        "of 20,001 outcomes of others the first 300 are here",
        "of 1,000 outcomes of odd the first 300 are here",
    ]
    assert len(json.dumps(comparison_json(Comparison((made, report()))))) < 500_000


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


def _tags(*outcomes: Outcome, **more: object) -> Report:
    return report(result("tags", "commands", *outcomes), **more)


def test_what_differs_is_shown_and_not_the_first_of_a_probe() -> None:
    both = Outcome(NOTE, "a tag of other characters is not taken", "other characters")
    one = _tags(both, Outcome(NOTE, "a tag of a bracket is not taken", "a bracket"))
    other = _tags(both, Outcome(GOOD, "a tag of a bracket is taken", "a bracket"), server="pop3://two.example")
    comparison = Comparison((one, other))
    (row,) = comparison.probes
    assert [[outcome and outcome.says for outcome in pair] for pair in row.differences] == [
        ["a tag of a bracket is not taken", "a tag of a bracket is taken"]
    ]
    rows = list(markdown(compared(comparison)))
    assert "| tags | **note**: a tag of a bracket is not taken | **good**: a tag of a bracket is taken |" in rows
    assert "other characters" not in "\n".join(rows)
    (probe,) = comparison_json(comparison)["probes"]  # type: ignore[misc]
    assert probe["differences"][0][1] == {"verdict": "good", "says": "a tag of a bracket is taken"}  # type: ignore[index]


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ([Outcome(GOOD, "3 octets")], [Outcome(GOOD, "quite another thing")], False),
        ([Outcome(WARNING, "LIST 1 is refused: -ERR no")], [Outcome(WARNING, "LIST 2 is refused: -ERR never")], False),
        ([Outcome(WARNING, "LIST is refused")], [Outcome(WARNING, "UIDL is refused")], True),
        ([Outcome(WARNING, "LIST is refused"), Outcome(WARNING, "UIDL is refused")],
         [Outcome(WARNING, "LIST is refused")], True),
        ([Outcome(GOOD, "fine")], [Outcome(Verdict.LEFT_OUT, "no time")], True),
        ([Outcome(GOOD, "fine", "a")], [Outcome(GOOD, "fine", "b")], False),
    ],
)  # fmt: skip
def test_what_is_a_difference(one: list[Outcome], other: list[Outcome], differ: bool) -> None:
    for pair in ((_tags(*one), _tags(*other)), (_tags(*other), _tags(*one))):
        (row,) = Comparison(pair).probes
        assert row.differs is differ
        assert list(html(compared(Comparison(pair))))


def test_what_is_wrong_on_both_is_told() -> None:
    one = _tags(Outcome(ERROR, "TOP lies"), Outcome(NOTE, "odd"))
    rows = "\n".join(terminal(compared(Comparison((one, one)))))
    wrong = rows.partition("Wrong on both\n")[2].partition("\n\n")[0]
    assert wrong == "error       tags: TOP lies"


def test_moments_alone_are_a_line_each() -> None:
    one = report(capabilities={"clear": ("TOP", "UIDL"), "tls": ("TOP", "UIDL"), "login": ("TOP", "UIDL", "SASL")})
    other = report(capabilities={"clear": ("TOP",), "login": ("TOP", "UIDL", "EXPIRE 3")}, server="pop3://two.example")
    comparison = Comparison((one, other))
    assert [row.name for row in comparison.capabilities if row.differs] == ["EXPIRE", "SASL"]
    assert comparison.elsewhere == [("clear", 0, ["UIDL"])]
    assert Paragraph("Only in the clear on pop3://ana@one.example: UIDL.") in list(compared(comparison))


def test_the_wire_compared_has_the_sentences_of_the_findings() -> None:
    rows = list(markdown(compared(Comparison((EXAMPLE, report(server="pop3://two.example"))))))
    assert any(row.startswith("| stat-differs-from-list | 4 | 0 | it is wrong ") for row in rows)
