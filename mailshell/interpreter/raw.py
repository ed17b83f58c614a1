"""Octets sent as they are: ``.raw TEXT``, and each line in raw mode."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from mailshell.contract import Handler
from mailshell.exits import worse
from mailshell.interpreter.answer import ImapAnswer, Output, Pop3Answer
from mailshell.interpreter.line import TypedLine, read_line
from mailshell.interpreter.refusal import words_of
from mailshell.interpreter.result import Result
from mailshell.protocol.exchange import Awaits, Exchange, Status
from mailshell.session import Session

if TYPE_CHECKING:
    from mailshell.interpreter.interpreter import Interpreter


@dataclass(slots=True)
class _Awaited:
    """A command whose answer is waited for."""

    exchange: Exchange
    typed: TypedLine
    output: Output
    answer: ImapAnswer | Pop3Answer


async def send_raw(interpreter: Interpreter, octets: bytes) -> Result:
    """Send octets as they are, and wait for what they ask for: a continuation request, or the answers.

    Of several commands each answer is shown as its own; the result has all their data, and the status of the worst.
    """
    session = interpreter.connected
    text = octets.decode("utf-8", "surrogateescape")
    shown = interpreter.mask.raw(text).rstrip("\r\n")
    late = interpreter.mask.is_late_response(text)
    if late:
        # The server has ended the dialogue, and to the engine this is a command like others.
        interpreter.secrets.learn_response(octets.strip())
    interpreter.tap.begin()
    begun = session.write(octets)
    interpreter.raw_secret = not text.endswith("\n") and shown != text
    if begun:
        interpreter.raw_pending = begun[-1]
        if not late:
            interpreter.raw_authentication = begun[-1] if begun[-1].name in ("AUTHENTICATE", "AUTH") else None
    if not octets.endswith(b"\n") and session.engine.partial_line:
        interpreter.console.say(
            f"note: {len(octets):,} octets sent, and the line is not ended: what follows goes on with it"
        )
    awaited = [_attend(interpreter, session, exchange) for exchange in begun[:-1] if _is_awaited(exchange)]
    last = interpreter.raw_pending
    if last is None or last.complete:
        interpreter.raw_pending = None
        return await _results(interpreter, session, shown, awaited)
    awaited.append(_attend(interpreter, session, last))
    try:
        request = await _asked(session, last, octets)
    except BaseException:
        _abandon(session, awaited)
        raise
    if request is None and octets.endswith(b"\n"):
        return await _results(interpreter, session, shown, awaited)
    # Until more is sent nobody waits: what the server says to this meanwhile is told as it comes.
    session.answers.abandon(awaited.pop().exchange)
    result = await _results(interpreter, session, shown, awaited)
    if request is not None:
        interpreter.console.say(interpreter.secrets.mask_str(f"+ {words_of(request)}"))
    return result


def _is_awaited(exchange: Exchange) -> bool:
    """Whether an answer comes by itself to a command that others follow."""
    exchange.abandoned = exchange.awaits is not Awaits.NOTHING
    return not exchange.abandoned


def _attend(interpreter: Interpreter, session: Session, exchange: Exchange) -> _Awaited:
    typed = replace(read_line(exchange.words, interpreter.catalogue, tags=False), tag=exchange.tag or None)
    output = Output(interpreter.console, typed, interpreter.secrets)
    answer = interpreter.answer(output, session)
    session.answers.attend(exchange, answer)
    return _Awaited(exchange, typed, output, answer)


def _abandon(session: Session, awaited: list[_Awaited]) -> None:
    for one in awaited:
        session.answers.abandon(one.exchange)


async def _asked(session: Session, exchange: Exchange, octets: bytes) -> Status | None:
    """The continuation request that the octets ask for; None if they ask for none, or it was refused."""
    if exchange.awaits is Awaits.NOTHING or not octets.endswith(b"\n"):
        return None
    return await session.answers.continuation(exchange)


async def _results(interpreter: Interpreter, session: Session, shown: str, awaited: list[_Awaited]) -> Result:
    """Wait for the answers in the order of their commands, and make one result of them."""
    results: list[Result] = []
    try:
        for one in awaited:
            exchange = partial(_completion, session, one.exchange)
            results.append(await interpreter.conduct(one.typed, one.output, one.answer, exchange, fresh=False))
    finally:
        _abandon(session, [one for one in awaited if not one.exchange.complete])
        if any(one.exchange is interpreter.raw_pending for one in awaited):
            interpreter.raw_pending = None
    return results[0] if len(results) == 1 else _joined(shown, results)


async def _completion(session: Session, exchange: Exchange, handler: Handler) -> tuple[Exchange, Status]:
    return exchange, await session.answers.completion(exchange)


def _joined(shown: str, results: list[Result]) -> Result:
    """One result: the data of all of them, and the status of the first of the worst."""
    joined = Result(shown)
    for result in results:
        if not joined.status or worse(joined.exit, result.exit) is not joined.exit:
            joined.status, joined.code, joined.text = result.status, result.code, result.text
            joined.exit = result.exit
        joined.data += result.data
        joined.untagged += result.untagged
        joined.milliseconds += result.milliseconds
    return joined
