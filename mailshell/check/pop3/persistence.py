"""A second session: the same messages have the same unique-ids, and nothing is gone that nobody deleted."""

from __future__ import annotations

from mailshell.check.bench import Bench
from mailshell.check.outcome import Verdict
from mailshell.check.pop3.asking import parameters
from mailshell.check.pop3.maildrop import read_scan, read_unique
from mailshell.check.probe import Probe
from mailshell.text.sentences import counted


async def _second_session(bench: Bench) -> None:
    known = bench.known
    if not known.unique_ids:
        bench.tell(Verdict.LEFT_OUT, "there are no unique-ids to compare")
        return
    if (parameters(bench, "LOGIN-DELAY") or ["0"])[0] != "0":
        bench.tell(Verdict.LEFT_OUT, "LOGIN-DELAY: the server does not want another login so soon")
        return
    await bench.close()
    client = await bench.client()
    listed = await client.ask("LIST")
    reply = await client.ask("UIDL")
    sizes, _ = read_scan(listed.lines)
    now, _ = read_unique(reply.lines)
    if not (listed.ok and reply.ok):
        bench.warn("LIST or UIDL is refused in a second session", reply if listed.ok else listed)
        return
    number_of = {unique: number for number, unique in now.items()}
    gone = {number: unique for number, unique in known.unique_ids.items() if unique not in number_of}
    changed = await _changed(bench, gone, sizes, now)
    for number in changed:
        bench.wrong(
            f"the unique-id of message {number} was {known.unique_ids[number]} and is {now[number]} in the next "
            "session, with the same contents",
            reply,
            advice="a client that leaves mail on the server fetches all of it again",
        )
    grown = [
        number
        for number, unique in known.unique_ids.items()
        if unique in number_of and sizes.get(number_of[unique]) != known.sizes.get(number)
    ]
    if grown:
        first = grown[0]
        unique = known.unique_ids[first]
        bench.warn(
            f"LIST said {known.sizes.get(first, 0):,} octets for the unique-id {unique}, and "
            f"{sizes.get(number_of[unique], 0):,} in the next session",
            listed,
        )
    if len(gone) > len(changed):
        bench.tell(
            Verdict.NOTE,
            f"the second session lacks {counted(len(gone) - len(changed), 'message')} of the first; "
            "another program may have deleted them",
            reply,
        )
    elif not gone and not grown:
        new = len(now) - len(known.unique_ids)
        more = f"; {counted(new, 'message')} came meanwhile" if new > 0 else ""
        bench.good(f"{counted(len(known.unique_ids), 'unique-id')}: the same in a second session{more}", reply)


async def _changed(bench: Bench, gone: dict[int, str], sizes: dict[int, int], now: dict[int, str]) -> list[int]:
    """Which messages of the sample are there with the same contents and number, and another unique-id."""
    client = await bench.client()
    found = []
    for message in bench.known.sample:
        number = message.number
        same_place = number in gone and number in now and sizes.get(number) == message.size
        if same_place and message.octets is not None:
            reply = await client.ask(f"RETR {number}")
            if reply.ok and reply.body == message.octets:
                found.append(number)
    return found


PROBES = (
    Probe("second-session", "unique-ids and sizes in a second session", "maildrop", "RFC 1939 7", _second_session,
          needs=("login", "messages"), seconds=15.0, uses=("unique-ids", "sizes")),
)  # fmt: skip
