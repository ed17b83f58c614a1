"""Checks of a command against the session: its state, what the server can do, and what would be lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mailshell.assist.capabilities import announced, parameters
from mailshell.assist.reading import Reading
from mailshell.assist.situation import Caution, Situation
from mailshell.protocol.terms import Terms

#: When a command may be given, by the states of its record.
_WHEN: Mapping[tuple[str, str], str] = {
    ("imap", "N"): "before login",
    ("imap", "AS"): "after login",
    ("imap", "A"): "after login, with no mailbox selected",
    ("imap", "S"): "with a mailbox selected",
    ("pop3", "A"): "before login",
    ("pop3", "T"): "after login",
}
#: The states, in words.
_NOW: Mapping[tuple[str, str], str] = {
    ("imap", "N"): "nobody is logged in",
    ("imap", "A"): "no mailbox is selected",
    ("imap", "S"): "a mailbox is selected",
    ("pop3", "A"): "nobody is logged in",
    ("pop3", "T"): "somebody is logged in",
}
#: What changes the mailbox that is selected.
_CHANGING = frozenset({"EXPUNGE", "UID EXPUNGE", "STORE", "UID STORE", "MOVE", "UID MOVE", "REPLACE", "UID REPLACE"})


def wrong_state(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    record = reading.head.record
    if record is None or is_in_state(reading, situation):
        return
    when = _WHEN.get((situation.protocol, record.states), "in another state")
    now = _NOW.get((situation.protocol, situation.phase), "the state is another")
    yield Caution("wrong-state", f"{record.name} belongs {when}, and {now}")


def is_in_state(reading: Reading, situation: Situation) -> bool:
    """Whether the command belongs in the state of the session, as far as both are known."""
    record = reading.head.record
    return record is None or not situation.phase or situation.phase in record.states


def missing_capability(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    if situation.capabilities is None:
        return
    for what, wanted in _wanted(reading, situation):
        if not announced(wanted, situation.capabilities):
            yield Caution(
                "missing-capability", f"{what} needs the capability {wanted}, which the server does not announce"
            )
    mechanism = reading.given("sasl-mechanism")
    offered = parameters("SASL", situation.capabilities) if situation.protocol == "pop3" else None
    if mechanism is not None and offered is not None and mechanism.text.upper() not in offered:
        yield Caution("missing-capability", f"the server does not offer the mechanism {mechanism.text.upper()}")


def _wanted(reading: Reading, situation: Situation) -> Iterator[tuple[str, str]]:
    """What needs a capability, and which."""
    record = reading.head.record
    if record is not None and record.capability is not None:
        yield record.name, record.capability
    mechanism = reading.given("sasl-mechanism")
    if situation.protocol == "imap" and mechanism is not None:
        yield f"the mechanism {mechanism.text.upper()}", f"AUTH={mechanism.text.upper()}"
        if reading.given("base64") is not None:
            yield "an initial response", "SASL-IR"


def not_in_rev2(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    record, known = reading.head.record, situation.capabilities or ()
    dropped = record is not None and record.revision == "rev1"
    if dropped and announced("IMAP4REV2", known) and not announced("IMAP4REV1", known):
        yield Caution("not-in-rev2", f"IMAP4rev2 has no {reading.name}, and the server announces nothing older")


def login_disabled(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    known = situation.capabilities or ()
    if situation.protocol == "imap" and reading.name == "LOGIN" and announced("LOGINDISABLED", known):
        yield Caution("login-disabled", "the server announces LOGINDISABLED: it refuses LOGIN (RFC 9051 6.2.3)")


def read_only(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    if situation.read_only and reading.name in _CHANGING and situation.protocol == "imap":
        yield Caution("read-only-mailbox", f"{reading.name} changes the mailbox, and it is open for reading only")


def what_is_lost(reading: Reading, situation: Situation, terms: Terms) -> Iterator[Caution]:
    loss = _LOSSES.get((situation.protocol, reading.name))
    if loss is not None and is_in_state(reading, situation):
        yield from loss(reading, situation)


def _expunge(reading: Reading, situation: Situation) -> Iterator[Caution]:
    if situation.read_only:
        return
    among = " among these UIDs" if reading.name == "UID EXPUNGE" else ""
    known = f"; {_messages(situation.deleted)} known to be" if situation.deleted else ""
    text = rf"{reading.name} removes for good every message marked \Deleted{among}{known}"
    yield Caution("expunge", text)


def _close(reading: Reading, situation: Situation) -> Iterator[Caution]:
    if situation.deleted and not situation.read_only:
        text = rf"CLOSE removes for good what is marked \Deleted; {_messages(situation.deleted)} known to be"
        yield Caution("close-expunges", f"{text} (UNSELECT removes nothing)")


def _delete(reading: Reading, situation: Situation) -> Iterator[Caution]:
    mailbox = reading.given("mailbox")
    if mailbox is None:
        return
    if mailbox.text.strip('"').upper() == "INBOX":
        yield Caution("delete-inbox", "INBOX can't be deleted (RFC 9051 6.3.5)")
    else:
        yield Caution("delete-mailbox", f"{reading.name} removes the mailbox and all messages in it for good")


def _quit(reading: Reading, situation: Situation) -> Iterator[Caution]:
    if situation.deleted and situation.phase != "A":
        text = f"QUIT removes for good what DELE has marked: {_count(situation.deleted)}"
        yield Caution("quit-deletes", f"{text} (RSET takes it back)")


def _count(number: int) -> str:
    return f"{number:,} message{'s' if number != 1 else ''}"


def _messages(number: int) -> str:
    return f"{_count(number)} {'are' if number != 1 else 'is'}"


#: The commands by which something may be lost.
_LOSSES: Mapping[tuple[str, str], Callable[[Reading, Situation], Iterator[Caution]]] = {
    ("imap", "EXPUNGE"): _expunge,
    ("imap", "UID EXPUNGE"): _expunge,
    ("imap", "CLOSE"): _close,
    ("imap", "DELETE"): _delete,
    ("imap", "LOCALDELETE"): _delete,
    ("pop3", "QUIT"): _quit,
}

SESSION = (wrong_state, missing_capability, not_in_rev2, login_disabled, read_only, what_is_lost)
