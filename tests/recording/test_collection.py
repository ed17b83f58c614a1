"""The recordings that come with mailshell: each can be read, shown and explained, and holds no secret."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from mailshell.protocol.secrecy import Secrets
from mailshell.recording.reader import open_recording
from mailshell.replay.show import Shower
from mailshell.trace.trace import STYLES, Trace

FOLDER = Path(__file__).parents[2] / "recordings"
FILES = sorted(FOLDER.glob("*.mwire"))
SESSIONS = tomllib.loads((FOLDER / "sessions.toml").read_text(encoding="utf-8"))["session"]


def shown(path: Path, level: int, style: str, *, explain: bool = False) -> str:
    lines: list[str] = []
    recording = open_recording(path)
    trace = Trace(recording.header.protocol, lines.append, level=level, style=style, secrets=Secrets(), explain=explain)
    shower = Shower(recording, trace, lines.append)
    for record in recording:
        shower.show(record)
    shower.finish()
    assert recording.complete
    assert recording.warnings == []
    return "".join(lines)


def test_there_are_enough_and_each_is_in_the_table() -> None:
    assert len(FILES) >= 30
    assert {path.stem for path in FILES} == {session["name"] for session in SESSIONS}
    assert sum(session["group"] == "Misbehaviours" for session in SESSIONS) >= 12


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_can_be_shown(path: Path) -> None:
    header = open_recording(path).header
    assert header.title
    assert header.redaction == "masked"
    for style in STYLES:
        for level in (1, 3, 5):
            assert "--- warning" not in shown(path, level, style)
    text = shown(path, 3, "mailshell", explain=True)
    assert "  · " in text
    assert not any(octet < " " and octet != "\n" for octet in text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_none_holds_a_secret_or_a_path(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for word in ("secret", "not-the-password", "c2VjcmV0", "/tmp/", "/root/", "/home/"):
        assert word not in text


@pytest.mark.parametrize("session", [one for one in SESSIONS if one.get("notes")], ids=lambda one: one["name"])
def test_its_notes_are_in_it(session: dict[str, object]) -> None:
    text = shown(FOLDER / f"{session['name']}.mwire", 1, "mailshell")
    assert all(f"--- note: {note}" in text for note in session["notes"])  # type: ignore[attr-defined]


def test_the_index_is_that_of_the_recordings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    sys.modules.pop("make", None)
    import make  # type: ignore[import-not-found]

    assert (FOLDER / "README.md").read_text(encoding="utf-8") == make.index()
