"""Ctrl-C, and the signals that ask a program to end, wait for the end of what must not be cut in two."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

# Ctrl-C; asked to end by another program, by a terminal that closes, by a console that closes (Windows).
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # not every system has all of them
SIGNALS = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]


class Interrupts:
    """What a signal asks for is done at the end of `with interrupts.held()`; at a second Ctrl-C at once.

    with interrupts() as found:
        with found.held(): …     # whole, unless somebody presses Ctrl-C twice
    """

    def __init__(self) -> None:
        self.handlers: dict[int, Callable[[int, FrameType | None], Any]] = {}  # of others, that wait
        self.is_held = False
        self.waiting: int | None = None

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        outer, self.is_held, number = self.is_held, True, None
        try:
            yield
        finally:
            if not outer:
                number, self.waiting, self.is_held = self.waiting, None, False
        if number is not None:
            self.heed(number)

    def heed(self, number: int) -> None:
        """Do what is to be done at that signal, which waits no more, or which another process has heard."""
        self.waiting = None
        self.handlers.get(number, signal.default_int_handler)(number, None)

    def hear(self, number: int, frame: FrameType | None) -> None:
        if not self.is_held or (self.waiting is not None and number == signal.SIGINT):
            self.handlers[number](number, frame)
        elif self.waiting is None:  # a terminal that closes sends several
            self.waiting = number


@contextlib.contextmanager
def interrupts() -> Iterator[Interrupts]:
    """Meanwhile, signals that somebody handles are heard here first; the main thread alone hears any."""
    found = Interrupts()
    try:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                handler = signal.getsignal(number)
                if callable(handler):
                    found.handlers[number] = handler
                    signal.signal(number, found.hear)
        yield found
    finally:
        for number, handler in found.handlers.items():
            signal.signal(number, handler)
