"""How commands may be written, in any case and with any tag; and what becomes of those that are wrong."""

from __future__ import annotations

from mailshell.check.advertised import has
from mailshell.check.bench import Bench
from mailshell.check.client import Reply
from mailshell.check.imap.capabilities import advertised
from mailshell.check.imap.examined import examined
from mailshell.check.imap.found import found, status_items
from mailshell.check.imap.survivor import Survivor
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe

#: Tags that the grammar allows (RFC 9051 section 9: ASTRING-CHAR except "+"), and how bad it is if one is refused:
#: clients use letters, digits and a few signs.
_TAGS = (
    ("60 letters", "T" * 60, Verdict.WARNING), ("digits only", "007", Verdict.WARNING),
    ("letters, a dot and a dash", "a.b-c", Verdict.WARNING), ("letters and a colon", "x:1", Verdict.NOTE),
    ("other characters", "!#$&',/;<=>?@^_`|~", Verdict.NOTE), ("a letter and a bracket", "a]", Verdict.NOTE),
)  # fmt: skip
#: Wrong commands that select nothing: after a SELECT that fails no mailbox is selected.
_WRONG = (
    ("an unknown command", "FROBNICATE"), ("FETCH without items", "FETCH 1"), ("STATUS without a mailbox", "STATUS"),
    ("STATUS without items", "STATUS INBOX"), ("SEARCH without a key", "SEARCH"),
    ("an unknown key", "SEARCH SHOESIZE 9"),
    ("an unknown item", "FETCH 1 (SHOESIZE)"), ("NOOP with an argument", "NOOP 1"), ("two spaces", "FETCH  1 (UID)"),
    ("a list that is not closed", "FETCH 1 (UID"), ("a quote that is not closed", 'STATUS "INBOX (MESSAGES)'),
)  # fmt: skip


async def _case(bench: Bench) -> None:
    """Commands, names of items and INBOX in any case (RFC 9051 sections 5.1 and 9)."""
    client = await bench.client()
    for command in ("noop", "nOoP"):
        _judge(bench, command, await client.ask(command), True)
    wanted = await client.ask("STATUS INBOX (MESSAGES UIDVALIDITY)")
    for command in ("STATUS inbox (MESSAGES UIDVALIDITY)", 'status "iNbOx" (messages uIdValidity)'):
        reply = await client.ask(command)
        _judge(bench, command, reply, status_items(reply) == status_items(wanted))
    mailbox = await examined(bench, client)
    if mailbox.count:
        reply = await client.ask("fetch 1 (uid flags)")
        names = {item.name for one in reply.fetched for item in one.items}
        _judge(bench, "fetch 1 (uid flags)", reply, {"UID", "FLAGS"} <= names)
        reply = await client.ask(f"search 1:{mailbox.count} seen")
        _judge(bench, f"search 1:{mailbox.count} seen", reply, found(reply) is not None)


async def _tags(bench: Bench) -> None:
    """Any tag that the grammar allows, and one that was used before (RFC 9051 section 2.2.1)."""
    survivor = Survivor(bench)
    for what, tag, verdict in _TAGS:
        status, reply, _ = await survivor.send(f"{tag} NOOP\r\n".encode())
        if status is not None and status.ok:
            bench.good(f"a tag of {what} is taken", reply, about=what)
        else:
            advice = "use letters and digits in tags"
            bench.tell(verdict, f"a tag of {what} is not taken: {tag}", reply, about=what, advice=advice)
    client = await bench.client()
    twice = await client.together(b"twice NOOP\r\n")
    again = await client.together(b"twice NOOP\r\n")
    if twice.ok and again.ok:
        bench.good("a tag may be used again", again, about="again")
    else:
        rev2 = has(await advertised(bench), "IMAP4REV2")
        verdict = Verdict.WARNING if rev2 else Verdict.NOTE
        bench.tell(verdict, f"a tag that was used before is refused: {again.words}", again, about="again")


async def _wrong(bench: Bench) -> None:
    """What is wrong is answered with BAD, and the connection stays (RFC 9051 section 7.1.3)."""
    survivor = Survivor(bench)
    for number, (what, command) in enumerate(_WRONG):
        if "FETCH" in command and bench.known.messages == 0:
            continue
        status, reply, ended = await survivor.send(f"w{number} {command}\r\n".encode())
        says, verdict = f"{what} ({command})", Verdict.WARNING
        if ended == "mute":
            bench.tell(verdict, f"after {says} the server does not answer any more", reply)
        elif ended:
            said = reply.named("BYE")
            verdict = Verdict.NOTE if said else verdict
            bench.tell(verdict, f"{says} ends the connection, {'with BYE' if said else 'without a word'}", reply)
        elif status is None and reply.named("BAD"):
            bench.tell(Verdict.NOTE, f"{says} has an untagged BAD", reply)
        elif status is None:
            bench.tell(verdict, f"{says} has no answer", reply)
        elif status.status == "BAD":
            bench.good(f"{says} is answered with BAD", reply)
        else:
            bench.tell(Verdict.NOTE, f"{says} is answered with {status.status}; BAD is expected", reply)
        if reply.statuses and not reply.ok:
            bench.warn(f"after {what} NOOP is refused: {reply.words}", reply)


def _judge(bench: Bench, what: str, reply: Reply, right: bool) -> None:
    if reply.ok and right:
        bench.good(f"{what}: as in another case", reply)
    elif reply.ok:
        bench.wrong(f"{what} is answered with OK, and otherwise than in another case", reply)
    else:
        bench.warn(f"{what} is refused: {reply.words}", reply, advice="write it in upper case for this server")


PROBES = (
    Probe("case", "commands, items and INBOX in any case", "commands", "RFC 9051 9; RFC 9051 5.1", _case),
    Probe("tags", "tags of all kinds", "commands", "RFC 9051 2.2.1; RFC 9051 9", _tags),
    Probe("wrong-commands", "what is wrong is answered with BAD", "commands", "RFC 9051 7.1.3; RFC 9051 2.2.1", _wrong),
)
