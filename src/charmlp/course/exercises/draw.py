"""Random numbers that are the same on every machine and under every version of Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Draw:
    """Draws by a seed; Python promises no more of its generators than `random()`, so all is made of that."""

    def __init__(self, seed: int) -> None:
        self.generator = random.Random(seed)

    def below(self, n: int) -> int:
        """A whole number from 0 to n − 1."""
        return int(self.generator.random() * n)

    def one(self, among: Sequence[T]) -> T:
        return among[self.below(len(among))]

    def some(self, among: Sequence[T], count: int) -> list[T]:
        """`count` of them, none twice, in random order.

        >>> sorted(Draw(1).some("abc", 3))
        ['a', 'b', 'c']
        """
        left = list(among)
        return [left.pop(self.below(len(left))) for _ in range(count)]

    def array(self, among: Sequence[float], *shape: int) -> np.ndarray:
        """Numbers, each one of those."""
        count = int(np.prod(shape, dtype=int))
        return np.array([self.one(among) for _ in range(count)], dtype=float).reshape(shape)
