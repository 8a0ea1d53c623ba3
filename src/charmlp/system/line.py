"""A connection of all ranks: sums of arrays, of which all else that they tell each other is made."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from charmlp.text import first_line

Array = NDArray[Any]
T = TypeVar("T")

GLANCE = timedelta(seconds=0.5)  # how long Ctrl-C, or news of another rank, may go unheard


class PartedError(Exception):
    """The ranks no longer work together: one has failed, or cannot be reached."""


class Line:
    """A process group of torch's, on which a rank waits so long for an answer.

    `check` is called while it waits, and may raise.
    """

    def __init__(self, process_group: Any, patience: timedelta, check: Callable[[], object] = int) -> None:
        import torch.distributed as distributed

        self.process_group, self.check = process_group, check
        self.rank, self.count = process_group.rank(), process_group.size()
        self.options = distributed.AllreduceOptions()
        self.options.timeout = patience
        self.works: list[Any] = []  # begun, and not known to be done

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is awaited still, though whoever asked has gone away."""
        return any(not work.is_completed() for work in self.works)

    def add(self, array: Array) -> None:
        """Replace the numbers by the ranks' sums; raises `PartedError` where a rank cannot be reached."""
        if self.count > 1:
            self.begin(array)
            self.finish()

    def begin(self, array: Array) -> None:
        """Begin the same, which is done once `finish` has been called."""
        import torch

        try:
            self.works.append(self.process_group.allreduce([torch.from_numpy(array)], self.options))
        except RuntimeError as error:
            raise PartedError(first_line(error)) from None

    def finish(self) -> None:
        """Wait until all that has been begun is done."""
        try:
            while self.works:
                work = self.works[0]
                while not work.is_completed():
                    with suppress(RuntimeError):  # not yet
                        work.wait(GLANCE)
                    self.check()
                work.wait()
                self.works.pop(0)
        except RuntimeError as error:
            raise PartedError(first_line(error)) from None

    def numbers(self, number: int) -> Array:
        """The number that each rank gave."""
        found = np.zeros(self.count, np.int64)
        found[self.rank] = number
        self.add(found)
        return found

    def gather(self, value: T) -> list[T]:
        """What each rank gave, whatever it is."""
        content = np.frombuffer(pickle.dumps(value), np.uint8)
        ends = np.cumsum([0, *self.numbers(len(content))])
        everything = np.zeros(ends[-1], np.uint8)
        everything[ends[self.rank] : ends[self.rank + 1]] = content
        self.add(everything)
        return [pickle.loads(everything[start:stop].data) for start, stop in itertools.pairwise(ends)]
