"""What searches, sorts and threads must give, evaluated here."""

from __future__ import annotations

from datetime import date

import pytest
from check.letters_for_check import MESSAGES
from hypothesis import given
from hypothesis import strategies as st

from mailshell.check.bench import Message
from mailshell.check.client import Reply
from mailshell.check.imap import evaluation as keys
from mailshell.check.imap.evaluation import Facts, Key, evaluate
from mailshell.check.imap.facts import FIELDS
from mailshell.check.imap.found import flat, numbers_in
from mailshell.check.imap.mime import fields, split
from mailshell.check.imap.ordering import compare, misplaced
from mailshell.check.imap.references import apart, subject_groups, together
from mailshell.check.imap.sample import candidates, choose, ranges
from mailshell.check.imap.searching import combined_keys, date_keys, flag_keys, size_keys, text_keys
from mailshell.check.imap.subjects import base_subject
from mailshell.check.imap.writing_expunge import apply
from mailshell.protocol.imap.data import BodyStructure
from mailshell.protocol.imap.response import read_response


def facts(number: int, header: str = "", *, octets: bytes | None = None, **rest: object) -> Facts:
    text = header.replace("\n", "\r\n").encode() if octets is None else split(octets)[0]
    one = Facts(number, 100 + number, header=fields(text), asked=frozenset(FIELDS), octets=octets)
    for name, value in rest.items():
        setattr(one, name, value)
    return one


#: A message of each kind: flags, size, day of arrival.
SOME = [
    facts(at, octets=octets, size=len(octets), flags=frozenset(flags), arrived=f"{at:2}-Feb-2024 23:30:00 -0500")
    for at, (octets, flags) in enumerate(
        zip(MESSAGES, [[], ["\\Seen"], ["\\SEEN", "\\Flagged"], [], [], [], [], [], ["$Label1"]], strict=True), start=1
    )
]


@pytest.mark.parametrize(
    ("key", "words", "matching"),
    [
        (keys.everything(), "ALL", {1, 2, 3, 4, 5, 6, 7, 8, 9}),
        (keys.flag("SEEN", "\\Seen"), "SEEN", {2, 3}),
        (keys.no_flag("UNFLAGGED", "\\Flagged"), "UNFLAGGED", {1, 2, 4, 5, 6, 7, 8, 9}),
        (keys.by_date("ON", date(2024, 2, 3)), "ON 3-Feb-2024", {3}),
        (keys.by_date("SINCE", date(2024, 2, 8)), "SINCE 8-Feb-2024", {8, 9}),
        (keys.by_date("BEFORE", date(2024, 2, 2)), "BEFORE 2-Feb-2024", {1}),
        # 23:30 -0500 on the 2nd is the 3rd in UTC; the day is the one that is written.
        (keys.by_date("SENTON", date(2024, 1, 2)), "SENTON 2-Jan-2024", {2, 3}),
        (keys.negated(keys.flag("SEEN", "\\Seen")), "NOT SEEN", {1, 4, 5, 6, 7, 8, 9}),
        (keys.uid_between(103, 104), "UID 103:104", {3, 4}),
        (
            keys.either(keys.flag("FLAGGED", "\\Flagged"), keys.uid_between(101, 101)),
            "OR FLAGGED UID 101:101",
            {1, 3},
        ),
        (
            keys.both(keys.flag("SEEN", "\\Seen"), keys.negated(keys.flag("FLAGGED", "\\Flagged"))),
            "(SEEN NOT FLAGGED)",
            {2},
        ),
        (keys.field_contains("FROM", "EXAMPLE.ORG", key="FROM"), 'FROM "EXAMPLE.ORG"', {2, 3, 6}),
        (keys.field_contains("SUBJECT", "bservator", key="SUBJECT"), 'SUBJECT "bservator"', {2, 3}),
        (keys.field_contains("References", ""), 'HEADER References ""', {2}),
        (keys.body_contains("TELESCOPES"), 'BODY "TELESCOPES"', {2}),
        (keys.body_contains("carol@", header=True), 'TEXT "carol@"', {2, 3, 6}),
    ],
)
def test_keys(key: Key, words: str, matching: set[int]) -> None:
    assert key.words == words
    assert evaluate(key, SOME).matching == matching


