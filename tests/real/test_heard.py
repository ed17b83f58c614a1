"""What listens to the real servers hears: a server that is not as good is blamed, whoever it was that talked to it."""

from __future__ import annotations

import imaplib
from collections.abc import Set
from pathlib import Path

import pytest
from playbook import PlaybookServer
from servers.server import Server

from mailshell import cli
from mailshell.lint.session import TABLES
from mailshell.recording.python import recording
from real.heard import EARS, Confirmed, confirmed, unconfirmed
from real.running import mailshell

#: What comes unasked ends with a space.
NOOP = ["C~ (\\S+) NOOP", b"* SEARCH 1 \r\n", "S: $1 OK done\nLOGOUT"]
GREETING = "S: * PREAUTH [CAPABILITY IMAP4rev1] ready"
CAPABILITY = "C~ (\\S+) CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: $1 OK done"


def _fake(script: PlaybookServer) -> Server:
    return Server("fake", imap=script.port, pop3=0)


def _blamed(script: PlaybookServer, before: Set[Path]) -> list[str]:
    """The rules that are told of, in sessions that were not there ``before``."""
    return [text.split(" (")[0] for text in unconfirmed(_fake(script), before)]


def test_a_process_of_its_own() -> None:
    script = PlaybookServer([GREETING, *NOOP])
    with EARS:
        before = EARS.files()
        run = mailshell(_fake(script), "imap", "clear", ["NOOP", "LOGOUT"], "--no-login")
        assert run.status == 0, run.errors
        assert _blamed(script, before) == ["fake imap: F10 extra-space"]
        assert "test_a_process_of_its_own" in unconfirmed(_fake(script), before)[0]
        assert unconfirmed(Server("other", imap=1, pop3=0)) == []


def test_a_session_in_this_process(capsys: pytest.CaptureFixture[str]) -> None:
    script = PlaybookServer([GREETING, *NOOP])
    with EARS:
        before = EARS.files()
        assert cli.main([script.url(), "--no-login", "-c", "NOOP"]) == 0
        assert _blamed(script, before) == ["fake imap: F10 extra-space"]


def test_what_was_heard_before_a_server_began_was_another_at_its_port() -> None:
    script = PlaybookServer([GREETING, *NOOP])
    with EARS:
        assert cli.main([script.url(), "--no-login", "-c", "NOOP"]) == 0
        assert unconfirmed(_fake(script), EARS.files()) == []


def test_a_program_that_is_recorded(tmp_path: Path) -> None:
    script = PlaybookServer([GREETING, CAPABILITY, *NOOP])
    with EARS:
        before = EARS.files()
        with recording(tmp_path / "a.mwire"), imaplib.IMAP4("127.0.0.1", script.port) as client:
            client.noop()
        assert _blamed(script, before) == ["fake imap: F10 extra-space"]


def test_several_may_listen_at_once() -> None:
    with EARS:
        folder = EARS.folder
        with EARS:
            assert EARS.folder == folder
        assert folder.is_dir()


@pytest.mark.parametrize("entry", confirmed(), ids=lambda one: f"{one.rule}-{one.server}")
def test_what_is_confirmed_names_a_rule_and_a_section(entry: Confirmed) -> None:
    assert TABLES[entry.protocol].find(entry.rule) is not None
    assert entry.server in ("dovecot", "cyrus")
    assert entry.section.startswith("RFC ")
    assert entry.reason
