"""Cyrus: IMAP and POP3 with TLS; APOP and much that Dovecot lacks."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from servers.logins import make_client_certificate
from servers.server import RARE, Server, Unavailable, free_ports, make_certificate, make_folder, stopper, wait_for

_SERVICES = """\
START {{
  recover cmd="/usr/lib/cyrus/bin/ctl_cyrusdb -C {folder}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{bin}/imapd -C {folder}/imapd.conf -U 30" listen="127.0.0.1:{imap}" prefork=0 maxchild=50
  imaps cmd="{bin}/imapd -s -C {folder}/imapd.conf -U 30" listen="127.0.0.1:{imaps}" prefork=0 maxchild=50
  pop3 cmd="{bin}/pop3d -C {folder}/imapd.conf -U 30" listen="127.0.0.1:{pop3}" prefork=0 maxchild=50
  pop3s cmd="{bin}/pop3d -s -C {folder}/imapd.conf -U 30" listen="127.0.0.1:{pop3s}" prefork=0 maxchild=50
}}
EVENTS {{
}}
"""
_MECHANISMS = (
    "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-256-PLUS", "EXTERNAL", "ANONYMOUS",
)  # fmt: skip
_CONFIGURATION = """\
configdirectory: {folder}/conf
defaultpartition: default
partition-default: {folder}/spool
admins: admin
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {folder}/sasldb2
sasl_mech_list: {mechanisms}
failedloginpause: 0
allowanonymouslogin: yes
tls_client_ca_file: {folder}/client-ca.pem
tls_client_certs: optional
allowplaintext: yes
allowapop: yes
unixhierarchysep: yes
altnamespace: yes
tls_server_cert: {folder}/cert.pem
tls_server_key: {folder}/key.pem
servername: localhost
autocreate_post: yes
autocreate_quota: 1000000
autocreate_inbox_folders: Sent|Drafts
annotation_allow_undefined: yes
cyrus_user: cyrus
popminpoll: 0
delete_mode: immediate
"""


def start_cyrus() -> Server:
    """A Cyrus with the users ana, eva and admin. Unavailable where it is not installed or can't be run."""
    root = Path(os.environ.get("MAILSHELL_TEST_CYRUS", "/var/lib/mailshell-test/cyrus"))
    programs = root / "usr/lib/cyrus/bin"
    for program in (Path("/usr/lib/cyrus/bin/master"), programs / "imapd", programs / "pop3d"):
        if not program.exists():
            raise Unavailable(f"Cyrus is not installed ({program} is missing)")
    if os.geteuid() != 0:
        raise Unavailable("Cyrus has to be started as root")
    if shutil.which("saslpasswd2") is None or shutil.which("openssl") is None:
        raise Unavailable("saslpasswd2 and openssl, which Cyrus' set-up needs, are not both installed")
    folder = make_folder("cyrus")
    imap, imaps, pop3, pop3s = free_ports(4)
    (folder / "conf").mkdir()
    (folder / "spool").mkdir()
    cafile = make_certificate(folder)
    client = make_client_certificate(folder, "ana")
    ports = {"imap": imap, "imaps": imaps, "pop3": pop3, "pop3s": pop3s}
    (folder / "cyrus.conf").write_text(_SERVICES.format(folder=folder, bin=programs, **ports))
    (folder / "imapd.conf").write_text(_CONFIGURATION.format(folder=folder, mechanisms=" ".join(_MECHANISMS)))
    for user, password in (("ana", b"secret"), ("admin", b"secret"), ("eva", RARE.encode())):
        command = ["saslpasswd2", "-c", "-p", "-f", str(folder / "sasldb2"), "-u", "localhost", user]
        subprocess.run(command, input=password, check=True, capture_output=True)
    subprocess.run(["chown", "-R", "cyrus:mail", str(folder)], check=True)
    log = folder / "out.log"
    with open(log, "wb") as out:
        command = ["/usr/lib/cyrus/bin/master", "-C", str(folder / "imapd.conf"), "-M", str(folder / "cyrus.conf")]
        command += ["-p", str(folder / "pid"), "-D"]
        # At its end the master signals its whole group, and with it any other Cyrus there.
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True)
    wait_for(imap, process, log)
    wait_for(pop3, process, log)
    return Server(
        "cyrus", **ports, cafile=cafile, client_certificate=client, folder=folder, stop=stopper(process, folder)
    )
