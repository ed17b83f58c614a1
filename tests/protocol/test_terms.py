"""The tables of terms: each record is whole, and no name of the documents is missing.

The names stand in ``tests/data/names``, one file a document, each line a kind and a name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP_COMMANDS
from mailshell.protocol.imap.terms import TERMS as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3_COMMANDS
from mailshell.protocol.pop3.terms import TERMS as POP3
from mailshell.protocol.terms import KINDS, Term, Terms

NAMES = Path(__file__).parent.parent / "data" / "names"
DOCUMENTS = sorted(NAMES.glob("*/*.txt"))
TABLES: Mapping[str, Terms] = {"imap": IMAP, "pop3": POP3}
COMMANDS: Mapping[str, Catalogue] = {"imap": IMAP_COMMANDS, "pop3": POP3_COMMANDS}

#: The groups by which capabilities are ordered.
GROUPS = {
    "protocol", "login and TLS", "mailboxes", "messages", "search and sort", "flags and changes", "sharing and quota",
    "push", "literals and transport", "other",
}  # fmt: skip
#: The sources of names that no RFC defines.
ELSEWHERE = {
    "Apple", "Autocrypt", "Courier", "Cyrus", "Dovecot", "Exchange", "Exim", "Google", "IANA", "IMAP2", "KMail",
    "Microsoft", "Netscape", "Postfix", "SpamAssassin", "Thunderbird", "UW-IMAP", "Yahoo", "sendmail",
}  # fmt: skip
SOURCE = re.compile(r"RFC [1-9]\d*( \d+(\.\d+)*)?|draft-[a-z0-9-]+")
REVISION = re.compile(r" \((rev[12]) only\)$")


def kinds() -> list[tuple[str, str]]:
    return [(protocol, kind) for protocol, terms in TABLES.items() for kind in KINDS if terms.of_kind(kind)]


def names_in(document: Path) -> list[tuple[str, str]]:
    """The kinds and names in a list, in its order; comments begin with ``#`` and a space."""
    lines = (line.strip() for line in document.read_text(encoding="ascii").splitlines())
    return [(kind, name) for kind, _, name in (line.partition(" ") for line in lines) if kind and kind != "#"]


def name_of(document: Path) -> str:
    return str(document.relative_to(NAMES).with_suffix(""))


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_no_name_of_a_document_is_missing(document: Path) -> None:
    protocol = document.parent.name
    names = names_in(document)
    assert names
    assert {kind for kind, _ in names} <= {*KINDS, "command"}
    missing = [
        f"{kind} {name}"
        for kind, name in names
        if (name not in COMMANDS[protocol] if kind == "command" else (kind, name.upper()) not in TABLES[protocol])
    ]
    assert missing == []


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if each.stem.startswith("rfc")], ids=name_of)
def test_what_an_rfc_defines_has_an_rfc_as_its_source(document: Path) -> None:
    terms = TABLES[document.parent.name]
    for kind, name in names_in(document):
        if kind != "command":
            assert "RFC " in terms[kind, name].rfc, f"{kind} {name}"


def test_the_lists_are_there() -> None:
    assert len(DOCUMENTS) >= 80
    kinds = {kind for document in DOCUMENTS for kind, _ in names_in(document)}
    assert kinds >= set(KINDS)


def test_every_kind_has_records() -> None:
    assert [kind for kind in KINDS if not IMAP.of_kind(kind)] == []
    assert {term.kind for term in POP3.values()} == {"capability", "response-code", "sasl-mechanism", "language"}


@pytest.mark.parametrize(("protocol", "kind"), kinds())
def test_records_are_whole(protocol: str, kind: str) -> None:
    for term in TABLES[protocol].of_kind(kind):
        assert term.name == "".join(term.name.split())
        assert 0 < len(term.help) <= 90, term.name
        for text in (term.help, term.advice):
            assert text == " ".join(text.split())
            assert not text.endswith(".")
        sources = term.rfc.split("; ")
        assert len(sources) == len(set(sources)), term.name
        assert [source for source in sources if source not in ELSEWHERE and not SOURCE.fullmatch(source)] == []
        assert term.group in GROUPS if kind == "capability" else term.group == "", term.name
        if term.capability is not None:
            assert ("capability", term.capability.upper()) in TABLES[protocol], term.name
        for opening, closing in ("()", "[]"):
            written = f"{opening if term.name.endswith(opening) else ''}{term.arguments}"
            assert written.count(opening) == written.count(closing), term.name


