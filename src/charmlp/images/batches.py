"""Many images, in order, on all cores, in constant memory.

Few are read here, some by threads, many by processes: part of the work on a small image is Python, which
threads take in turns, but to start a process takes as long as to read some hundred images.
"""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from charmlp.errors import CharmlpError
from charmlp.images.grey import ImageSource, grey_picture
from charmlp.system import processes

if TYPE_CHECKING:
    from concurrent.futures import Future

    import numpy as np
    from numpy.typing import NDArray

ImageOrError: TypeAlias = "ImageSource | CharmlpError"
Given = TypeVar("Given", bound=ImageOrError)

FEW = 4  # so many are read without threads, whose import takes longer
MANY = 2000  # from here on processes read them
MOST_WORKERS = 8
MOST_AHEAD = 2  # batches that wait for each worker
BATCH = 32  # images that a thread takes at a time
PROCESS_BATCH = 128  # and a process: meanwhile nobody need look after it
BATCH_BYTES = 2**18  # of grey pixels that any of them takes at a time


@dataclass(frozen=True)
class Batch:
    """images uint8 M×H×W, of those that can be read; faults: the others' errors, by place in the batch."""

    images: NDArray[np.uint8]
    faults: dict[int, CharmlpError]


def read_batch(images: Sequence[ImageOrError], norm_size: tuple[int, int]) -> Batch:
    """Read the images as `read_grey` does; one that cannot be read does not stop the others.

    An error among the images, such as a name that stands for nothing, is a fault at its place.
    """
    return to_batch(*read_pixels(images, norm_size), norm_size)


def read_pixels(
    images: Sequence[ImageOrError], norm_size: tuple[int, int]
) -> tuple[bytes, dict[int, CharmlpError]]:
    """The same before it becomes an array: the pixels of all images that can be read, and the faults."""
    pixels, faults = [], {}
    for place, image in enumerate(images):
        try:
            if isinstance(image, CharmlpError):
                raise image
            pixels.append(grey_picture(image, norm_size).tobytes())
        except CharmlpError as error:
            faults[place] = error
    return b"".join(pixels), faults


def to_batch(pixels: bytes, faults: dict[int, CharmlpError], norm_size: tuple[int, int]) -> Batch:
    import numpy as np

    return Batch(np.frombuffer(pixels, np.uint8).reshape(-1, *norm_size), faults)


def read_batches(
    images: Iterable[Given], norm_size: tuple[int, int], workers: int | None = None
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
    lists = in_lists(chain(first, rest), size)
    if workers == 1 or len(first) < FEW:
        yield from ((some, read_batch(some, norm_size)) for some in lists)
        return
    with readers(workers, norm_size, apart) as submit:
        waiting: deque[tuple[list[Given], Future[Batch]]] = deque()
        for some in lists:
            waiting.append((some, submit(some)))
            if len(waiting) > MOST_AHEAD * workers:
                some, batch = waiting.popleft()
                yield some, batch.result()
        for some, batch in waiting:
            yield some, batch.result()


@contextmanager
def readers(
    workers: int, norm_size: tuple[int, int], apart: bool
) -> Iterator[Callable[[Sequence[ImageOrError]], Future[Batch]]]:
    """The function that hands a list of images to a free thread, or, `apart`, to a free process."""
    if apart:
        from charmlp.images.workers import Workers

        with Workers(workers, norm_size) as processes_that_read:
            yield processes_that_read.submit
        return
    from concurrent.futures import ThreadPoolExecutor

    threads = ThreadPoolExecutor(workers)
    try:
        yield lambda images: threads.submit(read_batch, images, norm_size)
    finally:
        threads.shutdown(cancel_futures=True)  # an interrupted run does not read the rest


def in_lists(images: Iterator[Given], size: int) -> Iterator[list[Given]]:
    """So many at a time."""
    while some := list(islice(images, size)):
        yield some


def is_path(image: ImageOrError) -> bool:
    return isinstance(image, str | os.PathLike | CharmlpError)
