"""What CAPA lists at each moment, and whether it is well-formed and agrees with itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from mailshell.check.advertised import name_of, names_of
from mailshell.check.bench import Bench
from mailshell.check.client import Client, Reply
from mailshell.check.outcome import Verdict
from mailshell.check.pop3.asking import ask
from mailshell.check.probe import Probe
from mailshell.text.sentences import counted

_MECHANISM = r"[A-Z0-9_-]{1,20}"
_NOTHING = r""
#: Of a list without end so many names and faults are told.
_SHOWN = 60
#: What may stand behind the name of a capability (RFC 2449 section 6, RFC 2595 section 4, RFC 3206, RFC 6856).
_PARAMETERS = {
    **dict.fromkeys(("TOP", "USER", "UIDL", "RESP-CODES", "PIPELINING", "STLS", "AUTH-RESP-CODE", "LANG"), _NOTHING),
    "SASL": rf"(?:{_MECHANISM}(?: {_MECHANISM})*)?",
    "LOGIN-DELAY": r"[0-9]+(?: USER)?",
    "EXPIRE": r"(?:[0-9]+|NEVER)(?: USER)?",
    "IMPLEMENTATION": r"[!-~]+(?: [!-~]+)*",
    "UTF8": r"(?:USER)?",
}
#: The form of any other: words of printable ASCII with one space between them, no dot in the first (RFC 2449 3).
_LINE = re.compile(r"[\x21-\x2d\x2f-\x7f]+(?: [!-~]+)*")
#: What need not be listed after login: it may be told at one moment only, or goes with TLS.
_MAY_GO = {"STLS", "IMPLEMENTATION"}
_LONGEST = 512


async def _before_login(bench: Bench) -> None:
    client = await bench.connect(login=False, starttls=False)
    await look(bench, client, "tls" if client.session.tls else "clear")


async def _after_login(bench: Bench) -> None:
    client = await bench.client()
    reply = await look(bench, client, "login")
    known = bench.known.capabilities
    before = known.get("tls" if client.session.tls else "clear")
    if before is None:
        return
    if bool(before) != reply.ok:
        bench.warn(f"CAPA is {'accepted' if reply.ok else 'refused'} after login, and was not before", reply)
        return
    was, now = names_of(before), names_of(known["login"])
    if gone := [name for name in was if name not in now and name not in _MAY_GO]:
        bench.tell(
            Verdict.NOTE,
            f"{', '.join(gone)}: listed before login and not after, where they have to be listed too",
            reply,
            source="RFC 2449 5",
            advice="no client misses them once it has logged in",
        )
    if new := [name for name in now if name not in was and name != "IMPLEMENTATION"]:
        bench.tell(
            Verdict.NOTE,
            f"{', '.join(new)}: listed after login only",
            reply,
            source="RFC 2449 6",
            advice="send CAPA again after the login",
        )
    _limits(bench, before, known["login"], reply)


async def look(bench: Bench, client: Client, moment: str) -> Reply:
    """Ask for the capabilities, keep them, and tell what is wrong with how they are written."""
    reply = await ask(client, "CAPA")
    if not reply.ok:
        bench.known.capabilities[moment] = ()
        bench.tell(Verdict.NOT_OFFERED, f"CAPA is refused: {reply.words}", reply, about=moment)
        return reply
    bench.known.capabilities[moment] = tuple(client.capabilities)
    secrets = client.session.engine.secrets
    lines = [secrets.mask(line).decode("utf-8", "surrogateescape") for line in reply.lines]
    faults = [fault for line in lines if (fault := _fault(line))]
    times = Counter(name_of(line) for line in lines)
    faults += [f"{name} is listed {count:,} times" for name, count in times.items() if count > 1]
    names = list(times)[:_SHOWN]
    for fault in faults[:_SHOWN]:
        bench.warn(fault, reply, about=moment)
    if not faults:
        bench.good(f"{counted(len(lines), 'capability', 'capabilities')}: {', '.join(names)}", reply, about=moment)
    return reply


def _fault(line: str) -> str:
    """What is wrong with a line of CAPA; empty if nothing is."""
    if len(line.encode("utf-8", "surrogateescape")) + 2 > _LONGEST:
        return f"the line of {line.split(' ', 1)[0]} is longer than {_LONGEST} octets"
    if not _LINE.fullmatch(line):
        return f'the line "{line}" is no name with parameters that one space separates'
    name, _, words = line.partition(" ")
    allowed = _PARAMETERS.get(name.upper())
    if allowed is not None and not re.fullmatch(allowed, words, re.IGNORECASE):
        return f"{name.upper()} has the parameters {words or '(none)'}, which is not its form"
    return ""


def _limits(bench: Bench, before: Sequence[str], after: Sequence[str], reply: Reply) -> None:
    """Before login EXPIRE tells the least, and LOGIN-DELAY the most, that holds for any user (RFC 2449 6.5, 6.7)."""
    for name, section in (("EXPIRE", "6.7"), ("LOGIN-DELAY", "6.5")):
        was, now = _number(before, name), _number(after, name)
        if was is None or now is None or was == now:
            continue
        if (now < was) == (name == "EXPIRE"):
            less = "less" if name == "EXPIRE" else "more"
            bench.warn(f"{name} is {_shown(now)} after login, {less} than the {_shown(was)} told before", reply)
        elif not any(line.upper().startswith(f"{name} ") and line.upper().endswith(" USER") for line in before):
            bench.tell(
                Verdict.NOTE,
                f"{name} is {_shown(was)} before login and {_shown(now)} after, and no USER says that it may change",
                reply,
                source=f"RFC 2449 {section}",
            )


def _number(lines: Sequence[str], name: str) -> float | None:
    """The number behind a capability; NEVER is infinite."""
    for line in lines:
        words = line.upper().split()
        if words[:1] == [name] and len(words) > 1 and re.fullmatch(r"NEVER|[0-9]{1,12}", words[1]):
            return float("inf") if words[1] == "NEVER" else float(words[1])
    return None


def _shown(number: float) -> str:
    return "NEVER" if number == float("inf") else f"{number:g}"


BEFORE_LOGIN = (
    Probe("capabilities", "CAPA before the login", "capabilities", "RFC 2449 3; RFC 2449 5", _before_login, needs=()),
)
AFTER_LOGIN = (Probe("capabilities-after-login", "CAPA after the login", "capabilities", "RFC 2449 5", _after_login),)
