"""POP3 answers in the order of the commands, also where some are answered in place of the server."""

from __future__ import annotations

import pytest

from mailshell.misbehave.actions import Action, End, Pass, Write
from mailshell.misbehave.changes import Answer
from mailshell.misbehave.misbehaver import Misbehaver
from mailshell.misbehave.misbehaviour import Misbehaviour

LIES = Misbehaviour("x", (), (Answer(rb"NOOP", (b"+OK a lie\r\n",)), Answer(rb"QUIT", (End(),))))


def begun() -> Misbehaver:
    one = Misbehaver("pop3", (LIES,))
    assert one.server(b"+OK ready\r\n") == [Write(b"+OK ready\r\n")]
    return one


def written(actions: list[Action]) -> bytes:
    return b"".join(action.octets for action in actions if isinstance(action, Write))


def test_a_command_alone_is_answered_at_once() -> None:
    one = begun()
    assert one.client(b"NOOP\r\n") == [Write(b"+OK a lie\r\n")]
    assert one.client(b"QUIT\r\n") == [End()]


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_an_answer_waits_for_those_before_it(chunk: int) -> None:
    one = begun()
    assert one.client(b"RETR 1\r\nNOOP\r\nNOOP\r\nSTAT\r\nNOOP\r\nQUIT\r\nSTAT\r\n") == [
        Pass(b"RETR 1\r\n"),
        Pass(b"STAT\r\n"),
        Pass(b"STAT\r\n"),
    ]
    answers = b"+OK\r\n.NOOP\r\n..\r\n.\r\n+OK 1 20\r\n+OK 1 20\r\n"
    actions: list[Action] = []
    for at in range(0, len(answers), chunk):
        actions += one.server(answers[at : at + chunk])
    lie = b"+OK a lie\r\n"
    assert written(actions) == b"+OK\r\n.NOOP\r\n..\r\n.\r\n" + lie + lie + b"+OK 1 20\r\n" + lie
    assert actions[-1] == End()


def test_within_a_reply_nothing_is_answered() -> None:
    one = begun()
    one.client(b"LIST\r\n")
    assert written(one.server(b"+OK\r\n1 20\r\n")) == b"+OK\r\n1 20\r\n"
    assert one.client(b"NOOP\r\n") == []
    assert written(one.server(b".\r\n")) == b".\r\n+OK a lie\r\n"
