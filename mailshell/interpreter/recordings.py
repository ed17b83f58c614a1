"""The recording of an interpreter's sessions: begun, ended, and where it goes.

A file holds one session. If another is opened while recording is on, it goes to a file of its own beside the first.
"""

from __future__ import annotations

import re
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mailshell.exits import UsageError
from mailshell.folders import state_folder
from mailshell.protocol.imap.state import ImapState
from mailshell.recording.file import SECRET_SUFFIX, SUFFIX, exists_already, make_file
from mailshell.recording.header import MASKED, UNSAFE, Header, now
from mailshell.recording.recorder import Recorder
from mailshell.session import Session
from mailshell.streams import reason
from mailshell.text.escape import escape

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def recordings_folder() -> Path:
    """``$XDG_STATE_HOME/mailshell/recordings``, where recordings without a name of their own go."""
    return state_folder() / "recordings"


class Recordings:
    """What is being recorded. ``path`` is the file to record to, with its suffix; None: none is asked for."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        #: The recorder at work; None if nothing is recorded.
        self.recorder: Recorder | None = None
        asked = interpreter.options.record
        self._path: Path | None = Path(asked).expanduser() if asked is not None else None
        #: Whether recording is on, be there a session or not.
        self.wanted = asked is not None
        #: How many sessions were recorded under this name.
        self._sessions = 0
        self._told_of_error = False

    def begin(self, name: str | None) -> Path | None:
        """Record from now on; the file, if there is a session already. UsageError if it can't be made."""
        if self.recorder is not None:
            raise UsageError(f"recording to {self.recorder.file.path} already; .record off ends that")
        self._path, self._sessions = Path(name).expanduser() if name else None, 0
        self.wanted = True
        session = self._interpreter.session
        if session is not None and session.is_open:
            self.attach(session, joined=True)
        elif self._path is not None:
            self._check(self._target(self._path))
        return self.recorder.file.path if self.recorder is not None else None

    def attach(self, session: Session, *, joined: bool = False) -> None:
        """Record this session, if recording is on. ``joined``: it has begun before. UsageError."""
        self.finish()
        if not self.wanted and self._interpreter.options.record_folder is None:
            return
        endpoint = session.endpoint
        header = Header(
            endpoint.protocol,
            start=now(),
            host=endpoint.host,
            port=endpoint.port or None,
            tls=self._tls(session),
            redaction=UNSAFE if self._interpreter.options.unsafe_raw else MASKED,
            title=self._interpreter.secrets.mask_str(self._interpreter.options.title),
            **(self._state(session) if joined else {}),
        )
        target = self._target(self._path) if self._path is not None else self._default(session)
        file = make_file(target)
        self._told_of_error = False
        self._sessions += 1
        self.recorder = Recorder(file, header, self._interpreter.secrets, time.monotonic())
        session.observers.append(self.recorder)

    def finish(self) -> Path | None:
        """End the recording of the present session in good order; its file, if there was one."""
        recorder = self.recorder
        if recorder is None:
            return None
        self.recorder = None
        recorder.close(time.monotonic())
        session = self._interpreter.session
        if session is not None and recorder in session.observers:
            session.observers.remove(recorder)
        return recorder.file.path

    def end(self) -> Path | None:
        """Record nothing any more."""
        self.wanted = False
        return self.finish()

    def typed(self, line: str) -> None:
        """A line was typed; its secrets are masked."""
        if self.recorder is not None:
            self.recorder.command(line, time.monotonic())

    def problem(self) -> str:
        """Why nothing is written any more, told once; empty if there is no reason."""
        error = self.recorder.file.error if self.recorder is not None else None
        if error is None or self._told_of_error or self.recorder is None:
            return ""
        self._told_of_error = True
        why = (error.strerror or str(error)).lower()
        return f"recording stopped: {escape(str(self.recorder.file.path))} can't be written: {why}"

    # --- within

    def _target(self, path: Path) -> Path:
        """The file with its suffix, and from the second session on with a number."""
        suffix = SECRET_SUFFIX if self._interpreter.options.unsafe_raw else SUFFIX
        stem = path.name.removesuffix(SUFFIX).removesuffix(".secret")
        sessions = self._interpreter.sessions
        beside = sessions.number_of(self._interpreter) - 1
        number = f"-{beside + 1}" if beside else ""
        number += f"-{self._sessions + 1}" if self._sessions else ""
        return path.with_name(stem + number + suffix)

    def _default(self, session: Session) -> Path:
        """A file that is not there yet, in the folder of the profile or in the one that all others go to."""
        chosen = self._interpreter.options.record_folder
        folder = Path(chosen) if chosen is not None else recordings_folder()
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{folder}, where sessions are recorded, can't be made: {reason(error)}") from None
        host = _UNFIT.sub("-", session.endpoint.name)[:60].strip("-")
        moment = datetime.now().strftime("%Y%m%d-%H%M%S")
        target = self._target(folder / f"{session.protocol}-{host}-{moment}")
        while target.exists():
            # Another session began within the same second.
            self._sessions += 1
            target = self._target(folder / f"{session.protocol}-{host}-{moment}")
        return target

    def _check(self, target: Path) -> None:
        if target.exists():
            raise exists_already(target)

    def _tls(self, session: Session) -> str:
        if session.endpoint.implicit_tls:
            return "implicit"
        return "starttls" if session.tls or self._interpreter.options.tls == "starttls" else "none"

    def _state(self, session: Session) -> dict[str, str]:
        state = session.engine.state
        mailbox = state.mailbox.name if isinstance(state, ImapState) and state.mailbox is not None else ""
        return {"state": state.phase.value, "mailbox": mailbox}
