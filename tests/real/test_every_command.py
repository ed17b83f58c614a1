"""Every name that poplib and imaplib document reaches a real server, over TCP, TLS and STARTTLS or STLS.

An answer that refuses (NO, BAD, -ERR), because the server has no such command, counts as reached.
"""

from __future__ import annotations

import imaplib
import poplib
from pathlib import Path

import pytest
from servers.server import Server

from real.running import mailshell

MESSAGE = (
    b"From: ana@example.org\r\nTo: ben@example.org\r\nSubject: =?utf-8?q?gr=C3=BC=C3=9Fe?=\r\n\r\nhello\r\n.dot\r\n"
)

#: The line typed for each name, and whether it is answered by the server ("S") or here ("L").
POP3_LINES = (
    ("getwelcome", "getwelcome", "L"),
    ("set_debuglevel", "set_debuglevel 0", "L"),
    ("capa", "capa", "S"),
    ("stat", "stat", "S"),
    ("list", "list", "S"),
    ("uidl", "uidl", "S"),
    ("retr", "retr 1", "S"),
    ("top", "top 1 2", "S"),
    ("dele", "dele 1", "S"),
    ("rset", "rset", "S"),
    ("noop", "noop", "S"),
    ("utf8", "utf8", "S"),
    ("rpop", "rpop ana", "S"),
    ("user", "user ana", "S"),
    ("pass_", "pass_ wrong-on-purpose", "S"),
    ("apop", "apop ana 0123456789abcdef0123456789abcdef", "S"),
    ("timestamp", "timestamp", "L"),
    ("encoding", "encoding", "L"),
    ("quit", "quit", "S"),
)
IMAP_LINES = (
    ("welcome", "welcome", "L"),
    ("debug", "debug 0", "L"),
    ("capability", "capability", "S"),
    ("capabilities", "capabilities", "L"),
    ("PROTOCOL_VERSION", "PROTOCOL_VERSION", "L"),
    ("utf8_enabled", "utf8_enabled", "L"),
    ("socket", "socket", "L"),
    ("enable", "enable UTF8=ACCEPT", "S"),
    ("namespace", "namespace", "S"),
    ("create", "create Work", "S"),
    ("list", 'list "" *', "S"),
    ("subscribe", "subscribe Work", "S"),
    ("lsub", 'lsub "" *', "S"),
    ("unsubscribe", "unsubscribe Work", "S"),
    ("status", "status Work (MESSAGES UIDNEXT)", "S"),
    ("append", "append Work @{message}", "S"),
    ("append", "append Work (\\Seen) @{message}", "S"),
    ("select", "select Work", "S"),
    ("response", "response EXISTS", "L"),
    ("recent", "recent", "L"),
    ("noop", "noop", "S"),
    ("check", "check", "S"),
    ("fetch", "fetch 1:* (UID FLAGS ENVELOPE BODYSTRUCTURE)", "S"),
    ("uid", "uid fetch 1:* (FLAGS)", "S"),
    ("search", "search SUBJECT {4}", "S"),
    ("sort", "sort (SUBJECT) UTF-8 ALL", "S"),
    ("thread", "thread REFERENCES UTF-8 ALL", "S"),
    ("store", "store 1 +FLAGS (\\Flagged)", "S"),
    ("copy", "copy 1 Work", "S"),
    ("partial", "partial 1 RFC822 1 10", "S"),
    ("getacl", "getacl Work", "S"),
    ("setacl", "setacl Work {user} lrswipkxtea", "S"),
    ("setacl", "setacl Work ben lrs", "S"),
    ("myrights", "myrights Work", "S"),
    ("deleteacl", "deleteacl Work ben", "S"),
    ("getquota", 'getquota ""', "S"),
    ("getquotaroot", "getquotaroot Work", "S"),
    ("setquota", 'setquota "" (STORAGE 10000)', "S"),
    ("getannotation", 'getannotation Work "/comment" "value.priv"', "S"),
    ("setannotation", 'setannotation Work "/comment" ("value.priv" "x")', "S"),
    ("idle", "idle 0.2", "S"),
    ("xatom", "xatom NOOP", "S"),
    ("send", "send zz9 NOOP\\r\\n", "L"),
    ("readline", "readline", "L"),
    ("send", "send zz10 NOOP\\r\\n", "L"),
    ("read", "read 4", "L"),
    ("print_log", "print_log", "L"),
    ("proxyauth", "proxyauth ben", "S"),
    ("expunge", "expunge", "S"),
    ("unselect", "unselect", "S"),
    ("select", "select Work", "S"),
    ("close", "close", "S"),
    ("rename", "rename Work Work2", "S"),
    ("delete", "delete Work2", "S"),
    ("login", "login ana wrong-on-purpose", "S"),
    ("login_cram_md5", "login_cram_md5 ana wrong-on-purpose", "S"),
    ("authenticate", "authenticate PLAIN", "S"),
    ("starttls", "starttls", "S"),
    ("Internaldate2tuple", 'Internaldate2tuple "17-Jul-1996 02:44:25 -0700"', "L"),
    ("Int2AP", "Int2AP 4711", "L"),
    ("ParseFlags", "ParseFlags (\\Seen \\Deleted)", "L"),
    ("Time2Internaldate", "Time2Internaldate 837000000", "L"),
    ("logout", "logout", "S"),
)
#: These end the connection, or make one: each has a run of its own.
APART = {"poplib": {"close", "stls"}, "imaplib": {"shutdown", "open"}}
#: Public names of the classes that are neither methods nor attributes of a session.
NO_COMMANDS = {"error", "abort", "readonly", "file"}

