"""Pictures of 16 bits: white is what the file says, or what the values' range shows."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from PIL import Image

from charmlp.errors import ImageError
from charmlp.images import read_grey
from charmlp.images.depth import DEPTH, WIDE
from charmlp.images.reading import read_batch
from tests.images.making import SIZE, chunk, letter, png, saved, tiff

LETTER = np.asarray(letter())
WHOLE = (SIZE[1], SIZE[0])


def deep(bits: int, white: int = 255) -> np.ndarray:
    """The letter in grey values of so many bits."""
    return np.rint(LETTER / 255 * (2**bits - 1) * white / 255).astype(np.uint16)


def tiff_of_12(values: np.ndarray) -> bytes:
    """A grey TIFF of 12 bits a pixel, without compression."""
    pairs = values.reshape(-1, 2).astype(np.uint32)
    packed = (pairs[:, 0] << 12 | pairs[:, 1]).astype(">u4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
    height, width = values.shape
    facts = {256: width, 257: height, 258: 12, 259: 1, 262: 1, 273: 8 + 2 + 12 * 9 + 4, 277: 1, 278: height,
             279: len(packed)}  # fmt: skip
    return tiff([(number, 4, 1, struct.pack("<I", value)) for number, value in facts.items()], packed)


def pgm(values: np.ndarray, white: int) -> bytes:
    height, width = values.shape
    return f"P5 {width} {height} {white}\n".encode() + values.astype(">u2").tobytes()


def significant(bits: int) -> list[bytes]:
    return [chunk(b"sBIT", bytes([bits]))]


@pytest.mark.parametrize(
    "image",
    [
        *(png(deep(bits)) for bits in (8, 10, 12, 14, 16)),
        *(saved(Image.fromarray(deep(bits)), "TIFF") for bits in (8, 12)),
        png(deep(12), more=significant(12)),
        png(deep(12) * 16, more=significant(12)),  # fills the upper bits, as the standard wants it
        tiff_of_12(deep(12)),
        *(pgm(deep(bits), 2**bits - 1) for bits in (9, 10, 12, 16)),
        pgm(deep(12), 65535),
        Image.fromarray(deep(12)),
        deep(12),
    ],
)
def test_every_depth_is_read_alike(image: bytes | Image.Image) -> None:
    assert np.abs(read_grey(image, WHOLE).astype(int) - LETTER).max() <= 2


@pytest.mark.parametrize(
    "image",
    [png(deep(12, 60), more=significant(12)), tiff_of_12(deep(12, 60)), pgm(deep(12, 60), 4095)],
    ids=["sBIT", "BitsPerSample", "maxval"],
)
def test_a_dark_picture_stays_dark_where_its_file_says_what_white_is(image: bytes) -> None:
    assert read_grey(image, WHOLE).max() == pytest.approx(60, abs=1)


def test_colours_of_12_bits() -> None:
    grey = read_grey(png(np.stack([deep(12)] * 3, 2)), WHOLE)
    assert np.abs(grey.astype(int) - LETTER).max() <= 16  # Pillow reads the upper 8 of 16 bits alone
    assert np.array_equal(read_grey(png(np.stack([deep(16)] * 3, 2)), WHOLE), LETTER)


def test_it_is_said() -> None:
    batch = read_batch([png(deep(12)), png(deep(16)), png(LETTER)], WHOLE)
    assert batch.notes == {0: "a file of 16 bits with values of 12; white is 4,095 in it"}


def test_notes_of_other_programs_are_no_depth() -> None:
    notes = [chunk(b"tEXt", key.encode() + b"\0" + b"12") for key in (DEPTH, WIDE, "depth")]
    for pixels in (LETTER // 8, deep(16), np.stack([LETTER // 8] * 3, 2)):
        assert np.array_equal(read_grey(png(pixels, more=notes), WHOLE), read_grey(png(pixels), WHOLE))
        assert read_batch([png(pixels, more=notes)], WHOLE).notes == {}


@pytest.mark.parametrize("bits", [0, 3, 99, 255])
def test_senseless_numbers_of_bits_do_no_harm(bits: int) -> None:
    assert np.array_equal(read_grey(png(deep(16), more=significant(bits)), WHOLE), LETTER)


def test_32_bits_are_refused() -> None:
    with pytest.raises(ImageError, match="32 bits"):
        read_grey(Image.new("I", (4, 4), -1), WHOLE)
