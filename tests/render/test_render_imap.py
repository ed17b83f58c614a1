"""Data → lines, by the examples beside this file."""

from __future__ import annotations

import json

import pytest
from render_support import Example, examples, read

from mailshell.protocol.imap.data import Count, Fetched, FetchItem, MailboxListing, MailboxStatus, Numbers, Threads
from mailshell.protocol.imap.response import read_response
from mailshell.protocol.pop3.response import read_status
from mailshell.render.imap import ImapRendering, status_line, unsolicited
from mailshell.render.json import to_json, to_line

EXAMPLES = examples("imap_examples.txt")


def render(name: str, octets: bytes, width: int = 100, ascii: bool = False) -> list[str]:  # noqa: A002
    rendering = ImapRendering(name, width=width, ascii=ascii)
    lines = [line for data in read(octets) for line in rendering.add(data)]
    return lines + rendering.finish()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_example(example: Example) -> None:
    words = example.command.split()
    name = " ".join(words[:2]) if words[0] == "UID" else words[0]
    assert render(name, example.octets) == example.shown
    data = list(read(example.octets))
    if example.json:
        assert [to_line(to_json(each)) for each in data] == example.json
        assert all(isinstance(json.loads(line), dict) for line in example.json)
    if example.unsolicited:
        assert [unsolicited(each) for each in data] == example.unsolicited


IMAP_STATUS_LINES = [
    (b"A1 OK [READ-WRITE] Select completed.\r\n", "OK [READ-WRITE] Select completed."),
    (b"A1 NO [UNKNOWN a \x1b[2J] no\r\n", "NO [UNKNOWN a \\x1b[2J] no"),
    (b"A1 OK\r\n", "OK"),
    (b"* BYE bye \xff\r\n", "BYE bye \\xff"),
    (b"+ idling\r\n", "+ idling"),
    (b"HTTP/1.1 400 Bad\r\n", "HTTP/1.1 400 Bad"),
]


@pytest.mark.parametrize(("line", "shown"), IMAP_STATUS_LINES)
def test_imap_status_line(line: bytes, shown: str) -> None:
    assert status_line(read_response((line,), 0, len(line))) == shown


POP3_STATUS_LINES = [
    (b"+OK 3 1234", "+OK 3 1234"),
    (b"-ERR [IN-USE] Do you have another session?", "-ERR [IN-USE] Do you have another session?"),
    (b"-ERR", "-ERR"),
    (b"+ dGVzdA==", "+ dGVzdA=="),
    (b"what\x07ever", "what\\x07ever"),
]


@pytest.mark.parametrize(("line", "shown"), POP3_STATUS_LINES)
def test_pop3_status_line(line: bytes, shown: str) -> None:
    assert status_line(read_status(line, 0)) == shown


def test_drawn_with_ascii_if_asked() -> None:
    assert render("THREAD", b"* THREAD (3 6 (4 23)(44 7 96))\r\n", ascii=True) == [
        "3 > 6",
        "|- 4 > 23",
        "`- 44 > 7 > 96",
        "(1 thread, 7 messages)",
    ]


def test_numbers_are_wrapped() -> None:
    assert render("SEARCH", b"* SEARCH 1 2 3 4 5 6 7 8 9 10 11 12 13 14\r\n", width=20) == [
        "1 2 3 4 5 6 7 8 9 10",
        "11 12 13 14",
        "(14 messages)",
    ]


def test_many_ascending_numbers_are_ranges() -> None:
    numbers = (*range(1, 3000), *range(4000, 4003), 5000)
    assert ImapRendering("SEARCH").add(Numbers("SEARCH", numbers)) == ["1:2999 4000:4002 5000  (3,003 messages)"]
    assert len(ImapRendering("SORT").add(Numbers("SORT", numbers[::-1]))) > 100


def test_a_set_is_wrapped_at_its_commas() -> None:
    assert render("SEARCH", b"* ESEARCH COUNT 6 ALL 1:2,10:11,20:21\r\n", width=16) == [
        "COUNT  6",
        "ALL    1:2,",
        "       10:11,",
        "       20:21  (6 messages)",
    ]


def test_a_long_chain_of_replies_is_wrapped() -> None:
    assert ImapRendering("THREAD", width=40).add(Threads(((*range(1, 14), (20,), (21,)),))) == [
        "1 → 2 → 3 → 4 → 5 → 6 → 7 → 8 → 9 → 10 →",
        "│  11 → 12 → 13",
        "├─ 20",
        "└─ 21",
        "(1 thread, 15 messages)",
    ]


def flags(number: int, *names: str) -> Fetched:
    return Fetched("FETCH", number, (FetchItem("UID", number + 1), FetchItem("FLAGS", names)))


