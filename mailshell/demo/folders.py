"""The mailboxes beside the INBOX, with a message or two each."""

from __future__ import annotations

from mailshell.demo.compose import at, letter

_DESK = "Duty Desk <demo@example.org>"
_UTF8 = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]

ARCHIVE_2025 = (
    letter(
        at(2025, 6, 21, 9, 5, zone=2),
        "Marit Halvorsen <marit@example.org>",
        "Midsummer: no observing, do please dust",
        """\
The sky will not get properly dark again until the second week of July.
The board thanks you for your patience and reminds you that the
dehumidifier is not a shelf.

Marit
""",
        ident="midsummer-2025@example.org",
        about="an old message, put away",
        flags=("\\Seen",),
    ),
    letter(
        at(2025, 12, 29, 16, 40),
        "Priya Nair <post@example.com>",
        "Parcel held: 1 mirror, 14 kg, fragile",
        """\
It is at the counter. It has been at the counter for nine days.
Two of you, please, and not on the bicycle this time.

Priya Nair
Post Office, Lower Hollin
""",
        ident="parcel-0042@example.com",
        about="another one, answered",
        flags=("\\Seen", "\\Answered"),
    ),
)

DRAFTS = (
    letter(
        at(2026, 2, 3, 23, 58),
        _DESK,
        "Re: Rent review",
        """\
Dear Sir,

We have measured the hill again and it has not grown. We therefore
""",
        to="Estate Office <estate@example.net>",
        ident="rent-draft@example.org",
        about="a draft, broken off in the middle of a sentence",
        flags=("\\Draft", "\\Seen"),
    ),
)

NOTES = (
    letter(
        at(2026, 1, 18, 20, 15),
        _DESK,
        "=?utf-8?Q?Notiz=3A_Schl=C3=BCssel?=",
        """\
Der Schl\u00fcssel zur Kuppel h\u00e4ngt jetzt hinter dem Spiegelschrank.
Nicht mehr unter der Katze.
""",
        to=_DESK,
        ident="notiz-18@example.org",
        about="a note in a mailbox whose name is in modified UTF-7 on the wire",
        headers=_UTF8,
        flags=("\\Seen",),
    ),
)

SENT = (
    letter(
        at(2026, 2, 2, 10, 30),
        _DESK,
        "Opening hours, as asked",
        """\
Dear Mrs Okafor,

we open when it is clear and dark, which is to say seldom and late. The
calendar on the gate is the authority; this letter is only its friend.

With kind regards,
the Duty Desk
""",
        to="Ngozi Okafor <ngozi@example.com>",
        ident="hours-reply@example.org",
        about="a message that went out",
        flags=("\\Seen",),
    ),
)
