"""What `open_source` returns: letters that are known by name and label, and decoded when asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from charmlp.data.imagecache import ImageCache
from charmlp.data.pack import Packed, pack
from charmlp.errors import DataError
from charmlp.letters.letterset import LetterSet
from charmlp.letters.source import Source
from charmlp.letters.splits import SPLITS
from charmlp.text import printable

if TYPE_CHECKING:
    from PIL import Image

Picture: TypeAlias = "Path | Image.Image"  # what `read_grey` reads


@dataclass(frozen=True)
class Part:
    """One split of a `PictureSource`.

    names   N names for messages and tables
    labels  int64, N; an index into the source's classes
    open    called once a load; returns the function from an entry's index to its picture
    """

    names: tuple[str, ...]
    labels: NDArray[np.int64]
    open: Callable[[], Callable[[int], Picture]]

    def take(self, chosen: NDArray[np.bool_]) -> Part:
        """The entries where `chosen` (bool, N) is true, in the same order."""
        indices = np.flatnonzero(chosen)

        def open_chosen() -> Callable[[int], Picture]:
            picture = self.open()
            return lambda index: picture(int(indices[index]))

        return Part(tuple(self.names[index] for index in indices), self.labels[indices], open_chosen)


@dataclass(frozen=True, repr=False)
class PictureSource(Source):
    """A source whose pictures lie on disk, one file each or many in one.

    cache  where decoded images are kept, or None
    """

    classes: tuple[str, ...]
    layout: str
    parts: dict[str, Part]
    cache: ImageCache | None = None

    @property
    def splits(self) -> dict[str, int]:
        return {split: len(self.parts[split].names) for split in SPLITS if split in self.parts}

    def load(
        self,
        split: str,
        norm_size: tuple[int, int],
        *,
        skip_bad: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> LetterSet:
        if split not in self.parts:
            there = " and ".join(SPLITS[name] for name in self.splits)
            raise DataError(
                f"no {SPLITS.get(split, split)} images, only {there} images: {printable(self.layout)}"
            )
        part = self.parts[split]
        picture, what = part.open(), f"{SPLITS[split]} images"
        packed = Packed(np.empty((0, *norm_size), np.uint8), np.arange(len(part.names)), ())

        def decode() -> NDArray[np.uint8] | None:
            """The images, where all could be read: who fixes a bad one must not meet it again."""
            nonlocal packed
            packed = pack(picture, part.names, norm_size, what=what, skip_bad=skip_bad, progress=progress)
            return None if packed.unreadable else packed.images

        paths = picture_files(picture, len(part.names)) if self.cache is not None else None
        if self.cache is None or paths is None:
            decode()
        elif (images := self.cache.get(paths, norm_size, decode)) is not None:
            packed = Packed(images, packed.kept, ())
        return LetterSet(
            images=packed.images,
            labels=part.labels[packed.kept],
            classes=self.classes,
            names=tuple(_encodable(part.names[index]) for index in packed.kept),
            skipped=packed.unreadable,
        )

    def identity(self) -> str:
        """A hash over the classes and each split's names and labels; pixels do not enter."""
        parts = [(split, self.parts[split]) for split in self.splits]
        entries = {split: sorted(zip(part.names, part.labels.tolist(), strict=True)) for split, part in parts}
        return hashlib.sha256(json.dumps([self.classes, entries]).encode("ascii")).hexdigest()[:16]


def picture_files(picture: Callable[[int], Picture], count: int) -> list[Path] | None:
    """The pictures' files; `None` where many pictures lie in one file, which is quick to read."""
    first = picture(0) if count else None
    if not isinstance(first, Path):
        return None
    return [Path(picture(index)) for index in range(count)]  # type: ignore[arg-type]  # all like the first


def _encodable(name: str) -> str:
    """`name` with bytes that are no UTF-8 (an old file name) escaped, so that it can be written anywhere."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
