"""The options for TLS: each does what it says, and what it can't do is one sentence."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
from batch_support import Serve, inside
from certificates import issue, server_context

ROOT = issue("Root")
HOSTS = ("127.0.0.1", "localhost")
GREETING = "S: * OK [CAPABILITY IMAP4rev1] ready"
SCRIPT = f"TLS\n{GREETING}\nLOGOUT"
ECDHE = "ECDHE-ECDSA-AES128-GCM-SHA256"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds ``root.pem``, what a client may show of itself, and what is wrong with each."""
    made = tmp_path_factory.mktemp("options")
    client = issue("ana", ROOT, hosts=("ana.example",))
    (made / "root.pem").write_bytes(ROOT.pem)
    (made / "client.der").write_bytes(client.der)
    (made / "client.pem").write_bytes(client.pem)
    (made / "client.key").write_bytes(client.key_pem())
    (made / "both.pem").write_bytes(client.key_pem() + client.pem)
    (made / "other.key").write_bytes(issue("other").key_pem())
    (made / "locked.key").write_bytes(client.key_pem(b"passphrase"))
    (made / "text").write_text("nothing\n")
    (made / "empty").mkdir()
    return made


def shown(serve: Serve, folder: Path, *options: str, context: ssl.SSLContext | None = None) -> str:
    """What ``.tls`` says of a connection made with these options."""
    context = context or server_context(issue("h", ROOT, hosts=HOSTS))
    server = serve(SCRIPT, tls=context)
    outcome = inside(server.url("imaps"), "--cafile", str(folder / "root.pem"), *options, "-c", ".tls")
    assert outcome.status == 0, outcome
    return outcome.out


def refused(*options: str, status: int = 3) -> str:
    """The one sentence of a run that can't even begin."""
    outcome = inside("imaps://127.0.0.1:1", *options, "-c", "NOOP")
    assert outcome.status == status, outcome
    assert len(outcome.messages) == 1, outcome.messages
    return outcome.messages[0]


# --- what is shown of itself


@pytest.mark.parametrize("files", [("both.pem",), ("client.pem", "client.key")])
def test_a_client_certificate_is_shown_when_it_is_asked_for(serve: Serve, folder: Path, files: tuple[str, ...]) -> None:
    context = server_context(issue("h", ROOT, hosts=HOSTS))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(folder / "root.pem")
    seen: list[bytes | None] = []
    server = serve(
        ["TLS", lambda connection: seen.append(connection.peer_certificate), GREETING, "LOGOUT"], tls=context
    )
    options = [
        word for option, name in zip(("--cert", "--key"), files, strict=False) for word in (option, str(folder / name))
    ]
    outcome = inside(server.url("imaps"), "--cafile", str(folder / "root.pem"), *options, "-c", ".tls")
    assert outcome.status == 0, outcome
    assert "own          asked for, and shown\n" in outcome.out
    assert seen == [(folder / "client.der").read_bytes()]


#: In TLS 1.3 the client's part of the handshake is over before the server says what it lacks.
@pytest.mark.parametrize(("version", "status"), [(ssl.TLSVersion.TLSv1_2, 3), (ssl.TLSVersion.TLSv1_3, 4)])
def test_a_client_certificate_that_is_missing(serve: Serve, folder: Path, version: ssl.TLSVersion, status: int) -> None:
    context = server_context(issue("h", ROOT, hosts=HOSTS))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(folder / "root.pem")
    context.maximum_version = version
    outcome = inside(serve("TLS-BROKEN", tls=context).url("imaps"), "--cafile", str(folder / "root.pem"), "-c", "NOOP")
    assert outcome.status == status
    assert "asks for a client certificate: give one with --cert FILE, and its key with --key FILE" in outcome.err


def test_no_client_certificate_is_shown_unasked(serve: Serve, folder: Path) -> None:
    seen: list[bytes | None] = []
    context = server_context(issue("h", ROOT, hosts=HOSTS))
    server = serve(
        ["TLS", lambda connection: seen.append(connection.peer_certificate), GREETING, "LOGOUT"], tls=context
    )
    options = ["--cafile", str(folder / "root.pem"), "--cert", str(folder / "both.pem")]
    assert inside(server.url("imaps"), *options, "-c", ".tls").status == 0
    assert seen == [None]


# --- the name


def test_the_name_sent_and_looked_for(serve: Serve, folder: Path) -> None:
    names: list[str | None] = []
    context = server_context(issue("h", ROOT, hosts=("mail.example.org",)))
    context.sni_callback = lambda _, name, __: names.append(name)
    told = shown(serve, folder, "--sni", "mail.example.org", context=context)
    assert names == ["mail.example.org"]
    assert "SNI          mail.example.org\n" in told
    assert "verified     yes: the chain is trusted, valid now, and for mail.example.org\n" in told


def test_an_address_is_looked_for_and_not_sent(serve: Serve, folder: Path) -> None:
    names: list[str | None] = []
    context = server_context(issue("h", ROOT, hosts=HOSTS))
    context.sni_callback = lambda _, name, __: names.append(name)
    assert "SNI          none, as 127.0.0.1 is an address\n" in shown(serve, folder, context=context)
    assert names == [None]


@pytest.mark.parametrize("name", ["a b", ".example.org", "x" * 70 + ".example.org", "a..b"])
def test_a_name_that_is_none(serve: Serve, folder: Path, name: str) -> None:
    server = serve("STALL")
    outcome = inside(server.url("imaps"), "--sni", name, "--timeout", "1", "--connect-timeout", "1", "-c", "NOOP")
    assert outcome.status == 3, outcome
    assert len(outcome.messages) == 1


