"""Each trial of an extension: good if it is answered well, and found if it is refused or answered with a bare OK."""

from __future__ import annotations

import asyncio
import re

import pytest
from check.check_support import Loopback, check
from check.imap_responder import UIDVALIDITY, Answer, Responder

from mailshell.check import tables
from mailshell.check.imap import extensions
from mailshell.check.imap.extension_table import TRIALS, UNTRIED, WRITTEN
from mailshell.check.imap.trial import Trial, nothing
from mailshell.check.outcome import Outcome, Verdict

ALL = "(1)(2 3)"
#: A good answer to each command, without its completion. The mailbox has three messages.
GOOD = {
    "ID": '* ID ("name" "good" "version" "1")',
    "NAMESPACE": '* NAMESPACE (("" "/")) NIL NIL',
    "ENABLE X-NOTHING": "* ENABLED",
    "LANGUAGE": '* LANGUAGE ("en" "de")',
    'LIST "" "%"': '* LIST (\\HasNoChildren) "/" INBOX\n* LIST (\\Noselect \\HasChildren) "/" a',
    "LIST (SUBSCRIBED)": '* LIST (\\Subscribed \\HasNoChildren) "/" INBOX',
    'LIST "" "INBOX" RETURN (STATUS': '* LIST () "/" INBOX\n* STATUS INBOX (MESSAGES 3)',
    'LIST "" "INBOX" RETURN (MYRIGHTS': '* LIST () "/" INBOX\n* MYRIGHTS INBOX lrs',
    'LIST "" "INBOX" RETURN (METADATA': '* LIST () "/" INBOX\n* METADATA INBOX (/shared/comment NIL)',
    "LIST (SPECIAL-USE)": '* LIST (\\Sent) "/" Sent',
    "RLIST": '* LIST () "/" INBOX',
    "XLIST": '* XLIST (\\Inbox) "/" INBOX',
    "STATUS INBOX (SIZE)": "* STATUS INBOX (SIZE 3000)",
    "STATUS INBOX (APPENDLIMIT)": "* STATUS INBOX (APPENDLIMIT NIL)",
    "STATUS INBOX (MAILBOXID)": "* STATUS INBOX (MAILBOXID (F1))",
    "STATUS INBOX (DELETED-STORAGE)": "* STATUS INBOX (DELETED-STORAGE 0)",
    "STATUS INBOX (DELETED)": "* STATUS INBOX (DELETED 0)",
    "STATUS INBOX (HIGHESTMODSEQ)": "* STATUS INBOX (HIGHESTMODSEQ 9)",
    "GETQUOTAROOT": '* QUOTAROOT INBOX ""\n* QUOTA "" (STORAGE 1 100)',
    "MYRIGHTS": "* MYRIGHTS INBOX lrs",
    "GETMETADATA": "",
    "GETJMAPACCESS": '* JMAPACCESS "https://jmap.example.org"',
    "CONVERSIONS": '* CONVERSION "text/plain" "text/html" ()',
    "URLFETCH": '* URLFETCH "imap://nobody@localhost/" NIL',
    "ESEARCH": '* ESEARCH (TAG "TAG" MAILBOX INBOX UIDVALIDITY 7) UID COUNT 1',
    "UNSELECT": "",
    "UID MOVE": "",
    "SEARCH 1:3 FUZZY": "* SEARCH",
    "SEARCH FILTER": "",
    "SEARCH CHARSET": "* SEARCH 1 3",
    "COMPARATOR": "* COMPARATOR i;unicode-casemap",
    "SEARCH 1:3 YOUNGER": "* SEARCH",
    "SEARCH RETURN (COUNT ALL)": '* ESEARCH (TAG "TAG") COUNT 3 ALL 1:3',
    "SEARCH RETURN (SAVE)": "",
    "FETCH $": "* 1 FETCH (UID 11)\n* 2 FETCH (UID 12)\n* 3 FETCH (UID 20)",
    "SEARCH RETURN (PARTIAL": '* ESEARCH (TAG "TAG") PARTIAL (1:5 1:3)',
    "SORT RETURN (PARTIAL": '* ESEARCH (TAG "TAG") PARTIAL (1:5 1:3)',
    "SORT (": "* SORT 3 1 2",
    "SORT RETURN (COUNT)": '* ESEARCH (TAG "TAG") COUNT 3',
    "THREAD": f"* THREAD {ALL}",
    "FETCH 1 (BINARY.SIZE": "* 1 FETCH (BINARY.SIZE[1] 12)",
    "FETCH 1 (PREVIEW": '* 1 FETCH (PREVIEW "hello")',
    "FETCH 1 (SAVEDATE": "* 1 FETCH (SAVEDATE NIL)",
    "FETCH 1 (EMAILID": "* 1 FETCH (EMAILID (M1))",
    "FETCH 1 (X-GM-MSGID": "* 1 FETCH (X-GM-MSGID 12)",
    "FETCH 1 (ANNOTATION": "* 1 FETCH (ANNOTATION (/comment (value.priv NIL)))",
    "FETCH 1 (MODSEQ": "* 1 FETCH (MODSEQ (9))",
    "EXAMINE INBOX (CONDSTORE)": "* 3 EXISTS\n* OK [HIGHESTMODSEQ 9] highest",
    "EXAMINE INBOX (QRESYNC": "* 3 EXISTS\n* OK [HIGHESTMODSEQ 9] highest",
    "ENABLE QRESYNC": "* ENABLED QRESYNC",
    "ENABLE UTF8=ACCEPT": "* ENABLED UTF8=ACCEPT",
    "ENABLE UIDONLY": "* ENABLED UIDONLY",
    "ENABLE IMAP4rev2": "* ENABLED IMAP4rev2",
    "EXAMINE INBOX": f'* 3 EXISTS\n* OK [UIDVALIDITY {UIDVALIDITY}] valid\n* LIST () "/" INBOX',
    "NOTIFY": "",
    "UNAUTHENTICATE": "",
}
#: What completes a command otherwise than with OK, and well.
REFUSED = {"SEARCH FILTER": "TAG NO [UNDEFINED-FILTER no-such-filter] none such"}
#: To go on takes a server that compresses, as Cyrus does.
ELSEWHERE = {"COMPRESS=DEFLATE"}
PROBES = {probe.id: probe for probe in extensions.PROBES}
TRIED = [trial for trial in TRIALS if trial.capability not in ELSEWHERE]


