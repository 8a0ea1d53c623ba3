"""Several processes on one job, as PyTorch's launcher starts them (`torchrun`): which one this is, and what
they tell each other.

A process that nobody started so is rank 0 of 1, to which nothing needs to be sent.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from charmlp.system.extras import require_extra

if TYPE_CHECKING:
    from charmlp.calculus.elements import Array

PATIENCE = 60  # seconds that a rank waits for another one, unless told otherwise


class Ranks:
    """This process alone; `Group` is one of several.

    Each method is called by all ranks, or by none, in the same order.
    """

    rank, count = 0, 1

    @property
    def is_first(self) -> bool:
        """Rank 0, which alone reports and writes."""
        return self.rank == 0

    def rows(self, count: int) -> slice:
        """This rank's part of so many rows; the parts differ by one row at most, and none is padded."""
        return slice(count * self.rank // self.count, count * (self.rank + 1) // self.count)

    def add(self, array: Array) -> None:
        """Each number becomes the sum of the ranks' numbers, to the same bits on all of them."""

    def share(self, value: Any) -> Any:
        """What rank 0 gave."""
        return value

    def gather(self, value: Any) -> list[Any]:
        """What each rank gave, in their order."""
        return [value]


ALONE = Ranks()


class Group(Ranks):
    """One of several ranks, joined by gloo."""

    def __init__(self, patience: float) -> None:
        import torch.distributed as distributed

        self.distributed = distributed
        distributed.init_process_group("gloo", timeout=timedelta(seconds=patience))
        self.rank, self.count = distributed.get_rank(), distributed.get_world_size()

    def add(self, array: Array) -> None:
        import torch

        self.distributed.all_reduce(torch.from_numpy(array))

    def share(self, value: Any) -> Any:
        box = [value]
        self.distributed.broadcast_object_list(box)
        return box[0]

    def gather(self, value: Any) -> list[Any]:
        found: list[Any] = [None] * self.count
        self.distributed.all_gather_object(found, value)
        return found


@contextmanager
def ranks(patience: float = PATIENCE) -> Iterator[Ranks]:
    """The ranks that `torchrun` started, this process among them; without it, `ALONE`.

    `patience`: seconds that a rank waits for what another one should send.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2 or "RANK" not in os.environ:
        yield ALONE
        return
    require_extra("torch", "torch", "several processes (torchrun)")
    group = Group(patience)
    try:
        yield group
    finally:
        group.distributed.destroy_process_group()
