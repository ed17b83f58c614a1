"""The line of a finding never shows a part of a known secret."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailshell.lint.excerpt import SHOWN, excerpt
from mailshell.protocol.secrecy import Secrets

SECRET = b"Tr0ub4dor&3-battery"
SECRETS = Secrets()
SECRETS.learn(SECRET)
TEXT = st.lists(
    st.sampled_from([b"x" * 150, b"y" * 33, b"z", b" ", SECRET, SECRET[:7], SECRET[9:], b"\r\n"]), max_size=14
).map(b"".join)


def parts(octets: bytes) -> list[bytes]:
    """Pieces of the secret that stand in octets from which it was masked."""
    masked = SECRETS.mask(octets)
    return [SECRET[at : at + 5] for at in range(len(SECRET) - 4) if SECRET[at : at + 5] in masked]


@given(TEXT, st.integers(0, 2500), st.integers(0, 40), st.booleans())
def test_what_is_cut_is_no_secret(octets: bytes, at: int, length: int, whole: bool) -> None:
    at = min(at, len(octets))
    end = min(at + length, len(octets))
    found = excerpt(octets, at, end, SECRETS, whole=whole)
    assert 0 <= found.at <= len(found.line)
    assert found.at <= found.until <= len(found.line) or not found.line
    assert len(found.line) <= SHOWN + 2 * len(SECRET)
    assert found.line in octets
    # What stood in pieces in the text itself may be shown in pieces.
    assert set(parts(found.line)) <= set(parts(octets)), "a cut went through a secret"
    assert found.secret or SECRET not in found.line


def test_the_mark_stands_where_the_fault_is() -> None:
    octets = b"* OK one\r\n*  22279 EXISTS\r\n* OK two\r\n"
    found = excerpt(octets, 11, 13, Secrets(), whole=True)
    assert (found.line, found.line[found.at : found.until]) == (b"*  22279 EXISTS\r\n", b"  ")


def test_a_long_line_is_cut_around_the_fault() -> None:
    octets = b"* " + b"x" * 5000 + b"!" + b"y" * 5000 + b"\r\n"
    found = excerpt(octets, 5002, 5003, Secrets(), whole=True)
    assert len(found.line) == SHOWN
    assert found.line[found.at : found.until] == b"!"
