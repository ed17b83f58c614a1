"""``mailshell profiles``: the profiles of the configuration file, listed or checked. Listing runs nothing."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from mailshell.config.connection import PATHS, tls_options
from mailshell.config.file import config_path
from mailshell.config.profiles import Profile, find
from mailshell.config.resolve import Configuration, resolve
from mailshell.config.settings import SETTINGS
from mailshell.exits import Exit, UsageError, worse
from mailshell.interpreter.interpreter import Interpreter
from mailshell.interpreter.options import Options
from mailshell.interpreter.profile import find_server, secret_sources, shown_url, use
from mailshell.interpreter.stores import exposed, netrc_path
from mailshell.interpreter.ways import AUTO, chosen_way, find_way
from mailshell.modes.arguments import Parser
from mailshell.modes.batch import BatchConsole, LineReader, open_session
from mailshell.render.columns import Column, Table
from mailshell.streams import reason
from mailshell.text.escape import escape
from mailshell.transport.errors import TlsFailed
from mailshell.transport.tls import make_context

_COLUMNS = (Column("name"), Column("url"), Column("user"), Column("password"))
#: Files in which a secret stands: nobody else should be able to read them.
_SECRET = frozenset({"key", "keylog", "password_file", "token_file"})
#: Made when they are needed.
_WRITTEN = frozenset({"keylog"})


def main(arguments: Sequence[str]) -> Exit:
    """List or check them. The exit status is that of wrong usage if something is wrong, or that of a login."""
    parser = Parser("profiles", "The profiles of the configuration file: mailshell NAME opens one.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these; all without a name")
    parser.add_argument("--check", action="store_true", help="look for mistakes in them, and at the files they name")
    parser.add_argument("--login", action="store_true", help="with --check: connect and log in too")
    parser.add_argument("--names", dest="only_names", action="store_true", help="print nothing but the names")
    chosen = parser.parse_args(list(arguments))
    if chosen.login and not chosen.check:
        raise UsageError("--login belongs to mailshell profiles --check")
    configuration = resolve({})
    profiles = [find(name, configuration.profiles) for name in chosen.names] or list(configuration.profiles.values())
    if chosen.only_names:
        for profile in profiles:
            print(escape(profile.name))
        return Exit.OK
    for problem in configuration.problems:
        print(f"mailshell: {escape(problem)}", file=sys.stderr)
    status = Exit.USAGE if configuration.problems else Exit.OK
    if not profiles:
        print(f"there are no profiles in {escape(str(config_path()))}; mailshell help profiles tells how to write one")
        return status
    if not chosen.check:
        _list(profiles)
        return status
    for profile in profiles:
        status = worse(status, _check(profile, configuration, login=chosen.login))
    return status


def _list(profiles: Iterable[Profile]) -> None:
    table = Table(_COLUMNS, shutil.get_terminal_size((100, 24)).columns, whole=not sys.stdout.isatty())
    for profile in profiles:
        for line in table.add([escape(cell) for cell in _row(profile)]):
            print(line)
    for line in table.flush():
        print(line)


def _row(profile: Profile) -> list[str]:
    user = str(profile.values.get("user", ""))
    password = _password_source(profile)
    try:
        endpoint, _ = find_server(profile.name, {profile.name: profile})
    except UsageError:
        return [profile.name, shown_url(profile), user, f"{password} (has mistakes: --check tells)"]
    user = user or endpoint.user or ""
    return [profile.name, shown_url(profile), user, "in the URL" if endpoint.password is not None else password]


def _password_source(profile: Profile) -> str:
    """Where the password comes from, in words. A command is not told: a secret may stand in it."""
    sources = secret_sources(profile.values)
    if sources.asks:
        return "asked for"
    ways = [sources.password.text, "the keyring" if sources.keyring else "", "~/.netrc" if sources.netrc else ""]
    token = f"{sources.token.text} (token)" if sources.token.exists else ""
    return ", ".join(way for way in (*ways, token) if way) or "asked for"


def _check(profile: Profile, configuration: Configuration, *, login: bool) -> Exit:
    """Print what is wrong with a profile, a line each, and what should be known."""
    problems, notes = list(_problems(profile)), list(_notes(profile))
    for sentence in [*problems, *(f"note: {note}" for note in notes)]:
        print(f"{escape(profile.name)}: {escape(sentence)}")
    if problems:
        return Exit.USAGE
    if not login:
        print(f"{escape(profile.name)}: nothing is wrong")
        return Exit.OK
    sys.stdout.flush()
    return asyncio.run(_log_in(profile, configuration))


def _problems(profile: Profile) -> Iterator[str]:
    yield from profile.problems
    if not profile.problems:
        try:
            endpoint, _ = find_server(profile.name, {profile.name: profile})
            find_way(chosen_way(str(profile.values.get("auth", AUTO)), endpoint.auth)[0], endpoint.protocol)
        except UsageError as error:
            yield str(error)
    wrong = list(_wrong_files(profile))
    yield from wrong
    if not wrong:
        try:
            # The certificates and the key are read; nothing is written for it.
            make_context(replace(tls_options(profile.values), keylog=None))
        except TlsFailed as error:
            yield str(error)


def _wrong_files(profile: Profile) -> Iterator[str]:
    for name in sorted(PATHS - _WRITTEN & profile.values.keys()):
        path = Path(os.path.expanduser(str(profile.values[name])))
        try:
            found = path.is_dir() if name == "capath" else path.is_file()
        except OSError as error:
            yield f"{name}: {path} can't be read: {reason(error)}"
            continue
        if not found:
            yield f"{name}: there is no {'folder' if name == 'capath' else 'file'} {path}"
        elif not os.access(path, os.R_OK):
            yield f"{name}: {path} can't be read by you"
    folder = profile.values.get("record")
    if folder is not None:
        path = Path(os.path.expanduser(str(folder)))
        if path.exists() and not (path.is_dir() and os.access(path, os.W_OK | os.X_OK)):
            yield f"record: {path} is no folder that you can write to"


def _notes(profile: Profile) -> Iterator[str]:
    """What is no mistake, and may be one all the same."""
    values = profile.values
    for name in sorted(_SECRET & values.keys()):
        if sentence := exposed(Path(os.path.expanduser(str(values[name])))):
            yield f"{name}: {sentence}"
    for name in sorted({"password_env", "token_env"} & values.keys()):
        if str(values[name]) not in os.environ:
            yield f"{name}: the environment variable {values[name]} is not set here"
    if values.get("netrc"):
        yield from _notes_of_netrc()
    if values.get("keyring") and importlib.util.find_spec("keyring") is None:
        yield "keyring: it needs a package: pip install 'mailshell[keyring]'"
    if values.get("insecure"):
        yield "insecure: any certificate is accepted"
    if shown_url(profile) not in ("", values.get("url")):
        yield "url: it holds the password; password_command, password_file or the keyring keep it elsewhere"


def _notes_of_netrc() -> Iterator[str]:
    path = netrc_path()
    if not path.exists():
        yield f"netrc: there is no {path}"
    elif sentence := exposed(path):
        yield f"netrc: {sentence}; it is not used"


async def _log_in(profile: Profile, configuration: Configuration) -> Exit:
    """Connect, and log in if a user is known; what comes of it is told, and nothing is recorded."""
    options = Options(profiles=configuration.profiles)
    for name, value in configuration.values.items():
        setattr(options, SETTINGS[name].attribute, value)
    endpoint, _ = find_server(profile.name, configuration.profiles)
    use(options, profile)
    options.record_folder, options.level = None, 0
    console = BatchConsole(LineReader(iter(())), collects=False)
    interpreter = Interpreter(console, options)
    status = await open_session(interpreter, endpoint)
    if status is Exit.OK:
        user = interpreter.connected.engine.state.user
        what = f"logged in as {user}" if user else "connected; no user is named, so nobody was logged in"
        print(f"{escape(profile.name)}: {escape(what)}")
        await interpreter.close()
    else:
        print(f"{escape(profile.name)}: the login failed")
    if interpreter.session is not None:
        await interpreter.session.wait_closed()
    return status
