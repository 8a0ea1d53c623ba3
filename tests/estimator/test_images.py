"""Images in a scikit-learn pipeline."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from charmlp import ImageReader, MLPClassifier
from charmlp.errors import ImageError
from charmlp.estimator import ArgumentError
from charmlp.images import read_grey, to_inputs


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    found = []
    for index in range(12):
        picture = Image.linear_gradient("L").rotate(90 * (index % 2)).crop((0, 0, 200, 220 + index))
        picture.save(found_path := tmp_path / f"{index}.png")
        found.append(found_path)
    return found


def test_images_are_read_as_everywhere(paths: list[Path]) -> None:
    read = ImageReader(norm_size=(12, 10), preprocessing="standardize").fit_transform(paths)
    grey = np.stack([read_grey(path, (12, 10)) for path in paths])
    assert np.array_equal(read, to_inputs(grey, "standardize")) and read.dtype == np.float32


def test_whatever_an_image_is(paths: list[Path]) -> None:
    reader = ImageReader(norm_size=8)
    expected = reader.transform(paths)
    pictures = [Image.open(path) for path in paths]
    for images in (
        [str(path) for path in paths],
        np.array([str(path) for path in paths]),
        np.array([[str(path)] for path in paths], dtype=object),
        [path.read_bytes() for path in paths],
        [io.BytesIO(path.read_bytes()) for path in paths],
        pictures,
        [np.asarray(picture) for picture in pictures],
    ):
        assert np.array_equal(reader.transform(images), expected)
    stack = np.zeros((3, 8, 8), np.uint8) + np.arange(3, dtype=np.uint8)[:, None, None]
    assert np.array_equal(reader.transform(stack), to_inputs(stack, "scale"))
    assert reader.transform([]).shape == (0, 64)


def test_a_pipeline_from_paths_to_letters(paths: list[Path]) -> None:
    labels = ["ab"[index % 2] for index in range(12)]
    pipeline = make_pipeline(ImageReader(norm_size=8), MLPClassifier(8, max_iter=60, random_state=0))
    assert list(clone(pipeline).fit(paths, labels).predict(paths)) == labels
    assert pipeline[0].get_feature_names_out()[:9].tolist()[-1] == "pixel_1_0"


def test_what_cannot_be_read_is_named(paths: list[Path]) -> None:
    with pytest.raises(ImageError, match=r"missing\.png"):
        ImageReader().transform([*paths, "missing.png"])


@pytest.mark.parametrize("given", ["a.png", b"bytes", Image.new("L", (3, 3))])
def test_a_single_image_is_refused(given: Any) -> None:
    with pytest.raises(ArgumentError, match="X: a list of images is expected"):
        ImageReader().transform(given)


@pytest.mark.parametrize(
    "wrong", [{"norm_size": 0}, {"norm_size": "32"}, {"preprocessing": "none"}, {"crop": "left"}]
)
def test_wrong_parameters_are_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=f"^{next(iter(wrong))}: expected"):
        ImageReader(**wrong).fit()
