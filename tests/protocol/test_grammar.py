"""What responses say: the examples of the RFCs, and what servers make of the grammar."""

from __future__ import annotations

import pytest
from protocol_support import data, response, rules

from mailshell.protocol.imap.data import (
    Count,
    ExtendedSearch,
    MailboxListing,
    MailboxStatus,
    Namespaces,
    Numbers,
    Other,
    Pairs,
    StatusText,
    Threads,
    Vanished,
    Words,
)
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.values import Atom, plain


def listing(kind: str, attributes: tuple[str, ...], delimiter: str | None, name: str) -> MailboxListing:
    return MailboxListing(kind, attributes, delimiter, name, name.encode())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # RFC 9051 and RFC 3501
        (b"* CAPABILITY STARTTLS AUTH=GSSAPI IMAP4rev2", Words("CAPABILITY", ("STARTTLS", "AUTH=GSSAPI", "IMAP4rev2"))),
        (b"* ENABLED CONDSTORE QRESYNC", Words("ENABLED", ("CONDSTORE", "QRESYNC"))),
        (b"* ENABLED", Words("ENABLED", ())),
        (b"* FLAGS (\\Answered \\Seen $Work)", Words("FLAGS", ("\\Answered", "\\Seen", "$Work"))),
        (b"* FLAGS ()", Words("FLAGS", ())),
        (b"* 172 EXISTS", Count("EXISTS", 172)),
        (b"* 5 RECENT", Count("RECENT", 5)),
        (b"* 44 EXPUNGE", Count("EXPUNGE", 44)),
        (b'* LIST (\\Noselect) "/" foo', listing("LIST", ("\\Noselect",), "/", "foo")),
        (b'* LIST (\\Noselect) "/" ""', listing("LIST", ("\\Noselect",), "/", "")),
        (b"* LIST () NIL INBOX", listing("LIST", (), None, "INBOX")),
        (b'* LIST (\\Noselect) "." #news.', listing("LIST", ("\\Noselect",), ".", "#news.")),
        (b'* LIST () "\\\\" "a\\\\b"', listing("LIST", (), "\\", "a\\b")),
        (b'* LIST () "/" {5}\r\na "b"', listing("LIST", (), "/", 'a "b"')),
        (b'* LIST () "/" NIL', listing("LIST", (), "/", "NIL")),
        (b'* lsub () "." #news.comp.mail.misc', listing("LSUB", (), ".", "#news.comp.mail.misc")),
        (
            b'* XLIST (\\HasNoChildren \\Inbox) "/" INBOX',
            listing("XLIST", ("\\HasNoChildren", "\\Inbox"), "/", "INBOX"),
        ),
        (
            b'* LIST () "/" "~peter/mail/&U,BTFw-/&ZeVnLIqe-"',
            MailboxListing("LIST", (), "/", "~peter/mail/台北/日本語", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ),
        (
            b"* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)",
            MailboxStatus("blurdybloop", b"blurdybloop", {"MESSAGES": 231, "UIDNEXT": 44292}),
        ),
        (b'* STATUS "a b" ()', MailboxStatus("a b", b"a b", {})),
        (
            b"* STATUS INBOX (MAILBOXID (F2212ea87-6097) SIZE 9007199254740993)",
            MailboxStatus("INBOX", b"INBOX", {"MAILBOXID": ["F2212ea87-6097"], "SIZE": 9007199254740993}),
        ),
        (b"* SEARCH 2 84 882", Numbers("SEARCH", (2, 84, 882))),
        (b"* SEARCH", Numbers("SEARCH", ())),
        (b"* SORT 2 84 882", Numbers("SORT", (2, 84, 882))),
        (
            b"* SEARCH 2 5 6 7 11 12 18 19 20 23 (MODSEQ 917162500)",
            Numbers("SEARCH", (2, 5, 6, 7, 11, 12, 18, 19, 20, 23), 917162500),
        ),
        # RFC 4731, RFC 9051 section 7.3.4, RFC 5267, RFC 7377
        (
            b'* ESEARCH (TAG "A282") MIN 2 COUNT 3',
            ExtendedSearch("A282", False, {"MIN": 2, "COUNT": 3}),
        ),
        (b'* ESEARCH (TAG "A283") ALL 2,10:11', ExtendedSearch("A283", False, {"ALL": "2,10:11"})),
        (b'* ESEARCH (TAG "A284")', ExtendedSearch("A284", False, {})),
        (
            b'* ESEARCH (TAG "A285") UID MIN 7 MAX 3800 MODSEQ 12121230956',
            ExtendedSearch("A285", True, {"MIN": 7, "MAX": 3800, "MODSEQ": 12121230956}),
        ),
        (b"* ESEARCH COUNT 5", ExtendedSearch(None, False, {"COUNT": 5})),
        (b'* ESEARCH (TAG "C01") UID PARTIAL (1:10 NIL)', ExtendedSearch("C01", True, {"PARTIAL": ["1:10", None]})),
        (
            b'* ESEARCH (TAG "tag1" MAILBOX "folder1" UIDVALIDITY 1) UID ALL 4001,4003,4005,4007,4009',
            ExtendedSearch("tag1", True, {"ALL": "4001,4003,4005,4007,4009"}),
        ),
        # RFC 5256 section 4
        (b"* THREAD (2)(3 6 (4 23)(44 7 96))", Threads(((2,), (3, 6, (4, 23), (44, 7, 96))))),
        (b"* THREAD ((3)(5))", Threads((((3,), (5,)),))),
        (b"* THREAD", Threads(())),
        # RFC 7162
        (b"* VANISHED (EARLIER) 41,43:116,118,120:211,214:540", Vanished(True, "41,43:116,118,120:211,214:540")),
        (b"* VANISHED 405,407,410,425", Vanished(False, "405,407,410,425")),
        # RFC 2342, RFC 9051 section 7.3.3
        (b'* NAMESPACE (("" "/")) NIL NIL', Namespaces((("", "/"),), None, None)),
        (
            b'* NAMESPACE (("" "/")) (("~" "/")) (("#shared/" "/")("#public/" "/")("#ftp/" "/")("#news." "."))',
            Namespaces(
                (("", "/"),), (("~", "/"),), (("#shared/", "/"), ("#public/", "/"), ("#ftp/", "/"), ("#news.", "."))
            ),
        ),
        (
            b'* NAMESPACE (("" "/")("#mh/" "/" "X-PARAM" ("FLAG1" "FLAG2"))) NIL NIL',
            Namespaces((("", "/"), ("#mh/", "/")), None, None),
        ),
        # RFC 2971
        (b'* ID ("name" "Cyrus" "version" "1.5")', Pairs("ID", (), (("name", "Cyrus"), ("version", "1.5")))),
        (b"* ID NIL", Pairs("ID", (), ())),
        (b'* ID ("os" NIL)', Pairs("ID", (), (("os", None),))),
        # RFC 2087, RFC 9208
        (b'* QUOTA "" (STORAGE 10 512)', Pairs("QUOTA", ("",), (("STORAGE", [10, 512]),))),
        (
            b'* QUOTA "!partition/sda4" (STORAGE 104 10923847)',
            Pairs("QUOTA", ("!partition/sda4",), (("STORAGE", [104, 10923847]),)),
        ),
        (b'* QUOTA "" ()', Pairs("QUOTA", ("",), ())),
        (b'* QUOTAROOT INBOX ""', Pairs("QUOTAROOT", ("INBOX", ""), ())),
        (b"* QUOTAROOT comp.mail.mime", Pairs("QUOTAROOT", ("comp.mail.mime",), ())),
        # RFC 4314
        (
            b"* ACL INBOX Fred rwipsldexta David lrswida",
            Pairs("ACL", ("INBOX",), (("Fred", "rwipsldexta"), ("David", "lrswida"))),
        ),
        (b"* ACL INBOX", Pairs("ACL", ("INBOX",), ())),
        (
            b"* LISTRIGHTS ~/Mail/saved smith la r swicdkxte",
            Pairs("LISTRIGHTS", ("~/Mail/saved", "smith", "la", "r", "swicdkxte"), ()),
        ),
        (b"* MYRIGHTS INBOX rwiptsldaex", Pairs("MYRIGHTS", ("INBOX", "rwiptsldaex"), ())),
        # RFC 5464
        (
            b'* METADATA "INBOX" (/private/comment "My own comment")',
            Pairs("METADATA", ("INBOX",), (("/private/comment", "My own comment"),)),
        ),
        (
            b'* METADATA "" (/shared/comment {17}\r\nStored\r\nliterally)',
            Pairs("METADATA", ("",), (("/shared/comment", "Stored\r\nliterally"),)),
        ),
        (b'* METADATA "" /shared/comment', Pairs("METADATA", ("", "/shared/comment"), ())),
        (b'* METADATA "INBOX" /a /b', Pairs("METADATA", ("INBOX", "/a", "/b"), ())),
        (b"* METADATA INBOX (/private/comment NIL)", Pairs("METADATA", ("INBOX",), (("/private/comment", None),))),
        # RFC 5255
        (b"* LANGUAGE (EN DE IT i-default)", Words("LANGUAGE", ("EN", "DE", "IT", "i-default"))),
        (b"* COMPARATOR i;unicode-casemap", Words("COMPARATOR", ("i;unicode-casemap",))),
        # Status responses
        (b"* OK IMAP4rev2 server ready", StatusText("OK", "", (), b"IMAP4rev2 server ready")),
        (b"* BYE Autologout; idle for too long", StatusText("BYE", "", (), b"Autologout; idle for too long")),
        (b"* PREAUTH in", StatusText("PREAUTH", "", (), b"in")),
        (b"* OK [READ-ONLY] done", StatusText("OK", "READ-ONLY", (), b"done")),
        (b"A1 NO [TRYCREATE] no", StatusText("NO", "TRYCREATE", (), b"no")),
        (b"A1 OK [HIGHESTMODSEQ 5]", StatusText("OK", "HIGHESTMODSEQ", (Atom(b"5", 40),), b"")),
        (b"* OK a ] b [c]", StatusText("OK", "", (), b"a ] b [c]")),
        (b"* OK [ALERT] a ] b", StatusText("OK", "ALERT", (), b"a ] b")),
        (b"* BYE", StatusText("BYE", "", (), b"")),
        (b"+ idling", StatusText("+", "", (), b"idling")),
        (b"+ ", StatusText("+", "", (), b"")),
        (b"+", StatusText("+", "", (), b"")),
    ],
    ids=str,
)
def test_examples(line: bytes, expected: object) -> None:
    found = data(line + b"\r\n")
    if isinstance(expected, StatusText):
        assert isinstance(found, StatusText)
        assert [plain(value) for value in found.arguments] == [plain(value) for value in expected.arguments]
        found, expected = (found.status, found.code, found.text), (expected.status, expected.code, expected.text)
    assert found == expected


