"""BODYSTRUCTURE as a tree: a line for each part, with the section number that BODY[...] takes."""

from __future__ import annotations

from mailshell.protocol.imap.data import BodyStructure
from mailshell.render.encoded import decode_parameter, decode_words
from mailshell.render.shown import shown
from mailshell.render.tree import Drawing, Node, draw
from mailshell.render.values import counted, quoted, size

#: Parameters that have a place of their own in the line, or that tell a person nothing.
_PLACED = frozenset({"charset", "name", "filename", "boundary"})


def structure_lines(structure: BodyStructure, drawing: Drawing, width: int) -> list[str]:
    """The tree. Its first line is the message itself."""
    return draw(_node(structure, None), drawing, width)


def _node(part: BodyStructure, parent: str | None) -> Node:
    return Node(_describe(part, parent), [_node(inner, part.section) for inner in part.parts])


def _describe(part: BodyStructure, parent: str | None) -> list[str]:
    # A multipart within a message/rfc822 bears its section number (RFC 9051 section 6.4.5.1): shown once.
    words = [part.section] if part.section and part.section != parent else []
    words.append(f"{shown(part.type)}/{shown(part.subtype)}")
    if part.size is not None:
        words.append(size(part.size))
    if part.encoding is not None:
        words.append(shown(part.encoding.lower()))
    if part.lines is not None:
        words.append(counted(part.lines, "line"))
    charset = decode_parameter(part.parameters, "charset")
    if charset is not None:
        words.append(f"charset={shown(charset)}")
    name = decode_parameter(part.parameters, "name")
    filename = decode_parameter(part.disposition_parameters, "filename")
    if name is not None and name != filename:
        words.append(f"name={quoted(name)}")
    words += [
        f"{shown(key)}={shown(value)}" for key, value in part.parameters if key.lower().partition("*")[0] not in _PLACED
    ]
    if part.disposition is not None:
        words.append(shown(part.disposition.lower()))
    if filename is not None:
        words.append(quoted(filename))
    if part.description is not None:
        words.append(f"description {quoted(decode_words(part.description))}")
    if part.id is not None:
        words.append(f"id {shown(part.id)}")
    if part.language:
        words.append("language " + ",".join(shown(language) for language in part.language))
    if part.envelope is not None and part.envelope.subject is not None:
        words.append(f"subject {quoted(decode_words(part.envelope.subject))}")
    return words
