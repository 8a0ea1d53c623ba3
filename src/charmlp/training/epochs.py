"""What the network sees in an epoch: photographs, rendered letters, or both, in which order, changed how."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charmlp.config import TrainingConfig
from charmlp.images import to_inputs
from charmlp.letters.letterset import LetterSet
from charmlp.system.memory import aligned_empty

Array = NDArray[Any]

CHUNK_BYTES = 2**20  # of floats at one time: they are read again while they are in the processor's cache
LARGE_CHUNK_BYTES = 2**25  # where all cores augment a chunk together, or a GPU gets it


class Epochs:
    """Draws epoch after epoch from a training set, mixed with rendered letters where there are any.

    An epoch shows every image of the training set once. With rendered letters, each batch holds
    `synth_ratio` of them, or their share of all letters where that is less (many photographs need
    little help), and the rendered ones go round on their own.
    """

    def __init__(
        self, config: TrainingConfig, training: LetterSet, rendered: LetterSet | None = None
    ) -> None:
        self.config = config
        self.training = training
        self.rendered = rendered
        self.rendered_per_batch = 0
        if rendered is not None:
            share = min(config.synth_ratio, len(rendered) / (len(rendered) + len(training)))
            self.rendered_per_batch = min(round(share * config.batch_size), config.batch_size - 1)
        self.training_per_batch = config.batch_size - self.rendered_per_batch
        self.updates = -(-len(training) // self.training_per_batch)
        self.position = 0
        self.round = np.empty(0, np.int64)
        # A chunk's images, and their floats: new memory for each would cost more than filling it.
        size, shape = min(self.chunk_size(), len(self)), training.images.shape[1:]
        self.images = np.empty((size, *shape), np.uint8)
        self.floats = aligned_empty((size, math.prod(shape)))

    def __len__(self) -> int:
        """Images in an epoch."""
        return len(self.training) + self.updates * self.rendered_per_batch

    def chunks(
        self, order: np.random.Generator, changes: np.random.Generator
    ) -> Iterator[tuple[Array, Array]]:
        """Inputs and labels of one epoch, whole batches at a time; the inputs hold until the next ones come.

        `order` draws which image comes when; `changes` draws the augmentation.
        """
        sequence = self.mixed(self.training_order(order), order)
        size = self.chunk_size()
        for start in range(0, len(sequence), size):
            images, labels = self.gather(sequence[start : start + size])
            if self.config.augment:
                from charmlp.data.augment import augment

                images = augment(images, changes)
            yield to_inputs(images, self.config.preprocessing, self.floats), labels

    def chunk_size(self) -> int:
        """Images in a chunk, whole batches."""
        large = self.config.augment or self.config.device != "cpu"
        chunk_bytes = LARGE_CHUNK_BYTES if large else CHUNK_BYTES
        batch_bytes = 4 * self.config.batch_size * math.prod(self.training.images.shape[1:])
        return max(1, chunk_bytes // batch_bytes) * self.config.batch_size

    def training_order(self, order: np.random.Generator) -> Array:
        """The training set shuffled, or drawn with every class equally likely."""
        n = len(self.training)
        if self.config.sampling == "shuffle":
            return order.permutation(n)
        labels = self.training.labels
        share = 1 / np.bincount(labels, minlength=len(self.training.classes))[labels]
        return order.choice(n, n, p=share / share.sum())

    def class_weights(self) -> Array:
        """w = 1 / (K · share of the class in what an epoch shows), so that every class weighs the same.

        Photographs and rendered letters count together; a class that is not there counts as one image.
        """
        n_classes = len(self.training.classes)
        counts = np.bincount(self.training.labels, minlength=n_classes).astype(np.float64)
        if self.config.sampling == "balanced":
            counts = np.where(counts > 0, len(self.training) / np.count_nonzero(counts), 0.0)
        if self.rendered is not None and self.rendered_per_batch:
            shown = self.updates * self.rendered_per_batch
            counts += np.bincount(self.rendered.labels, minlength=n_classes) * (shown / len(self.rendered))
        return np.asarray(len(self) / (n_classes * np.maximum(counts, 1)))

    def mixed(self, training: Array, order: np.random.Generator) -> Array:
        """Weave rendered letters into every batch; their numbers begin where the training set's end."""
        if self.rendered is None or not self.rendered_per_batch:
            return training
        drawn = self.next_rendered(self.updates * self.rendered_per_batch, order) + len(self.training)
        batches = [
            part
            for i in range(self.updates)
            for part in (
                training[i * self.training_per_batch : (i + 1) * self.training_per_batch],
                drawn[i * self.rendered_per_batch : (i + 1) * self.rendered_per_batch],
            )
        ]
        return np.concatenate(batches)

    def next_rendered(self, count: int, order: np.random.Generator) -> Array:
        """The next `count` rendered letters; every one comes once before any comes again."""
        assert self.rendered is not None
        parts = []
        while count > 0:
            if self.position == len(self.round):
                self.round, self.position = order.permutation(len(self.rendered)), 0
            part = self.round[self.position : self.position + count]
            self.position += len(part)
            count -= len(part)
            parts.append(part)
        return np.concatenate(parts)

    def gather(self, numbers: Array) -> tuple[Array, Array]:
        """Images and labels by number, from the training set or, above it, from the rendered letters."""
        n = len(self.training)
        images = self.images[: len(numbers)]
        if self.rendered is None:
            np.take(self.training.images, numbers, 0, out=images, mode="clip")  # no number is out of range
            return images, self.training.labels[numbers]
        real = numbers < n
        labels = np.empty(len(numbers), np.int64)
        for chosen, letters, first in ((real, self.training, 0), (~real, self.rendered, n)):
            images[chosen] = letters.images[numbers[chosen] - first]
            labels[chosen] = letters.labels[numbers[chosen] - first]
        return images, labels
