"""Pixels are Pillow's, bit for bit: `Image.open(file).convert("L").resize((width, height), BILINEAR)`."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from charmlp.images import MAX_PIXELS, read_grey
from charmlp.images.jpeg import plain_jpeg
from tests.images.making import saved

NORM_SIZES = ((32, 32), (28, 28), (16, 48), (40, 7), (1, 1), (64, 64))
COUNT = 3000

Read = Callable[[bytes, tuple[int, int]], NDArray[np.uint8]]


def pillow(file: bytes, norm_size: tuple[int, int]) -> NDArray[np.uint8]:
    height, width = norm_size
    image = Image.open(io.BytesIO(file))
    return np.asarray(image.convert("L").resize((width, height), Image.Resampling.BILINEAR))


def drafted(file: bytes, norm_size: tuple[int, int]) -> NDArray[np.uint8]:
    """A faster way to almost the same: libjpeg leaves colour out, and scales while it decodes."""
    height, width = norm_size
    image = Image.open(io.BytesIO(file))
    image.draft("L", (width, height))
    return np.asarray(image.convert("L").resize((width, height), Image.Resampling.BILINEAR))


def unlike_pillow(read: Read, files: Iterable[bytes]) -> list[int]:
    """The places of the files of which `read` makes other pixels; the sizes of the results take turns."""
    return [
        place
        for place, file in enumerate(files)
        if not np.array_equal(
            read(file, size := NORM_SIZES[place % len(NORM_SIZES)]), pillow(file, size)
        )
    ]  # fmt: skip


def pictures(count: int) -> Iterator[bytes]:
    """Files of every shape from 1×1 to 200×40, smooth and noisy, grey and colour, of many kinds."""
    rng = np.random.default_rng(0)
    for number in range(count):
        width, height = int(rng.integers(1, 201)), int(rng.integers(1, 41))
        coarse = rng.integers(0, 256, (max(1, height // 8), max(1, width // 8), 3), np.uint8)
        colour = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        if number % 3 == 0:
            colour = Image.fromarray(rng.integers(0, 256, (height, width, 3), np.uint8))
        image = colour if number % 4 else colour.convert("L")
        if number % 7 == 6:
            yield saved(image, "PNG")
        else:
            yield saved(
                image,
                "JPEG",
                quality=int(rng.integers(1, 101)),
                subsampling=int(rng.integers(0, 3)),
                progressive=number % 5 == 4,
                optimize=number % 2 == 1,
                restart_marker_blocks=int(rng.integers(0, 3)),
            )


@pytest.fixture(scope="module")
def files() -> list[bytes]:
    return list(pictures(COUNT))


def test_generated_pictures(files: list[bytes]) -> None:
    assert unlike_pillow(read_grey, files) == []


def test_most_of_them_go_the_short_way_and_some_do_not(files: list[bytes]) -> None:
    plain = sum(plain_jpeg(file, MAX_PIXELS) is not None for file in files)
    assert COUNT // 2 < plain < COUNT * 0.8


def test_a_reader_with_other_pixels_is_seen(files: list[bytes]) -> None:
    assert len(unlike_pillow(drafted, files[:300])) > 100


def test_photographs(scene_letters: Path) -> None:
    photographs = [path.read_bytes() for path in sorted((scene_letters / "images").iterdir())]
    assert len(photographs) >= 1000 and unlike_pillow(read_grey, photographs) == []
    assert unlike_pillow(drafted, photographs[:100])