@pytest.mark.parametrize(
    ("key", "unclear"),
    [
        # In the octets and not in the decoded text, or the other way round.
        (keys.field_contains("SUBJECT", "utf-8", key="SUBJECT"), {4}),
        (keys.field_contains("SUBJECT", "aus M", key="SUBJECT"), {4}),
        (keys.field_contains("SUBJECT", "munchen", key="SUBJECT"), {4}),
        (keys.by_date("SENTON", date(2024, 1, 2)), {5}),
        (keys.field_contains("X-Other", "a"), {1, 2, 3, 4, 5, 6, 7, 8, 9}),
        (keys.body_contains("no end"), {8}),
    ],
)
def test_what_is_in_doubt_is_unclear(key: Key, unclear: set[int]) -> None:
    assert evaluate(key, SOME).unclear >= unclear


def test_larger_and_smaller_leave_out_the_size_itself() -> None:
    size = SOME[0].size or 0
    assert 1 not in evaluate(keys.larger(size), SOME).matching
    assert 1 not in evaluate(keys.smaller(size), SOME).matching


def test_what_a_server_found() -> None:
    found = evaluate(keys.flag("SEEN", "\\Seen"), SOME)
    assert found.missing([2]) == [3]
    assert found.extra([2, 3, 4, 77]) == [4, 77]


def test_doubt_in_combinations() -> None:
    doubt, yes, no = Key("D", lambda one: None), Key("Y", lambda one: True), Key("N", lambda one: False)
    one = SOME[0]
    assert keys.either(doubt, yes).test(one) is True
    assert keys.either(doubt, no).test(one) is None
    assert keys.both(doubt, no).test(one) is False
    assert keys.both(doubt, yes).test(one) is None
    assert keys.negated(doubt).test(one) is None


def test_the_keys_that_are_tried_find_something() -> None:
    for key in (*date_keys(SOME), *text_keys(SOME), *size_keys(SOME)):
        pair = key if isinstance(key, tuple) else (key,)
        assert all(evaluate(one, SOME).matching for one in pair), pair
    words = [key.words for key in (*flag_keys(SOME), *combined_keys(SOME))]
    assert "KEYWORD $Label1" in words
    assert len(words) == len(set(words))


# --- base subjects


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("plans", "plans"),
        ("Re: plans", "plans"),
        ("RE : Fwd: fw:  plans (fwd) ", "plans"),
        ("Re[2]: plans", "plans"),
        ("[list] Re: [other] plans", "plans"),
        ("[list]", "[list]"),
        ("[a] [b]", "[b]"),
        ("[fwd: Re: plans]", "plans"),
        ("[Fwd: [Fwd: x]] (FWD)", "x"),
        ("re:", ""),
        ("", ""),
        ("two\t words   three", "two words three"),
        ("=?utf-8?q?Re:_gr=C3=BCn?=", "grün"),
        ("Reply: x", "Reply: x"),
        ("[unclosed x", "[unclosed x"),
    ],
)
def test_base_subjects(subject: str, base: str) -> None:
    assert base_subject(subject) == base


@given(st.text(alphabet="re: fwd[]()x", max_size=40))
def test_a_base_subject_is_its_own(subject: str) -> None:
    assert base_subject(base_subject(subject)) == base_subject(subject)


def test_long_subjects_take_no_time() -> None:
    for long in ("[a] " * 249, "[" * 999, "re:" * 300 + "(fwd)" * 20, "[a] " * 100_000):
        base_subject(long)


# --- sorting


