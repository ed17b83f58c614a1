"""Writes down what happens on each connection of this process, a file for each, for ``real.heard``.

The file has a pickle of the protocol, of what is connected to, and of the test that runs; and then one of each event.
It holds the tests' secrets.
"""

from __future__ import annotations

import os
import pickle
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from mailshell.recording.file import RecordingFile
    from mailshell.recording.header import Header
    from mailshell.recording.recorder import Recorder
    from mailshell.recording.watch import Watch
    from mailshell.session import Session
    from mailshell.wire import WireEvent

#: The variable of the environment that names the folder for the files.
FOLDER = "MAILSHELL_TEST_HEARD"
SUFFIX = ".heard"


def open_log(protocol: str, target: str) -> BinaryIO | None:
    """A new file for the events of a connection, or None if nobody listens."""
    folder = os.environ.get(FOLDER)
    if not folder or not os.path.isdir(folder):
        return None
    log: BinaryIO = (Path(folder) / f"{time.time_ns()}-{os.getpid()}{SUFFIX}").open("xb", buffering=0)
    log.write(pickle.dumps((protocol, target, os.environ.get("PYTEST_CURRENT_TEST", ""))))
    return log


def write_down(sessions: type[Session]) -> None:
    """Have all sessions of this class write down their events from now on."""
    plain = sessions._wire

    def wire(self: Session, event: WireEvent) -> None:
        if "_log" not in self.__dict__:
            target = " ".join(self.endpoint.command) or self.endpoint.name
            self.__dict__["_log"] = open_log(self.protocol, target)
        log: BinaryIO | None = self.__dict__["_log"]
        if log is not None:
            log.write(pickle.dumps(event))
        plain(self, event)

    sessions._wire = wire  # type: ignore[method-assign]


def write_down_watches(watches: type[Watch]) -> None:
    """The same for connections of ``imaplib`` and ``poplib`` that are recorded."""
    make = watches.__init__

    def init(self: Watch, file: RecordingFile, header: Header, *rest: Any, **named: Any) -> None:
        make(self, file, header, *rest, **named)
        log = open_log(header.protocol, f"{header.host}:{header.port}") if header.host else None
        if log is not None:
            _tee(self.recorder, log)

    watches.__init__ = init  # type: ignore[method-assign]


def _tee(recorder: Recorder, log: BinaryIO) -> None:
    plain = recorder.wire

    def wire(event: WireEvent) -> None:
        log.write(pickle.dumps(event))
        plain(event)

    recorder.wire = wire  # type: ignore[method-assign]
