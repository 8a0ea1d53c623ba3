"""Many pictures into one uint8 array."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from charmlp.errors import CharmlpError, DataError
from charmlp.images.batches import read_batches
from charmlp.text import SHOWN, printable

if TYPE_CHECKING:
    from PIL import Image


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
    depend on the number of `workers` (threads, or processes where there are many files; default: the
    processors, at most 8).

    Raises DataError counting all unreadable pictures and naming the first five, the others in its `details`;
    with `skip_bad` only where no picture at all can be read. `what` is the subject of that message.
    """
    count = len(names)
    images = _room_for(count, norm_size, what)
    faults: dict[int, str] = {}
    done = read = 0
    with closing(read_batches(map(picture, range(count)), norm_size, workers)) as batches:
        for asked, batch in batches:
            images[read : read + len(batch.images)] = batch.images
            faults |= {done + at: _named(names[done + at], fault) for at, fault in batch.faults.items()}
            done, read = done + len(asked), read + len(batch.images)
            if progress is not None:
                progress(done, count)

    if faults and (not skip_bad or len(faults) == count):
        reasons = list(faults.values())
        raise DataError(_summary(reasons, count, what), reasons[SHOWN:])
    kept = np.array([index for index in range(count) if index not in faults], np.int64)
    return Packed(images[:read], kept, tuple(faults.values()))


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


def _named(name: str, error: CharmlpError) -> str:
    """The reason with the picture's name in front, which a picture from memory does not know."""
    reason = str(error)
    return reason if printable(name) in reason else f"{printable(name)}: {reason}"


def _summary(faults: list[str], count: int, what: str) -> str:
    some = f", the first {SHOWN}" if len(faults) > SHOWN else ""
    way_out = "; --skip-bad goes on without them" if len(faults) < count else ""
    return f"{len(faults):,} of {count:,} {what} cannot be read{some}: " + "; ".join(faults[:SHOWN]) + way_out