SORTED = [
    facts(1, "From: b@x\nSubject: Re: alpha\nDate: Tue, 2 Jan 2024 10:00:00 +0000\n",
          size=3, arrived="02-Jan-2024 00:00:00 +0000"),
    facts(2, "From: A <a@x>\nSubject: beta\nDate: Tue, 2 Jan 2024 10:30:00 +0100\n",
          size=3, arrived="01-Jan-2024 23:30:00 -0100"),
    facts(3, "From: B@x\nSubject: Alpha\n", size=1, arrived="01-Jan-2024 00:00:00 +0000"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("program", "order"),
    [
        ("SIZE", [3, 1, 2]),
        ("REVERSE SIZE", [1, 2, 3]),
        ("ARRIVAL", [3, 1, 2]),
        ("DATE", [3, 2, 1]),
        ("SUBJECT", [1, 3, 2]),
        ("REVERSE SUBJECT", [2, 1, 3]),
        ("SUBJECT DATE", [3, 1, 2]),
        ("FROM", [2, 1, 3]),
        ("FROM SIZE", [2, 3, 1]),
        ("TO", [1, 2, 3]),
    ],
)
def test_orders(program: str, order: list[int]) -> None:
    assert misplaced(order, SORTED, program.split()) is None
    assert misplaced(order[::-1], SORTED, program.split()) is not None


def test_characters_between_the_cases_have_no_certain_place() -> None:
    pair = [facts(1, "From: _a@x\n"), facts(2, "From: b@x\n")]
    assert compare(*pair, ["FROM"]) is None
    assert compare(facts(1, "Subject: =?utf-8?q?=C3=BC?=\n"), pair[1], ["SUBJECT"]) is None


# --- threads


THREADS = [
    facts(1, "Message-ID: <a@x>\nSubject: one\n"),
    facts(2, "Message-ID: <b@x>\nSubject: Re: two\nIn-Reply-To: <a@x>\n"),
    facts(3, "Message-ID: <c@x>\nSubject: ONE\n"),
    facts(4, "Message-ID: <d@x>\nSubject: four\nReferences: <lost@x> <b@x>\n"),
    facts(5, "Message-ID: <e@x>\nSubject: five\nReferences: <lost@x>\n"),
    facts(6, "Subject: six\nIn-Reply-To: your message of yesterday\n"),
]


def test_what_belongs_together() -> None:
    assert set(together(THREADS)) == {frozenset({1, 2}), frozenset({2, 4})}
    assert {tuple(sorted(group)) for group in apart(THREADS)} == {(1, 2, 3, 4, 5), (6,)}
    assert {tuple(sorted(group)) for group in subject_groups(THREADS)} == {(1, 3), (2,), (4,), (5,), (6,)}


def test_an_identifier_that_two_messages_have_joins_nobody() -> None:
    twice = [facts(1, "Message-ID: <a@x>\n"), facts(2, "Message-ID: <a@x>\n"), facts(3, "In-Reply-To: <a@x>\n")]
    assert together(twice) == []


def test_the_numbers_of_a_thread() -> None:
    assert flat((3, (6, 4, (23,)), (44, 7))) == (3, 6, 4, 23, 44, 7)


# --- sets, expunges, the sample


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("1", [1]), ("3:1,7", [1, 2, 3, 7]), ("", None), ("0", None), ("1:*", None), ("a", None), ("1:999999999", None)],
)
def test_sets(text: str, numbers: list[int] | None) -> None:
    assert numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (["* 2 EXPUNGE", "* 2 EXPUNGE"], [10, 40]),
        (["* 4 EXPUNGE", "* 2 EXPUNGE", "* 2 EXPUNGE"], [10]),
        (["* VANISHED 10,30:40"], [20]),
        (["* VANISHED (EARLIER) 10"], [10, 20, 30, 40]),
        (["* 5 EXPUNGE"], None),
        ([], [10, 20, 30, 40]),
    ],
)
def test_expunges(lines: list[str], left: list[int] | None) -> None:
    responses = [read_response((line.encode() + b"\r\n",), 0, len(line) + 2) for line in lines]
    assert apply(Reply([], responses), [10, 20, 30, 40]) == left


def test_a_large_mailbox_is_not_looked_at_as_a_whole() -> None:
    assert ranges(14) == "1:14"
    assert ranges(100_000) == "1:100,50000:50099,99901:100000"


def test_the_sample_is_small_and_varied() -> None:
    messages = [Message(at, str(at), at * 500) for at in range(1, 301)]
    some = candidates(messages)
    assert len(some) == 30
    assert all((one.size or 0) <= 60_000 for one in some)
    leaf = BodyStructure("1", "text", "plain", encoding="7bit")
    structures = {one.uid: leaf for one in some}
    rich = some[20]
    structures[rich.uid] = BodyStructure("", "multipart", "mixed", parts=(leaf, leaf))
    chosen = choose(some, structures)
    assert len(chosen) == 12
    assert rich in chosen
    assert some[0] in chosen
