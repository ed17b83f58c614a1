"""The scratch mailbox is removed whatever happens, and what is not ours is never touched."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from check.canned import TOKEN, WRITING, Canned, Fault, capabilities, probed, say, swap
from check.check_support import Loopback

from mailshell.check.bench import Bench
from mailshell.check.imap import scratch as scratch_module
from mailshell.check.outcome import Outcome, Verdict
from mailshell.check.probe import Probe
from mailshell.check.runner import run_probes

NAMES = capabilities()
BY_ID = {probe.id: probe for probe in WRITING}
NAME = f"mailshell-check-{TOKEN}"


@pytest.fixture(autouse=True)
def _same_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch_module.secrets, "token_hex", lambda count: TOKEN)


def run(probe: Probe, faults: Sequence[Fault] = (), *, drop: str = "", part: str = "") -> tuple[list[Outcome], Canned]:
    async def meanwhile() -> tuple[list[Outcome], Canned]:
        async with Canned(part or probe.id, faults, drop=drop) as server:
            return (await probed(server.port, [probe], NAMES, allow_writes=True))[probe.id].outcomes, server

    return asyncio.run(meanwhile())


def test_after_a_lost_connection_another_one_removes_it() -> None:
    outcomes, server = run(BY_ID["expunge"], drop="EXPUNGE")
    assert server.commands.count("LOGIN ana secret") == 2
    assert f'DELETE "{NAME}"' in server.commands[server.commands.index("EXPUNGE") :]
    assert [one.verdict for one in outcomes] == [Verdict.UNDECIDED]


def test_after_the_time_is_up_another_one_removes_it() -> None:
    async def stall(bench: Bench) -> None:
        async with scratch_module.scratch(bench) as place:
            await place.client.ask("EXPUNGE")

    probe = Probe("expunge", "stalls", "writing", "RFC 9051 6.4.3", stall, writes=True, seconds=0.3)
    outcomes, server = run(probe, [("EXPUNGE", lambda answer: b"")])
    assert server.commands.count("LOGIN ana secret") == 2
    assert server.commands.count(f'DELETE "{NAME}"') == 1
    assert [one.says for one in outcomes] == ["no result within 0.3 s"]


def test_if_it_stays_a_person_is_told() -> None:
    outcomes, _ = run(BY_ID["append-missing"], [("DELETE", say("{tag} NO [INUSE] not now"))])
    told = [one for one in outcomes if one.verdict is Verdict.WARNING]
    assert len(told) == 1
    assert NAME in told[0].says
    assert "not now" in told[0].says
    assert told[0].advice == f'remove it by hand: DELETE "{NAME}"'


def test_after_one_that_stays_nothing_more_is_written() -> None:
    """Not one probe more; and the lines that remove it are told, the lowest of the hierarchy first."""

    async def meanwhile() -> tuple[list[Outcome], list[str]]:
        faults = [
            ("DELETE", say("{tag} NO [SERVERBUG] internal error")),
            ("LIST", say(f'* LIST () "/" {NAME}\n* LIST () "/" {NAME}/a\n* LIST () "/" INBOX\n{{tag}} OK done')),
        ]
        async with Canned("append-missing", faults) as server:
            probes = [BY_ID[id_] for id_ in ("append-missing", "append", "copy", "expunge")]
            results = await probed(server.port, probes, NAMES, allow_writes=True)
            return [one for result in results.values() for one in result.outcomes], server.commands

    outcomes, commands = asyncio.run(meanwhile())
    assert len([one for one in commands if one.startswith("CREATE")]) == 1
    assert [one.advice for one in outcomes if one.verdict is Verdict.WARNING] == [
        f'remove it by hand: DELETE "{NAME}/a", DELETE "{NAME}"'
    ]
    assert [(one.verdict, one.says) for one in outcomes[-3:]] == [
        (Verdict.LEFT_OUT, f"the scratch mailbox {NAME} could not be removed: nothing more is written")
    ] * 3


def test_if_nothing_answers_any_more_a_person_is_told() -> None:
    outcomes, _ = run(BY_ID["append-missing"], drop="LSUB|APPEND")
    assert [one.advice for one in outcomes if one.advice] == [f'remove it by hand: DELETE "{NAME}"']


def test_it_is_removed_though_list_does_not_show_it() -> None:
    _, server = run(BY_ID["append-missing"], [("LIST", say("{tag} OK done"))])
    assert f'DELETE "{NAME}"' in server.commands


def test_the_prefix_of_a_namespace_goes_as_it_came() -> None:
    told = say('* NAMESPACE (("Postf&AOQ-cher/" "/")) NIL NIL\n{tag} OK done')
    _, server = run(BY_ID["append-missing"], [("NAMESPACE", told)])
    assert f'CREATE "Postf&AOQ-cher/{NAME}"' in server.commands


def test_other_mailboxes_are_never_deleted() -> None:
    """Not even if the server lists all of them, whatever it is asked."""
    faults = [
        ("LIST", swap(r"\A", '* LIST () "/" INBOX\r\n* LIST () "/" Precious\r\n')),
        ("LSUB", swap(r"\A", '* LSUB () "/" Precious\r\n')),
    ]
    _, server = run(BY_ID["append-missing"], faults)
    words = ("DELETE", "UNSUBSCRIBE", "RENAME")
    assert all(NAME in command for command in server.commands if command.startswith(words))
    assert f'DELETE "{NAME}"' in server.commands


@pytest.mark.parametrize("id_", ["expunge", "uid-expunge", "uid-reuse", "closing"])
def test_nothing_is_expunged_where_the_messages_are_not_ours(id_: str) -> None:
    outcomes, server = run(BY_ID[id_], [("SELECT", swap(r"\* \d+ EXISTS", "* 40 EXISTS"))])
    assert not [one for one in server.commands if one.startswith(("STORE", "EXPUNGE", "UID EXPUNGE", "CLOSE"))]
    assert "no more is tried there" in outcomes[0].says


def test_what_can_not_be_created_is_told() -> None:
    outcomes, server = run(BY_ID["append"], [("CREATE", say("{tag} NO [OVERQUOTA] full"))])
    assert outcomes[0].verdict is Verdict.UNDECIDED
    assert "CREATE of a scratch mailbox was refused" in outcomes[0].says
    assert f'CREATE "INBOX/{NAME}"' in server.commands


def test_without_permission_nothing_is_sent() -> None:
    async def meanwhile() -> list[str]:
        async with Canned("append") as server:
            bench = Bench(Loopback(server.port), lambda session: [])
            results = await run_probes(bench, WRITING)
            assert {result.verdict for result in results} == {Verdict.LEFT_OUT}
            return server.commands

    assert asyncio.run(meanwhile()) == []
