"""What may be kept and shown of a typed line: the rules of ``masking``, and what the session tells beside them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailshell.interpreter import python_api
from mailshell.interpreter.local import aliases
from mailshell.interpreter.masking import looks_like_response, mask_line, passes_on
from mailshell.protocol.exchange import Awaits
from mailshell.protocol.imap.state import Phase as ImapPhase
from mailshell.protocol.pop3.state import Phase as Pop3Phase
from mailshell.protocol.secrecy import mask_text

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


_WORD = re.compile(r"\S+")
#: What stands behind this is a line as it could be typed by itself.
_ALL = re.compile(r"\s*\.all\s+(?=\S)", re.IGNORECASE)
#: So many words of a local command are looked at.
_MOST_WORDS = 50
#: What stands after these is a sentence: a command is looked for only at its beginning, as where it is kept.
_TEXTS = (".note", ".mark")


class TypedMask:
    """Masks the lines of one interpreter."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter

    def line(self, line: str) -> str:
        """A typed line as it may be kept: arguments that are secret, and known secrets, masked."""
        if (found := _ALL.match(line)) is not None:
            return found[0] + self.line(line[found.end() :])
        if passes_on(line) or (self._interpreter.raw_mode and not line.startswith(".raw")):
            return self.raw(line)
        masked = self._local(line) if line.lstrip().startswith(".") else self._command(line)
        if masked == line and self.may_be_a_login(line):
            masked = f"{line.split()[0]} {mask_text('arguments')}"
        return self._interpreter.secrets.mask_str(masked)

    def _command(self, line: str) -> str:
        masked = mask_line(line, self._interpreter.catalogue)
        return masked if masked != line else aliases.mask(self._interpreter, line)

    def _local(self, line: str) -> str:
        """A local command, with whatever would be masked if it were typed by itself masked in its arguments."""
        if aliases.defined(line) is not None:
            return aliases.mask(self._interpreter, line)
        first, *words = _WORD.finditer(line)
        if any(name.startswith(first[0].lower()) for name in _TEXTS):
            words = words[:1]
        for word in [first, *words[:_MOST_WORDS]]:
            rest = line[word.start() :]
            masked = self._command(rest)
            if masked != rest:
                return line[: word.start()] + masked
        return line

    def may_be_a_login(self, line: str) -> bool:
        """Before login, a word that is no command and has arguments may be a mistyped LOGIN or PASS."""
        session = self._interpreter.session
        if (
            session is None
            or not session.is_open
            or line.lstrip().startswith(".")
            or aliases.find(self._interpreter, line)
        ):
            return False
        if session.engine.state.phase not in (ImapPhase.NOT_AUTHENTICATED, Pop3Phase.AUTHORIZATION):
            return False
        typed = self._interpreter.read(line)
        known = typed.record is not None or typed.word.lower() in python_api.WORDS
        return not known and bool(typed.arguments.strip())

    def raw(self, text: str) -> str:
        """The same for what goes out as it is: it may be, or go on with, a secret that the server waits for."""
        if self._interpreter.raw_secret or self._expects_secret() or self.is_late_response(text):
            return mask_text("response")
        lines = [mask_line(line, self._interpreter.catalogue) for line in text.split("\n")]
        return self._interpreter.secrets.mask_str("\n".join(lines))

    def _expects_secret(self) -> bool:
        """Whether a command waits for a secret: a SASL response, or a literal."""
        session = self._interpreter.session
        if session is None or not session.is_open or (owed := session.owed) is None:
            return False
        return (owed.record is not None and owed.record.takes_secret) or owed.awaits is Awaits.SASL

    def is_late_response(self, text: str) -> bool:
        """Whether raw text looks like the response to an AUTHENTICATE that the server has refused already."""
        sent = self._interpreter.raw_authentication
        refused = sent is not None and sent.status is not None and not sent.status.ok
        return refused and looks_like_response(text, self._interpreter.catalogue)

    def is_secret(self, line: str) -> bool:
        """Whether the line must not be kept in a history."""
        return self.line(line) != line
