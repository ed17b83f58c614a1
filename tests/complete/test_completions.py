"""What completion offers: the table in ``completions.txt``, and properties that hold for any line at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.assist.knowledge import Knowledge
from mailshell.assist.situation import Situation
from mailshell.complete.candidate import Candidate
from mailshell.complete.completer import MOST, Completer
from mailshell.complete.surroundings import Surroundings
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.imap.data import BodyStructure, MailboxListing, Pairs
from mailshell.protocol.imap.mailbox_name import encode_mailbox
from mailshell.protocol.imap.terms import TERMS as IMAP_TERMS
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.protocol.pop3.terms import TERMS as POP3_TERMS

TABLE = Path(__file__).with_name("completions.txt")
NOW = datetime(2026, 11, 21, 9, 30, 0, tzinfo=UTC)
FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
CAPABILITIES = (
    "IMAP4rev1", "THREAD=REFERENCES", "THREAD=REFS", "AUTH=PLAIN", "AUTH=CRAM-MD5", "SORT", "ESEARCH", "BINARY",
    "CONDSTORE", "ID", "ACL", "QUOTA", "METADATA", "ENABLE", "UNSELECT", "COMPRESS=DEFLATE",
)  # fmt: skip


@dataclass(frozen=True)
class Form:
    """A local command."""

    name: str
    arguments: str
    help: str
    choices: tuple[str, ...] = ()
    takes: str = ""


LOCAL = {
    form.name: form
    for form in (
        Form(".debug", "[0-2]", "how much", ("0", "1", "2")),
        Form(".file", "FILE", "a file", takes="file"),
        Form(".find", "COLOUR", "a colour", takes="colour"),
    )
}


def mailboxes() -> Knowledge:
    """What a server has said: six mailboxes, and three messages with UIDs."""
    knowledge = Knowledge()
    for name in ("Sent", "INBOX", "Archive", "Entwürfe", "Archive/2024", "a b"):
        knowledge.learn(MailboxListing("LIST", ("\\HasNoChildren",), "/", name, encode_mailbox(name)))
    knowledge.learn(MailboxListing("LIST", ("\\Noselect",), "/", "Folder", b"Folder"))
    knowledge.learn(MailboxListing("LIST", (), "/", "bad\r\nname", b"bad\r\nname"))
    for number, uid in ((1, 101), (4, 104), (9, 109)):
        knowledge.messages.seen(number).uid = uid
    parts = tuple(BodyStructure(f"2.{part}", "TEXT", "PLAIN", size=10) for part in (1, 2))
    whole = (BodyStructure("1", "TEXT", "PLAIN"), BodyStructure("2", "MULTIPART", "MIXED", parts=parts))
    knowledge.messages.seen(9).structure = BodyStructure("", "MULTIPART", "MIXED", parts=whole)
    knowledge.messages.seen(9).subject = "=?utf-8?q?H=C3=A4?="
    knowledge.learn(Pairs("QUOTAROOT", ("INBOX", "User quota"), ()))
    return knowledge


def maildrop() -> Knowledge:
    knowledge = Knowledge()
    for number in (1, 2, 3):
        message = knowledge.messages.seen(number)
        message.size, message.unique_id = 1000 * number, f"uid-{number}"
    return knowledge


def imap(phase: str, capabilities: tuple[str, ...] | None = CAPABILITIES) -> Surroundings:
    around = Surroundings(IMAP, IMAP_TERMS, Situation("imap", phase, capabilities), mailboxes(), NOW, local=LOCAL)
    around.words = {
        "colour": lambda: [("red", "like blood"), ("green", "like grass")],
        "python": lambda: [("login_cram_md5", "as in imaplib")],
    }
    if phase == "S":
        around.messages, around.flags, around.user = 12, (*FLAGS, "\\Recent"), "ana"
        around.permanent_flags = (*FLAGS, "\\*") if capabilities is not None else None
    return around


SITUATIONS = {
    "before login": imap("N"),
    "selected": imap("S"),
    "capabilities unknown": imap("S", None),
    "not connected": Surroundings(
        IMAP, IMAP_TERMS, Situation("imap"), Knowledge(), NOW, connected=False, local=LOCAL
    ),
    "maildrop": Surroundings(
        POP3, POP3_TERMS, Situation("pop3", "T", ("TOP", "UIDL", "SASL PLAIN", "USER")), maildrop(), NOW, messages=3
    ),
}  # fmt: skip


def cases() -> Iterator[tuple[str, str, list[str]]]:
    where = ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            where = line.strip("[]")
        elif line and not line.startswith("#"):
            typed, _, expected = line.rpartition("→")
            yield where, typed.rpartition("|")[0], expected.split()
    assert where


def shown(candidate: Candidate) -> str:
    text = candidate.shown.replace(" ", "_")
    put = candidate.text.replace(" ", "_")
    return ("~" if candidate.dimmed else "") + (text if put == text else f"{text}=>{put}")


def agrees(found: list[str], expected: list[str]) -> bool:
    """Whether the names are those expected; ``...`` stands for any number."""
    if "..." not in expected:
        return found == expected
    place = expected.index("...")
    before, after = expected[:place], expected[place + 1 :]
    rest = found[len(before) :]
    return found[: len(before)] == before and (not after or rest[-len(after) :] == after)


@pytest.mark.parametrize(("where", "typed", "expected"), list(cases()))
def test_what_is_offered(where: str, typed: str, expected: list[str]) -> None:
    found = [shown(candidate) for candidate in Completer().complete(typed, SITUATIONS[where])]
    assert agrees(found, expected), found


def test_there_are_enough_cases() -> None:
    assert len(list(cases())) >= 90


@pytest.mark.parametrize(
    ("where", "typed", "name", "words"),
    [
        ("before login", "fet", "FETCH", ["needs a selected mailbox"]),
        ("before login", "sel", "SELECT", ["needs a login", "Open a mailbox"]),
        ("selected", "mov", "MOVE", ["server does not advertise MOVE"]),
        ("selected", "FETCH 1 x-gm-l", "X-GM-LABELS", ["server does not advertise X-GM-EXT-1"]),
        ("selected", "SELECT Fol", "Folder", ["can't be selected"]),
        ("selected", "STORE 1 FLAGS \\R", "\\Recent", ["only the server sets it"]),
        ("selected", "FETCH 9", "9", ["Hä"]),
        ("selected", "UID FETCH 109", "109", ["message 9", "Hä"]),
        ("selected", "SEARCH SINCE 21", "21-Nov-2026", ["today", "Saturday"]),
        ("selected", "FETCH 9 BODY[2.", "1]", ["text/plain", "10 octets"]),
        ("maildrop", "RETR 2", "2", ["2,000 octets", "UIDL uid-2"]),
        ("maildrop", "use", "USER", ["only before login"]),
    ],
)
def test_what_is_said_of_it(where: str, typed: str, name: str, words: list[str]) -> None:
    found = {candidate.shown: candidate for candidate in Completer().complete(typed, SITUATIONS[where])}
    assert all(word in found[name].meta for word in words), found[name].meta


def test_of_very_many_only_the_first_are_offered() -> None:
    around = imap("S")
    for number in range(1000):
        around.knowledge.learn(MailboxListing("LIST", (), "/", f"m{number:03}", b"m%03d" % number))
    completer = Completer()
    found = completer.complete("SELECT m", around)
    assert len(found) == MOST
    assert (found[-1].shown, found[-1].text) == ("…", "m")
    assert found[-1].meta.startswith("701 more")
    assert len(completer.complete("SELECT m12", around)) == 10


def test_what_is_learnt_later_is_offered() -> None:
    around, completer = imap("S"), Completer()
    assert not completer.complete("SELECT new", around)
    around.knowledge.learn(MailboxListing("LIST", (), "/", "new", b"new"))
    assert completer.complete("SELECT new", around)[0].text == "new"
    around.knowledge.messages.expunged(4)
    assert [candidate.text for candidate in completer.complete("UID FETCH 10", around)] == ["109", "101"]


LINES = st.one_of(
    st.text(max_size=40),
    st.builds(
        lambda name, rest: f"{name} {rest}",
        st.sampled_from([*IMAP, *POP3]),
        st.text(alphabet='ABDEFILSTabs 0123456789:*,.()[]{}"\\<>@$%+-|', max_size=30),
    ),
)


@given(typed=LINES, where=st.sampled_from(sorted(SITUATIONS)))
def test_any_line_at_all(typed: str, where: str) -> None:
    found = Completer().complete(typed, SITUATIONS[where])
    assert len(found) <= MOST * 3
    for candidate in found:
        assert 0 <= candidate.start <= len(typed)
        assert candidate.shown
        # What is likely to fail says why, or how many more there are.
        assert candidate.meta or not candidate.dimmed
    assert [candidate.dimmed for candidate in found if candidate.text != ")"] == sorted(
        candidate.dimmed for candidate in found if candidate.text != ")"
    )


@given(typed=LINES, where=st.sampled_from(sorted(SITUATIONS)))
def test_a_line_that_took_a_candidate_can_be_completed_again(typed: str, where: str) -> None:
    for candidate in Completer().complete(typed, SITUATIONS[where])[:5]:
        Completer().complete(typed[: candidate.start] + candidate.text, SITUATIONS[where])


@pytest.mark.parametrize("word", ["@/etc/passwd", ">", "|", "a|b", "{7}", "x\x1b[31m", "(", '"', "a b", "%", "*"])
def test_words_of_the_server_that_the_line_would_misread_are_not_offered(word: str) -> None:
    around = imap("S", (f"THREAD={word}", f"AUTH={word}", "COMPRESS=" + word))
    around.permanent_flags = around.flags = (word, "$Fine")
    for typed in ("THREAD ", "AUTHENTICATE ", "COMPRESS ", "STORE 1 +FLAGS (", "SEARCH KEYWORD "):
        assert all(word != candidate.text for candidate in Completer().complete(typed, around))


def test_an_8_bit_name_is_offered_with_the_reason() -> None:
    around = imap("S")
    around.knowledge.learn(MailboxListing("LIST", (), "/", "lat\\xe9", b"lat\xe9"))
    found = Completer().complete("SELECT lat", around)
    assert [candidate.dimmed for candidate in found] == [True]
    assert "8-bit" in found[0].meta
    around.situation = replace(around.situation, utf8=True)
    assert not Completer().complete("SELECT lat", around)[0].dimmed
