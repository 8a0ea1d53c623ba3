"""Which rows of each batch are whose, where several ranks (`torchrun`) make an update together."""

import functools

import numpy as np

from charmlp.calculus.elements import Array
from charmlp.system.ranks import Ranks


class Share:
    """A rank's rows of `count` examples that are batches, one behind the other; the last may be smaller.

    parts   where its rows lie among all, in stretches
    bounds  for each batch, where its rows begin among its own, and where the last ones end
    """

    def __init__(self, ranks: Ranks, count: int, batch: int) -> None:
        self.parts: list[slice] = []
        self.bounds = [0]
        for first in range(0, count, batch):
            rows = ranks.rows(min(batch, count - first))
            start, stop = first + rows.start, first + rows.stop
            if self.parts and self.parts[-1].stop == start:
                start = self.parts.pop().start
            self.parts.append(slice(start, stop))
            self.bounds.append(self.bounds[-1] + rows.stop - rows.start)

    @functools.cached_property
    def places(self) -> slice | Array:
        """Where all its rows lie among all."""
        if len(self.parts) == 1:
            return self.parts[0]
        return np.concatenate([np.empty(0, np.int64), *(np.r_[part] for part in self.parts)])

    def sums(self, values: Array) -> Array:
        """Of values for each of its rows, the sum of each batch; 0 where it has no row of one."""
        starts, counts = np.array(self.bounds[:-1], np.int64), np.diff(self.bounds)
        found = np.zeros(len(starts))
        if len(values):
            found[counts > 0] = np.add.reduceat(values, starts[counts > 0])
        return found


@functools.lru_cache(16)
def share(ranks: Ranks, count: int, batch: int) -> Share:
    """A `Share` that is made once: chunks are alike."""
    return Share(ranks, count, batch)
