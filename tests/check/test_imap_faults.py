"""Each fault of a server is found by the probe that looks for it, and called by its severity."""

from __future__ import annotations

import asyncio

import pytest
from check.check_support import Case, Loopback, check
from check.imap_responder import DROP, MUTE, Answer, Conversation, Responder

from mailshell.check.imap import survivor
from mailshell.check.imap.table import PROBES
from mailshell.check.outcome import Verdict

GOOD, NOTE, WARNING, ERROR, CRITICAL = (
    Verdict.GOOD, Verdict.NOTE, Verdict.WARNING, Verdict.ERROR, Verdict.CRITICAL,
)  # fmt: skip
BY_ID = {probe.id: probe for probe in PROBES}


def examined(*left_out: str) -> Answer:
    """EXAMINE without these lines."""

    def answer(conversation: Conversation, tag: str, rest: str) -> str:
        good = conversation._good(rest).split("\n")
        return "\n".join([line for line in good[:-1] if not any(word in line for word in left_out)] + [good[-1]])

    return answer


def second(first: str, later: str) -> Answer:
    """One answer at the first time, and another from then on."""
    told: list[str] = []

    def answer(conversation: Conversation, tag: str, rest: str) -> str:
        told.append(tag)
        return first if len(told) == 1 else later

    return answer


def spoilt(old: str, new: str) -> Answer:
    """The good answer, with other words in it."""

    def answer(conversation: Conversation, tag: str, rest: str) -> str:
        good = conversation._good(rest)
        assert old in good, good
        return good.replace(old, new)

    return answer


def in_second_session(old: str, new: str) -> Answer:
    """The good answer in the first session that is logged in; in others, with other words in it."""
    first: list[Conversation] = []

    def answer(conversation: Conversation, tag: str, rest: str) -> str:
        good = conversation._good(rest)
        if not first:
            first.append(conversation)
        return good if conversation is first[0] else good.replace(old, new)

    return answer


def ended(conversation: Conversation, tag: str, rest: str) -> str:
    conversation.left = True
    return "TAG OK done"


def closing(conversation: Conversation, tag: str, rest: str) -> str:
    conversation.left = True
    return "* BYE not this"


