"""The server of a recording: holds a conversation with each client."""

from __future__ import annotations

import asyncio

from mailshell.misbehave.between import Trouble
from mailshell.replay.script import Script
from mailshell.replay.serving.conversation import Conversation, Rules
from mailshell.replay.serving.link import Link
from mailshell.replay.serving.listening import Listening
from mailshell.replay.serving.report import Report


class RecordingServer(Listening):
    """Serves a script to any number of clients, with ``trouble`` if that is given. ``once`` is set when the first
    client has gone.
    """

    def __init__(self, script: Script, rules: Rules, trouble: Trouble | None = None) -> None:
        super().__init__(
            script.protocol,
            implicit_tls=script.header.tls == "implicit",
            upgrades=script.starts_tls,
            trouble=trouble,
        )
        self.report = Report(script)
        self.once = asyncio.Event()
        self._script = script
        self._rules = rules

    async def serve(self, link: Link) -> None:
        self.report.clients += 1
        try:
            await Conversation(self._script, self._rules, link, self.report, self.context).run()
        finally:
            self.once.set()
