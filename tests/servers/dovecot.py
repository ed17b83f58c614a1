"""Dovecot: IMAP and POP3 with TLS, and its rawlog, the server's own record of every octet after login."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess

from servers.server import Server, Unavailable, free_ports, make_certificate, make_folder, stopper, wait_for

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
auth_mechanisms = plain login cram-md5
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
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u allow_all_users=yes
}}
"""


def start_dovecot() -> Server:
    """A Dovecot with the users ana and ben. Unavailable where it is not installed or can't be run."""
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
    (folder / "users").write_text('ana:{PLAIN}secret::::::\nben:{PLAIN}pa ss"w\\rd::::::\n')
    ports = {"imap": imap, "imaps": imaps, "pop3": pop3, "pop3s": pop3s}
    text = _CONFIGURATION.format(folder=folder, uid=owner.pw_uid, gid=group.gr_gid, **ports)
    (folder / "dovecot.conf").write_text(text)
    log = folder / "dovecot.log"
    log.touch()
    with open(folder / "out.log", "wb") as out:
        command = ["/usr/sbin/dovecot", "-c", str(folder / "dovecot.conf"), "-F"]
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    wait_for(imap, process, log)
    wait_for(pop3, process, log)
    return Server("dovecot", **ports, cafile=cafile, folder=folder, stop=stopper(process, folder))
