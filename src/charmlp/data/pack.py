"""A pack: the letters of a data set in one file, decoded. It is mapped into memory, not read.

    head   "charmlp pack 1", the size of the file, where the tail begins, the tail's SHA-256
    4096   pixels: uint8 N×H×W of each split, one split after the other
    tail   bytes of the facts, the facts (JSON); of each split labels (int32), ends of its names among their
           bytes (uint64), these bytes

Numbers are little-endian. A file of another size than its head says, or with another tail, is refused when
it is opened; pixels are compared with their checksums by `PackedSource.verify`. `packing.py` writes packs.
"""

import dataclasses
import hashlib
import json
import math
import mmap
import os
import struct
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from charmlp.config import View
from charmlp.data.labels import class_indices
from charmlp.data.readers.entries import Entries, fault_of_label
from charmlp.errors import DataError
from charmlp.letters.letterset import LetterSet
from charmlp.letters.names import Names
from charmlp.letters.source import Progress, Source
from charmlp.letters.splits import SPLITS
from charmlp.system.files import open_regular
from charmlp.system.memory import machine_memory
from charmlp.text import printable, shown_path

MAGIC, ANY_MAGIC = b"charmlp pack 1\n", b"charmlp pack "
HEAD = struct.Struct(f"<{len(MAGIC)}sxQQ32s")
START = 4096  # of the pixels: a page of memory
EXPECTED = "a pack of letters (charmlp train DATA --pack FILE)"
LABEL, END = np.dtype("<i4"), np.dtype("<u8")
_PIECE = 2**24  # bytes whose checksum is computed at a time


@dataclass(frozen=True)
class Facts:
    """What a pack says of its letters.

    layout       where they come from, for people
    place        what stands for that place; with it and
    fingerprint  of the files (`charmlp.data.cache`), and
    versions     of all that made pixels of them, it is known whether the pack still fits
    checksums    CRC-32 of the pixels of each split
    skipped      of each split, one line for each image that cannot be read
    remarks      of each split, what a user should know about others
    """

    classes: Sequence[str]
    layout: str
    norm_size: tuple[int, int]
    view: View
    identity: str
    place: str
    fingerprint: str | None
    versions: Sequence[object]
    notes: Sequence[str]
    left_out: Sequence[str]
    counts: Mapping[str, int]
    checksums: Mapping[str, int]
    skipped: Mapping[str, Sequence[str]]
    remarks: Mapping[str, Sequence[str]]

    def to_json(self) -> bytes:
        return json.dumps(dataclasses.asdict(self) | {"view": self.view._asdict()}).encode("ascii")

    @classmethod
    def from_json(cls, text: bytes) -> "Facts":
        """The facts; raises `ValueError`, `TypeError`, `KeyError` where they are not such."""
        facts = json.loads(text)
        facts |= {"norm_size": tuple(map(int, facts["norm_size"])), "view": View(**facts["view"])}
        if any(fault_of_label(name) for name in facts["classes"]):
            raise ValueError
        if not set(facts["counts"]) <= set(SPLITS):
            raise ValueError
        if min(*facts["counts"].values(), *facts["norm_size"]) < 1:
            raise ValueError
        return cls(**facts)


@dataclass(frozen=True, repr=False)
class PackedSource(Source):
    """The letters of a pack: nothing of them is in memory but their labels, and what of the map is in use."""

    classes: tuple[str, ...]
    layout: str
    path: Path
    facts: Facts
    sets: Mapping[str, LetterSet]
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def splits(self) -> dict[str, int]:
        return {split: len(letters) for split, letters in self.sets.items()}

    @property
    def only(self) -> tuple[tuple[int, int], View]:
        return self.facts.norm_size, self.facts.view

    def _load(
        self, split: str, norm_size: tuple[int, int], view: View, skip_bad: bool, progress: Progress | None
    ) -> LetterSet:
        if (norm_size, view) != self.only:
            raise DataError(
                f"{shown_path(self.path)}: packed {how(*self.only)}; letters"
                f" {how(norm_size, view)} are asked for, which only their images give"
            )
        return self.sets[split]

    def identity(self) -> str:
        """That of the data that was packed."""
        return self.facts.identity

    def verify(self) -> None:
        """Read all pixels; raises `DataError` where they are not as they were written."""
        for split, letters in self.sets.items():
            pixels, found = letters.images.data.cast("B"), 0
            for start in range(0, len(pixels), _PIECE):
                found = zlib.crc32(pixels[start : start + _PIECE], found)
            if found != self.facts.checksums[split]:
                raise DataError(f"{shown_path(self.path)}: damaged: the pixels of its {SPLITS[split]} images")


