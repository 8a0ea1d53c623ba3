"""The integer model, computed by NumPy: what C and Python compute, number for number.

    pixels ──resize──▶ bytes H×W ──layer──▶ bytes ──layer──▶ … ──▶ scores, int32: logits in 2⁻ᶠ

A layer adds up bytes times weights and makes of each sum S, with the row's multiplier m and bias b,

    y = (S · up / down) · m + b        the quotient rounded towards 0

`up` is the model's; `down` is the image's deviation σ for the first layer of standardised pixels, which are
(p − mean p)/σ, and else most often `up` itself. Rows of such a first layer sum to 0: the mean plays no part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charmlp.calculus.elements import Array
from charmlp.exporting.quantised.activation import Straight, Table, bent
from charmlp.exporting.quantised.deviation import Deviation
from charmlp.exporting.quantised.resize import resize
from charmlp.exporting.quantised.softmax import Softmax
from charmlp.images.inputs import have_dark_ink


@dataclass(frozen=True)
class IntegerLayer:
    """A linear layer and what is behind it.

    weights      K×D, int8
    multipliers  K, 1 to 255
    biases       K, int32
    down         what sums times `up` are divided by; `None`: the image's deviation
    activation   to the next layer's bytes; `None` behind the last layer
    """

    weights: Array
    multipliers: Array
    biases: Array
    down: int | None
    activation: Straight | Table | None

    def sums(self, values: Array, up: int, down: Array | int) -> Array:
        """y, N×K, of bytes N×D; `down` is N×1 where it is the images'."""
        exact = values.astype(np.float64) @ self.weights.T.astype(np.float64)  # whole, below 2⁵³
        products = exact.astype(np.int64) * up
        quotients = np.sign(products) * np.sign(down) * (np.abs(products) // np.abs(down))
        found: Array = quotients * self.multipliers + self.biases
        return found


@dataclass(frozen=True)
class IntegerModel:
    """A whole net, with what it reads and answers.

    bits      of a weight
    up        see above
    deviation of standardised pixels; `None` where they are scaled
    inverts   whether it is negative for pictures of dark ink (`charmlp.images.inputs`)
    fraction  f: scores are logits in 2⁻ᶠ
    divisor   of scores below 0, which are 0 where it is 0: of a net of one layer, behind which the course has
              an activation; else 1
    softmax   of scores, with the temperature
    """

    classes: tuple[str, ...]
    norm_size: tuple[int, int]
    bits: int
    up: int
    deviation: Deviation | None
    inverts: bool
    layers: tuple[IntegerLayer, ...]
    fraction: int
    divisor: int
    softmax: Softmax

    @property
    def sizes(self) -> tuple[int, ...]:
        """Input size, hidden sizes, number of classes."""
        return (self.layers[0].weights.shape[1], *(layer.weights.shape[0] for layer in self.layers))

    def scores(self, images: NDArray[np.uint8]) -> Array:
        """N×K whole numbers of grey images N×H×W of the model's size."""
        values: Array = images.reshape(len(images), -1)
        deviations = None if self.deviation is None else self.deviation(values)[:, np.newaxis]
        if deviations is not None and self.inverts:
            deviations[have_dark_ink(images)] *= -1
        for layer in self.layers:
            down = deviations if layer.down is None else layer.down
            assert down is not None
            values = layer.sums(values, self.up, down)
            if layer.activation is not None:
                values = layer.activation(values)
        return bent(values, 0, self.divisor) if self.divisor else np.maximum(values, 0)

    def predict(self, images: NDArray[np.uint8]) -> Array:
        """The number of the class of each image, N; of equal scores the first."""
        return np.asarray(self.scores(images).argmax(axis=1))

    def scores_of(self, picture: NDArray[np.uint8]) -> Array:
        """K whole numbers of a grey picture of any size."""
        found: Array = self.scores(resize(picture, *self.norm_size)[np.newaxis])[0]
        return found
