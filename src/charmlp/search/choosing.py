"""Which setting is best, and whether it is told apart from the next one.

The best of many is partly the luckiest of many, so its figure in the search says too much. The two best are
therefore trained again, with seeds that chose nothing, and compared on the same images by the test of
`charmlp compare`, which counts the luck of the images and that of the seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from charmlp.errors import CharmlpError
from charmlp.evaluation.comparison import LEVEL, Pair, compare_readings
from charmlp.search.measured import Tried


@dataclass(frozen=True)
class Choice:
    """What was chosen, and how sure that is.

    best       its trainings are those of fresh seeds; where it is alone, of the search
    other      the next one, with fresh seeds too; None where nothing else trained well
    pair       the two on the same images; None where one of them failed
    confirmed  whether fresh seeds prefer the same one as the search; they are believed
    """

    best: Tried
    other: Tried | None = None
    pair: Pair | None = None
    confirmed: bool = True

    @property
    def told_apart(self) -> bool:
        """Whether the best is better by more than luck."""
        return self.pair is not None and self.pair.p < LEVEL and self.confirmed


def choose(
    ranking: Sequence[Tried], again: Callable[[Sequence[Tried]], Sequence[Tried]], images: int
) -> Choice:
    """The better one of the two best of a ranking, when both are trained again with fresh seeds.

    The first of the ranking stays the best, unless fresh seeds show the other one to be better.
    """
    if len(ranking) < 2:
        return Choice(ranking[0])
    first, second = again(ranking[:2])
    if first.failed and second.failed:
        raise CharmlpError(f"the two best settings fail with other seeds: {first.failed[0].failed}")
    if first.failed or second.failed:
        return Choice(second, first) if first.failed else Choice(first, second)
    pair = compare(first, second, images)
    if pair.p < LEVEL and pair.difference < 0:
        return Choice(second, first, compare(second, first, images), confirmed=False)
    return Choice(first, second, pair, confirmed=pair.difference > 0)


def compare(a: Tried, b: Tried, images: int) -> Pair:
    return compare_readings(*(np.stack([trial.readings(images) for trial in each.trials]) for each in (a, b)))
