"""What stands at the cursor, case by case."""

from __future__ import annotations

import pytest
from assist_support import EXAMPLES, PROTOCOLS, Protocol

from mailshell.assist.forms import FORMS, kind_in_words
from mailshell.assist.slots import MORE_KINDS, term_slots
from mailshell.protocol.catalogue import KINDS, Command
from mailshell.protocol.terms import KINDS as TERM_KINDS

IMAP, POP3 = PROTOCOLS["imap"], PROTOCOLS["pop3"]


@pytest.mark.parametrize(
    ("text", "kind", "word", "enclosing"),
    [
        ("", "command", "", ()),
        ("fe", "command", "fe", ()),
        ("UID fe", "command", "UID fe", ()),
        ("a1 UID fe", "command", "UID fe", ()),
        ("a1 ", "command", "", ()),
        ("FETCH 1:", "sequence-set", "1:", ("FETCH",)),
        ("FETCH 1 FL", "fetch-items", "FL", ("FETCH",)),
        ("FETCH 1 (FL", "fetch-item", "FL", ("FETCH",)),
        ("FETCH 1 BODY[HEADER.FIELDS (Fr", "header", "Fr", ("FETCH", "BODY[", "HEADER.FIELDS")),
        ("FETCH 1 (UID body.peek[1.2.HEADER.FIELDS.NOT (", "header", "", ("FETCH", "BODY.PEEK[", "HEADER.FIELDS.NOT")),
        ("FETCH 1 BODY[1.2.HEA", "section", "HEA", ("FETCH", "BODY[")),
        ("FETCH 1 BODY[1.2.", "section", "", ("FETCH", "BODY[")),
        ("FETCH 1 BODY[1", "section", "1", ("FETCH", "BODY[")),
        ("FETCH 1 BODY[]<0.", "partial", "0.", ("FETCH",)),
        ("FETCH 1 BINARY[1", "part", "1", ("FETCH", "BINARY[")),
        ("FETCH 1 FLAGS (CHANGEDSINCE 1", "number", "1", ("FETCH", "CHANGEDSINCE")),
        ("FETCH 1 (PREVIEW ", "fetch-item", "", ("FETCH",)),
        ("FETCH 1 FLAGS > le", "file", "le", ("FETCH",)),
        ("FETCH 1 FLAGS UID", "none", "UID", ("FETCH",)),
        ("STORE 1 +FL", "store-operation", "+FL", ("STORE",)),
        ("STORE 1 (UNCH", "store-modifier", "UNCH", ("STORE",)),
        ("STORE 1 FLAGS \\Se", "flags", "\\Se", ("STORE",)),
        ("STORE 1 FLAGS (\\Se", "flag", "\\Se", ("STORE",)),
        ("STORE 1 FLAGS \\Seen \\Dr", "flag", "\\Dr", ("STORE",)),
        ("SEARCH R", "search-keys", "R", ("SEARCH",)),
        ("SEARCH RETURN (M", "search-return", "M", ("SEARCH", "RETURN")),
        ("SEARCH CHARSET U", "charset", "U", ("SEARCH", "CHARSET")),
        ("SEARCH OR SEEN F", "search-key", "F", ("SEARCH", "OR")),
        ("SEARCH OR NOT HEADER Fr", "header", "Fr", ("SEARCH", "HEADER")),
        ("SEARCH (SEEN S", "search-key", "S", ("SEARCH",)),
        ("SORT (REVERSE D", "sort-key", "D", ("SORT", "REVERSE")),
        ("THREAD R", "thread-algorithm", "R", ("THREAD",)),
        ('LIST "" * RE', "keyword", "RE", ("LIST",)),
        ('LIST "" * RETURN (STATUS (M', "status-item", "M", ("LIST", "RETURN", "STATUS")),
        ("LIST (SUB", "list-selection", "SUB", ("LIST",)),
        ("STATUS INBOX (M", "status-item", "M", ("STATUS",)),
        ("SELECT INBOX (C", "select-parameter", "C", ("SELECT",)),
        ("CREATE x (USE (\\", "list-attribute", "\\", ("CREATE", "USE")),
        ("APPEND x (\\", "flag", "\\", ("APPEND",)),
        ("APPEND x UT", "append-data", "UT", ("APPEND",)),
        ("APPEND x @le", "file", "le", ("APPEND",)),
        ("APPEND x @crlf:le", "file", "le", ("APPEND",)),
        ("ENABLE COND", "capability", "COND", ("ENABLE",)),
        ("AUTHENTICATE SC", "sasl-mechanism", "SC", ("AUTHENTICATE",)),
        ("GETMETADATA (DEPTH 1) INBOX /pr", "metadata-entries", "/pr", ("GETMETADATA",)),
        ("SETQUOTA x (ST", "quota-resource", "ST", ("SETQUOTA",)),
        ("NOTIFY SET (sel", "notify-filter", "sel", ("NOTIFY", "SET")),
        ("NOTIFY SET (selected (Mess", "notify-event", "Mess", ("NOTIFY", "SET")),
        ("ESEARCH IN (sub", "notify-filter", "sub", ("ESEARCH", "IN")),
        ("NOOP ", "none", "", ("NOOP",)),
        ("FOO ba", "none", "", ("FOO",)),
        (".de", "local", ".de", ()),
        (".DEBUG ", "local-argument", "", (".debug",)),
        (".open imaps://x", "local-argument", "imaps://x", (".open",)),
    ],
)
def test_place(text: str, kind: str, word: str, enclosing: tuple[str, ...]) -> None:
    position = IMAP.locate(text)
    assert (position.kind, position.word, position.enclosing) == (kind, word, enclosing)


