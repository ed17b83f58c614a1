"""The form in which a hint shows what may stand in a place, by its kind.

``{}`` is the name of the argument: ``reference`` and ``new-mailbox`` say more than ``mailbox`` twice. Within
parentheses the elements have no parentheses of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailshell.assist.position import Expected
from mailshell.assist.slots import MORE_KINDS, Slot
from mailshell.protocol.catalogue import KINDS
from mailshell.protocol.terms import KINDS as TERM_KINDS

_NAME = "{}"
_LIST = "({})"

#: The form of each kind of argument; any other kind, and all within parentheses, is shown by its name.
FORMS: Mapping[str, str] = {
    # One word or string.
    **dict.fromkeys(
        (
            "astring", "atom", "base64", "charset", "digest", "identifier",
            "lines", "list-mailbox", "mailbox", "message", "mime-type", "nstring", "number", "number-range",
            "quota-root", "rights", "sasl-mechanism", "secret", "sequence-set", "string", "text",
            "thread-algorithm", "uid", "uid-set", "user",
        ),
        _NAME,
    ),
    # A list.
    **dict.fromkeys(
        (
            "annotation-values", "create-parameters", "fetch-items", "fetch-modifiers", "flags", "id-parameters",
            "list-return", "list-selection", "metadata-entries", "metadata-options", "metadata-values", "parameters",
            "quota-limits", "search-return", "search-sources", "select-parameters", "sort-criteria", "status-items",
            "store-modifiers",
        ),
        _LIST,
    ),
    # What has a form of its own.
    "annotation-attributes": "attribute",
    "annotation-entries": "entry",
    "append-data": "{literal}",
    "capability": "capability",
    "comparator": "comparator",
    "date-time": '"{}"',
    "header": "field-name",
    "language": "language",
    "literal": "{literal}",
    "notify-events": "SET|NONE",
    "partial": "first.count>",
    "search-key": "search-key",
    "search-keys": "search-key",
    "store-operation": "[+-]FLAGS[.SILENT]",
    "tag": "tag",
    "url": "url",
}  # fmt: skip


def form(expected: Expected) -> str:
    """What may stand in a place, as a hint shows it; in brackets, with what goes with it, if it may be left out."""
    shown = _bare_form(expected)
    if not expected.optional:
        return shown
    return f"[{' '.join([shown, *map(form, expected.then)])}]"


def form_of(slot: Slot) -> str:
    """What must stand in a place, as a hint shows it."""
    return _bare_form(Expected(slot.name, slot.kind, False, slot.element))


def _bare_form(expected: Expected) -> str:
    template = FORMS.get(expected.kind, _NAME)
    if set("(|") & set(expected.name) or (expected.listed and (template == _LIST or expected.kind == "append-data")):
        return expected.name
    # The braces of a literal are its own.
    return template if template.startswith("{l") else template.format(expected.name)


def is_list(kind: str) -> bool:
    """Whether an argument of this kind is written in parentheses."""
    return FORMS.get(kind) == _LIST


def kind_in_words(kind: str) -> str:
    """How a kind is called in a sentence."""
    return KINDS.get(kind) or TERM_KINDS.get(kind) or MORE_KINDS[kind]
