"""What CAPA lists, tried one by one: advertised and accepted, or advertised and refused."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

from mailshell.check.bench import Bench
from mailshell.check.outcome import Verdict
from mailshell.check.pop3.asking import ask, parameters
from mailshell.check.pop3.maildrop import in_order, listing, text_of
from mailshell.check.probe import Probe
from mailshell.sasl.table import MECHANISMS
from mailshell.text.sentences import counted

#: A language tag and perhaps its name (RFC 6856 section 3.2).
_LANGUAGE = re.compile(rb"[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8})*(?: .*)?")


async def _extensions(bench: Bench) -> None:
    names = bench.known.names()
    for name in (*names, *(optional for optional in ("TOP", "UIDL", "PIPELINING") if optional not in names)):
        trial = _TRIALS.get(name)
        if trial is not None:
            await trial(bench)
        elif name not in _ELSEWHERE:
            bench.tell(Verdict.LEFT_OUT, "mailshell knows nothing of it, so it was not tried", about=name)


async def _capa(bench: Bench) -> None:
    bench.good("CAPA lists itself, which it need not", about="CAPA")


async def _top(bench: Bench) -> None:
    if not await listing(bench):
        bench.tell(Verdict.LEFT_OUT, "there is no message to try it with", about="TOP")
        return
    await _optional(bench, "TOP", f"TOP {next(iter(bench.known.sizes))} 0")


async def _uidl(bench: Bench) -> None:
    await _optional(bench, "UIDL", "UIDL")


async def _optional(bench: Bench, name: str, command: str) -> None:
    reply = await ask(await bench.client(), command)
    listed = bench.known.advertises(name)
    if reply.ok and listed:
        bench.good(f"{command} is accepted", reply, about=name)
    elif reply.ok:
        bench.good(f"{command} is accepted, though CAPA does not list {name}", reply, about=name)
    elif listed:
        bench.warn(
            f"CAPA lists {name}, and {command} is refused: {reply.words}",
            reply,
            about=name,
            advice="clients that go by CAPA fail here",
        )
    else:
        bench.tell(Verdict.NOT_OFFERED, f"{command} is refused, and CAPA does not list it", reply, about=name)


async def _user(bench: Bench) -> None:
    user = bench.user
    if not user:
        bench.tell(Verdict.LEFT_OUT, "USER needs the name of a user, and none was given", about="USER")
        return
    await _before_login(bench, "USER", f"USER {user}", "RFC 1939 7")


async def _before_login(bench: Bench, name: str, command: str, source: str) -> None:
    """A command that belongs before the login, and may be refused for reasons of its own."""
    reply = await ask(await bench.connect(login=False), command)
    if reply.ok:
        bench.good(f"{name} is accepted before the login", reply, about=name)
    else:
        says = f"CAPA lists {name}, and it is refused, which a server may do: {reply.words}"
        bench.tell(Verdict.NOTE, says, reply, about=name, source=source)


async def _sasl(bench: Bench) -> None:
    mechanisms = [word.upper() for word in parameters(bench, "SASL") or ()]
    if not mechanisms:
        bench.tell(Verdict.NOTE, "SASL is listed without a mechanism", about="SASL")
        return
    unknown = [name for name in mechanisms if name not in MECHANISMS]
    also = f"; mailshell does not carry out {', '.join(unknown)}" if unknown else ""
    bench.good(f"{', '.join(mechanisms)}{also}; mailshell auth tries each", about="SASL")


async def _resp_codes(bench: Bench) -> None:
    bench.tell(Verdict.LEFT_OUT, "codes come with errors, and none was provoked for them", about="RESP-CODES")


async def _auth_resp_code(bench: Bench) -> None:
    bench.tell(
        Verdict.LEFT_OUT, "it shows when a login is refused, and no wrong password is tried", about="AUTH-RESP-CODE"
    )


async def _expire(bench: Bench) -> None:
    words = parameters(bench, "EXPIRE") or [""]
    if words[0] == "0":
        bench.tell(
            Verdict.NOTE,
            "EXPIRE 0: what was read with RETR may be deleted at QUIT, so nothing was read with RETR here",
            about="EXPIRE",
            source="RFC 2449 6.7",
            advice="a client can't leave mail on this server",
        )
    elif words[0].upper() == "NEVER":
        bench.good("the server deletes no messages by itself", about="EXPIRE")
    else:
        bench.good(f"messages stay for {words[0]} days at least", about="EXPIRE")


async def _login_delay(bench: Bench) -> None:
    words = parameters(bench, "LOGIN-DELAY") or [""]
    bench.good(f"the next login may come {words[0]} s after the last", about="LOGIN-DELAY")


async def _utf8(bench: Bench) -> None:
    await _before_login(bench, "UTF8", "UTF8", "RFC 6856 2.1")


async def _lang(bench: Bench) -> None:
    client = await bench.connect(login=False)
    reply = await ask(client, "LANG")
    if not reply.ok:
        bench.tell(
            Verdict.NOTE,
            f"LANG does not list the languages, which it may refuse: {reply.words}",
            reply,
            about="LANG",
            source="RFC 6856 3.3",
        )
    elif odd := [line for line in reply.lines if not _LANGUAGE.fullmatch(line)]:
        bench.warn(f"a line of LANG does not begin with a language tag: {text_of(odd[0])}", reply, about="LANG")
    else:
        bench.good(f"LANG lists {counted(len(reply.lines), 'language')}", reply, about="LANG")
    reply = await ask(client, "LANG *")
    chosen = reply.status.text
    if not reply.ok:
        bench.warn(f"CAPA lists LANG, and LANG * is refused: {reply.words}", reply, about="LANG")
    elif not _LANGUAGE.fullmatch(chosen):
        bench.warn(f"LANG * is not answered with a language tag, but with {text_of(chosen)}", reply, about="LANG")
    else:
        bench.good(f"LANG * chooses {text_of(chosen.split(b' ', 1)[0])}", reply, about="LANG")


async def _implementation(bench: Bench) -> None:
    bench.known.identity["implementation"] = " ".join(parameters(bench, "IMPLEMENTATION") or ())
    bench.good(f"the server is {bench.known.identity['implementation']}", about="IMPLEMENTATION")


_TRIALS: dict[str, Callable[[Bench], Awaitable[None]]] = {
    "CAPA": _capa,
    "TOP": _top,
    "UIDL": _uidl,
    "USER": _user,
    "SASL": _sasl,
    "RESP-CODES": _resp_codes,
    "AUTH-RESP-CODE": _auth_resp_code,
    "PIPELINING": in_order,
    "EXPIRE": _expire,
    "LOGIN-DELAY": _login_delay,
    "UTF8": _utf8,
    "LANG": _lang,
    "IMPLEMENTATION": _implementation,
}
#: Those that another probe tries.
_ELSEWHERE: Sequence[str] = ("STLS",)

PROBES = (
    Probe("extensions", "what CAPA lists, tried", "extensions", "RFC 2449 5; RFC 2449 6", _extensions, seconds=20.0),
)
