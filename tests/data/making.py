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

LABELS = {"0.png": "A", "1.png": "b", "2.png": "B", "3.png": "c"}


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


def lists(folder: Path) -> None:
    make_images(folder / "images", LABELS)
    make_list(folder / "train.json", LABELS)
    make_list(folder / "validation.json", {"0.png": "a"})


def class_folders(folder: Path) -> None:
    for split in ("train", "valid", "test"):
        make_images(folder / split / "A", ["0.png", "1.JPG", "2.png"])
        make_images(folder / split / "b", ["0.png"])
    make_image(folder / "train" / "A" / "._0.png")
    make_image(folder / "train" / ".cache" / "0.png")
    make_image(folder / "train" / "__MACOSX" / "0.png")
    (folder / "classes.json").write_text("{}")


def one_table(folder: Path) -> None:
    make_images(folder / "images", LABELS)
    (folder / "letters.csv").write_text("path,label,split\n0.png,A,train\n1.png,b,train\n2.png,B,val\n")
