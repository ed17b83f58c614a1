"""What the path of an IMAP URL names, and what it can't."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.transport.mail_url import EndpointError, MailTarget, read_target

#: The examples of RFC 2192 section 10, the same with PARTIAL (RFC 5092), and forms that people type.
GOOD: list[tuple[str, MailTarget]] = [
    ("gray-council;UIDVALIDITY=385759045/;UID=20", MailTarget("gray-council", 385759045, 20)),
    ("gray-council;UIDVALIDITY=5/;UID=20/;PARTIAL=0.1024", MailTarget("gray-council", 5, 20, None, (0, 1024))),
    ("users.*", MailTarget("users.*")),
    ("~peter/%E6%97%A5%E6%9C%AC%E8%AA%9E/%E5%8F%B0%E5%8C%97", MailTarget("~peter/日本語/台北")),
    ("gray-council/;UID=20/;SECTION=1.2", MailTarget("gray-council", None, 20, "1.2")),
    ("gray-council?SUBJECT%20shadows", MailTarget("gray-council", search="SUBJECT shadows")),
    ("INBOX?SUBJECT%20x;UIDVALIDITY=5", MailTarget("INBOX", 5, search="SUBJECT x")),
    ("INBOX;UIDVALIDITY=5?SUBJECT%20x", MailTarget("INBOX", 5, search="SUBJECT x")),
    ("INBOX;uidvalidity=5", MailTarget("INBOX", 5)),
    ("INBOX;UID=20", MailTarget("INBOX", None, 20)),
    ("INBOX;UID=20;SECTION=HEADER;PARTIAL=7", MailTarget("INBOX", None, 20, "HEADER", (7, None))),
    ("a/b/;UID=1/;SECTION=HEADER.FIELDS%20(DATE%20TO)", MailTarget("a/b", None, 1, "HEADER.FIELDS (DATE TO)")),
    ("a;UIDVALIDITY=1/;UID=4294967295", MailTarget("a", 1, 4294967295)),
    ("a%3Bb%3Fc%2Fd%25", MailTarget("a;b?c/d%")),
    ("a/", MailTarget("a/")),
    ("gr%C3%BCn", MailTarget("grün")),
    ("grün", MailTarget("grün")),
]  # fmt: skip


@pytest.mark.parametrize(("path", "target"), GOOD, ids=[row[0] for row in GOOD])
def test_what_a_path_names(path: str, target: MailTarget) -> None:
    assert read_target(path) == target


def test_no_path_names_nothing() -> None:
    assert read_target("") is None


BAD: list[tuple[str, str]] = [
    (";UID=20", "the URL names no mailbox"),
    ("/;UID=20", "the URL names no mailbox"),
    ("?ALL", "the URL names no mailbox"),
    ("INBOX?", "what to search for is missing after the ?"),
    ("INBOX;UID=20?ALL", "not both: leave one of them out"),
    ("INBOX;UID=0", ";UID= takes a number from 1 to 4,294,967,295"),
    ("INBOX;UID=4294967296", ";UID= takes a number"),
    ("INBOX;UID=1:5", ";UID= takes a number"),
    ("INBOX;UID=٣", ";UID= takes a number"),
    ("INBOX;UID=", ";UID= takes a number"),
    ("INBOX;UIDVALIDITY=x", ";UIDVALIDITY= takes a number"),
    ("INBOX;UID=1;UID=2", ";UID= stands twice"),
    ("INBOX;SECTION=1", ";SECTION= belongs to a message: write ;UID="),
    ("INBOX;PARTIAL=0.1", ";PARTIAL= belongs to a message"),
    ("INBOX;UID=1/;PARTIAL=0.0", ";PARTIAL= takes the first octet and how many"),
    ("INBOX;UID=1/;PARTIAL=.5", ";PARTIAL= takes"),
    ("INBOX;UID=1/;SECTION=1%5D%20X", ";SECTION= takes a section such as 1.2"),
    ("INBOX;UID=1/;SECTION=", ";SECTION= takes a section"),
    ("INBOX;UID=1/;SECTION=HEADER.FIELDS%20(@/etc/passwd)", ";SECTION= takes a section"),
    ("INBOX;TYPE=LIST", ";TYPE= can't be opened"),
    ("INBOX;UID=1;EXPIRE=2026-01-01T00:00:00Z;URLAUTH=anonymous", ";EXPIRE= can't be opened: URLFETCH"),
    ("a;b", "after a ; the URL goes on with one of ;UIDVALIDITY=, ;UID=, ;SECTION=, ;PARTIAL="),
    ("INBOX;UID", "after a ; the URL goes on with"),
    ("INBOX%0D%0Aa1%20DELETE%20x", "the mailbox name in the URL holds a control character"),
    ("INBOX?ALL%0D%0Aa1%20DELETE%20x", "the search in the URL holds a control character"),
    ("INBOX?SUBJECT%20%7B5%7D", "the search in the URL ends with a literal"),
    ("INBOX?SUBJECT%20x{5+}", "the search in the URL ends with a literal"),
    ('INBOX?SUBJECT%20"x', "a quote in the search of the URL is not closed"),
    ("%FF", "the mailbox name are not UTF-8"),
    ("INBOX?%FF", "the search are not UTF-8"),
    ("\udcff", "the mailbox name in the URL is not UTF-8"),
]


@pytest.mark.parametrize(("path", "sentence"), BAD, ids=[repr(row[0]) for row in BAD])
def test_what_a_path_can_not_name(path: str, sentence: str) -> None:
    with pytest.raises(EndpointError) as caught:
        read_target(path)
    message = str(caught.value)
    assert sentence in message
    assert message.isprintable()
    assert not message.endswith(".")


NAMES = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1)


#: Text without what the keys of a search can't hold.
KEYS = NAMES.filter(lambda text: '"' not in text and not text.endswith("}"))


@given(NAMES, st.none() | KEYS, st.none() | st.integers(1, 2**32 - 1))
def test_what_is_encoded_comes_back(mailbox: str, search: str | None, uidvalidity: int | None) -> None:
    path = quote(mailbox, safe="/")
    path += f";UIDVALIDITY={uidvalidity}" if uidvalidity is not None else ""
    path += f"?{quote(search, safe='')}" if search is not None else ""
    assert read_target(path) == MailTarget(mailbox, uidvalidity, search=search)


@given(st.text(max_size=60))
def test_any_text_is_a_target_or_an_error(path: str) -> None:
    for whole in (path, f"INBOX;{path}", f"INBOX;UID=1/;{path}", f"INBOX?{path}"):
        try:
            target = read_target(whole)
        except EndpointError as error:
            assert str(error).isprintable()  # noqa: PT017
        else:
            assert target is None or target.mailbox
