"""In which order examples come: which of them are in which batch of which epoch."""

import numpy as np

from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.training.randomness import ORDER, RENDERED, generator


def rendered_share(config: TrainingConfig, letters: int, rendered: int) -> float:
    """Of rendered letters in each batch: `synth_ratio`, or theirs of all letters where that is less."""
    return min(config.synth_ratio, rendered / (rendered + letters))


class Order:
    """The order of a training set, mixed with rendered letters where there are any.

    Examples are numbers: those of the training set from 0, the rendered letters behind them. An epoch shows
    every example of the training set once. With rendered letters, each batch holds `synth_ratio` of them, or
    their share of all letters where that is less (many photographs need little help), and the rendered ones
    go round on their own: every one comes once before any comes again.

    Each epoch, and each round of the rendered letters, is drawn by its number alone, so that any of them is
    reached without those before it.

    updates     in an epoch
    batch_size  examples of an update; the last one of an epoch may have fewer
    """

    def __init__(
        self, config: TrainingConfig, n_classes: int, labels: Array, rendered_labels: Array | None = None
    ) -> None:
        self.config = config
        self.n_classes = n_classes
        self.labels = labels
        self.rendered_labels = np.empty(0, np.int64) if rendered_labels is None else rendered_labels
        share = rendered_share(config, len(labels), len(self.rendered_labels))
        self.rendered_per_batch = min(round(share * config.batch_size), config.batch_size - 1)
        self.training_per_batch = config.batch_size - self.rendered_per_batch
        self.updates = -(-len(labels) // self.training_per_batch)
        self.batch_size = min(config.batch_size, len(self))
        self._epoch = self._round = (-1, np.empty(0, np.int64))  # the last one drawn, and its number

    def __len__(self) -> int:
        """Examples in an epoch."""
        return len(self.labels) + self.updates * self.rendered_per_batch

    def epoch(self, number: int) -> Array:
        """The examples of epoch `number`, counted from 1, batch by batch."""
        if self._epoch[0] != number:
            self._epoch = number, self._mixed(number, self._training(number))
        return self._epoch[1]

    def class_weights(self) -> Array:
        """w = 1 / (K · share of the class in what an epoch shows), so that every class weighs the same.

        Photographs and rendered letters count together; a class that is not there counts as one example.
        """
        counts = np.bincount(self.labels, minlength=self.n_classes).astype(np.float64)
        if self.config.sampling == "balanced":
            counts = np.where(counts > 0, len(self.labels) / np.count_nonzero(counts), 0.0)
        if self.rendered_per_batch:
            shown = self.updates * self.rendered_per_batch / len(self.rendered_labels)
            counts += np.bincount(self.rendered_labels, minlength=self.n_classes) * shown
        return np.asarray(len(self) / (self.n_classes * np.maximum(counts, 1)))

    def _training(self, number: int) -> Array:
        """The training set shuffled, or drawn with every class equally likely."""
        draw, n = generator(self.config.seed, ORDER, number), len(self.labels)
        if self.config.sampling == "shuffle":
            return draw.permutation(n)
        share = 1 / np.bincount(self.labels, minlength=self.n_classes)[self.labels]
        return draw.choice(n, n, p=share / share.sum())

    def _mixed(self, number: int, training: Array) -> Array:
        """The training set's examples of an epoch with rendered letters at the end of every batch."""
        if not self.rendered_per_batch:
            return training
        mixed = np.empty(len(self), np.int64)
        is_training = np.arange(len(self)) % self.config.batch_size < self.training_per_batch
        is_training[-self.rendered_per_batch :] = False  # the last batch may be smaller
        mixed[is_training] = training
        count = self.updates * self.rendered_per_batch
        mixed[~is_training] = len(training) + self._rendered((number - 1) * count, count)
        return mixed

    def _rendered(self, first: int, count: int) -> Array:
        """Which rendered letters come as number `first` and the next ones, of all that ever come."""
        parts = []
        while count > 0:
            number, start = divmod(first, len(self.rendered_labels))
            if self._round[0] != number:
                draw = generator(self.config.seed, RENDERED, number)
                self._round = number, draw.permutation(len(self.rendered_labels))
            parts.append(self._round[1][start : start + count])
            first, count = first + len(parts[-1]), count - len(parts[-1])
        return np.concatenate(parts)
