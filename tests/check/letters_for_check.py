"""Messages that have in them what servers get wrong."""

from __future__ import annotations

import base64
import imaplib

#: The smaller ones; what a line ends with is CRLF.
_TEXTS = (
    """\
From: "A \\"q\\" (x)" <a@x.example>, B <b@x.example>
To: =?utf-8?q?J=C3=BCrgen?= <j@x.example>, c@x.example
Cc: group: e@x.example, f@x.example;
Subject: hi (a) (b) "q
Message-ID: <ab@x.example>
Date: Mon, 1 Jan 2024 00:00:00 +0000
Content-Type: multipart/mixed; boundary="x y"
MIME-Version: 1.0

--x y
Content-Type: text/plain; charset=utf-8; name="a\\"b"
Content-Disposition: inline; filename="f ( g"

hello there)
a1 OK done
--x y
Content-Type: message/rfc822

Subject: in
From: a@x.example
To: b@x.example, c@x.example
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=z

--z

one
--z
Content-Type: text/html

two
--z--

--x y--
""",
    """\
From: Carol Example <carol@example.org>
To: dave@example.org
Subject: Re: [list] plans for the observatory
Message-ID: <m2@example.org>
In-Reply-To: <m1@example.org>
References: <m1@example.org>
Date: Tue, 2 Jan 2024 23:30:00 -0500

A plain text about telescopes.
Second line.
""",
    """\
From: dave@example.org
To: Carol Example <carol@example.org>
Subject: plans for the observatory
Message-ID: <m1@example.org>
Date: Tue, 2 Jan 2024 10:00:00 +0100

First plan here
no line end""",
    """\
From: =?iso-8859-1?Q?J=F6rg_Br=FCckner?= <joerg@example.net>
To: undisclosed-recipients:;
Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_M=C3=BCnchen?=
Date: Wed, 14 Feb 2024 11:27:00 +0100
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Sehr geehrte, das Okular ist fertig: gr=F6=DFer=
 und sch=F6ner.
""",
    "Subject:\nFrom: x@y.example\n\n",
    """\
From: long@example.org
Subject: folded
 subject goes
\ton and on
Date: Fri, 16 Feb 2024 12:00:00 +0000 (UTC)
Sender: sec@example.org
Reply-To: "Desk, Help" <help@example.org>, <ops@example.org>
To: carol@example.org (Carol C.)

Text
""",
    """\
From: x@y.example
Subject: digest
Date: Sat, 17 Feb 2024 12:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/digest; boundary="----=_d"

------=_d

Subject: one
From: a@b.example

body one
------=_d

Subject: two
From: a@b.example

body two
------=_d--
""",
    """\
From: x@y.example
Subject: broken MIME
Date: Sat, 17 Feb 2024 13:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=qq

--qq
Content-Type: text/plain

no end
""",
)
_ATTACHED = f"""\
From: eve@example.net
To: a@x.example
Cc: b@x.example
Subject: Fwd: attachment (fwd)
Date: Thu, 15 Feb 2024 01:00:00 +0900
Message-ID: <m5@example.net>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=abc

preamble
--abc
Content-Type: text/plain

see attached

--abc
Content-Type: application/octet-stream; name=bytes.bin
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename=bytes.bin

{base64.encodebytes(bytes(range(256))).decode()}
--abc--
epilogue
"""
FLAGS = ("", "\\Seen", "\\Seen \\Flagged", "\\Answered", "$Label1", "\\Deleted", "\\Draft \\Seen")
MESSAGES = tuple(text.replace("\n", "\r\n").encode() for text in (*_TEXTS, _ATTACHED))
#: A message with a date in the form of RFC 5322 and a name without an encoded word.
PLAIN = b"From: dave@example.org\r\nDate: Tue, 2 Jan 2024 10:00:00 +0100\r\nSubject: plain\r\n\r\nbody\r\n"


def append_all(client: imaplib.IMAP4, mailbox: str, *more: bytes) -> None:
    """Add MESSAGES and ``more`` to a mailbox, with FLAGS by turns, and a date of its own for each."""
    for at, message in enumerate((*MESSAGES, *more)):
        date = imaplib.Time2Internaldate(1704000000 + at * 280000)
        status, told = client.append(mailbox, f"({FLAGS[at % len(FLAGS)]})", date, message)
        assert status == "OK", told
