"""NumPy's archives: pictures and their labels as arrays under the usual names.

    x_train, y_train, x_test, y_test             Keras' mnist.npz
    train_images, train_labels, val_images, …    MedMNIST
    images, labels; X, y; data, target; arr_0, arr_1 (numpy.savez without names)

Pictures are N×H×W, with 1 or 3 colours last or first, or rows of square ones; 0 to 255, or 0 to 1. An archive
may hold pickles, which are programs: they are not read. Sizes are checked before memory is taken.
"""

import math
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from charmlp.config import Reading
from charmlp.data.readers.entries import MAX_ENTRIES, Entries
from charmlp.data.readers.pixels import MOST_BYTES, PixelEntries, as_bytes, square
from charmlp.errors import DataError
from charmlp.letters.splits import SPLIT_OF, SPLITS
from charmlp.system.files import open_regular
from charmlp.text import printable, quote, some

EXPECTED = "an archive of NumPy (.npz) with the arrays x_train and y_train, or images and labels"
_KIND_OF = dict.fromkeys(("x", "image", "img", "data", "pixel", "picture", "arr0"), "images") | dict.fromkeys(
    ("y", "label", "target", "clas", "arr1"), "labels"
)
_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def read_arrays(path: Path, reading: Reading) -> dict[str, Entries]:
    """The splits of an archive; 'train' where the arrays' names say none.

    Raises DataError naming the array that cannot be read, or is none of pictures or labels.
    """
    where = str(path)
    with _opened(path) as archive:
        pairs, others = _pairs(archive, where)
        size = sum(archive.getinfo(f"{name}.npy").file_size for pair in pairs.values() for name in pair)
        if size > MOST_BYTES:
            raise DataError(
                f"{printable(where)}: its pictures and labels take {size / 2**20:,.0f} MB; at most"
                f" {MOST_BYTES // 2**20:,} MB are accepted (as uint8 they take least)"
            )
        found: dict[str, Entries] = {split: _split(archive, *pair, where) for split, pair in pairs.items()}
    next(iter(found.values())).left_out += others
    return found


def is_npz(path: Path, reading: Reading) -> bool:
    """Whether there are pictures and labels by the names of its arrays."""
    try:
        with _opened(path) as archive:
            return bool(_pairs(archive, str(path)))
    except DataError:
        return False


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    with open_regular(path, EXPECTED, DataError) as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise DataError(
                f"{printable(path)}: damaged, or another kind of file; {EXPECTED} is expected"
            ) from None
        with archive:
            yield archive


def _split(archive: zipfile.ZipFile, images: str, labels: str, where: str) -> PixelEntries:
    pictures, note = _pictures(_read(archive, images, where), f"{where}: {images}")
    words = _labels(_read(archive, labels, where), len(pictures), f"{where}: {labels}")
    return PixelEntries(where, images, words, lambda: pictures, note)


def _pairs(archive: zipfile.ZipFile, where: str) -> tuple[dict[str, tuple[str, str]], list[str]]:
    """The names of each split's images and labels; and a line about each other array."""
    names = [name.removesuffix(".npy") for name in archive.namelist()]
    found: dict[tuple[str, str], str] = {}
    for name in names:
        words = [word.lower() for word in re.findall("[A-Z]?[a-z]+|[A-Z]+|[0-9]+", name)]
        split = next((SPLIT_OF[word] for word in words if word in SPLIT_OF), "train")
        kind = _KIND_OF.get("".join(word for word in words if word not in SPLIT_OF).removesuffix("s"))
        if kind and re.fullmatch("[A-Za-z0-9_. -]+", name):
            other = found.setdefault((split, kind), name)
            if other != name:
                raise DataError(
                    f"{printable(where)}: both {quote(other)} and {quote(name)} are {kind} of {SPLITS[split]}"
                )
    pairs = {
        split: (found[split, "images"], found[split, "labels"])
        for split in SPLITS
        if {(split, "images"), (split, "labels")} <= found.keys()
    }
    there = some(names) or "nothing"
    if not pairs:
        raise DataError(f"{printable(where)}: holds {there}; {EXPECTED} is expected")
    others = set(names).difference(*pairs.values())
    return pairs, [
        f"{printable(name)} in {printable(where)}: no pictures with labels" for name in sorted(others)
    ]


