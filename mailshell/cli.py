"""The command line: arguments → one way to run. It parses and decides nothing else.

What is imported here is imported at every start; each way to run imports the rest itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from mailshell import __version__, streams
from mailshell.exits import Exit, UsageError

if TYPE_CHECKING:
    import argparse

    from _typeshed import SupportsWrite

    from mailshell.config.resolve import Configuration
    from mailshell.interpreter.options import Options
    from mailshell.transport.endpoint import Endpoint

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


def main(argv: Sequence[str] | None = None) -> int:
    """Run mailshell; the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    streams.open_missing()
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except UsageError as error:
        print(f"mailshell: {error}", file=sys.stderr)
        return Exit.USAGE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except OSError as error:
        if error.errno not in streams.ERRORS:
            raise
        streams.discard(sys.stdout)
        if isinstance(error, BrokenPipeError):
            return Exit.OK
        print(f"mailshell: standard output can't be written: {streams.reason(error)}", file=sys.stderr)
        return Exit.USAGE


def _without_values(message: str) -> str:
    """An error of the argument parser without what was given with an option it doesn't know: it may be a password."""
    words = message.split(" ")
    if not message.startswith("unrecognized arguments:"):
        return message
    options = [word.partition("=")[0] for word in words[2:] if word.startswith("-")]
    return " ".join([*words[:2], *options]) if options else message


def _parser() -> argparse.ArgumentParser:
    import argparse

    from mailshell.config.connection import SECRETS, TLS, add_options
    from mailshell.config.settings import SETTINGS
    from mailshell.modes.check_options import add_check_options
    from mailshell.modes.connection_options import add_route_options
    from mailshell.modes.trouble_options import add_trouble_options

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
    login.add_argument(
        "--max-failures", metavar="N", type=_failures, default=2, help="with auth: stop after so many refusals (2)"
    )
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
    import argparse

    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) < 1000):
        raise argparse.ArgumentTypeError("the refusals to stop after are a number from 1 to 999")
    return int(text)


def _level(text: str) -> int:
    import argparse

    if text not in ("0", "1", "2", "3", "4", "5"):
        raise argparse.ArgumentTypeError("the debug level is a number from 0 to 5")
    return int(text)


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        # Asked for by scripts, and in a hurry: no need to load an argument parser.
        print(f"mailshell {__version__}")
        return Exit.OK
    if arguments and arguments[0] in _TOOLS:
        from importlib import import_module

        return int(import_module(f"mailshell.modes.{_MODULES.get(arguments[0], arguments[0])}").main(arguments[1:]))
    from mailshell.modes import check_options

    parser = _parser()
    chosen = parser.parse_intermixed_args(arguments)
    if (chosen.init or chosen.path) and chosen.url != "config":
        raise UsageError(f"--{'init' if chosen.init else 'path'} belongs to mailshell config")
    if chosen.url in _ASKED:
        return _ASKED[chosen.url](chosen)
    mode = chosen.url if chosen.url in _MODES else None
    if mode is None and chosen.words:
        from mailshell.config.settings import did_you_mean

        near = did_you_mean(chosen.url, dict.fromkeys([*_MODES, *_ASKED, *_TOOLS]))
        if near and ":" not in chosen.url:
            raise UsageError(f"there is no mailshell {ascii(chosen.url)[1:41].rstrip(chr(39))}{near}")
        raise UsageError(f"one URL is enough; what is {chosen.words[0]!r}? Lines to run are given with -c")
    if chosen.serve and mode != "demo":
        raise UsageError("--serve belongs to mailshell demo")
    if mode != "check" and (name := check_options.given(chosen)):
        raise UsageError(f"{name} belongs to mailshell check URL")
    if (chosen.misbehave or chosen.fault) and mode != "demo":
        raise UsageError("--misbehave and --fault belong to mailshell demo and mailshell serve FILE")
    options = _options(chosen)
    if options.fail_on is not None and options.lint == "off":
        raise UsageError("--fail-on needs lint, and it is off: leave out --lint off, or the setting")
    if mode is not None:
        return _MODES[mode](chosen, options)
    return _session(chosen, options)


