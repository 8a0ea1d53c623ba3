"""Whatever an image is handed over as, it is the same image; what is none is refused in one line."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charmlp.errors import ImageError
from charmlp.images import read_grey
from tests.images.making import SIZE, letter, saved

WHOLE = (SIZE[1], SIZE[0])
LETTER = np.asarray(letter())
PNG = saved(letter(), "PNG")
COLOUR = np.stack([LETTER] * 3, 2)


@pytest.mark.parametrize(
    "image",
    [
        PNG,
        bytearray(PNG),
        memoryview(PNG),
        io.BytesIO(PNG),
        letter(),
        LETTER,
        LETTER[:, :, np.newaxis],
        COLOUR,
        np.dstack([COLOUR, np.full_like(LETTER, 255)]),
        np.dstack([LETTER, np.full_like(LETTER, 255)]),
        COLOUR[:, ::-1][:, ::-1],
        LETTER / 255,
        (COLOUR / 255).astype(np.float32),
        LETTER.astype(np.uint16) * 257,
        np.asfortranarray(LETTER),
    ],
    ids=lambda image: type(image).__name__,
)
def test_all_of_them_are_the_same_letter(image: Any) -> None:
    assert np.array_equal(read_grey(image, WHOLE), LETTER)


def test_a_mask_and_an_open_file(tmp_path: Path) -> None:
    assert np.array_equal(read_grey(LETTER > 128, WHOLE), np.where(LETTER > 128, 255, 0))
    (tmp_path / "a.png").write_bytes(PNG)
    with (tmp_path / "a.png").open("rb") as file:
        assert np.array_equal(read_grey(file, WHOLE), LETTER)


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((2, 3, 4, 5), np.uint8), "an array of 2×3×4×5; height×width, or"),
        (np.zeros((3, 32, 32), np.uint8), "an array of 3×32×32; height×width, or"),
        (np.zeros(9, np.uint8), "an array of 9;"),
        (np.array(3, np.uint8), "an array of a single number;"),
        (np.zeros((4, 4), np.int64), r"an array of int64; uint8 \(0 to 255\) or floats \(0 to 1\)"),
        (np.zeros((4, 4), object), "an array of object;"),
        (np.zeros((4, 4, 3), np.uint16), "an array of uint16;"),
        (np.full((4, 4), 254.0), r"floats from 254 to 254; 0 \(black\) to 1 \(white\)"),
        (np.full((4, 4), np.nan), "floats from nan to nan"),
        (np.zeros((0, 4), np.uint8), "4×0 pixels"),
    ],
)
def test_arrays_that_are_no_image(array: Any, words: str) -> None:
    with pytest.raises(ImageError, match=f"^image: {words}"):
        read_grey(array, WHOLE)


@pytest.mark.parametrize(
    "image", [None, 5, {"a": 1}, [[0, 255]], io.StringIO("x")], ids=lambda image: type(image).__name__
)
def test_what_is_no_image_at_all(image: Any) -> None:
    with pytest.raises(TypeError, match=rf"^an image is expected: a path, .* not {type(image).__name__}$"):
        read_grey(image, WHOLE)
