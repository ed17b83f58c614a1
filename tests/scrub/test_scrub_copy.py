"""``mailshell scrub``: nothing of the original is left, and every length, boundary and event is as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scrub_support import assert_same_shape, octets, record, words_left

from mailshell.exits import UsageError
from mailshell.modes import scrub as mode
from mailshell.protocol.events import Side
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.recording.file import RecordingFile
from mailshell.recording.header import UNSAFE, Header
from mailshell.recording.reader import open_recording
from mailshell.recording.scrubbing import copying
from mailshell.recording.scrubbing.copying import scrub_recording

MESSAGE = (
    b"Return-Path: <zoltan@quuxmail.net>\r\n"
    b"From: =?UTF-8?Q?Zolt=C3=A1n_Krause?= <zoltan@quuxmail.net>\r\n"
    b"To: Wilhelmina Brandt <wilma@zwirnerei.org>\r\n"
    b"Subject: Geheimhaltung\r\n  =?utf-8?B?R3LDvMOfZSBhbiBhbGxl?=\r\n"
    b"Date: Mon, 5 Jan 2026 09:30:00 +0100\r\n"
    b"Message-ID: <okular-17@quuxmail.net>\r\n"
    b"X-Krauseapp-Trace: konfidentiell\r\n"
    b'Content-Type: multipart/mixed; boundary="=_krausegrenze"\r\n\r\n'
    b"--=_krausegrenze\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Disposition: attachment; filename=Gehaltsliste.txt\r\n\r\n"
    b"Telefonnummer 0123 456789\r\n.dotted=C3=A9\r\n..\r\nGr\xc3\xbc\xc3\x9fe \xff\r\n"
    b"--=_krausegrenze--\r\n"
)
PRIVATE = [
    b"zoltan", b"quuxmail", b"krause", b"wilhelmina", b"brandt", b"wilma", b"zwirnerei", b"geheimhaltung",
    b"R3LDvMOfZSBhbiBhbGxl", b"okular", b"krauseapp", b"konfidentiell", b"krausegrenze", b"gehaltsliste",
    b"telefonnummer", b"456789", b"vorstand", b"buchhaltung", b"heimlich",
]  # fmt: skip


def imap_session() -> list[tuple[str, bytes]]:
    envelope = (
        b'("Mon, 5 Jan 2026 09:30:00 +0100" "Geheimhaltung" (("Zoltan Krause" NIL "zoltan" "quuxmail.net"))'
        b' NIL NIL ((NIL NIL {5}\r\nwilma "zwirnerei.org")) NIL NIL NIL "<okular-17@quuxmail.net>")'
    )
    structure = (
        b'(("text" "plain" ("charset" "utf-8") "<okular-17>" "konfidentiell" "8bit" 70 4 NIL'
        b' ("attachment" ("filename" "Gehaltsliste.txt")) NIL NIL) "mixed" ("boundary" "=_krausegrenze") NIL NIL NIL)'
    )
    fetched = b"* 1 FETCH (UID 77 FLAGS (\\Seen Heimlich) ENVELOPE %b BODYSTRUCTURE %b BODY[] {%d}\r\n%b)\r\n" % (
        envelope, structure, len(MESSAGE), MESSAGE,
    )  # fmt: skip
    return [
        ("S", b"* OK [CAPABILITY IMAP4rev1 LITERAL+] mail.quuxmail.net ready\r\n"),
        ("C", b"a1 LOGIN zoltan {8}\r\n"),
        ("S", b"+ go ahead\r\n"),
        ("C", b"hunter22\r\n"),
        ("S", b"a1 OK zoltan logged in\r\n"),
        ("C", b'a2 LIST "" "Vorstand/%"\r\n'),
        ("S", b'* LIST (\\HasNoChildren) "/" Vorstand/Buchhaltung\r\n* LIST () "/" {15}\r\nVorstand&AOQ-ma\r\n'),
        ("S", b'* LIST (\\Sent) "/" Sent\r\na2 OK done\r\n'),
        ("C", b'a3 SELECT "Vorstand/Buchhaltung"\r\n'),
        ("S", b"* 12 EXISTS\r\n* OK [UIDVALIDITY 99] ok\r\na3 OK [READ-WRITE] Vorstand/Buchhaltung selected\r\n"),
        ("C", b'a4 UID SEARCH FROM zoltan SUBJECT "Geheimhaltung" SINCE 1-Jan-2026\r\n'),
        ("S", b"* SEARCH 77\r\na4 OK done\r\n"),
        ("C", b"a5 UID FETCH 77 (FLAGS ENVELOPE BODYSTRUCTURE BODY.PEEK[])\r\n"),
        ("S", fetched[:200]),
        ("S", fetched[200:]),
        ("S", b"a5 OK done\r\n"),
        ("C", b"a6 APPEND Vorstand (\\Seen Heimlich) {%d+}\r\n%b\r\n" % (len(MESSAGE), MESSAGE)),
        ("S", b"a6 OK [APPENDUID 99 78] done\r\n* BLURB zoltan (1 krause)\r\nzoltan says krause\r\n"),
        ("C", b"a7 XWILD zoltan Vorstand\r\nwilma"),
    ]


def test_imap_names_become_pseudonyms_and_contents_their_shape(tmp_path: Path) -> None:
    original = record(tmp_path / "a.mwire", "imap", imap_session(), "mail.quuxmail.net")
    copy = tmp_path / "b.mwire"
    scrub_recording(original, copy)
    assert words_left(copy, PRIVATE) == []
    assert_same_shape(original, copy)
    sent, received = octets(copy, Side.CLIENT), octets(copy, Side.SERVER)
    user = sent.split()[2]
    assert received.count(b'"%b"' % user) == 1
    assert b"a1 OK %b logged in" % user in received
    mailbox = sent.partition(b"a3 SELECT ")[2].split(b"\r")[0].strip(b'"')
    assert b'"/" %b\r\n' % mailbox in received
    assert b"* 12 EXISTS\r\n* OK [UIDVALIDITY 99]" in received
    for kept in (b"Mon, 5 Jan 2026 09:30:00 +0100", b"{%d}" % len(MESSAGE), b'"attachment" ("filename"', b"(\\Sent)",
                 b"multipart/mixed; boundary=", b"SINCE 1-Jan-2026", b"a1 LOGIN "):  # fmt: skip
        assert kept in sent + received, kept
    assert b"\r\n.xxxxxx=C3=A9\r\n..\r\nXx\xc3\xa9\xc3\xa9x \xff\r\n--" in received


def test_pop3_names_and_bodies(tmp_path: Path) -> None:
    stuffed = MESSAGE.replace(b"\r\n.", b"\r\n..")
    original = record(
        tmp_path / "a.mwire",
        "pop3",
        [
            ("S", b"+OK POP3 ready <1896.697@quuxmail.net>\r\n"),
            ("C", b"USER zoltan\r\n"),
            ("S", b"+OK\r\n"),
            ("C", b"PASS hunter22\r\n"),
            ("S", b"+OK zoltan's maildrop has 1 message (780 octets)\r\n"),
            ("C", b"STAT\r\nLIST\r\nUIDL\r\n"),
            ("S", b"+OK 1 780\r\n+OK 1 780\r\n1 780\r\n.\r\n+OK\r\n1 krause-17\r\n.\r\n"),
            ("C", b"CAPA\r\nRETR 1\r\n"),
            ("S", b"+OK\r\nTOP\r\nUIDL\r\nSASL PLAIN\r\n.\r\n+OK 780 octets\r\n" + stuffed[:333]),
            ("S", stuffed[333:] + b".\r\n"),
            ("C", b"QUIT\r\n"),
            ("S", b"-ERR [IN-USE] zoltan is busy\r\n"),
        ],
    )
    copy = tmp_path / "b.mwire"
    scrub_recording(original, copy)
    assert words_left(copy, PRIVATE) == []
    assert_same_shape(original, copy)
    received = octets(copy, Side.SERVER)
    assert b"+OK 1 780\r\n+OK 1 780\r\n1 780\r\n.\r\n" in received
    assert b"\r\nTOP\r\nUIDL\r\nSASL PLAIN\r\n.\r\n" in received


def test_a_literal_of_any_size_streams(tmp_path: Path) -> None:
    body = b"From: krause@quuxmail.net\r\n\r\n" + b"vorstandssitzung\r\n" * 20_000
    original = record(
        tmp_path / "a.mwire",
        "imap",
        [
            ("S", b"* PREAUTH hi\r\n"),
            ("C", b"a1 FETCH 1 (BODY[] ENVELOPE)\r\n"),
            ("S", b"* 1 FETCH (BODY[] {%d}\r\n" % len(body)),
            *[("S", body[at : at + 10_000]) for at in range(0, len(body), 10_000)],
            ("S", b' ENVELOPE (NIL "vorstandssitzung" NIL NIL NIL NIL NIL NIL NIL "<krause@quuxmail.net>") UID 9)\r\n'),
            ("S", b"a1 OK\r\n"),
        ],
    )
    copy = tmp_path / "b.mwire"
    scrub_recording(original, copy)
    assert words_left(copy, [b"vorstandssitzung", b"krause", b"quuxmail"]) == []
    assert_same_shape(original, copy)
    assert b" UID 9)\r\n" in octets(copy, Side.SERVER)


def test_base64_has_no_shape(tmp_path: Path) -> None:
    body = b"Content-Transfer-Encoding: base64\r\n\r\nR2VoZWltaGFsdHVuZyB1bmQgVm9yc3RhbmQ=\r\nTm9jaA==\r\n"
    said = b"* 1 FETCH (BODY[] {%d}\r\n%b)\r\n" % (len(body), body)
    original = record(tmp_path / "a.mwire", "imap", [("S", b"* PREAUTH hi\r\n"), ("S", said)])
    copy = tmp_path / "b.mwire"
    scrub_recording(original, copy)
    assert b"\r\n\r\n" + b"x" * 35 + b"=\r\nxxxxxx==\r\n" in octets(copy, Side.SERVER)


@settings(max_examples=80, deadline=None)
@given(
    lines=st.lists(
        st.dictionaries(
            st.sampled_from(["k", "dt", "u8", "l1", "b64", "m", "text", "attempts", "peer", "how", "message"]),
            st.sampled_from(["C", "S", "connect", "tls", "end", "\ud800 x", "a \xe9"]) | st.integers() | st.none()
            | st.lists(st.lists(st.integers(-1, 9), max_size=3) | st.text(max_size=3), max_size=3),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_any_recording_at_all_is_copied(
    lines: list[dict[str, object]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("scrub")
    header = Header("imap", host="h\xf6st", title="\ud800").line()
    (folder / "a.mwire").write_bytes(header + b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    scrub_recording(folder / "a.mwire", folder / "b.mwire")
    assert all(one.kind for one in open_recording(folder / "b.mwire"))


def test_what_the_person_wrote_is_scrubbed_too(tmp_path: Path) -> None:
    original = record(tmp_path / "a.mwire", "imap", [("S", b"* OK hi\r\n"), ("C", b"a SELECT Vorstand\r\n")])
    lines = original.read_bytes().splitlines(keepends=True)
    lines[1:1] = [
        b'{"k":"connect","dt":1,"peer":"mail.quuxmail.net:143","attempts":["mail.quuxmail.net: refused"]}\n',
        b'{"k":"command","dt":1,"text":"SELECT Vorstand"}\n',
        b'{"k":"note","dt":1,"text":"ask wilhelmina about Vorstand"}\n',
        b'{"k":"wilhelmina","dt":1,"text":"wilhelmina","more":["wilhelmina"]}\n',
        b'{"k":"tls","dt":1,"step":"done","version":"TLSv1.3","cipher":"AES","sni":"mail.quuxmail.net"}\n',
        b'{"k":"injected","dt":1,"u8":"wilhelmina"}\n',
    ]
    original.write_bytes(b"".join(lines))
    copy = tmp_path / "b.mwire"
    scrub_recording(original, copy)
    assert words_left(copy, [b"wilhelmina", b"vorstand", b"quuxmail"]) == []
    records = {one.kind: one for one in open_recording(copy)}
    pseudonym = octets(copy, Side.CLIENT).split()[-1].decode()
    assert records["command"].text("text") == f"SELECT {pseudonym}"
    assert records["tls"].text("version") == "TLSv1.3"
    assert records["close"].text("sha256")


NAME = st.from_regex(r"zq[a-z]{3,9}", fullmatch=True)
WORD = st.from_regex(r"zw[a-z]{7,12}", fullmatch=True)
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=30)


@st.composite
def sessions(draw: st.DrawFn) -> tuple[list[tuple[str, bytes]], list[bytes]]:
    """A session with generated names and words, cut into reads anywhere; and what must not be left of it."""
    names = [name.encode() for name in draw(st.lists(NAME, min_size=5, max_size=5, unique=True))]
    words = [word.encode() for word in draw(st.lists(WORD, min_size=2, max_size=4))]
    user, host, box, inner, other = names
    body = b"\r\n".join([b"From: %b@%b.%b" % (user, host, other), b"Subject: " + words[0], b"", *words])
    body += draw(TEXT).encode() + draw(st.binary(max_size=20))
    quoted = draw(TEXT).encode().replace(b"\\", b"").replace(b'"', b"")
    server = (
        b"* OK hi\r\n"
        b'* LIST () "/" "%b/%b"\r\n'
        % (box, inner)
        + b'* STATUS %b (MESSAGES 3)\r\n* 1 FETCH (ENVELOPE (NIL "%b %b" ((NIL NIL "%b" "%b")) NIL NIL NIL NIL NIL'
        b" NIL NIL) BODY[] {%d}\r\n%b)\r\n"
        % (box, words[0], quoted, user, host, len(body), body)
        + b"* %b is odd %b\r\n* NO [ALERT] %b\r\na OK %b\r\n" % (other, inner, user, draw(TEXT).encode())
    )
    client = b"a SELECT %b/%b\r\nb APPEND %b {%d+}\r\n%b\r\n" % (box, inner, box, len(body), body)
    chunks = [("S", b"* PREAUTH hi\r\n")]
    for side, said in (("C", client), ("S", server)):
        cuts = sorted(draw(st.lists(st.integers(0, len(said)), max_size=6)))
        chunks += [(side, said[a:b]) for a, b in zip([0, *cuts], [*cuts, len(said)], strict=True) if a < b]
    return chunks, [*names, *words]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(session=sessions())
def test_nothing_is_left_and_no_length_changes(
    session: tuple[list[tuple[str, bytes]], list[bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    chunks, private = session
    folder = tmp_path_factory.mktemp("scrub")
    original = record(folder / "a.mwire", "imap", chunks)
    copy = folder / "b.mwire"
    scrub_recording(original, copy)
    assert words_left(copy, private) == []
    assert_same_shape(original, copy)


@settings(max_examples=60, deadline=None)
@given(
    protocol=st.sampled_from(["imap", "pop3"]),
    chunks=st.lists(st.tuples(st.sampled_from("CS"), st.binary(max_size=80)), max_size=8),
)
def test_any_octets_at_all(
    protocol: str, chunks: list[tuple[str, bytes]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("scrub")
    original = record(folder / "a.mwire", protocol, chunks)
    scrub_recording(original, folder / "b.mwire")
    lengths = [[len(octets(folder / name, side)) for side in Side] for name in ("a.mwire", "b.mwire")]
    assert lengths[0] == lengths[1]


def transcripts(name: str) -> list[bytes]:
    """The transcripts of ``tests/data``, one a line with escapes."""
    lines = (Path(__file__).parents[1] / "data" / name).read_text(encoding="utf-8").splitlines()
    return [
        line.encode().decode("unicode_escape").encode("latin-1") for line in lines if line and not line.startswith("#")
    ]


@pytest.mark.parametrize("name", ["imap_responses.txt", "pop3_replies.txt"])
def test_what_servers_of_many_makes_say_keeps_its_shape(name: str, tmp_path: Path) -> None:
    protocol = name.partition("_")[0]
    greeting = b"* OK hi\r\n" if protocol == "imap" else b"+OK hi\r\n"
    for number, transcript in enumerate(transcripts(name)):
        sent, arrow, received = transcript.partition(b" => ")
        said = [("C", sent), ("S", received)] if arrow else [("S", transcript)]
        original = record(tmp_path / f"{number}.mwire", protocol, [("S", greeting), *said])
        copy = tmp_path / f"{number}.scrubbed.mwire"
        scrub_recording(original, copy)
        assert_same_shape(original, copy)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_the_example_of_every_command_keeps_its_shape(protocol: str, tmp_path: Path) -> None:
    catalogue = IMAP if protocol == "imap" else POP3
    tag = "a1 " if protocol == "imap" else ""
    for command in catalogue.values():
        original = record(
            tmp_path / f"{command.name.replace('*', '')}.mwire",
            protocol,
            [("S", b"* OK hi\r\n" if tag else b"+OK hi\r\n"), ("C", f"{tag}{command.example}\r\n".encode())],
        )
        copy = original.with_suffix(".scrubbed.mwire")
        scrub_recording(original, copy)
        assert_same_shape(original, copy)
        for name in (b"fred", b"mrose", b"smith", b"alice", b"sketches", b"invoice", b"example.com"):
            assert words_left(copy, [name]) == [], command.example


def test_it_refuses_if_something_would_be_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = record(tmp_path / "a.mwire", "imap", imap_session())
    monkeypatch.setattr(copying.ImapScrubber, "_give_out", lambda self: iter([b"".join(_raw(self))]))
    # The names are still collected from the header.
    lines = original.read_bytes().splitlines(keepends=True)
    header = json.loads(lines[0]) | {"host": "mail.quuxmail.net"}
    original.write_bytes(json.dumps(header).encode() + b"\n" + b"".join(lines[1:]))
    with pytest.raises(UsageError, match="would still be in the copy"):
        scrub_recording(original, tmp_path / "b.mwire")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mwire"]


def _raw(scrubber: object) -> list[bytes]:
    segments = list(scrubber._segments)  # type: ignore[attr-defined]
    scrubber._segments = []  # type: ignore[attr-defined]
    return [one if isinstance(one, bytes) else one.octets for one in segments]


def test_unsafe_recordings_and_existing_files_are_refused(tmp_path: Path) -> None:
    file = RecordingFile(tmp_path / "a.secret.mwire")
    file.write(Header("imap", redaction=UNSAFE).line())
    file.close()
    with pytest.raises(UsageError, match="unsafe-raw"):
        scrub_recording(tmp_path / "a.secret.mwire", tmp_path / "b.mwire")
    original = record(tmp_path / "a.mwire", "imap", imap_session())
    (tmp_path / "b.mwire").touch()
    with pytest.raises(UsageError, match="is there already"):
        scrub_recording(original, tmp_path / "b.mwire")
    with pytest.raises(UsageError, match="can't be read"):
        scrub_recording(tmp_path / "none.mwire", tmp_path / "c.mwire")


def test_the_command_says_what_it_changed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    original = record(tmp_path / "a.mwire", "imap", imap_session())
    assert mode.main([str(original)]) == 0
    assert (tmp_path / "a.scrubbed.mwire").stat().st_mode & 0o777 == 0o600
    printed = capsys.readouterr().out
    assert "words of names have pseudonyms" in printed
    assert "lines of contents" in printed