def _configuration(chosen: argparse.Namespace) -> Configuration:
    """The settings: those of the files, and over them those of the command line."""
    from mailshell.config.resolve import read_assignments, resolve
    from mailshell.config.settings import EXPLAINED_LEVEL, Value
    from mailshell.interpreter.local.connection import read_seconds

    given: dict[str, Value] = read_assignments(chosen.set)
    options = {
        "debug": EXPLAINED_LEVEL if chosen.level is None and chosen.explain else chosen.level,
        "explain": chosen.explain,
        "style": chosen.trace_style,
        "lint": chosen.lint,
        "remember": chosen.remember,
    }
    given |= {name: value for name, value in options.items() if value is not None}
    limits = {"timeout": chosen.timeout, "connect_timeout": chosen.connect_timeout}
    given |= {name: read_seconds(seconds) for name, seconds in limits.items() if seconds is not None}
    return resolve(given, reads=not chosen.no_config)


def _options(chosen: argparse.Namespace) -> Options:
    from mailshell.config.connection import LOGIN, SECRETS, TLS, given, tls_options
    from mailshell.config.resolve import uses_colour
    from mailshell.config.settings import SETTINGS
    from mailshell.interpreter.options import Options
    from mailshell.interpreter.profile import secret_sources
    from mailshell.modes.connection_options import route
    from mailshell.secret import Secret

    password = None
    if chosen.password is not None:
        password = Secret(chosen.password)
        print("mailshell: note: a password as an argument can be seen in the list of processes", file=sys.stderr)
    configuration = _configuration(chosen)
    if configuration.problems and not _is_interactive(chosen):
        raise UsageError(configuration.problems[0])
    connection = given(chosen, (*LOGIN, *TLS, *SECRETS))
    options = Options(
        user=chosen.user,
        sources=secret_sources(connection, password),
        login=not chosen.no_login,
        auth=chosen.auth,
        authzid=chosen.authzid,
        initial_response=chosen.initial_response,
        strict=chosen.strict,
        tls=chosen.tls,
        yes=chosen.yes,
        record=chosen.record,
        unsafe_raw=chosen.unsafe_raw,
        title=chosen.title,
        fail_on=chosen.fail_on,
        tls_options=tls_options(connection),
        route=route(chosen),
        show_secrets=chosen.show_secrets,
        aliases=configuration.aliases,
        given=connection | {name: configuration.values[name] for name in configuration.given},
        profiles=configuration.profiles,
        notes=configuration.problems,
    )
    for name, value in configuration.values.items():
        setattr(options, SETTINGS[name].attribute, value)
    options.colour = uses_colour(options.colour_choice, plain=options.plain, is_terminal=sys.stderr.isatty())
    return options


def _endpoint(url: str | None, options: Options) -> Endpoint | None:
    """The server of a URL or of a profile, whose values the options take over."""
    from mailshell.interpreter.profile import find_server, use

    if url is None:
        return None
    endpoint, profile = find_server(url, options.profiles)
    if profile is not None:
        use(options, profile)
    elif endpoint.password is not None:
        print("mailshell: note: a password in the URL can be seen in the list of processes", file=sys.stderr)
    return endpoint


def _is_interactive(chosen: argparse.Namespace) -> bool:
    """Whether a person sits there: nothing to run was given, and both ways lead to a terminal."""
    return not chosen.commands and chosen.script is None and sys.stdin.isatty() and sys.stdout.isatty()


def _session(chosen: argparse.Namespace, options: Options) -> int:
    """A shell, if there is a terminal and nothing to run; else a run."""
    endpoint = _endpoint(chosen.url, options)
    if _is_interactive(chosen):
        if chosen.json:
            raise UsageError("--json needs lines to run: -c LINE, -f SCRIPT, or standard input")
        from mailshell.modes import shell

        return shell.main(endpoint, options)
    from mailshell.modes import batch

    script = chosen.script if chosen.script is not None else (None if chosen.commands else "-")
    if script == "-" and chosen.script is None and endpoint is not None and endpoint.target and sys.stdin.isatty():
        # The URL tells what is wanted: nobody is to type lines as well (mailshell imap://h/INBOX;UID=20 > message).
        script = None
    return batch.main(
        endpoint,
        options,
        commands=chosen.commands,
        script=script,
        collects=chosen.json,
        fail_fast=chosen.fail_fast,
    )


