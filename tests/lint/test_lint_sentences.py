"""What findings say: nothing that was not looked at, and no part without saying that it is one."""

from __future__ import annotations

import pytest
from lint_support import lint

from mailshell.lint.finding import Finding


def _one(protocol: str, exchange: str, rule: str) -> Finding:
    (finding,) = (one for one in lint(protocol, exchange) if one.rule.name == rule)
    return finding


@pytest.mark.parametrize(("capabilities", "most"), [("IMAP4rev1", "4294967295"), ("IMAP4rev2", "9223372036854775807")])
def test_the_largest_literal_is_one_number(capabilities: str, most: str) -> None:
    greeting = f"S: * PREAUTH [CAPABILITY {capabilities}] ready"
    finding = _one("imap", f"{greeting}\nC: a1 FETCH 1 BODY[]\nS: * 1 FETCH (BODY[] {{{2**63}}}", "literal-number")
    assert f"{int(most):,}" in finding.message
    assert f"up to {most}," in finding.expected


_TEN = " ".join(f"XA{at}" for at in range(10))


def test_a_greeting_that_tells_less() -> None:
    exchange = (
        f"S: * OK [CAPABILITY IMAP4rev1] ready\nC: a1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 {_TEN}\nS: a1 OK done"
    )
    assert _one("imap", exchange, "greeting-tells-less").message == (
        "CAPABILITY names 10 capabilities that the greeting does not: XA0, XA1, XA2, XA3, XA4 and 5 more, "
        "and nothing happened in between"
    )


def test_other_capabilities() -> None:
    exchange = (
        f"S: * OK [CAPABILITY IMAP4rev1 {_TEN}] ready\nC: a1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 ID\nS: a1 OK done"
    )
    message = _one("imap", exchange, "capabilities-unstable").message
    assert message == "nothing happened in between: gone XA0, XA1, XA2, XA3, XA4 and 5 more; new ID"


def test_capabilities_that_the_login_did_not_tell() -> None:
    long = "X" * 1000
    exchange = f"""
        S: * OK [CAPABILITY IMAP4rev1] ready
        C: a1 LOGIN ana secret
        S: a1 OK done
        C: a2 CAPABILITY
        S: * CAPABILITY IMAP4rev1 {_TEN} {long}
        S: a2 OK done
    """
    message = _one("imap", exchange, "capabilities-not-told").message
    assert message.endswith(": new XA0, XA1, XA2, XA3, XA4 and 6 more")
    exchange = exchange.replace(_TEN, "ID")
    assert _one("imap", exchange, "capabilities-not-told").message.endswith(f": new ID, {'X' * 50}...")


def test_junk_for_a_greeting_has_a_name() -> None:
    finding = _one("imap", r"S> * OKAY \xff\xfe\r\n", "8-bit-text")
    assert finding.message == (
        "8-bit octets that are no UTF-8 in what stands for a greeting, and nothing was enabled that allows them"
    )


@pytest.mark.parametrize(
    ("item", "value", "rule"),
    [
        ("BODYSTRUCTURE", '("TEXT" "PLAIN" ("CHARSET" "X-UNKNOWN") NIL NIL "8BIT" 10 1)', "charset-x-unknown"),
        ("ENVELOPE", '("17-Jul-1996 02:23:25 -0700" "hi"' + " NIL" * 8 + ")", "envelope-date-form"),
    ],
)
def test_what_the_message_says_is_not_known(item: str, value: str, rule: str) -> None:
    finding = _one("imap", f"C: a1 FETCH 1 {item}\nS: * 1 FETCH ({item} {value})\nS: a1 OK done", rule)
    assert finding.message.count("perhaps") == 2