SECURITIES = ("clear", "tls", "starttls")
SERVERS = [
    *((name, security) for name in ("dovecot", "cyrus") for security in SECURITIES),
    ("demo", "clear"),
]
ON_EACH = pytest.mark.parametrize(("server", "security"), SERVERS, indirect=["server"])


def test_the_lists_hold_every_public_name_of_the_running_python() -> None:
    imap = {name for name in vars(imaplib.IMAP4) if not name.startswith("_")} - NO_COMMANDS
    imap |= {name for name in imaplib.__all__ if callable(getattr(imaplib, name)) and name[:4] != "IMAP"}
    imap |= {"PROTOCOL_VERSION", "debug", "utf8_enabled", "capabilities", "welcome", "idle"}
    pop3 = {name for name in vars(poplib.POP3) if not name.startswith("_")}
    assert imap - {name for name, _, _ in IMAP_LINES} == APART["imaplib"]
    assert pop3 - {name for name, _, _ in POP3_LINES} == APART["poplib"]


def _check(run_results: list[dict[str, object]], lines: tuple[tuple[str, str, str], ...]) -> None:
    assert len(run_results) == len(lines)
    for (name, line, where), result in zip(lines, run_results, strict=True):
        if where == "S":
            assert result["status"] in ("OK", "NO", "BAD", "+OK", "-ERR"), f"{name}: {line} → {result}"
        else:
            assert result["data"], f"{name}: {line} → {result}"


@ON_EACH
def test_imap(server: Server, security: str, tmp_path: Path) -> None:
    message = tmp_path / "message.eml"
    message.write_bytes(MESSAGE)
    lines = []
    for _, line, _ in IMAP_LINES:
        text = line.replace("{message}", str(message)).replace("{user}", server.user)
        lines.append(text)
        if text.endswith("{4}"):
            lines.append("gr")  # with its line end, the four octets that were announced
            lines.append("")
    run = mailshell(server, "imap", security, lines, "--json", "--timeout", "20")
    _check(run.results, IMAP_LINES)
    by_name = {name: result for (name, _, _), result in zip(IMAP_LINES, run.results, strict=True)}
    assert by_name["append"]["status"] == "OK"
    assert by_name["fetch"]["status"] == "OK"
    assert by_name["fetch"]["data"][0]["envelope"]["from"][0]["mailbox"] == "ana"
    assert by_name["fetch"]["data"][0]["bodystructure"]["type"] == "text"
    assert by_name["store"]["status"] == "OK"
    assert by_name["readline"]["data"][0].startswith("zz9 OK")
    assert by_name["read"]["data"] == ["zz10"]
    assert by_name["delete"]["status"] == "OK", by_name["delete"]
    assert by_name["logout"]["status"] == "OK"
    assert "wrong-on-purpose" not in run.output + run.errors


