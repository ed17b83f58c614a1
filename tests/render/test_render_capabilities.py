"""The capabilities by group, and what changed between two announcements."""

from __future__ import annotations

from unicodedata import category

from hypothesis import given
from hypothesis import strategies as st

from mailshell.protocol.announcement import AFTER_LOGIN, IN_THE_CLEAR, UNDER_TLS, Announcement
from mailshell.protocol.imap.terms import TERMS as IMAP
from mailshell.protocol.pop3.terms import TERMS as POP3
from mailshell.render.capabilities import capability_lines


def test_by_group_with_a_line_and_a_source() -> None:
    lines = list(
        capability_lines(
            [Announcement(("SORT", "IMAP4rev1", "X-NEW", "AUTH=PLAIN"), "greeting", UNDER_TLS)], IMAP, None
        )
    )
    assert lines[0] == "4 capabilities, announced under TLS by the greeting"
    assert [line for line in lines if line.endswith(":")] == [
        "protocol:", "login and TLS:", "search and sort:", "not in mailshell's tables:",
    ]  # fmt: skip
    sort = next(line for line in lines if line.startswith("  SORT"))
    assert sort.endswith("(RFC 5256 3)")
    assert lines[-1] == "  X-NEW"


def test_what_tls_and_login_changed() -> None:
    lines = list(
        capability_lines(
            [
                Announcement(("IMAP4rev1", "STARTTLS", "LOGINDISABLED"), "greeting", IN_THE_CLEAR),
                Announcement(("IMAP4rev1", "AUTH=PLAIN"), "CAPABILITY", UNDER_TLS),
                Announcement(("IMAP4rev1", "IDLE"), "response code", AFTER_LOGIN),
            ],
            IMAP,
            None,
        )
    )
    assert lines[0] == "2 capabilities, announced after login by a response code"
    assert lines[-4:] == [
        "since TLS, new: AUTH=PLAIN",
        "since TLS, gone: STARTTLS LOGINDISABLED",
        "since login, new: IDLE",
        "since login, gone: AUTH=PLAIN",
    ]


def test_nothing_new() -> None:
    same = [Announcement(("TOP",), "CAPA", IN_THE_CLEAR), Announcement(("top",), "CAPA", AFTER_LOGIN)]
    assert list(capability_lines(same, POP3, None))[-1] == "since login: nothing new"


def test_pop3_lines_have_parameters() -> None:
    lines = list(capability_lines([Announcement(("SASL PLAIN LOGIN", "UIDL"), "CAPA", AFTER_LOGIN)], POP3, None))
    assert any(line.startswith("  SASL PLAIN LOGIN  AUTH logs in") for line in lines)


@given(names=st.lists(st.text(max_size=300), max_size=20), width=st.integers(20, 200))
def test_any_names_at_all(names: list[str], width: int) -> None:
    for line in capability_lines([Announcement(tuple(names), "x", "y"), Announcement((), "x", "z")], IMAP, width):
        assert not any(category(character).startswith("C") for character in line)
        assert len(line) <= width or line.endswith(":") or "announced" in line or line.startswith("since")
