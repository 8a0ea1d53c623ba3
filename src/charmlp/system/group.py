"""Ranks joined by gloo, which end together.

Beside their work, the ranks tell each other each second that they are there, and how it went. So each may
take as long as it needs for a part of its own, such as reading images; where one fails, or is gone, all
others end soon, and one of them says why.
"""

from __future__ import annotations

import itertools
import os
import pickle
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import CharmlpError
from charmlp.system.ranks import Ranks

Array = NDArray[Any]
T = TypeVar("T")

BEAT = 1.0  # seconds between two signs of life
PATIENCE = timedelta(seconds=60)  # for one of them, and for the ranks to find each other at the beginning
LONG = timedelta(days=7)  # for what another rank is to send once its own work is done
GLANCE = timedelta(seconds=0.5)  # how long Ctrl-C, or news of another rank, may go unheard
WORKS, DONE, FAILED = range(3)


class ToldElsewhere(CharmlpError):
    """This rank ends because of what another one tells."""

    def __init__(self, exit_status: int) -> None:
        super().__init__("another rank tells what was wrong")
        self.exit_status = exit_status


class Parted(Exception):
    """The ranks no longer work together; `Group.together` knows why."""


class Group(Ranks):
    """One of several ranks, joined by gloo."""

    def __init__(self) -> None:
        import torch.distributed as distributed

        self.distributed = distributed
        self.rank, self.count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        self.is_first_here = os.environ["LOCAL_RANK"] == "0"
        self.attempt = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))
        try:
            self.job = distributed.TCPStore(  # type: ignore[attr-defined]
                os.environ["MASTER_ADDR"],
                int(os.environ["MASTER_PORT"]),
                is_master=self.rank == 0 and os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True",
                timeout=PATIENCE,
            )
            self.store = distributed.PrefixStore(f"charmlp {self.attempt}", self.job)  # type: ignore[attr-defined]
            distributed.init_process_group(
                "gloo", store=self.store, rank=self.rank, world_size=self.count, timeout=PATIENCE
            )
            self.beats = Beats(Line(distributed.new_group(), PATIENCE, lambda: None))
            self.line = Line(distributed.group.WORLD, LONG, self.check)
            self.hosts = self.line.gather(socket.gethostname())
        except (RuntimeError, ValueError, Parted) as error:
            raise CharmlpError(
                f"rank {self.rank} on {socket.gethostname()} cannot reach the others: {first_line(error)}"
            ) from None

    def close(self) -> None:
        """Let go of the connections, here: at the end of Python it would be too late, and end the process."""
        for line in (self.line, self.beats.line):
            del line.process_group
        self.distributed.destroy_process_group()

    def add(self, array: Array) -> None:
        self.line.reduce(array)

    def greatest(self, number: int) -> int:
        return int(max(self.line.numbers(number)))

    def of_first(self, make: Callable[[], T]) -> T:
        found: T = self.line.gather(make() if self.is_first else None)[0]  # type: ignore[assignment]
        return found

    def gather(self, value: T) -> list[T]:
        return self.line.gather(value)

    def here_first(self, work: Callable[[], T]) -> T:
        if self.is_first_here:
            found = work()
        self.greatest(0)
        return found if self.is_first_here else work()

    def check(self) -> None:
        if not self.beats.is_going:
            raise Parted

    def name(self, rank: int) -> str:
        return f"rank {rank} on {self.hosts[rank]}"

    def together(self, work: Callable[[], T]) -> T:
        """What `work` returns, once all ranks are done with it; where one fails, all end.

        Rank 0 raises what was wrong, with the name of the rank where it was another one; the others raise
        `ToldElsewhere`.
        """
        found: Any = None
        fault: BaseException | None = None
        self.beats.start()
        try:
            found = work()
        except BaseException as error:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # which torchrun sends as soon as one has ended
            fault = error
        self.beats.end(Outcome.of(fault))
        return self.settled(found, fault)

    def settled(self, found: T, fault: BaseException | None) -> T:
        """The end that is right for all ranks."""
        if self.beats.outcomes is None:
            self.tell_loss()
        ends = {rank: end for rank, end in enumerate(self.beats.outcomes or ()) if end.state == FAILED}
        if not ends:
            return found
        first, end = min(ends.items(), key=lambda each: (each[1].is_consequence, each[0]))
        if fault is not None and (self.rank == first == 0 or ends[self.rank].is_own):
            raise fault
        if self.is_first:
            error = CharmlpError(f"{self.name(first)}: {end.text}", end.details)
            error.exit_status = end.status
            raise error
        raise ToldElsewhere(end.status)

    def tell_loss(self) -> None:
        """Raise what is to be said when ranks are gone without a word: by the first one that notices."""
        raise CharmlpError(f"lost: {self.beats.lost}")


