"""STORE, keywords, \\Seen and \\Recent (RFC 9051 sections 2.3.2 and 6.4.6)."""

from __future__ import annotations

from mailshell.check.bench import Bench, quoted
from mailshell.check.client import Client, Reply
from mailshell.check.imap import letters
from mailshell.check.imap.fetching import Items, by_uid
from mailshell.check.imap.found import found
from mailshell.check.imap.scratch import Scratch, code, scratch
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe

_KEYWORD = "$MailshellCheck"
#: The commands, one after the other, and the flags that the message has then.
_STEPS: tuple[tuple[str, set[str]], ...] = (
    ("+FLAGS (\\Seen \\Flagged)", {"\\seen", "\\flagged"}),
    ("+FLAGS (\\Flagged)", {"\\seen", "\\flagged"}),
    ("-FLAGS (\\Seen)", {"\\flagged"}),
    ("FLAGS (\\Answered)", {"\\answered"}),
    ("+FLAGS.SILENT (\\Draft)", {"\\answered", "\\draft"}),
    ("FLAGS.SILENT (\\Seen)", {"\\seen"}),
    ("-FLAGS.SILENT (\\Seen)", set()),
    ("FLAGS ()", set()),
)


async def _flags(client: Client, number: int = 1) -> tuple[Reply, set[str] | None]:
    reply = await client.ask(f"FETCH {number} (FLAGS)")
    return reply, letters.told_flags(reply.fetched, number)


async def _store(bench: Bench) -> None:
    async with scratch(bench) as place:
        await place.fill(2)
        await place.select(2)
        right = 0
        for words, wanted in _STEPS:
            reply = await place.client.ask(f"STORE 1 {words}")
            told = letters.told_flags(reply.fetched, 1)
            fetched, flags = await _flags(place.client)
            about = words.partition(" ")[0]
            if not reply.ok:
                bench.wrong(f"STORE {words} is refused: {reply.words}", reply, about=about)
            elif flags != wanted:
                says = f"after STORE {words} the message has {_shown(flags)}; it should have {_shown(wanted)}"
                bench.wrong(says, fetched, about=about)
            elif ".SILENT" in words and told is not None:
                bench.tell(Verdict.NOTE, f"STORE {words} tells the flags in spite of .SILENT", reply, about=about)
            elif ".SILENT" not in words and told is None and words != "+FLAGS (\\Flagged)" and words != "FLAGS ()":
                bench.warn(f"STORE {words} does not tell the new flags in a FETCH response", reply, about=about)
            elif told is not None and told != wanted:
                bench.wrong(f"STORE {words} tells {_shown(told)}; the message has {_shown(wanted)}", reply, about=about)
            else:
                right += 1
        if right:
            bench.good(f"{right} of {len(_STEPS)} forms of STORE do what they say")
        other, flags = await _flags(place.client, 2)
        if flags:
            bench.wrong(f"STORE on message 1 gave message 2 {_shown(flags)}", other)
        await _kept(bench, place)


async def _kept(bench: Bench, place: Scratch) -> None:
    """Flags among the PERMANENTFLAGS outlast the session (section 7.1)."""
    await place.client.ask("STORE 1 FLAGS (\\Flagged \\Answered)")
    selected = await place.select(2)
    permanent = {word.lower().strip("()") for word in code(selected, "PERMANENTFLAGS") or ["\\flagged", "\\answered"]}
    reply, flags = await _flags(place.client)
    wanted = {"\\flagged", "\\answered"} & permanent
    if flags is None or not wanted <= flags:
        bench.wrong(
            f"after SELECT the message has {_shown(flags)}; {_shown(wanted)} should be kept", reply, about="kept"
        )
    else:
        bench.good(f"flags are kept when the mailbox is selected again: {_shown(wanted)}", reply, about="kept")


async def _keywords(bench: Bench) -> None:
    async with scratch(bench) as place:
        await place.fill(1)
        selected = await place.select(1)
        permanent = {word.strip("()") for word in code(selected, "PERMANENTFLAGS") or []}
        reply = await place.client.ask(f"STORE 1 +FLAGS ({_KEYWORD})")
        if "\\*" not in permanent:
            says = "new keywords can't be made (no \\* in PERMANENTFLAGS), and STORE of one"
            bench.good(f"{says} {'changes nothing' if reply.ok else 'is refused'}", reply)
            return
        fetched, flags = await _flags(place.client)
        search = await place.client.ask(f"SEARCH KEYWORD {_KEYWORD}")
        again = await place.select(1)
        kept, after = await _flags(place.client)
        if not reply.ok or _KEYWORD.lower() not in (flags or set()):
            says = f"PERMANENTFLAGS has \\*, but the message has no keyword after STORE: {reply.words}"
            bench.wrong(says, reply if not reply.ok else fetched, about="STORE")
        elif _KEYWORD.lower() not in (after or set()):
            bench.wrong("a keyword is lost when the mailbox is selected again", kept, about="kept")
        elif found(search) != (1,):
            bench.wrong("SEARCH KEYWORD does not find a message with this keyword", search, about="SEARCH")
        elif not any(_KEYWORD.lower() in response.rest.decode("latin-1").lower() for response in again.named("FLAGS")):
            bench.warn("a keyword that a message has is not among the FLAGS of SELECT", again, about="FLAGS")
        else:
            bench.good("a new keyword is stored, kept, listed in FLAGS and found", again)


