"""The options of the command line, in groups, with the help that ``mailshell --help`` prints.

Only what has to be parsed loads it. The ways to run with options of their own parse them themselves.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, NoReturn

from mailshell import __version__
from mailshell.config.connection import SECRETS, TLS, add_options
from mailshell.config.settings import SETTINGS
from mailshell.exits import UsageError
from mailshell.modes.check_options import add_check_options
from mailshell.modes.connection_options import add_route_options
from mailshell.modes.trouble_options import add_trouble_options

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

_EPILOG = """\
URLs, and names of profiles:
  imap://[USER@]HOST[:143]    imaps://[USER@]HOST[:993]    TLS from the start with imaps
  pop3://[USER@]HOST[:110]    pop3s://[USER@]HOST[:995]    (pop:// and pops:// are the same)
  imap+unix:PATH              pop3+unix:PATH               a Unix socket
  imap+exec:COMMAND LINE      pop3+exec:COMMAND LINE       a program that speaks the protocol
  imap://HOST/INBOX;UID=20    imap://HOST/INBOX?UNSEEN     a message, a search (mailshell help urls)
  NAME                        [profiles.NAME] of the configuration file (mailshell help profiles)

Commands instead of a URL:
  mailshell demo [imap|pop3]  a shell on a demo server with sample mail
  mailshell demo --serve      only the demo servers
  mailshell auth URL          each way to log in that the server offers, tried on a connection of its own
  mailshell check URL         how the server behaves, found out by trying; read-only unless --allow-writes is given
  mailshell show FILE         a recording as the trace of its session, explained or in a canonical form
  mailshell replay FILE       a recording played in its own time
  mailshell import SOURCE...  a recording of what another program has written down: rawlog, imaplib's debug output ...
  mailshell export FILE       a recording as a report, page, transcript, capture, script or messages (--to FORMAT)
  mailshell serve FILE        the server of a recording, for any client
  mailshell rerun FILE URL    a recording's commands on a live server, and what has become different
  mailshell diff FILE FILE    two recordings compared by what was said
  mailshell scrub FILE        a copy of a recording without names and contents, to share
  mailshell lint FILE...      what servers did wrong in recordings, in logs of other programs, or in bare octets
  mailshell why [RULE]        what a rule of lint says, and what can be done about it
  mailshell remembered [URL]  what --remember has kept of servers and mailboxes; --clear forgets it
  mailshell profiles          the profiles of the configuration file; --check checks them
  mailshell config            where the configuration file is, and what is in force; --init writes it
  mailshell completion SHELL  what completes mailshell's arguments in bash, zsh or fish
  mailshell help [NAME]       the page on a command, a term of the protocols, a topic; as .help NAME

Exit status: 0 all accepted, 1 refused, 2 usage, 3 no connection or TLS failed, 4 connection lost or answer
unusable, 5 time limit, 6 findings (--fail-on), 130 interrupted.
"""


def _without_values(message: str) -> str:
    """An error of the argument parser without what was given with an option it doesn't know: it may be a password."""
    words = message.split(" ")
    if not message.startswith("unrecognized arguments:"):
        return message
    options = [word.partition("=")[0] for word in words[2:] if word.startswith("-")]
    return " ".join([*words[:2], *options]) if options else message


