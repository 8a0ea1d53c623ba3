"""Ranks that are threads of this process, so that tests need neither a launcher nor a network."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest
from numpy.typing import NDArray

from charmlp.system import helpers
from charmlp.system.ranks import Ranks

T = TypeVar("T")

SECONDS = 60.0  # that one waits for the others


class ThreadRanks(Ranks):
    """One of several; what they tell each other is pickled, as it is where they are processes."""

    def __init__(self, rank: int, said: list[bytes], meeting: threading.Barrier) -> None:
        self.rank, self.count = rank, len(said)
        self.said, self.meeting = said, meeting

    def gather(self, value: Any) -> list[Any]:
        self.said[self.rank] = pickle.dumps(value)
        self.meeting.wait(SECONDS)
        found = [pickle.loads(each) for each in self.said]
        self.meeting.wait(SECONDS)
        return found

    def add(self, array: NDArray[Any]) -> None:
        array[...] = sum(self.gather(array))

    def of_first(self, make: Callable[[], T]) -> T:
        found: T = self.gather(make() if self.is_first else None)[0]
        return found


@contextmanager
def ranks_in_threads(count: int, patch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """This thread is rank 0 of so many, and the others help it; the list is of their statuses, at the end.

    Where rank 0 fails, so do the others, without a word: who waits for it is told.
    """
    said, meeting, own = [b""] * count, threading.Barrier(count), threading.local()
    statuses: list[int] = []

    def joined(work: Callable[[Ranks], int]) -> int:
        try:
            return work(ThreadRanks(getattr(own, "rank", 0), said, meeting))
        except BaseException:
            meeting.abort()
            raise

    def help_it(rank: int) -> None:
        own.rank = rank
        try:
            statuses.append(helpers.with_helpers(never))
        except threading.BrokenBarrierError:
            statuses.append(1)

    patch.setattr(helpers, "joined", joined)
    threads = [threading.Thread(target=help_it, args=(rank,)) for rank in range(1, count)]
    for thread in threads:
        thread.start()
    yield statuses
    for thread in threads:
        thread.join(SECONDS)


def never() -> int:
    raise AssertionError("only rank 0 runs the command")


def watched(function: Callable[..., Any], who: list[str]) -> Callable[..., Any]:
    """The function, whose calls are noted by the thread that makes them."""

    def call(*arguments: Any, **more: Any) -> Any:
        who.append(threading.current_thread().name)
        return function(*arguments, **more)

    return call