@pytest.mark.parametrize(
    ("line", "code", "arguments"),
    [
        (b"* OK [UIDVALIDITY 3857529045] UIDs valid", "UIDVALIDITY", [3857529045]),
        (b"* OK [PERMANENTFLAGS (\\Deleted \\Seen \\*)] Limited", "PERMANENTFLAGS", [["\\Deleted", "\\Seen", "\\*"]]),
        (b"A1 OK [APPENDUID 38505 3955] done", "APPENDUID", [38505, 3955]),
        (b"A1 OK [COPYUID 432432 42:69 1202:1229] done", "COPYUID", [432432, "42:69", "1202:1229"]),
        (b"A1 OK [COPYUID] done", "COPYUID", []),
        (b"A1 NO [BADCHARSET (US-ASCII UTF-8)] no", "BADCHARSET", [["US-ASCII", "UTF-8"]]),
        (b"A1 OK [MODIFIED 7,9] Conditional STORE failed", "MODIFIED", ["7,9"]),
        (b"A1 OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] in", "CAPABILITY", ["IMAP4rev1", "AUTH=PLAIN"]),
        (b"A1 NO [METADATA MAXSIZE 1024] no", "METADATA", ["MAXSIZE", 1024]),
        (b"A1 NO [REFERRAL imap://user@SERVER2/] elsewhere", "REFERRAL", ["imap://user@SERVER2/"]),
        (b"* OK [alert] lower", "ALERT", []),
        (b'* NO [Error="x y" AuthResult=0] z', 'ERROR="X', ["y"]),
    ],
)
def test_response_codes(line: bytes, code: str, arguments: list[object]) -> None:
    one = response(line + b"\r\n")
    found, _ = read_data(one)
    assert isinstance(found, StatusText)
    assert found.code == code == one.code_name
    if code.isalpha():
        assert [plain(value) for value in found.arguments] == arguments


