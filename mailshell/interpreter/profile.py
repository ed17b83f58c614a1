"""What a profile says, taken over into the options for the sessions opened with it.

The command line wins over a profile, and a profile over the settings. When a session is opened without the profile,
what held before it holds again, unless the person has changed it meanwhile.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mailshell.config.connection import LOGIN, SECRETS, TLS, tls_options
from mailshell.config.profiles import Profile, find
from mailshell.config.settings import SETTINGS, Value, did_you_mean
from mailshell.exits import UsageError
from mailshell.interpreter.passwords import PasswordSource, SecretSources
from mailshell.secret import Secret
from mailshell.transport.endpoint import Endpoint, EndpointError, parse_url

if TYPE_CHECKING:
    from mailshell.interpreter.options import Options

#: What may be a mistyped profile, and hardly a host.
_WORD = re.compile(r"[A-Za-z0-9_-]+\Z")
_NAMES_OF_TLS = frozenset(setting.name for setting in TLS)
_NAMES_OF_SECRETS = frozenset(setting.name for setting in SECRETS)


def find_server(text: str, profiles: Mapping[str, Profile]) -> tuple[Endpoint, Profile | None]:
    """The server that a URL or the name of a profile means, and the profile. UsageError if there is neither."""
    profile = None
    if text in profiles or (_WORD.match(text) and did_you_mean(text, profiles)):
        profile = find(text, profiles)
    try:
        return parse_url(text if profile is None else profile.url), profile
    except EndpointError as error:
        where = f"the url of the profile {profile.name}: " if profile is not None else ""
        nothing = f"there is no profile {text}, and " if profile is None and profiles and _WORD.match(text) else ""
        raise UsageError(f"{where}{nothing}{error}") from None


def shown_url(profile: Profile) -> str:
    """The URL of a profile without its password, as far as one can be read."""
    text = str(profile.values.get("url", ""))
    try:
        password = parse_url(text).password
    except EndpointError:
        return ""
    if password is None:
        return text
    return f"{text.partition(':')[0]}://…@{parse_url(text).name}"


def secret_sources(values: Mapping[str, Value], password: Secret | None = None) -> SecretSources:
    """Where secrets come from, with these values by name; ``password`` is one that is given as it is."""
    return SecretSources(
        _source(values, "password", password),
        _source(values, "token", None),
        asks=bool(values.get("ask_password")),
        keyring=bool(values.get("keyring")),
        netrc=bool(values.get("netrc")),
    )


def _source(values: Mapping[str, Value], what: str, secret: Secret | None) -> PasswordSource:
    env, file, command = (
        None if (value := values.get(f"{what}_{way}")) is None else str(value) for way in ("env", "file", "command")
    )
    return PasswordSource(secret, env, file, command, what)


def use(options: Options, profile: Profile | None) -> None:
    """Take over what the profile says; with None, what holds without one holds again."""
    if profile is options.profile:
        return
    options.profile = profile
    for name, (before, taken) in options.replaced.items():
        if getattr(options, name) == taken:
            setattr(options, name, before)
    options.replaced = {}
    options.aliases.profile = profile.aliases if profile is not None else {}
    if profile is None:
        return
    for name, value in _chosen(options, profile).items():
        options.replaced[name] = (getattr(options, name), value)
        setattr(options, name, value)


def _chosen(options: Options, profile: Profile) -> dict[str, Any]:
    """What the profile sets, by the names of fields of the options, without what the command line has given."""
    given = options.given
    values = {name: value for name, value in profile.values.items() if name not in given}
    fields: dict[str, Any] = {}
    for setting in (*LOGIN, *SETTINGS.values()):
        if setting.name in values:
            fields[setting.attribute] = values[setting.name]
    if values.keys() & _NAMES_OF_TLS:
        fields["tls_options"] = tls_options({**values, **given})
    if values.keys() & _NAMES_OF_SECRETS:
        fields["sources"] = _sources(options, values)
    if "record" in values:
        fields["record_folder"] = os.path.expanduser(str(values["record"]))
    return fields


def _sources(options: Options, values: Mapping[str, Value]) -> SecretSources:
    """Those of the profile; of one kind, what the command line gives takes the place of all that the profile has."""
    given, present = options.given, options.sources
    made = secret_sources({**values, **given})
    if present.password.exists:
        made = replace(made, password=present.password)
    if present.token.exists:
        made = replace(made, token=present.token)
    return made
