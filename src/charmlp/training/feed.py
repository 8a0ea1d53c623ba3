"""What examples are: the inputs and labels behind the numbers that an `Order` gives.

labels  class of each example, N; or which of K labels it has, N×K of 0 and 1
weights how much each example counts in the loss, N; None: all alike
width   numbers in an input, D
dtype   of the inputs, and so of the parameters that learn from them
take    the inputs of a part of the examples of these numbers, a slice of them or by their places; they hold
        until the next ones are taken. `changes` draws random changes (augmentation), the same for an example
        whatever part is taken; without it inputs are as they are
"""

import math
from typing import Any

import numpy as np
from numpy.random import Generator

from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.images import to_inputs
from charmlp.letters.letterset import LetterSet
from charmlp.system.memory import aligned_empty
from charmlp.system.ranks import ALONE, Ranks
from charmlp.system.threads import blocks, each
from charmlp.training.order import Order
from charmlp.training.randomness import AUGMENTATION, generator
from charmlp.training.shares import share

CHUNK_BYTES = 2**21  # of inputs at one time: they are read again while they are in the processor's cache
LARGE_CHUNK_BYTES = 2**25  # where all cores make a chunk together, or a GPU gets it
TOGETHER = 256  # images of which one core makes inputs
ALL = slice(0, None)
Part = slice | Array  # of numbers: from one to another, or by their places


class Pictures:
    """Packed grey images of a set, and of rendered letters behind it; made inputs when they are taken."""

    dtype = np.dtype(np.float32)
    weights: Array | None = None

    def __init__(self, preprocessing: str, letters: LetterSet, rendered: LetterSet | None = None) -> None:
        self.preprocessing = preprocessing
        self.sets = [letters] if rendered is None else [letters, rendered]
        self.labels = np.concatenate([each.labels for each in self.sets])
        self.width = math.prod(letters.images.shape[1:])
        # A chunk's images, and their inputs: new memory for each would cost more than filling it.
        self.images = np.empty((0, *letters.images.shape[1:]), np.uint8)
        self.inputs = aligned_empty((0, self.width))

    def take(self, numbers: Array, part: Part = ALL, changes: Generator | None = None) -> Array:
        if len(numbers) > len(self.images):
            self.images = np.empty((len(numbers), *self.images.shape[1:]), np.uint8)
            self.inputs = aligned_empty((len(numbers), self.width))
        images = self.gather(numbers[part])
        if changes is not None:
            from charmlp.data.augment import augment  # compiled loops, loaded where they are needed

            images = augment(images, changes, part=part, of=len(numbers))
        inputs = self.inputs[: len(images)]
        each(
            lambda some: to_inputs(images[some], self.preprocessing, inputs[some]),
            blocks(len(images), TOGETHER),
        )
        return inputs

    def gather(self, numbers: Array) -> Array:
        """Images by number, from the set or, above it, from the rendered letters."""
        images = self.images[: len(numbers)]
        if len(self.sets) == 1:
            np.take(self.sets[0].images, numbers, 0, out=images, mode="clip")  # no number is out of range
            return images
        letters, rendered = self.sets
        real = numbers < len(letters)
        images[real] = letters.images[numbers[real]]
        images[~real] = rendered.images[numbers[~real] - len(letters)]
        return images


class Arrays:
    """Inputs N×D of float32 or float64, of any width, as they are; nothing is changed at random."""

    def __init__(self, inputs: Array, labels: Array, weights: Array | None = None) -> None:
        if inputs.ndim != 2 or inputs.dtype not in (np.float32, np.float64) or len(inputs) != len(labels):
            raise ValueError(f"inputs must be floats N×D with N labels, not {inputs.dtype} {inputs.shape}")
        self.all, self.labels, self.weights = inputs, labels, weights
        self.width, self.dtype = inputs.shape[1], inputs.dtype
        self.inputs = aligned_empty((0, self.width), self.dtype)

    def take(self, numbers: Array, part: Part = ALL, changes: Generator | None = None) -> Array:
        if len(numbers) > len(self.inputs):
            self.inputs = aligned_empty((len(numbers), self.width), self.dtype)
        chosen = numbers[part]
        inputs = self.inputs[: len(chosen)]
        np.take(self.all, chosen, 0, out=inputs, mode="clip")
        return inputs


class SparseRows:
    """The same of a sparse matrix N×D of SciPy's, in CSR form: a chunk of it is made dense at a time."""

    def __init__(self, matrix: Any, labels: Array, weights: Array | None = None) -> None:
        self.all, self.labels, self.weights = matrix, labels, weights
        self.width, self.dtype = matrix.shape[1], matrix.dtype

    def take(self, numbers: Array, part: Part = ALL, changes: Generator | None = None) -> Array:
        inputs = aligned_empty((len(numbers[part]), self.width), self.dtype)
        self.all[numbers[part]].toarray(out=inputs)
        return inputs


Feed = Pictures | Arrays | SparseRows


class Chunks:
    """An order and what it feeds, a chunk at a time: as many whole batches as memory is good for.

    updates  in a chunk; an epoch's last chunk may have fewer
    count    chunks in an epoch
    """

    def __init__(self, config: TrainingConfig, order: Order, feed: Feed) -> None:
        self.config, self.order, self.feed = config, order, feed
        large = config.augment or config.device != "cpu"
        batch_bytes = feed.dtype.itemsize * order.batch_size * feed.width
        self.updates = max(1, (LARGE_CHUNK_BYTES if large else CHUNK_BYTES) // batch_bytes)
        self.count = -(-order.updates // self.updates)

    def take(
        self, epoch: int, number: int, first: int = 0, stop: int | None = None, ranks: Ranks = ALONE
    ) -> tuple[Array, Array, Array | None]:
        """Inputs, labels and weights of chunk `number`, from 0, of an epoch, from 1: of its updates `first`
        to `stop`.

        Inputs are those of the rank's rows, labels and weights those of all. They hold until the next ones
        are taken.
        """
        batch = self.order.batch_size
        size, part = self.updates * batch, slice(first * batch, None if stop is None else stop * batch)
        numbers = self.order.epoch(epoch)[number * size : (number + 1) * size]
        seed = self.config.seed
        changes = generator(seed, AUGMENTATION, epoch, number) if self.config.augment else None
        chosen = numbers[part]
        own = (
            part
            if ranks.count == 1
            else np.arange(len(numbers))[part][share(ranks, len(chosen), batch).places]
        )
        weights = None if self.feed.weights is None else self.feed.weights[chosen]
        return self.feed.take(numbers, own, changes), self.feed.labels[chosen], weights