EXAMINE, SELECT = "EXAMINE .*", "SELECT .*"
OK = "TAG OK done"
CASES = (
    Case("greeting", WARNING, "PREAUTH in the clear", options={"greeting": "* PREAUTH [CAPABILITY IMAP4rev1] hello"}),
    Case("greeting", NOTE, "no text", options={"greeting": "* OK [CAPABILITY IMAP4rev1]"}),
    Case("before-login", CRITICAL, "before anybody has logged in", {"LIST .*": '* LIST () "/" INBOX\nTAG OK done'}),
    Case("before-login", CRITICAL, "EXAMINE INBOX is answered", {EXAMINE: "* 3 EXISTS\nTAG NO hm"}),
    Case("logout", WARNING, "no BYE", {"LOGOUT": ended}),
    Case("logout", WARNING, "behind the OK", {"LOGOUT": "TAG OK done\n* BYE bye"}),
    Case("logout", ERROR, "refused", {"LOGOUT": "TAG NO stay"}),
    Case(
        "capabilities-before-login", WARNING, "CAPABILITY does not have at the same moment: IDLE",
        options={"greeting": "* OK [CAPABILITY IMAP4rev1 IDLE] ready", "before_login": "IMAP4rev1 AUTH=PLAIN"},
    ),
    Case(
        "capabilities-before-login", NOTE, "leaves out 1 of 2 capabilities: AUTH=PLAIN",
        options={"greeting": "* OK [CAPABILITY IMAP4rev1] ready", "before_login": "IMAP4rev1 AUTH=PLAIN"},
    ),
    Case("capabilities-before-login", NOTE, "the greeting tells no capab", options={"greeting": "* OK ready"}),
    Case("capabilities-before-login", ERROR, "without a list", {"CAPABILITY": OK}),
    Case("capabilities-before-login", WARNING, "no revision", options={"before_login": "IDLE"}),
    Case(
        "capabilities-before-login", WARNING, "2 lists",
        {"CAPABILITY": "* CAPABILITY IMAP4rev1\n* CAPABILITY IMAP4rev1\nTAG OK done"},
    ),
    Case("capabilities-after-login", NOTE, "STARTTLS is still", options={"after_login": "IMAP4rev1 STARTTLS"}),
    Case("capabilities-after-login", NOTE, "LOGINDISABLED", options={"after_login": "IMAP4rev1 LOGINDISABLED"}),
    Case(
        "capabilities-after-login", WARNING, "asked again: IDLE gone",
        {"CAPABILITY": second("* CAPABILITY IMAP4rev1 IDLE\nTAG OK", "* CAPABILITY IMAP4rev1\nTAG OK done")},
    ),
    Case("examine-data", ERROR, "does not tell EXISTS", {EXAMINE: examined("EXISTS")}),
    Case("examine-data", WARNING, "does not tell FLAGS", {EXAMINE: examined("* FLAGS")}),
    Case("examine-data", WARNING, "does not tell [UIDNEXT]", {EXAMINE: examined("UIDNEXT")}),
    Case("examine-data", WARNING, "does not tell [UIDVALIDITY]", {EXAMINE: examined("UIDVALIDITY")}),
    Case("examine-data", WARNING, "does not tell [PERMANENTFLAGS]", {EXAMINE: examined("PERMANENT")}),
    Case("examine-data", WARNING, "does not tell RECENT", {EXAMINE: examined("RECENT")}),
    Case(
        "examine-data", WARNING, "does not tell LIST", {EXAMINE: examined("* LIST")},
        {"after_login": "IMAP4rev2"},
    ),
    Case(
        "examine-data", GOOD, "tells all that it has to", {},
        {"after_login": "IMAP4rev2"},
    ),
    Case("examine-data", NOTE, "[UNSEEN], though messages are unseen", {EXAMINE: examined("UNSEEN")}),
    Case("examine-data", GOOD, "tells all", {EXAMINE: examined("UNSEEN"), "SEARCH UNSEEN": "* SEARCH\nTAG OK done"}),
    Case("examine-data", NOTE, "tells [UNSEEN 3], and the first", {EXAMINE: spoilt("UNSEEN 2", "UNSEEN 3")}),
    Case("examine-data", WARNING, "READ-ONLY", {EXAMINE: spoilt("[READ-ONLY] ", "")}),
    Case("examine-data", NOTE, "names 1 flag, and", {EXAMINE: spoilt("FLAGS ()", r"FLAGS (\Seen)")}),
    Case("select-data", NOTE, "has what FLAGS does not: $X", {SELECT: spoilt(r"\Deleted \*", r"$X \*")}),
    Case("select-data", WARNING, r"\Recent", {SELECT: spoilt(r"\Deleted \*", r"\Recent \*")}),
    Case("select-data", NOTE, "SELECT does not tell [UNSEEN], though", {SELECT: examined("UNSEEN")}),
    Case("select-data", GOOD, "SELECT tells all", {EXAMINE: examined("UNSEEN")}),
    Case("select-data", NOTE, "neither [READ-WRITE]", {SELECT: spoilt("[READ-WRITE] ", "")}),
    Case("select-data", Verdict.LEFT_OUT, r"take \Recent from 2", {EXAMINE: spoilt("0 RECENT", "2 RECENT")}),
    Case("status", ERROR, "MESSAGES is 4 in STATUS and 3", {"STATUS .*": spoilt("MESSAGES 3", "MESSAGES 4")}),
    Case("status", ERROR, "UIDNEXT is missing", {"STATUS .*": spoilt("UIDNEXT 30 ", "")}),
    Case("status", ERROR, "without STATUS", {"STATUS .*": OK}),
    Case("status", WARNING, "counts 7 unseen", {"STATUS .*": spoilt("UNSEEN 2", "UNSEEN 7")}),
    Case(
        "status", Verdict.UNDECIDED, "changed by somebody", {"STATUS .*": spoilt("MESSAGES 3", "MESSAGES 4"),
        EXAMINE: second("* 3 EXISTS\nTAG OK [READ-ONLY]", "* 4 EXISTS\nTAG OK [READ-ONLY]")},
    ),
    Case("second-session", ERROR, "another UIDVALIDITY 8", {EXAMINE: in_second_session("VALIDITY 7", "VALIDITY 8")}),
    Case("second-session", WARNING, "sees 4 messages", {EXAMINE: in_second_session("3 EXISTS", "4 EXISTS")}),
    Case("uids-ascend", ERROR, "do not ascend: 10 follows 11", options={"uids": (11, 10, 20)}),
    Case("uids-ascend", ERROR, "UID 35, and UIDNEXT is 30", options={"uids": (11, 12, 35)}),
    Case("uids-ascend", ERROR, "1 of the messages 1:3", {"FETCH 1:3 .*": spoilt("* 2 FETCH (UID 12)\n", "")}),
    Case(
        "uids-ascend", Verdict.UNDECIDED, "somebody has changed",
        {"FETCH 1:3 .*": spoilt("* 2 FETCH (UID 12)\n", ""), "NOOP": "* 2 EXPUNGE\nTAG OK done"},
    ),
    Case("uids-ascend", ERROR, "message 2 has the UID", {"UID FETCH .*": spoilt("UID 12", "UID 13")}),
    Case("uids-ascend", ERROR, "has no UID", {"UID FETCH .*": "* 1 FETCH (FLAGS ())\nTAG OK done"}),
    Case("star", ERROR, "FETCH * gives 1 and not", {r"FETCH \* .*": "* 1 FETCH (UID 11)\nTAG OK done"}),
    Case("star", ERROR, "UID FETCH 1030:* gives nothing", {r"UID FETCH \d+:\* .*": OK}),
    Case("star", WARNING, "UID FETCH * is refused", {r"UID FETCH \* .*": "TAG BAD no"}),
    Case("uids-beyond", WARNING, "taken for an error", {"UID FETCH 1030 .*": "TAG BAD no"}),
    Case("uids-beyond", NOTE, "is refused", {"UID FETCH 1030 .*": "TAG NO none"}),
    Case("uids-beyond", ERROR, "gives messages", {"UID FETCH 1030 .*": "* 3 FETCH (UID 20)\nTAG OK done"}),
    Case(
        "uids-beyond", GOOD, "gives nothing", {"UID FETCH 1030 .*": "* 3 FETCH (UID 20 FLAGS ())\nTAG OK done"}
    ),
    Case("numbers-out-of-range", ERROR, "gives message 3", {"FETCH 1003 .*": "* 3 FETCH (UID 20)\nTAG OK done"}),
    Case("numbers-out-of-range", NOTE, "answered with OK; BAD", {"FETCH 0 .*": OK}),
    Case("sequence-sets", WARNING, "FETCH 1:1 is refused", {"FETCH 1:1 .*": "TAG BAD no"}),
    Case("sequence-sets", ERROR, "FETCH 3:1 gives nothing", {"FETCH 3:1 .*": OK}),
    Case("case", WARNING, "noop is refused", {"(?-i:noop)": "TAG BAD what"}),
    Case("case", WARNING, "STATUS inbox", {"STATUS (?-i:inbox) .*": "TAG NO no such mailbox"}),
    Case("case", ERROR, 'status "iNbOx"', {'(?-i:status "iNbOx") .*': "* STATUS INBOX (MESSAGES 0)\nTAG OK done"}),
    Case("tags", NOTE, "used before is refused", {"NOOP": lambda one, tag, rest: _once(one, tag)}),
    Case("wrong-commands", NOTE, "FROBNICATE) is answered with OK", {"FROBNICATE": OK}),
    Case("wrong-commands", NOTE, "untagged BAD", {"FROBNICATE": "* BAD what"}),
    Case("wrong-commands", WARNING, "no answer", {"FROBNICATE": ""}),
    Case("wrong-commands", WARNING, "FROBNICATE) ends the connection, without", {"FROBNICATE": DROP}),
    Case("wrong-commands", NOTE, "FROBNICATE) ends the connection, with BYE", {"FROBNICATE": closing}),
    Case("wrong-commands", WARNING, "FROBNICATE) the server does not answer", {"FROBNICATE": MUTE}),
    Case("wrong-commands", GOOD, "not closed (STATUS \"INBOX (MESSAGES)) is answered with BAD", {"FROBNICATE": DROP}),
    Case("tags", WARNING, "digits only is not taken: 007", {"NOOP": lambda one, tag, rest: _no_digits(one, tag)}),
    Case("names-in-all-forms", WARNING, "as a literal is refused", {r"STATUS \{.*": "TAG BAD no literals"}),
    Case("names-in-all-forms", ERROR, "otherwise than", {r"STATUS INBOX .*": spoilt("VALIDITY 7", "VALIDITY 8")}),
    Case("empty-strings", WARNING, "0 octets is refused", {r"SEARCH .*\{\}": "TAG BAD no"}),
    Case("empty-strings", ERROR, "otherwise than the same", {r"SEARCH .*\{\}": "* SEARCH\nTAG OK done"}),
    Case("several-literals", WARNING, "quoted-pairs is refused", {r"SEARCH .*\\.*": "TAG BAD no"}),
    Case("extension-literals", ERROR, "10 octets is not taken", {r"SEARCH .*\{x{10}\}": "TAG BAD no"}),
    Case("extension-literals", NOTE, "4,096 octets is answered with BAD", {r"SEARCH .*\{x{4096}\}": "TAG BAD big"}),
    Case("extension-literals", NOTE, "4,096 octets ends the connection", {r"SEARCH .*\{x{4096}\}": DROP}),
    Case("extension-literals", ERROR, "10 octets ends the connection", {r"SEARCH .*\{x{10}\}": DROP}),
    Case("extension-literals", WARNING, "only one may be", options={"after_login": "IMAP4rev1 LITERAL+ LITERAL-"}),
    Case("extension-literals", Verdict.NOT_OFFERED, "neither", options={"after_login": "IMAP4rev1"}),
    Case("pipelining", WARNING, "1 is refused", {"CAPABILITY": "TAG NO not now"}),
    Case("pipelining", ERROR, "find 1 and 1, not", {"SEARCH .": "* SEARCH 1\nTAG OK done"}),
    Case("pipelining", ERROR, "EXAMINE, sent right before UID FETCH, is answered with BAD",
         {EXAMINE: lambda it, tag, rest: "TAG BAD no" if tag == "p6" else it._good(rest)}),
    Case("pipelining", WARNING, "another order", {"SEARCH 1": "* SEARCH 2\nTAG OK", "SEARCH 2": "* SEARCH 1\nTAG OK "}),
    Case("pipelining", NOTE, "only the order", {"SEARCH 1": "* SEARCH 1\n* SEARCH 2\nTAG OK", "SEARCH 2": "TAG OK"}),
    Case("pipelining", ERROR, "answered with BAD", {r"UID FETCH 1 .*": "TAG BAD select first"}),
    Case("extension-idle", WARNING, "IDLE is advertised", {"IDLE": "TAG BAD what"}),
    Case("extension-idle", Verdict.NOT_OFFERED, "IDLE", options={"after_login": "IMAP4rev1"}),
    Case("noop-check", WARNING, "CHECK is refused", {"CHECK": "TAG BAD what"}),
    Case("long-lines", NOTE, "ends the connection", {"UID FETCH .{9000,}": DROP}),
    Case("long-lines", WARNING, "does not answer any more", {"UID FETCH .{9000,}": MUTE}),
    Case("long-lines", NOTE, "is refused: BAD", {"UID FETCH .{7000,8192}": "TAG BAD too long"}),
    Case("long-lines", GOOD, "refused with BAD, and the", {"UID FETCH .{9000,}": "TAG BAD too long"}),
    Case("stray-lines", NOTE, "a NUL ends the connection, with BYE", {"NO\0OP": closing}),
)  # fmt: skip


def _no_digits(conversation: Conversation, tag: str) -> str:
    return "* BAD a tag begins with a letter" if tag[0].isdigit() else "TAG OK done"


def _once(conversation: Conversation, tag: str) -> str:
    used = conversation.__dict__.setdefault("used", set())
    answer = "TAG BAD that tag was used" if tag in used else "TAG OK done"
    used.add(tag)
    return answer


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.probe}: {case.words}")
def test_it_is_found(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survivor, "_PATIENCE", 0.3)

    async def run() -> list[tuple[Verdict, str]]:
        async with Responder(case.faults, **case.options) as server:
            _, results = await check(Loopback(server.port), [BY_ID[case.probe]])
            return [(one.verdict, one.says) for one in results[case.probe].outcomes]

    found = asyncio.run(run())
    assert any(verdict is case.verdict and case.words in says for verdict, says in found), found
