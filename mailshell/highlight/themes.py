"""Styles for pygments and prompt_toolkit: for a dark background, a light one, and one that is not known.

Every colour is one of the 216 and 24 that a terminal of 256 colours has, so that it is shown as it was chosen. Against
its background each has a contrast of at least 4.5:1 (WCAG 2.1, 1.4.3); those of the neutral style have 3.6:1 against
black and white alike. Colour never tells alone: what a command of the catalogue and an unknown one, a secret and a
word, a surprise and a line have apart is also bold, underlined or set off by a background.
"""

from __future__ import annotations

from typing import ClassVar

from pygments.style import Style
from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Text,
    Token,
    _TokenType,
)

from mailshell.highlight import tokens as t


def _rules(colours: dict[str, str]) -> dict[_TokenType, str]:
    """The rules of a style: which colour of its palette stands for what, and what is bold or underlined."""
    blue, cyan, green, red = colours["blue"], colours["cyan"], colours["green"], colours["red"]
    violet, orange, grey = colours["violet"], colours["orange"], colours["grey"]
    return {
        Token: colours["text"],
        Text: "",
        Punctuation: "",
        Name: "",
        Literal: "",
        Comment: grey,
        Keyword: f"bold {blue}",
        Name.Attribute: cyan,
        Name.Builtin: cyan,
        Name.Constant: violet,
        Name.Tag: grey,
        Number: cyan,
        Operator: "bold",
        String: orange,
        Error: f"bold {red}",
        Generic.Error: f"bold {red}",
        Generic.Heading: f"bold {blue}",
        t.UnknownCommand: f"underline {orange}",
        t.LocalCommand: f"bold {violet}",
        t.StatusOk: f"bold {green}",
        t.StatusNo: f"bold {red}",
        t.StatusBad: f"bold underline {red}",
        t.Code: f"bold {orange}",
        t.Response: f"bold {green}",
        t.Mailbox: f"underline {green}",
        t.Literal: f"bold {orange}",
        t.Header: violet,
        t.Escape: f"bold {violet}",
        t.File: f"underline {orange}",
        t.Secret: f"bold {colours['secret']} bg:{colours['secret background']}",
        t.Client: f"bold {blue}",
        t.Server: green,
        t.Note: f"italic {grey}",
        t.Surprise: f"bold underline {red}",
    }


class DarkStyle(Style):
    """For black and other dark backgrounds."""

    name = "mailshell-dark"
    background_color = "#1c1c1c"
    highlight_color = "#3a3a3a"
    line_number_color = "#949494"
    styles: ClassVar[dict[_TokenType, str]] = _rules(
        {
            "text": "#d0d0d0",
            "blue": "#87afff",
            "cyan": "#5fd7d7",
            "green": "#87d787",
            "red": "#ff8787",
            "violet": "#d7afff",
            "orange": "#ffaf5f",
            "grey": "#a8a8a8",
            "secret": "#080808",
            "secret background": "#ffaf5f",
        }
    )


class LightStyle(Style):
    """For white and other light backgrounds."""

    name = "mailshell-light"
    background_color = "#ffffff"
    highlight_color = "#e4e4e4"
    line_number_color = "#626262"
    styles: ClassVar[dict[_TokenType, str]] = _rules(
        {
            "text": "#262626",
            "blue": "#005faf",
            "cyan": "#005f5f",
            "green": "#005f00",
            "red": "#af0000",
            "violet": "#8700af",
            "orange": "#875f00",
            "grey": "#626262",
            "secret": "#ffffff",
            "secret background": "#875f00",
        }
    )


class NeutralStyle(Style):
    """For a terminal whose background is not known: every colour can be read on black and on white."""

    name = "mailshell-neutral"
    background_color = "transparent"
    highlight_color = "#808080"
    styles: ClassVar[dict[_TokenType, str]] = _rules(
        {
            "text": "",
            "blue": "#0087d7",
            "cyan": "#008787",
            "green": "#5f8700",
            "red": "#ff005f",
            "violet": "#875fff",
            "orange": "#d75f00",
            "grey": "#808080",
            "secret": "#080808",
            "secret background": "#d75f00",
        }
    )


def _on_terminal(style: type[Style], rules: dict[_TokenType, str]) -> type[Style]:
    """The style with the terminal's own background, and its own colour for plain text."""

    class OnTerminal(Style):
        name = style.name
        background_color = "transparent"
        styles: ClassVar[dict[_TokenType, str]] = {**rules, Token: ""}

    return OnTerminal


#: The styles by background, for a terminal of 256 colours.
THEMES: dict[str, type[Style]] = {
    "dark": _on_terminal(DarkStyle, DarkStyle.styles),
    "light": _on_terminal(LightStyle, LightStyle.styles),
    "neutral": _on_terminal(NeutralStyle, NeutralStyle.styles),
}

_NO_COLOURS = dict.fromkeys(("text", "blue", "cyan", "green", "red", "violet", "orange", "grey"), "")
_SECRET = {"secret": "ansiblack", "secret background": "ansigray"}
#: The same for one of 16 colours, whose shades are its own; blue on black and yellow on white are left out.
THEMES_OF_16: dict[str, type[Style]] = {
    "dark": _on_terminal(
        DarkStyle,
        _rules(
            {
                **_NO_COLOURS,
                **_SECRET,
                "blue": "ansibrightcyan",
                "cyan": "ansicyan",
                "green": "ansibrightgreen",
                "red": "ansibrightred",
                "violet": "ansibrightmagenta",
                "orange": "ansibrightyellow",
            }
        ),
    ),
    "light": _on_terminal(
        LightStyle,
        _rules(
            {
                **_NO_COLOURS,
                "blue": "ansiblue",
                "cyan": "ansiblue",
                "green": "ansigreen",
                "red": "ansired",
                "violet": "ansimagenta",
                "secret": "ansiwhite",
                "secret background": "ansiblack",
            }
        ),
    ),
    "neutral": _on_terminal(NeutralStyle, _rules({**_NO_COLOURS, **_SECRET})),
}