def make_parser() -> argparse.ArgumentParser:
    """All options of ``mailshell``. What is wrong with arguments becomes a UsageError of one sentence."""

    class Parser(argparse.ArgumentParser):
        def format_help(self) -> str:
            from mailshell.help.overview import topic_page
            from mailshell.help.topics import topic

            return "\n".join([super().format_help(), *topic_page(topic("passwords"), 110, {}), ""])

        def print_help(self, file: SupportsWrite[str] | None = None) -> None:
            # The library's own drops an error of writing.
            (file or sys.stdout).write(self.format_help())

        def error(self, message: str) -> NoReturn:
            raise UsageError(f"{_without_values(message)}; mailshell --help lists the options")

    parser = Parser(
        prog="mailshell",
        description="An interactive shell and wire debugger for POP3 and IMAP4.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "url",
        nargs="?",
        metavar="URL",
        help="the server, or the name of a profile; without it the shell starts not connected",
    )
    parser.add_argument("words", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument("--version", action="version", version=f"mailshell {__version__}")

    run = parser.add_argument_group("what to run")
    run.add_argument("-c", dest="commands", action="append", default=[], metavar="LINE", help="run a line; repeatable")
    run.add_argument("-f", dest="script", metavar="SCRIPT", help="run the lines of a file (- is standard input)")
    run.add_argument("--json", action="store_true", help="print one JSON object for each result")
    run.add_argument("--yes", action="store_true", help="send what removes things for good, though confirm is on")
    run.add_argument("--fail-fast", action="store_true", help="stop at the first line that fails")
    run.add_argument("--serve", action="store_true", help="with demo: only serve, and print the URLs")
    add_trouble_options(run, "with demo or serve: ")

    settings = parser.add_argument_group("settings")
    settings.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting for this run; repeatable"
    )
    settings.add_argument("--no-config", action="store_true", help="do not read the configuration file")
    settings.add_argument("--init", action="store_true", help="with config: write the file, all commented out")
    settings.add_argument("--path", action="store_true", help="with config: only print where the file is")

    wire = parser.add_argument_group("trace")
    wire.add_argument(
        "-d", "--debug", dest="level", metavar="N", type=_level, help="0 nothing .. 5 hex dump (.help .debug)"
    )
    wire.add_argument("--trace-style", choices=("mailshell", "poplib", "imaplib"), help="how the wire is shown")
    wire.add_argument("--explain", action="store_const", const=True, help="say under each line what it means (-d 2)")
    wire.add_argument("--record", metavar="FILE", help="record the session in FILE.mwire, secrets masked")
    wire.add_argument("--title", metavar="TEXT", default="", help="with --record: what the recording shows")
    wire.add_argument("--unsafe-raw", action="store_true", help="with --record: mask nothing, in FILE.secret.mwire")
    wire.add_argument("--show-secrets", action="store_true", help="do not mask passwords in the trace")

    lint = parser.add_argument_group("what is wrong")
    lint.add_argument(
        "--lint",
        choices=SETTINGS["lint"].choices,
        help="tell of what the server does wrong, from this severity on (default warning)",
    )
    lint.add_argument(
        "--remember",
        action="store_const",
        const=True,
        help="keep hashes from session to session, to find UIDs reused and the like (mailshell help memory)",
    )
    lint.add_argument(
        "--fail-on", choices=SETTINGS["lint"].choices[1:], help="exit status 6 if something as bad as this was found"
    )

    login = parser.add_argument_group("login")
    login.add_argument("--user", help="log in as this user")
    login.add_argument("--no-login", action="store_true", help="connect only, whatever user is given")
    login.add_argument("--auth", metavar="WAY", default="auto", help="a SASL mechanism, LOGIN-COMMAND, USER or APOP")
    login.add_argument("--authzid", metavar="IDENTITY", default="", help="act as this one (SASL), e.g. with PLAIN")
    login.add_argument(
        "--initial-response",
        choices=("auto", "always", "never"),
        default="auto",
        help="send it with AUTHENTICATE or AUTH (auto: in IMAP with SASL-IR)",
    )
    login.add_argument("--strict", action="store_true", help="send no password and no token in the clear")
    login.add_argument("--max-failures", metavar="N", type=_failures, help="with auth: stop after so many refusals (2)")
    login.add_argument("--password", metavar="PASSWORD", help="visible to other users of this machine: better not")
    add_options(login, SECRETS)

    add_check_options(parser.add_argument_group("check"))

    net = parser.add_argument_group("connection")
    net.add_argument("--tls", choices=("auto", "implicit", "starttls", "none"), default="auto", help="default: by URL")
    add_options(net, TLS)
    add_route_options(net)
    net.add_argument("--timeout", metavar="SECONDS", help="wait so long for an answer (default 60)")
    net.add_argument("--connect-timeout", metavar="SECONDS", help="wait so long for a connection (15)")
    return parser


def _failures(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) < 1000):
        raise argparse.ArgumentTypeError("the refusals to stop after are a number from 1 to 999")
    return int(text)


def _level(text: str) -> int:
    if text not in ("0", "1", "2", "3", "4", "5"):
        raise argparse.ArgumentTypeError("the debug level is a number from 0 to 5")
    return int(text)