@pytest.mark.parametrize(
    ("text", "word", "quoted"),
    [
        ('SELECT "My ma', "My ma", True),
        ('SELECT "', "", True),
        ('SELECT "My mail"', '"My mail"', False),
        ("SELECT My", "My", False),
        ('APPEND x @"my le', "my le", True),
        ('FETCH 1 FLAGS > "my le', "my le", True),
        ('APPEND x "17-N', "17-N", True),
    ],
)
def test_quotes(text: str, word: str, quoted: bool) -> None:
    position = IMAP.locate(text)
    assert (position.word, position.quoted) == (word, quoted)
    assert text[position.start :] == word


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("STORE 1 +FLAGS (\\Seen \\Draft ", ("\\Seen", "\\Draft")),
        ("FETCH 1 (FLAGS BODY[TEXT] UI", ("FLAGS", "BODY[TEXT]")),
        ("ENABLE CONDSTORE ", ("CONDSTORE",)),
        ("SEARCH SEEN FROM smith ", ("SEEN", "FROM")),
        ('ID ("name" "x" ', ('"name"',)),
        ("LOGIN fred ", ()),
    ],
)
def test_what_has_been_given_already(text: str, given: tuple[str, ...]) -> None:
    assert IMAP.locate(text).given == given


def test_the_argument_of_the_catalogue() -> None:
    record = IMAP.catalogue["FETCH"]
    assert IMAP.locate("FETCH 1").argument == record.parsed[0]
    assert IMAP.locate("FETCH 1 BODY[HEADER.FIELDS (").argument == record.parsed[1]
    assert IMAP.locate("FETCH 1 FLAGS (").argument == record.parsed[2]
    assert IMAP.locate("FETCH 1 FLAGS (").record is record
    assert IMAP.locate("SEARCH SEEN SINCE ").argument == IMAP.catalogue["SEARCH"].parsed[-1]
    assert IMAP.locate("x7 FETCH ").tag == "x7"
    assert IMAP.locate("FETCH ").tag is None


def test_all_that_may_stand_in_a_place() -> None:
    expected = IMAP.locate("SEARCH ").expected
    assert [(one.name, one.kind, one.optional) for one in expected] == [
        ("RETURN", "keyword", True),
        ("CHARSET", "keyword", True),
        ("keys", "search-keys", False),
    ]
    assert not IMAP.locate('LIST "" % RETURN ').listed
    assert IMAP.locate('LIST "" % RETURN (').listed


@pytest.mark.parametrize("text", ['APPEND x "17-Nov-2024 ', 'APPEND x "1', 'APPEND x "'])
def test_a_date_is_told_from_the_data(text: str) -> None:
    assert IMAP.locate(text).kind == "date-time"


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("RETR 1", "message", "1"),
        ("PASS a > b", "secret", "a > b"),
        ("pass_ a b", "secret", "a b"),
        ("RETR 1 > b", "file", "b"),
        ("RETR 1 > ", "file", ""),
        ("RETR 1 > b ", "none", ""),
        ("XTND XL", "command", "XTND XL"),
        ("AUTH PL", "sasl-mechanism", "PL"),
        ("a1 RE", "none", ""),
    ],
)
def test_pop3(text: str, kind: str, word: str) -> None:
    position = POP3.locate(text)
    assert (position.kind, position.word) == (kind, word)


def test_a_redirection_within_quotes_or_brackets_is_none() -> None:
    assert IMAP.locate('SEARCH SUBJECT "a > b').kind == "string"
    assert IMAP.locate("SEARCH (SUBJECT > b").kind != "file"


def test_a_secret_is_not_shown() -> None:
    assert "hunter2" not in repr(IMAP.locate("LOGIN fred hunter2"))
    assert "hunter2" not in repr(POP3.locate("PASS hunter2"))


@pytest.mark.parametrize(("protocol", "record"), EXAMPLES, ids=lambda value: getattr(value, "name", ""))
def test_every_prefix_of_an_example_has_a_kind(protocol: Protocol, record: Command) -> None:
    name = len(record.name)
    for end in range(len(record.example) + 1):
        text = record.example[:end]
        position = protocol.locate(text)
        assert position.kind in {*KINDS, *TERM_KINDS, *MORE_KINDS}
        assert text[position.start :] == position.word
        if end <= name:
            assert position.kind == "command" or record.name.startswith(("SUBSCRIBE MAIL", "UNSUBSCRIBE MAIL"))
        elif text[name + 1 :].count(" ") < record.required:
            assert position.kind != "none", text


def test_every_kind_has_a_form_and_words() -> None:
    shown_by_name = set(TERM_KINDS) - set(KINDS)
    assert set(KINDS) <= set(FORMS)
    assert set(FORMS) <= {*KINDS, *TERM_KINDS, *MORE_KINDS}
    assert all(kind_in_words(kind) for kind in {*KINDS, *shown_by_name, *MORE_KINDS})


@pytest.mark.parametrize("text", ["", "(", ")", "[a", "a|", "|a", "...", "{a b", "a ... ...", "((a", "]})"])
def test_no_text_of_arguments_is_an_error(text: str) -> None:
    term_slots(text)


def test_the_arguments_of_all_terms_can_be_read() -> None:
    for protocol in PROTOCOLS.values():
        for term in protocol.terms.values():
            term_slots(term.arguments, term.name)
