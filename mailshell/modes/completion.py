"""``mailshell completion SHELL``: what completes mailshell's arguments in bash, zsh or fish.

The scripts are written here and not by a library: those that do so (shtab) know subcommands and options, but neither a
first argument that is a URL or a way to run, nor ``--set NAME=VALUE``; and whoever has mailshell has this without
installing anything more.
"""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailshell.config.settings import SETTINGS
from mailshell.misbehave.road import KINDS
from mailshell.modes.trouble import known_words
from mailshell.protocol.imap.catalogue import CATALOGUE as IMAP
from mailshell.protocol.pop3.catalogue import CATALOGUE as POP3

#: What a URL begins with.
SCHEMES = ("imap://", "imaps://", "pop3://", "pop3s://", "imap+unix:", "pop3+unix:", "imap+exec:", "pop3+exec:")
_FILES = ("FILE", "FOLDER", "SCRIPT")
_SETTING = "NAME=VALUE"
#: What prints the names of profiles, behind the name of the program.
_PROFILES = "profiles --names 2>/dev/null"


@dataclass(frozen=True, slots=True)
class Option:
    """An option: its names, its help, whether a value follows, and what that may be."""

    names: tuple[str, ...]
    help: str
    takes: bool
    words: tuple[str, ...] = ()
    file: bool = False
    setting: bool = False


def options_of(parser: argparse.ArgumentParser) -> list[Option]:
    """The options of the argument parser, in the order of its help."""
    options = []
    for action in parser._actions:
        if action.option_strings and action.help is not argparse.SUPPRESS:
            takes = action.nargs != 0
            words = tuple(map(str, action.choices or ()))
            if action.dest == "level":
                words = SETTINGS["debug"].words
            elif action.dest == "misbehave":
                words = tuple(known_words())
            elif action.dest == "fault":
                words = tuple(kind.name + "=" * kind.value.startswith("=") for kind in KINDS)
            names = tuple(action.option_strings)
            file, setting = action.metavar in _FILES, action.metavar == _SETTING
            options.append(Option(names, action.help or "", takes, words, file, setting))
    return options


def words_of(mode: str) -> tuple[str, ...]:
    """What may stand after a way to run."""
    if mode == "help":
        return tuple(sorted({name for catalogue in (IMAP, POP3) for name in catalogue if " " not in name}))
    return {"demo": ("imap", "pop3"), "completion": tuple(SHELLS)}.get(mode, ())


def script(shell: str, parser: argparse.ArgumentParser, modes: Sequence[str]) -> str:
    """The script for a shell. KeyError if there is none."""
    return SHELLS[shell](options_of(parser), modes)


def _bash(options: Sequence[Option], modes: Sequence[str]) -> str:
    lines = [
        "# bash completion for mailshell. Put this into ~/.bashrc:  source <(mailshell completion bash)",
        "_mailshell() {",
        "    local IFS=$' \\t\\n' cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} mode= skip= word",
        "    COMPREPLY=()",
        "    # bash takes --set NAME=VALUE for three words.",
        '    if [[ $cur == "=" ]]; then cur= name=$prev prev="="; else local name=${COMP_WORDS[COMP_CWORD-2]}; fi',
        '    if [[ $prev == "=" ]]; then',
        '        case "$name" in',
    ]
    for setting in SETTINGS.values():
        if setting.words:
            lines.append(
                f'            {setting.name}) COMPREPLY=($(compgen -W "{" ".join(setting.words)}" -- "$cur")) ;;'
            )
    lines += ["        esac", "        return", "    fi", '    case "$prev" in']
    for option in options:
        if not option.takes:
            continue
        pattern = "|".join(option.names)
        if option.setting:
            names = " ".join(f"{name}=" for name in SETTINGS)
            action = f'compopt -o nospace; COMPREPLY=($(compgen -W "{names}" -- "$cur"))'
        elif option.file:
            action = "compopt -o filenames; IFS=$'\\n'; COMPREPLY=($(compgen -f -- \"$cur\"))"
        else:
            action = f'COMPREPLY=($(compgen -W "{" ".join(option.words)}" -- "$cur"))' if option.words else ":"
        lines.append(f"        {pattern}) {action}; return ;;")
    flags = " ".join(name for option in options for name in option.names)
    valued = "|".join(name for option in options if option.takes for name in option.names)
    lines += [
        "    esac",
        f'    if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "{flags}" -- "$cur")); return; fi',
        '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
        "        if [[ $skip ]]; then skip=; continue; fi",
        f'        case "$word" in {valued}) skip=1 ;; -*) ;; *) mode=$word; break ;; esac',
        "    done",
        '    case "$mode" in',
        '        ""|profiles) word=$("${COMP_WORDS[0]}" ' + _PROFILES + ") ;;&",
        f'        "") COMPREPLY=($(compgen -W "{" ".join([*modes, *SCHEMES])} $word" -- "$cur"))',
        "            [[ ${COMPREPLY[0]} == *: || ${COMPREPLY[0]} == */ ]] && compopt -o nospace ;;",
    ]
    lines.append('        profiles) COMPREPLY=($(compgen -W "$word" -- "$cur")) ;;')
    for mode in modes:
        if words_of(mode):
            lines.append(f'        {mode}) COMPREPLY=($(compgen -W "{" ".join(words_of(mode))}" -- "$cur")) ;;')
    return "\n".join([*lines, "    esac", "}", "complete -F _mailshell mailshell", ""])


