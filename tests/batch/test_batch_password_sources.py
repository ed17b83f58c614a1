"""Where passwords and tokens come from: the order, the keyring, ``~/.netrc``, and that none shows anywhere."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import keyring
import pytest
from batch_support import Certificates, Serve, inside
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from mailshell.exits import UsageError
from mailshell.interpreter.passwords import PasswordSource, SecretSources
from mailshell.interpreter.stores import Account
from mailshell.secret import Secret

PASSWORD = "geheim 12"
#: The right password, which only the source that should count gives; the others give a wrong one.
LOGIN = f'S: * OK [CAPABILITY IMAP4rev1] ready\nC: a1 LOGIN fred "{PASSWORD}"\nS: a1 OK in\nLOGOUT'
NOBODY = "S: * OK [CAPABILITY IMAP4rev1] ready\nLOGOUT"


class Ring(KeyringBackend):
    """A keyring that has one password, or fails."""

    priority = 1

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.error = error
        self.asked: list[tuple[str, str]] = []

    def get_password(self, service: str, username: str) -> str | None:
        self.asked.append((service, username))
        if self.error is not None:
            raise self.error
        return PASSWORD if (service, username) == ("mailshell", "fred@127.0.0.1") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("WRONG", "another one")
    return tmp_path


@pytest.fixture
def ring() -> Iterator[Ring]:
    before = keyring.get_keyring()
    made = Ring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def write_netrc(home: Path, text: str, mode: int = 0o600) -> None:
    (home / ".netrc").write_text(text)
    (home / ".netrc").chmod(mode)


# --- the order


@pytest.mark.parametrize(
    "arguments",
    [
        ["--password", PASSWORD, "--password-env", "WRONG"],
        ["--password-env", "RIGHT", "--password-file", "wrong"],
        ["--password-file", "right", "--password-command", "echo wrong"],
        ["--password-command", f"echo {PASSWORD}", "--keyring", "--netrc"],
        ["--keyring", "--netrc"],
        ["--netrc"],
    ],
)
def test_the_first_of_those_given_counts(
    serve: Serve, ring: Ring, home: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(home)
    (home / "right").write_text(f"{PASSWORD}\n")
    (home / "wrong").write_text("another one\n")
    is_netrc = arguments == ["--netrc"]
    write_netrc(
        home, f"machine 127.0.0.1 login fred password {'{}'}\n".format(f'"{PASSWORD}"' if is_netrc else "wrong")
    )
    outcome = inside(serve(LOGIN).url("imap", "fred"), *arguments, env={"RIGHT": PASSWORD})
    assert outcome.status == 0
    assert bool(ring.asked) == (arguments[0] == "--keyring")
    assert PASSWORD not in outcome.everything


def test_the_password_in_the_url_comes_before_the_options(serve: Serve) -> None:
    outcome = inside(serve(LOGIN).url("imap", "fred:geheim%2012"), "--password-env", "WRONG")
    assert outcome.status == 0


def test_asking_comes_before_all_else(serve: Serve) -> None:
    outcome = inside(serve(NOBODY).url("imap", "fred:wrong"), "--ask-password", "--password-env", "WRONG")
    assert outcome.status == 2
    assert "there is no terminal to ask at; give --password-env, --password-file or --password-command" in outcome.err


def test_neither_store_is_touched_unless_asked_for(serve: Serve, ring: Ring, home: Path) -> None:
    write_netrc(home, f'machine 127.0.0.1 login fred password "{PASSWORD}"\n')
    outcome = inside(serve(NOBODY).url("imap", "fred"))
    assert outcome.status == 2
    assert ring.asked == []


def test_the_keyring_is_not_imported_unless_asked_for() -> None:
    code = (
        "import sys; from mailshell.cli import main; main(['--no-config', '--keyring', '-c', '.set']); "
        "print('keyring' in sys.modules)"
    )
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert printed.endswith("False\n")


# --- the keyring


@pytest.mark.parametrize(
    ("backend", "sentence"),
    [
        (Ring(RuntimeError("locked, and here is hush")), "note: the keyring can't be read (RuntimeError)"),
        (fail.Keyring(), "note: this system has no keyring that can be used: keyring --list-backends tells of them"),
        (
            null.Keyring(),
            "note: the keyring has no password for fred@127.0.0.1: keyring set mailshell fred@127.0.0.1 puts it there",
        ),
    ],
    ids=["an error", "none", "null"],
)
def test_a_keyring_without_the_password(serve: Serve, ring: Ring, backend: KeyringBackend, sentence: str) -> None:
    keyring.set_keyring(backend)
    outcome = inside(serve(NOBODY).url("imap", "fred"), "--keyring")
    assert outcome.status == 2
    told, end = outcome.messages
    assert told == sentence
    assert end.startswith("Password of fred at 127.0.0.1:")
    assert "hush" not in outcome.everything


def test_after_the_keyring_comes_netrc(serve: Serve, ring: Ring, home: Path) -> None:
    keyring.set_keyring(null.Keyring())
    write_netrc(home, f'machine 127.0.0.1 login fred password "{PASSWORD}"\n')
    outcome = inside(serve(LOGIN).url("imap", "fred"), "--keyring", "--netrc")
    assert outcome.status == 0
    assert len(outcome.messages) == 1


def test_the_keyring_is_not_installed(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    outcome = inside(serve(NOBODY).url("imap", "fred"), "--keyring")
    assert outcome.messages[0] == "note: the keyring needs a package: pip install 'mailshell[keyring]'"


def test_the_account_has_no_port_and_small_letters() -> None:
    assert Account("Ana", "Mail.Example.org", "Mail.Example.org:1143").name == "Ana@mail.example.org"


# --- ~/.netrc

ENTRY = "machine 127.0.0.1 login fred password hush\n"


@pytest.mark.parametrize(
    "text",
    [
        f'machine 127.0.0.1 login fred password "{PASSWORD}"\n',
        f'machine other login x password y\ndefault login fred password "{PASSWORD}"\n',
        f'machine 127.0.0.1 password "{PASSWORD}"\n',
        f'machine 127.0.0.1 login ana password x\nmachine 127.0.0.1 login fred password "{PASSWORD}"\n',
    ],
)
def test_entries_of_netrc(serve: Serve, home: Path, text: str) -> None:
    write_netrc(home, text)
    outcome = inside(serve(LOGIN).url("imap", "fred"), "--netrc")
    assert (outcome.status, outcome.err) == (0, "")


@pytest.mark.parametrize(
    ("text", "mode", "sentence"),
    [
        (None, 0o600, "there is no {path}"),
        ("machine other login fred password hush\n", 0o600, "{path} has no entry for 127.0.0.1"),
        (
            "machine 127.0.0.1 login ana password hush\n",
            0o600,
            "{path} has a password for 127.0.0.1, but of the user ana and not fred",
        ),
        ("machine 127.0.0.1 login fred\n", 0o600, "the entry of {path} for 127.0.0.1 has no password"),
        ("machine 127.0.0.1 login fred pass hush\n", 0o600, "{path} can't be read from line 1 on"),
        (ENTRY, 0o644, "{path} is open to others (mode 0644): chmod 600 {path}"),
        (ENTRY, 0o620, "{path} is open to others (mode 0620): chmod 600 {path}"),
    ],
)  # fmt: skip
def test_netrc_without_the_password(serve: Serve, home: Path, text: str | None, mode: int, sentence: str) -> None:
    if text is not None:
        write_netrc(home, text, mode)
    outcome = inside(serve(NOBODY).url("imap", "fred"), "--netrc")
    assert outcome.status == 2
    assert outcome.messages[0] == f"note: {sentence.format(path=home / '.netrc')}"
    assert "hush" not in outcome.everything


# --- tokens


@dataclass
class Asker:
    """Stands for the person at the terminal."""

    answers: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    async def ask(self, question: str) -> str:
        self.asked.append(question)
        return self.answers.pop(0)


ACCOUNT = Account("ana", "h", "h:143")


def tokens(sources: SecretSources, asker: Asker, *renewals: bool) -> list[str]:
    async def all_of_them() -> list[str]:
        return [(await sources.token_for(ACCOUNT, print, asker.ask, renew=renew)).reveal() for renew in renewals]

    return asyncio.run(all_of_them())


def test_a_token_command_runs_again_only_when_the_token_is_refused(home: Path) -> None:
    command = f"echo run >> {home}/runs; wc -l < {home}/runs | tr -d ' '"
    sources = SecretSources(token=PasswordSource(command=command, what="token"))
    assert tokens(sources, Asker(), False, False, True, False) == ["1", "1", "2", "2"]


def test_each_account_has_a_token_of_its_own(home: Path) -> None:
    command = f"echo run >> {home}/runs; wc -l < {home}/runs | tr -d ' '"
    sources, asker = SecretSources(token=PasswordSource(command=command, what="token")), Asker(["hers"])

    async def both() -> list[str]:
        accounts = [ACCOUNT, Account("eva", "h"), ACCOUNT]
        return [(await sources.token_for(account, print, asker.ask, renew=False)).reveal() for account in accounts]

    assert asyncio.run(both()) == ["1", "hers", "1"]
    assert asker.asked == ["Token of eva: "]


def test_a_token_file_is_read_again(home: Path) -> None:
    (home / "token").write_text("first\n")
    sources = SecretSources(token=PasswordSource(file=str(home / "token"), what="token"))
    assert tokens(sources, Asker(), False) == ["first"]
    (home / "token").write_text("second\n")
    assert tokens(sources, Asker(), True) == ["second"]


def test_a_token_of_the_environment_can_not_be_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("T", "hush")
    sources = SecretSources(token=PasswordSource(env="T", what="token"))
    assert tokens(sources, Asker(), False) == ["hush"]
    with pytest.raises(UsageError, match="no other token to try: it comes from the environment variable T"):
        tokens(sources, Asker(), True)


def test_a_token_is_asked_for_where_nothing_is_given() -> None:
    asker = Asker(["one", "two"])
    assert tokens(SecretSources(), asker, False, True) == ["one", "two"]
    assert asker.asked == ["Token of ana at h:143: "] * 2


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (PasswordSource(env="NOT_SET", what="token"), "NOT_SET, which should hold the token, is not set"),
        (PasswordSource(file="/nonexistent", what="token"), "the token file /nonexistent can't be read"),
        (PasswordSource(command="echo hush >&2; exit 3", what="token"), "the token command ended with exit status 3"),
    ],
)
def test_no_token_to_be_had(source: PasswordSource, sentence: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match=sentence):
        tokens(SecretSources(token=source), Asker(), False)
    # What a command says on standard error reaches the person.
    assert capfd.readouterr().err == ("hush\n" if source.command else "")


def test_nothing_prints_a_secret() -> None:
    sources = SecretSources(PasswordSource(Secret("hush")), PasswordSource(command="echo token", what="token"))
    tokens(sources, Asker(), False)
    assert "hush" not in repr(sources)
    assert "hush" not in sources.password.text
    assert "echo" not in sources.token.text


def test_what_was_given_for_one_host_goes_to_no_other(serve: Serve) -> None:
    greeting = "S: * OK [CAPABILITY IMAP4rev1] ready"
    first = serve(f'{greeting}\nC: a1 LOGIN ana "geheim1"\nS: a1 OK in\nLOGOUT')
    second = serve(f"{greeting}\nLOGOUT")
    elsewhere = f"imap://ana@localhost:{second.port}"
    outcome = inside(
        first.url("imap", "ana"), "--password-env", "PW", "-c", f".session {elsewhere}", env={"PW": "geheim1"}
    )
    assert outcome.status == 2
    assert "the password that was given is for ana@127.0.0.1, and for nobody else" in outcome.err
    assert b"geheim1" not in second.received


def test_what_went_through_tls_does_not_go_in_the_clear_unasked(serve: Serve, certificates: Certificates) -> None:
    greeting = "S: * OK [CAPABILITY IMAP4rev1] ready"
    first = serve(f'TLS\n{greeting}\nC: a1 LOGIN ana "geheim1"\nS: a1 OK in\nLOGOUT', tls=certificates.good)
    second = serve(f"{greeting}\nLOGOUT")
    arguments = ["--cafile", certificates.cafile, "--password-env", "PW", "-c", f".session {second.url('imap', 'ana')}"]
    outcome = inside(first.url("imaps", "ana"), *arguments, env={"PW": "geheim1"})
    assert outcome.status == 2
    assert "went through TLS, and does not go in the clear unasked" in outcome.err
    assert b"geheim1" not in second.received
