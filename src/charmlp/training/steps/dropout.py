"""Dropout, drawn outside the steps so that every step drops the same units.

A layer drops some of its inputs and multiplies the others by 1/(1−p), so that the mean stays (inverted
dropout: Srivastava et al. 2014, section 10). Each input costs one random byte, so that p is a multiple of
1/256: an input is dropped where its byte is below 256 p.
"""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.training.randomness import DROPOUT, generator

WORD = 8  # bytes that a generator draws at one time


class Dropout:
    """Which inputs of which layers are dropped, and how many bytes an image needs.

    dropped  for each layer, how many of the 256 values of a byte drop an input; 0: none
    columns  for each layer, the first of its columns in the bytes drawn
    width    bytes an image, whole words: how many words an image takes says where each image's begin
    """

    def __init__(self, config: TrainingConfig, sizes: Sequence[int]) -> None:
        shares = [config.input_dropout] + [config.dropout] * (len(sizes) - 2)
        self.sizes = tuple(sizes[:-1])
        self.dropped = [min(max(round(share * 256), 1), 255) if share else 0 for share in shares]
        self.columns = []
        self.width = 0
        for size, dropped in zip(self.sizes, self.dropped, strict=True):
            self.columns.append(self.width)
            self.width += size if dropped else 0
        self.width += -self.width % WORD

    def masks(self, seed: int, epoch: int, image: int) -> Generator:
        """The generator that `draw` takes, from image number `image` of an epoch on."""
        return generator(seed, DROPOUT, epoch, skip=image * self.width // WORD)

    def draw(self, masks: Generator, n: int) -> Array:
        """The bytes for the next n images, n×width."""
        words = np.asarray(masks.bit_generator.random_raw(n * self.width // WORD), np.uint64)
        return words.view(np.uint8).reshape(n, self.width)

    def draw_parts(self, masks: Generator, n: int, parts: Sequence[slice]) -> Array:
        """Of the bytes for the next n images those of some parts, in their order; the others take no time."""
        found, place = [], 0
        for part in [*parts, slice(n, n)]:
            masks.bit_generator.advance((part.start - place) * self.width // WORD)  # type: ignore[attr-defined]
            found.append(self.draw(masks, part.stop - part.start))
            place = part.stop
        return np.concatenate(found)

    def drop(self, x: Array, drawn: Array, layer: int, out: Array | None) -> Array:
        """The inputs of a layer with some dropped, in `out`; `x` itself where nothing is dropped."""
        if not self.dropped[layer]:
            return x
        column, dropped = self.columns[layer], self.dropped[layer]
        x = np.multiply(x, drawn[:, column : column + self.sizes[layer]] >= dropped, out=out)
        x *= 256 / (256 - dropped)
        return x
