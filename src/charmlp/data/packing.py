"""Letters of any number are packed: decoded, a batch at a time, into a file that training maps into memory.

A pack is written in a temporary file beside its place, `.NAME.part`, under a lock, `.NAME.lock`: who wants
the same pack waits, and then has it. Memory beside the letters' names and labels does not grow with their
number.
"""

import hashlib
import math
import shutil
import struct
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from charmlp.config import View
from charmlp.data.cache import versions
from charmlp.data.decoding import decode_each
from charmlp.data.pack import END, HEAD, LABEL, MAGIC, START, Facts, PackedSource, how, is_pack, open_pack
from charmlp.data.source import PictureSource
from charmlp.errors import CharmlpError, DataError, UsageError
from charmlp.images import are_blank
from charmlp.letters.names import Names
from charmlp.letters.source import Source
from charmlp.letters.splits import SPLITS
from charmlp.system.files import check_writable, whole_file, writing
from charmlp.system.keeping import IMAGES
from charmlp.system.locks import TakenError, locked
from charmlp.text import printable, shown_path

Tell = Callable[[str], object]
Progress = Callable[[str, int, int], None]  # takes what is done, how much of it, and how much there is

PAUSE = 0.2  # seconds, of who waits for a pack that another process writes
OTHER_BYTES = 2**20  # of a pack beside pixels, names and labels, and to spare


def packed(
    source: Source,
    path: Path,
    norm_size: tuple[int, int],
    view: View,
    *,
    skip_bad: bool = False,
    tell: Tell = lambda line: None,
    progress: Progress = lambda what, done, total: None,
) -> PackedSource:
    """The letters of all splits in the pack at `path`: as it is where it still fits, or packed (again).

    Raises UsageError where `source` is not one to be packed, or the pack is of something else; DataError as
    `Source.load` does; CharmlpError where there is no room, or nothing can be written.
    """
    if not isinstance(source, PictureSource):
        packed_already = isinstance(source, PackedSource)
        why = "a pack already" if packed_already else "not images on a disk"
        raise UsageError(f"--pack packs images; {printable(source.layout)}: {why}")
    check_writable(path)
    with _alone(path, tell):
        fingerprint = source.fingerprint(*source.splits)
        if path.exists():
            found = _pack_there(path)
            _check_same(found.facts, path, source, norm_size, view)
            why = _changed(found.facts, source, fingerprint, skip_bad)
            if not why:
                return found
            tell(f"{shown_path(path)}: packed again: {why}")
        _check_room(path, source, norm_size)
        with whole_file(path, f".{path.name}.part") as file:
            _write(file, source, norm_size, view, fingerprint, skip_bad, progress)
            if source.fingerprint(*source.splits) != fingerprint:
                raise DataError(f"{shown_path(path)}: images have changed while they were packed; try again")
        return open_pack(path)


def advice(source: Source, norm_size: tuple[int, int]) -> str:
    """A line on data of which the image cache would not keep the decoded images; nothing on other data."""
    if not isinstance(source, PictureSource) or not source.cache:
        return ""
    size = max(source.splits.values()) * math.prod(norm_size)
    if size <= IMAGES.most_bytes:
        return ""
    return (
        f"more images than are kept decoded ({size / 1e9:.1f} of {IMAGES.most_bytes / 1e9:.1f} GB): with"
        " --pack FILE they are decoded once, and not held in memory"
    )


@contextmanager
def _alone(path: Path, tell: Tell) -> Iterator[None]:
    """Hold the lock beside a pack; wait for it as long as another process does."""
    with ExitStack() as held, writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        told = False
        while True:
            try:
                held.enter_context(locked(path.with_name(f".{path.name}.lock")))
                break
            except TakenError:
                if not told:
                    tell(f"{shown_path(path)}: another process is packing; waiting for it")
                told = True
                time.sleep(PAUSE)
        yield


def _pack_there(path: Path) -> PackedSource:
    """The pack at a place where one is to be written; what else lies there stays."""
    if not is_pack(path):
        raise UsageError(f"--pack {shown_path(path)}: there is a file that is no pack; give another name")
    try:
        return open_pack(path)
    except DataError as error:
        raise DataError(f"{error}; remove it to pack again") from None


