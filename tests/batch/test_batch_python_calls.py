"""Lines as they stand in scripts that use imaplib or poplib: ``M.login("ana", "secret")``."""

from __future__ import annotations

import pytest
from batch_support import PLAIN_IMAP, POP3, PREAUTH, Serve, inside, lines

from mailshell.exits import UsageError
from mailshell.interpreter.masking import mask_line
from mailshell.interpreter.python_api import IMAP as IMAP_FUNCTIONS
from mailshell.interpreter.python_api import POP3 as POP3_FUNCTIONS
from mailshell.interpreter.python_call import as_typed
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3_COMMANDS

CALLS = [
    ('M.login("ana", "pw")', 'login "ana" "pw"'),
    ("login('ana','a \"b\\\\')", r'login "ana" "a \"b\\"'),
    ("self.imap.noop()", "noop"),
    ("M.select()", "select INBOX"),
    ("M.select('INBOX')", "select INBOX"),
    ("M.select('INBOX', False)", "select INBOX"),
    ("M.search(None, 'UNSEEN')", "search UNSEEN"),
    ("M.search('UTF-8', 'SUBJECT', '\"x\"')", 'search CHARSET UTF-8 SUBJECT "x"'),
    ("M.fetch(b'1:*', '(FLAGS)')", "fetch 1:* (FLAGS)"),
    ("M.fetch(1, '(FLAGS)')", "fetch 1 (FLAGS)"),
    (r"M.store('1', '+FLAGS', '\Deleted')", r"store 1 +FLAGS (\Deleted)"),
    (r"M.store('1', '+FLAGS', '(\\Deleted)')", r"store 1 +FLAGS (\Deleted)"),
    ("M.uid('search', None, 'ALL')", "uid search ALL"),
    ("M.list()", 'list "" *'),
    ("M.lsub('\"\"')", 'lsub "" *'),
    ("M.sort('DATE', 'UTF-8', 'ALL')", "sort (DATE) UTF-8 ALL"),
    ("M.create('@home')", 'create "@home"'),
    ("M.xatom('ID', 'NIL')", "xatom ID NIL"),
    ("M.send(b'a1 NOOP\\r\\n')", r"send b'a1 NOOP\r\n'"),
    ("Internaldate2tuple(b'x')", "Internaldate2tuple b'x'"),
    ("response('EXISTS')", "response EXISTS"),
    ("M.login_cram_md5('ana', 'pw')", 'login_cram_md5 ana "pw"'),
]
POP3_CALLS = [
    ("m.user('x')", "user x"),
    ("m.pass_('a > b')", "pass_ a > b"),
    ("m.retr(1)", "retr 1"),
    ("m.top(1, 0)", "top 1 0"),
    ("m.list()", "list"),
    ("m.set_debuglevel(2)", "set_debuglevel 2"),
]


@pytest.mark.parametrize(("call", "typed"), CALLS)
def test_a_call_of_imaplib(call: str, typed: str) -> None:
    assert as_typed(call, IMAP, IMAP_FUNCTIONS) == typed


@pytest.mark.parametrize(("call", "typed"), POP3_CALLS)
def test_a_call_of_poplib(call: str, typed: str) -> None:
    assert as_typed(call, POP3_COMMANDS, POP3_FUNCTIONS) == typed


