"""Work that rank 0 hands out (`charmlp.system.ranks`): it runs the command, the other ranks do what it asks.

So nothing that is printed or written can differ from what one process prints and writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from charmlp.system.ranks import ALONE, Ranks, ranks

Part = TypeVar("Part")
Result = TypeVar("Result")

AT_ONCE = 4  # parts that a rank works on before it sends what became of them
PATIENCE = 3600  # seconds that helpers wait: for pictures to be drawn, or a reader who has paused the output

_all: Ranks = ALONE  # that work for this process, itself among them


def with_helpers(work: Callable[[], int]) -> int:
    """The status of `work`, which rank 0 does with the help of the others; theirs is 0.

    Where `torchrun` has started no others, `work` is all that happens.
    """
    global _all
    with ranks(PATIENCE) as group:
        if not group.is_first:
            while (asked := group.share(None)) is not None:
                group.gather(_own_share(group, *asked))
            return 0
        _all = group
        try:
            return work()
        finally:
            _all = ALONE
            group.share(None)


def has_helpers() -> bool:
    return _all.count > 1


def spread(function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
    """`map`, shared out among all ranks, some parts at a time; what is sent must be picklable."""
    rest = iter(parts)
    while some := list(islice(rest, AT_ONCE * _all.count)):
        _all.share((function, some))
        for results in _all.gather(_own_share(_all, function, some)):
            yield from results


def _own_share(group: Ranks, function: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    return list(map(function, parts[group.rows(len(parts))]))
