"""The settings, as one table. The commented file, ``.set``, the messages and completion are derived from it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mailshell.exits import UsageError
from mailshell.lint.rule import Severity
from mailshell.text.first_word import first_word
from mailshell.trace.trace import STYLES

Value = bool | int | float | str

#: No longer value is repeated in a message.
_SHOWN = 100
#: What a switch may be called when it is typed.
_SWITCH = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting. ``kind``: ``switch``, ``choice``, ``number`` (whole), ``seconds`` or ``text``.

    ``sets`` is what it sets in ``Options``, if that has another name. ``choices``: the words of a choice; for a text,
    those with a meaning of their own. Numbers lie between ``low`` and ``high``, seconds above ``low``. ``noun``: what
    a text is, with ``metavar`` as the word for it in the help of an option.
    """

    name: str
    kind: str
    default: Value
    help: str
    choices: tuple[str, ...] = ()
    low: int = 0
    high: int = 1_000_000
    sets: str = ""
    noun: str = "a command"
    metavar: str = ""

    @property
    def attribute(self) -> str:
        """What it sets in ``Options``."""
        return self.sets or self.name

    @property
    def words(self) -> tuple[str, ...]:
        """The values that can be offered for completion; empty if there are too many."""
        if self.kind == "switch":
            return ("on", "off")
        if self.kind == "number" and self.high - self.low < 10:
            return tuple(str(number) for number in range(self.low, self.high + 1))
        return self.choices

    @property
    def allowed(self) -> str:
        """What it may be, in words."""
        if self.kind == "switch":
            return "on or off"
        if self.kind == "number":
            return f"a whole number from {self.low:,} to {self.high:,}"
        if self.kind == "seconds":
            return f"a number of seconds above {self.low} and up to {self.high:,}"
        *words, last = [*self.choices, *([self.noun] if self.kind == "text" else [])]
        return f"{', '.join(words)} or {last}" if words else last

    def read(self, text: str) -> Value:
        """The value that was typed. UsageError if it can't be one."""
        value: Value | None = text
        if self.kind == "switch":
            value = _SWITCH.get(text.lower())
        elif self.kind in ("number", "seconds"):
            value = _number(text)
        elif text.lower() in self.choices:
            value = text.lower()
        elif self.kind == "choice":
            value = None
        if value is None:
            raise UsageError(f"{self.name} is {self.allowed}, not {first_word(text)}")
        return self.check(value)

    def check(self, value: object) -> Value:
        """A value of a TOML file, if it can be one of this setting's. UsageError otherwise."""
        if self._fits(value):
            assert isinstance(value, (bool, int, float, str))
            return float(value) if self.kind == "seconds" else value
        allowed = "true or false" if self.kind == "switch" else self.allowed
        raise UsageError(f"{self.name} is {allowed}, not {toml_words(value)}{self._as_text(value)}")

    def _as_text(self, value: object) -> str:
        """``; write ...``: an array of words as the text that may stand there; empty for anything else."""
        if self.kind != "text" or not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            return ""
        text = " ".join(value)
        return f"; write {self.name} = {toml_string(text)}" if self._fits(text) and len(text) <= _SHOWN else ""

    def _fits(self, value: object) -> bool:
        if self.kind == "switch" or isinstance(value, bool):
            return self.kind == "switch" and isinstance(value, bool)
        if self.kind == "number":
            return isinstance(value, int) and self.low <= value <= self.high
        if self.kind == "seconds":
            return isinstance(value, (int, float)) and self.low < value <= self.high
        if not isinstance(value, str):
            return False
        return value in self.choices if self.kind == "choice" else bool(value.strip()) and value.isprintable()

    def shown(self, value: Value) -> str:
        """A value as it is typed after ``.set NAME``."""
        if isinstance(value, bool):
            return "on" if value else "off"
        return f"{value:g}" if isinstance(value, float) else str(value)


def _number(text: str) -> int | float | None:
    try:
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else float(text)
    except ValueError:
        return None


