"""What FETCH, STORE and APPEND can name: data items, sections of a message, modifiers, forms of data.

A name that ends with ``[`` is followed by a section, ``]`` and perhaps a range (``BODY[TEXT]<0.100>``). The section
``1`` stands for the number of any part.
"""

from __future__ import annotations

from mailshell.protocol.terms import Term

ITEM = "fetch-item"
SECTION = "section"
CHANGE = "store-item"

# fmt: off
TERMS = (
    # Macros, which stand alone.
    Term("ALL", ITEM, "FLAGS, INTERNALDATE, RFC822.SIZE and ENVELOPE", "RFC 3501 6.4.5; RFC 9051 6.4.5"),
    Term("FAST", ITEM, "FLAGS, INTERNALDATE and RFC822.SIZE", "RFC 3501 6.4.5; RFC 9051 6.4.5"),
    Term("FULL", ITEM, "FLAGS, INTERNALDATE, RFC822.SIZE, ENVELOPE and BODY", "RFC 3501 6.4.5; RFC 9051 6.4.5"),
    # Of the base protocol.
    Term("FLAGS", ITEM, "The flags of the message", "RFC 3501 6.4.5; RFC 9051 6.4.5"),
    Term("UID", ITEM, "The UID, which stays while UIDVALIDITY stays", "RFC 3501 6.4.5; RFC 9051 6.4.5"),
    Term("INTERNALDATE", ITEM, "When the message arrived at the server", "RFC 3501 6.4.5; RFC 9051 6.4.5"),
    Term("RFC822.SIZE", ITEM, "The size of the message in octets", "RFC 3501 6.4.5; RFC 9051 6.4.5"),
    Term("ENVELOPE", ITEM, "Date, subject, addresses and Message-ID, taken apart", "RFC 3501 6.4.5; RFC 9051 6.4.5"),
    Term("BODY", ITEM, "The structure of the message, in short", "RFC 3501 6.4.5; RFC 9051 6.4.5"),
    Term("BODYSTRUCTURE", ITEM, "The structure of the message: its parts, types and sizes",
         "RFC 3501 6.4.5; RFC 9051 6.4.5"),
    Term("BODY[", ITEM, "The text of a section, or of the whole message; marks it as seen",
         "RFC 3501 6.4.5; RFC 9051 6.4.5", "[section]][<number.nz-number>]"),
    Term("BODY.PEEK[", ITEM, "The text of a section, or of the whole message; leaves the flags alone",
         "RFC 3501 6.4.5; RFC 9051 6.4.5", "[section]][<number.nz-number>]"),
    Term("RFC822", ITEM, "The whole message, as BODY[] (rev1 only)", "RFC 3501 6.4.5"),
    Term("RFC822.HEADER", ITEM, "The header, as BODY.PEEK[HEADER] (rev1 only)", "RFC 3501 6.4.5"),
    Term("RFC822.TEXT", ITEM, "The body, as BODY[TEXT] (rev1 only)", "RFC 3501 6.4.5"),
    # Of extensions.
    Term("BINARY[", ITEM, "A part with its transfer encoding undone; marks the message as seen",
         "RFC 3516 4.2; RFC 9051 6.4.5", "[part]][<number.nz-number>]", capability="BINARY"),
    Term("BINARY.PEEK[", ITEM, "A part with its transfer encoding undone; leaves the flags alone",
         "RFC 3516 4.2; RFC 9051 6.4.5", "[part]][<number.nz-number>]", capability="BINARY"),
    Term("BINARY.SIZE[", ITEM, "The size of a part with its transfer encoding undone",
         "RFC 3516 4.2; RFC 9051 6.4.5", "[part]]", capability="BINARY"),
    Term("MODSEQ", ITEM, "The number of the latest change of the message", "RFC 7162 3.1.4.2; RFC 4551 3.3.2",
         capability="CONDSTORE"),
    Term("EMAILID", ITEM, "The lasting identifier of the content; copies share it", "RFC 8474 5.1",
         capability="OBJECTID"),
    Term("THREADID", ITEM, "The lasting identifier of the conversation", "RFC 8474 5.2", capability="OBJECTID"),
    Term("PREVIEW", ITEM, "The first words of the message; (LAZY): only if they are at hand", "RFC 8970 3",
         "[(LAZY)]", capability="PREVIEW"),
    Term("SAVEDATE", ITEM, "When the message came into this mailbox", "RFC 8514 4.2", capability="SAVEDATE"),
    Term("ANNOTATION", ITEM, "Annotations of the message", "RFC 5257 4.3", "(entry attribute)",
         capability="ANNOTATE-EXPERIMENT-1"),
    Term("BODYPARTSTRUCTURE[", ITEM, "In CONVERT: the structure of a part after conversion", "RFC 5259 8.2", "part]",
         capability="CONVERT"),
    Term("AVAILABLECONVERSIONS[", ITEM, "In CONVERT: the types that a part can be converted to", "RFC 5259 8.4",
         "part]", capability="CONVERT"),
    # Of single vendors.
    Term("X-GM-MSGID", ITEM, "Gmail's number of the message, the same in all mailboxes", "Google",
         capability="X-GM-EXT-1"),
    Term("X-GM-THRID", ITEM, "Gmail's number of the conversation", "Google", capability="X-GM-EXT-1"),
    Term("X-GM-LABELS", ITEM, "Gmail's labels of the message", "Google", capability="X-GM-EXT-1"),
    Term("SNIPPET", ITEM, "The first words of the message; PREVIEW gets them today", "Dovecot", "[(FUZZY)]",
         capability="SNIPPET=FUZZY", obsolete=True),
    Term("X-SAVEDATE", ITEM, "When the message came into this mailbox, before there was SAVEDATE", "Dovecot",
         obsolete=True),
    # Of the past.
    Term("RFC822.PEEK", ITEM, "The whole message, with no change of flags", "RFC 1730 6.4.5", obsolete=True),
    Term("RFC822.TEXT.PEEK", ITEM, "The body, with no change of flags", "RFC 1730 6.4.5", obsolete=True),
    Term("RFC822.HEADER.LINES", ITEM, "Some fields of the header, by name", "RFC 1730 6.4.5", "(field-name ...)",
         obsolete=True),
    Term("RFC822.HEADER.LINES.NOT", ITEM, "The header without some fields", "RFC 1730 6.4.5", "(field-name ...)",
         obsolete=True),
    # Sections, within the brackets of BODY[].
    Term("HEADER", SECTION, "The header of the message", "RFC 3501 6.4.5; RFC 9051 6.4.5.1"),
    Term("HEADER.FIELDS", SECTION, "The fields of the header that have these names",
         "RFC 3501 6.4.5; RFC 9051 6.4.5.1", "(field-name ...)"),
    Term("HEADER.FIELDS.NOT", SECTION, "The fields of the header that have other names",
         "RFC 3501 6.4.5; RFC 9051 6.4.5.1", "(field-name ...)"),
    Term("MIME", SECTION, "The MIME header of a part; only behind its number", "RFC 3501 6.4.5; RFC 9051 6.4.5.1"),
    Term("TEXT", SECTION, "The body of the message, without the header", "RFC 3501 6.4.5; RFC 9051 6.4.5.1"),
    Term("1", SECTION, "A part by its number; 2.3 is the third part within the second",
         "RFC 3501 6.4.5; RFC 9051 6.4.5.1", "[.section]"),
    Term("0", SECTION, "The header of the message or of a part, by the number 0", "RFC 1730 6.4.5", obsolete=True),
    # Modifiers.
    Term("CHANGEDSINCE", "fetch-modifier", "Only messages that changed after this number",
         "RFC 7162 3.1.4.1; RFC 4551 3.3.1", "mod-sequence", capability="CONDSTORE"),
    Term("VANISHED", "fetch-modifier", "With CHANGEDSINCE: the UIDs that are gone, too",
         "RFC 7162 3.2.6; RFC 5162 3.2", capability="QRESYNC"),
    Term("PARTIAL", "fetch-modifier", "Only some of the messages: 1:100 the oldest, -1:-100 the newest",
         "RFC 9394 3.3", "number:number", capability="PARTIAL"),
    Term("LAZY", "fetch-modifier", "Behind PREVIEW: only what the server has at hand", "RFC 8970 4.1",
         capability="PREVIEW", place="PREVIEW"),
    Term("UNCHANGEDSINCE", "store-modifier", "Only messages that did not change after this number",
         "RFC 7162 3.1.3; RFC 4551 3.2", "mod-sequence", capability="CONDSTORE"),
    # What STORE changes.
    Term("FLAGS", CHANGE, "Replace the flags", "RFC 3501 6.4.6; RFC 9051 6.4.6", "(flag ...)"),
    Term("+FLAGS", CHANGE, "Add flags", "RFC 3501 6.4.6; RFC 9051 6.4.6", "(flag ...)"),
    Term("-FLAGS", CHANGE, "Take flags away", "RFC 3501 6.4.6; RFC 9051 6.4.6", "(flag ...)"),
    Term("FLAGS.SILENT", CHANGE, "Replace the flags, with no answer for each message",
         "RFC 3501 6.4.6; RFC 9051 6.4.6", "(flag ...)"),
    Term("+FLAGS.SILENT", CHANGE, "Add flags, with no answer for each message", "RFC 3501 6.4.6; RFC 9051 6.4.6",
         "(flag ...)"),
    Term("-FLAGS.SILENT", CHANGE, "Take flags away, with no answer for each message",
         "RFC 3501 6.4.6; RFC 9051 6.4.6", "(flag ...)"),
    Term("ANNOTATION", CHANGE, "Set annotations of the message", "RFC 5257 4.5", "(entry (attribute value ...) ...)",
         capability="ANNOTATE-EXPERIMENT-1"),
    Term("X-GM-LABELS", CHANGE, "Replace Gmail's labels", "Google", "(label ...)", capability="X-GM-EXT-1"),
    Term("+X-GM-LABELS", CHANGE, "Add labels of Gmail", "Google", "(label ...)", capability="X-GM-EXT-1"),
    Term("-X-GM-LABELS", CHANGE, "Take labels of Gmail away", "Google", "(label ...)", capability="X-GM-EXT-1"),
    # Forms of data for APPEND.
    Term("CATENATE", "append-data", "A message put together from texts and from parts on the server", "RFC 4469 3",
         "(part ...)", capability="CATENATE"),
    Term("TEXT", "append-data", "In CATENATE: a piece that is sent along", "RFC 4469 3", "literal",
         capability="CATENATE", place="CATENATE"),
    Term("URL", "append-data", "In CATENATE: a piece that is on the server", "RFC 4469 3", "url",
         capability="CATENATE", place="CATENATE"),
    Term("UTF8", "append-data", "A message whose header may hold UTF-8", "RFC 6855 4; RFC 5738 4", "(~literal)",
         capability="UTF8=ACCEPT"),
    Term("ANNOTATION", "append-data", "Annotations that the new message gets", "RFC 5257 4.7",
         "(entry (attribute value ...) ...)", capability="ANNOTATE-EXPERIMENT-1"),
)
