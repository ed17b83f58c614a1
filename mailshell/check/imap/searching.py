"""SEARCH against an evaluation of the same messages here (RFC 3501 section 6.4.4, RFC 9051 section 6.4.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailshell.check.bench import Bench
from mailshell.check.client import Reply
from mailshell.check.imap import evaluation as keys
from mailshell.check.imap.evaluation import Facts, Key, evaluate
from mailshell.check.imap.facts import Searched, disturbed, searched
from mailshell.check.imap.fetching import sampled
from mailshell.check.imap.found import found
from mailshell.check.imap.mime import fields, split
from mailshell.check.outcome import Verdict
from mailshell.check.probe import Probe
from mailshell.protocol.imap.values import text_of
from mailshell.text.sentences import counted, some

#: A string that stands in no message.
NOWHERE = "qzxjvkwp7q"
_WORD = re.compile(r"[A-Za-z]{5,20}")
_FLAGS = ("Answered", "Deleted", "Draft", "Flagged", "Seen")


def flag_keys(messages: Sequence[Facts]) -> Iterator[Key]:
    """ALL, the flags and their opposites, and a keyword: one that is set, if there is one."""
    yield keys.everything()
    for name in _FLAGS:
        yield keys.flag(name.upper(), f"\\{name}")
        yield keys.no_flag(f"UN{name.upper()}", f"\\{name}")
    keywords = sorted({name for one in messages for name in one.flags if name[:1] != "\\" and name.isascii()})
    keyword = keywords[0] if keywords else "$mailshellcheck"
    yield keys.flag(f"KEYWORD {keyword}", keyword)
    yield keys.no_flag(f"UNKEYWORD {keyword}", keyword)


def size_keys(messages: Sequence[Facts]) -> Iterator[Key]:
    """LARGER and SMALLER than a size that a message has exactly: it is neither."""
    sizes = sorted(one.size for one in messages if one.size is not None)
    if sizes:
        size = sizes[len(sizes) // 2]
        yield keys.larger(size)
        yield keys.smaller(size)


def date_keys(messages: Sequence[Facts]) -> Iterator[Key]:
    """The keys of dates, with a day on which a message came resp. was sent."""
    arrived = sorted(day for one in messages if (day := keys.arrival_day(one)) is not None)
    sent = sorted(day for one in messages if (day := keys.sent_day(one)) is not None)
    for days, names in ((arrived, ("BEFORE", "ON", "SINCE")), (sent, ("SENTBEFORE", "SENTON", "SENTSINCE"))):
        if days:
            yield from (keys.by_date(name, days[len(days) // 2]) for name in names)


def text_keys(messages: Sequence[Facts]) -> Iterator[tuple[Key, Key]]:
    """For each field a word that it holds, with upper and lower case exchanged, and a part of the word."""
    for name in ("FROM", "TO", "CC", "SUBJECT"):
        word = _word(value for one in messages for value in one.values(name.lower()))
        if word is not None:
            whole = keys.field_contains(name, word.swapcase(), key=name)
            yield whole, keys.field_contains(name, word[1:-1], key=name)
    word = _word(value for one in messages for value in one.values("message-id"))
    if word is not None:
        yield keys.field_contains("Message-ID", word), keys.field_contains("Message-ID", word[1:-1])


def _word(values: Iterator[bytes]) -> str | None:
    """The first word of ASCII letters in a value without encoded words."""
    for value in values:
        text = text_of(value)
        match = _WORD.search(text) if "=?" not in text else None
        if match is not None:
            return match[0]
    return None


def combined_keys(messages: Sequence[Facts]) -> Iterator[Key]:
    """NOT, OR, parentheses and UID."""
    seen, flagged = keys.flag("SEEN", "\\Seen"), keys.flag("FLAGGED", "\\Flagged")
    uids = [one.uid for one in messages]
    some = keys.uid_between(uids[0], uids[len(uids) // 2])
    yield some
    yield keys.negated(some)
    yield keys.negated(keys.both(seen, some))
    yield keys.either(flagged, keys.negated(seen))
    yield keys.both(some, keys.either(seen, keys.negated(flagged)))
    yield keys.field_contains("Message-ID", "")
    yield keys.negated(keys.field_contains("References", ""))


async def _mismatch(on: Searched, key: Key) -> tuple[Reply, str] | None:
    """What is wrong with the answer to one key; None if nothing is, or if it can't be told."""
    reply = await on.client.ask(f"SEARCH {on.range} {key.words}")
    if not reply.ok:
        return reply, f"SEARCH {key.words} is refused: {reply.words}"
    numbers = found(reply)
    if numbers is None:
        return reply, f"SEARCH {key.words} is answered without an untagged SEARCH"
    expected = evaluate(key, on.messages)
    missing, extra = expected.missing(numbers), expected.extra(numbers)
    says = [f"misses {_which(missing)}"] if missing else []
    if extra:
        says.append(f"finds {_which(extra)}, which {'does' if len(extra) == 1 else 'do'} not match")
    return (reply, f"SEARCH {key.words} {' and '.join(says)}") if says else None


