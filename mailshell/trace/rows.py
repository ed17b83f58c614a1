"""Collects the rows of one event and writes them in one go, coloured if that is wanted."""

from __future__ import annotations

from mailshell.trace.settings import Settings

_MOST = 2000


class Rows:
    """``add`` rows, then ``flush``. Many rows are written in several goes, so that they don't pile up."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rows: list[tuple[str, str]] = []

    def add(self, prefix: str, text: str) -> None:
        """Add one row; its text holds no line end and no control characters."""
        self._rows.append((prefix, text))
        if len(self._rows) >= _MOST:
            self.flush()

    def flush(self) -> None:
        """Write what was added."""
        if not self._rows:
            return
        rows, self._rows = self._rows, []
        if self._settings.colour:
            from mailshell.trace.colour import paint

            self._settings.write(paint(rows, self._settings.theme, protocol=self._settings.protocol))
        else:
            self._settings.write("".join([f"{prefix}{text}\n" for prefix, text in rows]))
