"""A trained model that reads images, with NumPy alone."""

from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.errors import CharmlpError
from charmlp.images import ImageSource, read_grey, to_inputs
from charmlp.images.batches import read_batches
from charmlp.images.reading import ImageOrError
from charmlp.images.variants import check_versions, variant
from charmlp.modelfile import Model, read_model


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
    def load(cls, path: str | PathLike[str], tta: int = 1) -> "Recognizer":
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

    @overload
    def predict_many(
        self, images: Iterable[ImageOrError], topk: int = 1
    ) -> Generator[Prediction, None, None]: ...

    @overload
    def predict_many(
        self, images: Iterable[ImageOrError], topk: int = 1, *, return_errors: bool
    ) -> Generator[Prediction | CharmlpError, None, None]: ...

    def predict_many(
        self, images: Iterable[ImageOrError], topk: int = 1, *, return_errors: bool = False
    ) -> Generator[Prediction | CharmlpError, None, None]:
        """Read any number of images in their order, on all cores, only some of them in memory at a time.

        Each is a path, the bytes of a file, or a Pillow image. Where one cannot be read, its `ImageError` is
        raised, or, with `return_errors`, stands in the place of its prediction. (So does a `CharmlpError`
        among the images, such as a pattern of names that fits none.) Where it is not read to its end, close
        it (`contextlib.closing`): then neither thread nor process stays.

        >>> dict(zip(paths, recognizer.predict_many(paths)))  # doctest: +SKIP
        {'1.png': Prediction('A', 98.1%), '2.png': Prediction('F', 71.5%)}
        """
        with closing(read_batches(images, self.model.norm_size)) as batches:
            for asked, batch in batches:
                predictions = iter(self.predict_grey(batch.images, topk))
                for place in range(len(asked)):
                    fault = batch.faults.get(place)
                    if fault is not None and not return_errors:
                        raise fault
                    yield next(predictions) if fault is None else fault

    def predict_grey(self, images: NDArray[np.uint8], topk: int = 1) -> list[Prediction]:
        """Read grey images N×H×W of the model's size."""
        probabilities = self.predict_proba(images)
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, : max(topk, 1)]
        rows = zip(order.tolist(), probabilities.tolist(), strict=True)
        tops = (tuple((self.classes[number], row[number]) for number in numbers) for numbers, row in rows)
        return [Prediction(*top[0], top) for top in tops]

    def predict_proba(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """The probability of each class, N×K, for grey images N×H×W of the model's size."""
        return calculus.softmax(self.logits(images).astype(np.float64))

    def __repr__(self) -> str:
        return f"Recognizer({self.model!r})"
