"""Many pictures into one uint8 array, on a few threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from charmlp.data.entries import SHOWN
from charmlp.errors import DataError, ImageError, printable
from charmlp.images import read_grey

if TYPE_CHECKING:
    from PIL import Image

_BATCH = 64  # pictures that a thread takes at a time
_MOST_WORKERS = 8


@dataclass(frozen=True)
class Packed:
    """images uint8 M×H×W; kept: int64, M, their indices among the N asked for; unreadable: N−M reasons."""

    images: NDArray[np.uint8]
    kept: NDArray[np.int64]
    unreadable: tuple[str, ...]


def pack(
    picture: Callable[[int], Path | Image.Image],
    names: Sequence[str],
    norm_size: tuple[int, int],
    *,
    what: str,
    skip_bad: bool = False,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
) -> Packed:
    """Decode pictures 0 … N−1 to grey images of `norm_size` (height, width), in order.

    Memory is that of the result, N·H·W bytes, and of the few pictures being decoded. The result does not
    depend on the number of `workers` (default: the processors, at most 8).

    Raises DataError counting all unreadable pictures and naming the first five, the others in its `details`;
    with `skip_bad` only where no picture at all can be read. `what` is the subject of that message.
    """
    count = len(names)
    images = _room_for(count, norm_size, what)
    faults: dict[int, str] = {}

    def decode_batch(start: int) -> dict[int, str]:
        bad = {}
        for index in range(start, min(start + _BATCH, count)):
            try:
                images[index] = read_grey(picture(index), norm_size)
            except ImageError as error:
                bad[index] = _named(names[index], error)
        return bad

    executor = ThreadPoolExecutor(workers or min(os.cpu_count() or 1, _MOST_WORKERS))
    try:
        running: deque[Future[dict[int, str]]] = deque()
        starts = iter(range(0, count, _BATCH))
        for done in range(0, count, _BATCH):
            while len(running) <= 2 * _MOST_WORKERS and (start := next(starts, None)) is not None:
                running.append(executor.submit(decode_batch, start))
            faults |= running.popleft().result()
            if progress is not None:
                progress(min(done + _BATCH, count), count)
    finally:
        executor.shutdown(cancel_futures=True)  # an interrupted run does not decode the rest

    if faults and (not skip_bad or len(faults) == count):
        reasons = list(faults.values())
        raise DataError(_summary(reasons, count, what), reasons[SHOWN:])
    kept = np.array([index for index in range(count) if index not in faults], np.int64)
    return Packed(images[kept] if faults else images, kept, tuple(faults.values()))


def _room_for(count: int, norm_size: tuple[int, int], what: str) -> NDArray[np.uint8]:
    height, width = norm_size
    try:
        return np.empty((count, height, width), np.uint8)
    except (MemoryError, ValueError):  # ValueError: more than an address can say
        size = count * height * width / 2**30
        raise DataError(
            f"{what}: {count:,} of {height}×{width} pixels take {size:,.0f} GB of memory, more than there is;"
            " a smaller --norm_size is needed"
        ) from None


def _named(name: str, error: ImageError) -> str:
    """The reason with the picture's name in front, which a picture from memory does not know."""
    reason = str(error)
    return reason if printable(name) in reason else f"{printable(name)}: {reason}"


def _summary(faults: list[str], count: int, what: str) -> str:
    some = f", the first {SHOWN}" if len(faults) > SHOWN else ""
    way_out = "; --skip-bad goes on without them" if len(faults) < count else ""
    return f"{len(faults):,} of {count:,} {what} cannot be read{some}: " + "; ".join(faults[:SHOWN]) + way_out
