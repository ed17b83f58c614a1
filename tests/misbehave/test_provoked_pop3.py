"""Each misbehaviour of POP3, provoked over a socket as its record says, is found; without it, it is not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from own_address import own_address
from provoking_imap import hastened, provoke

from mailshell.demo.mailbox import PASSWORD, USER
from mailshell.demo.misbehaving import Misbehaving
from mailshell.demo.pop3 import start_pop3
from mailshell.lint.finding import Finding
from mailshell.lint.session import TABLES as RULES
from mailshell.misbehave.between import Trouble
from mailshell.misbehave.misbehaviour import Misbehaviour
from mailshell.misbehave.table import TABLES
from mailshell.transport.endpoint import parse_url

ALL = TABLES["pop3"]
HERE = "127.0.0.1"
#: What a good server does as well with these lines.
GOOD = frozenset({"auth-line-refused", "stls-not-offered", "password-in-the-clear", "login-after-refusal"})


def session(one: Misbehaviour, folder: Path, *, misbehaves: bool, host: str = HERE) -> list[str]:
    """The names of the rules that fire when the lines are typed to a fresh server."""

    async def run() -> list[Finding]:
        good = await start_pop3(host)
        between = Misbehaving("pop3", Trouble({"pop3": (hastened(one),) if misbehaves else ()}), host, good.port)
        try:
            await between.open(host, 0)
            endpoint = parse_url(f"pop3://{USER}:{PASSWORD}@{host}:{between.port}")
            return await provoke(endpoint, one, folder / "memory", until=one.rule if misbehaves else "")
        finally:
            await between.close()
            await good.close()

    return [finding.rule.name for finding in asyncio.run(run())]


def address_for(one: Misbehaviour) -> str:
    host = own_address() if one.remote else HERE
    if host is None:
        pytest.skip("this machine has no address but that of loopback, where the rule does not hold")
    return host


def test_every_rule_has_a_misbehaviour() -> None:
    assert set(ALL) == set(RULES["pop3"])


@pytest.mark.parametrize("one", ALL.values(), ids=lambda one: one.rule)
def test_it_is_provoked_and_found(one: Misbehaviour, tmp_path: Path) -> None:
    assert one.rule in session(one, tmp_path, misbehaves=True, host=address_for(one))


@pytest.mark.parametrize("one", [one for one in ALL.values() if one.rule not in GOOD], ids=lambda one: one.rule)
def test_the_lines_alone_do_not_provoke_it(one: Misbehaviour, tmp_path: Path) -> None:
    assert one.rule not in session(one, tmp_path, misbehaves=False, host=address_for(one))


@pytest.mark.parametrize("one", [one for one in ALL.values() if one.remote], ids=lambda one: one.rule)
def test_what_concerns_other_machines_is_not_told_of_this_one(one: Misbehaviour, tmp_path: Path) -> None:
    assert one.rule not in session(one, tmp_path, misbehaves=True)
