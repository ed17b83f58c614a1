"""Passwords that are kept elsewhere: in the system's keyring, and in ``~/.netrc``. Asked only where that was chosen."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from mailshell.secret import Secret
from mailshell.streams import reason

#: The service under which the keyring has the passwords; the account is USER@HOST.
SERVICE = "mailshell"


class StoreFailed(Exception):
    """There is no password in the store. The message is one sentence which says why."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose secret is looked for: ``host`` has no port; ``server`` is what a person is told, with a port perhaps."""

    user: str
    host: str = ""
    server: str = ""
    #: Whether the secret goes through TLS, or to no network.
    protected: bool = True

    @property
    def name(self) -> str:
        """The account in the keyring."""
        return f"{self.user}@{self.host.lower()}"

    def question(self, what: str) -> str:
        """What asks for the ``password`` or ``token``."""
        where = f" at {self.server}" if self.server else ""
        return f"{what.capitalize()} of {self.user}{where}: "


def from_keyring(account: Account) -> Secret:
    """The password in the system's keyring, service `SERVICE`, account USER@HOST. Raises StoreFailed; may block."""
    try:
        # At no start: finding the keyring of the desktop takes a while, and may open a window.
        import keyring
        import keyring.errors
    except ImportError:
        raise StoreFailed("the keyring needs a package: pip install 'mailshell[keyring]'") from None
    try:
        password = keyring.get_password(SERVICE, account.name)
    except keyring.errors.NoKeyringError:
        raise StoreFailed(
            "this system has no keyring that can be used: keyring --list-backends tells of them"
        ) from None
    except Exception as error:
        # A backend raises what it likes: D-Bus is away, the keyring stays locked. Only its kind is told, for its text
        # may be of any length and hold anything.
        raise StoreFailed(f"the keyring can't be read ({type(error).__name__})") from None
    if password is None:
        raise StoreFailed(
            f"the keyring has no password for {account.name}: keyring set {SERVICE} {account.name} puts it there"
        )
    return Secret(password)


def netrc_path() -> Path:
    """``~/.netrc``."""
    return Path(os.path.expanduser("~/.netrc"))


def exposed(path: Path) -> str:
    """Who else may read a file with a secret, in a sentence; empty if nobody, or if there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return ""
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return f"{path} is open to others (mode {stat.S_IMODE(status.st_mode):04o}): chmod 600 {path}"
    return ""


def from_netrc(account: Account) -> Secret:
    """The password in ``~/.netrc``: of the entry for the host, else of ``default``, if it is for this user or for any.

    Of several entries for one host Python's reader keeps the last. Raises StoreFailed.
    """
    import netrc

    path = netrc_path()
    if sentence := exposed(path):
        raise StoreFailed(sentence)
    try:
        found = netrc.netrc(str(path)).authenticators(account.host)
    except FileNotFoundError:
        raise StoreFailed(f"there is no {path}") from None
    except netrc.NetrcParseError as error:
        # Its message may repeat a password.
        raise StoreFailed(f"{path} can't be read from line {error.lineno} on") from None
    except (OSError, ValueError) as error:
        raise StoreFailed(f"{path} can't be read: {reason(error)}") from None
    if found is None:
        raise StoreFailed(f"{path} has no entry for {account.host}")
    login, _, password = found
    if login and login != account.user:
        raise StoreFailed(f"{path} has a password for {account.host}, but of the user {login} and not {account.user}")
    if not password:
        raise StoreFailed(f"the entry of {path} for {account.host} has no password")
    return Secret(password)
