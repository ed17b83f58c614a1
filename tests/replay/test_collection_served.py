"""Each recording of the collection is served, and its own commands run against that server get its own answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from replay_support import load, served

from mailshell.cli import main
from mailshell.recording.reader import open_recording

FILES = sorted((Path(__file__).parents[2] / "recordings").glob("*.mwire"))
#: Where the recorded server closed the connection before its answer was complete, there is something to report.
CUT_SHORT = {"bye-in-the-middle"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_can_be_served_and_run_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PW", "anything")
    header = open_recording(path).header
    scheme = header.protocol + ("s" if header.tls == "implicit" else "")
    with served(load(path)) as server:
        user = "demo" if path.stem == "imap-demo" else "ana"
        arguments = ["--allow-writes", "--insecure", "--user", user, "--password-env", "PW", "--timeout", "10"]
        status = main(["rerun", str(path), f"{scheme}://127.0.0.1:{server.port}", *arguments])
    assert status == (1 if path.stem in CUT_SHORT else 0), capsys.readouterr().out
