"""The checks before sending: each caution comes where it must, and not on the nearest good line."""

from __future__ import annotations

import pytest
from assist_support import EXAMPLES, PROTOCOLS, Protocol

from mailshell.assist.capabilities import ALSO, IN_REV2, announced
from mailshell.assist.checks_syntax import is_set
from mailshell.assist.situation import FAILS, HURTS, SEVERITIES, Situation
from mailshell.protocol.catalogue import Command

REV1 = ("IMAP4REV1",)
N, A, S = (Situation("imap", phase) for phase in "NAS")
PLUS = Situation("imap", "A", ("IMAP4REV1", "LITERAL+", "BINARY"))
MINUS = Situation("imap", "A", ("IMAP4REV1", "LITERAL-"))
LIMITED = Situation("imap", "A", ("IMAP4REV1", "APPENDLIMIT=1000"))
DELETED = Situation("imap", "S", deleted=2)
READ_ONLY = Situation("imap", "S", deleted=2, read_only=True)
REV2 = Situation("imap", capabilities=("IMAP4REV2",))
MARKED = Situation("pop3", "T", deleted=1)
POP3 = Situation("pop3", "T")


def known(*capabilities: str, phase: str = "") -> Situation:
    return Situation("imap", phase, (*REV1, *capabilities))


