"""The demonstration as a whole: both servers, and the URLs to reach them by."""

from __future__ import annotations

from dataclasses import dataclass

from mailshell.demo.imap import ImapDemo, start_imap
from mailshell.demo.mailbox import PASSWORD, USER
from mailshell.demo.pop3 import Pop3Demo, start_pop3


@dataclass(frozen=True, slots=True)
class Demo:
    """The two servers, running."""

    host: str
    imap: ImapDemo
    pop3: Pop3Demo

    @property
    def imap_url(self) -> str:
        """The IMAP server's URL, with user name and password."""
        return self._url("imap", f"{USER}:{PASSWORD}", self.imap.port)

    @property
    def imap_url_without_password(self) -> str:
        """The IMAP server's URL, with the user name."""
        return self._url("imap", USER, self.imap.port)

    @property
    def pop3_url(self) -> str:
        """The POP3 server's URL, with user name and password."""
        return self._url("pop3", f"{USER}:{PASSWORD}", self.pop3.port)

    @property
    def pop3_url_without_password(self) -> str:
        """The POP3 server's URL, with the user name."""
        return self._url("pop3", USER, self.pop3.port)

    async def close(self) -> None:
        """Stop both."""
        await self.imap.close()
        await self.pop3.close()

    def _url(self, scheme: str, who: str, port: int) -> str:
        """A URL; the address goes in brackets if it is one of IPv6."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{who}@{host}:{port}"


async def start_demo(host: str = "127.0.0.1", imap_port: int = 0, pop3_port: int = 0) -> Demo:
    """Start both over one fresh copy of the sample: what POP3 serves is IMAP's INBOX.

    Raises DemoUnavailable without pymap.
    """
    imap = await start_imap(host, imap_port)
    try:
        pop3 = await start_pop3(host, pop3_port, maildrop=imap.inbox)
    except BaseException:
        await imap.close()
        raise
    return Demo(host, imap, pop3)