async def _try(bench: Bench, on: Searched, key: Key, verdict: Verdict, advice: str = "") -> tuple[Searched, bool]:
    """Try a key. What is wrong is told only if it is still wrong with the messages fetched anew."""
    if await _mismatch(on, key) is None:
        return on, True
    on = await searched(bench)
    again = await _mismatch(on, key)
    if again is None or disturbed(again[0]):
        return on, True
    bench.tell(verdict, again[1], again[0], about=key.words.partition(" ")[0], advice=advice)
    return on, False


async def _try_all(bench: Bench, on: Searched, some: Sequence[Key], what: str) -> Searched:
    right = 0
    for key in some:
        on, good = await _try(bench, on, key, Verdict.ERROR)
        right += good
    if right:
        says = f"{counted(right, 'search', 'searches')} by {what} in {counted(len(on.messages), 'message')}"
        bench.good(f"{says}: what was found is right", about=what)
    return on


async def _search(bench: Bench) -> None:
    on = await searched(bench)
    messages = on.messages
    on = await _try_all(bench, on, list(flag_keys(messages)), "flags")
    on = await _try_all(bench, on, list(size_keys(messages)), "size")
    on = await _try_all(bench, on, list(date_keys(messages)), "dates")
    await _try_all(bench, on, list(combined_keys(messages)), "combinations")


async def _search_text(bench: Bench) -> None:
    on = await searched(bench)
    right = 0
    pairs = list(text_keys(on.messages))
    for whole, within in pairs:
        on, good = await _try(bench, on, whole, Verdict.ERROR)
        right += good
        if good:
            advice = "the protocol asks for substrings; an index of words finds whole words only"
            on, good = await _try(bench, on, within, Verdict.WARNING, advice)
            right += good
    for name in ("FROM", "SUBJECT"):
        on, good = await _try(bench, on, keys.field_contains(name, NOWHERE, key=name), Verdict.ERROR)
        right += good
    if right:
        bench.good(
            f"{counted(right, 'search', 'searches')} for words in headers: what was found is right", about="words"
        )


async def _search_bodies(bench: Bench) -> None:
    client, whole = await sampled(bench)
    messages = [
        Facts(int(one.uid), int(one.uid), header=fields(split(one.octets or b"")[0]), octets=one.octets)
        for one in whole
    ]
    some = ",".join(one.uid for one in whole)
    word = next((word for one in messages if (word := _body_word(one)) is not None), None)
    tried = [keys.body_contains(NOWHERE), keys.body_contains(NOWHERE, header=True)]
    if word is not None:
        tried += [keys.body_contains(word.swapcase()), keys.body_contains(word.swapcase(), header=True)]
        tried.append(keys.body_contains(word[1:-1]))
    right = 0
    for key in tried:
        reply = await client.ask(f"UID SEARCH UID {some} {key.words}")
        numbers = found(reply)
        if numbers is None or not reply.ok:
            bench.wrong(
                f"UID SEARCH {key.words} is not answered: {reply.words}", reply, about=key.words.partition(" ")[0]
            )
            continue
        expected = evaluate(key, messages)
        missing, extra = expected.missing(numbers), expected.extra(numbers)
        if not missing and not extra:
            right += 1
            continue
        within = word is not None and key.words == f'BODY "{word[1:-1]}"'
        verdict = Verdict.NOTE if within else Verdict.WARNING
        says = (
            f"misses {_which(missing, 'UID')}"
            if missing
            else f"finds {_which(extra, 'UID')}, where the word does not stand"
        )
        advice = "a full-text index may be out of date, or know whole words only; the protocol asks for substrings"
        bench.tell(verdict, f"UID SEARCH {key.words} {says}", reply, about=key.words.partition(" ")[0], advice=advice)
    if right:
        many = counted(len(messages), "message")
        bench.good(f"{counted(right, 'search', 'searches')} for words in {many}: what was found is right")


