"""Work that rank 0 hands out (`charmlp.system.ranks`): it runs the command, the other ranks do what it asks.

So nothing that is printed or written can differ from what one process prints and writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from charmlp.system.ranks import ALONE, Ranks
from charmlp.system.torchrun import joined

Part = TypeVar("Part")
Result = TypeVar("Result")

AT_ONCE = 4  # parts that a rank works on before it sends what became of them

_all: Ranks = ALONE  # that work for this process, itself among them


def with_helpers(work: Callable[[], int]) -> int:
    """The exit status of `work`, which rank 0 does with the help of the others; raises what it raises.

    Where `torchrun` has started no others, `work` is all that happens.
    """
    early: list[BrokenPipeError] = []

    def whole_or_part() -> int:
        try:
            return work()
        except BrokenPipeError as error:  # who reads the output, such as `head`, has seen enough
            early.append(error)
            return 0

    status = joined(lambda ranks: lead(whole_or_part, ranks) if ranks.is_first else follow(ranks))
    if early:
        raise early[0]
    return status


def lead(work: Callable[[], int], ranks: Ranks) -> int:
    """Do the work, and let the others go when it is done; where it fails, they end as well."""
    global _all
    _all = ranks
    try:
        status = work()
    finally:
        _all = ALONE
    ranks.of_first(lambda: None)
    return status


def follow(ranks: Ranks) -> int:
    """Do what rank 0 asks, until it asks for nothing more."""
    while asked := ranks.of_first(lambda: None):
        ranks.gather(_own_share(ranks, *asked))
    return 0


def has_helpers() -> bool:
    return _all.count > 1


def spread(function: Callable[[Part], Result], parts: Iterable[Part]) -> Iterator[Result]:
    """`map`, shared out among all ranks, some parts at a time; what is sent must be picklable."""
    rest = iter(parts)
    while some := list(islice(rest, AT_ONCE * _all.count)):
        _all.of_first(lambda: (function, some))
        for results in _all.gather(_own_share(_all, function, some)):
            yield from results


def _own_share(ranks: Ranks, function: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
    return list(map(function, parts[ranks.rows(len(parts))]))
