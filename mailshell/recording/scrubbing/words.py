"""The words that stay: those of the protocols, of MIME, of headers, and those that servers speak to people with."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.imap.terms import TERMS as IMAP_TERMS
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3
from mailshell.protocol.pop3.terms import TERMS as POP3_TERMS

_WORD = re.compile(r"[A-Za-z0-9]+")
_MIME = """text plain html multipart mixed alternative related digest report signed encrypted charset utf us ascii iso
    windows format flowed delsp base64 quoted printable 7bit 8bit binary application octet stream pdf image png jpeg
    gif attachment inline filename name boundary rfc822 message delivery status protocol pkcs7 pgp signature mime type
    csv xml zip json calendar method external body partial version"""
_HEADERS = """from to cc bcc sender reply subject date message id in references received return path content
    disposition transfer encoding description language location list unsubscribe post archive help subscribe owner
    resent delivered x mailer user agent priority importance auto submitted dkim authentication results domain key
    precedence errors original envelope delivery header fields not"""
_SAID = """ok no bad bye ready server service imap imap4 imap4rev1 imap4rev2 pop pop3 completed complete done logged in
    out logging login logout success successful failed failure error errors invalid unknown command commands argument
    arguments missing too many few syntax bad mailbox mailboxes message messages octets selected select examine create
    created delete deleted rename renamed fetch store search copy move append expunge expunged flags permitted first
    unseen uids valid predicted next highest limited read only write access denied permission not found exists already
    does exist no such is are was the a an of for to and or from with by on at be been can could have has this that you
    your must please try again later now idle idling terminated connection closed closing timeout timed internal
    temporary temporarily unavailable begin tls negotiation starttls stls authentication authenticated authenticate
    authorization required supported unsupported allowed disabled enabled capability capabilities list follow follows
    maildrop mail marked locked lock unlocked noop unrecognized expected literal data send waiting continue input quota
    exceeded over limit signing off goodbye good welcome hello here secs sec seconds ms root nothing changed updated
    removed added subscribed unsubscribed status scan listing new total size bytes user pass password top retr dele rset
    quit stat uidl capa apop cancelled canceled aborted line long dot demo state session open ends end password
    response initial earlier tag waiting greeting
    transaction update digest secret token challenge length"""
#: Mailboxes with names that everybody has.
WELL_KNOWN = frozenset(
    b"inbox sent drafts draft trash junk spam archive archives outbox templates deleted messages items all mail"
    b" localhost".split()
)


def _split(texts: Iterable[str]) -> frozenset[bytes]:
    return frozenset(word.lower().encode() for text in texts for word in _WORD.findall(text))


#: In lower case.
STRUCTURAL = _split(
    [*IMAP, *POP3, _MIME, _HEADERS, _SAID]
    + [term.name for terms in (IMAP_TERMS, POP3_TERMS) for term in terms.values()]
    + [argument.name for table in (IMAP, POP3) for command in table.values() for argument in command.parsed
       if argument.kind == "keyword"]
    + ["Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun NIL DONE SILENT PEEK MODSEQ"]
)  # fmt: skip


def stays(word: bytes) -> bool:
    """Whether a word of letters and digits is one of them; a number is not."""
    return word.lower() in STRUCTURAL and not word.isdigit()
