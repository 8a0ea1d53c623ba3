"""Several processes on one job: which of them this is, and what they tell each other.

`charmlp.system.torchrun` joins the ranks that PyTorch's launcher started. A process that nobody started so is
rank 0 of 1, to which nothing needs to be sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray

T = TypeVar("T")


class Ranks:
    """This process alone; `group.Group` is one of several.

    `add`, `greatest`, `of_first`, `gather` and `here_first` are called by all ranks in the same order.

    place_here  its place among those of its host
    has_hosts   whether there are several hosts
    """

    rank, count = 0, 1
    place_here, has_hosts = 0, False

    @property
    def is_first_here(self) -> bool:
        """The first one of its host."""
        return self.place_here == 0

    @property
    def is_first(self) -> bool:
        """Rank 0, which alone reports and writes."""
        return self.rank == 0

    def rows(self, count: int) -> slice:
        """This rank's part of so many rows; the parts differ by one row at most, and none is padded."""
        return slice(count * self.rank // self.count, count * (self.rank + 1) // self.count)

    def add(self, array: NDArray[Any]) -> None:
        """Each number becomes the sum of the ranks' numbers, to the same bits on all of them."""

    def begin_adding(self, array: NDArray[Any]) -> None:
        """Begin the same, while other work is done; once `finish_adding` returns, it is done."""

    def finish_adding(self) -> None:
        """Wait for all that has been begun."""

    def greatest(self, number: int) -> int:
        """The greatest of the ranks' numbers."""
        return number

    def of_first(self, make: Callable[[], T]) -> T:
        """What `make` returns on rank 0, where alone it is called."""
        return make()

    def gather(self, value: T) -> list[T]:
        """What each rank gave, in their order."""
        return [value]

    def here_first(self, work: Callable[[], T]) -> T:
        """What `work` returns, done by one rank of each host before the others: they find what it kept."""
        return work()

    def check(self) -> None:
        """Stop long work here where another rank has failed meanwhile."""

    def remember(self, what: str, text: str) -> None:
        """Let those that torchrun starts again on the same job know something, by `recall`."""

    def recall(self, what: str) -> str | None:
        """What an earlier attempt remembered, if any."""
        return None

    def when_lost(self, way_on: Callable[[], str]) -> None:
        """What is to be said, where a rank is gone, behind that."""


ALONE = Ranks()