@pytest.mark.parametrize(("protocol", "kind"), kinds())
def test_revisions_are_marked(protocol: str, kind: str) -> None:
    """What RFC 3501 defines and RFC 9051 does not name is of rev1; what is marked rev2 has no other source."""
    for term in TABLES[protocol].of_kind(kind):
        sources = {" ".join(source.split()[:2]) for source in term.rfc.split("; ")}
        found = REVISION.search(term.help)
        revision = found[1] if found else ""
        assert ("only)" in term.help) == bool(revision), term.name
        dropped = term.rfc.startswith("RFC 3501") and "RFC 9051" not in sources
        assert (revision == "rev1") == dropped, term.name
        if revision == "rev2":
            assert sources == {"RFC 9051"}, term.name


def test_what_rev2_dropped() -> None:
    dropped = {(term.kind, term.name) for term in IMAP.values() if term.help.endswith("(rev1 only)")}
    assert dropped == {
        ("response-code", "UNSEEN"),
        ("response", "LSUB"),
        ("response", "RECENT"),
        ("response", "SEARCH"),
        ("fetch-item", "RFC822"),
        ("fetch-item", "RFC822.HEADER"),
        ("fetch-item", "RFC822.TEXT"),
        ("search-key", "NEW"),
        ("search-key", "OLD"),
        ("search-key", "RECENT"),
        ("status-item", "RECENT"),
        ("flag", r"\Recent"),
    }
    assert {command.name for command in IMAP_COMMANDS.values() if command.revision == "rev1"} == {"CHECK", "LSUB"}
    assert {command.revision for command in (*IMAP_COMMANDS.values(), *POP3_COMMANDS.values())} <= {"", "rev1", "rev2"}


@pytest.mark.parametrize("protocol", TABLES)
def test_each_help_tells_one_name_from_another(protocol: str) -> None:
    told: dict[str, set[str]] = defaultdict(set)
    for term in TABLES[protocol].values():
        told[term.help].add(term.name.upper())
    assert {text: names for text, names in told.items() if len(names) > 1} == {}


@pytest.mark.parametrize("protocol", TABLES)
def test_capabilities_of_commands_are_known(protocol: str) -> None:
    needed = {command.capability for command in COMMANDS[protocol].values() if command.capability}
    assert needed
    assert [name for name in sorted(needed) if ("capability", name.upper()) not in TABLES[protocol]] == []


def test_replies_of_commands_are_known() -> None:
    replies = {name for command in IMAP_COMMANDS.values() for name in command.replies}
    assert replies
    assert [name for name in sorted(replies) if ("response", name) not in IMAP] == []


@pytest.mark.parametrize("protocol", TABLES)
def test_the_two_protocols_agree_on_sasl(protocol: str) -> None:
    for term in TABLES[protocol].of_kind("sasl-mechanism"):
        other = IMAP.find("sasl-mechanism", term.name)
        assert term.name == "MSN" or (other is not None and other.help == term.help)


@given(st.sampled_from(list(IMAP.values())), st.sampled_from([str.upper, str.lower, str.swapcase, str.title]))
def test_find_takes_any_case(term: Term, change: Callable[[str], str]) -> None:
    assert IMAP.find(term.kind, change(term.name)) is term
    assert IMAP[term.kind, change(term.name)] is term
    assert term in IMAP.named(change(term.name))


@given(st.sampled_from([term for term in IMAP.values() if term.name.endswith("=")]), st.text(max_size=20))
def test_a_prefix_stands_for_all_that_begin_so(term: Term, rest: str) -> None:
    found = IMAP.find(term.kind, term.name + rest)
    assert found is not None
    assert found.name.upper().startswith(term.name.upper())


def test_find_leaves_the_unknown_alone() -> None:
    assert IMAP.find("capability", "XUNKNOWN") is None
    assert IMAP.find("capability", "XUNKNOWN=1") is None
    assert IMAP.find("no-such-kind", "ALL") is None
    assert IMAP.of_kind("no-such-kind") == []
    assert IMAP.named("XUNKNOWN") == []


def test_a_name_stands_once_in_a_kind() -> None:
    term = Term("\\Seen", "flag", "Message was read", "RFC 3501 2.3.2")
    with pytest.raises(ValueError, match="twice"):
        Terms([term, Term("\\SEEN", "flag", "Message was read", "RFC 3501 2.3.2")])
    with pytest.raises(ValueError, match="unknown kind"):
        Terms([Term("\\Seen", "no-such-kind", "Message was read", "RFC 3501 2.3.2")])
