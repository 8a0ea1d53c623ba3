"""Many images, in order, on all cores, in constant memory.

Few are read here, some by threads, many by processes: part of the work on a small image is Python, which
threads take in turns, but to start a process takes as long as to read some hundred images. Where there are
several ranks (`system.helpers`), they are such processes.
"""

import math
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain, cycle, islice, tee
from typing import TypeVar

from charmlp.config import DEFAULT_VIEW, View
from charmlp.errors import CharmlpError
from charmlp.images.reading import Batch, ImageOrError, read_batch
from charmlp.system import helpers, processes

Given = TypeVar("Given", bound=ImageOrError)

FEW = 4  # so many are read without threads, whose import takes longer
MANY = 2000  # from here on processes read them
MOST_WORKERS = 8
MOST_AHEAD = 2  # batches that wait for each worker
BATCH = 32  # images that a thread takes at a time
PROCESS_BATCH = 128  # and a process: meanwhile nobody need look after it
BATCH_BYTES = 2**18  # of grey pixels that any of them takes at a time


def read_batches(
    images: Iterable[Given],
    norm_size: tuple[int, int],
    workers: int | None = None,
    view: View = DEFAULT_VIEW,
) -> Generator[tuple[list[Given], Batch], None, None]:
    """All images in order, a list of some and the batch that they make at a time, read a few batches ahead.

    The pixels do not depend on the number of `workers` (default: the processors, at most 8; where it is 1,
    they are read here). Raises `CharmlpError` where a process ends before its time. Close it
    (`contextlib.closing`): then neither thread nor process stays, even if the caller stops early.
    """
    workers = workers or min(os.cpu_count() or 1, MOST_WORKERS)
    rest = iter(images)
    first = list(islice(rest, FEW))
    if all(map(is_path, first)):  # pictures in memory are not gathered: they may be large
        first += islice(rest, MANY - FEW)
    apart = len(first) == MANY and processes.can_start() and all(map(is_path, first))
    size = max(1, min(PROCESS_BATCH if apart else BATCH, BATCH_BYTES // math.prod(norm_size)))
    rest = chain(first, rest)
    lists = iter(lambda: list(islice(rest, size)), [])
    shared = helpers.has_helpers() and all(map(is_path, first))
    if shared or workers == 1 or len(first) < FEW:
        asked, lists = tee(lists)
        read = partial(read_batch, norm_size=norm_size, view=view)
        yield from zip(lists, helpers.spread(read, asked) if shared else map(read, asked), strict=True)
        return
    start = reading_processes if apart else reading_threads
    with start(workers, norm_size, view) as submit:
        waiting: deque[tuple[list[Given], Callable[[], Batch]]] = deque()
        for some in lists:
            waiting.append((some, submit(some)))
            if len(waiting) > MOST_AHEAD * workers:
                some, result = waiting.popleft()
                yield some, result()
        for some, result in waiting:
            yield some, result()


Submit = Callable[[Sequence[ImageOrError]], Callable[[], Batch]]  # images → what waits for their batch


@contextmanager
def reading_processes(count: int, norm_size: tuple[int, int], view: View) -> Iterator[Submit]:
    """Processes take batches in turn, and their answers are waited for in the same order."""
    from charmlp.images.workers import Reader

    with ExitStack() as running:
        readers: list[Reader] = []
        for _ in range(count):
            readers.append(Reader(norm_size, view))
            running.callback(readers[-1].worker.end)  # it holds nothing that could be lost
        turns = cycle(readers)

        def submit(images: Sequence[ImageOrError]) -> Callable[[], Batch]:
            reader = next(turns)
            reader.send(images)
            return reader.receive

        yield submit


@contextmanager
def reading_threads(count: int, norm_size: tuple[int, int], view: View) -> Iterator[Submit]:
    from concurrent.futures import ThreadPoolExecutor

    threads = ThreadPoolExecutor(count)
    try:
        yield lambda images: threads.submit(read_batch, images, norm_size, view).result
    finally:
        threads.shutdown(cancel_futures=True)  # an interrupted run does not read the rest


def is_path(image: ImageOrError) -> bool:
    return isinstance(image, str | os.PathLike | CharmlpError)
