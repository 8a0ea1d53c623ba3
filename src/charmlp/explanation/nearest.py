"""The training letters that the network finds most like a picture."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp import calculus
from charmlp.errors import DataError
from charmlp.images import to_inputs
from charmlp.letters import LetterSet
from charmlp.modelfile import Model

Array = NDArray[Any]

BATCH = 4096


@dataclass(frozen=True)
class Neighbour:
    """A training letter: its name, its label, how far it lies from the picture, and itself, H×W grey."""

    name: str
    label: str
    distance: float
    grey: NDArray[np.uint8]


class TrainingLetters:
    """Letters that a model was trained on, as it sees them: one for however many pictures are explained.

    What is near is asked of the last hidden layer, y: the distance is ‖y − y′‖. There letters are alike that
    the network treats alike, while two pictures of pixels are far from each other where one is moved a little
    or is light on dark. A network without a hidden layer has nothing but the pixels, as its inputs have them.
    """

    def __init__(self, model: Model, letters: LetterSet) -> None:
        """Raises `DataError` where there are none, or of another size than the model's."""
        if not len(letters) or letters.images.shape[1:] != model.norm_size:
            height, width = model.norm_size
            raise DataError(f"training letters of {height}×{width} are expected, not {letters!r}")
        self.model = model
        self.letters = letters
        starts = range(0, len(letters), BATCH)
        self.places = np.concatenate([self.place(letters.images[start : start + BATCH]) for start in starts])

    def place(self, images: NDArray[np.uint8]) -> Array:
        """Where grey images N×H×W lie, N×H."""
        model, inputs = self.model, to_inputs(images, self.model.preprocessing)
        if not model.hidden_size:
            return inputs
        return calculus.mlp_layers(inputs, model.weights, model.biases, model.act_type)[-2].y

    def nearest(self, grey: NDArray[np.uint8], most: int) -> tuple[Neighbour, ...]:
        """The nearest of them, the nearest first."""
        distances = np.linalg.norm(self.places - self.place(grey[np.newaxis]), axis=1)
        letters = self.letters
        return tuple(
            Neighbour(
                letters.names[at],
                letters.classes[letters.labels[at]],
                float(distances[at]),
                letters.images[at],
            )
            for at in np.argsort(distances, kind="stable")[:most].tolist()
        )
