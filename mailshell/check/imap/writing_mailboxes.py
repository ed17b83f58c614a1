"""CREATE, DELETE, RENAME, SUBSCRIBE and the names of mailboxes (RFC 9051 sections 5.1 and 6.3)."""

from __future__ import annotations

from mailshell.check.bench import Bench, quoted
from mailshell.check.client import Client, literal
from mailshell.check.imap.found import status_items
from mailshell.check.imap.scratch import Scratch, accepted, listed, remaining, scratch
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.mailbox_name import decode_mailbox
from mailshell.text.sentences import counted

#: What it is, and the name as it goes over the wire.
_NAMES = (
    ("a space", b"two words"),
    ("a quote", b'quo"te'),
    ("a backslash", b"back\\slash"),
    ("parentheses and a brace", b"p(a)r{e"),
    ("modified UTF-7", b"Entw&APw-rfe"),
    ("modified UTF-7 beyond the 16-bit plane", b"&2D3eAA-"),
    ("an ampersand", b"R&-D"),
    ("a literal's worth of letters", b"n" * 100),
)


async def _lifecycle(bench: Bench) -> None:
    async with scratch(bench) as place:
        client = place.client
        if not await _names(client, place.name):
            bench.wrong(
                f"{place.name} was created, but LIST does not show it", await client.ask('LIST "" *'), about="LIST"
            )
        again = await client.ask(f"CREATE {quoted(place.name)}")
        if again.ok:
            bench.wrong("CREATE of a mailbox that exists is accepted", again, about="CREATE")
        else:
            bench.good(
                f"CREATE makes a mailbox, and refuses it when it exists ({again.status.status})", again, about="CREATE"
            )
        await _rename(bench, place)
        missing = place.child("missing")
        for command in (
            f"DELETE {quoted(missing)}",
            f"SELECT {quoted(missing)}",
            f"STATUS {quoted(missing)} (MESSAGES)",
        ):
            reply = await client.ask(command)
            word = command.partition(" ")[0]
            if reply.ok:
                bench.wrong(f"{word} of a mailbox that does not exist is accepted", reply, about=word)
            else:
                bench.good(
                    f"{word} of a mailbox that does not exist is refused ({reply.status.status})", reply, about=word
                )


async def _rename(bench: Bench, place: Scratch) -> None:
    """RENAME keeps the messages; a mailbox of the new name must not exist (section 6.3.6)."""
    client = place.client
    old, new = place.child("old"), place.child("new")
    created = await client.ask(f"CREATE {quoted(old)}")
    if not created.ok:
        bench.tell(Verdict.NOTE, f"no mailbox can be made below the scratch mailbox: {created.words}", created)
        return
    await place.append(b"Subject: renamed\r\n\r\nbody\r\n", to=old)
    reply = await client.ask(f"RENAME {quoted(old)} {quoted(new)}")
    status = await client.ask(f"STATUS {quoted(new)} (MESSAGES)")
    messages = (status_items(status) or {}).get("MESSAGES")
    told = counted(messages, "message") if isinstance(messages, int) else "no number of messages"
    if not reply.ok:
        bench.wrong(f"RENAME is refused: {reply.words}", reply, about="RENAME")
    elif await _names(client, old):
        bench.wrong(f"after RENAME the old name {old} is still listed", reply, about="RENAME")
    elif messages != 1:
        bench.wrong(f"after RENAME STATUS tells {told}; the mailbox had 1 message", status, about="RENAME")
    else:
        bench.good("RENAME moves a mailbox with its message", reply, about="RENAME")
    if not reply.ok:
        return
    onto = await client.ask(f"RENAME {quoted(new)} {quoted(place.name)}")
    if onto.ok:
        bench.wrong("RENAME onto a mailbox that exists is accepted", onto, about="RENAME onto another")
        return
    deleted = await client.ask(f"DELETE {quoted(new)}")
    if not deleted.ok:
        bench.wrong(f"DELETE is refused: {deleted.words}", deleted, about="DELETE of a mailbox")
    elif await _names(client, new):
        bench.wrong(f"after DELETE {new} is still listed", deleted, about="DELETE of a mailbox")
    else:
        bench.good("DELETE removes a mailbox with its message", deleted, about="DELETE of a mailbox")