def _read(archive: zipfile.ZipFile, name: str, where: str) -> NDArray[Any]:
    """An array of numbers or texts; its header says how large it is, and must say the same as the archive."""
    shown = f"{printable(where)}: {name}"
    entry = archive.getinfo(f"{name}.npy")
    try:
        with archive.open(entry) as stream, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about types of old: they are read, or refused here
            shape, by_columns, kind = _HEADERS[npy.read_magic(stream)](stream)
            if kind.hasobject:
                raise DataError(f"{shown}: is a pickle, which is a program and not read; save it as numbers")
            if kind.kind not in "buifUS":
                raise DataError(f"{shown}: is of type {kind}; numbers are expected")
            size = math.prod(shape) * kind.itemsize
            if size == 0 or size != entry.file_size - stream.tell() or len(shape) == 0:
                raise DataError(
                    f"{shown}: {_sizes(shape)} values of {kind} do not fill its {entry.file_size:,} bytes"
                )
            content = stream.read(size)
        return np.frombuffer(content, kind).reshape(shape, order="F" if by_columns else "C")
    except DataError:
        raise
    except Exception as error:  # a damaged header is parsed as Python, which raises anything at all
        raise DataError(f"{shown}: damaged, or no array: {printable(str(error)[:200])}") from None


def _pictures(values: NDArray[Any], where: str) -> tuple[NDArray[np.uint8], str]:
    """Pictures as uint8 N×H×W or N×H×W×3; and what was assumed, in words."""
    stated = values.shape
    if values.ndim == 2 and (shape := square(stated[1])):
        values = values.reshape(-1, *shape)
    if values.ndim == 4 and values.shape[3] not in (1, 3) and values.shape[1] in (1, 3):
        values = np.moveaxis(values, 1, 3)
    if values.ndim == 4 and values.shape[3] == 1:
        values = values[..., 0]
    if values.dtype.kind not in "buif" or not (
        values.ndim == 3 or (values.ndim == 4 and values.shape[3] == 3)
    ):
        raise DataError(
            f"{printable(where)}: {_sizes(stated)} of {values.dtype}; expected are N×H×W, N×H×W×3, or rows of"
            " square pictures, in numbers"
        )
    if len(values) > MAX_ENTRIES:
        raise DataError(f"{printable(where)}: {len(values):,} pictures; at most {MAX_ENTRIES:,} are accepted")
    return as_bytes(values, where)


def _labels(values: NDArray[Any], count: int, where: str) -> list[str]:
    """The labels as texts: of N or N×1 numbers or texts, or of N×K with a single 1 in each row."""
    stated, kind = values.shape, values.dtype.kind
    if values.ndim == 2 and stated[1] == 1:
        values = values[:, 0]
    elif (
        values.ndim == 2
        and kind in "buif"
        and (np.sort(values)[:, -2:] == [0, 1]).all()
        and values.min() == 0
    ):
        values = values.argmax(1)
    whole = kind in "US" or (np.isfinite(values) & (np.floor(values) == values)).all()
    if values.ndim != 1 or not whole:
        raise DataError(
            f"{printable(where)}: {_sizes(stated)} of {values.dtype}; a text or a whole number a picture is"
            " expected"
        )
    if len(values) != count:
        raise DataError(f"{printable(where)}: {len(values):,} labels for {count:,} pictures")
    if kind == "S":
        return [label.decode("utf-8", "backslashreplace") for label in values.tolist()]
    return [label if kind == "U" else str(int(label)) for label in values.tolist()]


def _sizes(shape: tuple[int, ...]) -> str:
    return "×".join(f"{size:,}" for size in shape) or "one value"