def how(norm_size: tuple[int, int], view: View) -> str:
    """`at 32×32` with what else is not usual, as flags say it."""
    height, width = norm_size
    crop = "" if view.crop == View().crop else f" and --crop {view.crop}"
    ground = "" if view.ground == View().ground else f" on {view.ground}"
    return f"at {height}×{width}{crop}{ground}"


def is_pack(path: Path) -> bool:
    """Whether a regular file begins as a pack of any version."""
    try:
        with open_regular(path, EXPECTED, DataError) as file:
            return file.read(len(ANY_MAGIC)) == ANY_MAGIC
    except (DataError, OSError):
        return False


def open_pack(path: Path, given: tuple[str, ...] | None = None, n_classes: int | None = None) -> PackedSource:
    """The letters of a pack, their labels read as the `given` classes; raises `DataError`."""
    with open_regular(path, EXPECTED, DataError) as file:
        try:
            source = _mapped(file, path)
        except DataError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            raise DataError(f"{shown_path(path)}: damaged: what it says of its letters") from None
    if given is not None and given != source.classes:
        source = _with_classes(source, given)
    if n_classes is not None and len(source.classes) != n_classes:
        raise DataError(f"{shown_path(path)}: has {len(source.classes):,} classes, not {n_classes:,}")
    return source


def _mapped(file: BinaryIO, path: Path) -> PackedSource:
    shown, head = shown_path(path), file.read(HEAD.size)
    if not head.startswith(MAGIC):
        other = "a pack of another version of charmlp" if head.startswith(ANY_MAGIC) else "no pack"
        raise DataError(f"{shown}: {other}; {EXPECTED} is expected")
    size = os.fstat(file.fileno()).st_size
    _, stated, tail, checksum = HEAD.unpack(head.ljust(HEAD.size, b"\0"))
    if stated != size:
        raise DataError(f"{shown}: cut or damaged: {size:,} bytes, of which there were {stated:,}")
    content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    if not START <= tail <= size or hashlib.sha256(content[tail:]).digest() != checksum:
        raise DataError(f"{shown}: damaged: what it says of its letters")
    _advise(content.obj, size)
    return _source_in(content, tail, path)


def _source_in(content: memoryview, tail: int, path: Path) -> PackedSource:
    """What a pack's bytes hold; raises `ValueError` and others where that is nonsense."""
    length = int.from_bytes(content[tail : tail + 8], "little")
    facts = Facts.from_json(bytes(content[tail + 8 : tail + 8 + length]))
    place, pixels = tail + 8 + length, START
    sets = {}
    for split, count in facts.counts.items():
        shape = (count, *facts.norm_size)
        images = np.frombuffer(content, np.uint8, math.prod(shape), pixels).reshape(shape)
        labels = np.frombuffer(content, LABEL, count, place).astype(np.int64)
        ends = np.frombuffer(content, END, count, place + LABEL.itemsize * count)
        text = place + (LABEL.itemsize + END.itemsize) * count
        names = Names.of_buffers(content[text : text + int(ends[-1])], ends)
        if not 0 <= labels.min() <= labels.max() < len(facts.classes):
            raise ValueError
        told = tuple(map(printable, facts.skipped[split])), tuple(map(printable, facts.remarks[split]))
        sets[split] = LetterSet(images, labels, tuple(facts.classes), names, *told)
        place, pixels = text + int(ends[-1]), pixels + images.nbytes
    words = f"{facts.layout}, packed in {path.name}"
    return PackedSource(
        tuple(facts.classes), words, path, facts, sets, tuple(facts.notes), tuple(facts.left_out)
    )


def _advise(mapped: Any, size: int) -> None:
    """Let the system fetch all of it at once, or where memory is short, only what is asked for."""
    fits = size < (machine_memory() or 0) / 2
    with suppress(AttributeError, OSError):  # not every system takes advice
        mapped.madvise(mmap.MADV_WILLNEED if fits else mmap.MADV_RANDOM)


def _with_classes(source: PackedSource, given: tuple[str, ...]) -> PackedSource:
    """The same with other classes, by the names of those that it was packed with."""
    entries = Entries(str(source.path))
    for letters in source.sets.values():
        for number in np.flatnonzero(np.bincount(letters.labels)):
            entries.labels.append(source.classes[number])
            entries.names.append(letters.names[int(np.argmax(letters.labels == number))])
    indices = class_indices(entries, given)
    entries.problems.raise_if_any()
    index_of = dict(zip(entries.labels, indices, strict=True))
    table = np.array([index_of.get(name, 0) for name in source.classes], np.int64)
    sets: dict[str, LetterSet] = {
        split: dataclasses.replace(letters, classes=given, labels=table[letters.labels])
        for split, letters in source.sets.items()
    }
    return dataclasses.replace(source, classes=given, sets=sets)
