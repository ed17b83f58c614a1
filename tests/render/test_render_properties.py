"""Whatever a server sends is rendered: no exception, and no character that a terminal would obey or hide."""

from __future__ import annotations

import json
import sys
import time
import unicodedata
from subprocess import check_output

from hypothesis import example, given, settings
from hypothesis import strategies as st
from render_support import examples, read

from mailshell.protocol.imap.data import Fetched, FetchItem
from mailshell.protocol.imap.response import read_response
from mailshell.protocol.pop3.response import read_status
from mailshell.render.imap import ImapRendering, status_line, unsolicited
from mailshell.render.json import listing_json, reply_json, status_json, to_json, to_line
from mailshell.render.pop3 import Pop3Rendering

HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})

NAMES = [
    "LIST",
    "LSUB",
    "STATUS",
    "SEARCH",
    "SORT",
    "ESEARCH",
    "THREAD",
    "VANISHED",
    "NAMESPACE",
    "ID",
    "ACL",
    "QUOTA",
    "QUOTAROOT",
    "MYRIGHTS",
    "LISTRIGHTS",
    "METADATA",
    "ANNOTATION",
    "FLAGS",
    "CAPABILITY",
    "ENABLED",
    "OK",
    "NO",
    "BYE",
    "PREAUTH",
    "XFOO",
]
ITEMS = (
    b"UID FLAGS RFC822.SIZE INTERNALDATE ENVELOPE BODY BODYSTRUCTURE BODY[] BODY[1.MIME] BINARY.SIZE[1] MODSEQ RFC822 "
    b"EMAILID PREVIEW"
).split()

atoms = st.sampled_from(
    [b"NIL", b"1", b"7:9,3", b"\\Seen", b"*", b"TAG", b"UID", b"ALL", b"MODSEQ", b"STORAGE", *ITEMS]
)
texts = st.one_of(
    st.binary(max_size=12),
    st.text(max_size=8).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from(
        [
            b"=?utf-8?Q?=1B=E2=80=AE?=",
            b"=?utf-8?B?A?=",
            b"=?utf-16?B?2AA=?=",
            b"&2AA-",
            b"&AAAAGw-",
            b"filename*0*",
            b"filename*1",
            b"utf-8''%1b%ff",
            b"text",
            b"message",
            b"rfc822",
            b"\xe2\x80\xa8",
        ]
    ),
)
quoted = texts.map(lambda text: b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"')
literals = texts.map(lambda text: b"{%d}\r\n%s" % (len(text), text))
values = st.recursive(
    st.one_of(atoms, quoted, literals, texts),
    lambda inner: st.lists(inner, max_size=8).map(lambda items: b"(" + b" ".join(items) + b")"),
    max_leaves=30,
)


def responses() -> st.SearchStrategy[bytes]:
    data = st.tuples(st.sampled_from(NAMES), st.lists(values, max_size=5)).map(
        lambda pair: b"* " + pair[0].encode() + b" " + b" ".join(pair[1]) + b"\r\n"
    )
    codes = st.tuples(st.sampled_from([b"UNSEEN", b"COPYUID", b"PERMANENTFLAGS", b"ALERT"]), values, texts).map(
        lambda parts: b"* OK [" + parts[0] + b" " + parts[1] + b"] " + parts[2] + b"\r\n"
    )
    fetched = st.lists(st.tuples(st.sampled_from(ITEMS), values), max_size=5).map(
        lambda items: b"* 1 FETCH (" + b" ".join(name + b" " + value for name, value in items) + b")\r\n"
    )
    counts = st.tuples(st.integers(0, 10**40), st.sampled_from([b"EXISTS", b"EXPUNGE", b"RECENT"])).map(
        lambda pair: b"* %d %s\r\n" % pair
    )
    return st.lists(st.one_of(data, codes, fetched, counts, st.binary(max_size=40)), max_size=6).map(b"".join)


def assert_printable(lines: list[str]) -> None:
    for line in lines:
        assert line.isprintable() or not any(unicodedata.category(character) in HIDDEN for character in line), line


def check(octets: bytes) -> None:
    rendering = ImapRendering("FETCH", width=40)
    for data in read(octets):
        assert_printable(rendering.add(data))
        assert_printable([unsolicited(data)])
        line = to_line(to_json(data))
        assert line.isascii()
        assert line.isprintable()
        json.loads(line)
    assert_printable(rendering.finish())


@settings(max_examples=400, deadline=None)
@given(st.one_of(responses(), st.binary(max_size=200)))
@example(b"* 1 FETCH (ENVELOPE)\r\n* 1 FETCH (BODY ((((()))))\r\n")
@example(b"* LIST (\x1b) \x9b \xc2\x9b31m\r\n")
@example(b"* SEARCH " + b"9" * 4000 + b"\r\n")
@example(b"* THREAD " + b"(" * 200 + b"\r\n")
@example(b"* 1 FETCH (BODY " + b"(" * 200 + b"\r\n")
@example(b"* XFOO " + b"(" * 200 + b"\r\n")
@example(b"* 1 FETCH (" + b"FLAGS () " * 50 + b")\r\n")
def test_whatever_an_imap_server_sends(octets: bytes) -> None:
    check(octets)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_whatever_an_imap_server_damages(data: st.DataObject) -> None:
    octets = bytearray(data.draw(st.sampled_from([each.octets for each in examples("imap_examples.txt")])))
    for _ in range(data.draw(st.integers(1, 6))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    check(bytes(octets))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["STAT", "LIST", "UIDL", "CAPA", "XFOO"]), st.lists(st.binary(max_size=40), max_size=5))
def test_whatever_a_pop3_server_sends(name: str, lines: list[bytes]) -> None:
    for arguments in ("", "1"):
        for line in lines:
            for form in (line, b"+OK " + line, b"-ERR [" + line, b"+OK 1 " + line):
                status = read_status(form, 0)
                assert_printable([*Pop3Rendering(name, arguments).status(status), status_line(status)])
                assert to_line([status_json(status), reply_json(name, status)]).isprintable()
        rendering = Pop3Rendering(name, arguments)
        for line in lines:
            assert_printable(rendering.line(line))
            assert_printable(rendering.line(b"1 " + line))
        assert_printable(rendering.finish())
        assert to_line(listing_json(name, [*lines, *(b"1 " + line for line in lines)])).isprintable()


@given(st.binary(max_size=60))
def test_whatever_a_status_line_holds(line: bytes) -> None:
    for form in (line, b"A1 OK " + line, b"* NO [" + line):
        response = read_response((form + b"\r\n",), 0, len(form) + 2)
        assert_printable([status_line(response)])
        assert to_line(status_json(response)).isprintable()


def test_a_hundred_thousand_messages_pass_quickly() -> None:
    rendering = ImapRendering("FETCH")
    messages = [
        Fetched("FETCH", number, (FetchItem("UID", number + 3), FetchItem("FLAGS", ("\\Seen", "\\Answered"))))
        for number in range(1, 100_001)
    ]
    began = time.process_time()
    count = sum(len(rendering.add(message)) for message in messages)
    assert count == 100_001
    assert time.process_time() - began < 1.5


def test_the_import_is_light() -> None:
    program = "import sys, mailshell.render.imap, mailshell.render.pop3, mailshell.render.json; print(*sys.modules)"
    loaded = check_output([sys.executable, "-c", program], text=True).split()
    assert not {"email", "asyncio", "prompt_toolkit", "pygments", "socket"} & set(loaded)