def test_extended_listing() -> None:
    found = data(b'* LIST () "/" "foo" ("CHILDINFO" ("SUBSCRIBED"))\r\n')
    assert isinstance(found, MailboxListing)
    assert [plain(value) for value in found.extended] == [["CHILDINFO", ["SUBSCRIBED"]]]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        (b"* X-UNKNOWN (a {2}\r\n)\r NIL) 5", [["a", ")\r", None], 5]),
        (b'* GENURLAUTH "imap://x/;urlauth=a:internal:00"', ["imap://x/;urlauth=a:internal:00"]),
        (b"* 3 WHATEVER x", ["x"]),
        (b"* SEARCHRES", []),
    ],
)
def test_responses_without_a_form_of_their_own(line: bytes, values: list[object]) -> None:
    found = data(line + b"\r\n")
    assert isinstance(found, Other)
    assert [plain(value) for value in found.values] == values


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (b"*  22279 EXISTS x", "count-rest"),
        (b"* EXISTS", "count-number"),
        (b"* STATUS INBOX (MESSAGES  3)", "spaces"),
        (b"* STATUS INBOX (MESSAGES)", "status-pairs"),
        (b"* STATUS Sent Items (MESSAGES 1)", "status-form"),
        (b"* STATUS", "status-form"),
        (b"* STATUS INBOX", "status-form"),
        (b"* CAPABILITY (a", "unbalanced"),
        (b'* CAPABILITY "a"', "word"),
        (b"* SEARCH 1 -2", "search-number"),
        (b"* SEARCH 1_000", "search-number"),
        (b"* SEARCH +5", "search-number"),
        (b"* SEARCH 1 x", "search-number"),
        (b"* SEARCH " + b"9" * 5000, "search-number"),
        (b"* SEARCH 1 (MODSEQ -1)", "search-modseq"),
        (b"* SEARCH 1 (MODSEQ 5", "search-modseq"),
        (b'* LIST () "" x', "list-delimiter"),
        (b'* LIST \\Noselect "/" x', "list-attributes"),
        (b'* LIST () "/" a b', "list-rest"),
        (b"* LIST", "mailbox"),
        (b"* LIST () NIL (x)", "mailbox"),
        (b"* ESEARCH (MODSEQ 5) ALL 1", "esearch-correlator"),
        (b'* ESEARCH (TAG "a") (MODSEQ 5)', "esearch-pairs"),
        (b"* THREAD (1 x)", "thread-number"),
        (b"* THREAD (1", "unbalanced"),
        (b"* VANISHED", "vanished-set"),
        (b"* VANISHED 1 2", "vanished-set"),
        (b"* NAMESPACE NIL", "namespace-members"),
        (b'* ID ("name")', "pairs"),
        (b"* ACL INBOX fred", "pairs"),
        (b'* QUOTA "" (STORAGE 10)', "pairs"),
        (b"* METADATA x (/a)", "pairs"),
        (b"* OK [ALERT and no end", "response-code"),
        (b"* OK [UIDNEXT (5] x", "unbalanced"),
        (b"* OK [PERMANENTFLAGS (\\Seen OIB-Seen-[Google Mail]/x)] kept", "unbalanced"),
        (b'* LIST () "/" "open', "unreadable"),
        (b"* FETCH (UID 1)", "fetch-number"),
        (b"* 0 FETCH (UID 1)", "fetch-number"),
        (b"* 1 FETCH ()", "fetch-empty"),
        (b"* 1 FETCH", "fetch-list"),
        (b"* 1 FETCH UID 1", "fetch-list"),
    ],
)
def test_what_deviates_is_told_of(line: bytes, rule: str) -> None:
    assert rule in rules(line + b"\r\n")


