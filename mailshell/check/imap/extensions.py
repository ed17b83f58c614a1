"""Each extension that is advertised is tried: accepted, refused or answered wrongly. See ``extension_table``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from mailshell.check.advertised import has
from mailshell.check.bench import Bench, quoted
from mailshell.check.client import Client, Reply
from mailshell.check.imap.capabilities import advertised
from mailshell.check.imap.examined import examined
from mailshell.check.imap.extension_table import ADDS, ELSEWHERE, TRIALS, UNTRIED, WRITTEN
from mailshell.check.imap.trial import Trial, TrialMailbox
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.data import Pairs


def matching(capability: str, names: tuple[str, ...]) -> list[str]:
    """Those of the advertised names that a capability of the table stands for."""
    if capability.endswith("="):
        return [name for name in names if name.upper().startswith(capability)]
    return [name for name in names if name.upper() == capability]


async def _extension(bench: Bench, capability: str, trials: tuple[Trial, ...]) -> None:
    """A probe: all trials of one capability."""
    names = await advertised(bench)
    found = matching(capability, names)
    if not found:
        name = capability.rstrip("=")
        bench.tell(Verdict.NOT_OFFERED, f"the server does not advertise {name}", about=name)
        return
    own: Client | None = None
    for name in found:
        for trial in trials:
            if trial.beside and not has(names, trial.beside):
                bench.tell(Verdict.LEFT_OUT, f"it can be tried only together with {trial.beside}", about=name)
                continue
            if trial.own and own is None:
                own = await bench.connect()
            client = own if trial.own and own is not None else await bench.client()
            await _try(bench, client, trial, name)


async def _try(bench: Bench, client: Client, trial: Trial, name: str) -> None:
    mailbox = TrialMailbox(quoted(bench.known.mailbox))
    if trial.where != "authenticated":
        mailbox = await examined(bench, client)
    if trial.where == "messages" and not mailbox.count:
        bench.tell(Verdict.LEFT_OUT, f"{bench.known.mailbox} is empty", about=name)
        return
    if not mailbox.uidvalidity and "{uidvalidity}" in "".join(trial.commands):
        bench.tell(Verdict.LEFT_OUT, f"{bench.known.mailbox} has no UIDVALIDITY", about=name)
        return
    mailbox = replace(mailbox, value=name.partition("=")[2])
    *before, command = [one.format(**mailbox.fields) for one in trial.commands]
    for one in before:
        reply = await client.ask(one)
        if not reply.ok:
            _tell_refused(bench, trial, name, one, reply)
            return
    reply = await client.ask(command)
    for pairs in reply.data:
        if isinstance(pairs, Pairs) and pairs.kind == "ID":
            bench.known.identity = {key: str(value) for key, value in pairs.pairs if value is not None}
    if not reply.ok:
        _tell_refused(bench, trial, name, command, reply)
    elif missing := trial.missing(reply, mailbox):
        bench.tell(trial.fault, f"{command} is answered with OK, and {missing}", reply, about=name, source=trial.source)
    else:
        tried = ", ".join((*before, command))
        bench.tell(Verdict.GOOD, f"{tried}: as it should be", reply, about=name, source=trial.source)


def _tell_refused(bench: Bench, trial: Trial, name: str, command: str, reply: Reply) -> None:
    status, code = reply.status.status, (reply.status.code or b"").split(b" ")[0].decode("latin-1").upper()
    if status == "NO" and ("*" in trial.refusals or code in trial.refusals):
        bench.tell(Verdict.GOOD, f"{command} is understood: {reply.words}", reply, about=name, source=trial.source)
    elif status == "NO":
        bench.tell(
            Verdict.NOTE, f"{name} is advertised, and {command} is refused: {reply.words}", reply, about=name,
            source=trial.source,
        )  # fmt: skip
    else:
        bench.tell(
            Verdict.WARNING, f"{name} is advertised, and {command} is answered with {reply.words}", reply, about=name,
            source=trial.source, advice=f"do without {name} on this server",
        )  # fmt: skip


async def _others(bench: Bench) -> None:
    """What is advertised, and not tried."""
    names = await advertised(bench)
    tried = {trial.capability for trial in TRIALS}
    for name in names:
        upper = name.upper()
        if upper in ELSEWHERE or any(matching(capability, (name,)) for capability in tried):
            continue
        bench.tell(Verdict.LEFT_OUT, _untried(name, allow_writes=bench.allow_writes), about=name)
    if not bench.result.outcomes:
        bench.good("all that is advertised is tried")


def _untried(name: str, *, allow_writes: bool) -> str:
    """Why no trial of the table is made of a capability."""
    upper = name.upper()
    if upper in WRITTEN:
        only = "" if allow_writes else ", with --allow-writes"
        return f"{name} is tried in the scratch mailbox{only}: {WRITTEN[upper]}"
    reasons = UNTRIED if allow_writes else UNTRIED | ADDS
    why = next((reason for capability, reason in reasons.items() if matching(capability, (name,))), "no probe knows it")
    return f"{name} is not tried: {why}"


def _probes() -> tuple[Probe, ...]:
    """A probe for each capability of the table."""
    grouped: dict[str, list[Trial]] = {}
    for trial in TRIALS:
        grouped.setdefault(trial.capability, []).append(trial)
    probes: list[Probe] = []
    for capability, trials in grouped.items():
        run: Callable[[Bench], Awaitable[None]] = partial(_extension, capability=capability, trials=tuple(trials))
        id_ = "extension-" + capability.lower().strip("=").replace("=", "-")
        sources = "; ".join(dict.fromkeys(trial.source for trial in trials if trial.source))
        probes.append(Probe(id_, f"{capability.rstrip('=')} tried", "extensions", sources, run))
    return tuple(probes)


PROBES = (
    *_probes(),
    Probe("extension-others", "capabilities that are not tried", "extensions", "", _others),
)