@pytest.mark.parametrize(
    "line",
    [
        "NOOP",
        "search (SEEN)",
        "LIST (SUBSCRIBED) ()",
        "a1 login('x')",
        "M.login('ana', 'pw'",
        "M.login('ana', 'pw') x",
        "M.foo('x')",
        "M.retr(1)",
        "M.login('ana', \0)",
        "login(" * 5000,
        "login(" + "(" * 500 + ")" * 501,
        "FETCH 1 BODY[HEADER.FIELDS (TO)]",
    ],
)
def test_what_is_no_call_is_left_alone(line: str) -> None:
    assert as_typed(line, IMAP, IMAP_FUNCTIONS) == line


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("M.login('ana', password='pw')", "leave out their names"),
        ("M.login('ana', getpass())", "argument 2 of login is no literal"),
        ("M.login(*words)", "argument 1 of login is no literal"),
        ("M.select('x', True)", "EXAMINE"),
        ("M.fetch(1.5, 'FLAGS')", "neither text nor a number"),
        (r"M.create('a\r\nb LOGOUT')", "line end"),
        ("M.create('a > b')", "redirection"),
        ("M.append('x', None, None, b'...')", "@FILE"),
    ],
)
def test_a_call_that_cannot_be_sent_is_one_sentence(call: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        as_typed(call, IMAP, IMAP_FUNCTIONS)


@pytest.mark.parametrize(
    "call",
    [
        'M.login("ana","tr0ub4dor")',
        'login("ana", "tr0ub4dor")',
        "m.pass_('tr0ub4dor')",
        "M.apop('ana', 'tr0ub4dor'",
        'M.send(b"a1 LOGIN ana tr0ub4dor\\r\\n")',
        "M.xatom('LOGIN', 'ana', 'tr0ub4dor')",
        "M.login_cram_md5('ana', 'tr0ub4dor')",
        "M.authenticate('PLAIN', lambda x: 'tr0ub4dor')",
    ],
)
def test_the_secret_in_a_call_is_masked(call: str) -> None:
    for catalogue in (IMAP, POP3_COMMANDS):
        masked = mask_line(call, catalogue)
        assert "tr0ub4dor" not in masked
        assert masked == call[: call.index("(") + 1] + "⟦arguments⟧"


@pytest.mark.parametrize("call", ["M.noop()", "M.fetch(1, '(FLAGS)')", "m.user('ana')", "foo('x')"])
def test_a_call_without_a_secret_is_kept(call: str) -> None:
    assert mask_line(call, IMAP) == call


def test_a_login_in_a_call_is_sent_and_not_shown(serve: Serve) -> None:
    server = serve(f"""\
        S: {PLAIN_IMAP}
        C: a1 login "ana" "tr0ub4dor"
        S: a1 OK in
        C: a2 select INBOX
        S: a2 OK selected
        LOGOUT
    """)
    typed = ['M.login("ana", "tr0ub4dor")', "M.select('INBOX')", ".history"]
    run = inside(server.url(), "-d", "5", *lines(*typed))
    assert run.status == 0
    assert "M.login(⟦arguments⟧" in run.out
    assert "M.select('INBOX')" in run.out
    assert "tr0ub4dor" not in run.everything


def test_a_login_of_poplib_is_sent_and_not_shown(serve: Serve) -> None:
    server = serve(f"S: {POP3}\nC: user x\nS: +OK\nC: PASS tr0ub4dor\nS: +OK\nQUIT")
    run = inside(server.url("pop3"), "-d", "2", *lines("m.user('x')", "m.pass_('tr0ub4dor')", ".history"))
    assert run.status == 0
    assert "m.pass_(⟦arguments⟧" in run.out
    assert "tr0ub4dor" not in run.everything


@pytest.mark.parametrize("call", ['M.login("ana","tr0ub4dor"', "m.pass_('tr0ub4dor')"])
def test_a_call_that_is_sent_as_it_stands_is_not_shown(serve: Serve, call: str) -> None:
    server = serve([f"S: {PLAIN_IMAP}", lambda c: c.line(), "S: a1 BAD what", "LOGOUT"])
    run = inside(server.url(), "-d", "2", *lines(call, ".history"))
    assert "tr0ub4dor" not in run.everything


def test_octets_as_python_writes_them(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: b1 NOOP\nS: b1 OK done\nLOGOUT")
    run = inside(server.url(), *lines(r"M.send(b'b1 NOOP\r\n')", "M.readline()"))
    assert r"b1 OK done" in run.out


def test_a_call_with_a_name_is_not_sent(serve: Serve) -> None:
    run = inside(serve(f"S: {PREAUTH}\nLOGOUT").url(), *lines("M.login('ana', password='tr0ub4dor')"))
    assert run.status == 2
    assert "tr0ub4dor" not in run.everything
