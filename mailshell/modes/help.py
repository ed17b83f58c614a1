"""``mailshell help NAME``: a page of the help, without a connection."""

from __future__ import annotations

import shutil
import sys

from mailshell.exits import Exit, UsageError
from mailshell.help.pages import UnknownTopic, page
from mailshell.interpreter.local.help import local_help
from mailshell.lint.session import find_rules
from mailshell.report.text import rule_pages
from mailshell.text.escape import escape


def main(topic: str) -> Exit:
    """Print the page on a topic; without one, the short page. UsageError if there is none."""
    width = shutil.get_terminal_size((100, 24)).columns
    try:
        lines = page(topic, width=width, local=local_help())
    except UnknownTopic as error:
        if found := find_rules(topic):
            print("\n".join(rule_pages(found, width)))
            return Exit.OK
        # The name came from the command line as it stands.
        raise UsageError(escape(str(error)).replace(".help topics", "mailshell help topics")) from None
    sys.stdout.buffer.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    return Exit.OK
