"""What is remembered of mailboxes and messages: numbers that move with EXPUNGE, deletions, bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.assist import knowledge as module
from mailshell.assist.knowledge import Knowledge, Messages
from mailshell.protocol.imap.data import (
    Count,
    Data,
    Envelope,
    Fetched,
    FetchItem,
    MailboxListing,
    Numbers,
    Pairs,
    Vanished,
)


def listing(name: str, kind: str = "LIST") -> MailboxListing:
    return MailboxListing(kind, (), "/", name, name.encode())


def fetched(number: int, **items: object) -> Fetched:
    names = {"size": "RFC822.SIZE"}
    return Fetched("FETCH", number, tuple(FetchItem(names.get(name, name.upper()), items[name]) for name in items))


def envelope(subject: str | None) -> Envelope:
    return Envelope(None, subject, (), (), (), (), (), (), None, None)


def learnt(*data: Data, command: str = "") -> Knowledge:
    knowledge = Knowledge()
    for one in data:
        knowledge.learn(one, command)
    return knowledge


def test_fetch_fills_a_record_step_by_step() -> None:
    knowledge = learnt(
        fetched(3, uid=103), fetched(3, size=320, flags=("\\Seen", "\\DELETED")), fetched(3, envelope=envelope("Hi"))
    )
    message = knowledge.messages[3]
    assert (message.uid, message.size, message.subject, message.deleted) == (103, 320, "Hi", True)
    assert knowledge.deleted == 1
    knowledge.learn(fetched(3, flags=("\\Seen",)))
    assert knowledge.deleted == 0


def test_mailboxes_are_those_of_list() -> None:
    knowledge = learnt(listing("a"), listing("b"), listing("c", "LSUB"))
    assert [box.name for box in knowledge.mailboxes.values()] == ["a", "b"]
    knowledge.replace_mailboxes([listing("d")])
    assert [box.name for box in knowledge.mailboxes.values()] == ["d"]


def test_uids_that_were_found() -> None:
    assert learnt(Numbers("SEARCH", (5, 9)), command="UID SEARCH").found_uids == (5, 9)
    assert learnt(Numbers("SEARCH", (5, 9)), command="SEARCH").found_uids == ()


def test_quota_roots() -> None:
    assert learnt(Pairs("QUOTAROOT", ("INBOX", "r"), ())).quota_roots == {"r"}


def test_vanished_uids_leave_no_numbers() -> None:
    knowledge = learnt(fetched(1, uid=5), Vanished(False, "7"))
    assert not knowledge.messages
    assert learnt(fetched(1, uid=5), Vanished(True, "7")).messages


@given(
    known=st.sets(st.integers(1, 30), max_size=12),
    expunged=st.lists(st.integers(1, 30), max_size=12),
)
def test_expunge_moves_the_rest_up(known: set[int], expunged: list[int]) -> None:
    """As in a list from which elements are taken (RFC 9051 section 7.5.1)."""
    mailbox = list(range(1, 31))
    messages = Messages()
    for number in known:
        messages.seen(number).uid = number
    for number in expunged:
        messages.expunged(number)
        if number <= len(mailbox):
            del mailbox[number - 1]
    assert {number: message.uid for number, message in messages.items()} == {
        place: uid for place, uid in enumerate(mailbox, start=1) if uid in known
    }


def test_an_expunge_counts_at_once() -> None:
    knowledge = learnt(fetched(2, uid=12), Count("EXPUNGE", 1), fetched(2, uid=13))
    assert {number: message.uid for number, message in knowledge.messages.items()} == {1: 12, 2: 13}


def test_too_many_expunges_make_it_forget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_SHIFTS", 10)
    messages = Messages()
    for number in range(1, 7):
        messages.seen(number)
    messages.expunged(1)
    assert len(messages) == 5
    for _ in range(3):
        messages.expunged(1)
    assert len(messages) == 0


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_MESSAGES", 3)
    monkeypatch.setattr(module, "MOST_MAILBOXES", 2)
    knowledge = learnt(*(fetched(number, uid=number) for number in range(1, 6)), *map(listing, "abc"))
    assert list(knowledge.messages) == [3, 4, 5]
    assert len(knowledge.mailboxes) == 2
    knowledge.learn(fetched(9, envelope=envelope("x" * 1000)))
    assert len(knowledge.messages[9].subject or "") == 200


@pytest.mark.parametrize(
    ("words", "deleted"),
    [
        (r"STORE 2 +FLAGS.SILENT (\Deleted)", {1, 2}),
        (r"STORE 2:3 +FLAGS.SILENT (\Seen \deleted)", {1, 2, 3}),
        (r"STORE 4:* FLAGS.SILENT \Deleted", {1, 4, 5}),
        (r"STORE 1 -FLAGS.SILENT (\Deleted)", set()),
        (r"STORE 1 FLAGS.SILENT (\Seen)", set()),
        (r"STORE 1 +FLAGS.SILENT (\Seen)", {1}),
        (r"STORE 2 (UNCHANGEDSINCE 5) +FLAGS.SILENT (\Deleted)", {1, 2}),
        (r"UID STORE 13 +FLAGS.SILENT (\Deleted)", {1, 3}),
        (r"STORE 2 +FLAGS (\Deleted)", {1}),
        ("STORE", {1}),
        (r"STORE , +FLAGS.SILENT (\Deleted)", {1}),
    ],
)
def test_a_silent_store_is_remembered(words: str, deleted: set[int]) -> None:
    knowledge = learnt(fetched(1, uid=11, flags=("\\Deleted",)), fetched(3, uid=13))
    knowledge.stored(words, 5)
    assert {number for number, message in knowledge.messages.items() if message.deleted} == deleted


@given(words=st.text(alphabet="STOREUID 0123456789:*,+-FLAGS.SILENT()\\Deleted", max_size=60))
def test_any_store_at_all(words: str) -> None:
    learnt(fetched(1, uid=1)).stored(f"STORE {words}", 10)


def test_octets_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OCTETS", 10)
    knowledge = learnt(listing("aaaaaa"), listing("bbbbbb"), listing("cccccc"), listing("x" * 5000))
    assert len(knowledge.mailboxes) == 2
    for number in range(300):
        knowledge.learn(Pairs("QUOTAROOT", ("INBOX", str(number)), ()))
    assert len(knowledge.quota_roots) == 100
