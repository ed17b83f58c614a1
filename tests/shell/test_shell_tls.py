"""TLS at the terminal: a handshake that fails leaves the shell open, where the chain can be looked at."""

from __future__ import annotations

from pathlib import Path

from certificates import issue, server_context
from cryptography import x509
from playbook import PlaybookServer
from terminal import CTRL_D, Start

HOSTS = ("127.0.0.1",)


def test_after_a_failure_at_the_start_the_chain_is_shown_and_the_session_opened_again(
    start: Start, tmp_path: Path
) -> None:
    root = issue("Root")
    (tmp_path / "root.pem").write_bytes(root.pem)
    script = "S: * OK [CAPABILITY IMAP4rev1] ready\nLOGOUT"
    server = PlaybookServer(["TLS-BROKEN"], [f"TLS\n{script}"],
                            tls=server_context(issue("h", root, hosts=HOSTS, days=(-9, -1))))  # fmt: skip
    shell = start(server.url("imaps"), "--cafile", str(tmp_path / "root.pem"))
    shell.wait_for(f"the certificate of 127.0.0.1:{server.port} expired on ")
    shell.wait_for_prompt("> ")
    shell.enter(".tls")
    shell.wait_for("check        expiry (of the certificate) is what failed", "EXPIRED", "SHA-256")
    shell.enter(".insecure on")
    shell.wait_for("certificates are NOT verified from the next .open on")
    shell.enter(".open")
    shell.wait_for("ready")
    shell.enter(".tls")
    shell.wait_for("verified     NO: any certificate is accepted (--insecure)")
    shell.type(CTRL_D)
    assert shell.wait_for_end() == 0
    server.finish()
    assert server.problems == []


def test_control_characters_of_a_certificate_never_reach_the_terminal(start: Start) -> None:
    hostile = "evil\x1b]0;title\x07\x1b[2J\u202egood"
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, hostile, _validate=False)])
    server = PlaybookServer(["TLS-BROKEN"], tls=server_context(issue("h", hosts=HOSTS, subject=subject)))
    shell = start(server.url("imaps"))
    shell.wait_for("is self-signed")
    shell.enter(".tls")
    shell.wait_for(r"CN=evil\x1b]0\;title\x07\x1b[2J\u202egood")
    shell.type(CTRL_D)
    assert shell.wait_for_end() == 0
    server.finish()
    assert server.problems == []
