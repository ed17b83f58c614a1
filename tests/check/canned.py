"""An IMAP server that gives the answers of a real one, as they were recorded, but for what a test changes in them.

``PYTHONPATH=tests python -m check.canned`` records anew: the probes of contents and the writing ones run on a Dovecot
that it starts, over a relay that notes each command and its answer.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from check.check_support import Loopback, not_in_words
from check.listening import Listening

from mailshell.check.bench import Bench
from mailshell.check.imap import (
    binary,
    envelope,
    esearch,
    partials,
    sample,
    searching,
    sections,
    sorting,
    structure,
    writing_access,
    writing_append,
    writing_copy,
    writing_expunge,
    writing_flags,
    writing_mailboxes,
    writing_sessions,
)
from mailshell.check.outcome import ProbeResult
from mailshell.check.probe import Probe
from mailshell.check.runner import run_probes

FILE = Path(__file__).parent / "data" / "dovecot.jsonl"
CONTENTS: tuple[Probe, ...] = tuple(
    probe
    for module in (sample, envelope, structure, sections, partials, binary, searching, esearch, sorting)
    for probe in module.PROBES
)
WRITING: tuple[Probe, ...] = tuple(
    probe
    for module in (
        writing_mailboxes, writing_append, writing_copy, writing_flags, writing_expunge, writing_sessions,
        writing_access,
    )
    for probe in module.PROBES
)  # fmt: skip
#: Instead of a random one, so that the names in the recording are those of each run.
TOKEN = "0a1b2c3d"
_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n\Z")

#: A regular expression for a command (without tag; literals stand in it), and what to do with its answer.
Fault = tuple[str, Callable[[bytes], bytes]]


def swap(pattern: str, replacement: str) -> Callable[[bytes], bytes]:
    """Replace what matches."""
    wanted, instead = pattern.encode("latin-1"), replacement.encode("latin-1")
    return lambda answer: re.sub(wanted, instead, answer, flags=re.DOTALL)


def say(answer: str) -> Callable[[bytes], bytes]:
    """Another answer: lines, ``{tag}`` in the last."""
    return lambda _: "".join(f"{line}\r\n" for line in answer.split("\n")).encode()


async def read_command(reader: asyncio.StreamReader, go_on: Callable[[], None]) -> tuple[bytes, bytes] | None:
    """Tag and the rest of a command, literals in it; None at the end. ``go_on`` asks for a synchronizing literal."""
    octets = b""
    while True:
        line = await reader.readline()
        if not line.endswith(b"\n"):
            return None
        octets += line
        literal = _LITERAL.search(line)
        if literal is None:
            tag, _, rest = octets.removesuffix(b"\r\n").partition(b" ")
            return tag, rest
        if not literal[2]:
            go_on()
        octets += await reader.readexactly(int(literal[1]))


def capabilities() -> tuple[str, ...]:
    """Those of the server that was recorded, after login."""
    first = json.loads(FILE.read_text(encoding="ascii").partition("\n")[0])
    return tuple(first["answer"].split("\r\n")[0].split()[2:])


class Canned(Listening):
    """Listens on loopback, an ``async with`` long.

    ``part``: ``contents``, or the id of a writing probe. ``drop``: ends the connection instead of answering a command
    that this matches. ``unknown``: the commands for which there was no answer; ``commands``: all that came;
    ``changed``: how many answers were not as recorded.
    """

    def __init__(self, part: str, faults: Sequence[Fault] = (), *, drop: str = "") -> None:
        super().__init__()
        self.unknown: list[str] = []
        self.commands: list[str] = []
        self.changed = 0
        self._faults = faults
        self._drop = drop
        self._answers: dict[str, list[bytes]] = {}
        for line in FILE.read_text(encoding="ascii").splitlines():
            record = json.loads(line)
            if record["part"] != part:
                continue
            self._answers.setdefault(record["command"], []).append(record["answer"].encode("latin-1"))

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
        while (command := await read_command(reader, lambda: writer.write(b"+ go on\r\n"))) is not None:
            tag, rest = command
            text = rest.decode("latin-1")
            self.commands.append(text)
            if self._drop and re.match(self._drop, text):
                return
            writer.write(self._answer(text).replace(b"{tag}", tag))
            await writer.drain()
            if text == "LOGOUT":
                return

    def _answer(self, text: str) -> bytes:
        known = self._answers.get(text)
        if known is None:
            self.unknown.append(text)
            return b"{tag} BAD there is no answer to this\r\n"
        answer = known.pop(0) if len(known) > 1 else known[0]
        changes = [change for pattern, change in self._faults if re.match(pattern, text, re.DOTALL)]
        changed = changes[0](answer) if changes else answer
        self.changed += changed != answer
        return changed


async def probed(
    port: int,
    probes: Sequence[Probe],
    names: Sequence[str] = (),
    *,
    allow_writes: bool = False,
    mailbox: str = "INBOX",
    user: str = "ana",
    password: str = "secret",
) -> dict[str, ProbeResult]:
    """The results by the ids of the probes. ``names``: the capabilities that are known before."""
    bench = Bench(
        Loopback(port, user=user, password=password), lambda _: [], allow_writes=allow_writes, mailbox=mailbox
    )
    bench.known.capabilities["login"] = tuple(names)
    results = await run_probes(bench, probes)
    assert not_in_words(results) == []
    return {result.id: result for result in results}


# --- recording


async def _ask(bench: Bench) -> None:
    bench.good("asked", await (await bench.client()).ask("CAPABILITY"))


ASKING = (Probe("asking", "capabilities", "capabilities", "RFC 9051 6.1.1", _ask),)


class Relay:
    """Between a client and a server: notes each command and its answer in ``records``."""

    def __init__(self, port: int) -> None:
        self.records: list[dict[str, str]] = []
        self.port = 0
        self.part = ""
        self._to = port

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 22)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self._to, limit=1 << 22)
        writer.write(await there.readline())
        while (command := await read_command(reader, lambda: writer.write(b"+ go on\r\n"))) is not None:
            tag, rest = command
            # The relay has the whole command, so that its literals need not wait for the server.
            back.write(tag + b" " + re.sub(rb"\{(\d+)\}\r\n", rb"{\1+}\r\n", rest) + b"\r\n")
            answer = b""
            while True:
                line = await there.readline()
                answer += line
                literal = _LITERAL.search(line)
                if literal is not None:
                    answer += await there.readexactly(int(literal[1]))
                if line.startswith(tag + b" ") or not line:
                    break
            writer.write(answer)
            answer = answer.replace(b'(TAG "%b")' % tag, b'(TAG "{tag}")')
            end = answer.rindex(tag + b" ")
            stored = answer[:end] + b"{tag}" + answer[end + len(tag) :]
            self.records.append(
                {"part": self.part, "command": rest.decode("latin-1"), "answer": stored.decode("latin-1")}
            )
            if rest == b"LOGOUT":
                break
        writer.close()
        back.close()


async def _record() -> None:
    import imaplib
    from unittest import mock

    from check.letters_for_check import append_all
    from servers.dovecot import start_dovecot

    dovecot = start_dovecot()
    try:
        client = imaplib.IMAP4("127.0.0.1", dovecot.imap)
        client.login("ana", "secret")
        append_all(client, "INBOX")
        client.select("INBOX")
        client.unselect()
        relay = Relay(dovecot.imap)
        await relay.open()
        relay.part = "capabilities"
        await probed(relay.port, ASKING)
        names = relay.records[1]["answer"].split("\r\n")[0].split()[2:]
        relay.records = [relay.records[1]]
        with mock.patch("secrets.token_hex", return_value=TOKEN):
            relay.part = "contents"
            await probed(relay.port, CONTENTS, names)
            for probe in WRITING:
                relay.part = probe.id
                await probed(relay.port, [probe], names, allow_writes=True)
    finally:
        dovecot.stop()
    lines = [json.dumps(record, ensure_ascii=True) + "\n" for record in relay.records]
    FILE.write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    asyncio.run(_record())
