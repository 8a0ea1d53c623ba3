"""The states that a search has not tried yet, the likeliest first, and what is known to fail."""

import heapq
import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from charmlp.doctor.operation.numpy_code.trying.choices import Key
from charmlp.doctor.operation.numpy_code.trying.scenes import Scene, State
from charmlp.doctor.operation.numpy_code.trying.templates import DOMAINS

PAIRED, PAIRED_KEYS = 9, 4  # choices of each of two variables that are changed together
Progress = tuple[int, ...]


class Failures:
    """What is known to fail, whatever else is changed: some variables as they were."""

    def __init__(self) -> None:
        self.known: dict[tuple[Key, ...], set[tuple[int, ...]]] = {}

    def add(self, state: State, keys: Sequence[Key]) -> None:
        of = tuple(sorted(set(keys)))
        self.known.setdefault(of, set()).add(tuple(state.get(key, 0) for key in of))

    def hold(self, state: State) -> bool:
        return any(tuple(state.get(key, 0) for key in of) in failed for of, failed in self.known.items())


class Queue:
    """States that wait: those after which code came furthest, and those that cost least, are taken in turn.

    Of each state that was tried its neighbours wait together, the likeliest first.
    """

    def __init__(self, first: Sequence[State]) -> None:
        self.first = list(reversed(first))
        self.by_progress: list[tuple[Any, ...]] = []
        self.by_cost: list[tuple[Any, ...]] = []
        self.seen: set[tuple[Any, ...]] = set()
        self.number = 0

    def add(self, progress: Progress, cost: int, waiting: Iterator[tuple[int, State]]) -> None:
        self.number += 1
        entry = Waiting(cost, waiting)
        if entry.is_left:
            heapq.heappush(self.by_progress, (tuple(-p for p in progress), entry.cost, self.number, entry))
            heapq.heappush(self.by_cost, (entry.cost, self.number, entry))

    def next(self) -> tuple[int, State] | None:
        """The next state that has not been taken yet; None where there is none."""
        while True:
            found = (0, self.first.pop()) if self.first else self.take()
            if found is None:
                return None
            mark = tuple(sorted((key, i) for key, i in found[1].items() if i))
            if mark not in self.seen:
                self.seen.add(mark)
                return found

    def take(self) -> tuple[int, State] | None:
        of = self.by_cost if len(self.seen) % 3 == 0 else self.by_progress
        while of or (of := self.by_cost or self.by_progress):
            *priority, number, entry = heapq.heappop(of)
            if not entry.is_left:  # taken through the other queue
                continue
            cost, state = entry.take()
            priority[-1] = entry.cost
            if entry.is_left:
                heapq.heappush(of, (*priority, number, entry))
            return cost, state
        return None


class Waiting:
    """The neighbours of one state that have not been taken."""

    def __init__(self, cost: int, states: Iterator[tuple[int, State]]) -> None:
        self.base, self.states = cost, states
        self.ahead = next(states, None)

    @property
    def is_left(self) -> bool:
        return self.ahead is not None

    @property
    def cost(self) -> int:
        return self.base + 1 + self.ahead[0] if self.ahead is not None else 0

    def take(self) -> tuple[int, State]:
        assert self.ahead is not None
        cost, state = self.cost, self.ahead[1]
        self.ahead = next(self.states, None)
        return cost, state


def neighbours(scene: Scene, state: State, keys: Sequence[Key]) -> Iterator[tuple[int, State]]:
    """States with one or two of these variables changed, with what the change costs: the least first."""
    counts = {key: len(DOMAINS) if key.endswith("!") else len(scene.choices(key, state)) for key in keys}
    two = [key for key in keys if counts[key] > 1][:PAIRED_KEYS]
    for rank in range(max(counts.values(), default=0) + 2 * PAIRED):
        for key, count in counts.items():
            if rank < count and rank != state.get(key, 0):
                yield rank, {**state, key: rank}
        together = rank - 3
        for one, other in itertools.combinations(two, 2) if 0 <= together < 2 * PAIRED else ():
            for i in range(max(0, together - PAIRED + 1), min(PAIRED, together + 1)):
                j = together - i
                if (
                    i < counts[one]
                    and j < counts[other]
                    and i != state.get(one, 0)
                    and j != state.get(other, 0)
                ):
                    yield rank, {**state, one: i, other: j}