#: Identifier, a line that earns it and in which situation, the nearest line that does not.
CASES = [
    ("unknown-command", "FETSCH 1 FLAGS", S, "FETCH 1 FLAGS", S),
    ("unknown-command", "UID FETSCH 1 FLAGS", S, "a1 UID FETCH 1 FLAGS", S),
    ("unknown-command", "RETRIEVE 1", POP3, "retr 1", POP3),
    ("unclosed-quote", 'LOGIN fred "my pass', N, 'LOGIN fred "my pass"', N),
    ("unclosed-quote", r'LOGIN fred "my\"', N, r'LOGIN fred "my\\"', N),
    ("unbalanced-parentheses", "FETCH 1 (FLAGS", S, "FETCH 1 (FLAGS)", S),
    ("unbalanced-parentheses", "FETCH 1 FLAGS)", S, "FETCH 1 FLAGS", S),
    ("unbalanced-parentheses", "FETCH 1 BODY[HEADER.FIELDS (TO]", S, "FETCH 1 BODY[HEADER.FIELDS (TO)]", S),
    ("unbalanced-parentheses", "FETCH 1 BODY[TEXT", S, "FETCH 1 BODY[TEXT]", S),
    ("unbalanced-parentheses", "APPEND x CATENATE (TEXT {}", A, "APPEND x CATENATE (TEXT {5}", A),
    ("malformed-redirection", "FETCH 1 FLAGS > two words", S, 'FETCH 1 FLAGS > "two words"', S),
    ("malformed-redirection", "FETCH 1 BODY[] >two words", S, "FETCH 1 BODY[] >two", S),
    ("malformed-redirection", "FETCH 1 BODY[]<0.5> >", S, "FETCH 1 BODY[]<0.5>", S),
    ("malformed-redirection", "RETR 1 >> file", POP3, "RETR 1 > file", POP3),
    ("malformed-redirection", "RETR 1 > two words", POP3, "PASS a > b c", Situation("pop3", "A")),
    ("malformed-redirection", "NOOP >", S, "LOGIN ana > b c", N),
    ("malformed-pipe", "FETCH 1 FLAGS|wc", S, "FETCH 1 FLAGS", S),
    ("malformed-pipe", "FETCH 1 ENVELOPE |wc -l", S, 'SEARCH TEXT "a|b"', S),
    ("malformed-pipe", "RETR 1|less", POP3, "PASS a|b", Situation("pop3", "A")),
    ("search-without-charset", 'SEARCH SUBJECT "größer"', S, 'SEARCH CHARSET UTF-8 SUBJECT "größer"', S),
    ("search-without-charset", "UID SEARCH TEXT ü", S, 'SEARCH SUBJECT "x"', S),
    ("search-without-charset", "SEARCH FROM ü", S, "SEARCH FROM ü", Situation("imap", "S", utf8=True)),
    ("missing-argument", "FETCH 1", S, "FETCH 1 FLAGS", S),
    ("missing-argument", "SEARCH SINCE", S, "SEARCH SINCE 1-Feb-2024", S),
    ("missing-argument", "SEARCH OR SEEN", S, "SEARCH OR SEEN NEW", S),
    ("missing-argument", "SEARCH HEADER Subject", S, "SEARCH HEADER {3}", S),
    ("missing-argument", "LOGIN fred", N, "LOGIN {4}", N),
    ("missing-argument", "STORE", S, "STORE 1 FLAGS ()", S),
    ("missing-argument", 'LIST "" * RETURN', A, 'LIST "" *', A),
    ("missing-argument", "RETR", POP3, "LIST", POP3),
    ("missing-argument", "RETR > f", POP3, "RETR 1 > f", POP3),
    ("too-many-arguments", "NOOP now", S, "NOOP", S),
    ("too-many-arguments", "IDLE .", S, "IDLE 1.5", S),
    ("too-many-arguments", "FETCH 1 FLAGS UID", S, "FETCH 1 (FLAGS UID)", S),
    ("too-many-arguments", "LOGIN fred my pass", N, 'LOGIN fred "my pass"', N),
    ("too-many-arguments", "RETR 1 2", POP3, "RETR 1", POP3),
    ("too-many-arguments", "TOP 1 0 0", POP3, "TOP 1 0", POP3),
    ("too-many-arguments", "LIST 1 2", POP3, "USER fred bloggs", Situation("pop3", "A")),
    ("bad-sequence-set", "FETCH 1,,2 FLAGS", S, "FETCH 1,2 FLAGS", S),
    ("bad-sequence-set", "FETCH 0 FLAGS", S, "FETCH 10 FLAGS", S),
    ("bad-sequence-set", "FETCH 1: FLAGS", S, "FETCH 1:* FLAGS", S),
    ("bad-sequence-set", "UID FETCH 1-5 FLAGS", S, "UID FETCH $ FLAGS", S),
    ("bad-sequence-set", "COPY 4294967296 x", S, "COPY 4294967295 x", S),
    ("bad-sequence-set", "FETCH (FLAGS)", S, "FETCH {3}", S),
    ("bad-sequence-set", 'FETCH "1" FLAGS', S, "FETCH 1 FLAGS", S),
    ("bad-sequence-set", "SEARCH 1,,2", S, "SEARCH TEXT 1,,2", S),
    ("bad-sequence-set", "SEARCH UID 0", S, "SEARCH UID 1", S),
    ("bad-number", "RETR 0", POP3, "RETR 1", POP3),
    ("bad-number", "TOP 1 x", POP3, "TOP 1 0", POP3),
    ("bad-number", "REPLACE x Drafts {3}", S, "REPLACE 4 Drafts {3}", S),
    ("store-without-operation", r"STORE 1 (\Seen)", S, r"STORE 1 +FLAGS (\Seen)", S),
    ("store-without-operation", r"STORE 1 \Seen", S, r"STORE 1 FLAGS \Seen", S),
    ("store-without-operation", "UID STORE 1", S, r"UID STORE 1 -FLAGS.SILENT (\Seen)", S),
    ("store-without-flags", "STORE 1 +FLAGS", S, "STORE 1 +FLAGS ()", S),
    ("store-without-flags", "STORE 1 (UNCHANGEDSINCE 5) FLAGS", S, "STORE 1 (UNCHANGEDSINCE 5) FLAGS (x)", S),
    ("literal8-without-binary", "APPEND x ~{5}", MINUS, "APPEND x ~{5}", PLUS),
    ("literal8-without-binary", "APPEND x ~{5}", known("IMAP4REV2"), "APPEND x ~{5}", A),
    ("literal8-without-binary", "APPEND x UTF8 (~{5}", PLUS, "APPEND x UTF8 (~{5}", known("UTF8=ONLY")),
    ("literal-does-not-wait", "APPEND x {5+}", known(), "APPEND x {5}", known()),
    ("literal-does-not-wait", "APPEND x {5+}", known("LITERAL"), "APPEND x {5+}", known("IMAP4REV2")),
    ("literal-too-large", "APPEND x {4097+}", MINUS, "APPEND x {4096+}", MINUS),
    ("literal-too-large", "APPEND x {5000+}", known("IMAP4REV2"), "APPEND x {5000+}", PLUS),
    ("literal-over-limit", "APPEND x {1001}", LIMITED, "APPEND x {1000}", LIMITED),
    ("literal-over-limit", "APPEND x {11}", Situation("imap", appendlimit=10), "LOGIN {11}", LIMITED),
    ("wrong-state", "FETCH 1 FLAGS", A, "FETCH 1 FLAGS", S),
    ("wrong-state", "LOGIN fred x", A, "LOGIN fred x", N),
    ("wrong-state", "SELECT INBOX", N, "SELECT INBOX", A),
    ("wrong-state", "ENABLE CONDSTORE", S, "ENABLE CONDSTORE", A),
    ("wrong-state", "RETR 1", Situation("pop3", "A"), "RETR 1", Situation("pop3")),
    ("missing-capability", "MOVE 1 x", known(), "MOVE 1 x", known("MOVE")),
    ("missing-capability", "MOVE 1 x", known("MOVES"), "MOVE 1 x", known("IMAP4REV2")),
    ("missing-capability", "THREAD REFS UTF-8 ALL", known(), "THREAD REFS UTF-8 ALL", known("THREAD=REFS")),
    ("missing-capability", "GETQUOTAROOT x", known(), "GETQUOTAROOT x", known("QUOTA=RES-STORAGE")),
    ("missing-capability", "SETMETADATA x (/a NIL)", known(), "SETMETADATA x (/a NIL)", known("METADATA-SERVER")),
    ("missing-capability", "AUTHENTICATE PLAIN", known(), "AUTHENTICATE plain", known("AUTH=PLAIN")),
    ("missing-capability", "AUTHENTICATE PLAIN =", known("AUTH=PLAIN"), "AUTHENTICATE PLAIN =", N),
    ("missing-capability", "TOP 1 0", Situation("pop3", "T", ("UIDL",)), "TOP 1 0", Situation("pop3", "T", ("TOP",))),
    (
        "missing-capability",
        "AUTH PLAIN",
        Situation("pop3", "A", ("SASL LOGIN",)),
        "AUTH PLAIN",
        Situation("pop3", "A", ("SASL LOGIN PLAIN",)),
    ),
    ("not-in-rev2", "CHECK", REV2, "CHECK", known("IMAP4REV2")),
    ("not-in-rev2", 'LSUB "" *', REV2, 'LIST "" *', REV2),
    ("login-disabled", "LOGIN fred x", known("LOGINDISABLED"), "LOGIN fred x", known()),
    ("read-only-mailbox", "EXPUNGE", READ_ONLY, "EXPUNGE", DELETED),
    ("read-only-mailbox", "STORE 1 FLAGS ()", READ_ONLY, "FETCH 1 FLAGS", READ_ONLY),
    ("delete-inbox", 'DELETE "inbox"', A, "DELETE INBOX/Old", A),
    ("expunge", "EXPUNGE", S, "EXPUNGE", READ_ONLY),
    ("expunge", "UID EXPUNGE 1:5", DELETED, "UID FETCH 1:5 FLAGS", DELETED),
    ("expunge", "EXPUNGE", DELETED, "EXPUNGE", A),
    ("close-expunges", "CLOSE", DELETED, "CLOSE", S),
    ("close-expunges", "CLOSE", DELETED, "CLOSE", READ_ONLY),
    ("close-expunges", "CLOSE", DELETED, "UNSELECT", DELETED),
    ("delete-mailbox", "DELETE Old", A, "DELETE INBOX", A),
    ("delete-mailbox", "LOCALDELETE user.fred", A, "DELETE", A),
    ("quit-deletes", "QUIT", MARKED, "QUIT", POP3),
    ("quit-deletes", "QUIT", MARKED, "RSET", MARKED),
]  # fmt: skip


