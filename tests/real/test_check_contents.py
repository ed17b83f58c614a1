"""The probes of contents and the writing ones on real servers: nothing false on the good, what is wrong on pymap."""

from __future__ import annotations

import asyncio
import imaplib
from collections.abc import Iterator

import pytest
from check.canned import CONTENTS, WRITING, probed
from check.letters_for_check import PLAIN, append_all
from servers.pymap import start_pymap
from servers.server import Server

from mailshell.check.imap.capabilities import PROBES as CAPABILITIES
from mailshell.check.outcome import Outcome, ProbeResult, Verdict

from .started import started

BOX = "checked"
#: Dovecot gives nothing for BODY[]<0.0>, which is noted; neither has UTF8=ACCEPT.
WITHOUT_GOOD = {"dovecot": {"partial-nothing", "utf8-names"}, "cyrus": {"utf8-names"}}


def client_of(server: Server) -> imaplib.IMAP4:
    client = imaplib.IMAP4("127.0.0.1", server.imap)
    client.login(server.user, server.password)
    return client


def filled(server: Server, *more: bytes) -> None:
    client = client_of(server)
    client.delete(BOX)
    client.create(BOX)
    append_all(client, BOX, *more)
    client.logout()


def traces(server: Server) -> tuple[list[object], list[object], list[object]]:
    """What the probes may have left behind: mailboxes, subscriptions, flags."""
    client = client_of(server)
    client.select(BOX, readonly=True)
    listed = [str(line).replace("\\\\UnMarked ", "").replace(" \\\\UnMarked", "") for line in client.list()[1]]
    result = (sorted(listed), sorted(map(str, client.lsub()[1])), [*client.fetch("1:*", "(UID FLAGS)")[1]])
    client.logout()
    return result


def run(server: Server, **options: bool) -> dict[str, ProbeResult]:
    probes = (*CAPABILITIES, *CONTENTS, *WRITING)
    return asyncio.run(probed(server.imap, probes, mailbox=BOX, user=server.user, password=server.password, **options))


def bad(results: dict[str, ProbeResult]) -> list[tuple[str, Outcome]]:
    ids = {probe.id for probe in (*CONTENTS, *WRITING)}
    return [
        (id_, one)
        for id_, result in results.items()
        for one in result.outcomes
        if id_ in ids and (one.verdict > Verdict.NOTE or one.verdict is Verdict.UNDECIDED)
    ]


@pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)
def test_a_good_server_is_found_good_and_left_as_it_was(server: Server) -> None:
    filled(server)
    before = traces(server)
    results = run(server, allow_writes=True)
    found = [(id_, one.says) for id_, one in bad(results)]
    # RFC 9051 section 6.4.4 asks for NO, and says that BAD it is not.
    known = [("search-charset", "an unknown charset is answered with BAD; NO is due")]
    assert found == (known if server.name == "cyrus" else [])
    without = {id_ for id_, one in results.items() if all(each.verdict is not Verdict.GOOD for each in one.outcomes)}
    assert without == WITHOUT_GOOD[server.name]
    assert traces(server) == before


def test_the_envelopes_of_the_demo(demo: Server) -> None:
    results = asyncio.run(probed(demo.imap, CONTENTS[:4], user=demo.user, password=demo.password))
    kinds = {one.about for one in results["envelope"].outcomes if one.verdict > Verdict.NOTE}
    assert results["envelope"].verdict in (Verdict.GOOD, Verdict.WARNING)
    # The demonstration mends what pymap does to subjects; display names it leaves.
    assert kinds <= {"display name decoded"}


@pytest.fixture(scope="module")
def pymap() -> Iterator[Server]:
    """pymap as it comes, not as the demo mends it."""
    yield from started(start_pymap)


def test_what_pymap_does_wrong_is_found(pymap: Server) -> None:
    filled(pymap, PLAIN)
    before = traces(pymap)
    results = run(pymap, allow_writes=True)
    kinds = {(id_, one.about) for id_, one in bad(results)}
    assert {
        ("envelope", "date in another form"),
        ("envelope", "display name decoded"),
        ("envelope", "empty display name"),
        ("envelope", "subject decoded"),
        ("body-structure", "size"),
        ("binary", "no answer"),
    } <= kinds
    assert traces(pymap) == before