# --- versions, ciphers, ALPN


@pytest.mark.parametrize(
    ("options", "highest", "version"),
    [
        (["--tls-max", "1.2"], ssl.TLSVersion.TLSv1_3, "TLSv1.2"),
        (["--tls-min", "1.3"], ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
        (["--tls-min", "1.2", "--tls-max", "1.2"], ssl.TLSVersion.TLSv1_3, "TLSv1.2"),
        (["--tls-max", "1.1"], ssl.TLSVersion.TLSv1_3, "TLSv1.1"),
        (["--tls-min", "1.0"], ssl.TLSVersion.TLSv1, "TLSv1"),
        (["--insecure"], ssl.TLSVersion.TLSv1_1, "TLSv1.1"),
        ([], ssl.TLSVersion.TLSv1_3, "TLSv1.3"),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_versions(serve: Serve, folder: Path, options: list[str], highest: ssl.TLSVersion, version: str) -> None:
    context = server_context(issue("h", ROOT, hosts=HOSTS))
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, highest
    assert f"TLS          {version}, " in shown(serve, folder, *options, context=context)


def test_a_version_that_the_server_lacks(serve: Serve, folder: Path) -> None:
    context = server_context(issue("h", ROOT, hosts=HOSTS))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    server = serve("TLS-BROKEN", tls=context)
    outcome = inside(server.url("imaps"), "--tls-min", "1.3", "-c", "NOOP")
    assert outcome.status == 3
    assert "speaks no TLS version that is accepted here" in outcome.err


def test_ciphers(serve: Serve, folder: Path) -> None:
    told = shown(serve, folder, "--ciphers", ECDHE, "--tls-max", "1.2")
    assert f"TLS          TLSv1.2, {ECDHE} (128 bits)\n" in told


def test_alpn(serve: Serve, folder: Path) -> None:
    context = server_context(issue("h", ROOT, hosts=HOSTS))
    context.set_alpn_protocols(["imap"])
    assert "ALPN         imap\n" in shown(serve, folder, "--alpn", "imap", context=context)
    assert "ALPN         none agreed\n" in shown(serve, folder, context=context)


# --- whom to trust


def test_a_folder_of_certificates(serve: Serve, folder: Path, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which names the files of such a folder, is not installed")
    shutil.copy(folder / "root.pem", tmp_path / "root.pem")
    url = serve(SCRIPT, tls=server_context(issue("h", ROOT, hosts=HOSTS))).url("imaps")
    before = inside(url, "--capath", str(tmp_path), "-c", "NOOP")
    assert before.status == 3
    assert f"{tmp_path}: holds no certificate under a hashed name: run openssl rehash {tmp_path}" in before.err
    subprocess.run(["openssl", "rehash", str(tmp_path)], check=True)
    outcome = inside(url, "--capath", str(tmp_path), "-c", ".tls")
    assert outcome.status == 0
    assert "verified     yes" in outcome.out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--cafile", "{}/none.pem"], "{}/none.pem: cannot read the CA file: no such file"),
        (["--cafile", "{}/text"], "{}/text: holds no certificate in PEM form"),
        (["--cafile", "{}/empty"], "{}/empty: cannot read the CA file: is a directory"),
        (["--capath", "{}/none"], "{}/none: cannot read the CA folder: no such file"),
        (["--capath", "{}/text"], "{}/text: cannot read the CA folder: not a directory"),
        (["--capath", "{}/empty"], "{}/empty: holds no certificate under a hashed name"),
        (["--cert", "{}/none.pem"], "{}/none.pem: cannot read the client's certificate: no such file"),
        (["--cert", "{}/text"], "{}/text: holds no certificate in PEM form"),
        (["--cert", "{}/client.pem"], "{}/client.pem: holds no key beside the certificate: give it with --key"),
        (["--cert", "{}/client.pem", "--key", "{}/none.key"], "{}/none.key: cannot read the client's certificate"),
        (["--cert", "{}/client.pem", "--key", "{}/text"], "{}/text: holds no key in PEM form"),
        (["--cert", "{}/client.pem", "--key", "{}/other.key"], "{}/other.key: this key belongs to another certificate"),
        (["--cert", "{}/client.pem", "--key", "{}/locked.key"], "{}/locked.key: the key has a passphrase"),
        (["--key", "{}/client.key"], "a key without a certificate is of no use"),
        (["--keylog", "{}/none/keys"], "{}/none/keys: cannot write the key log: no such file"),
        (["--keylog", "{}/empty"], "{}/empty: cannot write the key log: is a directory"),
        (["--ciphers", "NONSENSE"], "no cipher suite of TLS up to 1.2 is called NONSENSE"),
        (["--ciphers", "ü"], "no cipher suite of TLS up to 1.2 is called ü"),
        (["--alpn", "ü"], "ü is no protocol of ALPN"),
        (["--alpn", "x" * 256], "is no protocol of ALPN"),
        (["--tls-min", "1.3", "--tls-max", "1.2"], "no TLS version is at least 1.3 and at most 1.2"),
    ],
)
def test_what_can_not_be_done_is_one_sentence(folder: Path, options: list[str], words: str) -> None:
    told = refused(*(option.format(folder) for option in options))
    assert words.format(folder) in told


@pytest.mark.parametrize("options", [["--tls-min", "1.4"], ["--tls-max", "ssl3"]])
def test_a_version_that_there_is_not(options: list[str]) -> None:
    assert "invalid choice" in refused(*options, status=2)
