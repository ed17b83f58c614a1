"""Message numbers that no message has, and what is no number at all."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.check.bench import Bench
from mailshell.check.client import Reply, words_of
from mailshell.check.outcome import Verdict
from mailshell.check.pop3.asking import ask, may_read, refused
from mailshell.check.pop3.maildrop import listing
from mailshell.check.probe import Probe

#: In 32 bits the first of these is message 1; the second fits into no number of 64.
_WRAPS = ("4294967297", "18446744073709551617")


async def _out_of_range(bench: Bench) -> None:
    await listing(bench)
    beyond = str(max(bench.known.sizes, default=0) + 1)
    numbers = ("0", beyond, "99999999", *_WRAPS)
    commands = [f"{name} {number}" for number in numbers for name in ("LIST", "UIDL")]
    commands += [f"RETR {number}" for number in ("0", beyond, _WRAPS[0])] + [f"TOP {beyond} 0"]
    for command, reply in await refused(bench, _harmless(bench, commands), "numbers that no message has"):
        number = command.split()[1]
        if number in _WRAPS:
            bench.wrong(
                f"{command} is accepted: {_given(reply)}; the number is beyond what the server can count to",
                reply,
                advice="such a number in DELE would delete another message",
            )
        else:
            bench.wrong(f"{command} is accepted, though no message has this number: {_given(reply)}", reply)


async def _no_numbers(bench: Bench) -> None:
    await listing(bench)
    commands = ["LIST x", "LIST -1", "LIST 1x", "UIDL x", "UIDL -1", "RETR", "RETR x", "RETR -1", "RETR 1x"]
    for command, reply in await refused(bench, _harmless(bench, commands), "words that are no message number"):
        verdict = Verdict.NOTE if command.endswith("1x") else Verdict.WARNING
        bench.tell(verdict, f"{command} is accepted: {_given(reply)}", reply)


async def _leading_zeros(bench: Bench) -> None:
    if not await listing(bench):
        bench.tell(Verdict.LEFT_OUT, "the maildrop is empty")
        return
    number = next(iter(bench.known.sizes))
    reply = await ask(await bench.client(), f"LIST 00{number}")
    words = reply.status.text.split()
    if not reply.ok:
        bench.good(f"LIST 00{number} is refused", reply)
    elif words[:2] == [str(number).encode(), str(bench.known.sizes[number]).encode()]:
        bench.good(f"LIST 00{number} is taken as LIST {number}", reply)
    else:
        bench.warn(f"LIST 00{number} is answered with {_given(reply)}, which is not message {number}", reply)


def _harmless(bench: Bench, commands: Sequence[str]) -> list[str]:
    """Without RETR where a server that takes it for another message might delete that."""
    return [command for command in commands if may_read(bench) or not command.startswith("RETR")]


def _given(reply: Reply) -> str:
    return words_of(reply.statuses[0])


PROBES = (
    Probe("out-of-range", "numbers that no message has", "numbers", "RFC 1939 5", _out_of_range, seconds=15.0),
    Probe("no-numbers", "what is no message number", "numbers", "RFC 1939 3; RFC 1939 5", _no_numbers, seconds=15.0),
    Probe("leading-zeros", "a number with leading zeros", "numbers", "RFC 1939 4", _leading_zeros,
          needs=("login", "messages")),
)  # fmt: skip
