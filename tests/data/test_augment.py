"""Augmentation: each setting does what it says, the seed decides, nothing is lost or mirrored."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from charmlp.data.augment import Augmentation, augment
from charmlp.errors import UsageError

OFF = dict.fromkeys(Augmentation.__dataclass_fields__, 0.0)


def only(**settings: float) -> Augmentation:
    return Augmentation(**{**OFF, **settings})


def random_images(count: int = 6, height: int = 32, width: int = 24) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (count, height, width), dtype=np.uint8)


def spot(row: int, column: int, size: int = 33) -> np.ndarray:
    """A 5×5 white square on black."""
    image = np.zeros((1, size, size), np.uint8)
    image[0, row - 2 : row + 3, column - 2 : column + 3] = 255
    return image


def centre(image: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(image.shape)
    weight = image / image.sum()
    return float((rows * weight).sum()), float((columns * weight).sum())


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_everything_off_changes_nothing() -> None:
    images = random_images()
    np.testing.assert_array_equal(augment(images, generator(), only()), images)


def test_the_input_is_not_written_to() -> None:
    images = random_images()
    before = images.copy()
    changed = augment(images, generator())
    np.testing.assert_array_equal(images, before)
    assert (changed != images).any()


def test_the_generator_decides_and_moves_on() -> None:
    images, random = random_images(), generator(5)
    first, second = augment(images, random), augment(images, random)
    np.testing.assert_array_equal(first, augment(images, generator(5)))
    assert (first != second).any()


EVERYTHING = Augmentation(elastic=0.05, blur=0.05, noise=0.1, cutout=0.25)


def test_any_number_of_threads_gives_the_same_pixels() -> None:
    import numba

    images = random_images(40)
    threads = numba.get_num_threads()
    results = []
    try:
        for count in (1, threads):
            numba.set_num_threads(count)
            results.append(augment(images, generator(), EVERYTHING))
    finally:
        numba.set_num_threads(threads)
    np.testing.assert_array_equal(results[0], results[-1])


def test_one_image_does_not_depend_on_those_beside_it() -> None:
    images = random_images(8)
    beside_others = augment(images, generator(), EVERYTHING)
    images[1:] = 0
    np.testing.assert_array_equal(augment(images, generator(), EVERYTHING)[0], beside_others[0])


@pytest.mark.parametrize("shape", [(0, 32, 32), (3, 1, 1), (2, 5, 70), (1, 70, 5)])
def test_any_size(shape: tuple[int, int, int]) -> None:
    changed = augment(np.full(shape, 90, np.uint8), generator(), EVERYTHING)
    assert changed.shape == shape and changed.dtype == np.uint8


def test_views_are_read_as_they_are() -> None:
    images = random_images(6)
    np.testing.assert_array_equal(
        augment(images[::2, :, ::-1], generator()), augment(images[::2, :, ::-1].copy(), generator())
    )


@pytest.mark.parametrize("images", [np.zeros((4, 4), np.uint8), np.zeros((2, 4, 4), np.float32)])
def test_other_arrays_are_refused(images: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8 N×H×W"):
        augment(images, generator())


@pytest.mark.parametrize("setting", [{"shift": -0.1}, {"rotation": 181.0}, {"noise": float("nan")}])
def test_settings_out_of_range_are_named(setting: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(setting))):
        Augmentation(**setting)


def test_inversion_is_exact_and_as_often_as_asked() -> None:
    images = random_images(400, 4, 4)
    np.testing.assert_array_equal(augment(images, generator(), only(inversion=1.0)), 255 - images)
    changed = augment(images, generator(), only(inversion=0.5))
    inverted = (changed == 255 - images).all(axis=(1, 2))
    assert 140 < inverted.sum() < 260
    np.testing.assert_array_equal(changed[~inverted], images[~inverted])


def test_a_shift_moves_by_at_most_its_share() -> None:
    image = np.repeat(spot(16, 16), 200, axis=0)
    places = np.array([centre(one) for one in augment(image, generator(), only(shift=0.1))]) - 16
    assert np.abs(places).max() <= 3.3 + 1e-3
    assert (places.max(axis=0) > 2.5).all() and (places.min(axis=0) < -2.5).all()


def test_a_rotation_turns_about_the_middle() -> None:
    images = np.repeat(spot(16, 28), 200, axis=0)
    places = np.array([centre(one) for one in augment(images, generator(), only(rotation=30.0))]) - 16
    angles = np.rad2deg(np.arctan2(places[:, 0], places[:, 1]))
    np.testing.assert_allclose(np.hypot(*places.T), 12, atol=0.2)
    assert 25 < angles.max() < 30.5 and -30.5 < angles.min() < -25


def test_scale_and_aspect_are_factors() -> None:
    images = np.zeros((300, 41, 41), np.uint8)
    images[:, 10:31, 10:31] = 255
    areas = augment(images, generator(), only(scale=0.2)).sum(axis=(1, 2)) / (255 * 21**2)
    assert 1.3 < areas.max() < 1.5 and 0.6 < areas.min() < 0.7
    stretched = augment(images, generator(), only(aspect=0.3))
    widths, heights = stretched[:, 20].sum(axis=1) / 255, stretched[:, :, 20].sum(axis=1) / 255
    assert 1.25 < (widths / heights).max() < 1.35 and 0.65 < (widths / heights).min() < 0.8
    np.testing.assert_allclose(widths * heights, 21**2, rtol=0.03)


def test_shear_moves_upper_and_lower_parts_apart_and_keeps_rows() -> None:
    images = np.repeat(spot(4, 16), 200, axis=0)
    places = np.array([centre(one) for one in augment(images, generator(), only(shear=0.2))]) - (4, 16)
    assert np.abs(places[:, 0]).max() < 0.01
    assert 2.0 < np.abs(places[:, 1]).max() <= 12 * 0.2 + 0.01


def test_beyond_the_border_the_border_goes_on() -> None:
    images = np.tile(np.where(np.arange(20) < 10, 40, 200).astype(np.uint8), (50, 20, 1))
    for picture in augment(images, generator(), only(shift=0.3)):
        assert (picture[:, 0] == 40).all() and (picture[:, -1] == 200).all()


def test_contrast_and_brightness_never_clip() -> None:
    ramp = np.tile(np.linspace(200, 255, 32).astype(np.uint8), (100, 32, 1))
    changed = augment(ramp, generator(), only(contrast=0.5, brightness=0.5)).astype(int)
    spread = changed.max(axis=(1, 2)) - changed.min(axis=(1, 2))
    assert 0.5 * 55 - 1 <= spread.min() < 35 and 75 < spread.max() <= 1.5 * 55 + 1
    assert changed.mean(axis=(1, 2)).min() < 140
    full = np.tile(np.linspace(0, 255, 32).astype(np.uint8), (100, 32, 1))
    changed = augment(full, generator(), only(contrast=0.5, brightness=0.5)).astype(int)
    assert (np.diff(changed[:, 0]) > 0).all()


def test_blur_keeps_the_mean_and_lowers_the_contrast() -> None:
    images = np.repeat(spot(16, 16), 20, axis=0)
    changed = augment(images, generator(), only(blur=0.1))
    np.testing.assert_allclose(changed.mean(axis=(1, 2)), images.mean(), atol=0.6)
    assert changed.max(axis=(1, 2)).min() < 150


def test_noise_has_the_spread_it_says() -> None:
    images = np.full((200, 32, 32), 128, np.uint8)
    changed = augment(images, generator(), only(noise=0.1)).astype(float)
    spreads = changed.std(axis=(1, 2))
    assert 23 < spreads.max() < 28 and spreads.min() < 3
    np.testing.assert_allclose(changed.mean(axis=(1, 2)), 128, atol=4)


def test_cutout_hides_one_square() -> None:
    images = random_images(10, 32, 32)
    for before, after in zip(images, augment(images, generator(), only(cutout=0.25)), strict=True):
        rows, columns = np.nonzero(before != after)
        assert rows.max() - rows.min() < 8 and columns.max() - columns.min() < 8
        assert len(rows) > 50 and len(np.unique(after[rows, columns])) == 1


def test_elastic_bends_smoothly_and_differently_across_the_picture() -> None:
    board = np.zeros((1, 64, 64), np.uint8)
    board[0, 8::16, :], board[0, :, 8::16] = 255, 255
    changed = augment(board, generator(1), only(elastic=0.04))[0]
    places = [changed[:, column].astype(float)[:16].argmax() for column in range(10, 60, 5)]
    assert len(set(places)) > 1
    assert np.abs(np.diff(places)).max() <= 4


def test_a_letter_is_never_mirrored() -> None:
    letter = np.zeros((1, 32, 32), np.uint8)
    letter[0, 6:26, 6:11], letter[0, 21:26, 6:26] = 255, 255  # an L
    images = np.repeat(letter, 300, axis=0)
    changed = augment(images, generator(), Augmentation(inversion=0.0)).astype(float)
    flat = (changed - changed.mean(axis=(1, 2), keepdims=True)).reshape(300, -1)
    upright, mirrored = (one.astype(float).ravel() - one.mean() for one in (letter[0], letter[0, :, ::-1]))
    assert (flat @ upright > flat @ mirrored).all()


def test_importing_does_not_import_numba() -> None:
    code = "import sys, charmlp.data.augment; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
