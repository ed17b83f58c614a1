"""The sample messages of several parts (RFC 2046)."""

from __future__ import annotations

from mailshell.demo.compose import at, base64_lines, letter, multipart, part

_MARIT = "Marit Halvorsen <marit@example.org>"
_PLAIN = "text/plain; charset=utf-8"
_HTML = "text/html; charset=utf-8"

#: The hill and the dome by night, 48 by 32 pixels.
_PICTURE = """\
iVBORw0KGgoAAAANSUhEUgAAADAAAAAgAQMAAABuGmlfAAAABlBMVEUUGDz68MjuHT8hAAAAdElE
QVR42mNggAAOIO4EswRATCYGBhmIhAJcgQIDIyOQocKAAhgZFASAlANcgAVoBANYhANsKlgNC4hi
MwDz5GVBFjTYzwNZxmB/jKUByKh/DJar/88A5AnU/1eA8oCA/f//D2DOfyCXH0j+/wHmALn/CVIA
2Qw61oaM6wwAAAAASUVORK5CYII=
"""

ALTERNATIVE = letter(
    at(2026, 1, 9, 17, 30),
    _MARIT,
    "Open evening on Saturday",
    multipart(
        "=_open_evening",
        part(
            _PLAIN,
            """\
Open evening, Saturday from 19:00

  19:00  Soup
  19:30  "What Jupiter did this week", Tobias Ashgrove
  20:15  The dome, in groups of six
  22:00  Please go home

If it is cloudy, there will be more soup.
""",
        ),
        part(
            _HTML,
            """\
<h1>Open evening, Saturday from 19:00</h1>
<table>
<tr><td>19:00</td><td>Soup</td></tr>
<tr><td>19:30</td><td><i>What Jupiter did this week</i>, Tobias Ashgrove</td></tr>
<tr><td>20:15</td><td>The dome, in groups of six</td></tr>
<tr><td>22:00</td><td>Please go home</td></tr>
</table>
<p>If it is cloudy, there will be <b>more soup</b>.</p>
""",
        ),
    ),
    ident="open-evening@example.org",
    about="the same text twice: multipart/alternative, plain and HTML",
    headers=[("Content-Type", 'multipart/alternative; boundary="=_open_evening"')],
    flags=("\\Seen", "\\Flagged"),
)


def _rain_gauge() -> bytes:
    """A month of measurements as CSV, with CRLF (RFC 4180)."""
    rows = [f"2025-12-{day:02},{day * day * 7 % 23 / 10:.1f},{5 - day % 9}" for day in range(1, 32)]
    return "\r\n".join(["date,rain_mm,low_celsius", *rows, ""]).encode("ascii")


ATTACHMENT = letter(
    at(2026, 1, 12, 8, 2),
    "Weather Station <weather@example.net>",
    "Rain gauge, December 2025",
    multipart(
        "----station-0001",
        part(
            "text/plain; charset=us-ascii",
            "The month's figures are attached. The 14th was the cat.\n",
        ),
        part(
            'text/csv; charset=us-ascii; header=present; name="rain-2025-12.csv"',
            base64_lines(_rain_gauge()),
            headers=[
                ("Content-Transfer-Encoding", "base64"),
                ("Content-Disposition", 'attachment; filename="rain-2025-12.csv"'),
            ],
        ),
        preamble="This message has several parts; this line is for software that has not heard of that.\n",
    ),
    ident="rain-2025-12@example.net",
    about="multipart/mixed with a preamble and a CSV file attached in base64",
    headers=[("Content-Type", 'multipart/mixed;\n\tboundary="----station-0001"')],
    flags=("\\Seen",),
)

_COMPLAINT = """\
Date: Tue, 20 Jan 2026 22:47:00 +0100
From: Harold Pym <harold@example.com>
To: Marit Halvorsen <marit@example.org>
Subject: The red light
Message-ID: <red-light@example.com>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="inner.complaint"

--inner.complaint
Content-Type: text/plain; charset=us-ascii

Madam, there has been a RED LIGHT on your roof for three nights.
Is it meant?

--inner.complaint
Content-Type: text/html; charset=us-ascii

<p>Madam, there has been a <b style="color:red">RED LIGHT</b> on your
roof for three nights.</p><p>Is it meant?</p>

--inner.complaint--
"""

FORWARDED = letter(
    at(2026, 1, 21, 9, 14),
    _MARIT,
    "Fwd: The red light",
    multipart(
        "outer.forward",
        part(_PLAIN, "Would one of you answer him? It is meant. It is so that we do not fall over.\n\nM.\n"),
        part("message/rfc822", _COMPLAINT, headers=[("Content-Disposition", "inline")]),
        part(
            "text/plain; charset=us-ascii; name=answer.txt",
            "Draft: it marks the stairs.\n",
            headers=[("Content-Disposition", "attachment; filename=answer.txt")],
        ),
    ),
    ident="fwd-red-light@example.org",
    about="nested: multipart/alternative in message/rfc822 in multipart/mixed",
    headers=[("Content-Type", 'multipart/mixed; boundary="outer.forward"')],
    flags=("\\Seen", "\\Answered"),
)

INLINE_IMAGE = letter(
    at(2026, 1, 27, 23, 50),
    "Tobias Ashgrove <tobias@example.org>",
    "The hill tonight",
    multipart(
        "related=hill",
        part(
            _HTML,
            """\
<p>Clear at last. This is the view from the gate:</p>
<p><img src="cid:hill.png@example.org" alt="A dome on a hill under the stars" width="48" height="32"></p>
<p>(The camera is from 1994. So is the hill, by the look of it.)</p>
""",
        ),
        part(
            "image/png",
            _PICTURE,
            headers=[
                ("Content-ID", "<hill.png@example.org>"),
                ("Content-Transfer-Encoding", "base64"),
                ("Content-Disposition", "inline; filename*=utf-8''h%C3%BCgel.png"),
            ],
        ),
    ),
    ident="hill-tonight@example.org",
    about="HTML with a picture inside: multipart/related, Content-ID, a file name after RFC 2231",
    headers=[("Content-Type", 'multipart/related; type="text/html"; boundary="related=hill"')],
)
