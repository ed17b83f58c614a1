"""The untagged responses of IMAP4, and the ``+`` of a continuation.

``arguments`` is what follows the name; what comes before it (the number of a message) is told in the help.
"""

from __future__ import annotations

from mailshell.protocol.terms import Term

REPLY = "response"

# fmt: off
TERMS = (
    # Status responses, tagged or not.
    Term("OK", REPLY, "It went well; untagged: information", "RFC 3501 7.1.1; RFC 9051 7.1.1", "[code] text"),
    Term("NO", REPLY, "It failed; untagged: a warning", "RFC 3501 7.1.2; RFC 9051 7.1.2", "[code] text"),
    Term("BAD", REPLY, "The server did not understand the command, or has a fault of its own",
         "RFC 3501 7.1.3; RFC 9051 7.1.3", "[code] text"),
    Term("PREAUTH", REPLY, "A greeting: you are logged in already", "RFC 3501 7.1.4; RFC 9051 7.1.4", "[code] text",
         advice="STARTTLS is no longer possible; close the connection if you need it"),
    Term("BYE", REPLY, "The server is about to close the connection", "RFC 3501 7.1.5; RFC 9051 7.1.5", "[code] text"),
    Term("+", REPLY, "The server waits for the rest of the command", "RFC 3501 7.5; RFC 9051 7.6", "text|base64"),
    # The server.
    Term("CAPABILITY", REPLY, "What the server can do", "RFC 3501 7.2.1; RFC 9051 7.2.2", "capability ..."),
    Term("ENABLED", REPLY, "The extensions that are switched on from here on", "RFC 5161 3.2; RFC 9051 7.2.1",
         "[capability ...]", capability="ENABLE"),
    Term("ID", REPLY, "Who the server is", "RFC 2971 3.2", "NIL|(field value ...)", capability="ID"),
    Term("LANGUAGE", REPLY, "The languages of the server's texts, or the one chosen", "RFC 5255 3.3", "(language ...)",
         capability="LANGUAGE"),
    Term("COMPARATOR", REPLY, "The rule that compares texts, and others that fit", "RFC 5255 4.8",
         "comparator [(comparator ...)]", capability="I18NLEVEL=2"),
    Term("JMAPACCESS", REPLY, "The address of the JMAP service of this account", "RFC 9698", "url",
         capability="JMAPACCESS"),
    # Mailboxes.
    Term("LIST", REPLY, "A mailbox: its attributes, the delimiter of the hierarchy, its name",
         "RFC 3501 7.2.2; RFC 9051 7.3.1; RFC 5258 6", "(attribute ...) delimiter mailbox [(item ...)]"),
    Term("LSUB", REPLY, "A subscribed mailbox, in the form of LIST (rev1 only)", "RFC 3501 7.2.3",
         "(attribute ...) delimiter mailbox"),
    Term("XLIST", REPLY, "A mailbox with its special use, in the form of LIST", "Google",
         "(attribute ...) delimiter mailbox", capability="XLIST", obsolete=True),
    Term("SCAN", REPLY, "A mailbox that contains the text", "UW-IMAP", "(attribute ...) delimiter mailbox",
         capability="SCAN", obsolete=True),
    Term("NAMESPACE", REPLY, "Where own, other users' and shared mailboxes begin", "RFC 2342 5; RFC 9051 7.3.2",
         "own others shared", capability="NAMESPACE"),
    Term("STATUS", REPLY, "The counts of a mailbox", "RFC 3501 7.2.4; RFC 9051 7.3.3", "mailbox (item value ...)"),
    Term("FLAGS", REPLY, "The flags that are known in this mailbox", "RFC 3501 7.2.6; RFC 9051 7.3.5", "(flag ...)"),
    Term("EXISTS", REPLY, "How many messages there are, as a number in front",
         "RFC 3501 7.3.1; RFC 9051 7.4.1"),
    Term("RECENT", REPLY, "How many messages are new in this session, as a number in front (rev1 only)",
         "RFC 3501 7.3.2"),
    # Messages.
    Term("EXPUNGE", REPLY, "The message with the number in front is gone; all after it move up by one",
         "RFC 3501 7.4.1; RFC 9051 7.5.1"),
    Term("VANISHED", REPLY, "The messages with these UIDs are gone; EARLIER: since you looked last",
         "RFC 7162 3.2.10; RFC 5162 3.6", "[(EARLIER)] uid-set", capability="QRESYNC"),
    Term("FETCH", REPLY, "Data of the message with the number in front", "RFC 3501 7.4.2; RFC 9051 7.5.2",
         "(item value ...)"),
    Term("UIDFETCH", REPLY, "Data of the message with the UID in front", "RFC 9586", "(item value ...)",
         capability="UIDONLY"),
    Term("CONVERTED", REPLY, "Parts of the message with the number in front, converted", "RFC 5259 8.1",
         "(TAG tag) (item value ...)", capability="CONVERT"),
    Term("CONVERSION", REPLY, "A conversion that the server can do", "RFC 5259 5.2", "from to [(parameter ...)]",
         capability="CONVERT"),
    # Results of a search.
    Term("SEARCH", REPLY, "The messages found (rev1 only)", "RFC 3501 7.2.5; RFC 7162 3.1.6",
         "[number ...] [(MODSEQ mod-sequence)]"),
    Term("ESEARCH", REPLY, "What a search found, by the options asked for",
         "RFC 4731 3.1; RFC 9051 7.3.4; RFC 4466 2.6.2; RFC 7377 2.1", "[(TAG tag ...)] [UID] [option value ...]",
         capability="ESEARCH"),
    Term("SORT", REPLY, "The messages found, in the order asked for", "RFC 5256 4", "[number ...]", capability="SORT"),
    Term("THREAD", REPLY, "The messages found, as conversations", "RFC 5256 4", "[(number ...) ...]",
         capability="THREAD="),
    Term("UIDBATCHES", REPLY, "Ranges of UIDs that hold so many messages each", "RFC 10022", "(TAG tag) uid-ranges",
         capability="UIDBATCHES"),
    # Rights, quotas, annotations, URLs.
    Term("ACL", REPLY, "Who has which rights on a mailbox", "RFC 4314 3.6; RFC 2086 5.1",
         "mailbox [identifier rights ...]", capability="ACL"),
    Term("LISTRIGHTS", REPLY, "Which rights somebody has anyway, and which could be given",
         "RFC 4314 3.7; RFC 2086 5.2", "mailbox identifier rights [rights ...]", capability="ACL"),
    Term("MYRIGHTS", REPLY, "Your rights on a mailbox", "RFC 4314 3.8; RFC 2086 5.3", "mailbox rights",
         capability="ACL"),
    Term("QUOTA", REPLY, "Use and limit of each resource of a quota root", "RFC 9208 4.2.1; RFC 2087 5.1",
         "root (resource usage limit ...)", capability="QUOTA"),
    Term("QUOTAROOT", REPLY, "The quota roots of a mailbox", "RFC 9208 4.2.2; RFC 2087 5.2", "mailbox [root ...]",
         capability="QUOTA"),
    Term("METADATA", REPLY, "Annotations of a mailbox or of the server, or the names of those changed",
         "RFC 5464 4.4", "mailbox (entry value ...)|entry ...", capability="METADATA"),
    Term("ANNOTATION", REPLY, "Annotations of a mailbox, as before METADATA", "draft-daboo-imap-annotatemore",
         "mailbox entry (attribute value ...)", capability="ANNOTATEMORE", obsolete=True),
    Term("GENURLAUTH", REPLY, "URLs by which others may read", "RFC 4467 8", "url ...", capability="URLAUTH"),
    Term("URLFETCH", REPLY, "What URLs point to", "RFC 4467 8", "url data ...", capability="URLAUTH"),
    # Of single vendors.
    Term("ACCOUNT-URL", REPLY, "The page that manages the account", "Netscape", "url", capability="X-NETSCAPE"),
    Term("VERSION", REPLY, "The version of the server, or of the protocol before IMAP4", "Netscape; IMAP2", "version"),
    Term("XSENDER", REPLY, "Which sender of a message was authenticated", "Netscape", "address",
         capability="XSENDER", obsolete=True),
    Term("XSERVERINFO", REPLY, "The pages that manage the account, by name", "Netscape", "name url ...",
         capability="XSERVERINFO", obsolete=True),
    Term("XAPPLEPUSHSERVICE", REPLY, "The service to which a device was registered", "Apple", "key value ...",
         capability="XAPPLEPUSHSERVICE"),
    Term("DUMP", REPLY, "A mailbox, written out as a whole", "Cyrus", "mailbox data"),
    Term("RACLMODSEQ", REPLY, "When rights on others' mailboxes changed", "Cyrus", "mod-sequence"),
    # Of the past.
    Term("MAILBOX", REPLY, "The name of a mailbox, before there was LIST", "RFC 1176; RFC 1730 9", "mailbox",
         obsolete=True),
    Term("BBOARD", REPLY, "The name of a bulletin board", "RFC 1176", "name", obsolete=True),
    Term("COPY", REPLY, "The message with the number in front was copied", "RFC 1730 9", obsolete=True),
    Term("STORE", REPLY, "Data of a message, before FETCH answered STORE", "RFC 1730 9", "(item value ...)",
         obsolete=True),
)
