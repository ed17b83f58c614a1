"""What all pages of HTML have in common: they stand alone, load and run nothing, and suit light and dark screens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape as quote

_STYLE = """\
:root { color-scheme: light dark; --page: #ffffff; --text: #262626; --quiet: #626262; --line: #d0d0d0; --bad: #af0000; }
body { margin: 1.5rem auto; padding: 0 1rem; max-width: 75rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; } dd { margin: 0; } dt { color: var(--quiet); }
summary { color: var(--quiet); cursor: pointer; }
@media (max-width: 45rem) {
  body { margin: 0.75rem auto; padding: 0 0.5rem; }
  dl { grid-template-columns: 1fr; } dd { margin-bottom: 0.4rem; }
}
"""
_DARK = ":root { --page: #1c1c1c; --text: #d0d0d0; --quiet: #a8a8a8; --line: #444444; --bad: #ff8787; }"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def beginning(title: str, style: str, *, light: Sequence[str] = (), dark: Sequence[str] = ()) -> Iterator[str]:
    """The page up to its heading, which is the title. ``title`` is fit for a terminal, and made fit for HTML here.

    ``style``: more rules; ``light`` and ``dark``: those for one kind of screen.
    """
    sheet = "\n".join([_STYLE + style.rstrip("\n"), *light, "@media (prefers-color-scheme: dark) {", _DARK, *dark, "}"])
    title = quote(title)
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{quote(_POLICY)}">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{title}</title>\n<style>\n{sheet}\n</style>\n</head>\n<body>\n<h1>{title}</h1>\n"


def facts(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Names and values below each other, without those that have no value; the values are made fit for HTML here."""
    yield "<dl>\n"
    yield from (f"<dt>{name}</dt><dd>{quote(words)}</dd>\n" for name, words in pairs if words)
    yield "</dl>\n"


def end(words: str) -> str:
    """The end of the page, with a last line (HTML)."""
    return f"<p>{words}</p>\n</body>\n</html>\n"