async def _seen(bench: Bench) -> None:
    """BODY[] sets \\Seen, BODY.PEEK[] does not, and in EXAMINE nothing does (sections 6.3.3 and 6.4.5)."""
    async with scratch(bench) as place:
        client = place.client
        await place.fill(1)
        await client.ask(f"EXAMINE {quoted(place.name)}")
        await client.ask("FETCH 1 BODY[TEXT]")
        store = await client.ask("STORE 1 +FLAGS (\\Flagged)")
        await place.select(1)
        reply, flags = await _flags(client)
        if flags is None or "\\seen" in flags:
            bench.wrong("BODY[TEXT] in EXAMINE has set \\Seen", reply, about="EXAMINE")
        elif "\\flagged" in flags:
            bench.wrong("STORE in EXAMINE has set a flag", store, about="EXAMINE")
        else:
            bench.good(
                f"in EXAMINE flags stay as they are (STORE is answered with {store.status.status})",
                store,
                about="EXAMINE",
            )
        old = bench.known.advertises("IMAP4rev1") or not bench.known.advertises("IMAP4rev2")
        cases = [("BODY.PEEK[]", False), ("BODY[HEADER]", True), ("BODY[TEXT]<0.1>", True), ("BODY[]", True)]
        cases += [("RFC822.HEADER", False), ("RFC822.TEXT", True), ("RFC822", True)] if old else []
        for item, sets in cases:
            await client.ask("STORE 1 -FLAGS (\\Seen)")
            asked = await client.ask(f"FETCH 1 {item}")
            reply, flags = await _flags(client)
            seen = "\\seen" in (flags or set())
            if not asked.ok:
                bench.wrong(f"FETCH {item} is refused: {asked.words}", asked, about=item)
            elif seen != sets:
                bench.wrong(f"FETCH {item} {'sets' if seen else 'does not set'} \\Seen", reply, about=item)
            elif sets and "\\seen" not in (letters.told_flags([*asked.fetched, *reply.fetched], 1) or set()):
                bench.tell(Verdict.NOTE, f"FETCH {item} sets \\Seen without telling of it", asked, about=item)
            else:
                bench.good(f"FETCH {item} {'sets' if sets else 'does not set'} \\Seen", asked, about=item)
        if old:
            await _rfc822(bench, client)


async def _rfc822(bench: Bench, client: Client) -> None:
    """RFC822 and its kin against the sections of BODY; a read-only probe can't ask for them without leaving \\Seen."""
    reply = await client.ask("UID FETCH 1:* (RFC822 RFC822.HEADER RFC822.TEXT BODY[] BODY[HEADER] BODY[TEXT])")
    items: Items = next(iter(by_uid(reply).values()), {})
    pairs = {"RFC822": "BODY[]", "RFC822.HEADER": "BODY[HEADER]", "RFC822.TEXT": "BODY[TEXT]"}
    wrong = [name for name, section in pairs.items() if name not in items or items[name] != items.get(section)]
    if wrong:
        bench.wrong(f"{', '.join(wrong)}: not the same as the section of BODY", reply, about="RFC822")
    else:
        bench.good(
            "RFC822, RFC822.HEADER and RFC822.TEXT are the same as their sections of BODY", reply, about="RFC822"
        )


async def _recent(bench: Bench) -> None:
    """\\Recent is told to one session only, and EXAMINE takes it from nobody (RFC 3501 sections 2.3.2 and 6.3.2)."""
    async with scratch(bench) as place:
        await place.fill(1)
        client = place.client
        examined = await client.ask(f"EXAMINE {quoted(place.name)}")
        second = await bench.connect()
        try:
            first = await place.select(1, client=second)
            again = await place.select(1)
        finally:
            await bench.leave(second)
        counts = [_count(reply) for reply in (first, again)]
        if not counts[0] and not _count(examined):
            bench.good("the server marks no message as \\Recent, as IMAP4rev2 wants it", first)
        elif not counts[0]:
            bench.warn("EXAMINE took \\Recent from a message: the next SELECT no longer has it", first)
        elif counts[1]:
            bench.tell(Verdict.NOTE, "two sessions at the same time are told that the same message is recent", again)
        else:
            bench.good("\\Recent outlasts EXAMINE, and is told to one session only", first)


def _count(reply: Reply) -> int | None:
    found = [response.number for response in reply.named("RECENT")]
    return found[-1] if found else None


def _shown(flags: set[str] | None) -> str:
    return "no answer" if flags is None else " ".join(sorted(flags)) or "no flags"


PROBES = (
    Probe("store", "STORE in all forms", "writing", "RFC 9051 6.4.6", _store, writes=True),
    Probe("keywords", "keywords", "writing", "RFC 9051 2.3.2", _keywords, writes=True),
    Probe("seen", "what sets \\Seen", "writing", "RFC 9051 6.4.5", _seen, writes=True, seconds=15),
    Probe("recent", "\\Recent", "writing", "RFC 3501 2.3.2", _recent, writes=True),
)
