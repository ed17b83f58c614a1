"""What a trial of an extension is: a record. The table is ``extension_table``, and ``extensions`` carries them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mailshell.check.client import Reply
from mailshell.check.imap.found import flat, found, status_items
from mailshell.check.outcome import Verdict
from mailshell.protocol.imap.data import ExtendedSearch, MailboxListing, Threads, Words
from mailshell.protocol.imap.response import Response
from mailshell.text.sentences import counted


@dataclass(frozen=True, slots=True)
class TrialMailbox:
    """What is known where a trial takes place, for its command and for judging the answer.

    ``box``: the mailbox, quoted. ``count``: how many messages are tried, from 1 on. ``beyond``: a UID that no message
    has. ``value``: what stands behind the ``=`` of the capability.
    """

    box: str
    count: int = 0
    uidvalidity: int = 0
    modseq: int = 1
    beyond: int = 4_000_000_000
    value: str = ""

    @property
    def within(self) -> str:
        """The search key for the messages that are tried, and a space; empty if there are none."""
        return f"1:{self.count} " if self.count else ""

    @property
    def fields(self) -> dict[str, object]:
        """For the format of a command."""
        return {
            "box": self.box, "last": self.count, "uidvalidity": self.uidvalidity, "modseq": self.modseq,
            "beyond": self.beyond, "value": self.value,
        }  # fmt: skip


#: What is missing in an answer with OK; empty if nothing is.
Missing = Callable[[Reply, TrialMailbox], str]


@dataclass(frozen=True, slots=True)
class Trial:
    """A capability, and how it is tried.

    ``capability``: as it is advertised; one that ends with ``=`` stands for all that begin so. ``commands``: the fields
    of ``TrialMailbox`` are put in; the last one is the trial, those before it lead there, and have to succeed too.
    ``missing`` judges an OK to the last one. ``where``: ``authenticated``, ``selected`` (EXAMINE went before) or
    ``messages`` (likewise, and there is at least one). ``own``: it changes the session for good, and takes one of its
    own. ``refusals``: response codes with which NO is a good answer; ``*`` for any NO. ``fault``: how bad it is if
    something is missing. ``beside``: it can be tried only if this is advertised as well.
    """

    capability: str
    source: str
    commands: tuple[str, ...]
    missing: Missing
    where: str = "authenticated"
    own: bool = False
    refusals: tuple[str, ...] = ()
    fault: Verdict = Verdict.WARNING
    beside: str = ""


# --- what may be missing


def nothing(reply: Reply, mailbox: TrialMailbox) -> str:
    """OK is all that is asked for."""
    return ""


def untagged(name: str) -> Missing:
    """An untagged response of this name."""

    def missing(reply: Reply, mailbox: TrialMailbox) -> str:
        return "" if reply.named(name) else f"no {name} response came"

    return missing


def enabled(name: str) -> Missing:
    """ENABLED with this name (RFC 5161 section 3.1)."""

    def missing(reply: Reply, mailbox: TrialMailbox) -> str:
        listed = [one.words for one in reply.data if isinstance(one, Words) and one.kind == "ENABLED"]
        if not listed:
            return "no ENABLED response came"
        names = {word.upper() for words in listed for word in words}
        return "" if name.upper() in names else f"ENABLED does not name {name}"

    return missing


def fetched(item: str) -> Missing:
    """A FETCH response with this data item."""

    def missing(reply: Reply, mailbox: TrialMailbox) -> str:
        if not reply.fetched:
            return "no FETCH response came"
        names = {one.name for answer in reply.fetched for one in answer.items}
        return "" if any(name.startswith(item) for name in names) else f"{item} is not in the FETCH response"

    return missing


def all_fetched(reply: Reply, mailbox: TrialMailbox) -> str:
    """A FETCH response for each message that is tried."""
    numbers = {one.number for one in reply.fetched}
    came = len(numbers & set(range(1, mailbox.count + 1)))
    return "" if came == mailbox.count else f"FETCH responses came for {came} of {counted(mailbox.count, 'message')}"


def status_item(item: str) -> Missing:
    """A STATUS response with this data item."""

    def missing(reply: Reply, mailbox: TrialMailbox) -> str:
        items = status_items(reply)
        if items is None:
            return "no STATUS response came"
        return "" if item in items else f"{item} is not in the STATUS response"

    return missing


def status_item_or_code(item: str, *codes: str) -> Missing:
    """Likewise, or one of these response codes."""
    by_item = status_item(item)

    def missing(reply: Reply, mailbox: TrialMailbox) -> str:
        return "" if not reply.codes.keys().isdisjoint(codes) else by_item(reply, mailbox)

    return missing


def code(*names: str) -> Missing:
    """One of these response codes."""

    def missing(reply: Reply, mailbox: TrialMailbox) -> str:
        return f"no response code {' or '.join(names)} came" if reply.codes.keys().isdisjoint(names) else ""

    return missing


def searched(reply: Reply, mailbox: TrialMailbox) -> str:
    """What a search has found: none but the messages that were asked for, each once."""
    numbers = found(reply)
    return "no SEARCH response came" if numbers is None else _strange("SEARCH", numbers, mailbox)


def sorted_all(reply: Reply, mailbox: TrialMailbox) -> str:
    """A SORT response with all messages that were asked for."""
    numbers = found(reply, "SORT")
    if numbers is None:
        return "no SORT response came"
    if strange := _strange("SORT", numbers, mailbox):
        return strange
    return "" if len(numbers) == mailbox.count else f"SORT has {len(numbers)} of {counted(mailbox.count, 'message')}"


def _strange(kind: str, numbers: tuple[int, ...], mailbox: TrialMailbox) -> str:
    if len(numbers) != len(set(numbers)):
        return f"a message stands twice in {kind}"
    beyond = any(not 1 <= number <= mailbox.count for number in numbers) and mailbox.count
    return f"{kind} has numbers not asked for" if beyond else ""


def threaded_all(reply: Reply, mailbox: TrialMailbox) -> str:
    """A THREAD response with all messages that were asked for, each once."""
    answers = [one for one in reply.data if isinstance(one, Threads)]
    if not answers:
        return "no THREAD response came"
    threaded = [number for one in answers for number in flat(one.threads)]
    if sorted(threaded) == list(range(1, mailbox.count + 1)):
        return ""
    of = f"{len(set(threaded))} of {counted(mailbox.count, 'message')}"
    return f"THREAD has {of}, {counted(len(threaded), 'number')} in all"


def extended(item: str, value: object = None) -> Missing:
    """An ESEARCH response for the command's tag with this item; ``value`` ``count``: as many as were asked for."""

    def missing(reply: Reply, mailbox: TrialMailbox) -> str:
        answers = [one for one in reply.data if isinstance(one, ExtendedSearch)]
        if not answers:
            return "no ESEARCH response came"
        if isinstance(reply.status, Response) and answers[0].tag != reply.status.tag:
            return f"ESEARCH has the tag {answers[0].tag} and not {reply.status.tag}"
        if item not in answers[0].items:
            return f"{item} is not in the ESEARCH response"
        if value == "count" and answers[0].items[item] != mailbox.count:
            return f"{item} is {answers[0].items[item]} and not {mailbox.count}"
        return ""

    return missing


def listed(*attributes: str) -> Missing:
    """LIST responses, each with one of these attributes; mailboxes that don't exist need none."""

    def missing(reply: Reply, mailbox: TrialMailbox) -> str:
        wanted = {name.lower() for name in attributes}
        for one in reply.data:
            if isinstance(one, MailboxListing):
                has = {name.lower() for name in one.attributes}
                if has.isdisjoint(wanted | {"\\noinferiors", "\\nonexistent"}):
                    return f"{one.name} is listed without {' or '.join(attributes)}"
        return ""

    return missing
