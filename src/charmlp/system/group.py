"""Ranks joined by gloo, which end together.

Beside their work, the ranks tell each other each second that they are there, and how it went. So each may
take as long as it needs for a part of its own, such as reading images; where one fails, or is gone, all
others end soon, and one of them says why.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import sys
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

from numpy.typing import NDArray

from charmlp.errors import CharmlpError
from charmlp.system.beats import Beats, Outcome, State
from charmlp.system.line import Line, PartedError
from charmlp.system.ranks import Ranks
from charmlp.text import first_line

T = TypeVar("T")

PATIENCE = timedelta(seconds=60)  # for a sign of life, and for the ranks to find each other at the beginning
LONG = timedelta(days=7)  # for what another rank is to send once its own work is done; it lives meanwhile
HURRY = timedelta(seconds=2)  # for the others to hear of Ctrl-C
SURVIVORS = 2.0  # seconds in which those that are there say so, where one is gone


class ToldElsewhere(CharmlpError):
    """This rank ends because of what another one tells."""

    def __init__(self, exit_status: int) -> None:
        super().__init__()
        self.exit_status = exit_status


class Group(Ranks):
    """One of several ranks; raises `CharmlpError` where they do not find each other."""

    def __init__(self) -> None:
        import torch.distributed as distributed

        self.distributed = distributed
        self.rank, self.count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        self.place_here = int(os.environ["LOCAL_RANK"])
        self.attempt = int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))
        self.most_attempts = int(os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0"))
        self.way_on: Callable[[], str] = str
        try:
            self.connect()
            places = self.line.gather((socket.gethostname(), self.is_first_here))
        except (RuntimeError, ValueError, PartedError) as error:
            raise CharmlpError(
                f"rank {self.rank} on {socket.gethostname()} does not find the others: {first_line(error)}; "
                "where a host has several networks, GLOO_SOCKET_IFNAME says which"
            ) from None
        self.hosts = [host for host, _ in places]
        self.has_hosts = sum(is_first for _, is_first in places) > 1

    def connect(self) -> None:
        """Find the others by a store, which is torchrun's own where it offers one, and outlives the ranks."""
        offered = os.environ.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
        self.job = self.distributed.TCPStore(  # type: ignore[attr-defined]
            os.environ["MASTER_ADDR"],
            int(os.environ["MASTER_PORT"]),
            is_master=self.is_first and not offered,
            timeout=PATIENCE,
        )
        self.store = self.distributed.PrefixStore(f"charmlp {self.name_of_start()}", self.job)  # type: ignore[attr-defined]
        self.distributed.init_process_group(
            "gloo", store=self.store, rank=self.rank, world_size=self.count, timeout=PATIENCE
        )
        self.beats = Beats(Line(self.distributed.new_group(), PATIENCE))
        self.line = Line(self.distributed.group.WORLD, LONG, self.check)

    def name_of_start(self) -> str:
        """A name that those who start together now give what they write into the store.

        What ranks of an earlier start wrote stays there, and torchrun counts starts on each host for itself.
        So each rank leaves a name of its own; rank 0 answers all that it finds with its own one, also those
        of ranks that are no more, until each rank has said that it was answered.
        """
        own = uuid.uuid4().hex
        if not self.is_first:
            self.job.set(f"charmlp rank {self.rank}", own)
            self.job.wait([f"charmlp answer {own}"], PATIENCE)
            start = self.job.get(f"charmlp answer {own}").decode()
            self.job.set(f"charmlp {start} {self.rank}", "")
            return str(start)
        limit = time.monotonic() + PATIENCE.total_seconds()
        missing = list(range(1, self.count))
        while missing and time.monotonic() < limit:
            for rank in missing:
                if self.job.check([f"charmlp rank {rank}"]):
                    self.job.set(f"charmlp answer {self.job.get(f'charmlp rank {rank}').decode()}", own)
            time.sleep(0.02)
            missing = [rank for rank in missing if not self.job.check([f"charmlp {own} {rank}"])]
        if missing:
            raise PartedError(f"no word of rank {missing[0]}")
        return own

    def close(self, status: int) -> None:
        """Let go of the connections: at the end of Python it would be too late.

        Where an answer is awaited still, perhaps for days, that would be waited for: the process then ends
        with this status once Python has done what it does at its end.
        """
        lines = self.line, self.beats.line
        if any(line.is_waiting for line in lines):
            atexit.register(leave, status)
            return
        for line in lines:
            del line.process_group
        self.distributed.destroy_process_group()

    def add(self, array: NDArray[Any]) -> None:
        self.line.add(array)

    def begin_adding(self, array: NDArray[Any]) -> None:
        self.line.begin(array)

    def finish_adding(self) -> None:
        self.line.finish()

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
            raise PartedError

    def name(self, rank: int) -> str:
        return f"rank {rank} on {self.hosts[rank]}"

    def remember(self, what: str, text: str) -> None:
        self.job.set(f"charmlp {what}", text)

    def recall(self, what: str) -> str | None:
        key = f"charmlp {what}"
        return self.job.get(key).decode() if self.job.check([key]) else None

    def when_lost(self, way_on: Callable[[], str]) -> None:
        self.way_on = way_on

    def together(self, work: Callable[[], T]) -> T:
        """What `work` returns, once all ranks are done with it; where one fails, all end.

        Rank 0 raises what was wrong, with the name of the rank where it was another one; the others raise
        `ToldElsewhere`. Where a rank is gone without a word, one of those that are there says so.
        """
        found: Any = None
        fault: BaseException | None = None
        self.beats.start()
        try:
            found = work()
        except BaseException as error:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # torchrun sends it as soon as one rank has ended
            fault = error
        own = Outcome.of(fault)
        hurries = isinstance(fault, KeyboardInterrupt)
        ends = self.beats.end(own, HURRY if hurries else LONG)
        if fault is not None and self.beats.is_alive():
            raise fault  # nobody has heard of it, and Ctrl-C waits no longer
        if ends is None:
            raise self.loss()
        within(SURVIVORS, self.take_leave, None)
        failed = {rank: end for rank, end in enumerate(ends) if end.state == State.FAILED}
        if not failed:
            return found
        first = min(failed, key=lambda rank: (failed[rank].is_consequence, rank))
        if fault is not None and (self.rank == first == 0 or own.is_unforeseen):
            raise fault
        if not self.is_first:
            raise ToldElsewhere(failed[first].status)
        raise failed[first].error(self.name(first))

    def take_leave(self) -> None:
        """Wait until all know how it ended: a connection that is closed at once may take a last word along.

        The first rank, which may have the store, leaves last.
        """
        self.meet("know")
        if self.is_first:
            self.meet("leave")
        else:
            self.store.add("leave", 1)

    def meet(self, place: str) -> None:
        count = self.store.add(place, 1)
        while count < self.count:
            time.sleep(0.02)
            count = self.store.add(place, 0)

    def loss(self) -> CharmlpError:
        """What is to be said where a rank is gone: by the first of those that are there."""
        nothing = [1 - self.rank] if self.count == 2 else [], False
        gone, is_told = within(SURVIVORS + 3, self.ask_around, nothing)
        if is_told:
            return ToldElsewhere(1)
        names = " and ".join(map(self.name, gone)) or "another rank"
        again = self.attempt < self.most_attempts
        way_on = "; torchrun starts all ranks again" if again else self.way_on()
        return CharmlpError(f"{names} has ended, or is out of reach{way_on}")

    def ask_around(self) -> tuple[list[int], bool]:
        """Which ranks do not say that they are there, and whether somebody has told that already."""
        self.store.set(f"here-{self.rank}", "")
        gone: list[int] = []
        for _ in range(round(SURVIVORS / 0.05)):
            gone = [rank for rank in range(self.count) if not self.store.check([f"here-{rank}"])]
            if len(gone) <= 1:
                break
            time.sleep(0.05)
        return gone, self.store.add("told", 1) > 1


def within(seconds: float, ask: Callable[[], T], otherwise: T) -> T:
    """What `ask` returns, unless it takes longer or fails: the other end of its connection may be gone."""
    found = [otherwise]

    def put() -> None:
        with suppress(RuntimeError):
            found[0] = ask()

    thread = threading.Thread(target=put, daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0]


def leave(status: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)
