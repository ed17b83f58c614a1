"""How fast a large message comes, and how much memory that takes, beside imaplib and poplib in the same run.

    python tests/bench/throughput.py [MEGABYTES]      (default: 100; needs Dovecot, see tests/servers/install.sh)

Each program runs in a process of its own, at debug level 0, and fetches the message several times; the best counts.
mailshell writes it to /dev/null; imaplib and poplib return it, which is all that they can do. Memory is the
process's highest resident set (VmHWM).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from servers.dovecot import start_dovecot
from servers.server import Server, Unavailable

_ROUNDS = 5
_PEAK = "peak = [line for line in open('/proc/self/status') if line.startswith('VmHWM')][0].split()[1]"

_IMAPLIB = f"""
import imaplib, json, time
imap = imaplib.IMAP4("127.0.0.1", {{port}})
imap.login("ana", "secret")
imap.select("Big")
times = []
for _ in range({_ROUNDS}):
    begun = time.perf_counter()
    assert len(imap.fetch("1", "(BODY.PEEK[])")[1][0][1]) == {{size}}
    times.append(time.perf_counter() - begun)
{_PEAK}
print(json.dumps([times, int(peak)]))
"""
_POPLIB = f"""
import json, poplib, time
pop3 = poplib.POP3("127.0.0.1", {{port}})
pop3.user("ana")
pop3.pass_("secret")
times = []
for _ in range(2):
    begun = time.perf_counter()
    assert pop3.retr(1)[2] == {{size}}
    times.append(time.perf_counter() - begun)
{_PEAK}
print(json.dumps([times, int(peak)]))
"""
_MAILSHELL = f"""
import contextlib, io, json, sys
from mailshell.cli import main
printed = io.TextIOWrapper(io.BytesIO())
with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
    assert main({{arguments}}) == 0
printed.flush()
results = [json.loads(line) for line in printed.buffer.getvalue().splitlines()]
times = [result["milliseconds"] / 1000 for result in results if "{{command}}" in result["command"]]
{_PEAK}
print(json.dumps([times, int(peak)]))
"""


def _measure(script: str) -> tuple[float, float]:
    """The best time in seconds, and the peak in MB."""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, "PW": "secret"}
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    times, peak = json.loads(done.stdout)
    return min(times), peak / 1024


def _fill(server: Server, megabytes: int) -> int:
    """Put one large message into the mailbox Big and into INBOX; its size in octets."""
    import imaplib

    line = b"The quick brown fox jumps over the lazy dog, again and again and again.\r\n"
    message = b"Subject: big\r\n\r\n" + line * (megabytes * 1_000_000 // len(line))
    imap = imaplib.IMAP4("127.0.0.1", server.imap)
    imap.login("ana", "secret")
    imap.create("Big")
    for mailbox in ("Big", "INBOX"):
        assert imap.append(mailbox, None, None, message)[0] == "OK"
    imap.logout()
    return len(message)


def _mailshell(protocol: str, port: int, lines: list[str], command: str, *options: str) -> str:
    arguments = [f"{protocol}://ana@127.0.0.1:{port}", "--password-env", "PW", "--json", *options]
    for line in lines:
        arguments += ["-c", line]
    return _MAILSHELL.format(arguments=arguments, command=command)


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    try:
        server = start_dovecot()
    except Unavailable as error:
        raise SystemExit(f"no measurement without Dovecot: {error}") from None
    try:
        # Dovecot keeps no rawlog for a user who has no folder for it: that would be what is measured.
        shutil.rmtree(server.folder / "rawlog" / "ana")
        size = _fill(server, megabytes)
        imap_lines = ["SELECT Big"] + ["FETCH 1 BODY.PEEK[] > /dev/null"] * _ROUNDS
        pop3_lines = ["RETR 1 > /dev/null"] * _ROUNDS
        runs = {
            "imaplib fetch": _IMAPLIB.format(port=server.imap, size=size),
            "mailshell FETCH": _mailshell("imap", server.imap, imap_lines, "FETCH"),
            "FETCH, recorded": _mailshell(
                "imap", server.imap, imap_lines, "FETCH", "--record", str(server.folder / "big.mwire")
            ),
            "poplib retr": _POPLIB.format(port=server.pop3, size=size),
            "mailshell RETR": _mailshell("pop3", server.pop3, pop3_lines, "RETR"),
            "RETR, lint off": _mailshell("pop3", server.pop3, pop3_lines, "RETR", "--lint", "off"),
        }
        figures = {name: _measure(script) for name, script in runs.items()}
    finally:
        server.stop()
    print(f"one message of {size:,} octets, Dovecot on loopback, best of several")
    for name, (seconds, peak) in figures.items():
        print(f"  {name:16} {seconds:7.3f} s  {size / seconds / 1e6:7.0f} MB/s   peak {peak:5.0f} MB")
    wanted_ratios = (
        ("mailshell FETCH", "imaplib fetch", 0.9),
        ("mailshell RETR", "poplib retr", 3.0),
        ("FETCH, recorded", "poplib retr", 2.0),
    )
    for ours, theirs, wanted in wanted_ratios:
        ratio = figures[theirs][0] / figures[ours][0]
        print(f"  {ours} is {ratio:.2f} times as fast as {theirs} (wanted: {wanted} or more)")


if __name__ == "__main__":
    main()
