"""Dovecot: IMAP and POP3 with TLS, and its rawlog, the server's own record of every octet after login."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess

from servers.logins import make_client_certificate, make_token, write_token_settings
from servers.server import RARE, Server, Unavailable, free_ports, make_certificate, make_folder, stopper, wait_for

#: In the order in which it lists them.
MECHANISMS = (
    "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2", "OAUTHBEARER", "EXTERNAL",
    "ANONYMOUS",
)  # fmt: skip
_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap pop3
listen = 127.0.0.1, ::1
first_valid_uid = 1
mail_uid = {uid}
mail_gid = {gid}
mail_home = {folder}/home/%u
mail_location = maildir:{folder}/mail/%u
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_anonymous_username = ana
auth_failure_delay = 0
auth_ssl_username_from_cert = yes
ssl_verify_client_cert = yes
ssl_require_crl = no
ssl_ca = <{folder}/client-ca.pem
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_plugins = acl quota
mail_attribute_dict = file:{folder}/mail/attributes-%u
mail_max_userip_connections = 1000
rawlog_dir = {folder}/rawlog/%u
protocol imap {{
  mail_plugins = acl imap_acl quota imap_quota
  imap_metadata = yes
}}
plugin {{
  acl = vfile
  quota = maildir:User quota
  quota_rule = *:storage=10G
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Drafts {{
    special_use = \\Drafts
  }}
  mailbox Sent {{
    special_use = \\Sent
  }}
}}
passdb {{
  driver = static
  mechanisms = external anonymous
  args = nopassword=y
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u allow_all_users=yes
}}
"""


def start_dovecot() -> Server:
    """A Dovecot with the users ana, ben and eva. Unavailable where it is not installed or can't be run."""
    for program in ("/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/pop3"):
        if not os.path.exists(program):
            raise Unavailable(f"Dovecot is not installed ({program} is missing)")
    if os.geteuid() != 0:
        raise Unavailable("Dovecot has to be started as root")
    if shutil.which("openssl") is None:
        raise Unavailable("openssl, which makes Dovecot's certificate, is not installed")
    owner, group = pwd.getpwnam("nobody"), grp.getgrnam("nogroup")
    folder = make_folder("dovecot")
    imap, imaps, pop3, pop3s = free_ports(4)
    for name in ("run", "state", "mail", "home/ana", "home/ben", "rawlog/ana", "rawlog/ben"):
        (folder / name).mkdir(parents=True)
        if name.startswith(("mail", "home", "rawlog")):
            os.chown(folder / name, owner.pw_uid, group.gr_gid)
    cafile = make_certificate(folder)
    client = make_client_certificate(folder, "ana")
    write_token_settings(folder)
    (folder / "users").write_text(
        f'ana:{{PLAIN}}secret::::::\nben:{{PLAIN}}pa ss"w\\rd::::::\neva:{{PLAIN}}{RARE}::::::\n'
    )
    ports = {"imap": imap, "imaps": imaps, "pop3": pop3, "pop3s": pop3s}
    text = _CONFIGURATION.format(
        folder=folder, uid=owner.pw_uid, gid=group.gr_gid, mechanisms=" ".join(MECHANISMS), **ports
    )
    (folder / "dovecot.conf").write_text(text)
    log = folder / "dovecot.log"
    log.touch()
    with open(folder / "out.log", "wb") as out:
        command = ["/usr/sbin/dovecot", "-c", str(folder / "dovecot.conf"), "-F"]
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    wait_for(imap, process, log)
    wait_for(pop3, process, log)
    return Server(
        "dovecot",
        **ports,
        cafile=cafile,
        client_certificate=client,
        token=make_token("ana"),
        folder=folder,
        stop=stopper(process, folder),
    )
