"""Makes the reports of this folder anew, with ``mailshell check``, on real servers; and the index in README.md.

python recordings/checks/make.py      (needs Dovecot, Cyrus and pymap, see tests/servers)
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(FOLDER.parent)]

from check.letters_for_check import MESSAGES, PLAIN  # noqa: E402
from make import fill  # noqa: E402
from servers.cyrus import start_cyrus  # noqa: E402
from servers.dovecot import start_dovecot  # noqa: E402
from servers.pymap import start_pymap  # noqa: E402
from servers.server import Server  # noqa: E402

STARTS: dict[str, Callable[[], Server]] = {"dovecot": start_dovecot, "cyrus": start_cyrus, "pymap": start_pymap}
FORMS = {"markdown": "md", "html": "html", "json": "json"}
#: pymap's own sample has no letter whose date and names show what it makes of them.
LETTER = (
    PLAIN,
    b"From: =?utf-8?q?J=C3=B6rg?= <joerg@example.net>\r\nTo: ana@example.org\r\nMessage-ID: <photos@example.net>\r\n"
    b"Date: Fri, 20 Nov 2026 11:40:00 +0100\r\nSubject: =?utf-8?q?Fotos_von_der_W=C3=BCste?=\r\n\r\nhello\r\n",
)


def check(server: Server, protocol: str, form: str, *more: str) -> None:
    """One report."""
    target = FOLDER / f"{server.name}-{protocol}.{FORMS[form]}"
    target.unlink(missing_ok=True)
    trust = ["--cafile", str(server.cafile)] if server.cafile is not None else []
    port = server.imap if protocol == "imap" else server.pop3
    url = f"{protocol}://{server.user}@localhost:{port}"
    command = [sys.executable, "-m", "mailshell", "check", url, "--no-config", "--password-env", "PW", "--allow-writes"]
    command += [*trust, "--to", form, "--output", str(target), *more]
    done = subprocess.run(command, env={**os.environ, "PW": server.password, "PYTHONPATH": str(ROOT)}, timeout=120)
    if done.returncode:
        raise SystemExit(f"{target.name}: exit status {done.returncode}")
    target.chmod(0o644)


def add(server: Server) -> None:
    """Put the sample messages into INBOX."""
    import imaplib

    if server.name != "pymap":
        fill(server)
    with imaplib.IMAP4("127.0.0.1", server.imap) as imap:
        imap.login(server.user, server.password)
        for message in MESSAGES if server.name != "pymap" else LETTER:
            status, answer = imap.append("INBOX", None, '"20-Nov-2026 12:00:00 +0100"', message)
            assert status == "OK", answer


def main() -> None:
    rows = ["# Checks", ""]
    rows += ["What `mailshell check --allow-writes` says of three servers with sample mail. `make.py` makes them.", ""]
    rows += ["| server | protocol | report |", "|---|---|---|"]
    for name, start in STARTS.items():
        server = start()
        try:
            add(server)
            for protocol in ("imap", "pop3") if server.pop3 else ("imap",):
                print(name, protocol, flush=True)
                for form in FORMS:
                    check(server, protocol, form)
                links = ", ".join(f"[{form}]({name}-{protocol}.{suffix})" for form, suffix in FORMS.items())
                rows.append(f"| {name} | {protocol} | {links} |")
        finally:
            server.stop()
    (FOLDER / "README.md").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
