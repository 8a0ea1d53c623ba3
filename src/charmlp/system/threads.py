"""All cores on one piece of work, with the same bits on any number of them.

Into which parts work is cut follows from its size alone (`blocks`); the cores take these in turn (`each`).
What computes a part must let other threads run meanwhile, as NumPy's operations and compiled loops do.
The threads of BLAS do neither: they cut a product by the number of cores, and spin while they wait.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from contextvars import copy_context
from functools import cache
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

Part = TypeVar("Part")


def cores() -> int:
    """The processors that this process may use: those of the system, at most OMP_NUM_THREADS.

    That is how programs that share a machine tell each other, such as joblib its worker processes.
    """
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    allowed = os.environ.get("OMP_NUM_THREADS", "")
    return min(there, int(allowed)) if allowed.isdecimal() and int(allowed) else there


def blocks(count: int, size: int) -> list[slice]:
    """`count` things in blocks of about `size`, all of them alike."""
    parts = max(1, round(count / size))
    return [slice(count * part // parts, count * (part + 1) // parts) for part in range(parts)]


def each(task: Callable[[Part], object], parts: Sequence[Part]) -> None:
    """Do the task for every part, in any order; returns when all are done, raises what one of them raised."""
    if len(parts) == 1:
        task(parts[0])
        return
    rest = iter(parts)
    helpers = []
    try:
        with suppress(RuntimeError):  # as many threads as the system allows
            for _ in range(min(cores(), len(parts)) - 1):
                # what NumPy does about overflow, for instance, is said in the caller's context
                helpers.append(pool().submit(copy_context().run, work, task, rest))
        work(task, rest)
    finally:
        # Who has not begun is not waited for: there is nothing left to do.
        faults = [helper.exception() for helper in helpers if not helper.cancel()]
    for fault in filter(None, faults):
        raise fault


def work(task: Callable[[Part], object], rest: Iterable[Part]) -> None:
    """Do the task for the parts that nobody else has taken."""
    for part in rest:
        task(part)


@cache
def pool() -> ThreadPoolExecutor:
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(cores())
