"""Lines as they stand in scripts that use imaplib or poplib: ``M.login("ana", "secret")``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import pytest
from batch_support import PLAIN_IMAP, POP3, PREAUTH, Serve, inside, lines
from hypothesis import given
from hypothesis import strategies as st

from mailshell.exits import UsageError
from mailshell.interpreter.masking import mask_line
from mailshell.interpreter.python_api import IMAP as IMAP_FUNCTIONS
from mailshell.interpreter.python_api import POP3 as POP3_FUNCTIONS
from mailshell.interpreter.python_call import as_typed
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3_COMMANDS

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

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
    ("typ, d = M.login('ana','pw')", 'login "ana" "pw"'),
    ("(typ, [d]) = M.login('ana','pw')", 'login "ana" "pw"'),
    ("x = y = M.noop()", "noop"),
    ("x: tuple = M.noop()  # a comment", "noop"),
    ("status = M.status('INBOX', '(MESSAGES)')", "status INBOX (MESSAGES)"),
    ("print(M.login('ana','pw'))", 'login "ana" "pw"'),
    ("print (M.noop()[0])", "noop"),
    ("await M.login('ana','pw')", 'login "ana" "pw"'),
    ("data = (await M.search(None, 'ALL'))[1][0]", "search ALL"),
    ("self.M[0].login('ana','pw')", 'login "ana" "pw"'),
    ("imaplib.IMAP4('h').login('ana','pw')", 'login "ana" "pw"'),
    ("servers['a'].imap().noop();", "noop"),
    ('imap.login ("ana", "pw")', 'login "ana" "pw"'),
    ('login ("ana", "pw")', 'login "ana" "pw"'),
]
POP3_CALLS = [
    ("m.user('x')", "user x"),
    ("m.pass_('a > b')", "pass_ a > b"),
    ("m.retr(1)", "retr 1"),
    ("m.top(1, 0)", "top 1 0"),
    ("m.list()", "list"),
    ("m.set_debuglevel(2)", "set_debuglevel 2"),
]


def told(function: Callable[..., str], *arguments: object) -> str:
    """What the function returns, or the sentence that it raises."""
    try:
        return function(*arguments)
    except UsageError as error:
        return str(error)


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
        "M.foo('x')",
        "M.retr(1)",
        "foo = 1",
        "fetch (1)",
        "noop(" * 5000,
        "noop(" + "(" * 500 + ")" * 501,
        'SEARCH TEXT "login("',
        'a1 SEARCH TEXT "M.login(x)"',
        'SEARCH TEXT "M.login(',
        "LOGIN ana login(x",
        "PASS login(x",
        "a1 LOGIN ana M.login(x",
        "pass_ login(x",
        "AUTHENTICATE PLAIN login(",
        "send a1 SEARCH TEXT login(",
        "XFOO blogin(x)",
        "FETCH 1 BODY[HEADER.FIELDS (TO)]",
    ],
)
def test_what_is_no_call_is_left_alone(line: str) -> None:
    assert as_typed(line, IMAP, IMAP_FUNCTIONS) == line


NOT_READ = [
    "a1 login('x','tr0ub4dor')",
    "M.login('ana', 'tr0ub4dor'",
    "M.login('ana', 'tr0ub4dor') x",
    "M.login('ana', '\0tr0ub4dor')",
    "M.login('ana', 'tr0ub4dor\udc80')",
    "if M.login('ana', 'tr0ub4dor'): pass",
    "return M.login('ana', 'tr0ub4dor')",
    "assert M.login('ana', 'tr0ub4dor')[0] == 'OK'",
    "M.login('ana', 'tr0ub4dor'); M.select()",
    "noop ; M.login('ana', 'tr0ub4dor')",
    "M.noop() if M.LOGIN ('ana', 'tr0ub4dor') else 0",
    "status = M.login('ana', 'tr0ub4dor'",
    "status = f(M.login('ana', \"tr0ub4dor\"))",
    "login = M.login('ana', 'tr0ub4dor'",
    "x = lambda: m.pass_('tr0ub4dor')",
    "m.rpop ('tr0ub4dor'",
    "[m.apop('ana', 'tr0ub4dor')]",
    "f(M.login_cram_md5('ana', 'tr0ub4dor'))",
    "asyncio.run(M.authenticate('PLAIN', lambda x: 'tr0ub4dor'))",
    "asyncio.run(M.send(b'a1 LOGIN ana tr0ub4dor\\r\\n'))",
    "login(" * 5000,
    "login(" + "(" * 500 + ")" * 501,
]


@pytest.mark.parametrize("line", NOT_READ)
def test_a_call_with_a_secret_that_is_not_read(line: str) -> None:
    for catalogue, functions in ((IMAP, IMAP_FUNCTIONS), (POP3_COMMANDS, POP3_FUNCTIONS)):
        with pytest.raises(UsageError, match="was not sent") as raised:
            as_typed(line, catalogue, functions)
        assert "tr0ub4dor" not in str(raised.value)
        assert "tr0ub4dor" not in mask_line(line, catalogue)


def test_the_other_protocols_login_is_not_sent() -> None:
    with pytest.raises(UsageError, match="calls pass_"):
        as_typed("m.pass_('tr0ub4dor')", IMAP, IMAP_FUNCTIONS)
    with pytest.raises(UsageError, match="calls login"):
        as_typed("M.login('ana', 'tr0ub4dor')", POP3_COMMANDS, POP3_FUNCTIONS)


#: What Python reads as a value, deep and large ones too.
_ARGUMENTS = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=9),
        st.binary(max_size=9),
        st.complex_numbers(),
    ).map(repr)
    | st.sampled_from(["0x" + "f" * 10_000, "1e999", "-1e999", "''", "...", "x", "[]", "set()", "'01-Xxx-2020'"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(lambda items: f"({', '.join(items)},)"),
        st.tuples(inner, inner).map(lambda pair: f"{{{pair[0]}: {pair[1]}}}"),
        inner.map(lambda item: f"[{item}]"),
    ),
    max_leaves=6,
)
_NAMES = sorted({*IMAP.python_names, *POP3_COMMANDS.python_names, *IMAP_FUNCTIONS, *POP3_FUNCTIONS, "uid", "foo"})
_FORMS = ["M.{}", "x = M.{}", "print({})", "await {}", "{}[0]", "{}", "{} x"]


@given(name=st.sampled_from(_NAMES), arguments=st.lists(_ARGUMENTS, max_size=4), form=st.sampled_from(_FORMS))
def test_any_call_is_a_line_or_one_sentence(name: str, arguments: list[str], form: str) -> None:
    line = form.format(f"{name}({', '.join(arguments)})")
    for catalogue, functions in ((IMAP, IMAP_FUNCTIONS), (POP3_COMMANDS, POP3_FUNCTIONS)):
        mask_line(line, catalogue)
        typed = told(as_typed, line, catalogue, functions)
        assert not set(typed) & set("\r\n\0")


_DATES = st.from_regex(r"[0-3 ][0-9]-(Jan|Xxx|Feb)-[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}", fullmatch=True)
_PURE = ["Internaldate2tuple", "Int2AP", "ParseFlags", "Time2Internaldate"]


@given(
    name=st.sampled_from(_PURE),
    argument=st.one_of(
        _ARGUMENTS, st.text(max_size=30), _DATES, _DATES.map(lambda date: f'"{date}"'), st.integers().map(str)
    ),
)
def test_a_function_of_imaplib_never_fails_but_with_a_sentence(name: str, argument: str) -> None:
    function = IMAP_FUNCTIONS[name]

    async def shown() -> str:
        lines = await function(cast("Interpreter", None), argument)
        assert isinstance(lines, list)
        return lines[0]

    text = told(lambda: asyncio.run(shown()))
    assert text.isprintable() or text.startswith(f"{name} can't read ")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (f"select(0x{'f' * 10_000})", "a number in the arguments of select is too long"),
        (f"send(0x{'f' * 10_000})", "a number in the arguments of send is too long"),
        (f"Int2AP((0x{'f' * 10_000},))", "a number in the arguments of Int2AP is too long"),
        ('Internaldate2tuple "01-Xxx-2020 00:00:00 +0000"', "Internaldate2tuple can't read \"01-Xxx-2020 …"),
        ("Time2Internaldate LOGIN ana tr0ub4dor", "Time2Internaldate can't read LOGIN …"),
        (f"Int2AP {'9' * 5000}", f"Int2AP can't read {'9' * 39}…"),
    ],
)
def test_what_used_to_end_a_run(serve: Serve, typed: str, message: str) -> None:
    outcome = inside(serve([f"S: {PREAUTH}", "C: a1 NOOP", "S: a1 OK done", "LOGOUT"]).url(), *lines(typed, "NOOP"))
    assert outcome.status == 2
    assert outcome.messages == [message]


def test_what_python_has_no_key_for_is_text(serve: Serve) -> None:
    script = [f"S: {PREAUTH}", "C: {[]: 1}", "LOGOUT"]
    outcome = inside(serve(script).url(), *lines(r"send {[]: 1}\r\n"))
    assert outcome.status == 0


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


@pytest.mark.parametrize("call", ['M.login("ana","tr0ub4dor"', "m.pass_('tr0ub4dor')", "x = y(M.login('tr0ub4dor'))"])
def test_a_call_that_is_not_read_is_neither_sent_nor_shown(serve: Serve, call: str) -> None:
    run = inside(serve([f"S: {PLAIN_IMAP}", "LOGOUT"]).url(), "-d", "2", *lines(call, ".history"))
    assert run.status == 2
    assert f"  {call[: call.rindex('(') + 1]}⟦arguments⟧" in run.out
    assert "tr0ub4dor" not in run.everything


@pytest.mark.parametrize(
    "call",
    ["typ, d = M.login('ana','tr0ub4dor')", "print(M.login('ana','tr0ub4dor'))", "await M.login('ana','tr0ub4dor')",
     "self.M[0].login('ana','tr0ub4dor')", "imaplib.IMAP4('h').login('ana','tr0ub4dor')",
     'imap.login ("ana", "tr0ub4dor")'],
)  # fmt: skip
def test_a_pasted_login_is_sent_as_one(serve: Serve, call: str) -> None:
    server = serve([f"S: {PLAIN_IMAP}", 'C: a1 login "ana" "tr0ub4dor"', "S: a1 OK in", "LOGOUT"])
    run = inside(server.url(), "-d", "5", *lines(call, ".history", ".hex"))
    assert run.status == 0
    assert "(⟦arguments⟧" in run.out
    assert "tr0ub4dor" not in run.everything


def test_octets_as_python_writes_them(serve: Serve) -> None:
    server = serve(f"S: {PREAUTH}\nC: b1 NOOP\nS: b1 OK done\nLOGOUT")
    run = inside(server.url(), *lines(r"M.send(b'b1 NOOP\r\n')", "M.readline()"))
    assert r"b1 OK done" in run.out


def test_a_call_with_a_name_is_not_sent(serve: Serve) -> None:
    run = inside(serve(f"S: {PREAUTH}\nLOGOUT").url(), *lines("M.login('ana', password='tr0ub4dor')"))
    assert run.status == 2
    assert "tr0ub4dor" not in run.everything
