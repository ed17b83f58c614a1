"""The demonstration as a whole: both servers, and the URLs to reach them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailshell.demo.imap import ImapDemo, start_imap
from mailshell.demo.mailbox import PASSWORD, USER
from mailshell.demo.misbehaving import Misbehaving
from mailshell.demo.pop3 import Pop3Demo, start_pop3
from mailshell.misbehave.between import Trouble


@dataclass(frozen=True, slots=True)
class Demo:
    """The two servers, running; ``before``: by protocol, what makes the answers of one wrong and is to be talked to."""

    host: str
    imap: ImapDemo
    pop3: Pop3Demo
    before: Mapping[str, Misbehaving] = field(default_factory=dict)

    @property
    def imap_url(self) -> str:
        """The IMAP server's URL, with user name and password."""
        return self._url("imap")

    @property
    def pop3_url(self) -> str:
        """The POP3 server's URL, with user name and password."""
        return self._url("pop3")

    async def close(self) -> None:
        """Stop all."""
        for misbehaving in self.before.values():
            await misbehaving.close()
        await self.imap.close()
        await self.pop3.close()

    def _url(self, scheme: str) -> str:
        """A URL; the address goes in brackets if it is one of IPv6."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        good = self.imap.port if scheme == "imap" else self.pop3.port
        port = self.before[scheme].port if scheme in self.before else good
        return f"{scheme}://{USER}:{PASSWORD}@{host}:{port}"


async def start_demo(
    host: str = "127.0.0.1", imap_port: int = 0, pop3_port: int = 0, trouble: Trouble | None = None
) -> Demo:
    """Start both over one fresh copy of the sample: what POP3 serves is IMAP's INBOX.

    With ``trouble``, the servers that it concerns get ports of their own, and it stands before them on those given.
    Raises DemoUnavailable without pymap, and UsageError if trouble needs a certificate and none can be made.
    """
    trouble = trouble or Trouble()
    ports = {"imap": imap_port, "pop3": pop3_port}
    concerned = [protocol for protocol in ports if trouble.concerns(protocol)]
    imap = await start_imap(host, 0 if "imap" in concerned else imap_port)
    try:
        pop3 = await start_pop3(host, 0 if "pop3" in concerned else pop3_port, maildrop=imap.inbox)
    except BaseException:
        await imap.close()
        raise
    before: dict[str, Misbehaving] = {}
    demo = Demo(host, imap, pop3, before)
    try:
        for protocol in concerned:
            good = imap.port if protocol == "imap" else pop3.port
            misbehaving = Misbehaving(protocol, trouble, host, good)
            await misbehaving.open(host, ports[protocol])
            before[protocol] = misbehaving
    except BaseException:
        await demo.close()
        raise
    return demo
