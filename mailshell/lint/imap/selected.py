"""What a server must tell of a mailbox when it is selected, and what it may not tell otherwise the next time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mailshell.lint.checker import NONE, Checker, Faults, Now, Received
from mailshell.lint.finding import Fault
from mailshell.lint.imap.asked import arguments
from mailshell.lint.imap.boundary import GONE, NAMES, SELECTING, Boundary, Unread
from mailshell.lint.imap.places import Span, code, number, whole
from mailshell.lint.imap.told import Tellings, Told
from mailshell.protocol.events import Deviation
from mailshell.protocol.exchange import Completed, Sent
from mailshell.protocol.imap.state import MailboxView

_NOTED = frozenset({"FLAGS", "EXISTS", "RECENT"})
#: Of so many mailboxes is remembered what was told last.
_MAILBOXES = 256


class SelectData(Checker):
    """At the OK of SELECT or EXAMINE: what had to come has come, and it fits together."""

    concerns = NAMES | {"LIST"}

    def __init__(self) -> None:
        self._boundary = Boundary()
        self._seen: dict[str, Span] = {}
        self._listed = False
        self._open: str | None = None
        self._unread = Unread()

    def deviation(self, event: Deviation, now: Now) -> Faults:
        self._unread.deviation(event, now)
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        if self._boundary.untagged(received, now):
            self._seen.clear()
        if response.name in _NOTED:
            self._seen[response.name] = number(response)
        elif response.name == "LIST":
            outstanding = now.engine.outstanding
            self._listed = self._listed or (bool(outstanding) and outstanding[0].name in SELECTING)
        elif response.name == "OK" and response.code_name and len(self._seen) < 100:
            self._seen[response.code_name] = code(response)
        if response.name == "RECENT" and now.rev2:
            return (Fault("recent-in-rev2", *whole(response)),)
        return NONE

    def completed(self, event: Completed, now: Now) -> Iterator[Fault]:
        left = self._boundary.completed(event)
        if left:
            self._seen.clear()
        unread = self._unread.completed(now)
        if event.exchange.name not in SELECTING:
            self._open = None if left else self._open
            return
        listed, self._listed = self._listed, False
        if event.response.status != "OK":
            self._open = None if left else self._open
            return
        view = now.imap.mailbox
        before, self._open = self._open, view.name if view is not None else ""
        if not unread:
            yield from self._required(event, now, listed)
        if view is not None:
            yield from self._counts(view)
        if before is not None and before != self._open and "CLOSED" not in self._seen and not unread:
            grounds = [name for name in ("CONDSTORE", "QRESYNC") if now.imap.has(name)] + ["IMAP4rev2"] * now.rev2
            if grounds:
                why = f"another mailbox was selected, and the server has {' and '.join(grounds)}"
                yield Fault("no-closed-code", *whole(event.response), why, "* OK [CLOSED] before the data")

    def _required(self, event: Completed, now: Now, listed: bool) -> Iterator[Fault]:
        place, seen, name = whole(event.response), self._seen, event.exchange.name
        missing = [word for word in ("FLAGS", "EXISTS") if word not in seen]
        if not now.rev2 and "RECENT" not in seen:
            missing.append("RECENT")
        if now.rev2 and not listed:
            missing.append("LIST")
        if "PERMANENTFLAGS" not in seen:
            missing.append("OK [PERMANENTFLAGS ...]")
        if missing:
            yield Fault("select-data-missing", *place, f"{name} was answered without {', '.join(missing)}")
        if "UIDVALIDITY" not in seen and "UIDNOTSTICKY" not in seen:
            yield Fault("uidvalidity-missing", *place, expected="* OK [UIDVALIDITY n] before it")
        if "UIDNEXT" not in seen:
            yield Fault("uidnext-missing", *place, expected="* OK [UIDNEXT n] before it")
        has = now.imap.has("CONDSTORE") or now.imap.has("QRESYNC")
        if "HIGHESTMODSEQ" not in seen and "NOMODSEQ" not in seen:
            asked = (arguments(event.exchange) or "").upper()
            given = has and "(" in asked and ("CONDSTORE" in asked or "QRESYNC" in asked)
            if given or now.enabled("CONDSTORE") or now.enabled("QRESYNC"):
                yield Fault("highestmodseq-missing", *place, expected="* OK [HIGHESTMODSEQ n] or * OK [NOMODSEQ]")
        elif "HIGHESTMODSEQ" in seen and now.imap.capabilities is not None and not has:
            yield Fault("highestmodseq-unannounced", *seen["HIGHESTMODSEQ"])

    def _counts(self, view: MailboxView) -> Iterator[Fault]:
        for name, value in (("RECENT", view.recent), ("UNSEEN", view.unseen)):
            if name in self._seen and value is not None and view.exists is not None and value > view.exists:
                yield Fault(
                    "count-beyond-exists",
                    *self._seen[name],
                    f"{name} is {value}, and the mailbox has {view.exists} messages",
                    f"at most {view.exists}",
                )


class Unseen(Checker):
    """A mailbox that was selected without UNSEEN has no message without ``\\Seen``. It is told once."""

    concerns = NAMES | GONE | {"FETCH"}

    def __init__(self) -> None:
        self._boundary = Boundary()
        self._unread = Unread()
        self._old = 0

    def deviation(self, event: Deviation, now: Now) -> Faults:
        self._unread.deviation(event, now)
        return NONE

    def sent(self, event: Sent, now: Now) -> Faults:
        if event.exchange.name in ("STORE", "UID STORE"):
            self._old = 0
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        response = received.response
        if response.name == "FETCH":
            return self._fetched(received) if self._old and (response.number or 0) <= self._old else NONE
        if response.name in GONE or self._boundary.untagged(received, now):
            self._old = 0
        return NONE

    def _fetched(self, received: Received) -> Faults:
        flags, response = received.items.get("FLAGS"), received.response
        if not isinstance(flags, tuple) or "\\Seen" in flags or any(flag.upper() == "\\SEEN" for flag in flags):
            return NONE
        self._old = 0
        what = f"message {response.number} has no \\Seen, and the mailbox was selected without UNSEEN"
        return (Fault("unseen-missing", *number(response), what, "* OK [UNSEEN n] when it was selected"),)

    def completed(self, event: Completed, now: Now) -> Faults:
        if self._boundary.completed(event):
            self._old = 0
        view, unread = now.imap.mailbox, self._unread.completed(now)
        if event.exchange.name in SELECTING and event.response.status == "OK" and view is not None and not now.rev2:
            self._old = view.exists or 0 if view.unseen is None and not unread else 0
        return NONE


@dataclass(slots=True)
class _Known:
    """What was told of a mailbox last."""

    uidvalidity: int
    uidnext: int | None = None
    highestmodseq: int | None = None


class ToldBefore(Checker):
    """UIDVALIDITY, UIDNEXT and HIGHESTMODSEQ of a mailbox, each time that SELECT, EXAMINE or STATUS tells them."""

    concerns = frozenset({"OK", "STATUS"})

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._tellings = Tellings()

    def sent(self, event: Sent, now: Now) -> Faults:
        if event.exchange.name in ("CREATE", "DELETE", "RENAME"):
            self._known.clear()
        return NONE

    def untagged(self, received: Received, now: Now) -> Faults:
        told = self._tellings.untagged(received, now)
        return NONE if told is None else self._compare(told)

    def completed(self, event: Completed, now: Now) -> Faults:
        told = self._tellings.completed(event, now)
        return NONE if told is None else self._compare(told)

    def _compare(self, told: Told) -> Iterator[Fault]:
        """Compare with what was told before."""
        uidvalidity = told.number("UIDVALIDITY")
        if uidvalidity is None:
            return
        known = self._known.get(told.name)
        if known is None and len(self._known) >= _MAILBOXES:
            return
        if known is None or known.uidvalidity != uidvalidity:
            if known is not None:
                yield Fault(
                    "uidvalidity-changed",
                    *told.place("UIDVALIDITY", uidvalidity),
                    f"UIDVALIDITY was {known.uidvalidity} and is {uidvalidity} now",
                    str(known.uidvalidity),
                )
            known = self._known[told.name] = _Known(uidvalidity)
        uidnext, highestmodseq = told.number("UIDNEXT"), told.number("HIGHESTMODSEQ")
        if uidnext is not None:
            if known.uidnext is not None and uidnext < known.uidnext:
                what = f"UIDNEXT was {known.uidnext} and is {uidnext} now; UIDVALIDITY is the same"
                yield Fault("uidnext-decreases", *told.place("UIDNEXT", uidnext), what, f"{known.uidnext} or more")
            known.uidnext = uidnext
        if highestmodseq:
            if known.highestmodseq is not None and highestmodseq < known.highestmodseq:
                place = told.place("HIGHESTMODSEQ", highestmodseq)
                what = f"HIGHESTMODSEQ was {known.highestmodseq} and is {highestmodseq} now"
                yield Fault("highestmodseq-decreases", *place, what, f"{known.highestmodseq} or more")
            known.highestmodseq = highestmodseq
