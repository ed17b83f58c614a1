"""The command line: arguments → one way to run. It parses and decides nothing else.

What is imported here is imported at every start; each way to run imports the rest itself.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailshell import __version__, streams
from mailshell.exits import Exit, UsageError

if TYPE_CHECKING:
    import argparse

    from mailshell.config.resolve import Configuration
    from mailshell.interpreter.options import Options
    from mailshell.transport.endpoint import Endpoint


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


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        # Asked for by scripts, and in a hurry: no need to load an argument parser.
        print(f"mailshell {__version__}")
        return Exit.OK
    if arguments and arguments[0] in _TOOLS:
        from importlib import import_module

        return int(import_module(f"mailshell.modes.{_MODULES.get(arguments[0], arguments[0])}").main(arguments[1:]))
    from mailshell.command_line import make_parser
    from mailshell.modes import check_options

    chosen = make_parser().parse_intermixed_args(arguments)
    if (chosen.init or chosen.path) and chosen.url != "config":
        raise UsageError(f"--{'init' if chosen.init else 'path'} belongs to mailshell config")
    if chosen.url in _ASKED:
        return _ASKED[chosen.url](chosen)
    mode = chosen.url if chosen.url in _MODES else None
    if mode is None and chosen.words:
        from mailshell.config.settings import did_you_mean

        near = did_you_mean(chosen.url, [*_MODES, *_ASKED, *_TOOLS])
        if near and chosen.url.isalpha():
            raise UsageError(f"there is no mailshell {chosen.url[:40]}{near}")
        raise UsageError(f"one URL is enough; what is {chosen.words[0]!r}? Lines to run are given with -c")
    if chosen.serve and mode != "demo":
        raise UsageError("--serve belongs to mailshell demo")
    if chosen.max_failures is not None and mode != "auth":
        raise UsageError("--max-failures belongs to mailshell auth")
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
            bool(chosen.words),
        )
    )


def _auth(chosen: argparse.Namespace, options: Options) -> int:
    from mailshell.modes import auth

    if len(chosen.words) != 1:
        raise UsageError("mailshell auth takes one URL, such as imaps://ana@mail.example.org")
    endpoint = _endpoint(chosen.words[0], options)
    assert endpoint is not None
    return auth.main(endpoint, options, max_failures=chosen.max_failures or auth.REFUSALS, as_json=chosen.json)


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

    from mailshell.command_line import make_parser
    from mailshell.config.connection import SECRETS

    # Switches such as --keyring hold no secret: what they find is found by the server's name.
    own = ["user", "auth", "authzid", "password", "cert", "key", "sni", "connect"]
    own += [setting.name for setting in SECRETS if setting.kind == "text"]
    parser = make_parser()
    cleared = {name: parser.get_default(name) for name in own}
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
    from mailshell.command_line import make_parser
    from mailshell.modes import completion

    if len(chosen.words) != 1 or chosen.words[0] not in completion.SHELLS:
        raise UsageError(f"mailshell completion takes one of {', '.join(completion.SHELLS)}")
    print(completion.script(chosen.words[0], make_parser(), [*_MODES, *_ASKED, *_TOOLS]), end="")
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
