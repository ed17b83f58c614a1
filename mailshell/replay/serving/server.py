"""The server of a recording: holds a conversation with each client."""

from __future__ import annotations

import asyncio
from pathlib import Path

from mailshell.replay.script import Script
from mailshell.replay.serving.conversation import Conversation, Rules
from mailshell.replay.serving.link import Link
from mailshell.replay.serving.listening import Listening
from mailshell.replay.serving.report import Report


class RecordingServer:
    """Serves a script to any number of clients. ``once`` is set when the first client has gone."""

    def __init__(self, script: Script, rules: Rules) -> None:
        self.report = Report(script)
        self.once = asyncio.Event()
        self._script = script
        self._rules = rules
        implicit = script.header.tls == "implicit"
        self._listening = Listening(self._serve, implicit_tls=implicit, upgrades=script.starts_tls)

    @property
    def port(self) -> int:
        return self._listening.port

    @property
    def cafile(self) -> Path | None:
        """The certificate that clients may trust; None if there is no TLS in the recording."""
        return self._listening.cafile

    @property
    def url(self) -> str:
        implicit = self._script.header.tls == "implicit"
        return f"{self._script.protocol}{'s' if implicit else ''}://127.0.0.1:{self.port}"

    async def open(self, host: str, port: int) -> None:
        """Listen; with port 0 the system picks one. UsageError if that can't be, or no certificate can be made."""
        await self._listening.open(host, port)

    async def close(self) -> None:
        """Stop listening and end the conversations."""
        await self._listening.close()

    async def _serve(self, link: Link) -> None:
        self.report.clients += 1
        try:
            await Conversation(self._script, self._rules, link, self.report, self._listening.context).run()
        finally:
            self.once.set()