def _demo(chosen: argparse.Namespace, options: Options) -> int:
    from mailshell.modes import demo

    side = chosen.words[0] if chosen.words else "imap"
    if side not in ("imap", "pop3") or len(chosen.words) > 1:
        raise UsageError("mailshell demo takes imap or pop3, or --serve")
    interactive = _is_interactive(chosen)
    return demo.main(
        demo.DemoRun(
            side,
            options,
            chosen.commands,
            chosen.script,
            chosen.json,
            chosen.fail_fast,
            chosen.serve,
            interactive,
            chosen.misbehave,
            chosen.fault,
        )
    )


def _auth(chosen: argparse.Namespace, options: Options) -> int:
    from mailshell.modes import auth

    if len(chosen.words) != 1:
        raise UsageError("mailshell auth takes one URL, such as imaps://ana@mail.example.org")
    endpoint = _endpoint(chosen.words[0], options)
    assert endpoint is not None
    return auth.main(endpoint, options, max_failures=chosen.max_failures, as_json=chosen.json)


def _check(chosen: argparse.Namespace, options: Options) -> int:
    from mailshell.modes import check
    from mailshell.modes.check_options import wanted

    asked = wanted(chosen)
    if chosen.list:
        return check.list_probes(chosen.words)
    if len(chosen.words) != 1:
        raise UsageError("mailshell check takes one URL, such as imaps://ana@mail.example.org")
    endpoint = _endpoint(chosen.words[0], options)
    assert endpoint is not None
    servers = [(endpoint, options)]
    if chosen.compare is not None:
        servers.append(_second(chosen))
    return check.main(servers, asked)


def _second(chosen: argparse.Namespace) -> tuple[Endpoint, Options]:
    """The server to compare with, and the options for it: who logs in to the first, with what and by which way to it,
    is of no concern to this one.
    """
    import argparse

    own = ("user", "auth", "authzid", "password", "password_file", "password_command", "token_env", "token_file",
           "token_command", "cert", "key", "sni", "connect")  # fmt: skip
    cleared = {name: "auto" if name == "auth" else "" if name == "authzid" else None for name in own}
    other = argparse.Namespace(**{**vars(chosen), **cleared, "password_env": chosen.compare_password_env})
    options = _options(other)
    endpoint = _endpoint(chosen.compare, options)
    assert endpoint is not None
    return endpoint, options


def _config(chosen: argparse.Namespace) -> int:
    from mailshell.modes import config

    if chosen.words:
        raise UsageError("mailshell config takes --init, --path, or nothing")
    return config.main(_configuration(chosen), init=chosen.init, path=chosen.path)


def _completion(chosen: argparse.Namespace) -> int:
    from mailshell.modes import completion

    if len(chosen.words) != 1 or chosen.words[0] not in completion.SHELLS:
        raise UsageError(f"mailshell completion takes one of {', '.join(completion.SHELLS)}")
    print(completion.script(chosen.words[0], _parser(), [*_MODES, *_ASKED, *_TOOLS]), end="")
    return Exit.OK


def _help(chosen: argparse.Namespace) -> int:
    from mailshell.modes import help as help_mode

    return help_mode.main(" ".join(chosen.words))


#: Those with a command line of their own, each a module of its name.
_TOOLS = (
    "diff",
    "export",
    "import",
    "lint",
    "profiles",
    "remembered",
    "replay",
    "rerun",
    "scrub",
    "serve",
    "show",
    "why",
)
#: The module of a name that Python keeps for itself.
_MODULES = {"import": "import_"}
#: Ways to run that speak to a server.
_MODES = {"auth": _auth, "check": _check, "demo": _demo}
#: Those that only answer: no settings are needed, or they are what is asked for.
_ASKED = {"config": _config, "completion": _completion, "help": _help}
