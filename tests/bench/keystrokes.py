"""How long a keystroke takes while completions are shown: 10,000 mailboxes, a mailbox of a million messages.

    python tests/bench/keystrokes.py [ROUNDS]      (default: 5)

Lines are typed character by character, with a menu at each. The first table is the completion alone; the second is all
that happens on a keystroke in the prompt: highlighting, hints, completion, the bottom line and drawing, in processor
time. A person notices more than about 100 ms; one frame of a screen is 16 ms, and that is the limit held to here.
"""

from __future__ import annotations

import asyncio
import io
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime

from prompt_toolkit import PromptSession
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.shortcuts import CompleteStyle

from mailshell.assist.knowledge import MOST_MESSAGES, Knowledge
from mailshell.assist.situation import Situation
from mailshell.complete import completer as lines
from mailshell.complete.surroundings import Surroundings
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.options import Options
from mailshell.protocol.imap.catalogue import CATALOGUE
from mailshell.protocol.imap.data import MailboxListing
from mailshell.protocol.imap.terms import TERMS
from mailshell.shell.colouring import input_lexer, input_style
from mailshell.shell.console import ShellConsole
from mailshell.shell.hinting import HintProcessor
from mailshell.shell.prompt import toolbar_text

MAILBOXES = 10_000
MESSAGES = 1_000_000
LIMIT = 16.0
TYPED = (
    "SELECT Lists/python/2019",
    'EXAMINE "Lists/dev 42',
    "COPY 1:5 proj",
    "LIST \"\" Archive",
    "select zzqqx",
    "FETCH 123456 (FLAGS UID ENVELOPE BODY.PEEK[HEADER.FIELDS (Subject From)])",
    "FETCH 999990:* (BODYSTRUCTURE",
    "UID FETCH 10099999 (X-GM-LABELS",
    "STORE 5 +FLAGS.SILENT (\\Deleted $Forwarded",
    "SEARCH RETURN (MIN MAX) UNSEEN SINCE 1-Jan-2026 HEADER Message-ID x",
    "SORT (REVERSE DATE) UTF-8 ALL",
    ".help TRYCREATE",
)  # fmt: skip


def surroundings() -> Surroundings:
    """A session on a large account."""
    knowledge = Knowledge()
    words = ("Archive", "Lists", "Projekte", "Entwürfe", "INBOX", "Shared Folders")
    for number in range(MAILBOXES):
        name = f"{words[number % 6]}/{'dev ' if number % 7 == 0 else 'python'}/{number}"
        knowledge.learn(MailboxListing("LIST", ("\\HasNoChildren",), "/", name, name.encode()))
    for number in range(MESSAGES - MOST_MESSAGES, MESSAGES):
        message = knowledge.messages.seen(number)
        message.uid, message.subject = 10_000_000 + number // 10, f"Subject number {number}"
    flags = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
    situation = Situation("imap", "S", ("IMAP4REV1", "SORT", "THREAD=REFS", "CONDSTORE", "ESEARCH"))
    return Surroundings(
        CATALOGUE, TERMS, situation, knowledge, datetime.now().astimezone(), messages=MESSAGES, flags=flags
    )


def completion_alone(around: Surroundings, rounds: int) -> list[float]:
    """Milliseconds of each keystroke."""
    completer, times = lines.Completer(), []
    for _ in range(rounds):
        for line in TYPED:
            for end in range(1, len(line) + 1):
                begun = time.perf_counter()
                completer.complete(line[:end], around)
                times.append((time.perf_counter() - begun) * 1000)
    return times


class _Menu(Completer):
    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._completer = lines.Completer()

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        for candidate in self._completer.complete(document.text_before_cursor, self._around):
            start = candidate.start - document.cursor_position
            yield Completion(candidate.text, start, display=candidate.shown, display_meta=candidate.meta[:60])


async def whole_prompt(around: Surroundings, rounds: int) -> list[float]:
    """Milliseconds of processor time of each keystroke."""
    options, times = Options(), []
    screen = Vt100_Output(io.StringIO(), lambda: Size(rows=32, columns=110))
    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=screen):
        interpreter = Interpreter(ShellConsole(options), options)
        prompt: PromptSession[str] = PromptSession(
            "ana@mail.example.org imap/TLS INBOX> ",
            completer=_Menu(around),
            complete_while_typing=True,
            complete_style=CompleteStyle.COLUMN,
            lexer=input_lexer(interpreter.sessions),
            style=input_style("dark"),
            include_default_pygments_style=False,
            input_processors=[HintProcessor(interpreter.sessions)],
            bottom_toolbar=lambda: toolbar_text(interpreter, prompt.default_buffer.text, 110),
        )
        reading = asyncio.ensure_future(prompt.prompt_async())
        await asyncio.sleep(0.2)
        for line in TYPED * rounds:
            for character in line:
                begun = time.process_time()
                keyboard.send_text(character)
                await asyncio.sleep(0.03)
                times.append((time.process_time() - begun) * 1000)
            keyboard.send_text("\x15")
            await asyncio.sleep(0.03)
        keyboard.send_text("\x15\r")
        await reading
    return times


def show(what: str, times: Sequence[float]) -> None:
    ordered = sorted(times)
    middle, high = ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]
    verdict = "within" if high < LIMIT else "OVER"
    print(
        f"{what:24} {len(times):6,} keystrokes   median {middle:5.2f} ms   99th percentile {high:5.2f} ms   "
        f"longest {ordered[-1]:5.2f} ms   {verdict} {LIMIT:g} ms"
    )


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    around = surroundings()
    print(f"{MAILBOXES:,} mailboxes, {MESSAGES:,} messages")
    show("completion alone", completion_alone(around, rounds))
    show("all of the prompt", asyncio.run(whole_prompt(around, 1)))


if __name__ == "__main__":
    main()
