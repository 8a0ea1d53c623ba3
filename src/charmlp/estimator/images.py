"""Images to rows of numbers, as a scikit-learn transformer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import closing
from os import PathLike
from typing import Any

import numpy as np
from PIL import Image
from sklearn.base import BaseEstimator, TransformerMixin

from charmlp.calculus.elements import Array
from charmlp.config import View
from charmlp.estimator.parameters import ArgumentError, setting_of
from charmlp.images import ImageSource, to_inputs
from charmlp.images.batches import MOST_WORKERS, read_batches
from charmlp.system.threads import cores


class ImageReader(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Reads N images as `train` and `predict` do: grey, upright, resized, float32 row vectors N×(H·W).

    An image is a path, the bytes of a file or an open one, a Pillow image, or an array H×W or H×W×3. There
    is nothing to be fitted.

    norm_size      (height, width) to which images are resized; one number: a square
    preprocessing  scale: pixels to [-1, 1]; standardize: each image to mean 0 and standard deviation 1;
                 light_ink: the same, and dark letters made light
    crop           none: the whole picture; auto: the letter's box

    Raises `ImageError`, which names the file, where an image cannot be read, and `ArgumentError`.
    """

    def __init__(self, norm_size: Any = (32, 32), preprocessing: str = "scale", crop: str = "none") -> None:
        self.norm_size = norm_size
        self.preprocessing = preprocessing
        self.crop = crop

    def fit(self, X: Any = None, y: Any = None) -> ImageReader:
        """Look at the parameters; the images are not read."""
        self._settings()
        return self

    def transform(self, X: Any) -> Array:
        """Images to inputs: float32, N×(H·W)."""
        norm_size, preprocessing, view = self._settings()
        images = listed(X)
        inputs = np.empty((len(images), math.prod(norm_size)), np.float32)
        done, workers = 0, min(cores(), MOST_WORKERS)
        with closing(read_batches(images, norm_size, workers, view)) as batches:
            for some, batch in batches:
                for fault in batch.faults.values():
                    raise fault
                inputs[done : done + len(some)] = to_inputs(batch.images, preprocessing)
                done += len(some)
        return inputs

    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """`pixel_0_0`, `pixel_0_1`, …: row and column of each number."""
        height, width = self._settings()[0]
        names = [f"pixel_{row}_{column}" for row in range(height) for column in range(width)]
        return np.array(names, dtype=object)

    def _settings(self) -> tuple[tuple[int, int], str, View]:
        size = self.norm_size
        size = setting_of("norm_size", (size, size) if isinstance(size, int) else size)
        return size, setting_of("preprocessing", self.preprocessing), View(setting_of("crop", self.crop))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.two_d_array, tags.input_tags.string = False, True
        tags.no_validation = True
        return tags

    def _more_tags(self) -> dict[str, Any]:  # the same for scikit-learn 1.5
        return {"requires_fit": False, "X_types": ["string"], "no_validation": True}


def listed(X: Any) -> Sequence[ImageSource]:
    """The images one by one: of a list, of an array of paths or of images, of a table's column."""
    if isinstance(X, str | bytes | PathLike | Image.Image):
        raise ArgumentError(f"X: a list of images is expected, not {type(X).__name__}")
    if not isinstance(X, list | tuple):
        X = np.asarray(X)
        if X.dtype.kind in "OU":  # paths, bytes or pictures, in one column where X has two dimensions
            X = X.ravel()
    return list(X)
