"""Misbehaviours of IMAP in time: the end of the connection, IDLE, and the order of answers."""

from __future__ import annotations

from mailshell.misbehave.actions import End, Pause, Stall
from mailshell.misbehave.changes import Drop, Hold, Of, Rewrite
from mailshell.misbehave.imap.forms import FETCHES, SELECT, SELECTS, before, behind, data, go_ahead
from mailshell.misbehave.misbehaviour import Misbehaviour

_AUTOLOGOUT = b"* BYE Autologout; idle for too long\r\n"
_TWO = r".raw x1 FETCH 1 FLAGS\r\nx2 FETCH 2 FLAGS\r\n"

TABLE = (
    # The end.
    Misbehaviour("early-autologout", (SELECT,), (behind((Pause(15), _AUTOLOGOUT, End()), SELECTS),), wait=15),
    Misbehaviour("end-without-bye", ("NOOP",), (behind(End(), b"NOOP"),)),
    Misbehaviour(
        "never-completed",
        (SELECT, "FETCH 1:3 FLAGS"),
        (data(rb"\Z", (b"* BYE shutting down\r\n", End())),),
    ),
    Misbehaviour("bye-repeated", ("LOGOUT",), (data(rb"\A(?=\* BYE)", b"* BYE soon\r\n", b"LOGOUT"),)),
    Misbehaviour("open-after-bye", ("NOOP",), (behind((b"* BYE bye\r\n", Stall()), b"NOOP"),), wait=40),
    Misbehaviour("logout-without-bye", ("LOGOUT",), (Drop(rb"\A\* BYE", b"LOGOUT"),)),
    # IDLE.
    Misbehaviour("bye-after-idling", (SELECT, "IDLE 1"), (go_ahead(rb"\Z", (b"* BYE bye\r\n", End()), b"IDLE"),)),
    Misbehaviour("idle-without-continuation", (SELECT, "IDLE 5"), (go_ahead(rb"\A.*\r\n", b"", b"IDLE"),), wait=15),
    Misbehaviour(
        "idle-without-news",
        (SELECT, "IDLE 65", "NOOP"),
        (before(b"* {exists+1} EXISTS\r\n", b"NOOP"),),
        wait=65,
    ),
    Misbehaviour(
        "idle-timer-not-reset",
        (SELECT, "IDLE 10"),
        (go_ahead(rb"\Z", (b"* {exists+1} EXISTS\r\n", Pause(5), _AUTOLOGOUT, End()), b"IDLE"),),
        wait=5,
    ),
    # The order of answers.
    Misbehaviour(
        "command-dropped",
        (SELECT, _TWO),
        (Rewrite(Of.COMPLETION, rb"\A.*\r\n", b"", FETCHES, most=1),),
        wait=40,
    ),
    Misbehaviour("out-of-order", (SELECT, _TWO), (Hold(FETCHES),)),
)
