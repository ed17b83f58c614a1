"""The header fields that are common in mail, as FETCH and SEARCH name them."""

from __future__ import annotations

from mailshell.protocol.terms import Term

HEADER = "header"

# fmt: off
TERMS = (
    # Of every message.
    Term("Date", HEADER, "When the message was finished", "RFC 5322 3.6.1"),
    Term("From", HEADER, "Who wrote it", "RFC 5322 3.6.2"),
    Term("Sender", HEADER, "Who sent it, if somebody else", "RFC 5322 3.6.2"),
    Term("Reply-To", HEADER, "Where replies go", "RFC 5322 3.6.2"),
    Term("To", HEADER, "Whom it is for", "RFC 5322 3.6.3"),
    Term("Cc", HEADER, "Who gets a copy", "RFC 5322 3.6.3"),
    Term("Bcc", HEADER, "Who gets a copy that the others don't see", "RFC 5322 3.6.3"),
    Term("Message-ID", HEADER, "The name of the message, unlike any other", "RFC 5322 3.6.4"),
    Term("In-Reply-To", HEADER, "The message it replies to", "RFC 5322 3.6.4"),
    Term("References", HEADER, "The messages that led to it", "RFC 5322 3.6.4"),
    Term("Subject", HEADER, "What it is about", "RFC 5322 3.6.5"),
    Term("Comments", HEADER, "Remarks on it", "RFC 5322 3.6.5"),
    Term("Keywords", HEADER, "Words that tell what it is about", "RFC 5322 3.6.5"),
    # Sent on by hand.
    Term("Resent-Date", HEADER, "When it was sent on", "RFC 5322 3.6.6"),
    Term("Resent-From", HEADER, "Who sent it on", "RFC 5322 3.6.6"),
    Term("Resent-Sender", HEADER, "Who sent it on for somebody else", "RFC 5322 3.6.6"),
    Term("Resent-To", HEADER, "To whom it was sent on", "RFC 5322 3.6.6"),
    Term("Resent-Cc", HEADER, "Who got a copy when it was sent on", "RFC 5322 3.6.6"),
    Term("Resent-Bcc", HEADER, "Who got a hidden copy when it was sent on", "RFC 5322 3.6.6"),
    Term("Resent-Message-ID", HEADER, "The name it got when it was sent on", "RFC 5322 3.6.6"),
    # The way it took.
    Term("Return-Path", HEADER, "Where errors are reported", "RFC 5322 3.6.7"),
    Term("Received", HEADER, "A server on its way; the last one is on top", "RFC 5322 3.6.7"),
    Term("Delivered-To", HEADER, "The address it was delivered to", "RFC 9228"),
    Term("X-Original-To", HEADER, "The address before any alias", "Postfix"),
    Term("Envelope-To", HEADER, "The address it was delivered to, as Exim writes it", "Exim"),
    # MIME.
    Term("MIME-Version", HEADER, "That it is written in MIME; always 1.0", "RFC 2045 4"),
    Term("Content-Type", HEADER, "The type of the content, and its character set", "RFC 2045 5"),
    Term("Content-Transfer-Encoding", HEADER, "How the content is made fit for the way", "RFC 2045 6"),
    Term("Content-ID", HEADER, "The name of a part", "RFC 2045 7"),
    Term("Content-Description", HEADER, "What a part is, in words", "RFC 2045 8"),
    Term("Content-Disposition", HEADER, "Whether to show it or to offer it as a file", "RFC 2183"),
    Term("Content-Language", HEADER, "The language of the content", "RFC 3282"),
    Term("Content-Location", HEADER, "The address of the content on the web", "RFC 2557"),
    Term("Content-MD5", HEADER, "A checksum of the content", "RFC 1864"),
    Term("Content-Duration", HEADER, "How many seconds a sound lasts", "RFC 3803"),
    Term("Accept-Language", HEADER, "The languages that the sender reads", "RFC 3282"),
    # Mailing lists.
    Term("List-Id", HEADER, "The name of the mailing list", "RFC 2919"),
    Term("List-Post", HEADER, "How to write to the list", "RFC 2369 3.4"),
    Term("List-Subscribe", HEADER, "How to join the list", "RFC 2369 3.3"),
    Term("List-Unsubscribe", HEADER, "How to leave the list", "RFC 2369 3.2"),
    Term("List-Unsubscribe-Post", HEADER, "How to leave the list with one click", "RFC 8058"),
    Term("List-Help", HEADER, "How to get help about the list", "RFC 2369 3.1"),
    Term("List-Owner", HEADER, "Who keeps the list", "RFC 2369 3.5"),
    Term("List-Archive", HEADER, "Where old messages of the list are", "RFC 2369 3.6"),
    Term("Archived-At", HEADER, "Where this message is kept on the web", "RFC 5064"),
    Term("Precedence", HEADER, "bulk, list or junk: don't answer by machine", "sendmail"),
    # Signatures and checks.
    Term("DKIM-Signature", HEADER, "A signature of the sender's domain", "RFC 6376"),
    Term("Authentication-Results", HEADER, "What a server found when it checked the sender", "RFC 8601"),
    Term("Received-SPF", HEADER, "Whether the sending server may speak for its domain", "RFC 7208"),
    Term("ARC-Seal", HEADER, "A seal on the checks of earlier servers", "RFC 8617"),
    Term("ARC-Message-Signature", HEADER, "A signature of a server on the way", "RFC 8617"),
    Term("ARC-Authentication-Results", HEADER, "What an earlier server found when it checked the sender", "RFC 8617"),
    Term("BIMI-Selector", HEADER, "Which logo of the sender to show",
         "draft-brand-indicators-for-message-identification"),
    Term("Autocrypt", HEADER, "The sender's key for encryption", "Autocrypt"),
    Term("TLS-Required", HEADER, "Whether it may go on without TLS", "RFC 8689"),
    # Receipts and answers by machine.
    Term("Disposition-Notification-To", HEADER, "Who wants to know that it was read", "RFC 8098"),
    Term("Return-Receipt-To", HEADER, "Who wants to know that it arrived", "sendmail"),
    Term("Auto-Submitted", HEADER, "Whether a machine wrote it", "RFC 3834"),
    Term("X-Auto-Response-Suppress", HEADER, "Which answers by machine it does not want", "Microsoft"),
    Term("X-Failed-Recipients", HEADER, "The addresses that could not be reached", "Exim"),
    # How much it matters.
    Term("Importance", HEADER, "high, normal or low", "RFC 2156"),
    Term("Priority", HEADER, "urgent, normal or non-urgent", "RFC 2156"),
    Term("X-Priority", HEADER, "From 1, the highest, to 5", "Microsoft"),
    Term("X-MSMail-Priority", HEADER, "High, Normal or Low, as Outlook writes it", "Microsoft"),
    Term("Sensitivity", HEADER, "Personal, private or confidential", "RFC 2156"),
    Term("Expires", HEADER, "When it is of no more use", "RFC 4021"),
    # Programs.
    Term("User-Agent", HEADER, "The program that wrote it", "RFC 5536"),
    Term("X-Mailer", HEADER, "The program that wrote it, by the older name", "Microsoft"),
    Term("Organization", HEADER, "The organization of the sender", "RFC 5536"),
    Term("Newsgroups", HEADER, "The newsgroups it was posted to", "RFC 5536"),
    Term("X-Originating-IP", HEADER, "The address of the sender's computer", "Microsoft"),
    # Spam.
    Term("X-Spam-Flag", HEADER, "YES if it is spam", "SpamAssassin"),
    Term("X-Spam-Status", HEADER, "Whether it is spam, and why", "SpamAssassin"),
    Term("X-Spam-Score", HEADER, "How much it looks like spam", "SpamAssassin"),
    Term("X-Spam-Level", HEADER, "How much it looks like spam, in stars", "SpamAssassin"),
    # Of single vendors.
    Term("Thread-Topic", HEADER, "The subject that began the conversation", "Microsoft"),
    Term("Thread-Index", HEADER, "The place in the conversation, as Outlook counts", "Microsoft"),
    Term("X-Gmail-Labels", HEADER, "Labels of Gmail, in exported mail", "Google"),
    Term("X-GM-Message-State", HEADER, "Data of Google that nobody else can read", "Google"),
)
