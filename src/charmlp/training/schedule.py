"""What changes over a run by rule: the learning rate, and the decay of the moving average."""

import numpy as np

from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig


def learning_rates(config: TrainingConfig, first: int, count: int, total: int) -> Array:
    """The rates of `count` updates from update `first` (counted from 0) of a run of `total` updates.

    constant: η. cosine: η (1 + cos πt)/2 with t the share of the run after the warm-up (Loshchilov and
    Hutter 2017, without restarts). In the warm-up the rate rises in a line to η.
    """
    rates = np.full(count, config.lr)
    share = (first + np.arange(count) + 0.5) / total
    if config.schedule == "cosine":
        after = np.clip((share - config.warmup) / (1 - config.warmup), 0, 1)
        rates *= 0.5 * (1 + np.cos(np.pi * after))
    if config.warmup:
        rates *= np.minimum(share / config.warmup, 1)
    return rates


def average_decay(config: TrainingConfig, updates: int) -> float:
    """d = min(decay, (1+t)/(10+t)): the average forgets the random start within its first updates."""
    return min(config.ema_decay, (1 + updates) / (10 + updates))
