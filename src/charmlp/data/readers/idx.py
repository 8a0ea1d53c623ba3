"""IDX files, as MNIST and EMNIST come: many images in one file, their labels in another.

    00 00 08 03 | count, height, width: 32-bit big-endian | count × height × width bytes
    00 00 08 01 | count                                   | count bytes

EMNIST's files (names that begin with `emnist-`) hold each image transposed, and `letters` counts its labels
from 1; both are put right here. Sources: LeCun, Cortes and Burges, "The MNIST database"; Cohen, Afshar,
Tapson and van Schaik, "EMNIST: an extension of MNIST to handwritten letters", 2017.
"""

import gzip
import math
import re
import string
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp.data.readers.entries import MAX_ENTRIES, Entries
from charmlp.data.readers.imagefiles import Listing
from charmlp.errors import DataError
from charmlp.letters.splits import SPLITS
from charmlp.system.files import check_regular
from charmlp.text import printable, quote

_NAME = re.compile(
    r"(?P<set>.*?)(?P<part>train|t10k|test)-(?P<kind>images|labels)[-.]idx[13]-ubyte(?:\.gz)?", re.IGNORECASE
)
_RANK = {"images": 3, "labels": 1}
_MOST_BYTES = 2**30  # of one file's pixels; EMNIST's largest has 0.55 of it
_BEST_DEFLATE = 1032  # bytes that one compressed byte can stand for, at most
_PIECE = 2**20

_MERGED = string.digits + string.ascii_uppercase + "abdefghnqrt"  # where upper and lower case differ
_EMNIST_LABELS = {  # label 0, 1, 2, …; None is a label that does not occur
    "emnist-letters-": (None, *string.ascii_uppercase),
    "emnist-balanced-": tuple(_MERGED),
    "emnist-bymerge-": tuple(_MERGED),
    "emnist-byclass-": tuple(string.digits + string.ascii_uppercase + string.ascii_lowercase),
    "emnist-digits-": tuple(string.digits),
    "emnist-mnist-": tuple(string.digits),
}


class IdxEntries(Entries):
    """The images of one split, which lie in the file `images`: entry 7 is named `FILE/000007`."""

    def __init__(self, images: Path, labels: Path, numbers: Sequence[int]) -> None:
        super().__init__(str(labels))
        self.images = images
        stem = images.with_suffix("").name if _is_packed(images) else images.name
        self.names = [f"{stem}/{index:06}" for index in range(len(numbers))]
        self.labels = [str(number) for number in numbers]

    def pictures(self, names: Sequence[str]) -> Iterable[Image.Image]:
        """The upright pictures of some of the names."""
        pixels = _read(self.images, "images")
        if self.images.name.lower().startswith("emnist-"):
            pixels = pixels.swapaxes(1, 2)
        return (Image.fromarray(pixels[int(name.rpartition("/")[2])]) for name in names)


def is_idx_name(name: str) -> bool:
    """Whether a file is named as MNIST's or EMNIST's are."""
    return _NAME.fullmatch(name) is not None


def read_idx(paths: Iterable[Path]) -> dict[str, Entries]:
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
    return {
        split: _split(splits[split], name)
        for name, splits in found.items()
        for split in SPLITS
        if split in splits
    }


def set_of(path: Path) -> list[Path]:
    """The IDX files in the folder of `path` that belong to the same set, `path` included."""
    matches = map(_NAME.fullmatch, Listing.of(path.parent).files | {path.name})
    sets = {match[0]: match["set"].lower() for match in matches if match}
    return [path.parent / name for name in sets if sets[name] == sets[path.name]]


def _split(paths: dict[str, Path], set_name: str) -> IdxEntries:
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
    entries = IdxEntries(images, labels, numbers)
    if words := _EMNIST_LABELS.get(set_name):  # EMNIST's characters in place of its numbers
        characters = {str(number): word for number, word in enumerate(words) if word}
        for name, number in zip(entries.names, entries.labels, strict=True):
            if number not in characters:
                entries.problems.add(
                    f"{quote(name)}: the label {number} is not one of {min(map(int, characters))}"
                    f" to {len(words) - 1}"
                )
        entries.labels = [characters.get(number, "") for number in entries.labels]
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
    if math.prod(shape) > _MOST_BYTES or shape[0] > MAX_ENTRIES:
        raise DataError(
            f"{shown}: the header states {stated} bytes;"
            f" at most {_MOST_BYTES // 2**20:,} MB and {MAX_ENTRIES:,} {kind} are accepted"
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
