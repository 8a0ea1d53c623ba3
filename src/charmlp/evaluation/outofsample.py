"""What nets say about letters that they have not seen: k-fold predictions of a small net.

The letters are dealt into five parts, class by class, near-twins together. For each part a net is trained on
the four others (a hidden layer of 128, augmented, some seconds for a thousand letters) and reads it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from charmlp import calculus
from charmlp.config import TrainingConfig
from charmlp.letters.letterset import LetterSet
from charmlp.system.threads import each
from charmlp.training.callbacks import Callback
from charmlp.training.feed import Pictures
from charmlp.training.fit import make_trainer
from charmlp.training.prepare import Prepared
from charmlp.training.steps.parameters import Parameters
from charmlp.training.trainer import Trainer

FOLDS = 5
UPDATES, EPOCHS, BY_CLASS = 700, 8, 4  # of each net: the most of so many updates, epochs, updates a class
READ_TOGETHER = 4096
SMALL_NET = TrainingConfig(
    hidden_size=(128,),
    preprocessing="standardize",
    updates=UPDATES,
    batch_size=64,
    optimizer="adamw",
    lr=3e-3,
    weight_decay=0.05,
    schedule="cosine",
    warmup=0.05,
    label_smoothing=0.1,
    dropout=0.1,
    augment=True,
)


class Counting(Callback):
    """Tells how many updates all nets together have made, from whatever thread."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self.tell, self.done, self.lock = tell, dict[int, int](), Lock()

    def updates_done(self, training: Trainer) -> None:
        with self.lock:
            self.done[training.config.seed] = training.updates  # each net has its own
            self.tell(sum(self.done.values()), FOLDS * training.total_updates)


def out_of_sample(
    letters: LetterSet,
    groups: NDArray[np.int64] | None = None,
    *,
    seed: int = 2021,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Probabilities N×K by nets that have seen neither the letter nor one of its group; and bool N, whether
    they have seen its class at all.

    groups  N numbers, equal for letters that must not teach a net about each other (`twin_groups`)
    """
    part_of = deal(letters.labels, np.arange(len(letters)) if groups is None else groups, seed)
    probabilities = np.zeros((len(letters), len(letters.classes)), np.float32)
    known = np.zeros(len(letters), np.bool_)
    counting = Counting(progress)

    def read(part: int) -> None:
        own, others = np.flatnonzero(part_of == part), np.flatnonzero(part_of != part)
        if len(own) and len(others):
            known[own] = np.isin(letters.labels[own], letters.labels[others])
            learner = letters.take(others), letters.take(own), seed + part
            probabilities[own] = learn_and_read(*learner, counting)

    with threadpool_limits(1, user_api="blas"):
        each(read, range(FOLDS))
    return probabilities, known


def deal(labels: NDArray[Any], groups: NDArray[Any], seed: int) -> NDArray[np.int64]:
    """The part, 0 to 4, of each of N letters: classes are spread evenly, groups stay together."""
    _, firsts, group_of = np.unique(groups, return_index=True, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(firsts))
    order = order[np.argsort(labels[firsts[order]], kind="stable")]
    part_of = np.empty(len(firsts), np.int64)
    part_of[order] = np.arange(len(order)) % FOLDS
    return part_of[group_of]


def learn_and_read(
    training: LetterSet, letters: LetterSet, seed: int, callbacks: Callback
) -> NDArray[np.float32]:
    """The probabilities N×K of letters by a small net that is trained on others."""
    _, height, width = training.images.shape
    epochs = math.ceil(EPOCHS * len(training) / SMALL_NET.batch_size)
    updates = max(UPDATES, epochs, BY_CLASS * len(training.classes))
    config = dataclasses.replace(SMALL_NET, norm_size=(height, width), updates=updates, seed=seed % 2**31)
    trainer = make_trainer(config, Prepared(training, None, None, ""), callbacks)
    trainer.run()
    if trainer.stopped is not None:
        raise trainer.stopped
    assert trainer.kept.parameters is not None
    net = Parameters.of(trainer.sizes, trainer.kept.parameters)
    feed, numbers = Pictures(config.preprocessing, letters), np.arange(len(letters))
    found = [
        calculus.softmax(calculus.mlp(feed.take(some), net.weights, net.biases, config.act_type))
        for some in np.split(numbers, range(READ_TOGETHER, len(letters), READ_TOGETHER))
    ]
    return np.concatenate(found).astype(np.float32)