async def _names(client: Client, name: str) -> list[bytes]:
    """The mailboxes of this name that LIST shows."""
    return [one.raw for one in remaining(listed(await client.ask(f'LIST "" {quoted(name)}')))]


async def _subscriptions(bench: Bench) -> None:
    async with scratch(bench) as place:
        client, name = place.client, quoted(place.name)
        asks = ["LSUB"] if bench.known.advertises("IMAP4rev1") or not bench.known.advertises("IMAP4rev2") else []
        asks += ["LIST (SUBSCRIBED)"] if bench.known.advertises("LIST-EXTENDED", "IMAP4rev2") else []
        accepted(await client.ask(f"SUBSCRIBE {name}"), "SUBSCRIBE")
        on = {ask: await client.ask(f'{ask} "" {name}') for ask in asks}
        accepted(await client.ask(f"UNSUBSCRIBE {name}"), "UNSUBSCRIBE")
        off = {ask: await client.ask(f'{ask} "" {name}') for ask in asks}
        for ask in asks:
            if not listed(on[ask]):
                bench.wrong(f"{ask} does not show a mailbox after SUBSCRIBE", on[ask], about=ask)
            elif listed(off[ask]):
                bench.wrong(f"{ask} still shows a mailbox after UNSUBSCRIBE", off[ask], about=ask)
            else:
                bench.good(f"{ask} follows SUBSCRIBE and UNSUBSCRIBE", on[ask], about=ask)


async def _spellings(bench: Bench) -> None:
    """A name that is accepted must be listed as it was given, and lead to the same mailbox."""
    async with scratch(bench) as place:
        base = place.child("").encode()
        for what, leaf in _NAMES:
            await _try_name(bench, place.client, base + leaf, what)
        await _try_literal(bench, place.client, base + b"by literal")
        await _deep(bench, place)
        await _raw_utf8(bench, place)


async def _try_name(bench: Bench, client: Client, name: bytes, what: str) -> None:
    created = await client.ask(b"CREATE " + quoted(name))
    if not created.ok:
        bench.good(f"a name with {what} is refused, which is the server's choice: {created.words}", created, about=what)
        return
    reply = await client.ask(b'LIST "" ' + quoted(name))
    shown = [one.raw for one in listed(reply)]
    status = await client.ask(b"STATUS " + quoted(name) + b" (MESSAGES)")
    deleted = await client.ask(b"DELETE " + quoted(name))
    if name not in shown:
        told = f"as {shown[0].decode('utf-8', 'replace')}" if shown else "not at all"
        bench.wrong(f"a mailbox with {what} in its name is listed {told}", reply, about=what)
    elif not status.ok or not deleted.ok:
        failed = status if not status.ok else deleted
        bench.wrong(f"a mailbox with {what} in its name was created, but then: {failed.words}", failed, about=what)
    else:
        bench.good(f"a name with {what} is listed as it was given", reply, about=what)


async def _try_literal(bench: Bench, client: Client, name: bytes) -> None:
    created = await client.ask(b"CREATE {%d}\r\n" % len(name), literal(name), b"\r\n")
    shown = [one.raw for one in listed(await client.ask(b'LIST "" ' + quoted(name)))]
    if not created.ok or name not in shown:
        bench.wrong(
            "a name in a literal does not make the mailbox that the same name in quotes is", created, about="literal"
        )
    else:
        bench.good("a name in a literal is the same as in quotes", created, about="literal")


