"""What `open_source` returns: letters that are known by name and label, and decoded when asked for."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from charmlp.config import View
from charmlp.data.cache import Files, kept_or_decoded
from charmlp.data.decoding import Decoded, Readable, decode_images
from charmlp.data.readers.entries import Picture
from charmlp.images import are_blank
from charmlp.letters.letterset import LetterSet, spell_out
from charmlp.letters.names import Names, in_order
from charmlp.letters.source import Progress, Source
from charmlp.letters.splits import SPLITS
from charmlp.text import printable

PIECE = 1000  # entries that are written at a time


@dataclass(frozen=True)
class Part:
    """One split of a `PictureSource`.

    names     N names for messages and tables
    labels    int64, N; an index into the source's classes
    pictures  from names to their pictures; called once a load
    files     from names to the files that hold these
    """

    names: Names
    labels: NDArray[np.int64]
    pictures: Callable[[Sequence[str]], Iterable[Picture]]
    files: Callable[[Sequence[str]], Iterable[str]]

    def take(self, chosen: NDArray[np.bool_]) -> "Part":
        """The entries where `chosen` (bool, N) is true, in the same order."""
        names = self.names.take(np.flatnonzero(chosen))
        return Part(names, self.labels[chosen], self.pictures, self.files)


@dataclass(frozen=True, repr=False)
class PictureSource(Source):
    """A source whose pictures lie on disk, one file each or many in one.

    place  stands for where they lie
    files  knows those again that have not changed
    cache  decoded images are kept; not where many pictures lie in one file, which is quick to read
    """

    classes: tuple[str, ...]
    layout: str
    parts: dict[str, Part]
    place: str = ""
    files: Files = Files()  # noqa: RUF009  # frozen
    cache: bool = False
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def splits(self) -> dict[str, int]:
        return {split: len(self.parts[split].names) for split in SPLITS if split in self.parts}

    def _load(
        self, split: str, norm_size: tuple[int, int], view: View, skip_bad: bool, progress: Progress | None
    ) -> LetterSet:
        part, what = self.parts[split], f"{SPLITS[split]} images"

        def decode() -> Decoded:
            pictures = part.pictures(part.names)
            return decode_images(
                pictures, part.names, norm_size, view=view, what=what, skip_bad=skip_bad, progress=progress
            )

        if self.cache:
            decoded = kept_or_decoded(
                partial(self.fingerprint, split), len(part.names), norm_size, view, decode
            )
        else:
            decoded = decode()
        blank = np.flatnonzero(are_blank(decoded.images))
        names, labels, notes = self.told_of(split, decoded, blank)
        return LetterSet(decoded.images, labels, self.classes, names, decoded.unreadable, notes)

    def told_of(
        self, split: str, read: Readable, blank: NDArray[np.int64]
    ) -> tuple[Names, NDArray[np.int64], tuple[str, ...]]:
        """Names and labels of what could be read of a split, and notes, on those that are blank too."""
        part = self.parts[split]
        names, labels = part.names, part.labels
        if len(read.chosen) < len(names):
            names, labels = names.take(read.chosen), labels[read.chosen]
        names = names.printable()
        notes = [
            spell_out(f"{words}: {len(some):,} of {len(names):,} {SPLITS[split]} images", some)
            for words, some in (
                ("blank", [printable(names[index]) for index in blank]),
                ("fewer bits than the file has", read.notes),
            )
            if some
        ]
        return names, labels, tuple(notes)

    def fingerprint(self, *splits: str) -> str | None:
        """What changes when a file of these splits does; `None` where one of them cannot be looked at."""
        parts = [self.parts[split] for split in splits]
        return self.files.fingerprint(chain.from_iterable(part.files(part.names) for part in parts))

    def identity(self) -> str:
        """A hash over the classes and each split's names and labels; pixels do not enter."""
        digest = hashlib.sha256(f"[{json.dumps(self.classes)}, {{".encode("ascii"))
        for number, split in enumerate(self.splits):
            digest.update(f'{", " if number else ""}"{split}": ['.encode("ascii"))
            for piece in _entries(self.parts[split]):
                digest.update(piece.encode("ascii"))
            digest.update(b"]")
        digest.update(b"}]")
        return digest.hexdigest()[:16]


def _entries(part: Part) -> Iterator[str]:
    """The entries of one part, sorted by name, as they stand between the brackets of a list in JSON."""
    order = in_order(part.names)
    for start in range(0, len(order), PIECE):
        some = [(part.names[place], int(part.labels[place])) for place in order[start : start + PIECE]]
        yield (", " if start else "") + json.dumps(some)[1:-1]
