"""A recorded session with COMPRESS: shown, replayed, run again, and compared with one without compression."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from batch_support import Serve, command, inside, lines

GREETING = "S: * PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] ready"
BODY = b"Subject: x\r\n\r\n" + b"all the same " * 200
TALK = [
    "C: a2 SELECT INBOX\nS: * 1 EXISTS\nS: a2 OK [READ-WRITE] selected\nC: a3 FETCH 1 BODY[]",
    b"* 1 FETCH (BODY[] {%d}\r\n%s)\r\na3 OK done\r\n" % (len(BODY), BODY),
    "LOGOUT",
]
COMPRESSED = [f"{GREETING}\nC: a1 COMPRESS DEFLATE\nS: a1 OK compressing\nDEFLATE", *TALK]
TYPED = ("COMPRESS DEFLATE", "SELECT INBOX", "FETCH 1 BODY[]")


@pytest.fixture
def recorded(serve: Serve, tmp_path: Path) -> Path:
    path = tmp_path / "packed.mwire"
    assert inside(serve(COMPRESSED).url(), "--record", str(path), *lines(*TYPED)).status == 0
    return path


def test_it_holds_the_octets_without_compression_and_both_sizes(recorded: Path) -> None:
    rows = [json.loads(row) for row in recorded.read_text().splitlines()[1:]]
    at = next(number for number, row in enumerate(rows) if row["k"] == "compress")
    assert rows[at] == {"k": "compress", "dt": rows[at]["dt"], "algorithm": "DEFLATE"}
    octets = [row for row in rows if row["k"] in ("C", "S")]
    before, after = [row for row in rows[:at] if row in octets], [row for row in rows[at:] if row in octets]
    assert not [row for row in before if "packed" in row]
    assert len(after) > 4
    assert all(isinstance(row["packed"], int) for row in after)
    assert sum(row["packed"] for row in after) < 500
    assert "all the same all the same" in recorded.read_text()


def test_it_is_shown_and_replayed(recorded: Path) -> None:
    for way in ("show", "replay"):
        outcome = command(way, str(recorded), *(["--speed", "10000"] if way == "replay" else []), "-d", "4")
        assert outcome.status == 0, outcome
        told = outcome.everything
        assert "compression started: DEFLATE, in both directions" in told
        assert re.search(r"write at \d+: 17 octets, \d+ compressed", told)
        assert "a3 OK done" in told


def test_it_is_run_again(recorded: Path, serve: Serve) -> None:
    # Its own tags are r1, r2 and so on, and it says LOGOUT as recorded.
    again = [re.sub(rb"\ba(\d)", rb"r\1", step) if isinstance(step, bytes) else re.sub(r"\ba(\d)", r"r\1", step)
             for step in COMPRESSED]  # fmt: skip
    server = serve(again)
    outcome = command("rerun", str(recorded), server.url())
    assert outcome.status == 0, outcome


def test_it_compares_equal_to_one_without_compression(recorded: Path, serve: Serve, tmp_path: Path) -> None:
    plain = tmp_path / "plain.mwire"
    script = [GREETING, *TALK]
    script[1] = script[1].replace("a2", "a1").replace("a3", "a2")
    script[2] = script[2].replace(b"a3", b"a2")
    assert inside(serve(script).url(), "--record", str(plain), *lines(*TYPED[1:])).status == 0
    outcome = command("diff", str(recorded), str(plain))
    # Nothing but the command itself.
    assert (outcome.status, outcome.out) == (1, "- COMPRESS DEFLATE\n")
