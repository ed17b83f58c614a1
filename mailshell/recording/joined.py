"""A recording that begins in the middle of a session: there is no greeting to wait for."""

from __future__ import annotations

from mailshell.protocol.engine import Engine
from mailshell.protocol.imap.state import ImapState, MailboxView
from mailshell.protocol.imap.state import Phase as ImapPhase
from mailshell.protocol.pop3.state import Phase as Pop3Phase
from mailshell.recording.header import Header


def join(engine: Engine, header: Header) -> None:
    """Put a fresh engine into the state in which recording began, if the header tells one."""
    if not header.state:
        return
    state = engine.state
    if isinstance(state, ImapState):
        state.phase = next((one for one in ImapPhase if one.value == header.state), ImapPhase.AUTHENTICATED)
        if header.mailbox:
            state.mailbox = MailboxView(header.mailbox)
    else:
        state.phase = next((one for one in Pop3Phase if one.value == header.state), Pop3Phase.TRANSACTION)
