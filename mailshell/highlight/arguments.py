"""Follows the arguments of a command by its record in the catalogue: what kind stands in each place."""

from __future__ import annotations

from mailshell.protocol.catalogue import SECRET_KINDS, Command

#: Kinds that are written in parentheses: one that may be left out is there only if a parenthesis is.
_IN_PARENTHESES = frozenset(
    {
        "flags",
        "list-selection",
        "metadata-options",
        "search-return",
        "search-sources",
        "store-modifiers",
    }
)


class Arguments:
    """``begin`` is told each argument's first token. ``kind`` is that of the argument, empty if it is not known."""

    def __init__(self, record: Command | None = None) -> None:
        self._parsed = record.parsed if record is not None else ()
        self._at = 0
        self.kind = ""

    @property
    def secret(self) -> bool:
        """Whether the argument is masked wherever it goes, and with it all that follows in the line."""
        return self.kind in SECRET_KINDS

    def begin(self, token: str) -> None:
        """The next argument begins with this token."""
        while self._at < len(self._parsed):
            argument = self._parsed[self._at]
            if argument.kind == "keyword" and argument.name.upper() != token.upper() and argument.optional:
                self._skip(argument.group)
            elif self._is_left_out(token):
                self._at += 1
            else:
                if not argument.repeated:
                    self._at += 1
                self.kind = argument.kind
                return
        self.kind = ""

    def _is_left_out(self, token: str) -> bool:
        argument = self._parsed[self._at]
        if not argument.optional:
            return False
        if argument.kind in _IN_PARENTHESES:
            return not token.startswith("(")
        return argument.kind == "date-time" and not token.startswith('"')

    def _skip(self, group: int) -> None:
        while self._at < len(self._parsed) and self._parsed[self._at].group == group:
            self._at += 1
