"""Many pictures into one uint8 array."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charmlp.config import DEFAULT_VIEW, View
from charmlp.data.readers.entries import Picture
from charmlp.errors import CharmlpError, DataError
from charmlp.images.batches import read_batches
from charmlp.letters.letterset import spell_out
from charmlp.letters.source import Progress
from charmlp.text import SHOWN, printable


@dataclass(frozen=True)
class Decoded:
    """M of the N pictures that were asked for.

    images      uint8, M×H×W
    chosen      int64, M, their indices among the N
    unreadable  N−M reasons
    notes       what was done to some that a user should know of, one line each
    """

    images: NDArray[np.uint8]
    chosen: NDArray[np.int64]
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def decode_images(
    pictures: Iterable[Picture],
    names: Sequence[str],
    norm_size: tuple[int, int],
    *,
    view: View = DEFAULT_VIEW,
    what: str,
    skip_bad: bool = False,
    progress: Progress | None = None,
    workers: int | None = None,
) -> Decoded:
    """Decode N pictures with their names to grey images of `norm_size` (height, width), in order.

    Memory is that of the result, N·H·W bytes, and of the few pictures being decoded. The result does not
    depend on the number of `workers` (threads, or processes where there are many files; default: the
    processors, at most 8).

    Raises DataError counting all unreadable pictures and naming the first five, the others in its `details`;
    with `skip_bad` only where no picture at all can be read. `what` is the subject of that message.
    """
    count, (height, width) = len(names), norm_size
    try:
        images = np.empty((count, height, width), np.uint8)
    except (MemoryError, ValueError):  # ValueError: more than an address can say
        size = count * height * width / 2**30
        raise DataError(
            f"{what}: {count:,} of {height}×{width} pixels take {size:,.0f} GB of memory, more than there is;"
            " a smaller --norm_size is needed"
        ) from None
    faults: dict[int, str] = {}
    notes: list[str] = []
    done = read = 0
    with closing(read_batches(pictures, norm_size, workers, view)) as batches:
        for asked, batch in batches:
            images[read : read + len(batch.images)] = batch.images
            faults |= {done + at: _named(names[done + at], fault) for at, fault in batch.faults.items()}
            notes += [_named(names[done + at], note) for at, note in batch.notes.items()]
            done, read = done + len(asked), read + len(batch.images)
            if progress is not None:
                progress(done, count)

    if faults and (not skip_bad or len(faults) == count):
        reasons = list(faults.values())
        summary = spell_out(f"{len(reasons):,} of {count:,} {what} cannot be read", reasons)
        way_out = "; --skip-bad goes on without them" if len(reasons) < count else ""
        raise DataError(summary + way_out, reasons[SHOWN:])
    chosen = np.array([index for index in range(count) if index not in faults], np.int64)
    return Decoded(images[:read], chosen, tuple(faults.values()), tuple(notes))


def _named(name: str, error: CharmlpError | str) -> str:
    """The reason with the picture's name in front, which a picture from memory does not know."""
    reason = str(error)
    return reason if printable(name) in reason else f"{printable(name)}: {reason}"