def probe_of(trial: Trial) -> str:
    return "extension-" + trial.capability.lower().strip("=").replace("=", "-")


def name_of(trial: Trial) -> str:
    """The capability as a server advertises it."""
    return trial.capability + "REFERENCES" if trial.capability.endswith("=") else trial.capability


def good_answers() -> dict[str, Answer]:
    """The longest that fits first."""
    made: dict[str, Answer] = {}
    for command in sorted(GOOD, key=len, reverse=True):
        pattern = re.escape(command).replace("INBOX", '"?INBOX"?') + ".*"
        made[pattern] = "\n".join([GOOD[command], REFUSED.get(command, "TAG OK done")])
    return made


def command_of(trial: Trial) -> str:
    """The pattern of the command that is tried last."""
    fields = {
        "box": '"INBOX"', "last": 3, "uidvalidity": UIDVALIDITY, "modseq": 1, "beyond": 4_000_000_000,
        "value": "REFERENCES",
    }  # fmt: skip
    return re.escape(trial.commands[-1].format(**fields))


def outcomes(trial: Trial, faults: dict[str, Answer]) -> list[Outcome]:
    """What the probe tells of a server that has this extension only, about this command."""
    names = f"IMAP4rev1 {name_of(trial)} {trial.beside}".rstrip()

    async def run() -> list[Outcome]:
        async with Responder(faults | good_answers(), after_login=names) as server:
            _, results = await check(Loopback(server.port), [PROBES[probe_of(trial)]])
            return results[probe_of(trial)].outcomes

    return asyncio.run(run())


