"""Python reads this as it starts, in each child process of the tests: what its sessions hear is written down.

See ``real.heard``, which puts this folder on the children's path while a real server runs.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import ModuleType

import session_log


class _Loader(SourceFileLoader):
    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        session_log.write_down(module.Session)


class _WhenImported:
    """Finds ``mailshell.session`` where it is, and has it changed as soon as it is loaded."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "mailshell.session":
            return None
        sys.meta_path.remove(self)  # type: ignore[arg-type]
        found = importlib.util.find_spec(name)
        assert found is not None
        assert found.origin is not None
        return importlib.util.spec_from_file_location(name, found.origin, loader=_Loader(name, found.origin))


if os.environ.get(session_log.FOLDER):
    sys.meta_path.insert(0, _WhenImported())  # type: ignore[arg-type]
