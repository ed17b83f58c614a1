"""pymap's backend of dictionaries, filled with the sample mailboxes.

To import this module is to import pymap.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import ssl
from argparse import Namespace
from collections.abc import Mapping, Sequence

from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pymap.user import UserMetadata
from pysasl import SASLAuth
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import Cleartext
from pysasl.mechanism import ChallengeResponse, ServerChallenge
from pysasl.mechanism.crammd5 import CramMD5Mechanism
from pysasl.mechanism.login import LoginMechanism
from pysasl.mechanism.plain import PlainMechanism

from mailshell.demo.imap_maildrop import InboxMaildrop
from mailshell.demo.imap_mended import mend
from mailshell.demo.listener import Serve
from mailshell.demo.mailbox import MAILBOXES, PASSWORD, USER, DemoMessage

#: The largest message that APPEND takes, in octets.
_APPEND_LIMIT = 32 << 20


class _CramMd5(CramMD5Mechanism):  # type: ignore[misc]
    """CRAM-MD5 with a challenge of its own.

    pysasl's contains this host's name, and asks the resolver for it, which may take long.
    """

    def server_attempt(self, responses: Sequence[ChallengeResponse]) -> tuple[ServerCredentials, bytes | None]:
        """Send the challenge, then judge the response (RFC 2195)."""
        if not responses:
            raise ServerChallenge(f"<{secrets.token_hex(8)}@mailshell-demo>".encode())
        return super().server_attempt(responses)  # type: ignore[no-any-return]


class _Config(Config):  # type: ignore[misc]
    """pymap's settings, with a greeting that does not ask the resolver either."""

    @property
    def greeting(self) -> bytes:
        """The text of the greeting."""
        return b"mailshell demo IMAP server ready"

    @property
    def tls_auth(self) -> SASLAuth:
        """The SASL mechanisms."""
        return SASLAuth([PlainMechanism(), LoginMechanism(), _CramMd5()])

    @property
    def id_response(self) -> Mapping[bytes, bytes]:
        """The reply to ID (RFC 2971)."""
        return {b"name": b"mailshell-demo"}


async def prepare() -> tuple[Serve, InboxMaildrop]:
    """Set up pymap with the sample mailboxes; returns what serves a connection, and the INBOX for POP3."""
    logger = logging.getLogger("pymap")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    mend()
    config = _configure()
    login = Login(config)
    await login.demo_user_identity.set(UserMetadata(config, USER, password=PASSWORD))
    mailboxes = await _fill(MAILBOXES)
    config.set_cache[USER] = (mailboxes, FilterSet())
    server = IMAPServer(login, config)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server(reader, writer, SocketInfo.get(writer, None))

    return serve, InboxMaildrop(mailboxes)


def _configure() -> _Config:
    """pymap's settings: no TLS, the password in clear as this one is no secret, and no threads."""
    args = Namespace(
        host=None,
        port=0,
        debug=False,
        cert=None,
        key=None,
        tls=False,
        demo_data=False,
        demo_user=USER,
        demo_password=PASSWORD,
        passlib_cfg=None,
        proxy_protocol=None,
    )
    config: _Config = _Config.from_args(
        args,
        ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER),
        hash_context=Cleartext(),
        cpu_subsystem=Subsystem.for_asyncio(),
        max_append_len=_APPEND_LIMIT,
        bad_command_limit=None,
    )
    return config


async def _fill(mailboxes: Mapping[str, Sequence[DemoMessage]]) -> MailboxSet:
    """The mailboxes, subscribed to, with their messages; those not seen are recent."""
    mailbox_set = MailboxSet()
    for name, messages in mailboxes.items():
        if name != "INBOX":
            await mailbox_set.add_mailbox(name)
            await mailbox_set.set_subscribed(name, True)
        mailbox = await mailbox_set.get_mailbox(name)
        for message in messages:
            flags = frozenset(Flag(flag.encode("ascii")) for flag in message.flags)
            append = AppendMessage(message.octets, message.internaldate, flags)
            await mailbox.append(append, recent="\\Seen" not in message.flags)
    return mailbox_set