async def _deep(bench: Bench, place: Scratch) -> None:
    """CREATE makes the levels above as well (section 6.3.4, a SHOULD)."""
    delimiter = place.delimiter
    if delimiter is None:
        bench.tell(Verdict.NOT_OFFERED, "there is no hierarchy of mailboxes", about="hierarchy")
        return
    name = place.child(delimiter.join(("one", "two", "three")))
    reply = await place.client.ask(f"CREATE {quoted(name)}")
    found = await _names(place.client, name)
    if not reply.ok:
        says = f"CREATE does not make the levels above a mailbox: {reply.words}"
        bench.tell(Verdict.NOTE, says, reply, about="hierarchy")
    elif not found:
        bench.wrong("a mailbox three levels down was created, but LIST does not show it", reply, about="hierarchy")
    else:
        bench.good("CREATE makes a mailbox three levels down", reply, about="hierarchy")


async def _raw_utf8(bench: Bench, place: Scratch) -> None:
    """Without UTF8=ACCEPT a name has no octets above 127 (RFC 3501 section 5.1); what comes of one is worth knowing."""
    name = place.child("Entwürfe roh").encode()
    created = await place.client.ask(b"CREATE " + quoted(name))
    about = "raw UTF-8"
    if not created.ok:
        bench.good("a name in raw UTF-8, before UTF8=ACCEPT is enabled, is refused", created, about=about)
        return
    reply = await place.client.ask(f'LIST "" {quoted(place.child("Entw*"))}')
    shown = [one.raw for one in listed(reply)]
    if shown and decode_mailbox(shown[0]).endswith("Entwürfe roh") and shown[0].isascii():
        says = "a name in raw UTF-8 is accepted, and listed in modified UTF-7"
        bench.tell(Verdict.NOTE, says, reply, about=about)
    elif shown and not shown[0].isascii():
        bench.warn("a name in raw UTF-8 is accepted, and listed with octets above 127", reply, about=about)
    else:
        bench.tell(Verdict.NOTE, "a name in raw UTF-8 is accepted, and listed as something else", reply, about=about)


async def _utf8(bench: Bench) -> None:
    """After ENABLE UTF8=ACCEPT names are UTF-8; others still see modified UTF-7 (RFC 6855 section 3)."""
    async with scratch(bench) as place:
        enabled = await bench.connect()
        try:
            accepted(await enabled.ask("ENABLE UTF8=ACCEPT"), "ENABLE UTF8=ACCEPT")
            name = place.child("Entwürfe").encode()
            reply = accepted(await enabled.ask(b"CREATE " + quoted(name)), "CREATE of a name in UTF-8")
            mine = await enabled.ask(b'LIST "" ' + quoted(name))
        finally:
            await bench.leave(enabled)
        theirs = await place.client.ask(f'LIST "" {quoted(place.child("Entw&APw-rfe"))}')
        if [one.raw for one in listed(mine)] != [name]:
            bench.wrong("a name in UTF-8 is not listed as it was given, after ENABLE UTF8=ACCEPT", mine)
        elif not listed(theirs):
            bench.wrong("a session without UTF8=ACCEPT does not see that mailbox in modified UTF-7", theirs)
        else:
            bench.good("names in UTF-8 work with UTF8=ACCEPT, and are modified UTF-7 for others", reply)


PROBES = (
    Probe(
        "mailbox-lifecycle", "CREATE, RENAME, DELETE", "writing", "RFC 9051 6.3.4", _lifecycle, writes=True, seconds=20
    ),
    Probe("subscriptions", "SUBSCRIBE and UNSUBSCRIBE", "writing", "RFC 9051 6.3.7", _subscriptions, writes=True),
    Probe("mailbox-names", "names of mailboxes", "writing", "RFC 9051 5.1", _spellings, writes=True, seconds=20),
    Probe(
        "utf8-names",
        "names in UTF-8",
        "writing",
        "RFC 6855 3",
        _utf8,
        capabilities=("UTF8=ACCEPT",),
        writes=True,
        seconds=15,
    ),
)
