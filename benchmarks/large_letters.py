"""Many small files of letters, all different, for benchmarks/large.py.

    python benchmarks/large_letters.py FOLDER --count 1000000

Some thousand letters are rendered once; each file is one of them, moved by up to two pixels and with another
contrast: `FOLDER/A/012/00012345.png`, 28×28, a thousand files in a folder, as many of each class. With
`--flat` all files of a class lie in its folder. `--kind jpg` writes JPEG. Beside the folder, FOLDER.json,
FOLDER.csv and FOLDER.txt list them.
"""

from __future__ import annotations

import argparse
import io
import json
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charmlp.letters.letterset import LetterSet

RENDERED = 5200
SHIFTS, CONTRASTS = range(-2, 3), (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65)
IN_A_FOLDER = 1000


def rendered() -> LetterSet:
    """The letters that all files are made of."""
    from charmlp.rendering import render

    return render(RENDERED, classes="ABCDEFGHIJKLMNOPQRSTUVWXYZ", norm_size=(28, 28), seed=1)


def letter(own: NDArray[np.uint8], number: int) -> NDArray[np.uint8]:
    """Letter `number` of a class, of which `own` are rendered; 200 times as many are all different."""
    version, which = divmod(number, len(own))
    shift, contrast = divmod(version, len(CONTRASTS))
    down, right = divmod(shift, len(SHIFTS))
    moved = np.roll(own[which], (SHIFTS[down % len(SHIFTS)], SHIFTS[right]), (0, 1))
    return (moved * CONTRASTS[contrast]).astype(np.uint8)


def letters(count: int) -> Iterator[tuple[str, int, NDArray[np.uint8]]]:
    """Class, number within it and picture of so many letters, class after class."""
    base = rendered()
    for place, name in enumerate(base.classes):
        own = base.images[base.labels == place]
        for number in range(count // 26 + (place < count % 26)):
            yield name, number, letter(own, number)


def png(image: NDArray[np.uint8]) -> bytes:
    """A grey PNG, quickly: rows without a filter."""
    height, width = image.shape
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = image
    head = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def jpg(image: NDArray[np.uint8]) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG")
    return file.getvalue()


def make(folder: Path, count: int, kind: str = "png", *, flat: bool = False) -> None:
    """Write the files and the lists of them."""
    encode = {"png": png, "jpg": jpg}[kind]
    labels: dict[str, str] = {}
    for name, number, image in letters(count):
        inside = name if flat else f"{name}/{number // IN_A_FOLDER:03}"
        if number % IN_A_FOLDER == 0:
            (folder / inside).mkdir(parents=True, exist_ok=True)
        path = f"{inside}/{number:08}.{kind}"
        with open(f"{folder}/{path}", "wb") as file:  # noqa: PTH123  # a million Paths are slow
            file.write(encode(image))
        labels[path] = name
    folder.with_suffix(".json").write_text(json.dumps(labels), "utf-8")
    folder.with_suffix(".csv").write_text(
        "path,label\n" + "".join(f"{path},{label}\n" for path, label in labels.items()), "utf-8"
    )
    folder.with_suffix(".txt").write_text(
        "".join(f"{path} {label}\n" for path, label in labels.items()), "utf-8"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--kind", choices=("png", "jpg"), default="png")
    parser.add_argument("--flat", action="store_true")
    args = parser.parse_args()
    make(args.folder, args.count, args.kind, flat=args.flat)


if __name__ == "__main__":
    main()
