"""The probes of contents and the writing ones: good on recorded answers of a good server, and each fault is found."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence

import pytest
from check.canned import CONTENTS, TOKEN, WRITING, Canned, Fault, capabilities, probed, say, swap
from check.check_support import not_in_words

from mailshell.check.imap import scratch as scratch_module
from mailshell.check.outcome import Outcome, ProbeResult, Verdict
from mailshell.check.probe import Probe

NAMES = capabilities()
BY_ID = {probe.id: probe for probe in (*CONTENTS, *WRITING)}
SAMPLE = BY_ID["sample"]
BOX = f'"mailshell-check-{TOKEN}"'


@pytest.fixture(autouse=True)
def _same_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch_module.secrets, "token_hex", lambda count: TOKEN)


def run(
    part: str, probes: Sequence[Probe], faults: Sequence[Fault] = (), *, drop: str = "", names: Sequence[str] = NAMES
) -> tuple[dict[str, ProbeResult], Canned]:
    async def meanwhile() -> tuple[dict[str, ProbeResult], Canned]:
        async with Canned(part, faults, drop=drop) as server:
            return await probed(server.port, probes, names, allow_writes=part != "contents"), server

    return asyncio.run(meanwhile())


@pytest.fixture(scope="module")
def good() -> tuple[dict[str, ProbeResult], Canned]:
    return run("contents", CONTENTS)


def test_every_question_was_recorded(good: tuple[dict[str, ProbeResult], Canned]) -> None:
    assert good[1].unknown == []


@pytest.mark.parametrize("probe", CONTENTS, ids=lambda probe: probe.id)
def test_contents_are_good(good: tuple[dict[str, ProbeResult], Canned], probe: Probe) -> None:
    result = good[0][probe.id]
    allowed = {Verdict.GOOD, Verdict.NOTE} if probe.id == "partial-nothing" else {Verdict.GOOD}
    assert {one.verdict for one in result.outcomes} <= allowed, result.outcomes


def test_nothing_is_asked_that_changes_a_mailbox(good: tuple[dict[str, ProbeResult], Canned]) -> None:
    seen = [command for command in good[1].commands if "BODY[" in command.replace("BODY.PEEK[", "")]
    assert seen == []
    words = {command.split()[0] for command in good[1].commands}
    assert words <= {"LOGIN", "EXAMINE", "FETCH", "UID", "SEARCH", "SORT", "THREAD", "LOGOUT"}
    assert {command.split()[1] for command in good[1].commands if command.startswith("UID")} <= {
        "FETCH", "SEARCH", "SORT",
    }  # fmt: skip


def _as_esearch(uid: str) -> Callable[[bytes], bytes]:
    """The answer to a SEARCH as IMAP4rev2 has it (RFC 9051 section 7.3.4)."""

    def esearch(found: re.Match[bytes]) -> bytes:
        told = b" ALL " + b",".join(found[1].split()) if found[1].strip() else b""
        return b'* ESEARCH (TAG "{tag}")' + uid.encode() + told + b"\r\n"

    return lambda answer: re.sub(rb"\* SEARCH((?: \d+)*)\r\n", esearch, answer)


def test_searches_are_good_where_imap4rev2_answers_with_esearch_only() -> None:
    probes = [SAMPLE, *(probe for probe in CONTENTS if "search" in probe.id)]
    faults = [("UID SEARCH (?!RETURN)", _as_esearch(" UID")), ("SEARCH (?!RETURN)", _as_esearch(""))]
    results, server = run("contents", probes, faults, names=["IMAP4rev2"])
    assert server.changed > 50
    assert {id_ for id_ in results if "search" in id_} == {
        "search", "search-headers", "search-bodies", "uid-search", "search-charset", "search-return",
    }  # fmt: skip
    assert {id_: result.verdict for id_, result in results.items() if result.verdict is not Verdict.GOOD} == {}


@pytest.mark.parametrize("says", ["CLOSE left [2] messages", "found (1,)", "UIDNEXT None", "0 of 1 messages"])
def test_what_no_person_would_write_is_seen(says: str) -> None:
    assert not_in_words([ProbeResult("", "", "", [Outcome(Verdict.GOOD, says)])]) == [says]


@pytest.mark.parametrize("says", ["BODY[1] is 3 octets", "1,001 messages", "find 1 and 1, not 1 and 2"])
def test_what_a_person_would_write_passes(says: str) -> None:
    assert not_in_words([ProbeResult("", "", "", [Outcome(Verdict.GOOD, says)])]) == []


@pytest.mark.parametrize("probe", WRITING, ids=lambda probe: probe.id)
def test_writing_is_good_and_leaves_nothing(probe: Probe) -> None:
    results, server = run(probe.id, [probe])
    outcomes = results[probe.id].outcomes
    assert {one.verdict for one in outcomes} <= {Verdict.GOOD, Verdict.NOTE, Verdict.NOT_OFFERED}, outcomes
    if results[probe.id].verdict is not Verdict.NOT_OFFERED:
        assert any(one.verdict is Verdict.GOOD for one in outcomes)
        assert f"DELETE {BOX}" in server.commands
    assert server.unknown == []


#: The probe, what is changed in which answers, the verdict, and some of its words.
READING: tuple[tuple[str, str, Callable[[bytes], bytes], Verdict, str], ...] = (
    ("sample", "EXAMINE", swap(r"\* \d+ EXISTS\r\n", ""), Verdict.ERROR, "how many messages exist"),
    ("sample", "EXAMINE", say("{tag} NO no"), Verdict.ERROR, "EXAMINE INBOX was refused"),
    ("sample", r"FETCH 1:9 \(UID RFC822.SIZE\)", say("{tag} BAD no"), Verdict.ERROR, "gives no UIDs and sizes"),
    ("message-sizes", r"FETCH 1:9 \(UID", swap(r"RFC822.SIZE 31\b", "RFC822.SIZE 30"), Verdict.ERROR, "says 30"),
    ("internal-dates", r"UID FETCH .*INTERNALDATE", swap(r'"[ \d]\d-Jan', '"2024-Jan'), Verdict.ERROR, "form"),
    ("envelope", r"UID FETCH \S+ \(.*ENVELOPE", swap(r"Mon, 1 Jan 2024 00:00:00", "01-Jan-2024 00:00:00"),
     Verdict.WARNING, "the same moment in another form"),
    ("envelope", r"UID FETCH \S+ \(.*ENVELOPE", swap(r"Mon, 1 Jan 2024 00:00:00", "Mon, 1 Jan 2024 01:00:00"),
     Verdict.ERROR, "date is"),
    ("envelope", r"UID FETCH \S+ \(.*ENVELOPE", swap(r'\(\(NIL NIL "dave"', '(("" NIL "dave"'),
     Verdict.WARNING, "without one it is NIL"),
    ("envelope", r"UID FETCH \S+ \(.*ENVELOPE", swap(r'"=\?iso-8859-1[^"]*"', '{15}\r\nJ\xc3\xb6rg Br\xc3\xbcckner'),
     Verdict.WARNING, "has been decoded"),
    ("envelope", r"UID FETCH \S+ \(.*ENVELOPE", swap(r'"carol" "example.org"', '"carl" "example.org"'),
     Verdict.ERROR, "carl@example.org"),
    ("envelope", r"UID FETCH \S+ \(.*ENVELOPE", swap(r'"Carol Example"', '"Caroline"'), Verdict.WARNING, "Caroline"),
    ("envelope", r"UID FETCH \S+ \(.*ENVELOPE", swap(r'"<m5@example.net>"', "NIL"), Verdict.ERROR, "message-id"),
    ("envelope", r"UID FETCH \S+ \(.*ENVELOPE", swap(r'"plans for the observatory"', '"plans"'), Verdict.ERROR,
     'subject is "plans"'),
    ("envelope", r"UID FETCH \S+ \(.*ENVELOPE", swap(r'\(\(NIL NIL "undisclosed-recipients" NIL\)[^)]*\)\)', "NIL"),
     Verdict.WARNING, "the group is left out"),
    ("envelope", r"UID FETCH \S+ \(.*ENVELOPE", swap(r'\(\(NIL NIL "sec" "example.org"\)\)', "NIL"), Verdict.ERROR,
     "sender has none"),
    ("body-structure", r"UID FETCH \S+ \(.*BODYSTRUCTURE", swap(r'"base64" (\d+)', '"base64" 1'),
     Verdict.ERROR, "size"),

        ("body-structure", r"UID FETCH \S+ \(.*BODYSTRUCTURE",
     swap(r'"quoted-printable" (\d+) 2', '"quoted-printable" \\1 9'),
     Verdict.WARNING, "9 lines"),
    ("body-structure", r"UID FETCH \S+ \(.*BODYSTRUCTURE", swap(r'"boundary" "abc"', '"boundary" "abd"'), Verdict.ERROR,
     "boundary"),
    ("body-structure", r"UID FETCH \S+ \(.*BODYSTRUCTURE", swap(r'"application" "octet-stream"', '"text" "html"'),
     Verdict.ERROR, "its octets say application/octet-stream"),
    ("body-structure", r"UID FETCH \S+ \(.*BODYSTRUCTURE", swap(r'"base64"', '"8bit"'), Verdict.ERROR, "encoding"),
    ("sections", r"UID FETCH \S+ \(BODY.PEEK\[HEADER\]", swap(r"BODY\[TEXT\] \{\d+\}", "BODY[TXET] {0}"),
     Verdict.ERROR, "no such item came back"),
    ("sections", r"UID FETCH \S+ \(BODY.PEEK\[HEADER\].*2\.HEADER", swap("hello", "olleh"), Verdict.ERROR,
     "BODY["),
    ("header-fields", r"UID FETCH .*HEADER.FIELDS.NOT", swap("Subject: digest", "Subject: tsegid"), Verdict.ERROR,
     "as they stand"),
    ("header-fields", r"UID FETCH .*HEADER.FIELDS.NOT", swap("HEADER.FIELDS.NOT", "HEADER.FIELDS.KNOT"), Verdict.ERROR,
     "9 of 9 messages"),
    ("sections", r"UID FETCH \S+ \(BODY.PEEK\[HEADER\]", swap(r"BODY\[TEXT\] ", "BODY[TXET] "), Verdict.ERROR,
     "3 of 3 messages"),
    ("missing-parts", r"UID FETCH \S+ \(BODY.PEEK\[99\]", swap(r"\{0\}\r\n", "{3}\r\nabc"),
     Verdict.ERROR, "does not exist"),
    ("rfc822-items", r"UID FETCH \S+ \(RFC822", swap("plans|telescopes|First|Subject", "xxxxxxx"), Verdict.ERROR,
     "not the same"),
    ("peek", r"UID FETCH \S+,\S+ \(UID FLAGS\)", swap(r"FLAGS \([^)]*\)", r"FLAGS (\\Seen)"), Verdict.LEFT_OUT,
     "seen already"),
    ("peek", r"UID FETCH \d+ \(UID FLAGS\)", swap(r"FLAGS \([^)]*\)", r"FLAGS (\\Seen)"),
     Verdict.WARNING, "has \\Seen"),
    ("partials", r"UID FETCH \S+ \(BODY.PEEK\[\]<0\.", swap(r"BODY\[\]<0>", "BODY[]"),
     Verdict.ERROR, "none is BODY[]<0>"),
    ("partials", r"UID FETCH \S+ \(BODY.PEEK\[\]<0\.", swap("octet", "tetco"), Verdict.ERROR, "not those of BODY[]"),
    ("partial-ends", r"UID FETCH \S+ BODY.PEEK\[\]<0\.", swap(r"BODY\[\]<0>", "BODY[]"), Verdict.ERROR, "origin octet"),
    ("partial-ends", r"UID FETCH \S+ BODY.PEEK\[\]<\d+\.10>", say("{tag} NO no"), Verdict.ERROR, "not answered"),
    ("partial-sections", r"UID FETCH \S+ .*HEADER\]<3.20>", swap(r"BODY\[TEXT\]<2>", "BODY[TEXT]<0>"), Verdict.ERROR,
     "BODY[TEXT]<2.10>"),
    ("binary", r"UID FETCH \S+ \(BINARY", swap(r"BINARY\[", "BINARY.PEEK["), Verdict.ERROR, "only a request has"),
    ("binary", r"UID FETCH \S+ \(BINARY", swap(r"BINARY.SIZE\[(.*?)\] \d+", r"BINARY.SIZE[\1] 1"), Verdict.ERROR,
     "decoded it is"),
    ("search", r"SEARCH 1:9 SEEN\Z", say("* SEARCH 1\n{tag} OK done"), Verdict.ERROR, "SEARCH SEEN"),
    ("search", r"SEARCH 1:9 NOT UID", say("* SEARCH 99\n{tag} OK done"), Verdict.ERROR, "message 99"),
    ("search", r"SEARCH 1:9 LARGER", say("{tag} OK done"), Verdict.ERROR, "without an untagged SEARCH"),
    ("search", r"SEARCH 1:9 SENTON", say("{tag} BAD what?"), Verdict.ERROR, "is refused"),
    ("search-headers", r'SEARCH 1:9 FROM "[^"]{1,4}"|SEARCH 1:9 TO "[^"]*"', say("* SEARCH\n{tag} OK"),
     Verdict.ERROR, "TO"),
    ("search-headers", r'SEARCH 1:9 FROM "[a-z]', say("* SEARCH\n{tag} OK done"), Verdict.WARNING, "misses"),
    ("search-bodies", r'UID SEARCH UID \S+ BODY "(?!qz)', say("* SEARCH\n{tag} OK done"), Verdict.WARNING, "misses"),
    ("search-bodies", r'UID SEARCH UID \S+ BODY "qz', say("* SEARCH 1\n{tag} OK done"),
     Verdict.WARNING, "does not stand"),
    ("uid-search", r"UID SEARCH 1:9 ALL", say("* SEARCH\n{tag} OK done"), Verdict.ERROR, "finds 0 messages"),
    ("search-charset", "SEARCH CHARSET X", say("{tag} BAD what?"), Verdict.WARNING, "NO is due"),
    ("search-charset", "SEARCH CHARSET US", say("{tag} NO [BADCHARSET] no"), Verdict.ERROR, "US-ASCII"),
    ("search-return", r"SEARCH RETURN \(MIN", swap(r"COUNT \d+", "COUNT 77"), Verdict.ERROR, "COUNT 77"),
    ("search-return", r"SEARCH RETURN \(MIN", swap(r'\(TAG "{tag}"\) ', ""), Verdict.ERROR, "tag of its command"),
    ("search-return", r"UID SEARCH RETURN \(MIN", swap("UID", ""), Verdict.ERROR, "lacks UID"),
    ("search-return", r"SEARCH RETURN \(\)", swap("ALL 1:9", "ALL 1:8"), Verdict.ERROR, "RETURN ()"),
    ("search-return", r"SEARCH RETURN .* ALL\Z", swap("MIN 1", "MIN 2"), Verdict.ERROR, "MIN 2"),
    ("sort", r"SORT \(SIZE\)", say("* SORT 1 2 3 4 5 6 7 8 9\n{tag} OK"), Verdict.ERROR, "comes later"),
    ("sort", r"SORT \(REVERSE DATE\)", say("* SORT 1 2 3\n{tag} OK"), Verdict.ERROR, "3 numbers for 9 messages"),
    ("sort", r"UID SORT", say("* SORT 9 8 7\n{tag} OK"), Verdict.ERROR, "UID SORT"),
    ("thread-references", "THREAD", say("* THREAD (1)(2)(3)(4)(5)(6)(7)(8)(9)\n{tag} OK"), Verdict.WARNING, "2 and 3"),
    ("thread-references", "THREAD", say("* THREAD (1 2 3)(4)(5)(6)(7)(8)(9)\n{tag} OK"), Verdict.WARNING, "joins them"),
    ("thread-orderedsubject", "THREAD", say("* THREAD (1)(2 3)\n{tag} OK"), Verdict.ERROR, "each message once"),
)  # fmt: skip


WRITTEN: tuple[tuple[str, str, Callable[[bytes], bytes], Verdict, str], ...] = (
    ("mailbox-lifecycle", f"CREATE {BOX}", swap("{tag} NO ", "{tag} OK "), Verdict.ERROR, "exists is accepted"),
    ("mailbox-lifecycle", r'LIST "" "[^"*]*/old"', say('* LIST () "/" x/old\n{tag} OK'), Verdict.ERROR, "old name"),
    ("mailbox-lifecycle", r"STATUS .*/new", swap("MESSAGES 1", "MESSAGES 0"), Verdict.ERROR, "mailbox had 1 message"),
    ("mailbox-lifecycle", r"DELETE .*missing", say("{tag} OK done"),
     Verdict.ERROR, "DELETE of a mailbox that does not"),
    ("subscriptions", "LSUB", say("{tag} OK done"), Verdict.ERROR, "after SUBSCRIBE"),
    ("mailbox-names", r'LIST "" .*Entw', swap("Entw&APw-rfe", "Entwurfe"), Verdict.ERROR, "listed as"),
    ("mailbox-names", r'LIST "" .*two words', say("{tag} OK done"), Verdict.ERROR, "not at all"),
    ("append", "APPEND", swap(r"APPENDUID (\d+) \d+", r"APPENDUID \1 77"), Verdict.ERROR, "APPENDUID says"),
    ("append", "APPEND", swap(r"\[APPENDUID \d+ \d+\] ", ""), Verdict.WARNING, "without APPENDUID"),
    ("append", "UID FETCH", swap("Number 1", "number 1"), Verdict.ERROR, "octet for octet"),
    ("append", "UID FETCH", swap(r"RFC822.SIZE \d+", "RFC822.SIZE 9"), Verdict.ERROR, "RFC822.SIZE is 9"),
    ("append", "UID FETCH", swap(r"\\Flagged ?", ""), Verdict.ERROR, "has the flags"),
    ("append", "UID FETCH", swap("07-Feb-2021 20", "07-Feb-2021 21"), Verdict.WARNING, "INTERNALDATE"),
    ("append-forms", r"APPEND \S+ \(\)", say("{tag} BAD what?"), Verdict.ERROR, "empty list of flags is refused"),
    ("append-forms", r"APPEND .*letter 4", swap(r"APPENDUID (\d+) \S+\]", r"APPENDUID \1 3]"),
     Verdict.ERROR, "for two"),
    ("append-forms", "STATUS", swap("MESSAGES 5", "MESSAGES 4"), Verdict.ERROR, "APPEND accepted 5 messages"),
    ("append-odd", r"UID FETCH 1:\*", swap("no end", "NO END"), Verdict.NOTE, "comes back changed"),
    ("append-missing", "APPEND", swap(r"\[TRYCREATE\] ", ""), Verdict.WARNING, "without [TRYCREATE]"),
    ("append-missing", "APPEND", say("{tag} OK done"), Verdict.ERROR, "makes it"),
    ("copy", "UID COPY", swap(r"COPYUID (\d+) (\S+) 1:2", r"COPYUID \1 \2 2:3"),
     Verdict.ERROR, "it was 1,2 that became 1,2"),
    ("copy", "UID COPY", swap(r"\[COPYUID [^]]*\] ", ""), Verdict.WARNING, "without COPYUID"),
    ("move", "UID MOVE", swap(r"\* 1 EXPUNGE", "* 3 EXPUNGE"), Verdict.ERROR, "is due"),
    ("store", r"STORE 1 \+FLAGS \(\\Seen", say("{tag} OK done"), Verdict.WARNING, "in a FETCH response"),
    ("store", r"STORE 1 FLAGS \(\\Answered", swap(r"\\Answered", r"\\Draft"), Verdict.ERROR, "tells"),
    ("store", r"FETCH 2 \(FLAGS\)", swap(r"FLAGS \(", r"FLAGS (\\Seen "), Verdict.ERROR, "gave message 2"),
    ("keywords", "SEARCH KEYWORD", say("* SEARCH\n{tag} OK"), Verdict.ERROR, "does not find"),
    ("seen", r"FETCH 1 \(FLAGS\)", swap(r"FLAGS \([^)]*\)", r"FLAGS (\\Seen)"), Verdict.ERROR, "BODY.PEEK[] sets"),
    ("seen", r"FETCH 1 \(FLAGS\)", swap(r"FLAGS \([^)]*\)", "FLAGS ()"), Verdict.ERROR, "does not set"),
    ("recent", "SELECT|EXAMINE", swap(r"\* \d+ RECENT", "* 0 RECENT"), Verdict.GOOD, "marks no message"),
    ("recent", "SELECT", swap(r"\* \d+ RECENT", "* 0 RECENT"), Verdict.WARNING, "EXAMINE took"),
    ("expunge", "EXPUNGE", say("* 2 EXPUNGE\n* 3 EXPUNGE\n* 5 EXPUNGE\n{tag} OK"), Verdict.ERROR, "do not lead"),
    ("uid-expunge", "UID EXPUNGE", say("{tag} OK done"), Verdict.ERROR, "does not tell what is gone"),
    ("uid-reuse", r"FETCH 1:\*", swap("UID 3", "UID 2"), Verdict.ERROR, "was removed; the next one got 2"),
    ("closing", "UNSELECT", say("{tag} NO no"), Verdict.UNDECIDED, "UNSELECT was refused"),
    ("closing", "CLOSE", say("* 1 EXPUNGE\n{tag} OK done"), Verdict.WARNING, "should be silent"),
    ("two-sessions", r"FETCH 1:2 \(UID\)", swap(r"\* 1 FETCH", "* 2 EXPUNGE\r\n* 1 FETCH"),
     Verdict.ERROR, "during FETCH"),
    ("two-sessions", "NOOP", say("{tag} OK done"), Verdict.NOTE, "did not tell of a flag"),
    ("unchangedsince", r"STORE 1:2 \(UNCH", swap(r"\[MODIFIED 1\]", ""), Verdict.ERROR, "MODIFIED"),
    ("unchangedsince", "SELECT", swap(r"HIGHESTMODSEQ \d+", "X-NOTHING"), Verdict.ERROR, "neither HIGHESTMODSEQ"),
    ("quota", "GETQUOTAROOT", say("{tag} OK done"), Verdict.ERROR, "GETQUOTAROOT is answered"),
    ("acl", "MYRIGHTS", say("{tag} NO no"), Verdict.ERROR, "MYRIGHTS is answered"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("probe", "command", "change", "verdict", "words"),
    [*READING, *WRITTEN],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_fault_is_found(
    probe: str, command: str, change: Callable[[bytes], bytes], verdict: Verdict, words: str
) -> None:
    writes = BY_ID[probe].writes
    probes = [BY_ID[probe]] if writes or probe == "sample" else [SAMPLE, BY_ID[probe]]
    results, server = run(probe if writes else "contents", probes, [(command, change)])
    assert server.changed
    found = [one.says for one in results[probe].outcomes if one.verdict is verdict]
    assert any(words in says for says in found), results[probe].outcomes
    if writes:
        assert f"DELETE {BOX}" in server.commands
    else:
        assert results[probe].verdict is verdict
