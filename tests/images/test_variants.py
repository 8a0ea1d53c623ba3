"""Test-time augmentation: fixed, slight changes, averaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from charmlp import Recognizer, calculus
from charmlp.errors import UsageError
from charmlp.images.variants import changes, sample, variant
from charmlp.modelfile import Model

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 12, 9), np.uint8)


def model(act_type: str = "relu") -> Model:
    rng = np.random.default_rng(1)
    weights = (rng.normal(0, 0.1, (7, 108)).astype(np.float32), rng.normal(0, 1, (3, 7)).astype(np.float32))
    biases = (np.zeros(7, np.float32), np.zeros(3, np.float32))
    return Model(("A", "B", "C"), (12, 9), "standardize", act_type, weights, biases)


def test_the_first_version_is_the_image_itself() -> None:
    assert np.array_equal(variant(IMAGES, 0), IMAGES)


def test_every_second_version_is_inverted() -> None:
    """Versions differ from the image by little, or by its inverse."""
    smooth = ndimage.gaussian_filter(IMAGES.astype(float), (0, 2, 2))
    smooth = np.interp(smooth, (smooth.min(), smooth.max()), (0, 255)).astype(np.uint8)
    for number in range(8):
        version = variant(smooth, number).astype(float)
        correlation = np.corrcoef(smooth.ravel(), version.ravel())[0, 1]
        assert correlation * (-1) ** number > 0.7


def test_changes_fill_the_ranges_evenly() -> None:
    places = np.array([changes(number) for number in range(1, 201)])
    for axis in places.T:
        counts, _ = np.histogram(axis, 10, (-1, 1))
        assert counts.min() >= 17 and counts.max() <= 24  # random numbers: 13 to 27
    assert np.abs(np.corrcoef(places.T) - np.eye(5)).max() < 0.1


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (6, 1), (12, 9)])
def test_samples_are_scipys(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    images = rng.integers(0, 256, (3, *shape), np.uint8)
    x, y = (rng.uniform(-2, side + 2, (5, 7)) for side in (shape[1], shape[0]))
    expected = [
        ndimage.map_coordinates(image.astype(float), (y, x), order=1, mode="nearest") for image in images
    ]
    assert np.abs(sample(images, x, y) - np.array(expected)).max() <= 0.51


def test_probabilities_are_averaged() -> None:
    plain, averaged = Recognizer(model()), Recognizer(model(), tta=4)
    expected = np.mean(
        [calculus.softmax(plain.logits(variant(IMAGES, k)).astype(float)) for k in range(4)], 0
    )
    assert np.allclose(calculus.softmax(averaged.logits(IMAGES)), expected, atol=1e-6)
    assert np.abs(calculus.softmax(plain.logits(IMAGES).astype(float)) - expected).max() > 1e-3
    probabilities = [prediction.probability for prediction in averaged.predict_grey(IMAGES)]
    assert probabilities == pytest.approx(expected.max(axis=1), abs=1e-6)


def test_answers_do_not_depend_on_the_company() -> None:
    recognizer = Recognizer(model(), tta=6)
    together = recognizer.logits(IMAGES)
    alone = np.concatenate([recognizer.logits(image[np.newaxis]) for image in IMAGES])
    assert np.allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("tta", [0, -1, 1001])
def test_a_number_of_versions_that_makes_no_sense(tta: int) -> None:
    with pytest.raises(UsageError, match="--tta: expected a whole number from 1 to 1000"):
        Recognizer(model(), tta)
    with pytest.raises(UsageError, match="--tta"):
        Recognizer.load(Path("nowhere.safetensors"), tta)
