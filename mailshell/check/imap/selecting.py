"""What EXAMINE and SELECT have to tell of a mailbox, and whether STATUS and a second session tell the same."""

from __future__ import annotations

from collections.abc import Mapping

from mailshell.check.advertised import has
from mailshell.check.bench import Bench, ProbeFailed, quoted
from mailshell.check.client import Client, Reply
from mailshell.check.imap.capabilities import advertised
from mailshell.check.imap.examined import examine, view_of
from mailshell.check.imap.found import found, status_items
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.state import MailboxView
from mailshell.text.sentences import counted

#: What EXAMINE and SELECT have to tell: its name, whether it is a response code, and how bad it is if it is missing.
#: A client does without the codes as it did before they were required (RFC 9051 section 6.3.2).
_BOTH = (
    ("EXISTS", False, Verdict.ERROR),
    ("FLAGS", False, Verdict.WARNING),
    ("UIDVALIDITY", True, Verdict.WARNING),
    ("UIDNEXT", True, Verdict.WARNING),
    ("PERMANENTFLAGS", True, Verdict.WARNING),
)
_REV1 = (("RECENT", False, Verdict.WARNING),)
_REV2 = (("LIST", False, Verdict.WARNING),)
#: Items of STATUS, and the attribute of a view that says the same.
_SAME = (("MESSAGES", "exists"), ("UIDNEXT", "uidnext"), ("UIDVALIDITY", "uidvalidity"))
#: Of more messages than this UNSEEN is not counted with SEARCH.
_COUNTED = 50_000


async def _examine(bench: Bench) -> None:
    client = await bench.client()
    names = await advertised(bench)
    reply, view = await examine(client, bench.known.mailbox)
    bench.known.messages = view.exists
    complete = await _required(bench, client, view, names, reply, "EXAMINE")
    if "READ-ONLY" not in _code_of(reply):
        bench.warn("the OK of EXAMINE does not begin with [READ-ONLY]", reply, about="READ-ONLY")
    elif complete:
        bench.good(f"EXAMINE tells all that it has to: {_told(view)}", reply)
    if view.permanent_flags:
        bench.tell(
            Verdict.NOTE,
            f"PERMANENTFLAGS of EXAMINE names {counted(len(view.permanent_flags), 'flag')}, and none can be changed",
            reply,
            about="PERMANENTFLAGS",
        )


async def _select(bench: Bench) -> None:
    client = await bench.client()
    names = await advertised(bench)
    before = await client.ask(f"EXAMINE {quoted(bench.known.mailbox)}")
    recent = before.named("RECENT")
    if recent and recent[-1].number:
        bench.tell(
            Verdict.LEFT_OUT,
            f"SELECT would take \\Recent from {counted(recent[-1].number, 'message')}: EXAMINE was tried only",
        )
        return
    reply = await client.ask(f"SELECT {quoted(bench.known.mailbox)}")
    view = view_of(client)
    # Nothing is to be changed by accident from here on.
    await client.ask(f"EXAMINE {quoted(bench.known.mailbox)}")
    if not reply.ok or view is None:
        raise ProbeFailed(f"SELECT {bench.known.mailbox} was refused: {reply.words}", reply)
    complete = await _required(bench, client, view, names, reply, "SELECT")
    _permanent_flags(bench, view, reply)
    code = _code_of(reply)
    if "READ-WRITE" not in code and "READ-ONLY" not in code:
        bench.tell(Verdict.NOTE, "the OK of SELECT has neither [READ-WRITE] nor [READ-ONLY]", reply, about="READ-WRITE")
    elif complete:
        bench.good(f"SELECT tells all that it has to: {_told(view)}", reply)


async def _required(
    bench: Bench, client: Client, view: MailboxView, names: tuple[str, ...], reply: Reply, command: str
) -> bool:
    """Tell of what is missing. Whether nothing is."""
    rev1 = not has(names, "IMAP4REV2") or has(names, "IMAP4REV1")
    missing = False
    for name, is_code, verdict in (*_BOTH, *(_REV1 if rev1 else _REV2)):
        if not (name in reply.codes if is_code else reply.named(name)):
            missing = True
            what = f"[{name}]" if is_code else name
            bench.tell(verdict, f"{command} does not tell {what}, which it has to", reply, about=name)
    if view.unseen:
        # Among the messages up to the first unseen one there is that one only (RFC 3501 section 7.1).
        search = await client.ask(f"SEARCH 1:{view.unseen} UNSEEN")
        unseen = found(search)
        if search.ok and unseen is not None and unseen != (view.unseen,) and not search.fetched:
            first = min(unseen, default="none")
            says = f"{command} tells [UNSEEN {view.unseen}], and the first message that SEARCH finds unseen is {first}"
            bench.tell(Verdict.NOTE, says, reply, about="UNSEEN", source="RFC 3501 7.1")
    elif rev1 and await _unseen(client, view):
        # Where all messages are seen there is none to be named.
        missing = True
        bench.tell(Verdict.NOTE, f"{command} does not tell [UNSEEN], though messages are unseen", reply, about="UNSEEN")
    return not missing


def _permanent_flags(bench: Bench, view: MailboxView, reply: Reply) -> None:
    if view.permanent_flags is None:
        return
    known = {flag.lower() for flag in view.flags}
    unknown = [flag for flag in view.permanent_flags if flag != "\\*" and flag.lower() not in known]
    if unknown:
        bench.tell(
            Verdict.NOTE,
            f"PERMANENTFLAGS has what FLAGS does not: {', '.join(unknown[:5])}",
            reply,
            about="PERMANENTFLAGS",
            source="RFC 9051 7.1",
        )
    if "\\recent" in (flag.lower() for flag in view.permanent_flags):
        bench.warn("PERMANENTFLAGS has \\Recent, which no client can change", reply, about="PERMANENTFLAGS")