def ids(trial: Trial) -> str:
    return f"{trial.capability} {trial.commands[-1]}"


@pytest.mark.parametrize("trial", TRIED, ids=ids)
def test_a_good_answer(trial: Trial) -> None:
    assert {one.verdict for one in outcomes(trial, {})} == {Verdict.GOOD}


@pytest.mark.parametrize("trial", TRIED, ids=ids)
def test_advertised_and_unknown(trial: Trial) -> None:
    found = outcomes(trial, {command_of(trial): "TAG BAD unknown"})
    bad = [one for one in found if one.verdict is Verdict.WARNING]
    assert bad
    assert "is advertised, and " in bad[0].says
    assert "is answered with BAD unknown" in bad[0].says
    assert bad[0].about == name_of(trial)
    assert bad[0].evidence


@pytest.mark.parametrize("trial", TRIED, ids=ids)
def test_refused(trial: Trial) -> None:
    found = outcomes(trial, {command_of(trial): "TAG NO [SERVERBUG] not now"})
    expected = Verdict.GOOD if "*" in trial.refusals else Verdict.NOTE
    assert expected in {one.verdict for one in found}
    assert all(one.verdict <= Verdict.NOTE for one in found)


def test_compression_that_is_only_advertised() -> None:
    (trial,) = (one for one in TRIALS if one.capability in ELSEWHERE)
    (found,) = outcomes(trial, {"COMPRESS DEFLATE": "TAG BAD unknown"})
    assert (found.verdict, found.about) == (Verdict.WARNING, "COMPRESS=DEFLATE")


def test_a_refusal_that_is_right() -> None:
    (trial,) = (one for one in TRIALS if one.capability == "ACL")
    (found,) = outcomes(trial, {command_of(trial): "TAG NO [NOPERM] not you"})
    assert found.verdict is Verdict.GOOD


#: There OK alone is an answer: nothing need be listed.
MAY_BE_EMPTY = {"CHILDREN", "LIST-EXTENDED", "SPECIAL-USE"}


@pytest.mark.parametrize("trial", TRIED, ids=ids)
def test_ok_and_nothing_else(trial: Trial) -> None:
    found = outcomes(trial, {command_of(trial): "TAG OK done"})
    worst = max(one.verdict for one in found)
    content_with_ok = trial.missing is nothing or trial.capability in MAY_BE_EMPTY
    assert worst is (Verdict.GOOD if content_with_ok else trial.fault)


@pytest.mark.parametrize(
    ("capability", "answer", "words"),
    [
        ("SORT", "* SORT 1 2\nTAG OK", "SORT has 2 of 3 messages"),
        ("SORT", "* SORT 1 2 2\nTAG OK", "a message stands twice in SORT"),
        ("SORT", "* SORT 1 2 9\nTAG OK", "SORT has numbers not asked for"),
        ("THREAD=", "* THREAD (1)(2 2)\nTAG OK", "THREAD has 2 of 3 messages, 3 numbers in all"),
        ("ESEARCH", '* ESEARCH (TAG "TAG") COUNT 4\nTAG OK', "COUNT is 4 and not 3"),
        ("ESEARCH", '* ESEARCH (TAG "other") COUNT 3\nTAG OK', "ESEARCH has the tag other and not"),
        ("ESEARCH", '* ESEARCH (TAG "TAG") ALL 1:3\nTAG OK', "COUNT is not in the ESEARCH response"),
        ("SEARCHRES", "* 1 FETCH (UID 11)\nTAG OK", "FETCH responses came for 1 of 3 messages"),
        ("PREVIEW", "* 1 FETCH (FLAGS ())\nTAG OK", "PREVIEW is not in the FETCH response"),
        ("STATUS=SIZE", "* STATUS INBOX ()\nTAG OK", "SIZE is not in the STATUS response"),
        ("UTF8=ACCEPT", "* ENABLED\nTAG OK", "ENABLED does not name UTF8=ACCEPT"),
        ("CHILDREN", '* LIST () "/" a\nTAG OK', "a is listed without"),
        ("SPECIAL-USE", '* LIST (\\HasNoChildren) "/" a\nTAG OK', "a is listed without"),
    ],
)
def test_answered_wrongly(capability: str, answer: str, words: str) -> None:
    trial = next(one for one in TRIALS if one.capability == capability)
    found = outcomes(trial, {command_of(trial): answer})
    (bad,) = [one for one in found if one.verdict is trial.fault]
    assert words in bad.says


