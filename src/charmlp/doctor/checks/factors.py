"""Where a constant factor comes from: N, C or another size, 2, or a sign, told apart by two set-ups."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CLOSE = 1e-4
EXPONENTS = (0, 1, -1, 2, -2)


@dataclass(frozen=True)
class Factor:
    """sign · 2^twos · Π size^exponent, for example −N or 2/C."""

    sign: int = 1
    twos: int = 0
    exponents: tuple[tuple[str, int], ...] = ()

    @property
    def mistakes(self) -> int:
        """How many things must have gone wrong for it."""
        return (self.sign < 0) + abs(self.twos) + sum(abs(e) for _, e in self.exponents)

    def value(self, sizes: Mapping[str, int]) -> float:
        return self.sign * 2.0**self.twos * math.prod(sizes[s] ** e for s, e in self.exponents)


def factors_of(
    ratios: Sequence[float], sizes: Sequence[Mapping[str, int]], letters: Sequence[str]
) -> list[Factor]:
    """The simplest factors that give each ratio at its sizes; several where they cannot be told apart.

    >>> factors_of([-5.0, -7.0], [{"N": 5, "C": 3}, {"N": 7, "C": 11}], "NC")
    [Factor(sign=-1, twos=0, exponents=(('N', 1),))]
    >>> len(factors_of([4.0], [{"N": 4, "C": 4}], "NC"))
    2
    """
    found = []
    for twos in EXPONENTS:
        for powers in itertools.product(EXPONENTS[:3], repeat=len(letters)):
            exponents = tuple((s, e) for s, e in zip(letters, powers, strict=True) if e)
            factor = Factor(1 if ratios[0] > 0 else -1, twos, exponents)
            values = [factor.value(at) for at in sizes]
            if all(abs(r - v) <= CLOSE * abs(v) for r, v in zip(ratios, values, strict=True)):
                found.append(factor)
    fewest = min((factor.mistakes for factor in found), default=0)
    return [factor for factor in found if factor.mistakes == fewest]