def _zsh(options: Sequence[Option], modes: Sequence[str]) -> str:
    lines = [
        "#compdef mailshell",
        "# zsh completion for mailshell: a file _mailshell in a folder of $fpath, or in ~/.zshrc after compinit:",
        "#   source <(mailshell completion zsh)",
        "_mailshell_setting() {",
        "    local -a words",
        "    if compset -P 1 '*='; then",
        '        case "${IPREFIX%=}" in',
    ]
    for setting in SETTINGS.values():
        if setting.words:
            lines.append(f"            *{setting.name}) words=({' '.join(setting.words)}) ;;")
    settings = " ".join(shlex.quote(f"{setting.name}:{_zsh_text(setting.help)}") for setting in SETTINGS.values())
    lines += [
        "        esac",
        "        compadd -a words",
        "    else",
        f"        words=({settings})",
        "        _describe 'setting' words -S '='",
        "    fi",
        "}",
        "_mailshell_profiles() {",
        '    compadd -- ${(f)"$(${words[1]} ' + _PROFILES + ')"}',
        "}",
        "_mailshell_first() {",
        f"    compadd -- {' '.join(modes)}",
        "    _mailshell_profiles",
        f"    compadd -S '' -- {' '.join(SCHEMES)}",
        "}",
        "_mailshell_rest() {",
        '    case "$line[1]" in',
        "        profiles) _mailshell_profiles ;;",
        *(f"        {mode}) compadd -- {' '.join(words_of(mode))} ;;" for mode in modes if words_of(mode)),
        "    esac",
        "}",
        "_mailshell() {",
        "    local -a line",
        "    _arguments -S \\",
    ]
    for option in options:
        value = ""
        if option.takes:
            action = "_mailshell_setting" if option.setting else "_files" if option.file else " "
            value = f":value:({' '.join(option.words)})" if option.words else f":value:{action}"
        lines += [f"        {shlex.quote(f'*{name}[{_zsh_text(option.help)}]{value}')} \\" for name in option.names]
    return "\n".join(
        [
            *lines,
            "        '1:URL:_mailshell_first' '*:argument:_mailshell_rest'",
            "}",
            'if [[ "$funcstack[1]" == _mailshell ]]; then _mailshell "$@"; else compdef _mailshell mailshell; fi',
            "",
        ]
    )


def _zsh_text(text: str) -> str:
    for character in "\\[]:":
        text = text.replace(character, f"\\{character}")
    return text


def _fish(options: Sequence[Option], modes: Sequence[str]) -> str:
    lines = [
        "# fish completion for mailshell: save this as ~/.config/fish/completions/mailshell.fish",
        "complete -c mailshell -f",
        f"complete -c mailshell -n __fish_use_subcommand -a {_fish_text(' '.join([*modes, *SCHEMES]))}",
        *(
            f"complete -c mailshell -n {where} -a '(mailshell {_PROFILES})'"
            for where in ("__fish_use_subcommand", "'__fish_seen_subcommand_from profiles'")
        ),
    ]
    for mode in modes:
        if words_of(mode):
            words = _fish_text(" ".join(words_of(mode)))
            lines.append(f"complete -c mailshell -n '__fish_seen_subcommand_from {mode}' -a {words}")
    for option in options:
        names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in option.names)
        values = " ".join(option.words)
        if option.setting:
            values = " ".join(f"{one.name}={word}" for one in SETTINGS.values() for word in one.words or ("",))
        takes = " -r -F" if option.file else f" -x -a {_fish_text(values)}" if option.takes else ""
        lines.append(f"complete -c mailshell {names}{takes} -d {_fish_text(option.help)}")
    return "\n".join([*lines, ""])


def _fish_text(text: str) -> str:
    """A string of fish in single quotes, in which only a backslash and the quote itself are special."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


#: The shells, and what writes the script for each.
SHELLS: dict[str, Callable[[Sequence[Option], Sequence[str]], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
