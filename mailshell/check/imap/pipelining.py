"""Several commands in one write (RFC 9051 section 5.5), and IDLE (section 6.3.13)."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.check.advertised import has
from mailshell.check.bench import Bench, quoted
from mailshell.check.client import Reply
from mailshell.check.imap.capabilities import advertised
from mailshell.check.imap.examined import examined
from mailshell.check.imap.found import found
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.response import Response
from mailshell.text.sentences import some

#: IDLE lasts so long (seconds); news would come by then if there were any.
_IDLE = 0.3


async def _pipelining(bench: Bench) -> None:
    client = await bench.connect()
    name = quoted(bench.known.mailbox)
    many = await client.together(b"p1 NOOP\r\np2 CAPABILITY\r\np3 NOOP\r\np4 STATUS INBOX (MESSAGES)\r\np5 NOOP\r\n")
    refused = [status for status in many.statuses if not status.ok]
    if refused:
        are = "1 is" if len(refused) == 1 else f"{len(refused)} are"
        bench.warn(f"of 5 commands in one write {are} refused: {refused[0].status}", many)
    elif not many.named("CAPABILITY") or not many.named("STATUS"):
        bench.wrong("of 5 commands in one write some have no data", many)
    else:
        bench.good("5 commands in one write are all answered", many)
    # One that the next depends on: the server has to end the first before it begins the second.
    uid = "*" if bench.known.messages else "1"
    both = await client.together(f"p6 EXAMINE {name}\r\np7 UID FETCH {uid} (UID)\r\n".encode())
    _judge_order(bench, both)
    await _searches(bench)


def _judge_order(bench: Bench, reply: Reply) -> None:
    first, second = reply.statuses
    for name, status in (
        ("EXAMINE, sent right before UID FETCH,", first),
        ("UID FETCH, sent right behind EXAMINE,", second),
    ):
        if not status.ok:
            bench.wrong(f"{name} is answered with {status.status}", reply, about="order")
            return
    late = isinstance(first, Response) and all(one.offset > first.offset for one in reply.named("FETCH"))
    if late:
        bench.good("UID FETCH, sent right behind EXAMINE, is answered after it", reply, about="order")
    else:
        bench.wrong("UID FETCH, sent right behind EXAMINE, is answered before it", reply, about="order")


async def _searches(bench: Bench) -> None:
    """Of two searches under way each has its numbers before its own completion, or names its tag (ESEARCH)."""
    client = await bench.client()
    mailbox = await examined(bench, client)
    if mailbox.count < 2:
        bench.tell(Verdict.LEFT_OUT, "two searches at once need two messages", about="mixed")
        return
    reply = await client.together(b"p8 SEARCH 1\r\np9 SEARCH 2\r\n")
    first, second = reply.statuses
    answers = [one for one in reply.responses if one.name in ("SEARCH", "ESEARCH")]
    numbers = [found(Reply([], [one])) for one in answers]
    if not (first.ok and second.ok):
        bench.warn(f"two searches in one write are not both answered: {reply.words}", reply, about="mixed")
    elif set(numbers) != {(1,), (2,)} or len(numbers) > 2:
        bench.wrong(f"two searches in one write find {_each(numbers)}, not 1 and 2", reply, about="mixed")
    elif numbers != [(1,), (2,)] and answers[0].name == "SEARCH":
        bench.warn("the results of two searches in one write come in another order", reply, about="mixed")
    elif (
        isinstance(first, Response)
        and answers[0].name == "SEARCH"
        and not answers[0].offset < first.offset < answers[1].offset
    ):
        says = "two searches in one write have their results before both completions: only the order tells them apart"
        bench.tell(Verdict.NOTE, says, reply, about="mixed", advice="wait for one search before sending the next")
    else:
        bench.good("two searches in one write are answered one after the other", reply, about="mixed")


def _each(results: Sequence[Sequence[int] | None]) -> str:
    """What each of several searches has found, in words."""
    return " and ".join(some(numbers or (), "nothing") for numbers in results) or "nothing"


async def _idle(bench: Bench) -> None:
    names = await advertised(bench)
    if not has(names, "IDLE", "IMAP4REV2"):
        bench.tell(Verdict.NOT_OFFERED, "the server does not advertise IDLE", about="IDLE")
        return
    client = await bench.client()
    await examined(bench, client)
    request, reply = await client.idle(_IDLE)
    if request is None:
        bench.warn(f"IDLE is advertised, and answered with {reply.words}", reply, about="IDLE")
    elif not reply.ok:
        bench.warn(f"DONE ends IDLE, and is answered with {reply.words}", reply, about="IDLE")
    else:
        bench.good("IDLE begins with +, and DONE ends it", reply, about="IDLE")
    after = await client.ask("NOOP")
    if not after.ok:
        bench.wrong(f"after IDLE a command is refused: {after.words}", after, about="IDLE")


async def _check(bench: Bench) -> None:
    """CHECK, which IMAP4rev2 does without, and NOOP with a mailbox selected."""
    client = await bench.client()
    await examined(bench, client)
    reply = await client.ask("NOOP")
    if not reply.ok:
        bench.wrong(f"NOOP is refused: {reply.words}", reply)
    else:
        bench.good("NOOP is answered with OK", reply)
    if not has(await advertised(bench), "IMAP4REV1"):
        return
    reply = await client.ask("CHECK")
    if not reply.ok:
        bench.warn(f"CHECK is refused: {reply.words}", reply)
    else:
        bench.good("CHECK is answered with OK", reply)


PROBES = (
    Probe("pipelining", "several commands in one write", "commands", "RFC 9051 5.5", _pipelining),
    Probe("extension-idle", "IDLE tried", "extensions", "RFC 2177 3; RFC 9051 6.3.13", _idle, waits=True),
    Probe("noop-check", "NOOP and CHECK", "commands", "RFC 9051 6.1.2; RFC 3501 6.4.1", _check),
)