def _check_same(
    pack: Facts, path: Path, source: PictureSource, norm_size: tuple[int, int], view: View
) -> None:
    """Raise `UsageError` where a pack is of other data, or by other settings: somebody may want it."""
    if (pack.place, pack.layout) != (source.place, source.layout):
        raise UsageError(f"--pack {shown_path(path)}: holds {printable(pack.layout)}; give another name")
    if (pack.norm_size, pack.view) != (norm_size, view):
        raise UsageError(
            f"--pack {shown_path(path)}: packed {how(pack.norm_size, pack.view)}, not {how(norm_size, view)};"
            " give another name"
        )


def _changed(pack: Facts, source: PictureSource, fingerprint: str | None, skip_bad: bool) -> str:
    """Why a pack of the same data no longer fits; nothing where it does."""
    if pack.identity != source.identity():
        return "there are other names or labels"
    if pack.fingerprint is None or pack.fingerprint != fingerprint:
        return "images have changed"
    if list(pack.versions) != list(versions()):
        return "images are decoded by another version"
    if any(pack.skipped.values()) and not skip_bad:
        return "without --skip-bad nothing may be left out"
    return ""


def _check_room(path: Path, source: PictureSource, norm_size: tuple[int, int]) -> None:
    """Raise `CharmlpError` where the disk has too little room for a pack."""
    names = sum(len(part.names.buffers[0]) for part in source.parts.values())
    each = math.prod(norm_size) + LABEL.itemsize + END.itemsize
    size = sum(source.splits.values()) * each + names + OTHER_BYTES
    with writing(path):
        free = shutil.disk_usage(path.parent).free
    if size > free:
        raise CharmlpError(
            f"--pack {shown_path(path)}: takes {size / 1e9:,.2f} GB, and {free / 1e9:,.2f} GB are free there"
        )


class _Pixels:
    """Writes the pixels of a split, a batch at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.count, self.checksum = file, 0, 0
        self.blank: list[int] = []

    def add(self, batch: NDArray[np.uint8]) -> None:
        self.file.write(batch.data)
        self.checksum = zlib.crc32(batch.data, self.checksum)
        self.blank += (self.count + np.flatnonzero(are_blank(batch))).tolist()
        self.count += len(batch)


def _write(
    file: BinaryIO,
    source: PictureSource,
    norm_size: tuple[int, int],
    view: View,
    fingerprint: str | None,
    skip_bad: bool,
    progress: Progress,
) -> None:
    """Write a pack into an empty file, its head last."""
    file.write(bytes(START))
    entries: list[tuple[Names, NDArray[np.int64]]] = []
    of_split: dict[str, dict[str, object]] = {"counts": {}, "checksums": {}, "skipped": {}, "remarks": {}}
    for split in source.splits:
        part, words, pixels = source.parts[split], f"{SPLITS[split]} images", _Pixels(file)
        read = decode_each(
            part.pictures(part.names),
            part.names,
            norm_size,
            pixels.add,
            view=view,
            what=words,
            skip_bad=skip_bad,
            progress=partial(progress, f"packing {words}"),
        )
        names, labels, remarks = source.told_of(split, read, np.array(pixels.blank, np.int64))
        entries.append((names, labels))
        told = (pixels.count, pixels.checksum, read.unreadable, remarks)
        for kept, value in zip(of_split.values(), told, strict=True):
            kept[split] = value
    facts = Facts(
        classes=source.classes,
        layout=source.layout,
        norm_size=norm_size,
        view=view,
        identity=source.identity(),
        place=source.place,
        fingerprint=fingerprint,
        versions=versions(),
        notes=source.notes,
        left_out=source.left_out,
        **of_split,  # type: ignore[arg-type]
    ).to_json()
    tail, digest = file.tell(), hashlib.sha256()
    for piece in _tail(facts, entries):
        file.write(piece)
        digest.update(piece)
    size = file.tell()
    file.seek(0)
    file.write(HEAD.pack(MAGIC, size, tail, digest.digest()))


def _tail(facts: bytes, entries: list[tuple[Names, NDArray[np.int64]]]) -> Iterator[bytes | memoryview]:
    yield struct.pack("<Q", len(facts))
    yield facts
    for names, labels in entries:
        text, ends = names.buffers
        yield labels.astype(LABEL).data
        yield ends.astype(END, copy=False).data
        yield text
