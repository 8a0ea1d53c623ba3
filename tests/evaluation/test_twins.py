"""Near-twins: what is one, what is none, and groups of them in any number."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from charmlp.evaluation import twins
from charmlp.evaluation.twins import LIKE, areas, same_pixels, thumbnails, twin_groups, twins_between
from tests.cli.conftest import FACES, draw_letter

Images = NDArray[np.uint8]


def grey(picture: Image.Image) -> Images:
    return np.asarray(picture.convert("L").resize((32, 32), Image.Resampling.BILINEAR))


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> list[Image.Image]:
    """Twelve letters in six faces, none of them like another."""
    folder = tmp_path_factory.mktemp("letters")
    for number, letter in enumerate("ABEGKMRSWXaz"):
        draw_letter(folder / f"{number}.png", letter, FACES[number % 6], 34, number % 2 == 0)
    return [Image.open(folder / f"{number}.png").convert("RGB") for number in range(12)]


def jpeg(picture: Image.Image) -> Image.Image:
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=40)
    return Image.open(content)


def noisy(picture: Image.Image) -> Image.Image:
    pixels = np.asarray(picture) + np.random.default_rng(0).normal(0, 10, (*picture.size[::-1], 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


CHANGES = {
    "stored as JPEG": jpeg,
    "smaller": lambda picture: picture.resize((28, 30)),
    "larger": lambda picture: picture.resize((120, 130), Image.Resampling.BICUBIC),
    "darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.6),
    "paler": lambda picture: ImageEnhance.Contrast(picture).enhance(0.5),
    "noisy": noisy,
}
OTHERS = {
    "a negative": ImageOps.invert,
    "mirrored": ImageOps.mirror,
    "cropped": lambda picture: picture.crop((3, 3, *picture.size)),
    "turned": lambda picture: picture.rotate(8, fillcolor=picture.getpixel((0, 0))),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_is_a_near_twin(letters: list[Image.Image], change: str) -> None:
    own = np.stack([grey(picture) for picture in letters])
    copies = np.stack([grey(CHANGES[change](picture)) for picture in letters])
    found = twins_between(own, copies)
    assert found.index.tolist() == list(range(12))
    assert (found.likeness >= LIKE).all() and found.there.all()


@pytest.mark.parametrize("change", OTHERS)
def test_another_picture_is_none(letters: list[Image.Image], change: str) -> None:
    own = np.stack([grey(picture) for picture in letters[:6]])
    found = twins_between(own, np.stack([grey(OTHERS[change](picture)) for picture in letters[:6]]))
    assert not found.there.any() and found.likeness.max() < LIKE


def test_likeness_is_pearsons_correlation() -> None:
    rng = np.random.default_rng(1)
    some, others = rng.integers(0, 256, (2, 5, 32, 32)).astype(np.uint8)
    found = twins_between(some, others, threshold=-1)
    small = [each.reshape(5, 16, 2, 16, 2).mean(axis=(2, 4)).reshape(5, -1) for each in (some, others)]
    expected = np.corrcoef(np.concatenate(small))[5:, :5]
    assert found.index.tolist() == expected.argmax(axis=1).tolist()
    assert found.likeness == pytest.approx(expected.max(axis=1), abs=1e-5)


@pytest.mark.parametrize("side", [1, 5, 16, 28, 32, 100])
def test_areas_share_out_every_pixel(side: int) -> None:
    shares = areas(side)
    assert shares.shape == (16, side)
    assert shares.sum(axis=1) == pytest.approx(np.ones(16), abs=1e-5)
    assert shares.sum(axis=0) == pytest.approx(np.full(side, 16 / side), abs=1e-4)


def test_pictures_of_any_size_are_compared(letters: list[Image.Image]) -> None:
    small = np.stack([grey(picture) for picture in letters])
    found = twins_between(small, small.repeat(2, axis=1).repeat(3, axis=2))
    assert found.index.tolist() == list(range(12)) and found.likeness == pytest.approx(np.ones(12))


def test_blank_pictures_are_like_nothing() -> None:
    blank = np.full((4, 32, 32), 200, np.uint8)
    blank[2:, 0, 0] = 202  # still blank
    assert not thumbnails(blank).any()
    assert not twins_between(blank, blank).there.any()


def test_nobody_has_a_twin_among_none() -> None:
    some, none = np.zeros((3, 8, 8), np.uint8), np.zeros((0, 8, 8), np.uint8)
    assert twins_between(none, some).index.tolist() == [-1, -1, -1]
    assert len(twins_between(some, none).index) == len(twin_groups(none)) == 0
    assert twin_groups(some[:1]).tolist() == [0]


def test_groups(letters: list[Image.Image]) -> None:
    own = np.stack([grey(picture) for picture in letters])
    copies = np.stack([grey(jpeg(picture)) for picture in letters[:4]])
    groups = twin_groups(np.concatenate([own, copies, own[2:3]]))
    assert groups.tolist() == [*range(12), 0, 1, 2, 3, 2]
    assert same_pixels(np.concatenate([own, copies, own[2:3]])).tolist() == [*range(16), 2]


def test_groups_in_blocks_are_those_of_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chains that lead through many blocks are one group."""
    rng = np.random.default_rng(2)
    images = rng.integers(0, 256, (60, 16, 16)).astype(np.uint8)
    for number in rng.permutation(60)[:40]:
        like = images[rng.integers(60)].astype(int) + rng.integers(-20, 21, (16, 16))
        images[number] = np.clip(like, 0, 255)
    alike = np.corrcoef(images.reshape(60, -1)) >= LIKE
    expected = np.arange(60)
    for _ in range(60):
        expected = np.where(alike, expected, 60).min(axis=1)
    whole = twin_groups(images)
    monkeypatch.setattr(twins, "ROWS", 7)
    monkeypatch.setattr(twins, "COLUMNS", 11)
    assert whole.tolist() == twin_groups(images).tolist() == expected.tolist()
    assert 20 < len(set(expected.tolist())) < 45  # there are groups, and chains
    assert (alike.sum(axis=1) < np.bincount(expected, minlength=60)[expected]).any()


def test_of_photographs(scene_letters) -> None:  # type: ignore[no-untyped-def]
    """Letters of one sign lie in both splits: docs/check.md has the same numbers."""
    from charmlp.data import open_source

    source = open_source(scene_letters)
    training, validation = (source.load(split, (32, 32)) for split in ("train", "val"))
    found = twins_between(training.images, validation.images)
    assert found.there.sum() == 33
    assert (training.labels[found.index] == validation.labels)[found.there].all()
    assert len(set(twin_groups(training.images).tolist())) == 1072
