"""The report: its parts, and that nothing in it can pass for Markdown that was not meant."""

from __future__ import annotations

import re
from pathlib import Path

from export_support import IMAP, POP3, Step, exported, record


def sections(text: str) -> dict[str, str]:
    """The parts of a report by their headings."""
    found = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    return {"": found[0], **dict(zip(found[1::2], found[2::2], strict=True))}


def test_the_parts_of_a_report(tmp_path: Path) -> None:
    found = sections(exported(record(tmp_path / "a.mwire", IMAP, title="A tag nobody sent"), "markdown"))
    head = found[""]
    assert head.startswith("# IMAP session with `mail.example.org:143`\n\n`A tag nobody sent`\n")
    assert "- Greeting: `* OK [CAPABILITY IMAP4rev1 STARTTLS] ready`\n" in head
    assert '- Server ID: `("name" "Examplemail" "version" "7")`\n' in head
    assert "- TLS: `TLSv1.3, AES, certificate verified`\n" in head
    assert "by `mailshell 0.1.0`" in head
    capabilities = found["Capabilities"]
    assert "- in the clear (from `greeting`): `IMAP4rev1 STARTTLS`\n" in capabilities
    assert (
        "- after login (from `CAPABILITY`): `IMAP4rev1 IDLE ID`\n  - new: `IDLE ID`\n  - gone: `STARTTLS`\n"
        in capabilities
    )
    assert "\nC:  a1 STARTTLS\nS:  a1 OK go on\n" in found["Transcript"]
    assert "\nC~  a2 LOGIN ana ⟦password#1⟧\n" in found["Transcript"]
    assert "\nS~| ..two dots\n" in found["Transcript"]
    assert "`unknown-tag`" in found["Deviations from the protocol"]
    assert "- mark, after 0.010000 s: `here it comes`\n" in found["Notes and marks"]
    assert found["What is masked"].strip() == "- `⟦password⟧`: 1 different, masked once"


def test_a_session_without_anything_special(tmp_path: Path) -> None:
    found = sections(exported(record(tmp_path / "a.mwire", POP3[:4], "pop3"), "markdown"))
    assert "did not tell" in found["Capabilities"]
    assert "None was found." in found["Deviations from the protocol"]
    assert "Notes and marks" not in found
    assert "Nothing:" in found["What is masked"]


def test_a_deviation_is_told_of_once_whoever_found_it(tmp_path: Path) -> None:
    """Lint finds it once more; what only the recording knows is told too."""
    octets = b"".join(value for kind, value in IMAP if kind == "S" and isinstance(value, bytes))
    start = octets.index(b"zz OK")
    known = {"rule": "unknown-tag", "side": "S", "message": "an answer with the tag zz", "start": start}
    other = {"rule": "slow", "side": "S", "message": "it took its time", "section": "RFC 0000 1", "start": 5, "end": 7}
    at = next(number for number, (_, value) in enumerate(IMAP) if isinstance(value, bytes) and b"zz OK" in value)
    steps: list[Step] = [*IMAP[: at + 1], ("deviation", known), ("deviation", other), *IMAP[at + 1 :]]
    found = sections(exported(record(tmp_path / "a.mwire", steps), "markdown"))["Deviations from the protocol"]
    assert found.count("unknown-tag") == 1
    assert "- `slow`: `it took its time` (`RFC 0000 1`; server, octets 5 to 6, after" in found


def test_backticks_do_not_end_the_block_or_the_code(tmp_path: Path) -> None:
    steps: list[Step] = [
        ("S", b"* OK ``` ready\r\n"),
        ("C", b"a1 NOOP\r\n"),
        ("S", b"* OK ````` \r\n# heading\r\na1 OK `x`\r\n"),
        ("note", {"text": "` <b>*bold*</b> ``"}),
    ]
    text = exported(record(tmp_path / "a.mwire", steps, title="a\n# b"), "markdown")
    fence = re.search(r"^(`{3,})text$", text, re.MULTILINE)
    assert fence is not None
    assert fence[1] == "`" * 6
    block = text.split(f"{fence[1]}text\n")[1].split(f"\n{fence[1]}\n")[0]
    assert "S:  # heading" in block
    assert re.findall("^# .*$", text, re.MULTILINE) == ["# IMAP session with `mail.example.org:143`"]
    assert "``` ` <b>*bold*</b> `` ```" in text
