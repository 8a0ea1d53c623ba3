"""A trained model that reads images, with NumPy alone."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from charmlp import calculus
from charmlp.images import read_grey, to_inputs
from charmlp.images.variants import check_versions, variant
from charmlp.modelfile import Model, read_model

ImageSource = str | PathLike[str] | bytes | Image.Image


@dataclass(frozen=True)
class Prediction:
    """The most probable class of an image, and the runners-up with their probabilities, best first."""

    prediction: str
    probability: float
    top: tuple[tuple[str, float], ...]

    def __repr__(self) -> str:
        return f"Prediction({self.prediction!r}, {self.probability:.1%})"


class Recognizer:
    """Reads images with a trained model.

    >>> recognizer = Recognizer.load("runs/2026-01-01_12-00-00/model.safetensors")  # doctest: +SKIP
    >>> recognizer.predict("letter.png")  # doctest: +SKIP
    Prediction('A', 98.1%)

    With `tta` (test-time augmentation) above 1, so many versions of each image are read, the image itself and
    slightly changed ones, and their probabilities averaged; always the same ones (`charmlp.images.variants`).
    """

    def __init__(self, model: Model, tta: int = 1) -> None:
        check_versions(tta)
        self.model = model
        self.tta = tta

    @classmethod
    def load(cls, path: str | PathLike[str], tta: int = 1) -> Recognizer:
        """Read a `.safetensors` or `.pth` file; raises `ModelFileError` where it is not sound."""
        check_versions(tta)
        return cls(read_model(Path(path)), tta)

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, in the order of the logits."""
        return self.model.classes

    def grey(self, image: ImageSource) -> NDArray[np.uint8]:
        """The image as the model sees it, H×W grey; raises `ImageError`."""
        return read_grey(image, self.model.norm_size)

    def logits(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Logits N×K of grey images N×H×W; of several versions, the logarithm of the mean probabilities."""
        if self.tta == 1:
            return self._logits(images)
        total = np.zeros((len(images), len(self.classes)))
        for number in range(self.tta):
            total += calculus.softmax(self._logits(variant(images, number)).astype(np.float64))
        return np.log(np.maximum(total / self.tta, np.finfo(np.float64).tiny))

    def _logits(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        inputs = to_inputs(images, self.model.preprocessing)
        return calculus.mlp(inputs, self.model.weights, self.model.biases, self.model.act_type)

    def predict(self, image: ImageSource, topk: int = 1) -> Prediction:
        """Read one image: a path, the bytes of a file, or a Pillow image. Raises `ImageError`."""
        return self.predict_grey(self.grey(image)[np.newaxis], topk)[0]

    def predict_grey(self, images: NDArray[np.uint8], topk: int = 1) -> list[Prediction]:
        """Read grey images N×H×W of the model's size."""
        ranks, probabilities = self.rank(images, topk)
        tops = (
            tuple(zip(map(self.classes.__getitem__, best), shares, strict=True))
            for best, shares in zip(ranks.tolist(), probabilities.tolist(), strict=True)
        )
        return [Prediction(*top[0], top) for top in tops]

    def rank(self, images: NDArray[np.uint8], topk: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """The `topk` most probable classes of grey images N×H×W, best first, and their probabilities, N×k."""
        probabilities = calculus.softmax(self.logits(images).astype(np.float64))
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, : max(topk, 1)]
        return order, np.take_along_axis(probabilities, order, axis=1)

    def __repr__(self) -> str:
        return f"Recognizer({self.model!r})"