@dataclass(frozen=True)
class Outcome:
    """How a rank's work ended: what was wrong, for people.

    is_own          it is no error of the user's, and the rank tells it itself
    is_consequence  something went wrong on another rank
    """

    state: int
    text: str = ""
    details: tuple[str, ...] = ()
    status: int = 1
    is_own: bool = False
    is_consequence: bool = False

    @classmethod
    def of(cls, fault: BaseException | None) -> Outcome:
        if fault is None:
            return cls(DONE)
        if isinstance(fault, Parted):
            return cls(FAILED, str(fault), is_consequence=True)
        if isinstance(fault, CharmlpError):
            return cls(FAILED, str(fault), fault.details, fault.exit_status)
        if isinstance(fault, KeyboardInterrupt):
            return cls(FAILED, str(fault) or "interrupted", status=130)
        return cls(FAILED, first_line(fault), is_own=True)


class Line:
    """A connection of all ranks: sums of arrays, of which everything else is made."""

    def __init__(self, process_group: Any, patience: timedelta, check: Callable[[], None]) -> None:
        import torch.distributed as distributed

        self.process_group, self.check = process_group, check
        self.rank, self.count = process_group.rank(), process_group.size()
        self.options = distributed.AllreduceOptions()
        self.options.timeout = patience

    def reduce(self, array: Array) -> None:
        """Replace the numbers by the ranks' sums; raises `Parted` where a rank cannot be reached."""
        import torch

        if self.count == 1:
            return
        try:
            work = self.process_group.allreduce([torch.from_numpy(array)], self.options)
            while not work.is_completed():
                with suppress(RuntimeError):  # not yet
                    work.wait(GLANCE)
                self.check()
            work.wait()
        except RuntimeError as error:
            raise Parted(first_line(error)) from None

    def numbers(self, number: int) -> Array:
        """What each rank gave."""
        found = np.zeros(self.count, np.int64)
        found[self.rank] = number
        self.reduce(found)
        return found

    def gather(self, value: T) -> list[T]:
        """The same of any values."""
        content = np.frombuffer(pickle.dumps(value), np.uint8)
        ends = np.cumsum([0, *self.numbers(len(content))])
        everything = np.zeros(ends[-1], np.uint8)
        everything[ends[self.rank] : ends[self.rank + 1]] = content
        self.reduce(everything)
        return [pickle.loads(everything[start:stop].data) for start, stop in itertools.pairwise(ends)]


class Beats(threading.Thread):
    """Signs of life."""

    def __init__(self, line: Line) -> None:
        super().__init__(daemon=True)
        self.line = line
        self.own = Outcome(WORKS)
        self.news = threading.Event()
        self.outcomes: list[Outcome] | None = None
        self.lost = ""

    @property
    def is_going(self) -> bool:
        return self.outcomes is None and not self.lost

    def run(self) -> None:
        try:
            while True:
                states = self.line.numbers(self.own.state)
                if FAILED in states or min(states) == DONE:
                    self.outcomes = self.line.gather(self.own)
                    return
                if self.own.state == WORKS:
                    self.news.wait(BEAT)
        except Parted as error:
            self.lost = str(error)

    def end(self, own: Outcome) -> None:
        """Tell how this rank's work ended, and wait until all have ended theirs, or one has failed."""
        self.own = own
        self.news.set()
        while self.is_alive():
            self.join(GLANCE.total_seconds())


def first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).partition("\n")[0]
