"""The trace of a session: an observer that turns wire events into text."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from mailshell.protocol.exchange import Event
from mailshell.protocol.secrecy import Secrets
from mailshell.trace.settings import Settings, Style
from mailshell.trace.style_imaplib import ImaplibStyle
from mailshell.trace.style_mailshell import MailshellStyle
from mailshell.trace.style_poplib import PoplibStyle
from mailshell.wire import Connected, WireEvent

if TYPE_CHECKING:
    from mailshell.explain.explainer import Explainer

#: The levels and what each shows, for the help.
LEVELS: tuple[tuple[int, str], ...] = (
    (0, "nothing"),
    (1, "one line for each request: answer, time taken, sizes"),
    (2, "each line sent and received; literals and multi-line bodies folded"),
    (3, "everything in full"),
    (4, "adds the boundaries of each read and write, microseconds, offsets, details of TLS"),
    (5, "adds a hex dump"),
)

_STYLES: dict[str, Callable[[Settings], Style]] = {
    "mailshell": MailshellStyle,
    "poplib": PoplibStyle,
    "imaplib": ImaplibStyle,
}
#: The names of the styles.
STYLES: tuple[str, ...] = tuple(_STYLES)


class Trace:
    """An observer of a session. ``level``, ``style``, ``show_secrets`` and ``explain`` may be changed at any time.

    ``write`` is given text of whole lines. ``secrets`` are those of the session's engine. ``colour`` only matters to
    the style ``mailshell``. ``tag_prefix`` is what this side's tags begin with; the style ``imaplib`` names it.
    """

    masks = True

    def __init__(
        self,
        engine_protocol: str,
        write: Callable[[str], object],
        *,
        level: int = 0,
        style: str = "mailshell",
        secrets: Secrets,
        show_secrets: bool = False,
        colour: bool = False,
        tag_prefix: str = "a",
        explain: bool = False,
    ) -> None:
        checked = _checked_level(level)
        self._settings = Settings(engine_protocol, write, secrets, checked, show_secrets, colour, tag_prefix)
        self._name = ""
        #: Whether known secrets have to be looked for in each read and write: the octets are shown as they come.
        self.masks = False
        self.style = style
        self.explain = explain

    @property
    def level(self) -> int:
        """How much is shown: 0 to 5."""
        return self._settings.level

    @level.setter
    def level(self, level: int) -> None:
        self._settings.level = _checked_level(level)
        self._note_masks()

    @property
    def style(self) -> str:
        """How it is shown: one of ``STYLES``."""
        return self._name

    @style.setter
    def style(self, style: str) -> None:
        if style not in _STYLES:
            raise ValueError(f"the trace style is one of {', '.join(_STYLES)}, not {style!r}")
        if style != self._name:
            self._name = style
            self._style = _STYLES[style](self._settings)
            self._note_masks()

    @property
    def show_secrets(self) -> bool:
        """Whether secrets are shown as they are."""
        return self._settings.show_secrets

    @show_secrets.setter
    def show_secrets(self, show: bool) -> None:
        self._settings.show_secrets = show
        self._note_masks()

    @property
    def colour(self) -> bool:
        """Whether the style ``mailshell`` writes colours."""
        return self._settings.colour

    @colour.setter
    def colour(self, colour: bool) -> None:
        self._settings.colour = colour

    @property
    def theme(self) -> str | None:
        """The background that colours are for; None for what the terminal tells."""
        return self._settings.theme

    @theme.setter
    def theme(self, theme: str | None) -> None:
        self._settings.theme = theme

    @property
    def explain(self) -> bool:
        """Whether each line is explained below it, in words; at level 0 there are no lines."""
        return self._settings.explainer is not None

    @explain.setter
    def explain(self, explain: bool) -> None:
        if explain != self.explain:
            self._settings.explainer = self._new_explainer() if explain else None

    @property
    def shows_findings(self) -> bool:
        """Whether ``finding`` shows anything."""
        return self._settings.level > 0 and isinstance(self._style, MailshellStyle)

    def finding(self, lines: Iterable[str], advice: str = "", *, tls: bool) -> None:
        """What is wrong with what the server said last, in lines fit for a terminal; the style ``mailshell`` shows it.

        Whoever observes the session as well gives it, after this trace was given the event. ``advice``, what can be
        done about it, stands below if lines are explained.
        """
        if self._settings.level and isinstance(self._style, MailshellStyle):
            self._style.finding(lines, advice, tls=tls)

    def _new_explainer(self) -> Explainer:
        # The tables are read only when somebody wants them.
        from mailshell.explain.explainer import Explainer

        return Explainer(self._settings.protocol, self._settings.secrets)

    def _note_masks(self) -> None:
        self.masks = self._name == "mailshell" and self._settings.level >= 4 and not self._settings.show_secrets

    def wire(self, event: WireEvent) -> None:
        """Something happened on the connection."""
        if type(event) is Connected:
            self._settings.start = event.time
            if self.explain:
                self._settings.explainer = self._new_explainer()
        if self._settings.level:
            self._style.wire(event)

    def event(self, event: Event, time: float, tls: bool) -> None:
        """The engine has read something."""
        if self._settings.level:
            self._style.event(event, time, tls)


def _checked_level(level: int) -> int:
    if not isinstance(level, int) or not 0 <= level <= 5:
        raise ValueError(f"the trace level is a number from 0 to 5, not {level!r}")
    return int(level)