@ON_EACH
def test_pop3(server: Server, security: str, tmp_path: Path) -> None:
    message = tmp_path / "message.eml"
    message.write_bytes(MESSAGE)
    filled = mailshell(server, "imap", "clear", [f"APPEND INBOX @{message}", "LOGOUT"])
    assert filled.status == 0, filled.errors
    run = mailshell(server, "pop3", security, [line for _, line, _ in POP3_LINES], "--json", "--timeout", "20")
    results = run.results
    # An unauthenticated command too many may make the server hang up: what was not sent is counted.
    by_name = {name: result for (name, _, _), result in zip(POP3_LINES, results, strict=False)}
    _check(results, POP3_LINES[: len(results)])
    assert len(results) == len(POP3_LINES), run.errors
    for name in ("capa", "stat", "list", "uidl", "retr", "top", "dele", "rset", "noop"):
        assert by_name[name]["status"] == "+OK", by_name[name]
    assert by_name["list"]["data"][0]["messages"]
    assert "wrong-on-purpose" not in run.output + run.errors


@pytest.mark.parametrize("server", ["dovecot", "cyrus", "demo"], indirect=True)
def test_poplib_close_ends_the_connection_and_says_nothing(server: Server) -> None:
    run = mailshell(server, "pop3", "clear", ["close", "NOOP"], "-d", "2")
    assert "QUIT" not in run.errors
    assert run.status == 4


@pytest.mark.parametrize("server", ["dovecot", "cyrus", "demo"], indirect=True)
def test_imaplib_shutdown_and_open(server: Server) -> None:
    lines = ["shutdown", f".open imap://localhost:{server.imap}", ".state", f"open localhost {server.imap}"]
    run = mailshell(server, "imap", "clear", lines)
    assert run.status == 0, run.errors
    assert run.output.count("connected to localhost") == 2


@pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)
def test_stls_by_poplibs_name(server: Server) -> None:
    arguments = ["--cafile", str(server.cafile), "--no-login"]
    run = mailshell(server, "pop3", "clear", ["stls", ".state", "user ana", "pass secret", "stat"], *arguments)
    assert run.status == 0, run.errors
    assert "certificate verified" in run.output


@pytest.mark.parametrize("server", ["cyrus", "demo"], indirect=True)
def test_apop_is_computed_from_the_greeting(server: Server) -> None:
    run = mailshell(server, "pop3", "clear", [f"APOP {server.user}", "STAT"], "--no-login", "-d", "3")
    assert run.status == 0, run.errors
    assert "⟦digest⟧" in run.errors


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("server", ["dovecot", "cyrus", "demo"], indirect=True)
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_authenticate(server: Server, protocol: str, mechanism: str) -> None:
    security = "starttls" if server.secure else "clear"
    command = "AUTHENTICATE" if protocol == "imap" else "AUTH"
    after = "SELECT INBOX" if protocol == "imap" else "STAT"
    right = mailshell(server, protocol, security, [f"{command} {mechanism}", after], "--no-login", "-d", "5")
    assert right.status == 0, right.errors
    assert "⟦" in right.errors
    assert server.password not in right.errors.replace(f"{server.user}@", "") or server.password == server.user
    wrong = mailshell(server, protocol, security, [f"{command} {mechanism}"], "--no-login", password="not-this-one")
    assert wrong.status == 1, wrong.errors
    assert "not-this-one" not in wrong.errors + wrong.output
