"""Misbehaviours of IMAP in tags, capabilities, refusals and logins."""

from __future__ import annotations

from mailshell.misbehave.actions import End
from mailshell.misbehave.changes import Answer, Capabilities, Of, Rewrite
from mailshell.misbehave.imap.forms import (
    LOGINS,
    SELECT,
    SELECTS,
    before,
    behind,
    completion,
    data,
    go_ahead,
)
from mailshell.misbehave.misbehaviour import Misbehaviour

_CONDSTORE = "ENABLE CONDSTORE"
_ENABLE = Capabilities(add=(b"ENABLE", b"CONDSTORE"))
#: The beginning of a command with a synchronizing literal.
_LITERAL = r".raw x1 CREATE {5}\r\n"
_WITH_LITERAL = rb".*\{\d+\}\Z"

TABLE = (
    # Tags and what completes commands.
    Misbehaviour("unknown-tag", ("NOOP",), (before(b"zz99 OK done\r\n", b"NOOP"),)),
    Misbehaviour("tag-completed-twice", ("NOOP",), (behind(b"{tag} NO once more\r\n", b"NOOP"),)),
    Misbehaviour("completed-too-early", (_LITERAL,), (Answer(_WITH_LITERAL, (b"{tag} OK done\r\n",), early=True),)),
    Misbehaviour(
        "literal-read-as-command",
        (r".raw x1 CREATE {6+}\r\nVenice\r\n",),
        (Answer(rb".*\{\d+\+\}\Z", (b"{tag} BAD no literals here\r\n* BAD what is that command?\r\n",), early=True),),
    ),
    Misbehaviour(
        "refused-without-tag", ("NOOP",), (Answer(b"NOOP", (b"* BAD what is that?\r\n",), open=True),), wait=15
    ),
    Misbehaviour("unexpected-continuation", ("NOOP",), (before(b"+ go on\r\n", b"NOOP"),)),
    Misbehaviour("no-continuation", (_LITERAL,), (go_ahead(rb"\A.*\r\n", b"", _WITH_LITERAL),), wait=15),
    Misbehaviour("no-greeting", (), (Rewrite(Of.GREETING, rb"\A.*\r\n", b"+OK POP3 server ready\r\n"),), login=False),
    # Capabilities and extensions.
    Misbehaviour("enabled-missing", (_CONDSTORE,), (_ENABLE, Answer(b"ENABLE ", (b"{tag} OK enabled\r\n",)))),
    Misbehaviour(
        "enabled-missing-for-nothing",
        (_CONDSTORE, _CONDSTORE),
        (
            _ENABLE,
            Answer(b"ENABLE CONDSTORE", (b"* ENABLED CONDSTORE\r\n{tag} OK enabled\r\n",), most=1),
            Answer(b"ENABLE CONDSTORE", (b"{tag} OK enabled\r\n",)),
        ),
    ),
    Misbehaviour(
        "enabled-incomplete",
        (_CONDSTORE,),
        (_ENABLE, Answer(b"ENABLE ", (b"* ENABLED\r\n{tag} OK enabled\r\n",))),
    ),
    Misbehaviour("capabilities-not-told", ("CAPABILITY",), (completion(rb"\[CAPABILITY [^\]]*\] ?", b"", LOGINS),)),
    Misbehaviour(
        "capabilities-unstable",
        ("CAPABILITY",),
        (data(rb"\A\* CAPABILITY [^\r\n]*", b"* CAPABILITY IMAP4rev1 XAPPLEPUSHSERVICE", b"CAPABILITY"),),
    ),
    Misbehaviour(
        "greeting-tells-less",
        ("CAPABILITY",),
        (
            Rewrite(Of.GREETING, rb"(?<=\A\* OK )(?:\[[^\]]*\] ?)?", b"[CAPABILITY IMAP4rev1] "),
            data(rb"(?=\r\n\Z)", b" IDLE NAMESPACE UNSELECT", b"CAPABILITY"),
        ),
        login=False,
    ),
    Misbehaviour("capability-without-revision", ("CAPABILITY",), (Capabilities(drop=(b"IMAP4REV1", b"IMAP4REV2")),)),
    Misbehaviour(
        "advertised-and-refused",
        ("NAMESPACE",),
        (Capabilities(add=(b"NAMESPACE",)), Answer(b"NAMESPACE", (b"{tag} BAD unknown command\r\n",))),
    ),
    # Refusals.
    Misbehaviour(
        "id-required",
        (SELECT,),
        (Answer(SELECTS, (b"{tag} NO SELECT Unsafe Login. Please contact the postmaster\r\n",)),),
    ),
    Misbehaviour("id-refused-before-login", ("ID NIL",), (Answer(b"ID ", (b"{tag} BAD not now\r\n",)),), login=False),
    Misbehaviour(
        "legal-and-refused",
        ('STATUS "INBOX" (MESSAGES)',),
        (Answer(rb'STATUS "', (b"{tag} BAD what?\r\n",)),),
    ),
    Misbehaviour(
        "throttled-with-bad",
        ("NOOP",),
        (Answer(b"NOOP", (b"{tag} BAD Request is throttled. Suggested Backoff Time: 299961 milliseconds\r\n",)),),
    ),
    Misbehaviour("throttled-code", ("NOOP",), (Answer(b"NOOP", (b"{tag} NO [THROTTLED] later\r\n",)),)),
    Misbehaviour(
        "login-without-mailbox",
        (SELECT,),
        (Answer(SELECTS, (b"{tag} BAD User is authenticated but not connected.\r\n",)),),
    ),
    Misbehaviour(
        "closed-after-failed-login",
        ("LOGIN nobody wrong",),
        (completion(rb"\A(?P<line>\S+ NO .*\r\n)", (b"{line}", End()), LOGINS),),
        login=False,
    ),
)
