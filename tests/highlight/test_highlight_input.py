"""What is typed at the prompt and its tokens."""

from __future__ import annotations

import pytest
from highlight_support import shown

from mailshell.highlight.input import InputLexer
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3

BOTH = [
    ("noop", "Command noop"),
    ("  NOOP ", "Command NOOP"),
    ("NO", "Atom NO"),
    ("NOOPS", "UnknownCommand NOOPS"),
    (".debug 3", "LocalCommand .debug|Number 3"),
    (".help NOOP", "LocalCommand .help|Command NOOP"),
    (".open imaps://ana:geheim@mail.example", "LocalCommand .open|Atom imaps://ana:|Secret geheim|Atom @mail.example"),
    (".open imaps://mail.example", "LocalCommand .open|Atom imaps://mail.example"),
    ("", ""),
    ("   ", ""),
]
IN_IMAP = [
    # Commands, known or not.
    ("FETCH 1:* (FLAGS UID)", "Command FETCH|Number 1:*|Punctuation (|Item FLAGS|Item UID|Punctuation )"),
    ("uid", "Command uid"),
    ("uid fet", "Command uid|Atom fet"),
    ("uid frob", "UnknownCommand uid|Atom frob"),
    ("uid fetch 1", "Command uid|Command fetch|Number 1"),
    ("getquotaroot INBOX", "Command getquotaroot|Mailbox INBOX"),
    ("fro 1", "UnknownCommand fro|Number 1"),
    ("STAT", "Atom STAT"),
    # Tags of one's own.
    ("x9 NOOP", "Tag x9|Command NOOP"),
    ("x9 FROB", "Tag x9|UnknownCommand FROB"),
    ("whatever NOOP", "Tag whatever|Command NOOP"),
    # Flags, sections, search keys.
    (r"STORE 2 -FLAGS \Seen", r"Command STORE|Number 2|Item -FLAGS|Flag \Seen"),
    ("STORE 2 +FLAGS.SILENT ($Junk x)", "Command STORE|Number 2|Item +FLAGS.SILENT|Punctuation (|Flag $Junk|Flag x|"
     "Punctuation )"),
    ("FETCH 1 BODY[1.MIME]", "Command FETCH|Number 1|Item BODY|Punctuation [|Number 1|Item .MIME|Punctuation ]"),
    ('SEARCH CHARSET UTF-8 "x y"', 'Command SEARCH|Item CHARSET|Atom UTF-8|String "x y"'),
    # Files and literals.
    ("FETCH 1 BODY[] > a.eml", "Command FETCH|Number 1|Item BODY|Punctuation [|Punctuation ]|Redirection >|File a.eml"),
    ('NOOP > "a b"', 'Command NOOP|Redirection >|File "a b"'),
    ('SELECT "a > b"', 'Command SELECT|Mailbox "a > b"'),
    ("APPEND x @crlf:mail.eml", "Command APPEND|Mailbox x|File @crlf:mail.eml"),
    (r'APPEND x (\Seen) @"my mail"', r'Command APPEND|Mailbox x|Punctuation (|Flag \Seen|Punctuation )|'
     'File @"my mail"'),
    ('SELECT "@x"', 'Command SELECT|Mailbox "@x"'),
    ("LOGIN ana @password.txt", "Command LOGIN|Atom ana|File @password.txt"),
    ("APPEND x {}", "Command APPEND|Mailbox x|Literal {}"),
    ("APPEND x {12+}", "Command APPEND|Mailbox x|Literal {12+}"),
    # Secrets.
    ("LOGIN ana geheim", "Command LOGIN|Atom ana|Secret geheim"),
    ('LOGIN ana "ge heim" x', 'Command LOGIN|Atom ana|Secret "ge heim" x'),
    ("LOGIN ana ⟦password⟧", "Command LOGIN|Atom ana|Secret ⟦password⟧"),
    ("x9 LOGIN ana geheim", "Tag x9|Command LOGIN|Atom ana|Secret geheim"),
    ("login_cram_md5 ana geheim", "LocalCommand login_cram_md5|Atom ana|Secret geheim"),
    ("PASS geheim", "UnknownCommand PASS|Secret geheim"),
    (r".raw a1 LOGIN ana geheim\r\n", r"LocalCommand .raw|Tag a1|Command LOGIN|Atom ana|Secret geheim|"
     r"Escape \r|Escape \n"),
    (r'send "a1 LOGIN ana geheim\r\n"', 'LocalCommand send|Punctuation "|Tag a1|Command LOGIN|Atom ana|Secret geheim|'
     r'Escape \r|Escape \n|Punctuation "'),
    ("xatom LOGIN ana geheim", "LocalCommand xatom|Command LOGIN|Atom ana|Secret geheim"),
]  # fmt: skip
IN_POP3 = [
    ("RETR 1 > a.eml", "Command RETR|Number 1|Redirection >|File a.eml"),
    ("LIST", "Command LIST"),
    ("pass_ ge heim", "Command pass_|Secret ge heim"),
    ("LOGIN ana geheim", "UnknownCommand LOGIN|Atom ana|Secret geheim"),
    ("a1 STAT", "UnknownCommand a1|Atom STAT"),
    ("APOP ana abcdef", "Command APOP|Atom ana|Secret abcdef"),
]


@pytest.mark.parametrize(("line", "expected"), BOTH + IN_IMAP)
def test_imap(line: str, expected: str) -> None:
    assert shown(InputLexer(IMAP), line) == expected


@pytest.mark.parametrize(("line", "expected"), BOTH + IN_POP3)
def test_pop3(line: str, expected: str) -> None:
    assert shown(InputLexer(POP3), line) == expected


def test_further_words() -> None:
    lexer = InputLexer(IMAP, {".help", "getwelcome"})
    assert shown(lexer, ".help") == "LocalCommand .help"
    assert shown(lexer, ".he") == "LocalCommand .he"
    assert shown(lexer, ".frob") == "UnknownCommand .frob"
    assert shown(lexer, "getwelcome") == "LocalCommand getwelcome"
    assert shown(InputLexer(IMAP), "getwelcome") == "UnknownCommand getwelcome"
