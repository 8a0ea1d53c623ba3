"""IDX files, as MNIST and EMNIST come: many images in one file, their labels in another.

    00 00 08 03 | count, height, width: 32-bit big-endian | count × height × width bytes
    00 00 08 01 | count                                   | count bytes

Kaggle puts each file into a folder of its name. Source: LeCun, Cortes and Burges, "The MNIST database"; for
EMNIST see `emnist.py`.
"""

import gzip
import math
import re
import zlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charmlp.data.readers.emnist import name_characters, upright
from charmlp.data.readers.entries import MAX_ENTRIES
from charmlp.data.readers.pixels import MOST_BYTES, PixelEntries
from charmlp.errors import DataError
from charmlp.images.folders import Listing
from charmlp.letters.splits import SPLITS
from charmlp.system.files import check_regular
from charmlp.text import printable, quote

_NAME = re.compile(
    r"(?P<set>.*?)(?P<part>train|t10k|test)-(?P<kind>images|labels)[-.]idx[13]-ubyte(?:\.gz)?", re.IGNORECASE
)
_RANK = {"images": 3, "labels": 1}
_BEST_DEFLATE = 1032  # bytes that one compressed byte can stand for, at most
_PIECE = 2**20


def is_idx_name(name: str) -> bool:
    """Whether a file is named as MNIST's or EMNIST's are."""
    return _NAME.fullmatch(name) is not None


def read_idx(paths: Iterable[Path]) -> dict[str, PixelEntries]:
    """The splits ('train', 'test') among files of one folder; files with other names are left out.

    Raises DataError where images lack their labels or the other way round, where there is more than one set,
    and where a header does not fit its file. Pixels are not read yet.
    """
    found: dict[str, dict[str, dict[str, Path]]] = {}  # set → split → kind → path
    for path in sorted(paths, reverse=True):  # x comes after x.gz, and wins
        if match := _NAME.fullmatch(path.name):
            split = "train" if match["part"].lower() == "train" else "test"
            found.setdefault(match["set"].lower(), {}).setdefault(split, {})[match["kind"].lower()] = path
    if len(found) > 1:
        names = ", ".join(quote(name) for name in sorted(found))
        raise DataError(
            f"{printable(path.parent)}: IDX files of {len(found)} sets ({names});"
            f" name one file of the set that is meant, as {printable(path)}"
        )
    return {split: _split(splits[split]) for splits in found.values() for split in SPLITS if split in splits}


def idx_files(folder: Path) -> list[Path]:
    """The files in `folder` that are named so; also those in folders that are, as Kaggle unpacks them."""
    listing = Listing.of(folder)
    nested = [folder / name for name in listing.folders if is_idx_name(name)]
    inner = [path / name for path in nested for name in Listing.of(path).files]
    return [path for path in (*map(folder.joinpath, listing.files), *inner) if is_idx_name(path.name)]


def set_of(path: Path) -> list[Path]:
    """The IDX files beside `path` that belong to the same set, `path` included."""
    folder = path.parent.parent if is_idx_name(path.parent.name) else path.parent

    def set_name(path: Path) -> str:
        return _NAME.fullmatch(path.name)["set"].lower()  # type: ignore[index]

    return [other for other in idx_files(folder) if set_name(other) == set_name(path)]


def _split(paths: dict[str, Path]) -> PixelEntries:
    for kind, other in (("images", "labels"), ("labels", "images")):
        if kind not in paths:
            there = paths[other]
            name = there.name.lower().replace(other, kind).replace(f"idx{_RANK[other]}", f"idx{_RANK[kind]}")
            raise DataError(
                f"{printable(there)}: its {kind} are missing; {printable(name)} is expected beside it"
            )
    images, labels = paths["images"], paths["labels"]
    count = _shape(images, "images")[0]
    numbers = _read(labels, "labels").tolist()
    if len(numbers) != count:
        raise DataError(
            f"{printable(labels)}: {len(numbers):,} labels for the {count:,} images of {images.name}"
        )
    stem = images.with_suffix("").name if _is_packed(images) else images.name
    entries = PixelEntries(
        str(labels), stem, list(map(str, numbers)), lambda: upright(_read(images, "images"), images.name)
    )
    entries.paths = [str(images), str(labels)]
    name_characters(entries, images.name)
    return entries


def _is_packed(path: Path) -> bool:
    return path.suffix.lower() == ".gz"


def _shape(path: Path, kind: str) -> tuple[int, ...]:
    """The sizes that a header states, if the file is large enough for them; else DataError."""
    shown, rank = printable(path), _RANK[kind]
    size = check_regular(path, f"an IDX file of {kind}", DataError)
    header_size = 4 + 4 * rank
    try:
        with gzip.open(path) if _is_packed(path) else path.open("rb") as file:
            header = file.read(header_size)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{shown}: cannot be read: {error}") from None
    magic = bytes((0, 0, 8, rank))
    if header[:4] != magic:
        found = header[:4].hex(" ") or "nothing"
        raise DataError(f"{shown}: begins with {found}; IDX {kind} begin with {magic.hex(' ')}")
    if len(header) < header_size:
        raise DataError(f"{shown}: ends within its header; is it complete?")
    shape = tuple(np.frombuffer(header, ">u4")[1:].tolist())
    stated = "×".join(f"{number:,}" for number in shape)
    if math.prod(shape) == 0:
        raise DataError(f"{shown}: holds no {kind}: the header states {stated}")
    if math.prod(shape) > MOST_BYTES or shape[0] > MAX_ENTRIES:
        raise DataError(
            f"{shown}: the header states {stated} bytes;"
            f" at most {MOST_BYTES // 2**20:,} MB and {MAX_ENTRIES:,} {kind} are accepted"
        )
    needed = len(header) + math.prod(shape)
    if needed > size * _BEST_DEFLATE if _is_packed(path) else needed != size:
        raise DataError(f"{shown}: the header states {stated} bytes, which a file of {size:,} cannot hold")
    return shape


def _read(path: Path, kind: str) -> NDArray[np.uint8]:
    """All bytes behind the header, in its shape."""
    shape = _shape(path, kind)
    header_size = 4 + 4 * len(shape)
    content = np.empty(math.prod(shape), np.uint8)
    room = memoryview(content.data)
    filled = 0
    try:
        with gzip.open(path) if _is_packed(path) else path.open("rb") as file:
            file.seek(header_size)
            while filled < len(content) and (count := file.readinto(room[filled : filled + _PIECE])):
                filled += count
            complete = filled == len(content) and not file.read(1)  # reading the end checks gzip's checksum
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{printable(path)}: cannot be unpacked: {error}") from None
    if not complete:
        raise DataError(
            f"{printable(path)}: unpacked it has not the {len(content):,} bytes that its header states"
        )
    return content.reshape(shape)
