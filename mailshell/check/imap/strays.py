"""What is no command, or a very long one: a server may refuse it, and should neither hang nor end the connection."""

from __future__ import annotations

from mailshell.check.bench import Bench
from mailshell.check.client import Reply, words_of
from mailshell.check.imap.examined import examined, view_of
from mailshell.check.imap.survivor import Survivor
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.exchange import Status

#: Lines that are no commands, or hold what the grammar does not allow (RFC 9051 section 9: CHAR, TEXT-CHAR).
_STRAYS = (
    ("an empty line", b"\r\n"), ("a tag alone", b"alone\r\n"), ("a line of spaces", b"   \r\n"),
    ("octets above 127 in the name of a command", b"high N\xc3\xb6\xffP\r\n"),
    ("octets above 127 in a string", b'high STATUS "caf\xe9" (MESSAGES)\r\n'), ("a NUL", b"nul NO\x00OP\r\n"),
)  # fmt: skip
#: Octets of a long line, without its tag. RFC 7162 section 4 and RFC 2683 section 3.2.1.5 tell what to expect of both
#: sides: clients keep below about 8,192, and servers take 8,000 at the least.
_EXPECTED = 7900
_LONG = 65_536


async def _strays(bench: Bench) -> None:
    survivor = Survivor(bench)
    for what, octets in _STRAYS:
        _judge(bench, what, *await survivor.send(octets))


async def _long(bench: Bench) -> None:
    survivor = Survivor(bench)
    client = await bench.client()
    await examined(bench, client)
    view = view_of(client)
    beyond = 1_000_000_000 + ((view.uidnext or 0) if view is not None else 0)
    for size in (_EXPECTED, _LONG):
        count = size // 11
        uids = ",".join(str(beyond + 2 * number) for number in range(count))
        command = f"long UID FETCH {uids} (UID)\r\n".encode()
        what = f"UID FETCH of {count:,} UIDs, a line of {len(command):,} octets,"
        _judge(bench, what, *await survivor.send(command), expected=size == _EXPECTED)
    what, keys = "SEARCH with 1,000 keys", " ".join(["SEEN"] * 1000)
    _judge(bench, what, *await survivor.send(f"long SEARCH {keys}\r\n".encode()))


def _judge(bench: Bench, what: str, status: Status | None, reply: Reply, ended: str, *, expected: bool = False) -> None:
    """``expected``: every server should take it; others may refuse it."""
    if ended == "lost":
        said = "with BYE" if reply.named("BYE") else "without a word"
        bench.tell(Verdict.NOTE, f"{what} ends the connection, {said}", reply)
    elif ended == "mute":
        bench.warn(f"after {what} the server does not answer any more", reply)
    elif status is not None and status.ok:
        bench.good(f"{what} is taken", reply)
    elif status is not None and expected:
        bench.tell(Verdict.NOTE, f"{what} is refused: {words_of(status)}", reply)
    elif status is not None:
        bench.good(f"{what} is refused with {status.status}, and the connection stays", reply)
    elif reply.named("BAD"):
        bench.good(f"{what} has an untagged BAD, and the connection stays", reply)
    else:
        bench.tell(Verdict.GOOD, f"{what} has no answer, and the connection stays", reply)


PROBES = (
    Probe("stray-lines", "lines that are no commands", "commands", "RFC 9051 7.1.3; RFC 9051 9", _strays, seconds=20.0),
    Probe("long-lines", "long command lines", "commands", "RFC 2683 3.2.1.5; RFC 7162 4", _long, seconds=20.0),
)
