"""The letter's box: found on any ground, and left alone where a letter fills its picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from charmlp.config import View
from charmlp.images import read_grey
from charmlp.images.crop import letter_box, letter_size, otsu, usual_size
from tests.images.making import letter

SIZE = (48, 60)  # the ink of `letter` is 28×44 at (10, 8)
INK = (10, 8, 38, 52)


def page(
    share: float, *, light: bool = False, noise: float = 0, dust: int = 0, shade: float = 0
) -> Image.Image:
    """The letter in the middle of a page, with a margin of that share of its longer side on each side."""
    ink = np.asarray(letter().crop(INK)).astype(float)
    picture = np.pad(ink, round(share * max(ink.shape)), constant_values=255)
    rng = np.random.default_rng(0)
    for row, column in rng.integers(0, [n - 2 for n in picture.shape], (dust, 2)):
        picture[row : row + 2, column : column + 2] = 60
    picture += rng.normal(0, noise, picture.shape) - np.linspace(0, shade, picture.shape[1])
    return Image.fromarray(np.clip(255 - picture if light else picture, 0, 255).astype(np.uint8))


@pytest.mark.parametrize("share", [0.3, 0.5, 1.0, 3.0])
@pytest.mark.parametrize(
    "spoiled",
    [{}, {"light": True}, {"noise": 15}, {"noise": 15, "light": True}, {"dust": 4}, {"shade": 60}],
    ids=str,
)
def test_whatever_is_around_the_letter_it_is_seen_alike(share: float, spoiled: dict[str, float]) -> None:
    grey = page(share, **spoiled)  # type: ignore[arg-type]
    seen = read_grey(grey, (32, 32), View("auto")).astype(float)
    alone = read_grey(page(0.06, light=bool(spoiled.get("light"))), (32, 32)).astype(float)
    assert np.corrcoef(seen.ravel(), alone.ravel())[0, 1] > 0.8
    left, top, right, bottom = letter_box(grey)
    assert (right - left) * (bottom - top) < 1.5 * 28 * 44


def test_control_without_a_crop_it_is_not_seen_alike() -> None:
    seen, alone = (read_grey(page(share), (32, 32)).astype(float) for share in (1.0, 0.06))
    assert np.corrcoef(seen.ravel(), alone.ravel())[0, 1] < 0.5


@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize("touched", range(4))
def test_a_letter_that_touches_one_side_is_cropped_on_the_others(share: float, touched: int) -> None:
    grey = page(share)
    air = round(share * 44)
    sides = [0, 0, *grey.size]
    sides[touched] += air if touched < 2 else -air
    seen = letter_box(grey.crop(tuple(sides)))  # type: ignore[arg-type]
    width, height = seen[2] - seen[0], seen[3] - seen[1]
    assert 28 <= width <= 28 + 2 * 4 and 44 <= height <= 44 + 2 * 4


def test_a_letter_in_a_corner_is_taken_to_fill_its_picture() -> None:
    corner = page(1.0).crop((44, 44, 200, 200))
    assert letter_box(corner) == (0, 0, *corner.size)


@pytest.mark.parametrize(
    "picture",
    [
        letter().crop(INK),  # its ink reaches the border
        Image.new("L", (40, 30), 200),
        Image.new("L", (1, 1), 128),
        Image.new("L", (1, 500), 128),
        Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)),
        Image.fromarray(np.linspace(0, 255, 50 * 60).astype(np.uint8).reshape(50, 60)),
        Image.fromarray(np.full((50, 50), 200, np.uint8) - np.eye(50, dtype=np.uint8) * 4),  # too faint
    ],
)
def test_where_no_box_is_clear_the_whole_picture_is_seen(picture: Image.Image) -> None:
    assert letter_box(picture) == (0, 0, *picture.size)
    assert np.array_equal(read_grey(picture, (8, 8), View("auto")), read_grey(picture, (8, 8)))


def test_photographs_stay_as_they_were_cropped(scene_letters: Path) -> None:
    paths = sorted((scene_letters / "images").glob("*.jpg"))[:100]
    pairs = [(read_grey(path, (32, 32)), read_grey(path, (32, 32), View("auto"))) for path in paths]
    assert np.mean([not np.array_equal(*pair) for pair in pairs]) < 0.2  # 109 of all 1,600


def test_a_narrow_letter_keeps_some_air() -> None:
    picture = np.full((100, 100), 255, np.uint8)
    picture[20:80, 48:52] = 0
    left, top, right, bottom = letter_box(Image.fromarray(picture))
    assert (right - left) / (bottom - top) == pytest.approx(0.25, abs=0.05) and left < 48 and right > 52


def test_sizes() -> None:
    small, large = (np.asarray(page(share)) for share in (1.0, 0.06))
    assert letter_size(small) == pytest.approx(0.4, abs=0.05)
    assert letter_size(large) > 0.9
    assert usual_size(np.stack([small] * 3)) == letter_size(small)


def test_otsu_parts_two_heaps() -> None:
    counts = np.zeros(256, int)
    counts[[10, 20, 200, 210]] = (50, 40, 5, 5)
    assert 20 <= otsu(counts) < 200
    assert otsu(np.eye(1, 256, 7, int)[0]) == 0  # one heap alone