def test_a_table_holds_back_a_hundred_rows_and_then_streams() -> None:
    rendering = ImapRendering("FETCH")
    for number in range(1, 100):
        assert rendering.add(flags(number, "\\Seen")) == []
    lines = rendering.add(flags(100))
    assert lines[0] == "     #     UID  FLAGS"
    assert lines[1] == "     1       2  \\Seen"
    assert lines[100] == "   100     101"
    assert rendering.add(flags(123456)) == ["123456  123457"]
    assert rendering.add(flags(1234567, "\\Seen")) == ["1234567  1234568  \\Seen"]
    assert rendering.add(Fetched("FETCH", 5, (FetchItem("FLAGS", ()),))) == ["5  FLAGS ()"]
    assert rendering.finish() == []


def test_a_row_is_cut_to_the_width() -> None:
    name = "a-rather-long-name-" * 4
    rendering = ImapRendering("LIST", width=60)
    assert rendering.add(MailboxListing("LIST", (), "/", "日本語" * 10, b"&" + name.encode() + b"-")) == []
    assert rendering.finish() == [
        "ATTRIBUTES  DELIMITER  MAILBOX          RAW NAME",
        '            "/"        日本語日本語日…  &a-rather-long-name…',
    ]


@pytest.mark.parametrize("width", [1, 40, 60, 80])
def test_on_a_narrow_terminal_a_row_takes_no_more_than_one_line(width: int) -> None:
    name = "folder/" * 30
    for data in (
        MailboxListing("LIST", ("\\HasNoChildren",), "/", name, name.encode()),
        MailboxStatus(name, name.encode(), {"MESSAGES": 123456}),
    ):
        rendering = ImapRendering("LIST", width=width)
        shown = rendering.add(data) + rendering.finish()
        least = len("\\HasNoChild…  DELIMITER  123456789012")
        assert max(map(len, shown)) <= max(width, least)
        assert shown[1].endswith("…")
        assert "123456" in shown[1] or "DELIMITER" in shown[0]


def test_what_a_program_reads_is_not_cut() -> None:
    name = "folder/" * 30
    rendering = ImapRendering("LIST", width=20, whole=True)
    shown = []
    for number in range(150):
        flags = ("\\HasNoChildren", "\\Marked") if number else ()
        shown += rendering.add(MailboxListing("LIST", flags, "/", name, name.encode()))
    shown += rendering.finish()
    assert all(line.endswith(f'\\HasNoChildren \\Marked  "/"        {name}') for line in shown[2:])
    assert shown[1].endswith(name)


def test_list_and_status_that_fill_the_table_go_on_side_by_side() -> None:
    rendering = ImapRendering("LIST")
    shown = []
    for number in range(150):
        shown += rendering.add(MailboxListing("LIST", (), "/", f"box{number}", f"box{number}".encode()))
        shown += rendering.add(MailboxStatus(f"box{number}", f"box{number}".encode(), {"MESSAGES": number}))
    assert rendering.finish() == []
    assert shown[0] == "ATTRIBUTES  DELIMITER  MAILBOX"
    assert shown[101] == "MESSAGES  MAILBOX"
    assert shown[-2:] == ['            "/"        box149', "box149  MESSAGES 149"]


def test_what_should_have_a_number_and_has_none() -> None:
    assert unsolicited(Count("EXISTS", None)) == "EXISTS without a number"
    assert unsolicited(Fetched("FETCH", None, (FetchItem("FLAGS", ()),))) == "message ?  FLAGS ()"


def test_news_is_one_line_of_bounded_length() -> None:
    line = unsolicited(Numbers("SORT", tuple(range(100_000, 0, -1))))
    assert len(line) == 1000
    assert line.endswith("…")


def test_one_long_name_does_not_widen_all_lines() -> None:
    name = "n" * 10_000
    pairs = "".join(f' "{number}" "x"' for number in range(1000))
    for line in (f'* ID ("{name}" "x"{pairs})', f"* ESEARCH {name} 1 ALL " + ",".join("1" * 300)):
        lines = render("X", line.encode() + b"\r\n", width=20)
        assert sum(map(len, lines)) < 100_000
    status = "".join(f"* STATUS a (X {name if number == 50 else number})\r\n" for number in range(100))
    assert sum(map(len, render("STATUS", status.encode()))) < 20_000


def test_a_tree_of_any_size_is_bounded() -> None:
    lines = ImapRendering("THREAD").add(Threads((tuple(((),) * 200_000),)))
    assert len(lines) < 100_010
    assert lines[-2:] == ["… the rest of the tree is left out", "(1 thread, 0 messages)"]
