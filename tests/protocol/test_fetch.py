"""FETCH data: envelopes, structures, sections and what servers make of them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from protocol_support import data, response, rules

from mailshell.protocol.imap.data import Address, Body, BodyStructure, Envelope, Fetched
from mailshell.protocol.imap.fetch import read_fetch, read_plain_fetch
from mailshell.protocol.imap.findings import Findings
from mailshell.protocol.imap.grammar import read_data
from mailshell.protocol.imap.response import read_response
from mailshell.protocol.imap.values import read_values


def items(octets: bytes) -> dict[str, object]:
    found = data(octets + b"\r\n")
    assert isinstance(found, Fetched)
    return {item.name: item.value for item in found.items}


def loosely(octets: bytes) -> dict[str, object]:
    found, _ = read_data(response(octets + b"\r\n"))
    assert isinstance(found, Fetched)
    return {item.name: item.value for item in found.items}


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        (b"FLAGS (\\Seen \\Deleted)", "FLAGS", ("\\Seen", "\\Deleted")),
        (b"FLAGS ()", "FLAGS", ()),
        (b"flags (\\seen)", "FLAGS", ("\\seen",)),
        (b"UID 4392", "UID", 4392),
        (b"RFC822.SIZE 44827", "RFC822.SIZE", 44827),
        (b'INTERNALDATE "17-Jul-1996 02:44:25 -0700"', "INTERNALDATE", "17-Jul-1996 02:44:25 -0700"),
        (b'INTERNALDATE " 7-Jul-1996 02:44:25 -0700"', "INTERNALDATE", " 7-Jul-1996 02:44:25 -0700"),
        (b"MODSEQ (65402)", "MODSEQ", 65402),
        (b"BODY[] {3}\r\nabc", "BODY[]", Body(b"abc", 3)),
        (b"BODY[]<0> {0}\r\n", "BODY[]<0>", Body(b"", 0)),
        (b'BODY[1.MIME] "x"', "BODY[1.MIME]", Body(b"x", 1)),
        (b"BODY[2] NIL", "BODY[2]", Body(None, None)),
        (b"body[header.fields (to)] {2}\r\n\r\n", "BODY[HEADER.FIELDS (TO)]", Body(b"\r\n", 2)),
        (b"BINARY[1] ~{2}\r\n\x00\x01", "BINARY[1]", Body(b"\x00\x01", 2)),
        (b"BINARY.SIZE[1] 25", "BINARY.SIZE[1]", 25),
        (b"RFC822.HEADER {2}\r\n\r\n", "RFC822.HEADER", Body(b"\r\n", 2)),
        (b"EMAILID (M6d99ac3275bb4e)", "EMAILID", ["M6d99ac3275bb4e"]),
        (b"THREADID NIL", "THREADID", None),
        (b'PREVIEW "Preview text!"', "PREVIEW", "Preview text!"),
        (b"PREVIEW NIL", "PREVIEW", None),
        (b'X-GM-LABELS (\\Inbox "a b")', "X-GM-LABELS", ["\\Inbox", "a b"]),
        (b'ANNOTATION (/comment (value.priv "My comment"))', "ANNOTATION", ["/comment", ["value.priv", "My comment"]]),
    ],
)
def test_items(text: bytes, name: str, value: object) -> None:
    assert items(b"* 12 FETCH (" + text + b")") == {name: value}


def test_several_items_keep_their_order() -> None:
    found = data(b"* 23 FETCH (FLAGS (\\Seen) UID 4827313 BODY[] {2}\r\nab X-Y (a b))\r\n")
    assert isinstance(found, Fetched)
    assert (found.kind, found.number) == ("FETCH", 23)
    assert [item.name for item in found.items] == ["FLAGS", "UID", "BODY[]", "X-Y"]


def test_uidfetch() -> None:
    found = data(b"* 25996 UIDFETCH (FLAGS (\\Seen))\r\n")
    assert isinstance(found, Fetched)
    assert (found.kind, found.number) == ("UIDFETCH", 25996)


#: The example of RFC 3501 section 8 and RFC 9051 section 8.
ENVELOPE = (
    b'("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" '
    b'(("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) '
    b'(("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) '
    b'((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL '
    b'"<B27397-0100000@cac.washington.edu>")'
)


def test_envelope() -> None:
    gray = Address("Terry Gray", None, "gray", "cac.washington.edu")
    assert items(b"* 12 FETCH (ENVELOPE " + ENVELOPE + b")")["ENVELOPE"] == Envelope(
        "Wed, 17 Jul 1996 02:23:25 -0700 (PDT)",
        "IMAP4rev1 WG mtg summary and minutes",
        (gray,),
        (gray,),
        (gray,),
        (Address(None, None, "imap", "cac.washington.edu"),),
        (
            Address(None, None, "minutes", "CNRI.Reston.VA.US"),
            Address("John Klensin", None, "KLENSIN", "MIT.EDU"),
        ),
        (),
        None,
        "<B27397-0100000@cac.washington.edu>",
    )


def structure(text: bytes, name: bytes = b"BODYSTRUCTURE") -> BodyStructure:
    value = items(b"* 1 FETCH (" + name + b" " + text + b")")[name.decode()]
    assert isinstance(value, BodyStructure)
    return value


def sections(part: BodyStructure) -> list[tuple[str, str]]:
    own = [(part.section, f"{part.type}/{part.subtype}")]
    return own + [line for inner in part.parts for line in sections(inner)]


def test_text_part() -> None:
    part = structure(b'("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3028 92)', b"BODY")
    assert part == BodyStructure("1", "text", "plain", (("CHARSET", "US-ASCII"),), encoding="7BIT", size=3028, lines=92)


def test_basic_part_with_extension_data() -> None:
    part = structure(
        b'("APPLICATION" "PDF" ("NAME" "x.pdf") "<id>" "A file" "BASE64" 4554 "md5==" '
        b'("ATTACHMENT" ("FILENAME" "x.pdf")) ("EN" "DE") "http://x/" ("later" 1))'
    )
    assert (part.type, part.id, part.description, part.md5) == ("application", "<id>", "A file", "md5==")
    assert (part.disposition, part.disposition_parameters) == ("ATTACHMENT", (("FILENAME", "x.pdf"),))
    assert (part.language, part.location) == (("EN", "DE"), "http://x/")


def test_multipart_of_the_rfc() -> None:
    # RFC 9051 section 7.5.2
    part = structure(
        b'(("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1152 23)'
        b'("TEXT" "PLAIN" ("CHARSET" "US-ASCII" "NAME" "cc.diff") '
        b'"<960723163407.20117h@cac.washington.edu>" "Compiler diff" "BASE64" 4554 73) "MIXED")'
    )
    assert sections(part) == [("", "multipart/mixed"), ("1", "text/plain"), ("2", "text/plain")]


def test_sections_of_nested_parts() -> None:
    # The tree of RFC 9051 section 6.4.5.1.
    text = b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)'
    octet = b'("APPLICATION" "OCTET-STREAM" NIL NIL NIL "7BIT" 1)'
    inner = b"(" + text + octet + b' "MIXED")'
    third = b'("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 1 ' + ENVELOPE + b" " + inner + b" 5)"
    fourth_message = b'("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 1 ' + ENVELOPE + b" (" + text
    fourth_message += b"(" + text + text + b' "ALTERNATIVE") "MIXED") 9)'
    fourth = b'(("IMAGE" "GIF" NIL NIL NIL "BASE64" 1)' + fourth_message + b' "MIXED")'
    part = structure(b"(" + text + octet + third + fourth + b' "MIXED" ("BOUNDARY" "x") NIL NIL NIL)')
    assert [section for section, _ in sections(part)] == [
        "", "1", "2", "3", "3", "3.1", "3.2", "4", "4.1", "4.2", "4.2", "4.2.1", "4.2.2", "4.2.2.1", "4.2.2.2",
    ]  # fmt: skip
    assert part.parameters == (("BOUNDARY", "x"),)
    assert part.parts[2].envelope is not None
    assert part.parts[2].lines == 5


def test_a_single_part_within_a_message() -> None:
    text = b'("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)'
    part = structure(b'("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 1 ' + ENVELOPE + b" " + text + b" 5)")
    assert sections(part) == [("1", "message/rfc822"), ("1.1", "text/plain")]


PART = b'"TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1'


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (b"UID 5MODSEQ (9)", "number"),
        (b"RFC822.SIZE -1", "number"),
        (b"UID 1.0", "number"),
        (b"MODSEQ (-1)", "number"),
        (b"MODSEQ 5", "modseq"),
        (b"FLAGS (NIL)", "flag"),
        (b'FLAGS ("\\Seen")', "flag"),
        (b"FLAGS \\Seen", "flag-list"),
        (b"FLAGS (\\Seen)  UID 5", "spaces"),
        (b"(ENVELOPE NIL)", "fetch-name"),
        (b"UID", "fetch-value"),
        (b"BODY[] x", "body-data"),
        (b"BODY[] (x)", "body-data"),
        (b'INTERNALDATE "7-Jul-1996 02:44:25 -0700"', "date-time"),
        (b'INTERNALDATE "Wed, 17 Jul 1996 02:23:25 -0700"', "date-time"),
        (b"INTERNALDATE NIL", "date-time"),
        (b'ENVELOPE ("d" "s" NIL NIL NIL NIL NIL NIL NIL)', "envelope-members"),
        (b"ENVELOPE NIL", "envelope-members"),
        (b'ENVELOPE ("d" "s" () NIL NIL NIL NIL NIL NIL NIL)', "empty-address-list"),
        (b'ENVELOPE ("d" "s" "f" NIL NIL NIL NIL NIL NIL NIL)', "address-list"),
        (b'ENVELOPE ("d" "s" (("n" NIL "m" "h" "x")) NIL NIL NIL NIL NIL NIL NIL)', "address-members"),
        (b'ENVELOPE ("d" "s" ("n" NIL "m" "h") NIL NIL NIL NIL NIL NIL NIL)', "address-members"),
        (b"BODYSTRUCTURE ()", "body-part"),
        (b"BODYSTRUCTURE NIL", "body-part"),
        (b'BODYSTRUCTURE ("ALTERNATIVE")', "body-type"),
        (b'BODYSTRUCTURE ("RELATED" NIL ("ATTACHMENT" NIL) NIL)', "body-type"),
        (b'BODYSTRUCTURE (NIL "alternative" ("boundary" "x") NIL NIL)', "body-type"),
        (b'BODYSTRUCTURE ("X-ZIP" ("BOUNDARY" ""))', "body-type"),
        (b'BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1)', "text-lines"),
        (b'BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" -1 1)', "body-size"),
        (b'BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 -1)', "text-lines"),
        (b'BODYSTRUCTURE ("IMAGE" "GIF" NIL NIL)', "body-members"),
        (b'BODYSTRUCTURE ("TEXT" "PLAIN" ("CHARSET") NIL NIL "7BIT" 1 1)', "body-parameters"),
        (b'BODYSTRUCTURE ("TEXT" "PLAIN" "CHARSET" NIL NIL "7BIT" 1 1)', "body-parameters"),
        (b"BODYSTRUCTURE (" + PART + b' NIL "inline")', "body-disposition"),
        (b"BODYSTRUCTURE ((" + PART + b"))", "multipart-subtype"),
        (b'BODYSTRUCTURE ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 1)', "body-message"),
        (b'BODYSTRUCTURE ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 1 ' + ENVELOPE + b" () 5)", "body-part"),
        (b'UID 1 ENVELOPE ("a"b" NIL', "unbalanced"),
    ],
)
def test_what_deviates_is_told_of_and_the_rest_is_read(text: bytes, rule: str) -> None:
    assert rule in rules(b"* 1 FETCH (" + text + b")\r\n")
    if rule not in ("fetch-value", "unbalanced", "number"):
        assert loosely(b"* 1 FETCH (FLAGS (\\Seen) " + text + b" X-LAST 7)")["X-LAST"] == 7


@pytest.mark.parametrize(
    "text",
    [
        b"BODYSTRUCTURE (" * 300,
        b"BODYSTRUCTURE " + b"(" * 300 + b'"a"',
        b'BODYSTRUCTURE ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 1 ' * 150,
        b"ENVELOPE " + b"(()" * 200,
        b'BODYSTRUCTURE (("" "" NIL) () NIL) ENVELOPE (()()()()()()()()()())',
        b"FLAGS ((a) {3}\r\nabc)",
    ],
)
def test_odd_structures_do_not_raise(text: bytes) -> None:
    found, deviations = read_data(response(b"* 1 FETCH (" + text + b"\r\n"))
    assert isinstance(found, Fetched)
    assert 0 < len(deviations) <= 100


_WORDS = st.sampled_from(
    ["UID", "uid", "FLAGS", "RFC822.SIZE", "MODSEQ", "NIL", "\\Seen", "$x", "é", "0", "7", "12345", "-1"]
)
_VALUES = st.recursive(_WORDS, lambda inner: st.lists(inner, max_size=4).map(lambda words: f"({' '.join(words)})"))
_LINES = st.lists(st.one_of(_VALUES, st.sampled_from(["(", ")", "  ", '"a b"', "BODY[]", "\t"])), max_size=9).map(
    " ".join
)


@given(_LINES)
@example("UID 5 FLAGS (\\Seen $x) RFC822.SIZE 77 MODSEQ (9)")
@example("FLAGS ()")
@example("FLAGS (nil)")
@example("UID 5 FLAGS (\\Seen  \\Draft)")
def test_the_plain_forms_are_read_as_by_the_whole_grammar(inside: str) -> None:
    line = f"* 3 FETCH ({inside})\r\n".encode()
    framed = read_response((line,), 0, len(line))
    plain = read_plain_fetch(framed)
    values, found = read_values(framed)
    findings = Findings(found, 0, len(line))
    whole = read_fetch("FETCH", 3, values, findings)
    if plain is not None:
        assert plain == whole
        assert not findings.found


def test_the_usual_row_is_of_the_plain_form() -> None:
    line = b"* 3 FETCH (UID 5 FLAGS (\\Seen $x) RFC822.SIZE 77 MODSEQ (9))\r\n"
    plain = read_plain_fetch(read_response((line,), 0, len(line)))
    assert plain is not None
    assert [item.value for item in plain.items] == [5, ("\\Seen", "$x"), 77, 9]
