"""The sample messages that are text only."""

from __future__ import annotations

from datetime import timedelta

from mailshell.demo.compose import at, letter

_MARIT = "Marit Halvorsen <marit@example.org>"
_TOBIAS = "Tobias Ashgrove <tobias@example.org>"
_UTF8 = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "8bit")]

WELCOME = letter(
    at(2026, 1, 5, 8, 0),
    _MARIT,
    "Welcome to the Duty Desk",
    """\
Good morning,

this mailbox is now yours. It belongs to the observatory on Hollin Fell,
which has one telescope, one dome, one cat and a great deal of post.

Answer what can be answered, file what cannot, and beware of messages
that shout. Nothing here is real; you may read, flag, move and delete as
you please. When the servers stop, everything is forgotten.

Marit Halvorsen
Director, and on Tuesdays also the cleaner
""",
    ident="welcome@example.org",
    about="a plain message, to begin with",
    trace=[
        (
            "Received",
            "from mail.example.org (mail.example.org [192.0.2.25])\n"
            "\tby post.example.org with ESMTPS id 4hX0; Mon, 05 Jan 2026 08:00:01 +0100",
        ),
    ],
    headers=[("Content-Type", "text/plain; charset=us-ascii")],
    flags=("\\Seen",),
)

ENCODED_WORDS = letter(
    at(2026, 1, 14, 11, 27),
    "=?iso-8859-1?Q?J=F6rg_Br=FCckner?= <joerg@example.net>",
    "=?utf-8?B?TmV1ZXMgT2t1bGFyOiBncsO2w59lciwgc2Now7ZuZXIs?=\n =?utf-8?Q?_schwerer_=E2=80=93_und_f=C3=BCr_Sie?=",
    """\
Sehr geehrte Diensthabende,

das Okular ist fertig: gr=F6=DFer, sch=F6ner, schwerer. Bitte schicken Sie
mir die Ma=DFe des Auszugs noch einmal, die Katze hat auf dem Zettel
gesessen. Kosten: 1=A0250 Kronen, die K=FCgelchen inbegriffen.

J=F6rg Br=FCckner
""",
    ident="okular-7@example.net",
    about="encoded words in Subject (UTF-8, B and Q) and From (ISO-8859-1, Q); the body is ISO-8859-1 too",
    to="=?utf-8?Q?Diensthabende_=28Sternwarte=29?= <demo@example.org>",
    headers=[
        ("Content-Type", "text/plain; charset=iso-8859-1"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ],
    flags=("\\Seen",),
)

_DOME = "dome-214@example.org"
_DOME_REPLY = "dome-214-re@example.org"

THREAD_FIRST = letter(
    at(2026, 1, 16, 2, 12),
    _TOBIAS,
    "The dome stops at 214 degrees",
    """\
Three nights running now, always at 214, always with a sigh. I have
oiled everything that was dry and dried everything that was oily.

Tobias
""",
    ident=_DOME,
    about="the first of a thread of three",
    to="Duty Desk <demo@example.org>, Marit Halvorsen <marit@example.org>",
    flags=("\\Seen",),
)

THREAD_SECOND = letter(
    at(2026, 1, 16, 9, 40),
    _MARIT,
    "Re: The dome stops at 214 degrees",
    """\
On Fri, 16 Jan 2026, Tobias Ashgrove wrote:
> Three nights running now, always at 214, always with a sigh.

Where does the cat sleep?

Marit
""",
    ident=_DOME_REPLY,
    about="the second of the thread: In-Reply-To and References",
    to="Tobias Ashgrove <tobias@example.org>",
    headers=[
        ("Cc", "Duty Desk <demo@example.org>"),
        ("In-Reply-To", f"<{_DOME}>"),
        ("References", f"<{_DOME}>"),
    ],
    flags=("\\Seen",),
)

THREAD_THIRD = letter(
    at(2026, 1, 17, 1, 3),
    _TOBIAS,
    "Re: The dome stops at 214 degrees",
    """\
> Where does the cat sleep?

At 214 degrees, it turns out, on the rail, where the motor has kept it \n\
warm since November. We have come to an arrangement: she has a box, the \n\
dome has its rail back, and I have only a few scratches.

>> Three nights running now
> (and two more since, I read in the log)

Quite.

-- \n\
Tobias Ashgrove, Night Assistant
""",
    ident="dome-214-re-re@example.org",
    about="the third of the thread, in format=flowed (RFC 3676): spaces at the end of lines, quotes two deep",
    to="Marit Halvorsen <marit@example.org>",
    headers=[
        ("Cc", "Duty Desk <demo@example.org>"),
        ("In-Reply-To", f"<{_DOME_REPLY}>"),
        ("References", f"<{_DOME}>\n <{_DOME_REPLY}>"),
        ("Content-Type", "text/plain; charset=us-ascii; format=flowed"),
    ],
    flags=("\\Seen", "\\Flagged"),
)

DOTS = letter(
    at(2026, 1, 19, 14, 20),
    "Backup Script <backup@example.org>",
    "backup: 3 files skipped",
    """\
.
..
...
.hidden
.config/dome.ini
..parent-of-everything

The first line of this message is a single dot. A client that does not
undo the dot-stuffing shows too many of them; one that takes the dot for
the end has stopped reading already.
.

.\x20
Above stand a dot, an empty line, and a dot with a space behind it. Below
stands one more dot, and that is all.
.
""",
    ident="backup-0119@example.org",
    about="lines that begin with dots, to try the dot-stuffing of POP3",
    flags=("\\Seen",),
)

EIGHT_BIT = letter(
    at(2026, 1, 23, 18, 55),
    "=?utf-8?Q?Am=C3=A9lie_Roussel?= <amelie@example.com>",
    "Visite du 7 mars",
    """\
Bonjour,

nous serons vingt-trois \u00e9l\u00e8ves et deux professeurs. Est-ce que la coupole
est chauff\u00e9e\u00a0? Les enfants aimeraient voir \u03b2 Pictoris, \u03b1 Centauri (non,
je leur ai dit que non) et le chat.

\u00c0 bient\u00f4t, \u2728
Am\u00e9lie Roussel \u2014 Coll\u00e8ge du Lac

\u65e5\u672c\u8a9e\u306e\u751f\u5f92\u3082\u4e00\u4eba\u3044\u307e\u3059\u3002
""",
    ident="visite-mars@example.com",
    about="raw UTF-8 in the body, Content-Transfer-Encoding: 8bit",
    headers=_UTF8,
)

ESCAPES = letter(
    at(2026, 1, 30, 4, 4),
    '"Prize Office \x1b[8m" <prize@example.net>',
    "\x1b]0;You have won\x07\x1b[2J\x1b[1;31mURGENT\x1b[0m =?utf-8?Q?=1B=5B5m_claim_your_telescope_=1B=5B0m?=",
    """\
Dear Winner,

this message would like to take over your terminal. It tries

  - to change the window's title:   \x1b]0;All your windows\x07
  - to clear the screen:            \x1b[2J\x1b[H
  - to be read in red, blinking:    \x1b[5;31mPAY NOW\x1b[0m
  - to hide a word:                 trust\x08\x08\x08\x08\x08doubt
  - to write over the prompt:       \x1b[1A\x1b[2Kdemo> QUIT
  - the same with an 8-bit CSI:     \u009b31m red \u009b0m
  - to turn a file name round:      invoice\u202efdp.exe\u202c
  - to put words on the clipboard:  \x1b]52;c;dGhlIGNhdA==\x07

If you see the codes and not what they do, your software has looked
after you. Delete this message without regret.
""",
    ident="prize-000001@example.net",
    about="terminal escapes in From, Subject and body: they must be shown, never obeyed",
    headers=_UTF8,
)

SOFT_BREAKS = letter(
    at(2026, 2, 1, 12, 0),
    "Ngozi Okafor <ngozi@example.com>",
    "A question about opening hours",
    """\
To whom it may concern at the observatory, I should like to visit with my m=
other, who is ninety-one and has never seen Saturn =E2=80=93 not for want o=
f trying =E2=80=93 and who does not care for stairs. When do you open, is i=
t 100=25 certain, and would =E2=82=AC5 each be right?

    2 + 2 =3D 4, she says, and =2E is a dot,
=2E and so is this one, and this line ends in a space=20
=09and this one began with a tab.

Yours faithfully,
Ngozi Okafor (Mrs)
""",
    ident="hours@example.com",
    about="quoted-printable with soft line breaks",
    headers=[
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ],
    flags=("\\Answered", "\\Seen"),
)


_DUSK = at(2026, 2, 3, 18, 0)


def _night_log(frames: int) -> str:
    """A night's log, one line a frame: figures that look measured and are the same each time."""
    events = {
        314: "cloud",
        700: "cat on the rail",
        701: "cat off the rail",
        1234: "cloud, going",
        1999: "tea",
    }
    lines = []
    for frame in range(1, frames + 1):
        clock = _DUSK + frame * timedelta(seconds=21)
        seeing = 1.2 + (frame * frame * 31 % 97) / 100
        line = f"{frame:04}  {clock:%H:%M:%S}  az {frame * 137 % 3600 / 10:5.1f}  seeing {seeing:.2f}"
        lines.append(f"{line}  {events[frame]}" if frame in events else line)
    return "\n".join(lines)


LONG_LOG = letter(
    at(2026, 2, 4, 6, 31),
    "Dome Controller <dome@example.org>",
    "Night log, 3 to 4 February",
    f"frame  time      azimuth   arcsec   remarks\n{_night_log(2000)}\n\nEnd of the log.\n",
    ident="nightlog-20260203@example.org",
    about="two thousand lines, for TOP, partial fetches and pagers",
)
