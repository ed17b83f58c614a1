"""What the server advertises at each moment: in the greeting, in the clear, under TLS, after login."""

from __future__ import annotations

from collections.abc import Sequence

from mailshell.check.advertised import has
from mailshell.check.bench import Bench
from mailshell.check.client import Client, Reply
from mailshell.check.moments import MOMENTS
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.text.sentences import counted, some

_REVISIONS = frozenset({"IMAP4", "IMAP4REV1", "IMAP4REV2"})


async def advertised(bench: Bench) -> tuple[str, ...]:
    """The capabilities after login, as the server wrote them: those that are known, or asked for now."""
    known = bench.known.capabilities
    if "login" not in known:
        client = await bench.client()
        await client.ask("CAPABILITY")
        known["login"] = client.capabilities
    return known["login"]


async def _before(bench: Bench) -> None:
    client = await bench.connect(login=False, starttls=False)
    await _ask(bench, client, "tls" if client.session.tls else "clear")
    await bench.leave(client)


async def _after(bench: Bench) -> None:
    client = await bench.client()
    names = await _ask(bench, client, "login")
    if has(names, "STARTTLS"):
        bench.tell(
            Verdict.NOTE, "STARTTLS is still advertised after login, where it is not valid any more", about="login"
        )
    if has(names, "LOGINDISABLED"):
        bench.tell(
            Verdict.NOTE,
            "LOGINDISABLED is advertised after login, where nobody logs in any more: it tells a client nothing",
            about="login",
        )
    again = await client.ask("CAPABILITY")
    if _upper(client.capabilities) != _upper(names):
        bench.warn(
            f"CAPABILITY says another thing when it is asked again: {_difference(names, client.capabilities)}",
            again,
            about="login",
            advice="a proxy in front of the server may answer for it",
        )


async def _ask(bench: Bench, client: Client, moment: str) -> tuple[str, ...]:
    """Ask for the capabilities, compare them with what was told unasked, and keep them. Those asked for."""
    when, told = MOMENTS[moment].whole, client.capabilities
    reply = await client.ask("CAPABILITY")
    asked = client.capabilities
    bench.known.capabilities[moment] = asked
    listings = reply.named("CAPABILITY")
    if not reply.ok or not listings:
        what = "is answered without a list" if reply.ok else f"is refused: {reply.words}"
        bench.wrong(f"CAPABILITY {when} {what}", reply, about=moment)
        return asked
    if len(listings) > 1:
        lists = counted(len(listings), "list")
        bench.warn(f"CAPABILITY {when} is answered with {lists}; one is asked for", reply, about=moment)
    if not any(name.upper() in _REVISIONS for name in asked):
        bench.warn(f"no revision of IMAP is among the capabilities {when}", reply, about=moment)
    _compare(bench, told, asked, moment, reply)
    bench.good(f"{_counted(asked)} {when}", reply, about=moment)
    return asked


def _compare(bench: Bench, told: tuple[str, ...], asked: tuple[str, ...], moment: str, reply: Reply) -> None:
    """What was told unasked at the same moment is all of it, or at least true."""
    where = "the login's OK" if moment == "login" else "the greeting"
    if not told:
        bench.tell(Verdict.NOTE, f"{where} tells no capabilities: a client has to ask for them", about=moment)
        return
    untrue = _upper(told) - _upper(asked)
    untold = _upper(asked) - _upper(told)
    if untrue:
        bench.warn(
            f"{where} tells capabilities that CAPABILITY does not have at the same moment: {_words(untrue)}",
            reply,
            about=moment,
            advice="ask with CAPABILITY, and believe that",
        )
    if untold:
        bench.tell(
            Verdict.NOTE,
            f"{where} leaves out {len(untold)} of {_counted(asked)}: {_words(untold)}",
            reply,
            about=moment,
            advice="ask with CAPABILITY for all of them",
        )


def _upper(names: tuple[str, ...]) -> set[str]:
    return {name.upper() for name in names}


def _difference(before: tuple[str, ...], now: tuple[str, ...]) -> str:
    gone, new = _upper(before) - _upper(now), _upper(now) - _upper(before)
    parts = [f"{_words(gone)} gone"] if gone else []
    return " and ".join(parts + ([f"{_words(new)} new"] if new else []))


def _words(names: set[str]) -> str:
    return some(sorted(names), most=6)


def _counted(names: Sequence[str]) -> str:
    return counted(len(names), "capability", "capabilities")


PROBES = (
    Probe(
        "capabilities-before-login", "CAPABILITY before login", "capabilities", "RFC 9051 6.1.1; RFC 9051 7.2.2",
        _before, needs=(),
    ),
    Probe(
        "capabilities-after-login", "CAPABILITY after login", "capabilities", "RFC 9051 6.1.1; RFC 9051 7.2.2", _after,
    ),
)  # fmt: skip
