"""Ways of training that were tried and are not charmlp's: each changes a trainer before it runs.

They stand here, and not in the package, because the table of `generalise.py` says what they are worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

from charmlp.calculus.elements import Array
from charmlp.data import augment
from charmlp.training.steps import analytic
from charmlp.training.trainer import Trainer

Ingredient = Callable[[Trainer], Any]  # a context in which the trainer runs


@contextmanager
def mixup(trainer: Trainer, strength: float = 0.2) -> Iterator[None]:
    """Each image of a batch is a mixture of two of them, and so is its target (Zhang et al. 2018)."""
    generator = np.random.default_rng(trainer.config.seed)
    advance, targets = trainer.step.advance, analytic.scaled_targets
    mixture: list[tuple[Array, Array]] = []

    def mixed(inputs: Array, labels: Array, *rest: Any) -> Array:
        share = generator.beta(strength, strength, len(inputs)).astype(np.float32)[:, None]
        other, size = np.arange(len(inputs)), trainer.config.batch_size
        for first in range(0, len(inputs), size):
            other[first : first + size] = generator.permutation(other[first : first + size])
        mixture[:] = [(share, labels[other])]
        return advance(share * inputs + (1 - share) * inputs[other], labels, *rest)

    def both(config: Any, labels: Array, *rest: Any) -> Any:
        ((share, others),) = mixture
        one, total, starts = targets(config, labels, *rest)
        return share * one + (1 - share) * targets(config, others, *rest)[0], total, starts

    with patch.object(trainer.step, "advance", mixed), patch.object(analytic, "scaled_targets", both):
        yield


@contextmanager
def smooth(trainer: Trainer, strength: float = 0.01, every: int = 10) -> Iterator[None]:
    """Now and then each pixel's weight moves towards the mean of its neighbours': heat flows in the 32×32."""
    step: Any = trainer.step
    update, height_width = step.update, trainer.config.norm_size

    def then_flow(*arguments: Any) -> None:
        update(*arguments)
        if step.updates % every == 0:
            images = step.parameters.weights[0].reshape(-1, *height_width)
            beside = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
            around = beside[:, :-2, 1:-1] + beside[:, 2:, 1:-1] + beside[:, 1:-1, :-2] + beside[:, 1:-1, 2:]
            images += np.float32(strength * every) * (around / 4 - images)

    with patch.object(step, "update", then_flow):
        yield


@contextmanager
def smooth_start(trainer: Trainer, sigma: float = 1.5) -> Iterator[None]:
    """The first layer starts from blurred random images, as large as charmlp's."""
    from scipy.ndimage import gaussian_filter

    weights = trainer.step.parameters.weights[0]
    images = weights.reshape(-1, *trainer.config.norm_size)
    blurred = gaussian_filter(images, (0, sigma, sigma), mode="nearest")
    images[...] = blurred * (weights.std() / blurred.std())
    average = getattr(trainer.step, "average", None)
    if average is not None:
        average.flat[...] = trainer.step.parameters.flat
    yield


@contextmanager
def strokes(trainer: Trainer, most: float = 1.0) -> Iterator[None]:
    """Strokes grow or shrink by up to so many pixels: light or dark spreads around it (morphology)."""
    plain = augment.augment

    def then_spread(images: Array, generator: np.random.Generator, *rest: Any, **others: Any) -> Array:
        changed = plain(images, generator, *rest, **others)
        amount = generator.uniform(-most, most, len(changed)).astype(np.float32)
        return spread(changed, amount)

    with patch.object(augment, "augment", then_spread):
        yield


def spread(images: Array, amount: Array) -> Array:
    """Each image moved towards the lightest (amount above 0) or the darkest of a pixel and its neighbours."""
    beside = np.pad(images, ((0, 0), (1, 1), (1, 1)), mode="edge")
    crosses = [
        beside[:, 1:-1, 1:-1],
        beside[:, :-2, 1:-1],
        beside[:, 2:, 1:-1],
        beside[:, 1:-1, :-2],
        beside[:, 1:-1, 2:],
    ]
    lightest, darkest = crosses[0].copy(), crosses[0].copy()
    for each in crosses[1:]:
        np.maximum(lightest, each, out=lightest)
        np.minimum(darkest, each, out=darkest)
    towards = np.where(amount[:, None, None] > 0, lightest, darkest).astype(np.float32)
    return np.rint(images + np.abs(amount)[:, None, None] * (towards - images)).astype(np.uint8)