def _body_word(one: Facts) -> str | None:
    """A word of a plain text that this message has beyond doubt."""
    for line in (one.octets or b"").partition(b"\r\n\r\n")[2].split(b"\r\n"):
        match = _WORD.search(line.decode("latin-1")) if line.isascii() else None
        if match is not None and keys.body_contains(match[0]).test(one):
            return match[0]
    return None


async def _uid_search(bench: Bench) -> None:
    """UID SEARCH finds the same messages, and names their UIDs (RFC 9051 section 6.4.9)."""
    on = await searched(bench)
    right = 0
    for words in ("ALL", "SEEN", "NOT SEEN"):
        plain = await on.client.ask(f"SEARCH {on.range} {words}")
        by_uid = await on.client.ask(f"UID SEARCH {on.range} {words}")
        one, other = found(plain), found(by_uid)
        if one is None or other is None:
            bench.wrong(f"UID SEARCH {words} is not answered: {by_uid.words}", by_uid)
        elif disturbed(plain) or disturbed(by_uid):
            bench.tell(Verdict.UNDECIDED, "another session removed messages meanwhile", by_uid)
        elif sorted(one) != sorted(on.number(uid) for uid in other):
            says = f"UID SEARCH {on.range} {words} finds {counted(len(other), 'message')}, SEARCH {len(one):,}"
            if len(one) == len(other):
                says = f"UID SEARCH {on.range} {words} names other messages than SEARCH"
            advice = "in UID SEARCH, too, a sequence set is one of sequence numbers; only the answer has UIDs"
            bench.wrong(says, by_uid, about=words, advice=advice)
            return
        else:
            right += 1
    if right:
        bench.good(f"UID SEARCH finds what SEARCH finds ({counted(right, 'search', 'searches')})")


async def _charset(bench: Bench) -> None:
    """An unknown charset is refused with NO; US-ASCII must be known (RFC 3501 section 6.4.4)."""
    on = await searched(bench)
    plain = await on.client.ask(f"SEARCH CHARSET US-ASCII {on.range} SUBJECT {NOWHERE}")
    unknown = await on.client.ask(f"SEARCH CHARSET X-MAILSHELL-CHECK {on.range} SUBJECT {NOWHERE}")
    if not plain.ok:
        bench.wrong(f"SEARCH CHARSET US-ASCII is refused: {plain.words}", plain, about="US-ASCII")
    else:
        bench.good("SEARCH CHARSET US-ASCII is accepted", plain, about="US-ASCII")
    if unknown.ok:
        says = "a charset that does not exist is accepted: its words can't have been understood"
        bench.tell(Verdict.NOTE, says, unknown, about="unknown")
    elif unknown.status.status != "NO":
        bench.warn(f"an unknown charset is answered with {unknown.status.status}; NO is due", unknown, about="unknown")
    else:
        code = (unknown.status.code or b"").upper().startswith(b"BADCHARSET")
        told = "with [BADCHARSET]" if code else "without [BADCHARSET], which should be there"
        bench.tell(
            Verdict.GOOD if code else Verdict.NOTE, f"an unknown charset is refused {told}", unknown, about="unknown"
        )


def _which(numbers: Sequence[int], what: str = "message") -> str:
    """``message 3``, ``messages 3, 4, 5, 6, 7 and 9 more``."""
    return f"{what if len(numbers) == 1 else what + 's'} {some(numbers)}"


_NEEDS = ("login", "messages")
_SOURCE = "RFC 9051 6.4.4"
PROBES = (
    Probe("search", "SEARCH by flags, sizes, dates and combinations", "search", _SOURCE, _search, _NEEDS, seconds=20),
    Probe("search-headers", "SEARCH for words in headers", "search", _SOURCE, _search_text, _NEEDS, seconds=15),
    Probe("search-bodies", "SEARCH for words in messages", "search", _SOURCE, _search_bodies, _NEEDS, seconds=15),
    Probe("uid-search", "UID SEARCH against SEARCH", "search", "RFC 9051 6.4.9", _uid_search, _NEEDS),
    Probe("search-charset", "SEARCH and charsets", "search", "RFC 3501 6.4.4", _charset, _NEEDS),
)
