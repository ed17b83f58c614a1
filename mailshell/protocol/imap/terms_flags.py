r"""Flags of messages: system flags with a backslash, keywords that are registered or in common use.

Keywords without ``$`` and those of single clients are here because servers show them; their source is the software.
"""

from __future__ import annotations

from mailshell.protocol.terms import Term

FLAG = "flag"
DRAFT = "draft-ietf-mailmaint-messageflag-mailboxattribute"

# fmt: off
TERMS = (
    # System flags.
    Term(r"\Seen", FLAG, "Message was read", "RFC 3501 2.3.2; RFC 9051 2.3.2"),
    Term(r"\Answered", FLAG, "Message was replied to", "RFC 3501 2.3.2; RFC 9051 2.3.2"),
    Term(r"\Flagged", FLAG, "Message is marked as urgent or notable", "RFC 3501 2.3.2; RFC 9051 2.3.2"),
    Term(r"\Deleted", FLAG, "Message goes with the next EXPUNGE", "RFC 3501 2.3.2; RFC 9051 2.3.2"),
    Term(r"\Draft", FLAG, "Message is not finished", "RFC 3501 2.3.2; RFC 9051 2.3.2"),
    Term(r"\Recent", FLAG, "Message is new in this session; nobody can set it (rev1 only)", "RFC 3501 2.3.2"),
    Term(r"\*", FLAG, "In PERMANENTFLAGS only: new keywords can be made", "RFC 3501 7.1; RFC 9051 7.1"),
    # Keywords of IMAP4rev2 and of the registry.
    Term("$Forwarded", FLAG, "Message was forwarded", "RFC 5788 3.4.2; RFC 9051 2.3.2"),
    Term("$MDNSent", FLAG, "The question for a receipt is settled; none must be sent again",
         "RFC 5788 3.4.1; RFC 9051 2.3.2; RFC 3503"),
    Term("$Junk", FLAG, "Message is junk", "RFC 9051 2.3.2", advice="Takes the opposite, $NotJunk, away"),
    Term("$NotJunk", FLAG, "Message is certainly no junk", "RFC 9051 2.3.2",
         advice="Takes the opposite, $Junk, away"),
    Term("$Phishing", FLAG, "Message probably tries to get hold of secrets", "RFC 9051 2.3.2",
         advice="With $Junk too: warn the user"),
    Term("$SubmitPending", FLAG, "Message waits to be sent", "RFC 5788 3.4.3; RFC 5550"),
    Term("$Submitted", FLAG, "Message is being sent, or was", "RFC 5788 3.4.4; RFC 5550"),
    Term("$Important", FLAG, "Message is likely to matter to the user", "RFC 8457 2"),
    # Of a draft of the IETF.
    Term("$HasAttachment", FLAG, "Message has an attachment", DRAFT),
    Term("$HasNoAttachment", FLAG, "Message has no attachment", DRAFT),
    Term("$AutoSent", FLAG, "Message was sent by a machine, for the user", DRAFT),
    Term("$CanUnsubscribe", FLAG, "Message comes from a list that one can leave safely", DRAFT),
    Term("$Unsubscribed", FLAG, "The user left the list that the message comes from", DRAFT),
    Term("$Followed", FLAG, "The user follows the conversation", DRAFT),
    Term("$Muted", FLAG, "The user does not follow the conversation", DRAFT),
    Term("$Memo", FLAG, "Message is a note to oneself about another one", DRAFT),
    Term("$HasMemo", FLAG, "There is a note about the message", DRAFT),
    Term("$Imported", FLAG, "Message was taken over from another account", DRAFT),
    Term("$IsTrusted", FLAG, "The server is certain who sent the message", DRAFT),
    Term("$MaskedEmail", FLAG, "Message came by an address made for one sender only", DRAFT),
    Term("$New", FLAG, "Message comes first, e.g. because it was put off until now", DRAFT),
    Term("$Notify", FLAG, "The user is to be told of the message", DRAFT),
    # In common use.
    Term("Junk", FLAG, "Message is junk, by the name before $Junk", "Apple"),
    Term("NonJunk", FLAG, "Message is no junk, by the name before $NotJunk", "Thunderbird"),
    Term("NotJunk", FLAG, "Message is no junk, by the name that Apple gave it", "Apple"),
    Term("Forwarded", FLAG, "Message was forwarded, by the name before $Forwarded", "Apple"),
    Term("Redirected", FLAG, "Message was passed on as it was", "Apple"),
    Term("$label1", FLAG, "Label 1 of the client: important", "Thunderbird"),
    Term("$label2", FLAG, "Label 2 of the client: work", "Thunderbird"),
    Term("$label3", FLAG, "Label 3 of the client: personal", "Thunderbird"),
    Term("$label4", FLAG, "Label 4 of the client: to do", "Thunderbird"),
    Term("$label5", FLAG, "Label 5 of the client: later", "Thunderbird"),
    Term("$MailFlagBit0", FLAG, "First of three bits that tell the colour of a flag", "Apple"),
    Term("$MailFlagBit1", FLAG, "Second of three bits that tell the colour of a flag", "Apple"),
    Term("$MailFlagBit2", FLAG, "Third of three bits that tell the colour of a flag", "Apple"),
    Term("$ATTACHMENT", FLAG, "Message has an attachment, by KMail's name", "KMail"),
    Term("$SENT", FLAG, "Message was sent", "KMail"),
    Term("$QUEUED", FLAG, "Message is in the outbox", "KMail"),
    Term("$REPLIED", FLAG, "Message was replied to, by KMail's name", "KMail"),
    Term("$TODO", FLAG, "Message is something to do", "KMail"),
    Term("$WATCHED", FLAG, "The user follows the conversation, by KMail's name", "KMail"),
    Term("$IGNORED", FLAG, "The user does not follow the conversation, by KMail's name", "KMail"),
)