def run(
    names: str, *, probe: str = "extension-others", allow_writes: bool = False
) -> tuple[dict[str, str], list[Outcome]]:
    async def inner() -> tuple[dict[str, str], list[Outcome]]:
        async with Responder(good_answers(), after_login=names) as server:
            bench, results = await check(Loopback(server.port), [PROBES[probe]], allow_writes=allow_writes)
            return bench.known.identity, results[probe].outcomes

    return asyncio.run(inner())


def says(names: str, *, allow_writes: bool = False) -> str:
    return "\n".join(one.says for one in run(names, allow_writes=allow_writes)[1])


def test_what_is_not_tried_is_told() -> None:
    _, found = run("IMAP4rev1 SORT UIDPLUS X-OWN APPENDLIMIT=9")
    assert [(one.about, one.verdict) for one in found] == [
        (name, Verdict.LEFT_OUT) for name in ("UIDPLUS", "X-OWN", "APPENDLIMIT=9")
    ]
    assert "no probe knows it" in found[1].says
    assert "CATENATE is not tried: it would need a message to be added" in says("IMAP4rev1 CATENATE")
    assert "UIDPLUS is tried in the scratch mailbox, with --allow-writes: append" in says("IMAP4rev1 UIDPLUS")


def test_with_permission_to_write_other_reasons_are_told() -> None:
    told = says("IMAP4rev1 UIDPLUS MULTIAPPEND CATENATE SASL-IR", allow_writes=True).splitlines()
    assert told == [
        "UIDPLUS is tried in the scratch mailbox: append, copy, move, uid-expunge",
        "MULTIAPPEND is tried in the scratch mailbox: append-forms",
        "CATENATE is not tried: no probe knows it",
        "SASL-IR is not tried: it shows in the login only",
    ]


def test_what_writing_probes_try_is_true() -> None:
    ids = {probe.id for probe in tables.PROBES["imap"] if probe.writes}
    assert {id_ for words in WRITTEN.values() for id_ in words.split(", ")} <= ids
    assert run("IMAP4rev1 SORT")[1][0].verdict is Verdict.GOOD


def test_what_is_not_advertised_is_not_tried() -> None:
    _, (found,) = run("IMAP4rev1", probe="extension-sort")
    assert (found.verdict, found.about) == (Verdict.NOT_OFFERED, "SORT")


def test_what_needs_another_extension() -> None:
    _, (found,) = run("IMAP4rev1 SPECIAL-USE", probe="extension-special-use")
    assert found.verdict is Verdict.LEFT_OUT


def test_the_server_s_own_words_are_kept() -> None:
    identity, _ = run("IMAP4rev1 ID", probe="extension-id")
    assert identity == {"name": "good", "version": "1"}


def test_the_tables() -> None:
    assert len(PROBES) == len(extensions.PROBES)
    assert not {trial.capability for trial in TRIALS} & UNTRIED.keys()
    for trial in TRIALS:
        assert trial.capability == trial.capability.upper()
        assert trial.commands
        assert trial.where in ("authenticated", "selected", "messages")