def test_the_rest_of_a_deviating_response_is_read() -> None:
    found, _ = read_data(response(b"* STATUS Sent Items (MESSAGES 1)\r\n"))
    assert isinstance(found, MailboxStatus)
    assert found.items == {"MESSAGES": 1}
    numbers, _ = read_data(response(b"* SEARCH 1 x 3\r\n"))
    assert numbers == Numbers("SEARCH", (1, 3))


def test_deviations_stand_where_the_octets_are() -> None:
    line = b"A [B] x\r\n* OK [X  (] y\r\n"
    one = response(b"* OK [X  (] y\r\n")
    _, deviations = read_data(one)
    assert {(d.rule, d.start - one.offset, d.end - one.offset) for d in deviations} >= {("unbalanced", 9, 10)}
    assert line


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'* COMPARATOR "i;basic"\r\n', ("i;basic",)),
        (b'* COMPARATOR i;basic ("i;basic" "i;octet")\r\n', ("i;basic", "i;basic", "i;octet")),
        (b'* LANGUAGE (EN "DE")\r\n', ("EN", "DE")),
    ],
)
def test_words_in_quotes_are_legal_here(line: bytes, words: tuple[str, ...]) -> None:
    """RFC 5255 sections 3.3 and 4.8."""
    read, found = read_data(response(line))
    assert isinstance(read, Words)
    assert (read.words, found) == (words, ())
