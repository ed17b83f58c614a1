"""The catalogues and tables that the tests of assist ask."""

from __future__ import annotations

from dataclasses import dataclass

from mailshell.assist.checks import check
from mailshell.assist.hints import hint
from mailshell.assist.position import Position, locate
from mailshell.assist.situation import Caution, Situation
from mailshell.protocol.catalogue import Catalogue
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.imap.terms import TERMS as IMAP_TERMS
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.protocol.pop3.terms import TERMS as POP3_TERMS
from mailshell.protocol.terms import Terms

#: Local commands, as the shell would name them: name and arguments.
LOCAL = {".help": "[NAME]", ".debug": "[0-5]", ".style": "[NAME]", ".state": "", ".caps": ""}


@dataclass(frozen=True)
class Protocol:
    """What the functions of assist are asked with."""

    name: str
    catalogue: Catalogue
    terms: Terms

    @property
    def tags(self) -> bool:
        return self.name == "imap"

    def locate(self, text: str) -> Position:
        return locate(text, self.catalogue, self.terms, tags=self.tags)

    def hint(self, text: str) -> str:
        return hint(text, self.catalogue, self.terms, tags=self.tags, local=LOCAL)

    def check(self, line: str, situation: Situation | None = None) -> list[Caution]:
        return check(line, self.catalogue, self.terms, situation or Situation(self.name))


PROTOCOLS = {"imap": Protocol("imap", IMAP, IMAP_TERMS), "pop3": Protocol("pop3", POP3, POP3_TERMS)}
EXAMPLES = [(protocol, record) for protocol in PROTOCOLS.values() for record in protocol.catalogue.values()]
