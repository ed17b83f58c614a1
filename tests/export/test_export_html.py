"""The page: well-formed, sufficient in itself, explained and folded, and nothing of the server's in its markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from export_support import IMAP, POP3, Step, exported, record
from pygments.style import Style

from mailshell.export.html import MOST_LINES
from mailshell.highlight.themes import DarkStyle, LightStyle

_VOID = {"meta"}
_KNOWN = {
    "html", "head", "title", "style", "body", "h1", "h2", "dl", "dt", "dd", "div", "span", "details", "summary", "p",
    "meta",
}  # fmt: skip


class Page(HTMLParser):
    """Reads a page; fails if a tag is not closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.titles: list[str] = []
        self.details: list[bool] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        names = dict(attrs)
        self.titles += filter(None, [names.get("title")])
        if tag == "details":
            self.details.append("open" in names)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def test_a_page_holds_the_session_and_needs_nothing_else(tmp_path: Path) -> None:
    for protocol, steps in (("imap", IMAP), ("pop3", POP3)):
        text = exported(record(tmp_path / f"{protocol}.mwire", steps, protocol), "html")
        page = Page(text)
        assert set(page.tags) <= _KNOWN
        assert {name for name, _ in page.attributes} <= {
            "class", "title", "open", "lang", "charset", "name", "content", "http-equiv",
        }  # fmt: skip
        assert not re.search(r"url\(|@import|<script|<link|https?://", text)
        policy = next(value for name, value in page.attributes if name == "content")
        assert policy is not None
        assert policy.startswith("default-src 'none';")
        for kind, value in steps:
            for line in value.decode().split("\r\n") if kind in "CS" else []:
                assert line in page.text


def test_lines_are_explained(tmp_path: Path) -> None:
    page = Page(exported(record(tmp_path / "a.mwire", IMAP), "html"))
    explained = "\n".join(page.titles)
    for words in ("SELECT: open a mailbox", "ends LOGIN", "UID 17", "the mailbox holds 3 messages", "a deviation from"):
        assert words in explained
    page = Page(exported(record(tmp_path / "b.mwire", POP3, "pop3"), "html"))
    assert any("message 2 has 200 octets" in title for title in page.titles), page.titles


def test_the_explanation_stands_at_its_line(tmp_path: Path) -> None:
    text = exported(record(tmp_path / "a.mwire", IMAP), "html")
    row = next(line for line in text.split('<div class="row')[1:] if "EXISTS" in line)
    assert "holds 3 messages" in row.partition(">")[0]


def test_contents_fold(tmp_path: Path) -> None:
    path = record(tmp_path / "a.mwire", POP3, "pop3")
    assert Page(exported(path, "html", 20)).details == [True, True]
    assert Page(exported(path, "html", 2)).details == [True, False]
    assert Page(exported(path, "html", None)).details == [True, True]


def test_very_long_contents_are_cut_with_a_count(tmp_path: Path) -> None:
    body = b"line\r\n" * (MOST_LINES + 5)
    steps: list[Step] = [
        ("S", b"+OK\r\n"),
        ("C", b"RETR 1\r\n"),
        ("S", b"+OK\r\n" + body + b".\r\n"),
    ]
    path = record(tmp_path / "a.mwire", steps, "pop3")
    page = Page(exported(path, "html"))
    assert page.details == [False]
    assert "… 5 more of 1,005 lines, 30 more of 6,030 octets" in page.text
    assert page.text.count("line\n") == MOST_LINES
    assert Page(exported(path, "html", None)).text.count("line\n") == MOST_LINES + 5


def test_a_literal_without_a_line_end_has_its_size(tmp_path: Path) -> None:
    steps: list[Step] = [
        ("S", b"* PREAUTH\r\n"),
        ("C", b"1 FETCH 1 BODY[1]\r\n"),
        ("S", b"* 1 FETCH (BODY[1] {5}\r\nhello)\r\n1 OK\r\n"),
    ]
    assert "1 line, 5 octets" in exported(record(tmp_path / "a.mwire", steps), "html")


@pytest.mark.parametrize("to", ["html", "json", "python", "markdown"])
def test_what_does_not_fit_into_memory_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    path = record(tmp_path / "a.mwire", IMAP)
    whole = exported(path, to)
    monkeypatch.setattr("mailshell.export.spool._MOST", 10)
    assert exported(path, to) == whole
    monkeypatch.setattr("mailshell.export.html._MOST_HELD", 1)
    # What a row means may be told too late, but no row is lost.
    assert re.sub(' title="[^"]*"', "", exported(path, to)) == re.sub(' title="[^"]*"', "", whole)


HOSTILE = b"<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&lt;\x1b[31m\xff\x00</div></details>"


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_hostile_octets_stay_text(tmp_path: Path, protocol: str) -> None:
    if protocol == "imap":
        steps: list[Step] = [
            ("S", b"* OK " + HOSTILE + b"\r\n"),
            ("C", b"a1 SELECT " + HOSTILE + b"\r\n"),
            ("S", b'* LIST () "/" "' + HOSTILE.replace(b'"', b"") + b'"\r\n* 1 FETCH (BODY[] {%d}\r\n' % len(HOSTILE)),
            ("S", HOSTILE + b")\r\n" + HOSTILE + b"\r\na1 OK " + HOSTILE + b"\r\n"),
        ]
    else:
        steps = [
            ("S", b"+OK " + HOSTILE + b"\r\n"),
            ("C", b"LIST\r\n"),
            ("S", b"+OK\r\n" + HOSTILE + b"\r\n.\r\n" + HOSTILE + b"\r\n"),
        ]
    steps += [
        ("note", {"text": HOSTILE.decode("latin-1")}),
        ("end", {"by": "server", "how": HOSTILE.decode("latin-1")}),
    ]
    names = {name: HOSTILE.decode("latin-1") for name in ("title", "host", "tool", "state", "lossy")}
    text = exported(record(tmp_path / "a.mwire", steps, protocol, **names), "html")
    page = Page(text)
    assert set(page.tags) <= _KNOWN
    assert not {name for name, _ in page.attributes if name.startswith("on") or name in ("src", "href", "style")}
    assert "<script>alert(1)</script>" in page.text


@pytest.mark.parametrize("style", [LightStyle, DarkStyle])
def test_both_backgrounds_have_their_colours(tmp_path: Path, style: type[Style]) -> None:
    text = exported(record(tmp_path / "a.mwire", IMAP), "html")
    light, _, dark = text.partition("@media (prefers-color-scheme: dark)")
    used = dark if style is DarkStyle else light
    assert style.background_color in used
    colour = style.styles[next(iter(style.styles))]
    assert str(colour).lower() in used.lower()
