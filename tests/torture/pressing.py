"""Ctrl-C at a chosen moment of a command in this process: at the so-manieth function that is called."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

from charmlp.cli import main


class Presses:
    """Counts calls, also of C; presses Ctrl-C at the one of number `at`, then every `gap` seconds of work.

    Python looks for signals where a function begins and behind each call of C, so before a lock's `__exit__`
    it does not. Inside `threading` itself nothing is pressed: between a condition's lock and its block there
    is such a place, and whatever stops there leaves the lock held.
    """

    def __init__(self, at: int | None = None, times: int = 1, gap: float = 0.0) -> None:
        self.at, self.times, self.gap = at, times, gap
        self.calls = self.pressed = 0

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        if event in ("call", "c_return") and frame.f_code.co_filename != threading.__file__:
            self.calls += 1
            if self.calls == self.at:
                sys.setprofile(None)  # while it is told of a lock's release, a signal would prevent that
                if self.times > 1:
                    signal.setitimer(signal.ITIMER_VIRTUAL, self.gap, self.gap)
                self.press()

    def press(self, *reason: object) -> None:
        if self.pressed < self.times and signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            self.pressed += 1
            signal.raise_signal(signal.SIGINT)


def press(arguments: Sequence[str], presses: Presses) -> int:
    """The status of a command into which Ctrl-C falls."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # it may be ignored where tests run
    signal.signal(signal.SIGVTALRM, presses.press)
    sys.setprofile(presses)
    try:
        return main(arguments)
    finally:
        sys.setprofile(None)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGINT, before)