@pytest.mark.parametrize(("name", "bad", "where", "good", "elsewhere"), CASES)
def test_caution(name: str, bad: str, where: Situation, good: str, elsewhere: Situation) -> None:
    assert name in {caution.id for caution in PROTOCOLS[where.protocol].check(bad, where)}
    assert name not in {caution.id for caution in PROTOCOLS[elsewhere.protocol].check(good, elsewhere)}


def test_every_caution_has_a_case() -> None:
    assert {name for name, *_ in CASES} == set(SEVERITIES)
    assert set(SEVERITIES.values()) == {FAILS, HURTS}


@pytest.mark.parametrize(("name", "bad", "where", "good", "elsewhere"), CASES)
def test_a_caution_is_one_sentence(name: str, bad: str, where: Situation, good: str, elsewhere: Situation) -> None:
    for caution in PROTOCOLS[where.protocol].check(bad, where):
        assert caution.severity in (FAILS, HURTS)
        assert 10 < len(caution.text) < 120
        assert "\n" not in caution.text
        assert not caution.text.endswith(".")


@pytest.mark.parametrize(("protocol", "record"), EXAMPLES, ids=lambda value: getattr(value, "name", ""))
def test_no_example_is_sure_to_fail(protocol: Protocol, record: Command) -> None:
    for situation in (Situation(protocol.name), Situation(protocol.name, record.states[-1])):
        for line in (record.example, record.example.lower(), f"{record.example} "):
            assert [caution for caution in protocol.check(line, situation) if caution.severity == FAILS] == []


