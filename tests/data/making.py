"""Small data sets, made where a test needs them."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def make_image(path: Path, shade: int = 128) -> Path:
    """A grey picture of 5 × 4 pixels (height × width) of one shade."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (4, 5), shade).save(path)
    return path


def make_images(folder: Path, names: Iterable[str]) -> None:
    """Pictures whose shade is their place in `names`."""
    for shade, name in enumerate(names):
        make_image(folder / name, shade)


def make_list(path: Path, labels: Mapping[str, object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(labels), "utf-8")
    return path


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def make_idx(
    folder: Path, images: NDArray[np.uint8], labels: Sequence[int], part: str = "train", packed: bool = False
) -> None:
    """Both files of one part of an IDX set; `part` may begin with a name, as emnist-letters-train."""
    suffix, press = (".gz", gzip.compress) if packed else ("", bytes)
    (folder / f"{part}-images-idx3-ubyte{suffix}").write_bytes(press(idx_bytes(images)))
    numbers = np.array(labels, np.uint8)
    (folder / f"{part}-labels-idx1-ubyte{suffix}").write_bytes(press(idx_bytes(numbers)))
