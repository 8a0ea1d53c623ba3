"""Signals that end a program: however many come, and whenever, one line and one exit status come of them.

Python raises `KeyboardInterrupt` wherever it just is: also where nobody catches it, while an error is told or
when all is done; some code makes another error of it, and where Python calls a function by the way, it is
printed and lost. Hence it is raised inside `interruptible` alone, and what becomes of it there is put right.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import CodeType, FrameType
from typing import Any

from charmlp.errors import CharmlpError
from charmlp.system.interrupts import SIGNALS

MOMENT = 0.01  # seconds

_received: int | None = None  # the first one


@contextmanager
def ending_signals(*, program: bool = False) -> Iterator[None]:
    """Meanwhile they interrupt what is `interruptible`, so that a training saves its model.

    One that is ignored (`nohup`) stays so. Of a whole `program` they then end what is left, which is nothing.
    """
    global _received
    _received = None
    before: dict[int, Any] = {}
    hook, sys.unraisablehook = sys.unraisablehook, _tell_unless_interrupt(sys.unraisablehook)
    for number in SIGNALS:
        with suppress(ValueError):  # not the main thread
            if signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, _hear)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, _leave if program else handler)
        sys.unraisablehook = hook


def interruptible(work: Callable[[], int]) -> int:
    """What `work` returns; raises `KeyboardInterrupt` where a signal has ended it, or came before.

    What the work says itself, such as that its model could not be saved, is raised instead.
    """
    if _received is not None:
        raise KeyboardInterrupt
    try:
        return work()
    except CharmlpError:
        raise
    except Exception:
        if _received is None:
            raise
        raise KeyboardInterrupt from None  # NumPy, as it is imported, says ImportError


def status_of_signal() -> int:
    """The exit status of what a signal has ended: 130 by Ctrl-C, 143 by SIGTERM; 0: there was none."""
    return 0 if _received is None else 128 + _received


def forget_signal() -> None:
    """It was nobody's who wanted an end."""
    global _received
    _received = None


def _hear(number: int, frame: FrameType | None) -> None:
    """Only the first one interrupts, and Ctrl-C again: a terminal that closes sends several."""
    global _received
    interrupts = _received is None or number == signal.SIGINT
    if _received is None:
        _received = number
    if interrupts and _is_under_way(interruptible.__code__):
        raise KeyboardInterrupt


def _is_under_way(code: CodeType) -> bool:
    """Whether a function has been called and has not returned. A mark that it set would have gaps."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code is not code:
        frame = frame.f_back
    return frame is not None


def _tell_unless_interrupt(tell: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A hook for errors that Python can raise nowhere; an interrupt comes again a moment later."""

    def hook(lost: Any) -> None:
        global _received
        if _received is None or not issubclass(lost.exc_type, KeyboardInterrupt):
            tell(lost)
            return
        number, _received = _received, None
        _thread.start_new_thread(come_again, (number,))  # `threading` may be what was interrupted

    def come_again(number: int) -> None:
        time.sleep(MOMENT)
        _thread.interrupt_main(signal.Signals(number))

    return hook


def _leave(number: int, frame: FrameType | None) -> None:
    os._exit(128 + number)
