"""Pixels become inputs: scaled, or standardised image by image."""

from __future__ import annotations

import numpy as np

from charmlp.images import to_inputs
from charmlp.images.inputs import have_dark_ink

NOISE = np.random.default_rng(5).integers(0, 256, (7, 6, 5), np.uint8)


def test_scale() -> None:
    inputs = to_inputs(NOISE, "scale")
    assert inputs.dtype == np.float32 and inputs.shape == (7, 30)
    assert np.allclose(inputs, NOISE.reshape(7, 30) / 127.5 - 1, atol=1e-6)
    assert to_inputs(np.array([[[0, 255]]], np.uint8), "scale").tolist() == [[-1, 1]]


def test_standardize() -> None:
    inputs = to_inputs(NOISE, "standardize")
    assert inputs.dtype == np.float32
    assert np.allclose(inputs.mean(axis=1), 0, atol=1e-6) and np.allclose(inputs.std(axis=1), 1, atol=1e-5)


def test_standardized_images_do_not_depend_on_light_or_neighbours() -> None:
    half = (NOISE // 2).astype(np.uint8)
    brighter = (half + 100).astype(np.uint8)
    assert np.allclose(to_inputs(half, "standardize"), to_inputs(brighter, "standardize"), atol=1e-5)
    assert np.array_equal(to_inputs(NOISE, "standardize")[2:3], to_inputs(NOISE[2:3], "standardize"))


def test_a_flat_image_is_zero_and_not_a_number_divided_by_zero() -> None:
    assert not to_inputs(np.full((1, 4, 4), 200, np.uint8), "standardize").any()


def test_a_picture_and_its_negative_are_one_where_ink_is_light() -> None:
    stroke = np.zeros((9, 7), np.uint8)
    stroke[2:7, 3] = 200
    dark, light = (to_inputs(image[np.newaxis], "light_ink") for image in (255 - stroke, stroke))
    assert np.allclose(dark, light, atol=1e-5)
    assert np.array_equal(light, to_inputs(stroke[np.newaxis], "standardize")) and light[0, 3 * 7 + 3] > 0
    assert np.allclose(to_inputs(255 - NOISE, "light_ink"), to_inputs(NOISE, "light_ink"), atol=1e-5)


def test_where_nothing_says_what_ink_is_pictures_stay_as_they_are() -> None:
    """All pixels are border, or the border is as light as the whole."""
    for even in (NOISE[:, :2], NOISE[:, :, :1], np.array([[[9, 9, 9], [9, 9, 9], [9, 9, 9]]], np.uint8)):
        assert not have_dark_ink(even).any()
        assert np.array_equal(to_inputs(even, "light_ink"), to_inputs(even, "standardize"))


def test_the_images_stay_as_they_are() -> None:
    before = NOISE.copy()
    to_inputs(NOISE, "scale"), to_inputs(NOISE, "standardize")
    assert np.array_equal(NOISE, before)
