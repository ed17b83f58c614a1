"""Strings in all their forms: atom, quoted, literal, non-synchronizing literal; of no octets, and several in a command.

The same command in another form has to have the same answer (RFC 9051 section 4.3; RFC 7888).
"""

from __future__ import annotations

from dataclasses import dataclass

from mailshell.check.advertised import has
from mailshell.check.bench import Bench, quoted
from mailshell.check.client import Client, Reply, literal
from mailshell.check.imap.capabilities import advertised
from mailshell.check.imap.examined import examined
from mailshell.check.imap.found import found, status_items
from mailshell.check.imap.survivor import Survivor
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.contract import Part

#: RFC 7888 section 5: with LITERAL- a non-synchronizing literal has no more octets than this. And a few.
_SMALL = 4096
_FEW = 10


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a string: how it begins a literal, and how to say it in a sentence."""

    name: str
    opening: str
    sync: bool = True


_FORMS = (Form("a literal", "{{{size}}}"), Form("a non-synchronizing literal", "{{{size}+}}", sync=False))


def parts(before: str, value: bytes, form: Form, after: bytes = b"") -> tuple[bytes, Part, bytes]:
    """What ``Client.ask`` takes: a command up to its literal, the literal, and the rest with the line end."""
    head = f"{before}{form.opening.format(size=len(value))}\r\n"
    return head.encode(), literal(value, sync=form.sync), after + b"\r\n"


async def _forms(bench: Bench) -> tuple[Form, ...]:
    """The forms of literals that the server takes."""
    plus = has(await advertised(bench), "LITERAL+", "LITERAL-")
    return _FORMS if plus else _FORMS[:1]


async def _search(bench: Bench) -> tuple[Client, str]:
    """The session, with the mailbox selected, and the beginning of a SEARCH among a few messages."""
    client = await bench.client()
    mailbox = await examined(bench, client)
    return client, f"SEARCH {mailbox.within}"


async def _names(bench: Bench) -> None:
    """A mailbox name in each form, in STATUS."""
    client = await bench.client()
    name = bench.known.mailbox
    said = await client.ask(f"STATUS {quoted(name)} (UIDVALIDITY)")
    _judge(bench, "STATUS with a quoted name", said, _validity(said) is not None)
    wanted = _validity(said)
    if wanted is None:
        return
    if name.isascii() and name.isalnum():
        atom = await client.ask(f"STATUS {name} (UIDVALIDITY)")
        _judge(bench, "STATUS with the name as an atom", atom, _validity(atom) == wanted)
    for form in await _forms(bench):
        reply = await _send(client, "STATUS ", name.encode(), form, b" (UIDVALIDITY)")
        _judge(bench, f"STATUS with the name as {form.name}", reply, _validity(reply) == wanted, form)


async def _empty(bench: Bench) -> None:
    """A string of no octets: quoted, and as a literal."""
    client, search = await _search(bench)
    plain = await client.ask(f'{search}SUBJECT ""')
    _judge(bench, f'{search}SUBJECT ""', plain, found(plain) is not None)
    for form in await _forms(bench):
        reply = await _send(client, f"{search}SUBJECT ", b"", form)
        same = found(reply) is not None and (not plain.ok or found(reply) == found(plain))
        _judge(bench, f"SEARCH with {form.name} of 0 octets", reply, same, form)


async def _several(bench: Bench) -> None:
    """Two literals in one command, and octets that only a literal or an escape can hold."""
    client, search = await _search(bench)
    for form in await _forms(bench):
        first, source, rest = parts(f"{search}SUBJECT ", b"no such subject", form)
        opening = form.opening.format(size=2).encode()
        reply = await client.ask(first, source, b" FROM " + opening + rest, literal(b"no", sync=form.sync), b"\r\n")
        _judge(bench, f"SEARCH with twice {form.name}", reply, found(reply) is not None, form)
    escaped = await client.ask(search + r'SUBJECT "a \"quote\" and a \\"')
    _judge(bench, "SEARCH with quoted-pairs", escaped, found(escaped) is not None)
    same = await _send(client, f"{search}SUBJECT ", b'a "quote" and a \\', _FORMS[0])
    _judge(bench, "SEARCH with quotes in a literal", same, found(same) == found(escaped), _FORMS[0])


async def _advertised(bench: Bench) -> None:
    """LITERAL+ and LITERAL-: what they promise, on a connection of its own, as a false promise costs its footing."""
    names = await advertised(bench)
    plus, minus = has(names, "LITERAL+"), has(names, "LITERAL-")
    if not plus and not minus:
        bench.tell(Verdict.NOT_OFFERED, "the server advertises neither LITERAL+ nor LITERAL-", about="LITERAL+")
        return
    about = "LITERAL+" if plus else "LITERAL-"
    if plus and minus:
        bench.warn("both LITERAL+ and LITERAL- are advertised, of which only one may be", about=about)
    survivor, (_, search) = Survivor(bench), await _search(bench)
    for size in (_FEW, _SMALL):
        command = f"lit {search}SUBJECT {{{size}+}}\r\n".encode() + b"x" * size + b"\r\n"
        status, reply, ended = await survivor.send(command)
        what = f"a non-synchronizing literal of {size:,} octets"
        taken = status is not None and not ended and (status.status == "NO" or status.ok)
        if taken and reply.ok and not reply.named("BAD"):
            bench.good(f"{what} is taken", reply, about=about)
        elif size > _FEW and (status is not None or ended == "lost"):
            # Neither is forbidden for one that is too big (RFC 7888 section 4).
            how = "ends the connection" if status is None else f"is answered with {status.status}"
            bench.tell(Verdict.NOTE, f"{what} {how}", reply, about=about)
        else:
            how = {"lost": "ends the connection", "mute": "has no answer"}.get(ended, "is not taken for one")
            advice = "send synchronizing literals only to this server"
            bench.wrong(f"{about} is advertised, and {what} {how}", reply, about=about, advice=advice)


async def _send(client: Client, before: str, value: bytes, form: Form, after: bytes = b"") -> Reply:
    head, source, rest = parts(before, value, form, after)
    return await client.ask(head, source, rest)


def _judge(bench: Bench, what: str, reply: Reply, same: bool, form: Form | None = None) -> None:
    if reply.ok and same:
        bench.good(f"{what} is answered as it should be", reply)
    elif reply.ok:
        bench.wrong(f"{what} is answered with OK, and otherwise than the same in another form", reply)
    else:
        advice = "write strings in another form for this server" if form is not None else ""
        bench.warn(f"{what} is refused: {reply.words}", reply, advice=advice)


def _validity(reply: Reply) -> object:
    """UIDVALIDITY in the STATUS response; None without one."""
    return (status_items(reply) or {}).get("UIDVALIDITY")


PROBES = (
    Probe("names-in-all-forms", "a mailbox name as atom, quoted, literal", "commands", "RFC 9051 4.3", _names),
    Probe("empty-strings", "strings of no octets", "commands", "RFC 9051 4.3", _empty),
    Probe("several-literals", "several literals, quotes and backslashes", "commands", "RFC 9051 4.3", _several),
    Probe("extension-literals", "LITERAL+ or LITERAL- tried", "extensions", "RFC 7888 3; RFC 7888 5", _advertised),
)
