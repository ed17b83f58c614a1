"""Stands between a good server and a client, and makes the answers wrong as it was told. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mailshell.misbehave import capability_lists
from mailshell.misbehave.actions import Action, BeginTls, End, Last, Pass, Write
from mailshell.misbehave.body_lines import BodyLines
from mailshell.misbehave.changes import (
    LINES,
    Answer,
    Ask,
    Capabilities,
    Drop,
    Hold,
    InLiteral,
    KeepClear,
    Of,
    Rewrite,
    Step,
)
from mailshell.misbehave.edit import filled, in_literal, joined, matches, rewritten
from mailshell.misbehave.facts import Facts
from mailshell.misbehave.imap_stream import ImapStream
from mailshell.misbehave.misbehaviour import Misbehaviour
from mailshell.misbehave.occasion import Occasions, Values
from mailshell.misbehave.pop3_stream import Pop3Stream
from mailshell.misbehave.stream import Command, Said, Sent
from mailshell.misbehave.template import compiled, fill

_GO_AHEAD = b"+ go ahead\r\n"
#: What a client may send behind the command that begins TLS, and have it kept (octets).
_CLEAR = 1 << 16
_BODY = (Of.BODY, Of.DOT)


class Misbehaver:
    """One connection's. Make a new one for each client.

    ``protocol``: ``imap`` or ``pop3``; ``chosen`` may be empty, and then everything passes as it is. Both directions
    are fed with the octets as they come, after TLS and compression are taken off; the actions that come back are to
    be done in their order. What is not changed passes octet for octet; a line is held until its end has come (up to
    the limit of lines), literals and multi-line replies pass in pieces. Nothing is ever raised for octets.

    ``session``: the how many-th connection since the server began to misbehave this is, from 1 on.
    """

    def __init__(self, protocol: str, chosen: Iterable[Misbehaviour], session: int = 1) -> None:
        self.protocol = protocol
        self._changes = tuple(change for one in chosen if session > one.good for change in one.changes)
        self._stream: ImapStream | Pop3Stream = ImapStream() if protocol == "imap" else Pop3Stream()
        self._facts = Facts(session)
        self._occasions = Occasions(self._facts.values)
        self._body = BodyLines()
        #: The last action of all was given out. What is fed now is dropped.
        self._over = False
        self._dropping = False
        self._in_literal: tuple[InLiteral, Values] | None = None
        self._held: list[Step] = []
        self._clear = b""

    def client(self, octets: bytes) -> list[Action]:
        """The client has sent this."""
        actions: list[Action] = []
        if not self._over:
            for sent in self._stream.client(octets):
                done = self._sent(sent)
                actions += done
                if any(isinstance(action, BeginTls) for action in done):
                    rest = self._stream.rest_of_client()
                    if any(isinstance(change, KeepClear) for change in self._changes):
                        self._clear = rest[:_CLEAR]
                    break
        return self._out(actions)

    def server(self, octets: bytes) -> list[Action]:
        """The good server has sent this."""
        steps: list[Step] = []
        if not self._over:
            for said in self._stream.server(octets):
                if self._of_body(said):
                    for line in self._body.pieces(said):
                        steps += self._said(line)
                else:
                    steps += self._said(said)
                if said.ends and said.of in (Of.COMPLETION, Of.DOT):
                    steps += self._in_turn()
        return self._out(_written(steps))

    def started_tls(self) -> list[Action]:
        """TLS stands with the client: BeginTls was done, or the good server itself has begun it."""
        self._stream.rest_of_client()
        clear, self._clear = self._clear, b""
        return self.client(clear)

    def server_ended(self) -> list[Action]:
        """The good server has closed the connection. What was held back is given, then End, unless it is over."""
        held, self._held = self._held, []
        return self._out(_written([self._body.rest() + self._stream.rest_of_server(), *held, End()]))

    def client_ended(self) -> list[Action]:
        """The client has ended its side. What was held back of it is passed on."""
        rest = self._stream.rest_of_client()
        return self._out([Pass(rest)] if rest else [])

    def _out(self, actions: list[Action]) -> list[Action]:
        if self._over:
            return []
        for at, action in enumerate(actions):
            if isinstance(action, Last):
                self._over = True
                return actions[: at + 1]
        return actions

    # --- the client's side

    def _sent(self, sent: Sent) -> list[Action]:
        command = sent.command
        if command is None:
            return [Pass(sent.octets)]
        if sent.begins:
            command.answer = self._answer(command)
        answer = command.answer
        if answer is None:
            return [Pass(self._asked(command, sent.octets) if sent.begins else sent.octets)]
        if answer.early:
            if sent.begins and sent.waits and not answer.open:
                self._stream.refuse_literal()
            return _written(self._give(command, answer)) if sent.begins else []
        if sent.waits:
            return [Write(_GO_AHEAD)]
        waits = sent.ends and self._stream.waits(command) and self._stream.turn(command)
        return _written(self._give(command, answer)) if waits else []

    def _answer(self, command: Command) -> Answer | None:
        for change in self._changes:
            if (
                isinstance(change, Answer)
                and self._occasions.concerned(change.during, (command,)) is not None
                and self._occasions.make(change)
            ):
                return change
        return None

    def _in_turn(self) -> list[Step]:
        """What answers, in place of the server, the commands that had to wait for others."""
        steps: list[Step] = []
        while (command := self._stream.first) is not None and command.answer and self._stream.turn(command):
            steps += self._give(command, command.answer)
            if command.answer.open:
                break
        return steps

    def _give(self, command: Command, answer: Answer) -> list[Step]:
        if not answer.open:
            self._stream.forget(command)
        concerned = self._occasions.concerned(answer.during, (command,))
        return filled(answer.says, concerned if concerned is not None else {})

    def _asked(self, command: Command, octets: bytes) -> bytes:
        for change in self._changes:
            if isinstance(change, Ask):
                concerned = self._occasions.concerned(change.during, (command,))
                place = compiled(change.match).search(octets)
                if concerned is not None and place is not None:
                    octets = octets[: place.start()] + fill(change.become, concerned) + octets[place.end() :]
        return octets

    # --- the server's side

    def _of_body(self, said: Said) -> bool:
        """Whether a piece belongs to a multi-line reply of which the single lines are wanted."""
        return said.of in _BODY and any(
            self._occasions.concerned(change.during, said.commands) is not None
            if isinstance(change, Rewrite) and _concerns(change, Of.BODY)
            else isinstance(change, Capabilities) and _asks_capabilities(said)
            for change in self._changes
        )

    def _said(self, said: Said) -> list[Step]:
        self._facts.learn(said)
        if self._dropping:
            self._dropping = not said.ends
            return []
        if said.of is Of.LITERAL:
            return self._said_literal(said)
        steps: list[Step] = [said.octets]
        for change in self._changes:
            match change:
                case Rewrite() if _concerns(change, said.of):
                    steps = self._rewrite(change, said, steps)
                case Capabilities():
                    steps = [self._list(change, said, step) if isinstance(step, bytes) else step for step in steps]
                case Drop() if said.of is Of.UNTAGGED and self._drops(change, said):
                    self._dropping = not said.ends
                    return []
                case Hold() if said.of is Of.COMPLETION:
                    concerned = self._occasions.concerned(change.during, said.commands)
                    if self._stream.outstanding and concerned is not None:
                        self._held += steps
                        return []
        if said.of is Of.COMPLETION and said.ends and self._held:
            steps += self._held
            self._held = []
        return steps

    def _rewrite(self, change: Rewrite, said: Said, steps: Sequence[Step]) -> list[Step]:
        values = self._occasions.concerned(change.during, said.commands)
        if values is None:
            return list(steps)
        out: list[Step] = []
        for step in steps:
            places = matches(change, step) if isinstance(step, bytes) else []
            if isinstance(step, bytes) and places and self._occasions.make(change):
                out += rewritten(change, step, places, values)
            else:
                out.append(step)
        return out

    def _list(self, change: Capabilities, said: Said, line: bytes) -> bytes:
        if self.protocol == "imap":
            return capability_lists.in_line(change, line) if said.of in LINES else line
        if said.of in _BODY and _asks_capabilities(said):
            return capability_lists.in_reply(change, said.of, line)
        return line

    def _drops(self, change: Drop, said: Said) -> bool:
        concerned = self._occasions.concerned(change.during, said.commands)
        return (
            concerned is not None
            and compiled(change.match).search(said.octets) is not None
            and self._occasions.make(change)
        )

    def _said_literal(self, said: Said) -> list[Step]:
        if said.at == 0:
            self._in_literal = self._begin_literal(said)
        if self._in_literal is None:
            return [said.octets]
        change, values = self._in_literal
        return in_literal(change, said.octets, said.at, values)

    def _begin_literal(self, said: Said) -> tuple[InLiteral, Values] | None:
        """What is changed in the literal that begins: one change, the first that fits."""
        for change in self._changes:
            if isinstance(change, InLiteral) and compiled(change.match).search(said.opened) is not None:
                concerned = self._occasions.concerned(change.during, said.commands)
                if concerned is not None and self._occasions.make(change):
                    return change, concerned
        return None


def _concerns(change: Rewrite, of: Of) -> bool:
    return of in (change.of if isinstance(change.of, tuple) else (change.of,))


def _asks_capabilities(said: Said) -> bool:
    return any(command.name == "CAPA" for command in said.commands)


def _written(steps: Sequence[Step]) -> list[Action]:
    return [Write(step) if isinstance(step, bytes) else step for step in joined(steps)]
