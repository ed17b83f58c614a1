"""Everything that the real servers send has an explanation; what falls back to a generic one is counted: nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from servers.server import Server

from mailshell.explain.explainer import Explainer
from mailshell.explain.explanation import Explanation
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.options import Options
from mailshell.interpreter.passwords import PasswordSource, SecretSources
from mailshell.modes.batch import BatchConsole, LineReader
from mailshell.protocol.events import BodyEnd, BodyPart, Line, Side
from mailshell.protocol.exchange import Event
from mailshell.protocol.secrecy import Secrets
from mailshell.secret import Secret
from mailshell.transport.endpoint import parse_url
from mailshell.transport.tls import TlsOptions
from mailshell.wire import WireEvent
from real.test_every_command import IMAP_LINES, MESSAGE, POP3_LINES

ON_EACH = pytest.mark.parametrize("server", ["dovecot", "cyrus", "demo"], indirect=True)

#: What Python's modules have no name for: the extensions that one of the servers has, and the rest of the protocol.
MORE_IMAP = (
    "ID NIL",
    "ENABLE CONDSTORE QRESYNC",
    "CREATE More",
    'LIST "" % RETURN (STATUS (MESSAGES UNSEEN) SPECIAL-USE CHILDREN)',
    'LIST (SUBSCRIBED) "" *',
    'XLIST "" *',
    "STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ SIZE MAILBOXID APPENDLIMIT DELETED)",
    "APPEND More @{message}",
    "APPEND More (\\Flagged $Forwarded mine) @{message}",
    "SELECT More (CONDSTORE)",
    "FETCH 1:* (BODY.PEEK[HEADER.FIELDS (SUBJECT)] BODY.PEEK[1] BODY.PEEK[TEXT]<0.5> BODY.PEEK[1.MIME])",
    "FETCH 1 (RFC822.SIZE INTERNALDATE MODSEQ RFC822.HEADER)",
    "FETCH 1 (BINARY.PEEK[1] BINARY.SIZE[1])",
    "FETCH 1 PREVIEW",
    "FETCH 1 SAVEDATE",
    "FETCH 1 (EMAILID THREADID)",
    "FETCH 1 BODY[]",
    "FETCH 1 (BODY ANNOTATION (/comment (value.priv)))",
    "SEARCH RETURN (MIN MAX COUNT ALL) ALL",
    "SEARCH RETURN (SAVE) ALL",
    "UID SEARCH MODSEQ 1",
    "SEARCH CHARSET X-NO-SUCH TEXT x",
    "UID SORT (REVERSE DATE) UTF-8 ALL",
    "THREAD ORDEREDSUBJECT UTF-8 ALL",
    "THREAD REFS UTF-8 ALL",
    "STORE 1 (UNCHANGEDSINCE 1) +FLAGS (\\Deleted)",
    "STORE 1 +FLAGS.SILENT (\\Deleted)",
    "COPY 1 No-such-mailbox",
    "MOVE 2 INBOX",
    "UID EXPUNGE 1:*",
    "LISTRIGHTS More {user}",
    "GETACL More",
    'GETMETADATA "" /shared/comment',
    "SETMETADATA More (/private/comment mine)",
    "GETMETADATA More (/private/comment /shared/comment)",
    "GETMETADATA (DEPTH infinity) More /private",
    "NOTIFY SET (selected (MessageNew MessageExpunge FlagChange))",
    "NOTIFY NONE",
    "LANGUAGE",
    "COMPARATOR",
    "GENURLAUTH imap://localhost/More/;UID=1;URLAUTH=anonymous INTERNAL",
    "URLFETCH imap://localhost/More/;UID=1;URLAUTH=anonymous:INTERNAL:00",
    "SELECT No-such-mailbox",
    "EXAMINE More",
    "STORE 1 FLAGS (\\Seen)",
    "CREATE More",
    "DELETE No-such-mailbox",
    "FETCH 99999 FLAGS",
    "FETCH",
    "NO-SUCH-COMMAND",
    "UNSELECT",
    "SELECT More (QRESYNC (1 1))",
    "CLOSE",
    "DELETE More",
    "LOGOUT",
)
MORE_POP3 = (
    "LIST 1",
    "UIDL 1",
    "LIST 99999",
    "RETR 99999",
    "TOP 1 0",
    "AUTH",
    "LANG",
    "LANG *",
    "XTND XMIT",
    "NO-SUCH-COMMAND",
    "QUIT",
)


class Explaining:
    """An observer that explains what passes, and counts the lines of the server."""

    masks = False

    def __init__(self, protocol: str, secrets: Secrets) -> None:
        self.lines = 0
        self.told: list[Explanation] = []
        self.generic: list[tuple[str, bytes]] = []
        self._explainer = Explainer(protocol, secrets)
        self._last = b""
        self._of_server = False

    def wire(self, event: WireEvent) -> None:
        return

    def event(self, event: Event, time: float, tls: bool) -> None:
        if isinstance(event, (Line, BodyPart, BodyEnd)):
            self._of_server = event.side is Side.SERVER
            self._last = event.octets
            if self._of_server:
                self.lines += event.octets.count(b"\n")
        for explanation in self._explainer.event(event):
            self.told.append(explanation)
            if explanation.generic and self._of_server:
                self.generic.append((explanation.text, self._last[:2000]))


async def _drive(
    server: Server, protocol: str, lines: Sequence[str], *, login: bool = True, tls: bool = False, password: str = ""
) -> Explaining:
    options = Options(
        user=server.user,
        sources=SecretSources(PasswordSource(given=Secret(password or server.password))),
        login=login,
        timeout=20,
        tls="starttls" if tls else "none",
        tls_options=TlsOptions(cafile=str(server.cafile) if server.cafile else None),
    )
    reader = LineReader(iter(lines))
    interpreter = Interpreter(BatchConsole(reader, collects=True), options)
    explaining = Explaining(protocol, interpreter.secrets)
    interpreter.watchers.append(lambda _: [explaining])
    await interpreter.open(parse_url(f"{protocol}://localhost:{getattr(server, protocol)}"))
    while (line := await reader.next()) is not None:
        if interpreter.session is not None and interpreter.session.is_open:
            await interpreter.run(line)
    await interpreter.close()
    return explaining


def _check(server: Server, what: str, explaining: Explaining, capfd: pytest.CaptureFixture[str]) -> None:
    told = [explanation for explanation in explaining.told if explanation.text]
    with capfd.disabled():
        print(
            f"\n{server.name}, {what}: {explaining.lines:,} lines of the server, {len(told):,} explanations, "
            f"{len(explaining.generic)} of them generic"
        )
    assert len(told) > 5
    assert explaining.generic == []
    for explanation in told:
        assert "wrong-on-purpose" not in explanation.text
        assert explanation.text.isprintable()


@ON_EACH
@pytest.mark.parametrize("lines", ["python", "more"])
def test_imap(server: Server, lines: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    message = tmp_path / "message.eml"
    message.write_bytes(MESSAGE)
    typed: list[str] = []
    for line in [line for _, line, _ in IMAP_LINES] if lines == "python" else MORE_IMAP:
        text = line.replace("{message}", str(message)).replace("{user}", server.user)
        typed += [text, "gr", ""] if text.endswith("{4}") else [text]
    explaining = asyncio.run(_drive(server, "imap", typed))
    _check(server, f"imap, {lines}", explaining, capfd)
    assert any("closes the connection" in explanation.text for explanation in explaining.told)


@ON_EACH
@pytest.mark.parametrize("lines", ["python", "more"])
def test_pop3(server: Server, lines: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    message = tmp_path / "message.eml"
    message.write_bytes(MESSAGE)
    asyncio.run(_drive(server, "imap", [f"APPEND INBOX @{message}"]))
    typed = [line for _, line, _ in POP3_LINES] if lines == "python" else list(MORE_POP3)
    explaining = asyncio.run(_drive(server, "pop3", typed))
    _check(server, f"pop3, {lines}", explaining, capfd)


@ON_EACH
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_sasl(server: Server, protocol: str, mechanism: str, capfd: pytest.CaptureFixture[str]) -> None:
    command = "AUTHENTICATE" if protocol == "imap" else "AUTH"
    for password in ("", "wrong-on-purpose"):
        driven = _drive(server, protocol, [f"{command} {mechanism}"], login=False, tls=server.secure, password=password)
        explaining = asyncio.run(driven)
        _check(server, f"{protocol}, {mechanism}", explaining, capfd)
        texts = "\n".join(explanation.text for explanation in explaining.told)
        assert f"SASL response of {mechanism}, base64: " in texts
        assert f'user "{server.user}"' in texts