def _code_of(reply: Reply) -> str:
    return (reply.status.code or b"").decode("latin-1").upper()


def _told(view: MailboxView) -> str:
    return f"{counted(view.exists or 0, 'message')}, {_numbers(view)}"


def _numbers(view: MailboxView, *names: str) -> str:
    """``UIDVALIDITY 7, UIDNEXT 30``, or one of them; ``no UIDNEXT`` if it was not told."""
    told = {name: getattr(view, name.lower()) for name in names or ("UIDVALIDITY", "UIDNEXT")}
    return ", ".join(f"no {name}" if value is None else f"{name} {value}" for name, value in told.items())


async def _status(bench: Bench) -> None:
    """STATUS in a session with no mailbox selected, between two EXAMINEs in another: so a change meanwhile shows."""
    client, second = await bench.client(), await bench.connect()
    name = quoted(bench.known.mailbox)
    before = await _view(bench, client)
    reply = await second.ask(f"STATUS {name} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)")
    items = status_items(reply)
    if not reply.ok or items is None:
        what = "is answered without STATUS" if reply.ok else f"is refused: {reply.words}"
        bench.wrong(f"STATUS {what}", reply)
        return
    after, unseen = await _view(bench, client), await _unseen(client, before)
    differing = _differences(items, before)
    if not differing:
        bench.good(f"STATUS and EXAMINE tell the same: {_told(before)}", reply)
    elif not _differences(items, after) or _changed(before, after):
        bench.tell(Verdict.UNDECIDED, "the mailbox was changed by somebody meanwhile", reply)
    else:
        bench.wrong(f"STATUS and EXAMINE differ: {'; '.join(differing)}", reply)
    if unseen is not None and items.get("UNSEEN") not in (None, unseen) and not _changed(before, after):
        again = await second.ask(f"STATUS {name} (UNSEEN)")
        if (status_items(again) or {}).get("UNSEEN") != unseen and await _unseen(client, before) == unseen:
            bench.warn(
                f"STATUS counts {items['UNSEEN']} unseen messages, SEARCH UNSEEN {unseen}", reply, about="UNSEEN"
            )


async def _second_session(bench: Bench) -> None:
    client, second = await bench.client(), await bench.connect()
    one, other = await _view(bench, client), await _view(bench, second)
    reply = second.seen()
    if one.uidvalidity != other.uidvalidity:
        bench.wrong(
            f"one session tells {_numbers(one, 'UIDVALIDITY')}, and another {_numbers(other, 'UIDVALIDITY')}",
            reply,
            about="UIDVALIDITY",
            advice="a client throws away all that it knows of the mailbox each time",
        )
    else:
        bench.good(f"a second session tells {_numbers(one, 'UIDVALIDITY')} too", reply, about="UIDVALIDITY")
    if (one.exists, one.uidnext) == (other.exists, other.uidnext):
        seen = f"{counted(one.exists or 0, 'message')} and {_numbers(one, 'UIDNEXT')}"
        bench.good(f"it sees {seen}, like the first", reply)
        return
    third = await _view(bench, client)
    if (third.exists, third.uidnext) == (one.exists, one.uidnext):
        bench.warn(
            f"a second session sees {counted(other.exists or 0, 'message')} and {_numbers(other, 'UIDNEXT')}, the "
            f"first {one.exists or 0:,} and {_numbers(one, 'UIDNEXT')}",
            reply,
        )
    else:
        bench.tell(Verdict.UNDECIDED, "the mailbox was changed by somebody meanwhile", reply)


async def _view(bench: Bench, client: Client) -> MailboxView:
    return (await examine(client, bench.known.mailbox))[1]


async def _unseen(client: Client, view: MailboxView) -> int | None:
    """How many messages SEARCH finds unseen; None if there are too many to ask."""
    if (view.exists or 0) > _COUNTED:
        return None
    reply = await client.ask("SEARCH UNSEEN")
    numbers = found(reply)
    return len(numbers) if reply.ok and numbers is not None else None


def _differences(items: Mapping[str, object], view: MailboxView) -> list[str]:
    differing = []
    for item, attribute in _SAME:
        examined = getattr(view, attribute)
        if item not in items:
            differing.append(f"{item} is missing in STATUS")
        elif examined is not None and items[item] != examined:
            differing.append(f"{item} is {items[item]} in STATUS and {examined} in EXAMINE")
    return differing


def _changed(before: MailboxView, after: MailboxView) -> bool:
    return (before.exists, before.uidnext) != (after.exists, after.uidnext)


_DATA = "RFC 9051 6.3.2; RFC 3501 6.3.1"
PROBES = (
    Probe("examine-data", "what EXAMINE has to tell", "mailbox", "RFC 9051 6.3.3; RFC 3501 6.3.2", _examine),
    Probe("select-data", "what SELECT has to tell", "mailbox", _DATA, _select),
    Probe("status", "STATUS against EXAMINE", "mailbox", "RFC 9051 6.3.11; RFC 3501 6.3.10", _status),
    Probe(
        "second-session", "UIDVALIDITY and counts in a second session", "mailbox", "RFC 9051 2.3.1.1", _second_session
    ),
)