def toml(value: Value) -> str:
    """A value as TOML writes it."""
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def toml_string(text: str) -> str:
    """A basic string of TOML (TOML 1.0.0, String): JSON's escapes are among its own, and DEL needs one too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_words(value: object) -> str:
    """A value of a TOML file, as a message names it."""
    if isinstance(value, (bool, int, float)):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value[:40])
    if isinstance(value, list):
        return "an array"
    return "a table" if isinstance(value, dict) else "a date or time"


_TABLE = (
    Setting("debug", "number", 0, "how much of the wire is shown: 0 nothing .. 5 a hex dump (.help .debug)", high=5,
            sets="level"),
    Setting("style", "choice", "mailshell", "how the wire is shown: in mailshell's own way, or as Python's modules do",
            choices=STYLES),
    Setting("explain", "switch", False, "say under each line of the trace what it means"),
    Setting("lint", "choice", "warning", "tell of what the server does wrong, from this severity on",
            choices=("off", *(severity.word for severity in Severity))),
    Setting("lint_ignore", "text", "none", "rules of which nothing is told: ids or names, spaces between", ("none",),
            noun="ids or names of rules"),
    Setting("remember", "switch", False, "keep hashes of UIDs, UIDLs, sizes and dates from session to session, to find "
            "what changed that must not"),
    Setting("timeout", "seconds", 60.0, "how long to wait for an answer"),
    Setting("connect_timeout", "seconds", 15.0, "how long to wait for a connection"),
    Setting("confirm", "switch", False, "ask before a command that destroys something"),
    Setting("readonly", "switch", False, "ask before a command that may change what the server keeps, SELECT too; "
            "EXAMINE opens a mailbox without a change"),
    Setting("time", "switch", False, "say after each command how long it took"),
    Setting("fold", "number", 60, "so many lines of a message are shown on a terminal; 0 shows all"),
    Setting("pager", "text", "auto", "what shows local output longer than the screen: $PAGER or less (auto), nothing "
            "(off), or a command", choices=("auto", "off")),
    Setting("hints", "switch", True, "show in grey which arguments come next"),
    Setting("suggestions", "switch", True, "suggest in grey the last line of the history that begins the same"),
    Setting("complete_while_typing", "switch", False, "open the menu of completions without Tab"),
    Setting("background", "switch", True, "let completion ask the server by itself, for the names of mailboxes"),
    Setting("editing", "choice", "emacs", "the keys that edit a line", choices=("emacs", "vi")),
    Setting("theme", "choice", "auto", "colours for this background; auto: as the terminal tells, else neutral",
            choices=("auto", "dark", "light", "neutral")),
    Setting("colour", "choice", "auto", "use colours; auto: on a terminal, unless NO_COLOR is set",
            choices=("auto", "on", "off"), sets="colour_choice"),
    Setting("plain", "switch", False, "for screen readers: no bottom line, hints, colours or menus; completions are "
            "listed"),
    Setting("id", "text", "name version", "what ID typed alone tells the server of this side: name, version, os, "
            "os-version, or none of them", ("none",), sets="id_fields", noun="words of name, version, os, os-version"),
    Setting("history", "number", 10_000, "so many lines typed before are offered again, from the next start on",
            sets="history_size"),
)  # fmt: skip
#: The debug level from which on there are lines to explain.
EXPLAINED_LEVEL = 2
#: The settings by name, in the order in which they are listed.
SETTINGS: Mapping[str, Setting] = MappingProxyType({setting.name: setting for setting in _TABLE})


def find(name: str) -> Setting:
    """The setting of that name. UsageError, with the nearest names, if there is none."""
    setting = SETTINGS.get(name.lower().replace("-", "_"))
    if setting is None:
        shown = name[:40] if name.isprintable() else ascii(name[:40])
        raise UsageError(f"there is no setting {shown}{did_you_mean(name, SETTINGS)}")
    return setting


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean X?`` or nothing."""
    near = difflib.get_close_matches(name.lower()[:40], list(known), n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(near)}?" if near else ""
