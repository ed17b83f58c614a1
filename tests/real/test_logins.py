"""Every way to log in, on real servers: accepted with the right secret and refused with a wrong one.

``mailshell auth`` is what tries them, so that its table is tested as well. What a server lacks is tested against a
scripted one (``tests/batch/test_batch_sasl.py``).
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from servers.server import RARE, Server

from mailshell.sasl.table import MECHANISMS

WRONG = "wr0ng-s3cret"
#: Over TLS 1.2, which both sides bind to alike (tls-unique); Cyrus of today knows no other binding.
BOUND = ("SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS")
PASSWORDS = ("PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
WAYS = {
    ("dovecot", "imap"): (*PASSWORDS, "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS", "LOGIN-COMMAND"),
    ("dovecot", "pop3"): (*PASSWORDS, "XOAUTH2", "OAUTHBEARER", "EXTERNAL", "ANONYMOUS", "USER"),
    ("cyrus", "imap"): (*PASSWORDS, *BOUND, "EXTERNAL", "ANONYMOUS", "LOGIN-COMMAND"),
    # Its guest has no mailbox, which POP3 needs.
    ("cyrus", "pop3"): (*PASSWORDS, *BOUND, "EXTERNAL", "USER", "APOP"),
}
#: The results, printed at the end.
TABLE: list[str] = []


@pytest.fixture(scope="module", autouse=True)
def table(request: pytest.FixtureRequest) -> Iterator[None]:
    """Prints the results as one table."""
    TABLE.clear()
    yield
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("", *TABLE, sep="\n")


def run(*arguments: str, secret: str) -> subprocess.CompletedProcess[str]:
    """Run mailshell with the secret in the environment; nothing that it prints holds it in any form."""
    command = [sys.executable, "-m", "mailshell", "--no-config", *arguments]
    environment = {**os.environ, "PW": secret}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=environment, stdin=subprocess.DEVNULL
    )
    everything = done.stdout + done.stderr
    assert "Traceback" not in everything, everything
    for form in (secret.encode(), f"\0eva\0{secret}".encode()):
        assert base64.b64encode(form).decode() not in everything
    assert secret not in everything
    return done


def needs_token(way: str) -> bool:
    """Whether the way is one of OAuth."""
    return way in MECHANISMS and MECHANISMS[way].needs == "token"


def arguments(server: Server, protocol: str, way: str, *, right: bool) -> list[str]:
    """The URL and the options to log in this way."""
    secure = way == "EXTERNAL" or way in BOUND
    user = "ana" if needs_token(way) or way == "EXTERNAL" else "eva"
    port = getattr(server, f"{protocol}{'s' if secure else ''}")
    found = [f"{protocol}{'s' if secure else ''}://{user}@localhost:{port}", "--auth", way]
    if secure:
        found += ["--cafile", str(server.cafile)]
    if way in BOUND:
        found += ["--tls-max", "1.2"]
    if way == "EXTERNAL" and right:
        found += ["--cert", str(server.client_certificate)]
    return [*found, "--token-env" if needs_token(way) else "--password-env", "PW"]


@pytest.mark.parametrize(
    ("server", "protocol", "way"),
    [(name, protocol, way) for (name, protocol), ways in WAYS.items() for way in ways],
    indirect=["server"],
)
def test_right_and_wrong(server: Server, protocol: str, way: str) -> None:
    right = server.token if needs_token(way) else RARE
    shown = []
    for is_right, secret in ((True, right), (False, WRONG)):
        if way == "ANONYMOUS" and not is_right:
            continue  # whoever comes is let in
        done = run("auth", *arguments(server, protocol, way, right=is_right), "--json", "-d", "5", secret=secret)
        row = json.loads(done.stdout)
        shown.append(f"{row['result']} {row['milliseconds']:6.1f} ms")
        assert (row["way"], row["tried"]) == (way, True)
        assert (row["result"], done.returncode) == (("accepted", 0) if is_right else ("refused", 1)), done
    TABLE.append(f"{server.name:8} {protocol:5} {way:19} {'   '.join(shown)}")


@pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_the_table_of_a_server(server: Server, protocol: str) -> None:
    scheme, port = f"{protocol}s", getattr(server, f"{protocol}s")
    options = ["--cafile", str(server.cafile), "--password-env", "PW", "--tls-max", "1.2"]
    done = run("auth", f"{scheme}://eva@localhost:{port}", *options, secret=RARE)
    head, *rows = done.stdout.splitlines()
    assert head.split() == ["way", "offered", "tried", "ms", "result"]
    assert done.returncode == 0
    found = {row.split()[0]: row for row in rows}
    for way in ("PLAIN", "CRAM-MD5", "SCRAM-SHA-256"):
        assert " yes      yes " in found[way]
        assert "accepted: " in found[way]
    if server.name == "dovecot":
        assert "no token is given" in found["XOAUTH2"]


@pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)
@pytest.mark.parametrize("most", [1, 2, 3])
def test_it_stops_before_the_account_is_locked(server: Server, most: int) -> None:
    url = f"imap://eva@localhost:{server.imap}"
    done = run("auth", url, "--password-env", "PW", "--max-failures", str(most), "--json", secret=WRONG)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [row["result"] for row in results].count("refused") == most
    left = [row for row in results if not row["tried"] and "lest the account is locked" in row["words"]]
    assert "LOGIN-COMMAND" in [row["way"] for row in left]


@pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)
@pytest.mark.parametrize(("protocol", "line"), [("imap", "AUTHENTICATE ?"), ("pop3", "AUTH ?")])
def test_what_is_offered(server: Server, protocol: str, line: str) -> None:
    url = f"{protocol}://localhost:{getattr(server, protocol)}"
    done = run(url, "-c", line, secret="none")
    assert done.returncode == 0, done.stderr
    names = [row.split()[0] for row in done.stdout.splitlines()]
    assert {"PLAIN", "SCRAM-SHA-256", "DIGEST-MD5"} <= set(names)
    assert "chosen at the start" in done.stdout


@pytest.mark.parametrize("server", ["dovecot", "cyrus"], indirect=True)
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_server_that_proves_itself_is_explained(server: Server, protocol: str) -> None:
    url = f"{protocol}://eva@localhost:{getattr(server, protocol)}"
    done = run(url, "--password-env", "PW", "--auth", "SCRAM-SHA-256", "--explain", "-c", "NOOP", secret=RARE)
    assert done.returncode == 0, done.stderr
    assert "4,096 rounds of hashing" in done.stderr
    assert "the proof ⟦proof⟧ that the server knows the password too" in done.stderr
    assert "this side accepts the server's proof" in done.stderr
    assert "never proved" not in done.stderr


@pytest.mark.parametrize("server", ["dovecot"], indirect=True)
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_plain_with_an_authorization_identity(server: Server, protocol: str) -> None:
    """Dovecot lets nobody act as another here, and says so; it takes the own name."""
    url = f"{protocol}://eva@localhost:{getattr(server, protocol)}"
    for identity, status in (("eva", 0), ("ben", 1)):
        options = ["--auth", "PLAIN", "--authzid", identity, "--password-env", "PW"]
        assert run(url, *options, "-c", "NOOP", secret=RARE).returncode == status


@pytest.mark.parametrize("server", ["dovecot"], indirect=True)
def test_a_token_command_runs_again_when_the_token_is_refused(server: Server, tmp_path: object) -> None:
    folder = str(tmp_path)
    command = f"cd {folder} && if [ -e old ]; then echo '{server.token}'; else touch old; echo stale-t0ken; fi"
    url = f"imap://ana@localhost:{server.imap}"
    done = run(url, "--auth", "XOAUTH2", "--token-command", command, "-c", "NOOP", secret=server.token)
    assert done.returncode == 0, done.stderr
    assert "tried once more with a new one" in done.stderr
