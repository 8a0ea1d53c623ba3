"""Many pictures into uint8 pixels: one array, or wherever else a batch at a time is put."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

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
class Readable:
    """Which M of N pictures could be read.

    chosen      int64, M, their indices among the N
    unreadable  N−M reasons
    notes       what was done to some that a user should know of, one line each
    """

    chosen: NDArray[np.int64]
    unreadable: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decoded(Readable):
    """Their pixels, uint8 M×H×W, as well."""

    images: NDArray[np.uint8] = field(kw_only=True)


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
    """Decode N pictures as `decode_each` does, into one array of N·H·W bytes."""
    count, (height, width) = len(names), norm_size
    try:
        images = np.empty((count, height, width), np.uint8)
    except (MemoryError, ValueError):  # ValueError: more than an address can say
        size = count * height * width / 2**30
        raise DataError(
            f"{what}: {count:,} of {height}×{width} pixels take {size:,.0f} GB of memory, more than there is;"
            " a smaller --norm_size is needed"
        ) from None
    read = 0

    def keep(batch: NDArray[np.uint8]) -> None:
        nonlocal read
        images[read : read + len(batch)] = batch
        read += len(batch)

    readable = decode_each(
        pictures, names, norm_size, keep, view=view, what=what, skip_bad=skip_bad, progress=progress,
        workers=workers,
    )  # fmt: skip
    return Decoded(readable.chosen, readable.unreadable, readable.notes, images=images[:read])


def decode_each(
    pictures: Iterable[Picture],
    names: Sequence[str],
    norm_size: tuple[int, int],
    keep: Callable[[NDArray[np.uint8]], object],
    *,
    view: View = DEFAULT_VIEW,
    what: str,
    skip_bad: bool = False,
    progress: Progress | None = None,
    workers: int | None = None,
) -> Readable:
    """Decode N pictures with their names to grey images of `norm_size` (height, width); `keep` gets them in
    order, some at a time.

    Memory is that of the few pictures being decoded. The result does not depend on the number of `workers`
    (threads, or processes where there are many files; default: the processors, at most 8).

    Raises DataError counting all unreadable pictures and naming the first five, the others in its `details`;
    with `skip_bad` only where no picture at all can be read. `what` is the subject of that message.
    """
    count, done = len(names), 0
    faults: dict[int, str] = {}
    notes: list[str] = []
    with closing(read_batches(pictures, norm_size, workers, view)) as batches:
        for asked, batch in batches:
            keep(batch.images)
            faults |= {done + at: _named(names[done + at], fault) for at, fault in batch.faults.items()}
            notes += [_named(names[done + at], note) for at, note in batch.notes.items()]
            done += len(asked)
            if progress is not None:
                progress(done, count)

    if faults and (not skip_bad or len(faults) == count):
        reasons = list(faults.values())
        summary = spell_out(f"{len(reasons):,} of {count:,} {what} cannot be read", reasons)
        way_out = "; --skip-bad goes on without them" if len(reasons) < count else ""
        raise DataError(summary + way_out, reasons[SHOWN:])
    chosen = np.arange(count)
    return Readable(
        np.delete(chosen, list(faults)) if faults else chosen, tuple(faults.values()), tuple(notes)
    )


def _named(name: str, error: CharmlpError | str) -> str:
    """The reason with the picture's name in front, which a picture from memory does not know."""
    reason = str(error)
    return reason if printable(name) in reason else f"{printable(name)}: {reason}"