@pytest.mark.parametrize("line", ["", "   ", ".help FETCH", " .quit ("])
def test_nothing_is_said_of_what_is_no_command(line: str) -> None:
    assert PROTOCOLS["imap"].check(line) == []


def test_of_a_very_long_line_only_the_name_is_read() -> None:
    line = "FETCH " + "1,," * 100_000
    assert [caution.id for caution in PROTOCOLS["imap"].check(line, A)] == ["wrong-state"]


def test_a_secret_is_never_in_a_caution() -> None:
    for line in (
        "LOGIN fred hunter2 more",
        "LOGIN fred (hunter2",
        'LOGIN fred "hunter2',
        "AUTHENTICATE PLAIN hunter2 x",
    ):
        for caution in PROTOCOLS["imap"].check(line, Situation("imap", "S", REV1)):
            assert "hunter2" not in caution.text
    assert PROTOCOLS["pop3"].check("PASS hunter2 (more > x", Situation("pop3", "A")) == []


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("RETR 1 > two words", '"> two words" is sent too; a file with blanks needs quotes'),
        ("RETR 1 >two words", '">two words" is sent too; a file with blanks needs quotes'),
        ("RETR 1 >", '">" is sent too; the name of a file has to follow'),
        ("RETR 1 >> x", '">> x" is sent too; > FILE writes a file anew, and nothing appends to one'),
        ("RETR 1 > " + "x " * 99, f'"> {"x " * 19}…" is sent too; a file with blanks needs quotes'),
    ],
)
def test_what_nearly_is_a_redirection(line: str, text: str) -> None:
    assert text in [caution.text for caution in PROTOCOLS["pop3"].check(line, POP3)]


@pytest.mark.parametrize(
    ("protocol", "line", "meant"),
    [
        ("imap", "SELCT INBOX", "SELECT"),
        ("imap", "a1 selct INBOX", "SELECT"),
        ("imap", "UID FETHC 1 FLAGS", "UID FETCH"),
        ("imap", "LOGOFF", ""),
        ("imap", "XYZZY 1", ""),
        ("imap", "X" * 100_000, ""),
        ("pop3", "RETRV 1", "RETR"),
        ("pop3", "SELECT INBOX", ""),
    ],
)
def test_what_an_unknown_command_was_meant_for(protocol: str, line: str, meant: str) -> None:
    (text,) = [one.text for one in PROTOCOLS[protocol].check(line) if one.id == "unknown-command"]
    assert (f"(did you mean {meant}?)" in text) if meant else ("did you mean" not in text)
    assert text.endswith("; it is sent as it is")


def test_what_is_known_is_counted() -> None:
    (caution,) = PROTOCOLS["imap"].check("CLOSE", DELETED)
    assert "2 messages are known to be" in caution.text
    (caution,) = PROTOCOLS["pop3"].check("QUIT", MARKED)
    assert "1 message " in caution.text


@pytest.mark.parametrize("wanted", sorted({*IN_REV2, *ALSO}))
def test_other_names_of_a_capability(wanted: str) -> None:
    assert announced(wanted, ["IMAP4rev2"]) == (wanted in IN_REV2)
    assert all(announced(wanted, [f"{other}x" if other.endswith("=") else other]) for other in ALSO.get(wanted, ()))
    assert announced(wanted, [wanted.lower()])
    assert not announced(wanted, [f"{wanted}x"])


@pytest.mark.parametrize(
    ("text", "good"), [("1", True), ("*:4,5:7", True), ("$", True), ("1:2:3", False), ("01", False)]
)
def test_sets(text: str, good: bool) -> None:
    assert is_set(text) is good
