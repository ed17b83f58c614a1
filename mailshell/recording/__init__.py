"""Recordings of sessions: the file format ``mailwire/1``, its writer and its reader. See ``recordings/FORMAT.md``.

The package itself may be called: ``with mailshell.recording("session.mwire"): ...`` records what is done in the block
with ``imaplib``, ``poplib`` and libraries that are built on them (see ``recording.python``).
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType


class _Package(ModuleType):
    def __call__(self, path: str | Path, *, unsafe_raw: bool = False) -> AbstractContextManager[list[Path]]:
        from mailshell.recording.python import recording

        return recording(path, unsafe_raw=unsafe_raw)


sys.modules[__name__].__class__ = _Package
