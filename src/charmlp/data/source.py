"""What `open_source` returns: letters that are known by name and label, and decoded when asked for."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charmlp.config import View
from charmlp.data.cache import ImageCache
from charmlp.data.decoding import Decoded, decode_images
from charmlp.data.readers.entries import Picture
from charmlp.images import are_blank
from charmlp.letters.letterset import LetterSet, spell_out
from charmlp.letters.source import Progress, Source
from charmlp.letters.splits import SPLITS
from charmlp.text import printable


@dataclass(frozen=True)
class Part:
    """One split of a `PictureSource`.

    names     N names for messages and tables
    labels    int64, N; an index into the source's classes
    pictures  from names to their pictures; called once a load
    """

    names: tuple[str, ...]
    labels: NDArray[np.int64]
    pictures: Callable[[Sequence[str]], Iterable[Picture]]

    def take(self, chosen: NDArray[np.bool_]) -> "Part":
        """The entries where `chosen` (bool, N) is true, in the same order."""
        names = tuple(self.names[index] for index in np.flatnonzero(chosen))
        return Part(names, self.labels[chosen], self.pictures)


@dataclass(frozen=True, repr=False)
class PictureSource(Source):
    """A source whose pictures lie on disk, one file each or many in one.

    cache  where decoded images are kept; None where they are not, and where many pictures lie in one file,
           which is quick to read
    """

    classes: tuple[str, ...]
    layout: str
    parts: dict[str, Part]
    cache: ImageCache | None = None
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def splits(self) -> dict[str, int]:
        return {split: len(self.parts[split].names) for split in SPLITS if split in self.parts}

    def _load(
        self, split: str, norm_size: tuple[int, int], view: View, skip_bad: bool, progress: Progress | None
    ) -> LetterSet:
        part, what = self.parts[split], f"{SPLITS[split]} images"

        def decode(pictures: Iterable[Picture]) -> Decoded:
            return decode_images(
                pictures, part.names, norm_size, view=view, what=what, skip_bad=skip_bad, progress=progress
            )

        if self.cache is None:
            decoded = decode(part.pictures(part.names))
        else:
            paths = [Path(path) for path in part.pictures(part.names)]  # type: ignore[arg-type]
            decoded = self.cache.get(paths, norm_size, view, lambda: decode(paths))
        # Bytes that are not UTF-8 (an old file name) are escaped, so that it can be written anywhere.
        names = [part.names[index].encode("utf-8", "backslashreplace").decode() for index in decoded.chosen]
        blank = [printable(names[index]) for index in np.flatnonzero(are_blank(decoded.images))]
        notes = [
            spell_out(f"{words}: {len(some):,} of {len(names):,} {SPLITS[split]} images", some)
            for words, some in (("blank", blank), ("fewer bits than the file has", decoded.notes))
            if some
        ]
        labels = part.labels[decoded.chosen]
        return LetterSet(decoded.images, labels, self.classes, tuple(names), decoded.unreadable, tuple(notes))

    def identity(self) -> str:
        """A hash over the classes and each split's names and labels; pixels do not enter."""
        parts = [(split, self.parts[split]) for split in self.splits]
        entries = {split: sorted(zip(part.names, part.labels.tolist(), strict=True)) for split, part in parts}
        return hashlib.sha256(json.dumps([self.classes, entries]).encode("ascii")).hexdigest()[:16]
