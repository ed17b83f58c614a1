"""The aliases that there are: those of the configuration file, and those that ``.alias`` keeps in a file of its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mailshell.config.file import read_config
from mailshell.config.macros import Macro, check_definition, check_name, lines_of
from mailshell.config.settings import toml_string
from mailshell.exits import UsageError
from mailshell.streams import reason
from mailshell.text.first_word import first_word

_HEAD = "# Written by mailshell's .alias and .unalias; your own go into config.toml, which is never written.\n"


@dataclass(slots=True)
class Aliases:
    """``own`` stand in the configuration file, ``profile`` in the profile in use, ``kept`` in the file at ``path``; the
    later wins. Names are lower case.

    ``problems``: what is wrong with definitions that were left out, a sentence each.
    """

    path: Path | None = None
    own: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    profile: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str) -> Macro | None:
        """The alias of this name, whatever its case."""
        name = name.lower()
        definition = self._all.get(name)
        return None if definition is None else Macro(name, definition)

    def all(self) -> list[Macro]:
        """All of them by name."""
        return [Macro(name, definition) for name, definition in sorted(self._all.items())]

    @property
    def _all(self) -> dict[str, str]:
        return {**self.own, **self.profile, **self.kept}

    def define(self, name: str, definition: str) -> None:
        """Define an alias and keep it. UsageError if that can't be."""
        check_name(name)
        check_definition(name, definition)
        if not lines_of(definition):
            raise UsageError(f"what should {name} stand for? .alias {name} = LINE")
        if not definition.replace("\n", "").isprintable():
            raise UsageError("a definition can't hold control characters or octets that are no UTF-8")
        self._change(name.lower(), definition)

    def remove(self, name: str) -> None:
        """Remove an alias that ``define`` made. UsageError if there is none."""
        name = name.lower()
        if name in self.kept:
            self._change(name, None)
        elif name in self._all:
            raise UsageError(f"{name} stands in the configuration file, which is never written; remove it there")
        else:
            raise UsageError(f"there is no alias {first_word(name)}; .alias lists them")

    def _change(self, name: str, definition: str | None) -> None:
        """Change the file, keeping what another shell has written into it meanwhile."""
        if self.path is not None:
            file = read_config(self.path)
            if problems := file.problems + file.notes:
                raise UsageError(f"{problems[0]}; as long as that stands the file is not written")
            self.kept = file.aliases
        if definition is None:
            self.kept.pop(name, None)
        else:
            self.kept[name] = definition
        if self.path is not None:
            write_aliases(self.path, self.kept)


def aliases_text(aliases: Mapping[str, str]) -> str:
    """The contents of a file with these aliases."""
    lines = [f"{name} = {toml_string(definition)}\n" for name, definition in sorted(aliases.items())]
    return "".join([_HEAD, "\n[aliases]\n", *lines])


def write_aliases(path: Path, aliases: Mapping[str, str]) -> None:
    """Write the file, mode 0600, as a whole or not at all. UsageError if it can't be written."""
    try:
        # A link to a file elsewhere stays a link.
        path = Path(os.path.realpath(path))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with open(handle, "wb") as file:
                file.write(aliases_text(aliases).encode())
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, path)
        except OSError:
            os.unlink(new)
            raise
    except OSError as error:
        raise UsageError(f"{path} can't be written: {reason(error)}") from None
