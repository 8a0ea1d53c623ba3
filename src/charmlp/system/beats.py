"""Signs of life, and how a rank's work ended."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from charmlp.errors import CharmlpError
from charmlp.system.line import Line, PartedError
from charmlp.text import first_line

BEAT = 1.0  # seconds between two signs of life


class State(IntEnum):
    WORKS, DONE, FAILED = range(3)


@dataclass(frozen=True)
class Outcome:
    """How a rank's work goes, or what was wrong, for people.

    is_unforeseen   no error of the user's: the rank tells it itself
    is_consequence  of something that went wrong on another rank
    """

    state: State
    text: str = ""
    details: tuple[str, ...] = ()
    status: int = 1
    is_unforeseen: bool = False
    is_consequence: bool = False

    @classmethod
    def of(cls, fault: BaseException | None) -> Outcome:
        """How it ended, with what was raised."""
        if fault is None:
            return cls(State.DONE)
        if isinstance(fault, PartedError):
            return cls(State.FAILED, str(fault), is_consequence=True)
        if isinstance(fault, CharmlpError):
            return cls(State.FAILED, str(fault), fault.details, fault.exit_status)
        if isinstance(fault, KeyboardInterrupt):
            return cls(State.FAILED, str(fault) or "interrupted", status=130)
        return cls(State.FAILED, first_line(fault), is_unforeseen=True)

    def error(self, name: str) -> CharmlpError:
        """The same to be raised on another rank than the one of that name."""
        found = CharmlpError(f"{name}: {self.text}", self.details)
        found.exit_status = self.status
        return found


class Beats(threading.Thread):
    """Tells the others each second how this rank's work goes, and hears it of them.

    It ends when all are done, or one has failed, and then knows `outcomes`; or when one is out of reach.
    """

    def __init__(self, line: Line) -> None:
        super().__init__(daemon=True)
        self.line = line
        self.own = Outcome(State.WORKS)
        self.has_ended = threading.Event()
        self.outcomes: list[Outcome] | None = None
        self.is_going = True

    def run(self) -> None:
        try:
            while True:
                states = self.line.numbers(self.own.state)
                if State.FAILED in states or min(states) == State.DONE:
                    self.outcomes = self.line.gather(self.own)
                    return
                if self.own.state == State.WORKS:
                    self.has_ended.wait(BEAT)
        except PartedError:
            pass  # nobody knows how it ended
        finally:
            self.is_going = False

    def end(self, own: Outcome, patience: timedelta) -> list[Outcome] | None:
        """Tell how this rank's work ended, and wait so long for the others' ends, or for news of a failure.

        How each one's ended; `None` where one is gone, or it took longer.
        """
        self.own = own
        self.has_ended.set()
        self.join(patience.total_seconds())
        return self.outcomes
