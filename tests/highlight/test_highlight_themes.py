"""The themes can be read, and tell nothing by colour alone; other styles know every token."""

from __future__ import annotations

import io

import pytest
from prompt_toolkit.styles import style_from_pygments_cls
from pygments.formatters import HtmlFormatter, Terminal256Formatter
from pygments.style import Style
from pygments.styles import get_all_styles, get_style_by_name
from pygments.token import STANDARD_TYPES, Token, _TokenType

from mailshell.highlight import tokens
from mailshell.highlight.terminal import background, colours, painter
from mailshell.highlight.themes import THEMES, THEMES_OF_16, DarkStyle, LightStyle, NeutralStyle

TYPES: dict[str, _TokenType] = {name: getattr(tokens, name) for name in tokens.__all__}
DARK, LIGHT = ("000000", "1e1e1e", "1c1c1c"), ("ffffff", "fafafa")
CASES = [
    (DarkStyle, DARK, 4.5),
    (LightStyle, LIGHT, 4.5),
    (NeutralStyle, DARK + LIGHT, 3.6),
    (THEMES["dark"], DARK, 4.5),
    (THEMES["light"], LIGHT, 4.5),
    (THEMES["neutral"], DARK + LIGHT, 3.6),
]
#: The levels of each of red, green and blue in the 216 colours, and the greys.
LEVELS = {"00", "5f", "87", "af", "d7", "ff"}
GREYS = {f"{8 + 10 * step:02x}" * 3 for step in range(24)}


def luminance(colour: str) -> float:
    """WCAG 2.1, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, contrast ratio: 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_what_the_standard_says() -> None:
    assert contrast("000000", "ffffff") == pytest.approx(21)
    assert contrast("777777", "ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("style", "backgrounds", "least"), CASES)
def test_every_token_can_be_read(style: type[Style], backgrounds: tuple[str, ...], least: float) -> None:
    for kind, rule in style:
        for behind in (rule["bgcolor"],) if rule["bgcolor"] else backgrounds:
            if rule["color"]:
                assert contrast(rule["color"], behind) >= least, f"{kind} on {behind}"


@pytest.mark.parametrize("style", [DarkStyle, LightStyle, NeutralStyle])
def test_the_colours_are_those_of_a_terminal(style: type[Style]) -> None:
    for _, rule in style:
        for colour in filter(None, (rule["color"], rule["bgcolor"])):
            assert colour in GREYS or {colour[:2], colour[2:4], colour[4:]} <= LEVELS, colour


def look(style: type[Style], kind: _TokenType) -> tuple[bool, bool, bool, bool]:
    """What of a token's look is not its colour."""
    found: _TokenType | None = kind
    while found is not None and not style.styles_token(found):
        found = found.parent
    rule = style.style_for_token(found or Token)
    return rule["bold"], rule["italic"], rule["underline"], rule["bgcolor"] is not None


@pytest.mark.parametrize("style", [*(case[0] for case in CASES), *THEMES_OF_16.values()])
def test_nothing_is_told_by_colour_alone(style: type[Style]) -> None:
    t = tokens
    for one, other in (
        (t.Command, t.UnknownCommand), (t.Command, t.Atom), (t.UnknownCommand, t.Atom), (t.LocalCommand, t.Atom),
        (t.LocalCommand, t.UnknownCommand), (t.Secret, t.Atom), (t.Secret, t.String), (t.Secret, t.Contents),
        (t.Surprise, t.Note), (t.Surprise, t.Text), (t.Note, t.Text), (t.Client, t.Server), (t.Literal, t.Contents),
        (t.File, t.Atom), (t.Mailbox, t.Atom), (t.StatusBad, t.StatusOk), (t.Escape, t.Text), (t.Code, t.Atom),
    ):  # fmt: skip
        assert look(style, one) != look(style, other), f"{one} and {other}"


def test_every_token_is_derived_from_a_standard_one() -> None:
    for name, kind in TYPES.items():
        standard = [each for each in kind.split() if each in STANDARD_TYPES and each is not Token]
        assert standard, name
    assert len(set(TYPES.values())) == len(TYPES)


@pytest.mark.parametrize("name", sorted(get_all_styles()))
def test_other_styles_show_every_token(name: str) -> None:
    style = get_style_by_name(name)
    pairs = [(kind, f"{word}.") for word, kind in TYPES.items()]
    for formatter in (HtmlFormatter(style=style), Terminal256Formatter(style=style)):
        out = io.StringIO()
        formatter.format(pairs, out)
        assert all(f"{word}." in out.getvalue() for word in TYPES)


@pytest.mark.parametrize("style", [DarkStyle, LightStyle, NeutralStyle, *THEMES.values(), *THEMES_OF_16.values()])
def test_prompt_toolkit_takes_the_styles(style: type[Style]) -> None:
    assert style_from_pygments_cls(style).style_rules


def test_the_terminal_tells_its_background() -> None:
    assert background({"COLORFGBG": "15;0"}) == "dark"
    assert background({"COLORFGBG": "0;default;15"}) == "light"
    assert background({"COLORFGBG": "0;7"}) == "light"
    assert background({"COLORFGBG": "default;default"}) == "neutral"
    assert background({"TERM": "linux"}) == "dark"
    assert background({}) == "neutral"


def test_the_terminal_tells_its_colours() -> None:
    assert colours({"TERM": "xterm-256color"}) == 256
    assert colours({"TERM": "xterm"}) == 256
    assert colours({"TERM": "linux"}) == 16
    assert colours({"TERM": "vt220"}) == 16
    assert colours({"TERM": "linux", "COLORTERM": "truecolor"}) == 256


def test_a_terminal_of_16_colours_gets_no_others() -> None:
    for theme in THEMES:
        text = painter(theme, 16).paint([(kind, "x") for kind in TYPES.values()])
        assert "8;5;" not in text
        assert "\x1b[" in text
        assert "8;5;" in painter(theme, 256).paint([(tokens.Secret, "x")])


def test_there_is_no_other_theme() -> None:
    with pytest.raises(ValueError, match="the theme is one of dark, light, neutral, not 'pink'"):
        painter("pink")
