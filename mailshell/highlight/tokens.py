"""The types of tokens. Each is derived from one of pygments' own, so that any style knows how to show it."""

from __future__ import annotations

from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, Punctuation, String, Text, Whitespace

#: What is sent: a command of the catalogue, one that is not there, one of mailshell's own.
Command = Keyword.Command
UnknownCommand = Name.UnknownCommand
LocalCommand = Name.Builtin.LocalCommand

#: What pairs a command with its answer; ``*`` of untagged responses.
Tag = Name.Tag.Mail
#: ``+`` of a continuation request.
Continuation = Operator.Continuation

StatusOk = Generic.Inserted.Ok
StatusNo = Generic.Deleted.No
StatusBad = Generic.Error.Bad
#: The name of a response code.
Code = Name.Decorator.Code
#: The name of an untagged response.
Response = Keyword.Type.Response

#: A data item, a search key, a section of a message: a word with a meaning of its own.
Item = Name.Attribute.Item
Capability = Name.Builtin.Capability
Flag = Name.Constant.Flag
Mailbox = Name.Namespace.Mailbox
Header = Name.Property.Header
Nil = Keyword.Constant.Nil
#: A number, a sequence set, the number of a part, a partial range.
Number = Number.Integer.Mail
String = String.Double.Mail
#: What announces a literal.
Literal = String.Heredoc.Literal
#: A secret, or the mask in its place.
Secret = Comment.Special.Secret
#: A word without a meaning that is known here.
Atom = Name.Atom
#: The contents of a literal or of a multi-line reply.
Contents = Text.Contents
#: A file to be read (``@FILE``) or written (``> FILE``).
File = String.Other.File
Redirection = Operator.Redirection
#: An octet that is not shown as it is.
Escape = String.Escape.Mail

#: What stands in front of a line of a transcript.
Client = Generic.Prompt.Client
Server = Generic.Output.Server
Request = Generic.Heading.Request
#: What is told about the lines, and is not part of them.
Note = Comment.Single.Note
Dump = Comment.Single.Dump
Surprise = Generic.Error.Surprise

__all__ = [
    "Atom",
    "Capability",
    "Client",
    "Code",
    "Command",
    "Contents",
    "Continuation",
    "Dump",
    "Escape",
    "File",
    "Flag",
    "Header",
    "Item",
    "Literal",
    "LocalCommand",
    "Mailbox",
    "Nil",
    "Note",
    "Number",
    "Punctuation",
    "Redirection",
    "Request",
    "Response",
    "Secret",
    "Server",
    "StatusBad",
    "StatusNo",
    "StatusOk",
    "String",
    "Surprise",
    "Tag",
    "Text",
    "UnknownCommand",
    "Whitespace",
]
